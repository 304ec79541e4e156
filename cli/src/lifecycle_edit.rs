//! Writes changes of lifecycles and rollouts into a document in place: no other byte changes.

use isoflag::{Flags, Object, Value};
use isoflag_tools::{LifecycleChange, LifecycleError, with_changes};

use crate::arguments::load_editable;
use crate::console::Console;
use crate::input::{Input, Source};
use crate::outcome::{Failure, Outcome};
use crate::replacement::replace;

/// A document that is edited.
pub(crate) struct Edited {
    file: String,
    pub(crate) source: Source,
    pub(crate) flags: Flags,
}

impl Edited {
    pub(crate) fn read(file: &str, input: &mut Input) -> Result<Edited, Failure> {
        let source = input.read(file)?;
        let flags = load_editable(&source)?;
        Ok(Edited { file: file.to_owned(), source, flags })
    }

    /// Writes the changes, and the record of an artifact, if any, with the versions that the core
    /// gives the changed items. A document that was changed in the meantime is not overwritten.
    pub(crate) fn write(
        &self,
        changes: &[LifecycleChange],
        artifact: Option<&Value>,
    ) -> Result<(), Failure> {
        let after = with_changes(&self.flags, changes, artifact)
            .map_err(|error| Failure::message(format!("`{}`: {error}", self.file)))?;
        self.rewrite(&after)
    }

    /// Writes a later document, if it differs.
    pub(crate) fn rewrite(&self, after: &Flags) -> Result<(), Failure> {
        if after.digest() == self.flags.digest() {
            return Ok(());
        }
        self.replace(&self.source.with_changes(&self.flags, after)?)
    }

    /// Replaces the file, unless it was changed in the meantime.
    pub(crate) fn replace(&self, text: &str) -> Result<(), Failure> {
        if Input::default().read(&self.file)?.bytes != self.source.bytes {
            return Err(Failure::message(format!(
                "`{}` was changed in the meantime and is not overwritten; run this again",
                self.file
            )));
        }
        replace(&self.file, text.as_bytes())
    }

    /// Reports why the core rejects a change; with `--json`, as `{error: {code, message, legal}}`.
    pub(crate) fn refuse(
        &self,
        error: &LifecycleError,
        json: bool,
        console: &mut Console,
    ) -> Result<Outcome, Failure> {
        if json {
            let legal = error.legal().iter().map(|status| Value::from(status.as_str())).collect();
            let members = [
                ("code", Value::from(error.code())),
                ("message", Value::from(error.to_string())),
                ("legal", legal),
            ];
            let error = Value::Object(Object::from_iter(members));
            console.line(Value::Object(Object::from_iter([("error", error)])))?;
        } else {
            console.complain(format_args!("error: `{}`: {error}", self.file));
        }
        Ok(Outcome::Findings)
    }
}
