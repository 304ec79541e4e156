//! `isoflag diff`: compares two documents.

use clap::Args;
use isoflag::Value;
use isoflag_tools::diff;

use crate::arguments::Container;
use crate::command::Format;
use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};

/// Show the differences between two documents, and the flags whose answers can differ
#[derive(Args)]
pub(crate) struct Arguments {
    /// Old flag document (`-` for stdin)
    old: String,

    /// New flag document (`-` for stdin)
    new: String,

    #[command(flatten)]
    container: Container,

    /// Print Markdown, for a pull request
    #[arg(long, conflicts_with = "json")]
    markdown: bool,

    /// Exit with 1 if anything changed
    #[arg(long)]
    exit_code: bool,

    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let mut load = |file| arguments.container.load_file(input, file);
    let (old, new) = (load(&arguments.old)?, load(&arguments.new)?);
    let diff = diff(&old, &new);
    if arguments.format.json {
        console.line(Value::to_canonical_json(&diff.to_value()))?;
    } else if arguments.markdown {
        console.lines(diff.to_markdown())?;
    } else {
        console.lines(&diff)?;
    }
    let differs = arguments.exit_code && !diff.is_empty();
    Ok(if differs { Outcome::Findings } else { Outcome::Fine })
}
