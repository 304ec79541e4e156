//! Notes about a JSON text that its parsed value no longer shows: duplicate members and rounded
//! integers.

use std::sync::Arc;

use super::path::{Path, Step};

/// A fact about a text that its value no longer shows.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) kind: NoteKind,
    position: Position,
    /// Whether the document is the member `data` of a stream's event, which its paths leave out.
    within_data: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoteKind {
    DuplicateMember,
    /// A flag is both in `flags` and in `flagValues`.
    DuplicateFlag,
    NumberPrecision,
}

/// A position in a document; values in one array or object share its path.
#[derive(Clone, Debug)]
pub(crate) struct Position {
    parent: Option<Arc<Position>>,
    name: OwnStep,
}

#[derive(Clone, Debug)]
enum OwnStep {
    Member(Arc<str>),
    Element(usize),
}

impl Note {
    /// The steps, from the outermost member on.
    fn steps(&self) -> Vec<&Position> {
        let up = std::iter::successors(Some(&self.position), |position| position.parent.as_deref());
        let mut steps: Vec<&Position> = up.collect();
        if self.within_data {
            steps.pop();
        }
        steps.reverse();
        steps
    }

    pub(crate) fn path(&self) -> String {
        let mut text = String::new();
        for position in self.steps() {
            match &position.name {
                OwnStep::Member(name) => Step::Member(name).write(&mut text),
                OwnStep::Element(index) => Step::Element(*index).write(&mut text),
            }
        }
        text
    }

    /// The section (such as `flags`) and the item in it that the note belongs to.
    pub(crate) fn item(&self) -> Option<(&Arc<str>, &Arc<str>)> {
        let mut names = self.steps().into_iter().filter_map(|position| match &position.name {
            OwnStep::Member(name) => Some(name),
            OwnStep::Element(_) => None,
        });
        Some((names.next()?, names.next()?))
    }

    /// The note in a document that is the member `data` of a stream's event.
    pub(crate) fn within_data(self) -> Option<Note> {
        let is_data = |position: &&Position| matches!(&position.name, OwnStep::Member(name) if **name == *"data");
        let inside = self.position.parent.is_some() && self.steps().first().is_some_and(is_data);
        inside.then_some(Note { within_data: true, ..self })
    }
}

/// The positions of the open arrays and objects, from the outermost on, if something has been noted
/// in them.
#[derive(Debug, Default)]
pub(crate) struct OpenPaths(Vec<Option<Arc<Position>>>);

impl OpenPaths {
    /// Registers an array or object opened at this depth.
    pub(crate) fn open(&mut self, depth: usize) {
        self.0.truncate(depth);
        self.0.push(None);
    }

    /// Creates a note about a value at this depth.
    pub(crate) fn note(&mut self, kind: NoteKind, path: &Path<'_>, depth: usize) -> Note {
        let position = self.position(path, depth).unwrap_or(Position {
            parent: None,
            // The root has no name and no note: a number alone is not a document.
            name: OwnStep::Element(0),
        });
        Note { kind, position, within_data: false }
    }

    fn position(&mut self, path: &Path<'_>, depth: usize) -> Option<Position> {
        let (parent, step) = path.step()?;
        let name = match step {
            Step::Member(name) => OwnStep::Member(Arc::from(name)),
            Step::Element(index) => OwnStep::Element(index),
        };
        Some(Position { parent: self.shared(parent, depth.checked_sub(1)), name })
    }

    /// The position of the array or object at this depth.
    fn shared(&mut self, path: &Path<'_>, depth: Option<usize>) -> Option<Arc<Position>> {
        let known = depth.and_then(|depth| self.0.get(depth)?.clone());
        known.or_else(|| {
            let position = Arc::new(self.position(path, depth.unwrap_or(0))?);
            if let Some(known) = depth.and_then(|depth| self.0.get_mut(depth)) {
                *known = Some(Arc::clone(&position));
            }
            Some(position)
        })
    }
}
