//! Writes a changed document into the text of the earlier one: no other byte changes, and new
//! members get the layout of their neighbors.
//!
//! [`scan`] finds the parts of the text, and [`print`] prints new values.

mod print;
mod scan;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use isoflag::{Flags, Object, Value, sort_by};

use print::{Layout, ordered};
use scan::{Member, Span};

/// Why a change cannot be written into the text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InPlaceError {
    /// The member with this name needs members of its own, but is this text, which is not an object
    /// and has this offset.
    NotAnObject(String, String, usize),
    /// The flag with this key is in `flagValues`, and has no members.
    FlagValue(Arc<str>),
    /// The text does not have the form of the document.
    Lost,
}

impl fmt::Display for InPlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InPlaceError::NotAnObject(name, text, _) => {
                write!(f, "`{name}` is `{text}`, not an object; write `{{}}`")
            }
            InPlaceError::FlagValue(key) => write!(
                f,
                "`{key}` is in `flagValues`, which has no members to change; move it to `flags`"
            ),
            InPlaceError::Lost => f.write_str("cannot edit this document in place"),
        }
    }
}

impl std::error::Error for InPlaceError {}

/// Returns the text of a document with its members changed to those of a later document.
///
/// ```
/// use isoflag::{Flags, Object, Value};
/// use isoflag_tools::written_in_place;
/// let text = r#"{ "flags": {}, "meta": { "version": 7 } }"#;
/// let flags = Flags::from_json(text.as_bytes())?;
/// let meta = Object::from_iter([("version", Value::from(8))]);
/// let later = flags.with_other_members(Object::from_iter([("meta", Value::Object(meta))]));
/// let written = written_in_place(text, &flags, &later)?;
/// assert_eq!(written, r#"{ "flags": {}, "meta": { "version": 8 } }"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If an object must be written over another value, or the text is not that of the document.
pub fn written_in_place(text: &str, before: &Flags, after: &Flags) -> Result<String, InPlaceError> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mark = text.get(..text.len() - body.len()).unwrap_or_default();
    let mut writer = Writer::of(body)?;
    writer.document(&before.document(), &after.document())?;
    let written = [mark, &writer.finish()?].concat();
    // Only a text that is the later document is returned.
    match Flags::from_json(written.as_bytes()) {
        Ok(flags) if flags.digest() == after.digest() => Ok(written),
        _ => Err(InPlaceError::Lost),
    }
}

/// Returns the keys of the flags in the text of a document, without those of `flagValues`; `None` if
/// it is not JSON.
#[must_use]
pub fn keys_in_text(text: &str) -> Option<BTreeSet<Arc<str>>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let container = container(text).ok()?;
    let Some(flags) = container.last(FLAGS).filter(|flags| is_object(text, flags)) else {
        return Some(BTreeSet::new());
    };
    Some(Named::of(text, flags.value.start).ok()?.last.into_keys().collect())
}

/// Returns the names of an object's members in the order of the text, each once, and the offsets of
/// their values; the object is at an offset, or the outermost. `None` if it is not an object.
pub(crate) fn ordered_members(text: &str, object: Option<usize>) -> Option<Vec<(Arc<str>, usize)>> {
    let start = object.or_else(|| Some(scan::root(text)?.start))?;
    if text.as_bytes().get(start) != Some(&b'{') {
        return None;
    }
    let object = Named::of(text, start).ok()?;
    let mut seen = BTreeSet::new();
    let names = object.names.iter().filter(|name| seen.insert(&***name));
    names.map(|name| Some((Arc::clone(name), object.last(name)?.value.start))).collect()
}

fn is_object(text: &str, member: &Member) -> bool {
    text.as_bytes().get(member.value.start) == Some(&b'{')
}

/// Returns the object that contains `flags`: the outermost, or a stream's `data`.
fn container(text: &str) -> Result<Named, InPlaceError> {
    let root = Named::of(text, scan::root(text).ok_or(InPlaceError::Lost)?.start)?;
    let own = [FLAGS, SEGMENTS, FLAG_VALUES].iter().any(|name| root.last(name).is_some());
    match root.last("data") {
        Some(data) if !own => Named::of(text, data.value.start),
        _ => Ok(root),
    }
}

const FLAGS: &str = "flags";
const SEGMENTS: &str = "segments";
const FLAG_VALUES: &str = "flagValues";

/// An object in the text, with its members by name.
struct Named {
    start: usize,
    members: Vec<Member>,
    names: Vec<Arc<str>>,
    /// The index of the member that counts: of duplicates, the last.
    last: BTreeMap<Arc<str>, usize>,
}

impl Named {
    fn of(text: &str, start: usize) -> Result<Named, InPlaceError> {
        let members = scan::members(text, start).ok_or(InPlaceError::Lost)?;
        let (mut names, mut last) = (Vec::new(), BTreeMap::new());
        for (index, member) in members.iter().enumerate() {
            let name: Arc<str> = scan::name(text, &member.name).ok_or(InPlaceError::Lost)?.into();
            last.insert(Arc::clone(&name), index);
            names.push(name);
        }
        Ok(Named { start, members, names, last })
    }

    /// The member that counts: of duplicates, the last.
    fn last(&self, name: &str) -> Option<&Member> {
        self.members.get(*self.last.get(name)?)
    }
}

/// A change of one member: its name, and its value before and after.
type Change<'v> = (&'v str, Option<&'v Value>, Option<&'v Value>);

/// The members that differ between two objects.
fn changes<'v>(before: &'v Object, after: &'v Object) -> Vec<Change<'v>> {
    let old = before.iter().map(|(name, old)| (&**name, Some(old), after.get(name)));
    let added = after.iter().filter(|(name, _)| before.get(name).is_none());
    let added = added.map(|(name, new)| (&**name, None, Some(new)));
    old.filter(|(_, old, new)| old != new).chain(added).collect()
}

/// Collects the parts of the text to replace.
struct Writer<'t> {
    text: &'t str,
    unit: Option<&'t str>,
    splices: Vec<(Span, String)>,
}

impl<'t> Writer<'t> {
    fn of(text: &'t str) -> Result<Writer<'t>, InPlaceError> {
        let root = scan::root(text).ok_or(InPlaceError::Lost)?.start;
        let members = scan::members(text, root).ok_or(InPlaceError::Lost)?;
        let gap = members.first().and_then(|first| text.get(root + 1..first.name.start));
        let unit = gap.and_then(|gap| gap.rsplit_once('\n')).map(|(_, unit)| unit);
        Ok(Writer { text, unit, splices: Vec::new() })
    }

    fn get(&self, span: Span) -> Result<&'t str, InPlaceError> {
        self.text.get(span).ok_or(InPlaceError::Lost)
    }

    /// Writes the changes of a normalized document, whose flags may have been in `flagValues`.
    fn document(&mut self, before: &Value, after: &Value) -> Result<(), InPlaceError> {
        let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else {
            return Err(InPlaceError::Lost);
        };
        let container = container(self.text)?;
        let mut changed = changes(before, after);
        // A normalized document has `segments` even if the text has none.
        for change in changed.iter_mut().filter(|(name, ..)| *name == SEGMENTS) {
            change.1 = change.1.filter(|_| container.last(SEGMENTS).is_some());
        }
        let none = Value::Null;
        if let Some(change) = changed.iter_mut().find(|(name, ..)| *name == FLAGS)
            && let (Some(Value::Object(old)), Some(Value::Object(new))) = (change.1, change.2)
        {
            let held = container.last(FLAGS);
            let keys = held
                .filter(|held| is_object(self.text, held))
                .map(|held| Named::of(self.text, held.value.start));
            let keys = keys.transpose()?;
            let in_text = |key: &str| keys.as_ref().is_some_and(|keys| keys.last(key).is_some());
            let flags = changes(old, new);
            if let Some((key, ..)) =
                flags.iter().find(|(key, old, _)| old.is_some() && !in_text(key))
            {
                return Err(InPlaceError::FlagValue(Arc::from(*key)));
            }
            if let Some(keys) = keys {
                self.object(&keys, &flags)?;
                changed.retain(|(name, ..)| *name != FLAGS);
            } else {
                // The flags of the document are in `flagValues`; all others are new.
                change.1 = held.map(|_| &none);
            }
        }
        self.object(&container, &changed)
    }

    fn value(
        &mut self,
        name: &str,
        at: Span,
        before: &Value,
        after: &Value,
    ) -> Result<(), InPlaceError> {
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => {
                let object = Named::of(self.text, at.start)?;
                self.object(&object, &changes(before, after))
            }
            (Value::Array(before), Value::Array(after)) => self.array(at, before, after),
            (held, Value::Object(_)) if !held.is_null() => {
                let text = self.get(at.clone())?.to_owned();
                Err(InPlaceError::NotAnObject(name.to_owned(), text, at.start))
            }
            _ => {
                self.splices.push((at, Layout::INLINE.value(after)));
                Ok(())
            }
        }
    }

    fn object(&mut self, object: &Named, changes: &[Change<'_>]) -> Result<(), InPlaceError> {
        let (mut added, mut gone) = (Vec::new(), BTreeSet::new());
        for (name, before, after) in changes {
            match (object.last(name), before, after) {
                (Some(member), Some(before), Some(after)) => {
                    self.value(name, member.value.clone(), before, after)?;
                }
                (None, None, Some(after)) => added.push((*name, *after)),
                (Some(_), Some(_), None) => {
                    gone.insert(*name);
                }
                _ => return Err(InPlaceError::Lost),
            }
        }
        let added = ordered(&added);
        let removed: Vec<bool> = object.names.iter().map(|name| gone.contains(&**name)).collect();
        if !added.is_empty() {
            let kept = object.members.iter().zip(&removed).filter(|(_, removed)| !**removed);
            self.add(object, &kept.map(|(kept, _)| kept).collect::<Vec<_>>(), &added)?;
        }
        let spans = object.members.iter().map(|member| member.name.start..member.value.end);
        self.remove(&spans.collect::<Vec<_>>(), &removed);
        Ok(())
    }

    /// Adds members in the layout of those that are kept: `meta` first, others last.
    fn add(
        &mut self,
        object: &Named,
        kept: &[&Member],
        added: &[(&str, &Value)],
    ) -> Result<(), InPlaceError> {
        let is_first = added.iter().any(|(name, _)| *name == "meta");
        let Some(beside) = (if is_first { kept.first() } else { kept.last() }) else {
            return self.fill(object, added);
        };
        let colon = self.get(beside.name.end..beside.value.start)?;
        let before = self.get(0..beside.name.start)?;
        let indentation = self.get(before.trim_end().len()..beside.name.start)?;
        let gap = if indentation.contains('\n') || (kept.len() > 1 && !is_first) {
            indentation
        } else if colon.contains(' ') {
            " "
        } else {
            ""
        };
        let has_lines = self.get(beside.value.clone())?.contains('\n');
        let new = Layout { gap, colon, unit: self.unit.filter(|_| has_lines) }.members(added);
        self.splices.push(if is_first {
            (beside.name.start..beside.name.start, format!("{new},{gap}"))
        } else {
            (beside.value.end..beside.value.end, format!(",{gap}{new}"))
        });
        Ok(())
    }

    /// Fills an object of which no member is kept.
    fn fill(&mut self, object: &Named, added: &[(&str, &Value)]) -> Result<(), InPlaceError> {
        if let Some(last) = object.members.last() {
            let before = self.get(0..last.name.start)?;
            let gap = self.get(before.trim_end().len()..last.name.start)?;
            let colon = self.get(last.name.end..last.value.start)?;
            let new = Layout { gap, colon, unit: self.unit }.members(added);
            self.splices.push((last.value.end..last.value.end, new));
            return Ok(());
        }
        let is_large = |value: &Value| value.as_object().is_some_and(print::is_large);
        let new = match self.unit {
            Some(unit) if added.iter().any(|(_, value)| is_large(value)) => {
                let line = self.get(0..object.start)?.rsplit('\n').next().unwrap_or_default();
                let (indentation, _) = line.split_at(line.len() - line.trim_start().len());
                let gap = format!("\n{indentation}{unit}");
                let layout = Layout { gap: &gap, colon: ": ", unit: Some(unit) };
                format!("{gap}{}\n{indentation}", layout.members(added))
            }
            _ => Layout::INLINE.members(added),
        };
        let end = scan::object_end(self.text, object.start).ok_or(InPlaceError::Lost)?;
        self.splices.push((object.start..end, format!("{{{new}}}")));
        Ok(())
    }

    /// Changes an array: one of the same length element by element; otherwise elements are removed,
    /// and new ones are appended.
    fn array(&mut self, at: Span, before: &[Value], after: &[Value]) -> Result<(), InPlaceError> {
        let spans = scan::elements(self.text, at.start).ok_or(InPlaceError::Lost)?;
        if before.len() == after.len() {
            for (span, (before, after)) in spans.into_iter().zip(before.iter().zip(after)) {
                if before != after {
                    self.value("element", span, before, after)?;
                }
            }
            return Ok(());
        }
        let mut new = after.iter().peekable();
        let is_removed = |held: &Value| new.next_if(|next| *next == held).is_none();
        let removed: Vec<bool> = before.iter().map(is_removed).collect();
        let kept = spans.iter().zip(&removed).rev().find(|(_, removed)| !**removed);
        let Some((last, _)) = kept else {
            self.splices.push((at, Layout::INLINE.value(&Value::from(after.to_vec()))));
            return Ok(());
        };
        let gap = match spans.as_slice() {
            [first, second, ..] => self.get(first.end..second.start)?,
            _ => ", ",
        };
        let new = new.map(|value| [gap, &Layout::INLINE.value(value)].concat());
        self.splices.push((last.end..last.end, new.collect()));
        self.remove(&spans, &removed);
        Ok(())
    }

    /// Removes items of an object or array, each with one comma.
    fn remove(&mut self, spans: &[Span], removed: &[bool]) {
        let mut end_before: Option<usize> = None;
        let mut leading: Option<Span> = None;
        for (span, removed) in spans.iter().zip(removed) {
            match (removed, end_before) {
                (true, Some(end)) => {
                    self.splices.push((end..span.end, String::new()));
                    end_before = Some(span.end);
                }
                (true, None) => {
                    let start = leading.map_or(span.start, |leading| leading.start);
                    leading = Some(start..span.end);
                }
                (false, _) => {
                    if let Some(leading) = leading.take() {
                        self.splices.push((leading.start..span.start, String::new()));
                    }
                    end_before = Some(span.end);
                }
            }
        }
        // No item is kept.
        self.splices.extend(leading.map(|leading| (leading, String::new())));
    }

    /// Returns the text with the collected parts replaced.
    fn finish(mut self) -> Result<String, InPlaceError> {
        sort_by(&mut self.splices, |(one, _), (other, _)| {
            (one.start, one.end).cmp(&(other.start, other.end))
        });
        let mut text = String::with_capacity(self.text.len());
        let mut done = 0;
        for (span, new) in &self.splices {
            text += self.get(done..span.start)?;
            text += new;
            done = span.end;
        }
        text += self.get(done..self.text.len())?;
        Ok(text)
    }
}
