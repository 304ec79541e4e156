//! Writes changes of lifecycles and rollouts into a document in place: no other byte changes.

use std::collections::BTreeMap;

use isoflag::model::Section;
use isoflag::{Flags, Object, Value};
use isoflag_tools::{LifecycleChange, LifecycleError, with_changes};

use crate::arguments::load_editable;
use crate::console::Console;
use crate::input::{Input, Source};
use crate::json_edit::{Editor, Member, Splice, lost};
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
        let editor = Editor::new(&self.source)?;
        let flags = editor.flags();
        let mut splices = Vec::new();
        for (key, set) in by_flag(changes) {
            let flag = flags.get(key).ok_or_else(|| lost(&self.source))?;
            let version = version_of(&document, key).ok_or_else(|| lost(&self.source))?;
            let set = set.into_iter().map(|(name, value)| (name, Member::of(value)));
            let lifecycle = Member::Object(set.collect());
            let members = [("lifecycle", lifecycle), ("version", Member::of(version))];
            splices.extend(editor.set(flag, &members)?);
        }
        let version = after.version().map(Value::from).unwrap_or_default();
        let mut meta = vec![("version", Member::of(&version))];
        if artifact.is_some() {
            for name in ["artifact", "artifacts"] {
                let value = meta_of(&document, name).ok_or_else(|| lost(&self.source))?;
                meta.push((name, Member::of(value)));
            }
        }
        splices.extend(editor.set_meta(meta)?);
        self.replace(&editor, splices, &after)
    }

    /// Writes the document that the core made of this one, which differs in these flags and in the
    /// version and the timestamp of `meta`.
    pub(crate) fn rewrite<'k>(
        &self,
        after: &Flags,
        changed: impl Iterator<Item = &'k str>,
    ) -> Result<(), Failure> {
        if after.digest() == self.flags.digest() {
            return Ok(());
        }
        let editor = Editor::new(&self.source)?;
        let flags = editor.flags();
        let mut splices = Vec::new();
        for key in changed {
            let source = |flags: &Flags| flags.source(Section::Flags, key).cloned();
            let (held, new) = (source(&self.flags), source(after));
            let written = flags.get(key).zip(held.zip(new));
            let (flag, (held, new)) = written.ok_or_else(|| lost(&self.source))?;
            splices.extend(editor.rewrite(flag, &held, &new)?);
        }
        let meta = ["version", "lastModifiedTimestamp"].into_iter().filter_map(|name| {
            let [held, new] = [&self.flags, after].map(|flags| flags.meta()?.get(name));
            (held != new).then(|| Some((name, Member::of(new?))))?
        });
        splices.extend(editor.set_meta(meta.collect())?);
        self.replace(&editor, splices, after)
    }

    /// Replaces the file, unless it was changed in the meantime.
    fn replace(
        &self,
        editor: &Editor<'_>,
        splices: Vec<Splice>,
        after: &Flags,
    ) -> Result<(), Failure> {
        // The written document must be the one that the core returned, otherwise nothing is
        // written.
        let written = editor.finish(splices)?;
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
}

/// The members to set in the lifecycle of each changed flag: of two changes of one, the later counts.
fn by_flag(changes: &[LifecycleChange]) -> BTreeMap<&str, Vec<(&'static str, &Value)>> {
    let mut by_flag = BTreeMap::<&str, Vec<_>>::new();
    for change in changes {
        let set = by_flag.entry(&change.key).or_default();
        for (name, value) in &change.set {
            set.retain(|(earlier, _)| earlier != name);
            set.push((*name, value));
        }
    }
    by_flag
}

/// A member of `meta` in a normalised document.
fn meta_of<'d>(document: &'d Value, name: &str) -> Option<&'d Value> {
    document.as_object()?.get("meta")?.as_object()?.get(name)
}

/// The version of a flag in a normalised document.
fn version_of<'d>(document: &'d Value, key: &str) -> Option<&'d Value> {
    document.as_object()?.get("flags")?.as_object()?.get(key)?.as_object()?.get("version")
}
