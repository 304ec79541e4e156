//! `isoflag digest`: prints the digest of a document.

use clap::Args;
use isoflag::Value;

use super::{Format, object};
use crate::console::Console;
use crate::document::DocumentArgument;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};

/// Print a document's digest, which is identical on every host runtime
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
        console.line(object([("digest", Value::from(flags.digest()))]))?;
    } else {
        console.line(flags.digest())?;
    }
    Ok(Outcome::Fine)
}
