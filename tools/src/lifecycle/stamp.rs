//! Sets the last-modified timestamps of a document and its flags, and its version.

use std::sync::Arc;

use isoflag::model::Section;
use isoflag::{Flags, Object, Value};

use super::change::next_version;
use super::moment_value;
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
/// document. The version is raised unless it is higher already; `None` if it cannot be.
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
    let time = moment_value(now);
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
            Some(&time)
        } else {
            own_stamp(old, key)
        };
        let is_other = stamp.is_some() && own_stamp(new, key) != stamp;
        if let Some(stamp) = stamp.filter(|_| is_other && can_be_marked(key)) {
            marked.push((Arc::from(key), with_stamp(new, key, stamp)?));
        }
    }
    let meta = new.meta().cloned().unwrap_or_default();
    let held = old.meta().and_then(stamp_in).filter(|_| !is_document_changed);
    let stamp = held.unwrap_or(&time);
    let mut stamped = meta.clone();
    if stamp_in(&meta) != Some(stamp) {
        stamped = stamped.with(STAMP, stamp.clone());
    }
    if old.digest() != new.digest() && new.version() <= old.version() {
        let version = Value::from(next_version(old.version().unwrap_or(0))?);
        stamped = stamped.with("version", version);
    }
    let flags = if marked.is_empty() { new.clone() } else { new.with_flags(&marked) };
    let flags = if stamped == meta { flags } else { with_meta(&flags, &stamped) };
    Some((flags, changed))
}

fn with_meta(flags: &Flags, meta: &Object) -> Flags {
    flags.with_other_members(flags.other_members().with("meta", meta.clone().into()))
}

fn with_stamp(flags: &Flags, key: &str, stamp: &Value) -> Option<Value> {
    let flag = flags.source(Section::Flags, key)?.as_object()?;
    let lifecycle = flag.get("lifecycle").and_then(Value::as_object).cloned().unwrap_or_default();
    Some(flag.with("lifecycle", lifecycle.with(STAMP, stamp.clone()).into()).into())
}

/// The flag's own timestamp.
pub(crate) fn own_stamp<'f>(flags: &'f Flags, key: &str) -> Option<&'f Value> {
    let flag = flags.source(Section::Flags, key)?.as_object()?;
    stamp_in(flag.get("lifecycle")?.as_object()?)
}

fn stamp_in(holder: &Object) -> Option<&Value> {
    holder.get(STAMP).filter(|stamp| !stamp.is_null())
}
