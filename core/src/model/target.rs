//! Compiles target lists.

use std::sync::Arc;

use super::attribute::{KindSlot, kind_slot};
use super::fields::{Fields, Unreadable};
use super::rollout::VariationCount;
use super::tables::Tables;
use super::value_list::ValueList;
use crate::context::USER;
use crate::diagnostic::Findings;
use crate::json::{Value, sort_numbers};

/// The target lists of a flag, in the order in which they are searched.
#[derive(Debug, Default)]
pub struct Targets {
    /// The lists; the first that names the context decides.
    pub lists: Box<[TargetList]>,
}

impl Targets {
    /// The variation of each list that names a key; `None` if the flag has no such variation.
    pub fn variations(&self) -> impl Iterator<Item = Option<u32>> {
        self.lists.iter().filter(|list| !list.keys.is_empty()).map(|list| list.variation)
    }
}

/// One list of keys of one kind.
#[derive(Debug)]
pub struct TargetList {
    /// The context kind of the keys.
    pub kind: KindSlot,
    /// `None` if the flag has no such variation.
    pub variation: Option<u32>,
    pub(crate) keys: ValueList,
}

impl TargetList {
    /// The keys, shared with the document.
    #[must_use]
    pub fn keys(&self) -> &Arc<[Value]> {
        self.keys.values()
    }
}

/// The source of a list.
struct Written {
    kind: Arc<str>,
    /// The index in the source, by which a list of `contextTargets` refers to that of `targets`.
    index: i64,
    variation: Option<u32>,
    keys: ValueList,
}

impl Written {
    fn read<F: Findings>(
        list: &Fields<'_, F>,
        variations: VariationCount,
    ) -> Result<Written, Unreadable> {
        let kind = list.text("contextKind")?.filter(|kind| !kind.is_empty());
        Ok(Written {
            kind: kind.map_or_else(|| Arc::from(USER), Arc::clone),
            index: list.integer("variation")?.unwrap_or(0),
            variation: variations.read(list)?,
            keys: list.keys("values")?,
        })
    }
}

impl Targets {
    /// Compiles `targets` and `contextTargets`. Without `contextTargets`, `targets` decides alone.
    /// Otherwise `contextTargets` determines the order, and an entry of it for users is replaced by
    /// the first entry of `targets` with the same variation, whatever keys it lists itself.
    pub(super) fn read<F: Findings>(
        fields: &Fields<'_, F>,
        variations: VariationCount,
        tables: &mut Tables,
    ) -> Result<Targets, Unreadable> {
        let targets = fields.each("targets", |list| Written::read(&list, variations));
        let context_targets =
            fields.each("contextTargets", |list| Written::read(&list, variations));
        let (targets, context_targets) = (targets?, context_targets?);
        let mut lists = Vec::new();
        let mut add = |kind: &Arc<str>, variation, keys| {
            let kind = kind_slot(&mut tables.kinds, kind);
            lists.push(TargetList { kind, variation, keys });
        };
        if context_targets.is_empty() {
            targets.into_iter().for_each(|list| add(&list.kind, list.variation, list.keys));
        } else {
            let index = |at: u32| targets.get(at as usize).map(|list| list.index);
            let mut order: Vec<u32> = (0..).zip(&targets).map(|(at, _)| at).collect();
            sort_numbers(&mut order, &|a, b| index(a).cmp(&index(b)));
            for list in context_targets {
                let first = order.partition_point(|at| index(*at) < Some(list.index));
                let twin = order.get(first).and_then(|at| targets.get(*at as usize));
                if &*list.kind != USER {
                    add(&list.kind, list.variation, list.keys);
                } else if let Some(twin) = twin.filter(|twin| twin.index == list.index) {
                    add(&twin.kind, list.variation, twin.keys.clone());
                }
            }
        }
        Ok(Targets { lists: lists.into() })
    }
}
