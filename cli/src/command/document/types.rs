//! `isoflag types`: generates types for a document's flags.

use clap::Args;
use clap::builder::PossibleValuesParser;
use isoflag_tools::{TypingLanguage, typing};

use crate::arguments::DocumentArgument;
use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};
use crate::replacement::{OutArgument, replace};

/// Generate types for a document's flags: their keys and values
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    document: DocumentArgument,

    /// Target language: a `.d.ts` for the npm package, or a typed Python module
    #[arg(long, default_value = "typescript", value_parser = PossibleValuesParser::new(TypingLanguage::ALL.map(TypingLanguage::as_str)))]
    lang: String,

    #[command(flatten)]
    out: OutArgument,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let flags = arguments.document.load(input)?;
    let Some(language) = TypingLanguage::named(&arguments.lang) else {
        return Err(Failure::message(format!("there are no types for `{}`", arguments.lang)));
    };
    let text = typing(&flags, language);
    match arguments.out.file() {
        None => console.source(&text)?,
        Some(file) => replace(file, text.as_bytes())?,
    }
    Ok(Outcome::Fine)
}
