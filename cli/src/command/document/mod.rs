//! Documents: new ones, their checks and differences, and what is made from them.

mod check;
mod contents;
mod convert;
mod diff;
mod impact;
mod init;
mod project;
mod stamp;
mod types;

use clap::Subcommand;

use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};

#[derive(Subcommand)]
pub(crate) enum Command {
    Init(init::Arguments),
    Check(check::Arguments),
    Diff(diff::Arguments),
    Impact(impact::Arguments),
    Project(project::Arguments),
    Convert(convert::Arguments),
    Stamp(stamp::Arguments),
    /// Print the keys of a document's flags, sorted
    Keys(contents::Arguments),
    /// Print a document's digest, which is identical on every host runtime
    Digest(contents::Arguments),
    Types(types::Arguments),
}

impl Command {
    pub(crate) fn run(self, input: &mut Input, console: &mut Console) -> Result<Outcome, Failure> {
        match self {
            Command::Init(arguments) => init::run(&arguments, console),
            Command::Check(arguments) => check::run(&arguments, input, console),
            Command::Diff(arguments) => diff::run(&arguments, input, console),
            Command::Impact(arguments) => impact::run(&arguments, input, console),
            Command::Project(arguments) => project::run(&arguments, input, console),
            Command::Convert(arguments) => convert::run(&arguments, input, console),
            Command::Stamp(arguments) => stamp::run(&arguments, input, console),
            Command::Keys(arguments) => contents::keys(&arguments, input, console),
            Command::Digest(arguments) => contents::digest(&arguments, input, console),
            Command::Types(arguments) => types::run(&arguments, input, console),
        }
    }
}
