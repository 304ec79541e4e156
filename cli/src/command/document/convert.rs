//! `isoflag convert`: converts the feature flags of other tools to a document.

use clap::{Args, ValueEnum};
use isoflag_tools::{ConversionSource, Note, convert};

use crate::command::{Format, object};
use crate::console::Console;
use crate::finding::Findings;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};

/// Convert the feature flags of another tool: print a document, and what was not converted
///
/// The notes are printed to standard error. Conditions on the time become conditions on the kind
/// `clock`, which the caller of an evaluation adds to the context.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Format of the file
    #[arg(long, value_name = "FORMAT")]
    from: Source,

    /// File to convert (`-` for stdin)
    file: String,

    #[command(flatten)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Source {
    /// Feature flags of Powertools for AWS Lambda
    Powertools,
    /// Feature-flag profile of AWS AppConfig, as retrieved or as defined
    Appconfig,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let source = input.read(&arguments.file)?;
    let format = match arguments.from {
        Source::Powertools => ConversionSource::Powertools,
        Source::Appconfig => ConversionSource::AppConfig,
    };
    let Some(text) = source.text() else {
        return Err(Failure::message(format!("`{}` is not UTF-8 text", source.name)));
    };
    let converted = convert(text, format)
        .map_err(|error| Failure::Rendered(Findings::new(&source).error(&error)))?;
    if arguments.format.json {
        console.line(object([
            ("document", converted.flags.document()),
            ("notes", converted.notes.iter().map(Note::to_value).collect()),
        ]))?;
        return Ok(Outcome::Fine);
    }
    for note in &converted.notes {
        console.complain(format_args!("note[{}]: `{}`: {}", note.code, note.path, note.message));
    }
    console.document(&converted.to_text())?;
    Ok(Outcome::Fine)
}
