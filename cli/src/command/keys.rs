//! `isoflag keys`: prints the keys of a document.

use clap::Args;
use isoflag::Value;

use super::Format;
use crate::console::Console;
use crate::document::DocumentArgument;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};

/// Print the keys of a document's flags, sorted
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    document: DocumentArgument,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let flags = arguments.document.load(input)?;
    if arguments.format.json {
        let keys: Vec<Value> = flags.keys().map(Value::from).collect();
        console.line(Value::from(keys))?;
    } else {
        for key in flags.keys() {
            console.line(key)?;
        }
    }
    Ok(Outcome::Fine)
}
