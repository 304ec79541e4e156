//! The subcommands, one file for each (`keys` and `digest` share one): arguments and implementation.

/// Defines the subcommands of a topic: the arguments of each, and the function that runs it.
macro_rules! subcommands {
    ($($(#[$about:meta])* $name:ident($arguments:ty) => $run:path,)+) => {
        #[derive(clap::Subcommand)]
        pub(crate) enum Command {
            $($(#[$about])* $name($arguments),)+
        }

        impl Command {
            pub(crate) fn run(
                self,
                input: &mut crate::input::Input,
                console: &mut crate::console::Console,
            ) -> Result<crate::outcome::Outcome, crate::outcome::Failure> {
                match self {
                    $(Command::$name(arguments) => $run(&arguments, input, console),)+
                }
            }
        }
    };
}

mod document;
mod evaluation;
mod release;
mod report;

use clap::Subcommand;
use isoflag::{Object, Reason, ReasonKind, Value};

use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};

#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Document(document::Command),
    #[command(flatten)]
    Evaluation(evaluation::Command),
    #[command(flatten)]
    Release(release::Command),
    #[command(flatten)]
    Report(report::Command),
}

impl Command {
    pub(crate) fn run(self, input: &mut Input, console: &mut Console) -> Result<Outcome, Failure> {
        match self {
            Command::Document(command) => command.run(input, console),
            Command::Evaluation(command) => command.run(input, console),
            Command::Release(command) => command.run(input, console),
            Command::Report(command) => command.run(input, console),
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
