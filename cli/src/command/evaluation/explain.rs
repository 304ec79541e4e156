//! `isoflag explain`: explains an answer step by step.

use clap::Args;

use crate::arguments::{ContextArgument, DocumentArgument};
use crate::command::{Format, outcome_of};
use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};

/// Explain the answer of one flag for one context, step by step
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    document: DocumentArgument,

    /// Key of the flag
    key: String,

    #[command(flatten)]
    context: ContextArgument,

    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let flags = arguments.document.load(input)?;
    let bound = arguments.context.bind(&flags, input, console)?;
    let explanation = bound.explain(&arguments.key);
    if arguments.format.json {
        console.line(explanation.to_json())?;
    } else {
        console.lines(&explanation)?;
    }
    let answer = bound.evaluate(&arguments.key);
    Ok(outcome_of(&flags.reason_of(&answer)))
}
