//! The compiled document: every flag and segment, prepared for evaluation when it is loaded.
//!
//! The crate `isoflag-tools` reads it through [`Flags::model`](crate::Flags::model).
//!
//! A flag is compiled part by part, so that a mistake affects only its part. Flags, segments, kinds
//! and attributes refer to each other by slots.

mod attribute;
mod clause;
mod cycles;
mod deciding;
mod dependencies;
mod diagnostics;
mod fields;
mod flag;
mod hash;
mod links;
mod metadata;
mod operator;
mod rollout;
mod segment;
mod tables;
mod target;
pub(crate) mod value_list;

use std::sync::Arc;

pub use attribute::{Attribute, AttributeSlot, KindSlot};
pub use clause::{Clause, Condition};
pub use deciding::DecidingProperties;
pub use dependencies::Dependencies;
pub use flag::{Flag, FlagState, OffVariation, Prerequisite, Rule, Targeting};
pub use hash::{Hash, HashChoice, has_value_to_hash};
pub use metadata::Metadata;
pub use operator::{Pattern, Test, epoch_milliseconds};
pub use rollout::{BucketInput, Bucketing, Rollout, Served, WeightedVariation};
pub use segment::{KeyList, Membership, Segment, SegmentBody, SegmentRule};
pub use target::{TargetList, Targets};

pub use crate::document::Section;

pub(crate) use hash::is_integral;
pub(crate) use operator::Comparable;
pub(crate) use tables::Tables;
pub(crate) use value_list::ValueList;

use fields::Fields;
use tables::intern;

use crate::diagnostic::{Findings, NoFindings};
use crate::document::Document;
use crate::json::{Note, Object, Path, Value};
use crate::key_set::KeySet;

/// A compiled document. Flags, segments and attributes refer to each other by slots. Parts that a
/// patch does not change are shared with the previous model.
#[derive(Clone, Debug)]
pub struct Model {
    tables: Tables,
    flags: ItemTable<Flag>,
    segments: ItemTable<Segment>,
    /// Every member of the document but `flags` and `segments`.
    rest: Object,
    hash: HashChoice,
    /// Findings in the texts of the document and its patches that their values do not show.
    notes: Arc<[Note]>,
}

/// The flags or the segments, by slot.
#[derive(Debug)]
struct ItemTable<T> {
    items: Vec<Option<Arc<Item<T>>>>,
    /// The slots of the document's items, in RFC 8785 order of the keys.
    order: Arc<[u32]>,
}

impl<T> Clone for ItemTable<T> {
    fn clone(&self) -> Self {
        ItemTable { items: self.items.clone(), order: Arc::clone(&self.order) }
    }
}

/// One entry of `flags` or `segments`.
#[derive(Debug)]
struct Item<T> {
    /// The source, for the digest and later patches.
    source: Value,
    /// `None` for `null` and for a tombstone.
    compiled: Option<T>,
}

impl<T> ItemTable<T> {
    fn empty() -> ItemTable<T> {
        ItemTable { items: Vec::new(), order: Arc::default() }
    }

    fn item(&self, slot: u32) -> Option<&Item<T>> {
        self.items.get(slot as usize)?.as_deref()
    }

    fn put(&mut self, slot: u32, item: Item<T>) {
        let slot = slot as usize;
        if self.items.len() <= slot {
            self.items.resize_with(slot + 1, || None);
        }
        if let Some(entry) = self.items.get_mut(slot) {
            *entry = Some(Arc::new(item));
        }
    }

    /// Restores the order after items have been added.
    fn sort(&mut self, keys: &KeySet) {
        let mut slots = Vec::new();
        for (slot, item) in (0_u32..).zip(&self.items) {
            if item.is_some() {
                slots.push(slot);
            }
        }
        if slots.len() == self.order.len() {
            return;
        }
        keys.sort(&mut slots);
        self.order = slots.into();
    }

    /// Slot and item, in RFC 8785 order of the keys.
    fn iter(&self) -> impl Iterator<Item = (u32, &Item<T>)> {
        self.order.iter().filter_map(|slot| Some((*slot, self.item(*slot)?)))
    }
}

impl Model {
    pub(crate) fn compile(document: Document) -> Model {
        let Document { flags, segments, rest, notes } = document;
        let empty = Model {
            tables: Tables::default(),
            flags: ItemTable::empty(),
            segments: ItemTable::empty(),
            rest: Object::default(),
            hash: HashChoice::Document,
            notes: Arc::default(),
        };
        let model = Model { notes: notes.into(), ..empty.with_rest::<false>(rest) };
        model.with::<false>(flags.iter(), segments.iter(), &[])
    }

    /// Returns this model with some flags and segments replaced or added. `NOTES` states whether
    /// notes about them are replaced too.
    pub(crate) fn with<'a, const NOTES: bool>(
        self,
        mut flags: impl Iterator<Item = (&'a Arc<str>, &'a Value)>,
        mut segments: impl Iterator<Item = (&'a Arc<str>, &'a Value)>,
        notes: &[Note],
    ) -> Model {
        self.with_items::<NOTES>(&mut flags, &mut segments, notes)
    }

    /// One function, whatever the source of the items.
    fn with_items<'a, const NOTES: bool>(
        mut self,
        flags: &mut dyn Iterator<Item = (&'a Arc<str>, &'a Value)>,
        segments: &mut dyn Iterator<Item = (&'a Arc<str>, &'a Value)>,
        notes: &[Note],
    ) -> Model {
        let mut replaced = diagnostics::Replaced::default();
        for (key, source) in segments {
            let slot = intern(&mut self.tables.segments, key);
            self.segments.put(slot, Item::compile(key, source, &mut self.tables));
            if NOTES {
                replaced.add(Section::Segments, key);
            }
        }
        for (key, source) in flags {
            let slot = intern(&mut self.tables.flags, key);
            self.flags.put(slot, Item::compile(key, source, &mut self.tables));
            if NOTES {
                replaced.add(Section::Flags, key);
            }
        }
        self.segments.sort(&self.tables.segments);
        self.flags.sort(&self.tables.flags);
        if NOTES {
            self.notes = replaced.notes(&self.notes, notes);
        }
        self
    }

    /// Returns this model with new members other than `flags` and `segments`. `NOTES` states whether
    /// notes about them are dropped.
    pub(crate) fn with_rest<const NOTES: bool>(mut self, rest: Object) -> Model {
        self.hash = read_hash(&rest, &NoFindings);
        self.rest = rest;
        if NOTES {
            self.notes = diagnostics::notes_of_items(&self.notes);
        }
        self
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The hash in `meta.hash`.
    #[must_use]
    pub fn hash(&self) -> HashChoice {
        self.hash
    }

    pub(crate) fn rest(&self) -> &Object {
        &self.rest
    }

    /// The flag in a slot; `None` if the document has no such flag.
    #[must_use]
    pub fn flag(&self, slot: u32) -> Option<&Flag> {
        self.flags.item(slot)?.compiled.as_ref()
    }

    /// The segment in a slot; `None` if the document has no such segment.
    #[must_use]
    pub fn segment(&self, slot: u32) -> Option<&Segment> {
        self.segments.item(slot)?.compiled.as_ref()
    }

    /// The key of the flag in a slot, whether or not the document has it.
    #[must_use]
    pub fn flag_key(&self, slot: u32) -> &Arc<str> {
        self.tables.flags.key(slot)
    }

    /// The key of the segment in a slot, whether or not the document has it.
    #[must_use]
    pub fn segment_key(&self, slot: u32) -> &Arc<str> {
        self.tables.segments.key(slot)
    }

    /// The name of the kind in a slot.
    #[must_use]
    pub fn kind(&self, slot: KindSlot) -> &Arc<str> {
        self.tables.kinds.key(slot.0)
    }

    /// The attribute in a slot.
    #[must_use]
    pub fn attribute(&self, slot: AttributeSlot) -> Option<&Attribute> {
        self.tables.attributes.get(slot)
    }

    /// Slot and flag, tombstones left out, in RFC 8785 order of the keys.
    pub fn flags(&self) -> impl Iterator<Item = (u32, &Flag)> {
        self.flags.order.iter().filter_map(|slot| Some((*slot, self.flag(*slot)?)))
    }

    /// Slot and segment, tombstones left out, in RFC 8785 order of the keys.
    pub fn segments(&self) -> impl Iterator<Item = (u32, &Segment)> {
        self.segments.order.iter().filter_map(|slot| Some((*slot, self.segment(*slot)?)))
    }

    /// The source of an item, including tombstones.
    pub(crate) fn source(&self, section: Section, key: &str) -> Option<&Value> {
        match section {
            Section::Flags => {
                self.tables.flags.slot(key).and_then(|slot| Some(&self.flags.item(slot)?.source))
            }
            Section::Segments => self
                .tables
                .segments
                .slot(key)
                .and_then(|slot| Some(&self.segments.item(slot)?.source)),
        }
    }

    /// The normalised document, which the digest is computed over.
    pub(crate) fn document(&self) -> Value {
        fn sources<T>(items: &ItemTable<T>, keys: &KeySet) -> Value {
            let mut members = Vec::new();
            for (slot, item) in items.iter() {
                members.push((Arc::clone(keys.key(slot)), item.source.clone()));
            }
            Object::from_members(members).into()
        }
        let mut members = self.rest.members().to_vec();
        members.push((Arc::from(Section::Flags.name()), sources(&self.flags, &self.tables.flags)));
        members.push((
            Arc::from(Section::Segments.name()),
            sources(&self.segments, &self.tables.segments),
        ));
        Object::from_members(members).into()
    }
}

/// A flag or a segment, as an item of its section.
trait Part: Sized {
    const SECTION: Section;

    /// Compiles the item with this member name; `None` for `null` and for a tombstone.
    fn read<F: Findings>(
        source: &Value,
        name: &Arc<str>,
        path: &Path<'_>,
        findings: &F,
        tables: &mut Tables,
    ) -> Option<Self>;
}

impl<T: Part> Item<T> {
    fn compile(key: &Arc<str>, source: &Value, tables: &mut Tables) -> Item<T> {
        let compiled = read_item(key, source, &NoFindings, tables);
        Item { source: source.clone(), compiled }
    }
}

fn read_item<T: Part, F: Findings>(
    key: &Arc<str>,
    source: &Value,
    findings: &F,
    tables: &mut Tables,
) -> Option<T> {
    let section = Path::Root.member(T::SECTION.name());
    T::read(source, key, &section.key(key), findings, tables)
}

/// The document's hash: `meta.hash`.
fn read_hash<F: Findings>(rest: &Object, findings: &F) -> HashChoice {
    let path = Path::Root.member("meta");
    match rest.get("meta") {
        None | Some(Value::Null) => HashChoice::Document,
        Some(meta) => Fields::of(meta, &path, findings)
            .and_then(|fields| HashChoice::read(&fields))
            .unwrap_or(HashChoice::Unknown),
    }
}
