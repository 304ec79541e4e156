//! The tables of keys, kinds, attributes and buckets that link the parts of a document.

use std::sync::Arc;

use super::attribute::AttributeTable;
use super::bucket_slot::BucketTable;
use crate::key_set::KeySet;

/// The tables that link the parts of a document: flags, segments and kinds by key.
///
/// A key keeps its slot permanently, even if the document does not contain it, so that a
/// prerequisite on a flag that a later patch adds needs no new link.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) flags: Arc<KeySet>,
    pub(crate) segments: Arc<KeySet>,
    pub(crate) kinds: Arc<KeySet>,
    pub(crate) attributes: Arc<AttributeTable>,
    pub(crate) buckets: Arc<BucketTable>,
}

/// Returns the slot of a key, adding it if needed; a table that other models share is copied
/// first.
pub(crate) fn intern(table: &mut Arc<KeySet>, key: &Arc<str>) -> u32 {
    match table.slot(key) {
        Some(slot) => slot,
        None => changed(table, |table| table.add(key)).unwrap_or(u32::MAX),
    }
}

/// Changes a table of this model; a shared one is copied first.
pub(super) fn changed<T: Clone, R>(
    table: &mut Arc<T>,
    change: impl FnOnce(&mut T) -> R,
) -> Option<R> {
    if Arc::get_mut(table).is_none() {
        *table = Arc::new(T::clone(table));
    }
    Arc::get_mut(table).map(change)
}
