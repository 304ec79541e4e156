//! The diagnostics of a compiled document: it is compiled once more, with its findings collected.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::links::Links;
use super::{Item, Model, Part, Section, Tables, read_hash, read_item};
use crate::diagnostic::{Code, CollectedFindings, Diagnostic};
use crate::json::{Note, NoteKind, Path};
use crate::limits::DIAGNOSTICS;

impl Model {
    /// Everything that is wrong, in the order of the document.
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        // One more than are reported: it shows that there are more.
        let is_full = |all: &Vec<Diagnostic>| all.len() > DIAGNOSTICS;
        let notes = NotesByItem::of(&self.notes);
        let others = notes.others.iter().take(DIAGNOSTICS + 1);
        let mut all = Vec::new();
        others.for_each(|note| add_note(note, &mut all));
        let findings = CollectedFindings::diagnostics();
        read_hash(&self.rest, &findings);
        all.extend(findings.into_diagnostics());
        let links = Links::of(self);
        // All keys already have their slots, so that the tables are only read.
        let mut tables = self.tables.clone();
        for (slot, item) in self.flags.iter() {
            if is_full(&all) {
                break;
            }
            diagnose(self.flag_key(slot), item, &notes, &mut tables, &mut all);
            links.of_flag(slot, &mut all);
        }
        for (slot, item) in self.segments.iter() {
            if is_full(&all) {
                break;
            }
            diagnose(self.segment_key(slot), item, &notes, &mut tables, &mut all);
            links.of_segment(slot, &mut all);
        }
        if is_full(&all) {
            all.truncate(DIAGNOSTICS - 1);
            let message = format!("more than {DIAGNOSTICS} findings; repair some to see the rest");
            all.push(Diagnostic::new(Code::TOO_MANY_FINDINGS, &Path::Root, message));
        }
        all
    }
}

/// Adds the problems of one flag or segment.
fn diagnose<T: Part>(
    key: &Arc<str>,
    item: &Item<T>,
    notes: &NotesByItem<'_>,
    tables: &mut Tables,
    all: &mut Vec<Diagnostic>,
) {
    let of_text = notes.items.get(&(T::SECTION, &**key)).into_iter().flatten();
    of_text.take(DIAGNOSTICS + 1).for_each(|note| add_note(note, all));
    let findings = CollectedFindings::diagnostics();
    read_item::<T, _>(key, &item.source, &findings, tables);
    all.extend(findings.into_diagnostics());
}

fn add_note(note: &Note, all: &mut Vec<Diagnostic>) {
    let (code, message) = match note.kind {
        NoteKind::DuplicateMember => {
            (Code::DUPLICATE_MEMBER, "the member is written twice; the last one counts".to_owned())
        }
        NoteKind::NumberPrecision => (
            Code::NUMBER_PRECISION,
            "an integer beyond 2^53 is rounded to the nearest double; write it as a string"
                .to_owned(),
        ),
        NoteKind::DuplicateFlag => {
            let key = note.item().map_or("", |(_, key)| key);
            (
                Code::DUPLICATE_FLAG,
                format!("`{key}` is in `flags` too, which counts; remove one of them"),
            )
        }
    };
    let path = note.path(&Diagnostic::last_path(all));
    all.push(Diagnostic::at(code, path, message));
}

/// A flag or a segment.
type ItemKey<'a> = (Section, &'a str);

/// The flag or segment that a note is about; `None` for another part of the document.
fn item_of(note: &Note) -> Option<ItemKey<'_>> {
    let (section, key) = note.item()?;
    let sections = [Section::Flags, Section::Segments];
    let section = sections.into_iter().find(|known| known.name() == section)?;
    Some((section, key))
}

/// Neighbors about one item, whose key may be long.
fn by_item(notes: &[Note]) -> impl Iterator<Item = (Option<ItemKey<'_>>, &[Note])> {
    let is_same = |one: &Note, other: &Note| match (item_of(one), item_of(other)) {
        (Some((one_of, one)), Some((other_of, other))) => {
            one_of == other_of && std::ptr::eq(one, other)
        }
        (None, None) => true,
        _ => false,
    };
    notes.chunk_by(is_same).map(|notes| (notes.first().and_then(item_of), notes))
}

/// The notes of each item, in order, and those outside flags and segments.
#[derive(Default)]
struct NotesByItem<'n> {
    items: BTreeMap<ItemKey<'n>, Vec<&'n Note>>,
    others: Vec<&'n Note>,
}

impl<'n> NotesByItem<'n> {
    fn of(notes: &'n [Note]) -> NotesByItem<'n> {
        let mut by_key = NotesByItem::default();
        for (item, notes) in by_item(notes) {
            match item {
                Some(item) => by_key.items.entry(item).or_default().extend(notes),
                None => by_key.others.extend(notes),
            }
        }
        by_key
    }
}

/// The flags and segments that a patch replaces.
#[derive(Default)]
pub(super) struct Replaced<'a>(BTreeSet<ItemKey<'a>>);

impl<'a> Replaced<'a> {
    pub(super) fn add(&mut self, section: Section, key: &'a str) {
        self.0.insert((section, key));
    }

    /// The notes about the other parts of the document, and those of a patch about its items.
    pub(super) fn notes(&self, held: &[Note], patch: &[Note]) -> Arc<[Note]> {
        let is_replaced =
            |item: Option<ItemKey<'_>>| item.is_some_and(|item| self.0.contains(&item));
        let held = by_item(held).filter(|(item, _)| !is_replaced(*item));
        let new = by_item(patch).filter(|(item, _)| is_replaced(*item));
        held.chain(new).flat_map(|(_, notes)| notes).cloned().collect()
    }
}

/// The notes about flags and segments.
pub(super) fn notes_of_items(notes: &[Note]) -> Arc<[Note]> {
    notes.iter().filter(|note| item_of(note).is_some()).cloned().collect()
}
