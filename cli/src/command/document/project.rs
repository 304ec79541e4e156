//! `isoflag project`: the document that a client needs.

use std::sync::Arc;

use clap::Args;
use isoflag::Value;
use isoflag_tools::{ProjectionOptions, project};

use crate::arguments::{DocumentArgument, json};
use crate::command::Format;
use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};

/// Print the document that a client needs: the flags that are available to browsers, folded by the
/// known attributes
///
/// A context that has the known attributes gets the same answers from it. docs/client-document.md
/// explains what it hides.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    document: DocumentArgument,

    /// Known attributes by kind, as JSON or `@FILE`: {"user": {"key": "ada", "plan": "pro"}}. Null
    /// is a kind or an attribute that the context lacks
    #[arg(long, value_name = "JSON")]
    known: Option<String>,

    #[command(flatten)]
    private: PrivateArgument,

    /// Print what is still visible, sizes and the flags that are left out, instead of the document
    #[arg(long)]
    report: bool,

    #[command(flatten)]
    format: Format,
}

/// The references whose values a projection must not contain.
#[derive(Args)]
pub(crate) struct PrivateArgument {
    /// Attribute whose values must not be visible, such as `user.email`; repeatable. Flags that
    /// would show one are left out. Keys in target lists are values of `user.key`
    #[arg(long, value_name = "KIND.ATTRIBUTE")]
    private: Vec<String>,
}

impl PrivateArgument {
    pub(super) fn references(&self) -> Vec<Arc<str>> {
        self.private.iter().map(|text| Arc::from(text.as_str())).collect()
    }
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let flags = arguments.document.load(input)?;
    let known = arguments.known.as_ref().map(|known| json(input, "--known", known));
    let known = known.transpose()?.unwrap_or(Value::Null);
    let options = ProjectionOptions { known, private: arguments.private.references() };
    let projection =
        project(&flags, &options).map_err(|error| Failure::message(error.to_string()))?;
    let report = projection.report();
    if arguments.report && arguments.format.json {
        console.line(report.to_value().to_canonical_json())?;
    } else if arguments.report {
        console.lines(&report)?;
    } else {
        console.document(&(projection.flags.document().to_canonical_json() + "\n"))?;
        report.complaints().iter().for_each(|complaint| console.complain(complaint));
    }
    Ok(Outcome::Fine)
}
