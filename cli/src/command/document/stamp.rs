//! `isoflag stamp`: sets the last-modified timestamps of a document.

use std::sync::Arc;

use clap::Args;
use isoflag::Value;
use isoflag_tools::{keys_in_text, stamped, stamped_changes};

use crate::arguments::load_editable;
use crate::clock::NowArgument;
use crate::command::Format;
use crate::console::Console;
use crate::input::Input;
use crate::lifecycle_edit::Edited;
use crate::outcome::{Failure, Outcome};

/// Mark a document as changed now: set the time in its `meta` and raise its version
///
/// With the previous document, only the flags whose answers can have changed are marked: `isoflag
/// stamp OLD NEW` rewrites NEW. The others keep the time that they have in OLD. Everything else is
/// unchanged, including the hash and the layout of the text.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Flag document, which is rewritten; `-` reads stdin and writes stdout. With a second
    /// document, the previous one, which is only read
    file: String,

    /// New document, which is rewritten
    new: Option<String>,

    #[command(flatten)]
    now: NowArgument,

    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let now = arguments.now.seconds()?;
    let old = match &arguments.new {
        Some(_) => Some(load_editable(&input.read(&arguments.file)?)?),
        None => None,
    };
    let file = arguments.new.as_ref().unwrap_or(&arguments.file);
    let held = Edited::read(file, input)?;
    let Edited { source, flags: new, .. } = &held;
    let stamped = match old {
        Some(old) => {
            let keys = keys_in_text(source.text().unwrap_or_default()).unwrap_or_default();
            stamped_changes(&old, new, now, |key| keys.contains(key))
                .map(|(flags, changed)| (flags, Some(changed)))
        }
        None => stamped(new, now).map(|flags| (flags, None)),
    };
    let (flags, changed) =
        stamped.ok_or_else(|| Failure::message("`meta.version` cannot be raised any further"))?;
    let text = source.with_changes(new, &flags)?;
    if file == "-" {
        return console.document(&text).map(|()| Outcome::Fine);
    }
    if text.as_bytes() != source.bytes {
        held.replace(&text)?;
    }
    let version = flags.version().map(Value::from).unwrap_or_default();
    if arguments.format.json {
        let keys = changed.iter().flatten();
        let mut report = vec![
            ("file", Value::from(file.as_str())),
            ("version", version),
            ("lastModifiedTimestamp", Value::from(now)),
            ("digest", Value::from(flags.digest())),
        ];
        if arguments.new.is_some() {
            report.push(("flags", keys.map(|key| Value::String(Arc::clone(key))).collect()));
        }
        console.line(Value::Object(report.into_iter().collect()))?;
    } else {
        match &changed {
            None => console.line(format_args!("{file}: version {version}, stamped {now}"))?,
            Some(keys) if keys.is_empty() => {
                console
                    .line(format_args!("{file}: version {version}, no answer can have changed"))?;
            }
            Some(keys) => {
                let keys = keys.join("`, `");
                console.line(format_args!("{file}: version {version}, stamped {now}: `{keys}`"))?;
            }
        }
    }
    Ok(Outcome::Fine)
}
