//! Finds the flags and segments to carry: the requested flags, and those that they need and the target
//! lacks.

use std::collections::BTreeSet;
use std::sync::Arc;

use isoflag::model::Section;
use isoflag::{Flags, Object, Path, Value, shortened};

use super::member;
use crate::edit::EditError;
use crate::note::Note;

/// The keys to carry, in the order in which they were found.
#[derive(Default)]
pub(super) struct Needs {
    pub(super) flags: Vec<Arc<str>>,
    pub(super) segments: Vec<Arc<str>>,
}

/// The members of a segment that its environment decides.
const OWN_OF_SEGMENT: [&str; 7] = [
    "version",
    "salt",
    "generation",
    "included",
    "excluded",
    "includedContexts",
    "excludedContexts",
];

impl Needs {
    pub(super) fn of(
        from: &Flags,
        to: &Flags,
        features: &[String],
        notes: &mut Vec<Note>,
    ) -> Result<Needs, EditError> {
        let mut needs = Needs::default();
        if features.is_empty() {
            needs.flags.extend(from.keys().map(Arc::from));
        }
        for key in features {
            if !from.contains(key) {
                let flags = Path::Root.member(Section::Flags.name());
                let message = format!("there is no flag `{key}` in the source");
                return Err(EditError::refused("unknown-flag", flags.member(key), message));
            }
            needs.flags.push(Arc::from(&**key));
        }
        let mut seen: BTreeSet<Arc<str>> = BTreeSet::new();
        needs.flags.retain(|key| seen.insert(Arc::clone(key)));
        needs.add_prerequisites(from, to, seen, notes)?;
        needs.add_segments(from, to, notes)?;
        Ok(needs)
    }

    fn add_prerequisites(
        &mut self,
        from: &Flags,
        to: &Flags,
        mut seen: BTreeSet<Arc<str>>,
        notes: &mut Vec<Note>,
    ) -> Result<(), EditError> {
        let mut next = 0;
        while let Some(key) = self.flags.get(next).cloned() {
            next += 1;
            let flags = Path::Root.member(Section::Flags.name());
            for (index, required) in prerequisites(from, &key).into_iter().enumerate() {
                let Some(required) = required.get("key").and_then(Value::as_str) else { continue };
                if to.contains(required) || seen.contains(required) {
                    continue;
                }
                if !from.contains(required) {
                    let flag = flags.member(&key);
                    let list = flag.member("prerequisites");
                    let message =
                        format!("neither document has the flag `{required}`; add it first");
                    return Err(EditError::refused("unknown-flag", list.element(index), message));
                }
                let required: Arc<str> = Arc::from(required);
                let message = format!("added, because `{}` requires it", shortened(&key));
                let path = flags.member(&required);
                notes.push(Note::new("prerequisite-added", &path, message));
                seen.insert(Arc::clone(&required));
                self.flags.push(required);
            }
        }
        Ok(())
    }

    fn add_segments(
        &mut self,
        from: &Flags,
        to: &Flags,
        notes: &mut Vec<Note>,
    ) -> Result<(), EditError> {
        let mut seen = BTreeSet::new();
        let mut left: Vec<(Section, Arc<str>)> =
            self.flags.iter().rev().map(|key| (Section::Flags, Arc::clone(key))).collect();
        while let Some((section, key)) = left.pop() {
            let Some(item) = from.source(section, &key).and_then(Value::as_object) else {
                continue;
            };
            for name in segments_of(item) {
                if !seen.insert(name.clone()) {
                    continue;
                }
                let segments = Path::Root.member(Section::Segments.name());
                let path = segments.member(&name);
                let source = segment(from, &name);
                match (segment(to, &name), source) {
                    (Some(held), Some(source)) if is_other(held, source) => {
                        let message = "it differs from that of the source; it is kept";
                        notes.push(Note::new("segment-differs", &path, message));
                    }
                    (Some(_), _) => {}
                    (None, Some(_)) => {
                        let message = format!("added, because `{}` names it", shortened(&key));
                        notes.push(Note::new("segment-added", &path, message));
                        self.segments.push(Arc::clone(&name));
                        left.push((Section::Segments, name));
                    }
                    (None, None) => {
                        let message =
                            format!("`{key}` names it, and neither document has it; add it first");
                        return Err(EditError::refused("unknown-segment", path, message));
                    }
                }
            }
        }
        Ok(())
    }
}

/// A segment, unless it is a tombstone.
fn segment<'f>(flags: &'f Flags, key: &str) -> Option<&'f Object> {
    let source = flags.source(Section::Segments, key)?.as_object()?;
    let deleted = source.get("deleted").and_then(Value::as_bool) == Some(true);
    (!deleted).then_some(source)
}

/// Whether the definitions of two segments differ.
fn is_other(one: &Object, other: &Object) -> bool {
    let definition = |segment: &Object| -> Object {
        super::only(segment, |name| !OWN_OF_SEGMENT.contains(&name)).collect()
    };
    definition(one) != definition(other)
}

/// The prerequisites of a flag.
fn prerequisites(flags: &Flags, key: &str) -> Vec<Object> {
    let source = flags.source(Section::Flags, key).and_then(Value::as_object);
    let listed = source.and_then(|flag| flag.get("prerequisites")?.as_array());
    listed.unwrap_or_default().iter().filter_map(Value::as_object).cloned().collect()
}

/// The segments that the rules of a flag or a segment name, each once.
fn segments_of(item: &Object) -> Vec<Arc<str>> {
    let list = |object: Option<&Object>, name: &str| -> Vec<Value> {
        let list = object.and_then(|object| object.get(name)?.as_array());
        list.unwrap_or_default().to_vec()
    };
    let mut names = Vec::new();
    for rule in list(Some(item), "rules") {
        for clause in list(rule.as_object(), "clauses") {
            let Some(clause) = clause.as_object() else { continue };
            if clause.get("op").and_then(Value::as_str) == Some("segmentMatch") {
                let values = list(Some(clause), "values");
                names.extend(values.iter().filter_map(Value::as_str).map(Arc::from));
            }
        }
    }
    names
}

/// Checks what a carried flag requires in the target: a flag that is on must not begin to require
/// one that is off, and a required variation must be that of the source.
pub(super) fn check_prerequisites(
    [from, to, after]: [&Flags; 3],
    key: &str,
) -> Result<(), EditError> {
    let source = |flags: &Flags, key: &str| -> Option<Object> {
        flags.source(Section::Flags, key)?.as_object().cloned()
    };
    let is_on =
        |key: &str| source(after, key).and_then(|flag| flag.get("on")?.as_bool()) == Some(true);
    let variation = |flags: &Flags, required: &Object| -> Option<Value> {
        let flag = source(flags, required.get("key")?.as_str()?)?;
        let index = member(required, "variation").map_or(Some(0), Value::as_integer)?;
        flag.get("variations")?.as_array()?.get(usize::try_from(index).ok()?).cloned()
    };
    let flags = Path::Root.member(Section::Flags.name());
    let path = flags.member(key);
    let list = path.member("prerequisites");
    let held = prerequisites(to, key);
    let mut held_keys = BTreeSet::new();
    held_keys.extend(held.iter().filter_map(|required| required.get("key")?.as_str()));
    for (index, required) in prerequisites(after, key).iter().enumerate() {
        let Some(name) = required.get("key").and_then(Value::as_str) else { continue };
        if variation(from, required) != variation(after, required) {
            let message = format!(
                "the required variation of `{name}` has another value here; promote `{name}` first"
            );
            return Err(EditError::refused("unknown-variation", list.element(index), message));
        }
        if !held_keys.contains(name) && is_on(key) && !is_on(name) {
            let message = format!(
                "it is on, and would require `{name}`, which is off; promote `{name}` and turn it on \
                 first"
            );
            return Err(EditError::refused("required-flag", list.element(index), message));
        }
    }
    Ok(())
}
