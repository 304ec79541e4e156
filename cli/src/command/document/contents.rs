//! `isoflag keys` and `isoflag digest`: print the keys of a document, and its digest.

use clap::Args;
use isoflag::Value;

use crate::arguments::DocumentArgument;
use crate::command::{Format, object};
use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    document: DocumentArgument,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn keys(
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

pub(crate) fn digest(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let flags = arguments.document.load(input)?;
    if arguments.format.json {
        console.line(object([("digest", Value::from(flags.digest()))]))?;
    } else {
        console.line(flags.digest())?;
    }
    Ok(Outcome::Fine)
}
