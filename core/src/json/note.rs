use std::sync::Arc;

use crate::path::{Path, Step};

/// Something about a text that its value no longer shows.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) kind: NoteKind,
    place: Place,
    /// Whether the document lies in the member `data` of a stream's event, which its paths leave out.
    within_data: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoteKind {
    DuplicateMember,
    NumberPrecision,
}

/// Where something stands; what stands in one array or object shares the way to it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    parent: Option<Arc<Place>>,
    name: OwnStep,
}

#[derive(Clone, Debug)]
enum OwnStep {
    Member(Arc<str>),
    Element(usize),
}

impl Note {
    /// The steps from the outermost member on.
    fn steps(&self) -> Vec<&Place> {
        let up = std::iter::successors(Some(&self.place), |place| place.parent.as_deref());
        let mut steps: Vec<&Place> = up.collect();
        if self.within_data {
            steps.pop();
        }
        steps.reverse();
        steps
    }

    pub(crate) fn path(&self) -> String {
        let mut text = String::new();
        for place in self.steps() {
            match &place.name {
                OwnStep::Member(name) => Step::Member(name).write(&mut text),
                OwnStep::Element(index) => Step::Element(*index).write(&mut text),
            }
        }
        text
    }

    /// The section (`flags`, say) and the item in it, to which the note belongs.
    pub(crate) fn item(&self) -> Option<(&Arc<str>, &Arc<str>)> {
        let mut names = self.steps().into_iter().filter_map(|place| match &place.name {
            OwnStep::Member(name) => Some(name),
            OwnStep::Element(_) => None,
        });
        Some((names.next()?, names.next()?))
    }

    /// The note as one of the document that lies in the member `data` of a stream's event.
    pub(crate) fn within_data(self) -> Option<Note> {
        let is_data =
            |place: &&Place| matches!(&place.name, OwnStep::Member(name) if **name == *"data");
        let inside = self.place.parent.is_some() && self.steps().first().is_some_and(is_data);
        inside.then_some(Note { within_data: true, ..self })
    }
}

/// The places of the arrays and objects that are open, from the outermost on, of those in which
/// something has been noted.
#[derive(Debug, Default)]
pub(crate) struct OpenPlaces(Vec<Option<Arc<Place>>>);

impl OpenPlaces {
    /// An array or object has been opened within so many others.
    pub(crate) fn open(&mut self, depth: usize) {
        self.0.truncate(depth);
        self.0.push(None);
    }

    /// A note about a value within so many arrays and objects.
    pub(crate) fn note(&mut self, kind: NoteKind, path: &Path<'_>, depth: usize) -> Note {
        let place = self.place(path, depth).unwrap_or(Place {
            parent: None,
            // The root has no name and no note: a number alone is no document.
            name: OwnStep::Element(0),
        });
        Note { kind, place, within_data: false }
    }

    fn place(&mut self, path: &Path<'_>, depth: usize) -> Option<Place> {
        let (parent, step) = path.step()?;
        let name = match step {
            Step::Member(name) => OwnStep::Member(Arc::from(name)),
            Step::Element(index) => OwnStep::Element(index),
        };
        Some(Place { parent: self.shared(parent, depth.checked_sub(1)), name })
    }

    /// The place of an array or object within so many others.
    fn shared(&mut self, path: &Path<'_>, depth: Option<usize>) -> Option<Arc<Place>> {
        let known = depth.and_then(|depth| self.0.get(depth)?.clone());
        known.or_else(|| {
            let place = Arc::new(self.place(path, depth.unwrap_or(0))?);
            if let Some(known) = depth.and_then(|depth| self.0.get_mut(depth)) {
                *known = Some(Arc::clone(&place));
            }
            Some(place)
        })
    }
}
