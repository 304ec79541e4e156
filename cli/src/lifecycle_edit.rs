//! Writes changes of lifecycles into a document in place: no other byte changes.

use isoflag::{Flags, Object, Value};
use isoflag_tools::{LifecycleChange, LifecycleError, with_changes};

use crate::console::Console;
use crate::document::load_editable;
use crate::input::{Input, Source};
use crate::json_edit::{container, lost, spliced, with_member, with_object};
use crate::json_text;
use crate::outcome::{Failure, Outcome};
use crate::replacement::replace;

/// A document that is edited.
pub(crate) struct Edited {
    file: String,
    source: Source,
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
        if after.digest() == self.flags.digest() {
            return Ok(());
        }
        let document = after.document();
        let mut text = self.source.text().ok_or_else(|| lost(&self.source))?.to_owned();
        for change in changes {
            let version = version_of(&document, &change.key).ok_or_else(|| lost(&self.source))?;
            text = self.with_change(&text, change, version)?;
        }
        let version = after.version().map(Value::from).unwrap_or_default();
        text = self.with_meta(text, "version", &version)?;
        if artifact.is_some() {
            for name in ["artifact", "artifacts"] {
                let value = meta_of(&document, name).ok_or_else(|| lost(&self.source))?;
                text = self.with_meta(text, name, value)?;
            }
        }
        // The written document must be the one that the core returned, otherwise nothing is
        // written.
        let written = Source { name: self.source.name.clone(), bytes: text.into_bytes() };
        if load_editable(&written)?.digest() != after.digest() {
            return Err(lost(&self.source));
        }
        if Input::default().read(&self.file)?.bytes != self.source.bytes {
            return Err(Failure::message(format!(
                "`{}` was changed in the meantime and is not overwritten; run this again",
                self.file
            )));
        }
        replace(&self.file, &written.bytes)
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

    fn with_change(
        &self,
        text: &str,
        change: &LifecycleChange,
        version: &Value,
    ) -> Result<String, Failure> {
        let lost = || lost(&self.source);
        let flags = container(text).and_then(|outer| json_text::member(text, &outer, "flags"));
        let flags = flags.ok_or_else(lost)?.value_span;
        let place = json_text::member(text, &flags, &change.key).ok_or_else(lost)?.value_span;
        let flag = text.get(place.clone()).ok_or_else(lost)?.to_owned();
        let whole = 0..flag.len();
        let mut flag = with_object(&self.source, flag, &whole, "lifecycle")?;
        for (name, value) in &change.set {
            let lifecycle = json_text::member(&flag, &(0..flag.len()), "lifecycle");
            let lifecycle = lifecycle.ok_or_else(lost)?.value_span;
            flag = with_member(&flag, &lifecycle, name, &value.to_string()).ok_or_else(lost)?;
        }
        let whole = 0..flag.len();
        let flag = with_member(&flag, &whole, "version", &version.to_string()).ok_or_else(lost)?;
        spliced(text, &place, &flag).ok_or_else(lost)
    }

    fn with_meta(&self, text: String, name: &str, value: &Value) -> Result<String, Failure> {
        let lost = || lost(&self.source);
        let outer = container(&text).ok_or_else(lost)?;
        let text = with_object(&self.source, text, &outer, "meta")?;
        let meta = container(&text).and_then(|outer| json_text::member(&text, &outer, "meta"));
        let meta = meta.ok_or_else(lost)?.value_span;
        with_member(&text, &meta, name, &value.to_string()).ok_or_else(lost)
    }
}

/// A member of `meta` in a normalised document.
fn meta_of<'d>(document: &'d Value, name: &str) -> Option<&'d Value> {
    document.as_object()?.get("meta")?.as_object()?.get(name)
}

/// The version of a flag in a normalised document.
fn version_of<'d>(document: &'d Value, key: &str) -> Option<&'d Value> {
    document.as_object()?.get("flags")?.as_object()?.get(key)?.as_object()?.get("version")
}
