//! Sets the last-modified timestamps of a document and its flags, and its version.

use std::sync::Arc;

use isoflag::model::Section;
use isoflag::{Flags, Object, Value};

use super::change::{next_version, with_next_version};
use super::{document_changed, lifecycle, moment_value};
use crate::analysis::changed_parts;

/// The member with the time of the last change of a document or a flag.
const STAMP: &str = "lastModifiedTimestamp";

/// Returns the document with the next version, and marked as changed now; `None` if its
/// version cannot be raised.
#[must_use]
pub fn stamped(flags: &Flags, now: f64) -> Option<Flags> {
    let version = Value::from(next_version(flags.version().unwrap_or(0))?);
    let meta = flags.meta().cloned().unwrap_or_default();
    Some(with_meta(flags, &meta.with("version", version).with(STAMP, moment_value(now))))
}

/// Returns a later document with the flags marked as changed now whose answers can differ from the
/// earlier one, and the keys of these flags. The others keep the time that they have in the earlier
/// document. The version is raised unless it is higher already; `None` if it cannot be. A time never
/// goes back, whatever the clock says.
///
/// Flags that cannot be marked have the time of the document, which is set if they changed. So do
/// flags that the later document lacks.
#[must_use]
pub fn stamped_changes(
    old: &Flags,
    new: &Flags,
    now: f64,
    can_be_marked: impl Fn(&str) -> bool,
) -> Option<(Flags, Vec<Arc<str>>)> {
    let not_before = |held: Option<f64>| moment_value(held.unwrap_or(now).max(now));
    let parts = changed_parts(old, new);
    let changed = parts.flags();
    let can_be_marked = |key: &str| {
        let is_object =
            new.source(Section::Flags, key).is_some_and(|flag| flag.as_object().is_some());
        is_object && can_be_marked(key)
    };
    let mut marked = Vec::new();
    let mut is_document_changed = changed.iter().any(|key| !new.contains(key));
    for key in new.keys() {
        let stamp = if parts.has_flag(key) {
            is_document_changed |= !can_be_marked(key);
            Some(not_before(lifecycle(old, key).and_then(|held| held.last_modified)))
        } else {
            own_stamp(old, key).cloned()
        };
        if let Some(stamp) = stamp
            && own_stamp(new, key) != Some(&stamp)
            && can_be_marked(key)
        {
            marked.push((Arc::from(key), with_stamp(new, key, stamp)?));
        }
    }
    let meta = new.meta().cloned().unwrap_or_default();
    let held = old.meta().and_then(stamp_in).filter(|_| !is_document_changed).cloned();
    let stamp = held.unwrap_or_else(|| not_before(document_changed(old)));
    let mut stamped = meta.clone();
    if stamp_in(&meta) != Some(&stamp) {
        stamped = stamped.with(STAMP, stamp);
    }
    if old.digest() != new.digest() && new.version() <= old.version() {
        let version = Value::from(next_version(old.version().unwrap_or(0))?);
        stamped = stamped.with("version", version);
    }
    let flags = if marked.is_empty() { new.clone() } else { new.with_flags(&marked) };
    let flags = if stamped == meta { flags } else { with_meta(&flags, &stamped) };
    Some((flags, changed))
}

/// Marks the changes of a tool that writes the document, as [`stamped_changes`] does. Other flags whose
/// answers differ are marked only if they have a time of their own, and their versions are raised, so that
/// patches and stores take them.
pub(crate) fn marked_changes(old: &Flags, new: &Flags, now: f64) -> Option<Flags> {
    let can_be_marked = |key: &str| {
        let [held, changed] = [old, new].map(|flags| flags.source(Section::Flags, key));
        let lifecycle = changed.and_then(|changed| changed.as_object()?.get("lifecycle"));
        let is_malformed =
            lifecycle.is_some_and(|held| !held.is_null() && held.as_object().is_none());
        (held != changed && !is_malformed) || own_stamp(old, key).is_some()
    };
    let (stamped, changed) = stamped_changes(old, new, now, can_be_marked)?;
    let raised: Vec<_> = changed
        .into_iter()
        .filter_map(|key| {
            let [held, flag] = [old, &stamped].map(|flags| flags.source(Section::Flags, &key));
            let (held, flag) = (held?, flag?);
            let raised = with_next_version(flag.clone(), Some(held));
            (held != flag && raised != *flag).then_some((key, raised))
        })
        .collect();
    Some(if raised.is_empty() { stamped } else { stamped.with_flags(&raised) })
}

fn with_meta(flags: &Flags, meta: &Object) -> Flags {
    flags.with_other_members(flags.other_members().with("meta", meta.clone().into()))
}

fn with_stamp(flags: &Flags, key: &str, stamp: Value) -> Option<Value> {
    let flag = flags.source(Section::Flags, key)?.as_object()?;
    let lifecycle = flag.get("lifecycle").and_then(Value::as_object).cloned().unwrap_or_default();
    Some(flag.with("lifecycle", lifecycle.with(STAMP, stamp).into()).into())
}

/// The flag's own timestamp.
fn own_stamp<'f>(flags: &'f Flags, key: &str) -> Option<&'f Value> {
    let flag = flags.source(Section::Flags, key)?.as_object()?;
    stamp_in(flag.get("lifecycle")?.as_object()?)
}

fn stamp_in(holder: &Object) -> Option<&Value> {
    holder.get(STAMP).filter(|stamp| !stamp.is_null())
}
