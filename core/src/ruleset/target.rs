use std::sync::Arc;

use super::attribute::{KindSlot, kind_slot};
use super::fields::{Fields, Unreadable};
use super::key_table::{Map, Tables};
use super::rollout::VariationCount;
use crate::context::USER;

/// The target lists of a flag: whom they name is looked up by kind and key, and the position of
/// the list decides between several hits.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    /// In the order in which they are consulted.
    pub(crate) lists: Box<[TargetList]>,
    by_kind: Box<[OfKind]>,
}

/// The position of the first list of a kind that holds each key.
type OfKind = (KindSlot, Map<Arc<str>, u32>);

/// One list of keys of one kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TargetList {
    pub(crate) kind: KindSlot,
    /// None when the flag has no such variation.
    pub(crate) variation: Option<u32>,
}

/// A list as it is written.
struct Written {
    kind: Arc<str>,
    /// The index as written, by which a list of `contextTargets` finds that of `targets`.
    index: i64,
    variation: Option<u32>,
    keys: Vec<Arc<str>>,
}

impl Written {
    fn read(list: &Fields<'_>, variations: VariationCount) -> Result<Written, Unreadable> {
        let kind = list.text("contextKind")?.filter(|kind| !kind.is_empty());
        Ok(Written {
            kind: kind.map_or_else(|| Arc::from(USER), Arc::clone),
            index: list.integer("variation")?.unwrap_or(0),
            variation: variations.read(list)?,
            keys: list.texts("values")?,
        })
    }
}

impl Targets {
    /// Reads `targets` and `contextTargets`. With no `contextTargets`, `targets` decides alone.
    /// Otherwise `contextTargets` gives the order, and an entry of it for users stands for the
    /// first entry of `targets` with its variation, whatever it names itself.
    pub(super) fn read(
        fields: &Fields<'_>,
        variations: VariationCount,
        tables: &mut Tables,
    ) -> Result<Targets, Unreadable> {
        let targets = fields.each("targets", |list| Written::read(&list, variations));
        let context_targets =
            fields.each("contextTargets", |list| Written::read(&list, variations));
        let (targets, context_targets) = (targets?, context_targets?);
        let mut builder = Builder { tables, targets: Vec::new(), by_kind: Vec::new() };
        if context_targets.is_empty() {
            targets.into_iter().for_each(|list| builder.add(&list.kind, list.variation, list.keys));
        } else {
            for list in context_targets {
                if &*list.kind != USER {
                    builder.add(&list.kind, list.variation, list.keys);
                } else if let Some(twin) = targets.iter().find(|twin| twin.index == list.index) {
                    builder.add(&twin.kind, list.variation, twin.keys.clone());
                }
            }
        }
        Ok(Targets { lists: builder.targets.into(), by_kind: builder.by_kind.into() })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// The position of the first list that names the context, whose key of a kind `key_of` tells.
    pub(crate) fn find<'k>(
        &self,
        key_of: impl Fn(KindSlot) -> Option<&'k str>,
    ) -> Option<(u32, TargetList)> {
        let positions = self.by_kind.iter().filter_map(|(kind, keys)| {
            let key = key_of(*kind)?;
            keys.get(key).copied()
        });
        let position = positions.min()?;
        self.lists.get(position as usize).map(|list| (position, *list))
    }
}

struct Builder<'a> {
    tables: &'a mut Tables,
    targets: Vec<TargetList>,
    by_kind: Vec<OfKind>,
}

impl Builder<'_> {
    fn add(&mut self, kind: &Arc<str>, variation: Option<u32>, list: Vec<Arc<str>>) {
        let kind = kind_slot(&mut self.tables.kinds, kind);
        let position = u32::try_from(self.targets.len()).unwrap_or(u32::MAX);
        self.targets.push(TargetList { kind, variation });
        let index = match self.by_kind.iter().position(|(known, _)| *known == kind) {
            Some(index) => index,
            None => {
                self.by_kind.push((kind, Map::default()));
                self.by_kind.len() - 1
            }
        };
        if let Some((_, keys)) = self.by_kind.get_mut(index) {
            keys.reserve(list.len());
            for key in list {
                keys.entry(key).or_insert(position);
            }
        }
    }
}
