//! From a new flag to a finished feature: edits, promotion, statuses, artifacts and rollouts.

mod advance;
mod certify;
mod deployed;
mod finish;
mod flag;
mod promote;
mod status;

use clap::Subcommand;

use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};

#[derive(Subcommand)]
pub(crate) enum Command {
    Flag(flag::Arguments),
    Promote(promote::Arguments),
    Status(status::Arguments),
    Certify(certify::Arguments),
    Deployed(deployed::Arguments),
    Finish(finish::Arguments),
    Advance(advance::Arguments),
}

impl Command {
    pub(crate) fn run(self, input: &mut Input, console: &mut Console) -> Result<Outcome, Failure> {
        match self {
            Command::Flag(arguments) => flag::run(&arguments, input, console),
            Command::Promote(arguments) => promote::run(&arguments, input, console),
            Command::Status(arguments) => status::run(&arguments, input, console),
            Command::Certify(arguments) => certify::run(&arguments, input, console),
            Command::Deployed(arguments) => deployed::run(&arguments, input, console),
            Command::Finish(arguments) => finish::run(&arguments, input, console),
            Command::Advance(arguments) => advance::run(&arguments, input, console),
        }
    }
}
