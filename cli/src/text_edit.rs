//! Edits the text of a document: writes the result, or shows its differences.

use clap::Args;
use isoflag::{Flags, Value, printable};
use isoflag_tools::{EditError, Note, diff, impact};

use crate::clock::NowArgument;
use crate::command::{Format, object};
use crate::console::Console;
use crate::input::Input;
use crate::lifecycle_edit::Edited;
use crate::outcome::{Failure, Outcome};

/// The document to edit, and what to do with the result.
#[derive(Args)]
pub(crate) struct TextEdit {
    /// Flag document, which is rewritten; `-` reads stdin and writes stdout
    file: String,

    /// Only show the differences and the answers that change; write nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    now: NowArgument,
    #[command(flatten)]
    format: Format,
}

/// The text after an edit, and notes if the edit makes such.
pub(crate) type EditedText = (String, Option<Vec<Note>>);

impl TextEdit {
    /// Runs an edit, which gets the text and the current time in seconds. One that does not fit the
    /// document is reported, and nothing is written.
    pub(crate) fn run(
        &self,
        input: &mut Input,
        console: &mut Console,
        edit: impl FnOnce(&str, f64) -> Result<EditedText, EditError>,
    ) -> Result<Outcome, Failure> {
        let held = Edited::read(&self.file, input)?;
        let text = held.source.text().unwrap_or_default();
        let (text, notes) = match edit(text, self.now.seconds()?) {
            Ok(edited) => edited,
            Err(error) if self.format.json => {
                let error = object([
                    ("code", Value::from(error.code())),
                    ("path", Value::from(error.path())),
                    ("message", Value::from(error.to_string())),
                ]);
                console.line(object([("error", error)]))?;
                return Ok(Outcome::Findings);
            }
            Err(error) => {
                console.complain(format_args!("error: `{}`: {error}", held.source.name));
                return Ok(Outcome::Findings);
            }
        };
        let after = Flags::from_json(text.as_bytes())
            .map_err(|error| Failure::message(format!("`{}`: {error}", held.source.name)))?;
        let is_written = !self.dry_run && after.digest() != held.flags.digest();
        if !self.format.json {
            for Note { code, path, message } in notes.iter().flatten() {
                console.complain(format_args!("note[{code}]: `{path}`: {message}"));
            }
        }
        if !self.dry_run && self.file == "-" {
            return console.document(&text).map(|()| Outcome::Fine);
        }
        if is_written {
            held.replace(&text)?;
        }
        let changes = diff(&held.flags, &after);
        let version = after.version().map(Value::from).unwrap_or_default();
        let answers = self.dry_run.then(|| impact(&held.flags, &after, [], &[]));
        if self.format.json {
            let answers = answers.map(|answers| answers.to_value()).unwrap_or_default();
            let members = [
                ("file", Value::from(self.file.as_str())),
                ("version", version),
                ("digest", Value::from(after.digest())),
                ("written", Value::Bool(is_written)),
                ("diff", changes.to_value()),
                ("impact", answers),
            ];
            let notes = notes.map(|notes| notes.iter().map(Note::to_value).collect());
            let notes = notes.map(|notes: Value| ("notes", notes));
            console.line(Value::Object(members.into_iter().chain(notes).collect()))?;
            return Ok(Outcome::Fine);
        }
        if is_written {
            console.line(format_args!("{}: version {version}", printable(&self.file)))?;
        }
        console.lines(&changes)?;
        if let Some(answers) = answers {
            console.lines(&answers)?;
        }
        Ok(Outcome::Fine)
    }
}
