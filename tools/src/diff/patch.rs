//! Makes the patch that turns one document into another.

use std::sync::Arc;

use isoflag::model::Section;
use isoflag::{Flags, Object, Value};

/// Returns the patch for a client that holds one document and needs another: applied to the first,
/// it makes a document with the digest of the second. `None` if no patch does, so that the client
/// needs the whole document.
///
/// A patch raises versions, and removes nothing. So the result is `None` if an item differs without
/// a higher `version`, as for two visitors of one document, or if an item was removed.
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::patch_between;
/// let held = Flags::from_json(br#"{"flags": {"a": {"version": 1}, "b": {"version": 1}}}"#)?;
/// let next = Flags::from_json(br#"{"flags": {"a": {"version": 1}, "b": {"version": 2}}}"#)?;
/// let patch = patch_between(&held, &next).unwrap_or_default();
/// assert_eq!(patch.to_canonical_json(), r#"{"flags":{"b":{"version":2}}}"#);
/// assert_eq!(held.apply_value(patch)?.digest(), next.digest());
/// assert_eq!(patch_between(&next, &held), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn patch_between(held: &Flags, next: &Flags) -> Option<Value> {
    let document = next.document();
    let mut members = Vec::new();
    for section in [Section::Flags, Section::Segments] {
        let items = document.as_object()?.get(section.name())?.as_object()?;
        let differs = |(key, item): &(&Arc<str>, &Value)| held.source(section, key) != Some(*item);
        let changed = items.iter().filter(differs);
        let changed: Vec<_> = changed.map(|(key, item)| (Arc::clone(key), item.clone())).collect();
        if !changed.is_empty() {
            members.push((section.name(), Value::Object(Object::from_members(changed))));
        }
    }
    let meta = next.other_members().get("meta");
    if meta != held.other_members().get("meta") {
        members.push(("meta", meta?.clone()));
    }
    let patch = Value::Object(members.into_iter().collect());
    // Applying decides which items a patch replaces.
    let patched = held.apply_value(patch.clone()).ok()?;
    (patched.digest() == next.digest()).then_some(patch)
}
