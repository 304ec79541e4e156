//! The subcommands, one file for each (`keys` and `digest` share one): arguments and implementation.

mod activity;
mod advance;
mod blame;
mod certify;
mod check;
mod contents;
mod convert;
mod deployed;
mod diff;
mod eval;
mod explain;
mod finish;
mod flag;
mod impact;
mod init;
mod inventory;
mod project;
mod promote;
mod retire;
mod simulate;
mod stamp;
mod status;
mod strategy;
mod types;

use clap::Subcommand;
use isoflag::{Object, Reason, ReasonKind, Value};

use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};

#[derive(Subcommand)]
pub(crate) enum Command {
    Init(init::Arguments),
    Check(check::Arguments),
    Diff(diff::Arguments),
    Impact(impact::Arguments),
    Simulate(simulate::Arguments),
    Project(project::Arguments),
    Strategy(strategy::Arguments),
    Convert(convert::Arguments),
    Eval(eval::Arguments),
    Explain(explain::Arguments),
    Blame(blame::Arguments),
    Flag(flag::Arguments),
    Promote(promote::Arguments),
    Stamp(stamp::Arguments),
    /// Print the keys of a document's flags, sorted
    Keys(contents::Arguments),
    /// Print a document's digest, which is identical on every host runtime
    Digest(contents::Arguments),
    Types(types::Arguments),
    Activity(activity::Arguments),
    Inventory(inventory::Arguments),
    Retire(retire::Arguments),
    Status(status::Arguments),
    Certify(certify::Arguments),
    Deployed(deployed::Arguments),
    Finish(finish::Arguments),
    Advance(advance::Arguments),
}

impl Command {
    pub(crate) fn run(self, input: &mut Input, console: &mut Console) -> Result<Outcome, Failure> {
        match self {
            Command::Init(arguments) => init::run(&arguments, console),
            Command::Check(arguments) => check::run(&arguments, input, console),
            Command::Diff(arguments) => diff::run(&arguments, input, console),
            Command::Impact(arguments) => impact::run(&arguments, input, console),
            Command::Simulate(arguments) => simulate::run(&arguments, input, console),
            Command::Project(arguments) => project::run(&arguments, input, console),
            Command::Strategy(arguments) => strategy::run(&arguments, input, console),
            Command::Convert(arguments) => convert::run(&arguments, input, console),
            Command::Eval(arguments) => eval::run(&arguments, input, console),
            Command::Explain(arguments) => explain::run(&arguments, input, console),
            Command::Blame(arguments) => blame::run(&arguments, input, console),
            Command::Flag(arguments) => flag::run(&arguments, input, console),
            Command::Promote(arguments) => promote::run(&arguments, input, console),
            Command::Stamp(arguments) => stamp::run(&arguments, input, console),
            Command::Keys(arguments) => contents::keys(&arguments, input, console),
            Command::Digest(arguments) => contents::digest(&arguments, input, console),
            Command::Types(arguments) => types::run(&arguments, input, console),
            Command::Activity(arguments) => activity::run(&arguments, input, console),
            Command::Inventory(arguments) => inventory::run(&arguments, input, console),
            Command::Retire(arguments) => retire::run(&arguments, input, console),
            Command::Status(arguments) => status::run(&arguments, input, console),
            Command::Certify(arguments) => certify::run(&arguments, input, console),
            Command::Deployed(arguments) => deployed::run(&arguments, input, console),
            Command::Finish(arguments) => finish::run(&arguments, input, console),
            Command::Advance(arguments) => advance::run(&arguments, input, console),
        }
    }
}

/// The option for machine-readable output of every subcommand.
#[derive(clap::Args, Clone, Copy)]
pub(crate) struct Format {
    /// Print one line of canonical JSON
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(Object::from_iter(members))
}

/// Whether the answer is an error.
fn outcome_of(reason: &Reason<'_>) -> Outcome {
    match reason.kind() {
        ReasonKind::Error { .. } => Outcome::Findings,
        _ => Outcome::Fine,
    }
}
