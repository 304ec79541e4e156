//! The compiled document: every flag and segment, prepared for evaluation when it is loaded.
//!
//! The crate `isoflag-tools` reads it through [`Flags::model`](crate::Flags::model).
//!
//! A flag is compiled part by part, so that a mistake affects only its part. Flags, segments, kinds
//! and attributes refer to each other by slots.

mod attribute;
mod bucket_slot;
mod clause;
#[cfg(feature = "tools")]
mod cycles;
mod fields;
mod flag;
mod hash;
#[cfg(feature = "tools")]
mod links;
mod mention;
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
pub use flag::{Flag, FlagState, OffVariation, Prerequisite, Rule, Targeting};
pub use hash::{Hash, HashChoice};
pub use mention::Mentions;
pub use operator::{Pattern, Test, epoch_milliseconds};
pub use rollout::{Bucketing, Rollout, Served, WeightedVariation};
pub use segment::{KeyList, Membership, Segment, SegmentBody, SegmentRule};
pub use target::Targets;

pub use crate::document::Section;

pub(crate) use operator::Comparable;
pub(crate) use tables::Tables;
pub(crate) use target::TargetList;
pub(crate) use value_list::ValueList;

use fields::Fields;
use tables::intern;

use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::document::Document;
use crate::json::{Note, NoteKind, Object, Value};
use crate::key_set::KeySet;
#[cfg(feature = "tools")]
use crate::limits::DIAGNOSTICS;
use crate::path::Path;

/// A compiled document. Flags, segments and attributes refer to each other by slots. Parts that a
/// patch does not change are shared with the previous model.
#[derive(Clone, Debug)]
pub struct Model {
    tables: Tables,
    flags: Items<Flag>,
    segments: Items<Segment>,
    /// Every member of the document but `flags` and `segments`.
    rest: Object,
    hash: HashChoice,
    /// Notes outside flags and segments.
    #[cfg(feature = "tools")]
    notes: Arc<[Note]>,
    /// Diagnostics from before the compilation.
    #[cfg(feature = "tools")]
    diagnostics: Arc<[Diagnostic]>,
}

/// The flags or the segments, by slot.
#[derive(Debug)]
struct Items<T> {
    items: Vec<Option<Arc<Item<T>>>>,
    /// The slots of the document's items, in RFC 8785 order of the keys.
    order: Arc<[u32]>,
}

impl<T> Clone for Items<T> {
    fn clone(&self) -> Self {
        Items { items: self.items.clone(), order: Arc::clone(&self.order) }
    }
}

/// One entry of `flags` or `segments`.
#[derive(Debug)]
struct Item<T> {
    /// The source, for the digest and later patches.
    written: Value,
    /// `None` for `null` and for a tombstone.
    compiled: Option<T>,
    /// Notes about it, taken while parsing.
    #[cfg(feature = "tools")]
    notes: Box<[Note]>,
}

impl<T> Items<T> {
    fn empty() -> Items<T> {
        Items { items: Vec::new(), order: Arc::default() }
    }

    fn item(&self, slot: u32) -> Option<&Item<T>> {
        self.items.get(slot as usize)?.as_deref()
    }

    fn put(&mut self, slot: u32, item: Item<T>) {
        let slot = slot as usize;
        if self.items.len() <= slot {
            self.items.resize_with(slot + 1, || None);
        }
        if let Some(place) = self.items.get_mut(slot) {
            *place = Some(Arc::new(item));
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
    pub(crate) fn compile(document: &Document) -> Model {
        let empty = Model {
            tables: Tables::default(),
            flags: Items::empty(),
            segments: Items::empty(),
            rest: Object::default(),
            hash: HashChoice::Document,
            #[cfg(feature = "tools")]
            notes: Arc::default(),
            #[cfg(feature = "tools")]
            diagnostics: Arc::default(),
        };
        let ruleset = empty.with_rest(document.rest.clone());
        #[cfg(feature = "tools")]
        let ruleset = {
            let notes = document.notes.iter().filter(|note| !is_of_an_item(note)).cloned();
            let diagnostics = document.diagnostics.as_slice().into();
            Model { notes: notes.collect(), diagnostics, ..ruleset }
        };
        ruleset.with(document.flags.iter(), document.segments.iter(), &document.notes)
    }

    /// Returns this ruleset with some flags and segments taken from a patch.
    pub(crate) fn with<'a>(
        self,
        mut flags: impl Iterator<Item = (&'a Arc<str>, &'a Value)>,
        mut segments: impl Iterator<Item = (&'a Arc<str>, &'a Value)>,
        notes: &[Note],
    ) -> Model {
        self.with_items(&mut flags, &mut segments, notes)
    }

    /// One function, whatever the source of the items.
    fn with_items<'a>(
        mut self,
        flags: &mut dyn Iterator<Item = (&'a Arc<str>, &'a Value)>,
        segments: &mut dyn Iterator<Item = (&'a Arc<str>, &'a Value)>,
        notes: &[Note],
    ) -> Model {
        let mut notes = NotesByItem::of(notes);
        for (key, written) in segments {
            let slot = intern(&mut self.tables.segments, key);
            let notes = notes.take(Section::Segments, key);
            let read = Reading { section: Section::Segments, read: Segment::read };
            let item = read.compile(key, written, notes, &mut self.tables);
            self.segments.put(slot, item);
        }
        for (key, written) in flags {
            let slot = intern(&mut self.tables.flags, key);
            let notes = notes.take(Section::Flags, key);
            let read = Reading { section: Section::Flags, read: Flag::read };
            let item = read.compile(key, written, notes, &mut self.tables);
            self.flags.put(slot, item);
        }
        self.segments.sort(&self.tables.segments);
        self.flags.sort(&self.tables.flags);
        self
    }

    /// Returns this ruleset with other members beside `flags` and `segments`.
    pub(crate) fn with_rest(mut self, rest: Object) -> Model {
        self.hash = read_hash(&rest, &Findings::default());
        #[cfg(feature = "tools")]
        {
            self.notes = Arc::default();
            self.diagnostics = Arc::default();
        }
        self.rest = rest;
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
    pub(crate) fn written(&self, section: Section, key: &str) -> Option<&Value> {
        match section {
            Section::Flags => {
                self.tables.flags.slot(key).and_then(|slot| Some(&self.flags.item(slot)?.written))
            }
            Section::Segments => self
                .tables
                .segments
                .slot(key)
                .and_then(|slot| Some(&self.segments.item(slot)?.written)),
        }
    }

    /// The normalised document, which the digest is computed over.
    pub(crate) fn document(&self) -> Value {
        fn written<T>(items: &Items<T>, keys: &KeySet) -> Value {
            let mut members = Vec::new();
            for (slot, item) in items.iter() {
                members.push((Arc::clone(keys.key(slot)), item.written.clone()));
            }
            Object::from_members(members).into()
        }
        let mut members = vec![
            (Arc::from(Section::Flags.name()), written(&self.flags, &self.tables.flags)),
            (Arc::from(Section::Segments.name()), written(&self.segments, &self.tables.segments)),
        ];
        for (name, value) in self.rest.iter() {
            members.push((Arc::clone(name), value.clone()));
        }
        Object::from_members(members).into()
    }

    #[cfg(feature = "tools")]
    /// Everything that is wrong, in the order of the document. Each item is compiled once more:
    /// loading keeps no messages.
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        // One more than are reported: it shows that there are more.
        let room = |all: &Vec<Diagnostic>| (DIAGNOSTICS + 1).saturating_sub(all.len());
        let mut all: Vec<_> = self.notes.iter().take(DIAGNOSTICS + 1).map(diagnostic).collect();
        all.extend(self.diagnostics.iter().take(room(&all)).cloned());
        let findings = Findings::kept();
        read_hash(&self.rest, &findings);
        all.extend(findings.into_vec());
        let links = links::Links::of(self);
        // All keys already have their slots, so that the tables are only read.
        let mut tables = self.tables.clone();
        for (slot, item) in self.flags.iter() {
            if room(&all) == 0 {
                break;
            }
            let read = Reading { section: Section::Flags, read: Flag::read };
            read.diagnostics(self.flag_key(slot), item, &mut tables, &mut all);
            links.of_flag(slot, &mut all);
        }
        for (slot, item) in self.segments.iter() {
            if room(&all) == 0 {
                break;
            }
            let read = Reading { section: Section::Segments, read: Segment::read };
            read.diagnostics(self.segment_key(slot), item, &mut tables, &mut all);
            links.of_segment(slot, &mut all);
        }
        if all.len() > DIAGNOSTICS {
            all.truncate(DIAGNOSTICS - 1);
            let message = format!("more than {DIAGNOSTICS} findings; repair some to see the rest");
            all.push(Diagnostic::new(Code::TooManyFindings, &Path::Root, message));
        }
        all
    }
}

/// How the items of a section are compiled.
struct Reading<T> {
    section: Section,
    read: fn(&Value, &Arc<str>, &Path<'_>, &Findings, &mut Tables) -> Option<T>,
}

impl<T> Reading<T> {
    fn read(
        &self,
        key: &Arc<str>,
        written: &Value,
        findings: &Findings,
        tables: &mut Tables,
    ) -> Option<T> {
        let section = Path::Root.member(self.section.name());
        (self.read)(written, key, &section.member(key), findings, tables)
    }

    fn compile(
        &self,
        key: &Arc<str>,
        written: &Value,
        notes: Vec<Note>,
        tables: &mut Tables,
    ) -> Item<T> {
        let compiled = self.read(key, written, &Findings::default(), tables);
        #[cfg(not(feature = "tools"))]
        drop(notes);
        Item {
            written: written.clone(),
            compiled,
            #[cfg(feature = "tools")]
            notes: notes.into(),
        }
    }

    #[cfg(feature = "tools")]
    fn diagnostics(
        &self,
        key: &Arc<str>,
        item: &Item<T>,
        tables: &mut Tables,
        all: &mut Vec<Diagnostic>,
    ) {
        all.extend(item.notes.iter().take(DIAGNOSTICS + 1).map(diagnostic));
        let findings = Findings::kept();
        self.read(key, &item.written, &findings, tables);
        all.extend(findings.into_vec());
    }
}

/// The notes of each item, in order.
#[derive(Default)]
struct NotesByItem {
    flags: KeySet,
    segments: KeySet,
    of_flags: Vec<Vec<Note>>,
    of_segments: Vec<Vec<Note>>,
}

impl NotesByItem {
    fn of(notes: &[Note]) -> NotesByItem {
        let mut by_item = NotesByItem::default();
        // Neighbours mostly belong to one item, whose key may be long.
        let mut last: Option<(Arc<str>, Section, u32)> = None;
        for note in notes {
            let Some((section, key)) = note.item() else { continue };
            let section = match &**section {
                name if *name == *Section::Flags.name() => Section::Flags,
                name if *name == *Section::Segments.name() => Section::Segments,
                _ => continue,
            };
            let (keys, lists) = by_item.section(section);
            let slot = match &last {
                Some((known, of, slot)) if Arc::ptr_eq(known, key) && *of == section => *slot,
                _ => keys.slot(key).unwrap_or_else(|| {
                    lists.push(Vec::new());
                    keys.add(key)
                }),
            };
            if let Some(list) = lists.get_mut(slot as usize) {
                list.push(note.clone());
            }
            last = Some((Arc::clone(key), section, slot));
        }
        by_item
    }

    fn section(&mut self, section: Section) -> (&mut KeySet, &mut Vec<Vec<Note>>) {
        match section {
            Section::Flags => (&mut self.flags, &mut self.of_flags),
            Section::Segments => (&mut self.segments, &mut self.of_segments),
        }
    }

    fn take(&mut self, section: Section, key: &str) -> Vec<Note> {
        let (keys, lists) = self.section(section);
        if lists.is_empty() {
            return Vec::new();
        }
        let notes = keys.slot(key).and_then(|slot| lists.get_mut(slot as usize));
        notes.map(std::mem::take).unwrap_or_default()
    }
}

/// Whether a note is about one flag or segment.
#[cfg(feature = "tools")]
fn is_of_an_item(note: &Note) -> bool {
    let sections = [Section::Flags.name(), Section::Segments.name()];
    note.item().is_some_and(|(section, _)| sections.contains(&&**section))
}

#[cfg(feature = "tools")]
fn diagnostic(note: &Note) -> Diagnostic {
    match note.kind {
        NoteKind::DuplicateMember => Diagnostic::at(
            Code::DuplicateMember,
            note.path(),
            "the member is written twice; the last one counts",
        ),
        NoteKind::NumberPrecision => Diagnostic::at(
            Code::NumberPrecision,
            note.path(),
            "an integer beyond 2^53 is rounded to the nearest double; write it as a string",
        ),
    }
}

/// The document's hash: `meta.hash`.
fn read_hash(rest: &Object, findings: &Findings) -> HashChoice {
    let path = Path::Root.member("meta");
    match rest.get("meta") {
        None | Some(Value::Null) => HashChoice::Document,
        Some(meta) => Fields::of(meta, &path, findings)
            .and_then(|fields| HashChoice::read(&fields))
            .unwrap_or(HashChoice::Unknown),
    }
}
