use crate::path::Path;

/// Something about a text that its value no longer shows.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) kind: NoteKind,
    pub(crate) path: String,
    outermost: Vec<String>,
}

impl Note {
    pub(crate) fn new(kind: NoteKind, path: &Path<'_>) -> Note {
        Note { kind, path: path.text(), outermost: path.outermost() }
    }

    /// The section (`flags`, say) and the item in it, to which the note belongs.
    pub(crate) fn item(&self) -> Option<(&str, &str)> {
        Some((self.outermost.first()?, self.outermost.get(1)?))
    }

    /// The note as one of the document that lies in the member `data` of a stream's event.
    pub(crate) fn within_data(mut self) -> Option<Note> {
        self.path = self.path.strip_prefix("data.")?.to_owned();
        self.outermost.remove(0);
        Some(self)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoteKind {
    DuplicateMember,
    NumberPrecision,
}
