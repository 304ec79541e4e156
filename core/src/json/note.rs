//! Notes about a JSON text that its parsed value no longer shows: duplicate members and rounded
//! integers.

use super::path::{OwnedPath, Path, Step};

/// A fact about a text that its value no longer shows.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) kind: NoteKind,
    path: OwnedPath,
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

impl Note {
    /// The steps, from the outermost member on.
    fn steps(&self) -> Vec<Step<'_>> {
        let mut steps = self.path.steps();
        if self.within_data && !steps.is_empty() {
            steps.remove(0);
        }
        steps
    }

    /// The path, which shares its beginning with a neighbor's path.
    pub(crate) fn path(&self, neighbor: &OwnedPath) -> OwnedPath {
        if self.within_data { self.path.without_first(neighbor) } else { self.path.clone() }
    }

    /// The section (such as `flags`) and the item in it that the note belongs to.
    pub(crate) fn item(&self) -> Option<(&str, &str)> {
        let mut names = self.steps().into_iter().filter_map(|step| match step {
            Step::Member(name) => Some(name),
            Step::Element(_) => None,
        });
        Some((names.next()?, names.next()?))
    }

    /// The note in a document that is the member `data` of a stream's event.
    pub(crate) fn within_data(self) -> Option<Note> {
        let inside = matches!(&*self.steps(), [Step::Member("data"), _, ..]);
        inside.then_some(Note { within_data: true, ..self })
    }
}

/// The paths of the open arrays and objects, from the outermost on, if something has been noted in
/// them.
#[derive(Debug, Default)]
pub(crate) struct OpenPaths(Vec<Option<OwnedPath>>);

impl OpenPaths {
    /// Registers an array or object opened at this depth.
    pub(crate) fn open(&mut self, depth: usize) {
        self.0.truncate(depth);
        self.0.push(None);
    }

    /// Creates a note about a value at this depth.
    pub(crate) fn note(&mut self, kind: NoteKind, path: &Path<'_>, depth: usize) -> Note {
        Note { kind, path: self.path(path, depth), within_data: false }
    }

    /// The owned path of a value at this depth, below that of the array or object around it.
    fn path(&mut self, path: &Path<'_>, depth: usize) -> OwnedPath {
        let Some((parent, step)) = path.step() else { return OwnedPath::default() };
        let Some(above) = depth.checked_sub(1) else { return self.path(parent, 0).below(step) };
        if let Some(known) = self.0.get(above).and_then(Option::as_ref) {
            return known.below(step);
        }
        let parent = self.path(parent, above);
        if let Some(known) = self.0.get_mut(above) {
            *known = Some(parent.clone());
        }
        parent.below(step)
    }
}
