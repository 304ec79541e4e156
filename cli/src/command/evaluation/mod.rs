//! Answers for contexts: single ones, their explanations and history, shares, and strategies.

mod blame;
mod eval;
mod explain;
mod simulate;
mod strategy;

use clap::Subcommand;

use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};

#[derive(Subcommand)]
pub(crate) enum Command {
    Eval(eval::Arguments),
    Explain(explain::Arguments),
    Blame(blame::Arguments),
    Simulate(simulate::Arguments),
    Strategy(strategy::Arguments),
}

impl Command {
    pub(crate) fn run(self, input: &mut Input, console: &mut Console) -> Result<Outcome, Failure> {
        match self {
            Command::Eval(arguments) => eval::run(&arguments, input, console),
            Command::Explain(arguments) => explain::run(&arguments, input, console),
            Command::Blame(arguments) => blame::run(&arguments, input, console),
            Command::Simulate(arguments) => simulate::run(&arguments, input, console),
            Command::Strategy(arguments) => strategy::run(&arguments, input, console),
        }
    }
}
