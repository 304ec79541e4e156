//! Reports about all documents: evaluations, the inventory, and flags to remove.

mod activity;
mod inventory;
mod retire;
mod review;

use clap::Subcommand;

use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};

#[derive(Subcommand)]
pub(crate) enum Command {
    Activity(activity::Arguments),
    Inventory(inventory::Arguments),
    Retire(retire::Arguments),
}

impl Command {
    pub(crate) fn run(self, input: &mut Input, console: &mut Console) -> Result<Outcome, Failure> {
        match self {
            Command::Activity(arguments) => activity::run(&arguments, input, console),
            Command::Inventory(arguments) => inventory::run(&arguments, input, console),
            Command::Retire(arguments) => retire::run(&arguments, input, console),
        }
    }
}
