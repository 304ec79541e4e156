//! Evaluates flags for the rows of a batch. A row of the usual kinds overwrites a bound context; any
//! other row becomes a context of its own, which is bound.

use std::hash::BuildHasher;
use std::sync::Arc;

use arrow_array::RecordBatch;
use foldhash::fast::FixedState;
use isoflag::{Answer, Context, FlagHandle, Flags, RowAttribute, RowBinding, RowValue, Value};

use crate::cells::Cells;
use crate::column::{Column, RowText};
use crate::contexts::{MULTI, RowContexts};
use crate::mapping::{Kind, KindColumns, Mapping, USER};

/// The most combinations of kinds for which a bound context is kept.
const SHAPES: usize = 32;

/// The number of texts that are kept, of all attributes together.
const TEXTS: usize = 8192;

/// The bytes of the longest text that is kept.
const LONGEST: usize = 256;

/// Evaluates the rows of batches, on one thread.
pub(crate) struct Rows<'a> {
    flags: &'a Flags,
    handles: &'a [Option<FlagHandle>],
    mapping: &'a Mapping,
}

/// A bound context for each combination of kinds that occurred, and texts that occurred last.
#[derive(Default)]
pub(crate) struct Shapes {
    all: Vec<Shape>,
    texts: Texts,
    /// The number of attributes of all shapes.
    attributes: usize,
}

/// Rows that have the same kinds.
struct Shape {
    /// The name of the kind in a column of kinds.
    kind: Option<Arc<str>>,
    /// Which kinds of the mapping are present, a bit for each.
    present: u32,
    /// `None` if a kind is invalid.
    bound: Option<Bound>,
}

struct Bound {
    row: RowBinding,
    /// The name and the column of the key of each kind.
    keys: Vec<(Arc<str>, usize)>,
    /// The columns of names that no flag reads: text that is not UTF-8 makes a context invalid.
    unread_names: Vec<usize>,
    attributes: Vec<Attribute>,
}

/// An attribute and the values that were converted last.
struct Attribute {
    /// A number that no other attribute has, of any shape.
    number: usize,
    column: usize,
    /// The level at which an array or object in it stands.
    level: usize,
    attribute: RowAttribute,
    absent: Option<RowValue>,
    /// By index in the dictionary of the current batch.
    dictionary: Vec<Option<RowValue>>,
}

/// A part of a batch of the source.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) rows: RecordBatch,
    /// Whether no row's context can exceed a limit.
    pub(crate) is_small: bool,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(
        flags: &'a Flags,
        handles: &'a [Option<FlagHandle>],
        mapping: &'a Mapping,
    ) -> Rows<'a> {
        Rows { flags, handles, mapping }
    }

    /// Evaluates all rows; `answered` receives the index of the flag and each answer, row by row.
    pub(crate) fn evaluate(
        &self,
        part: &Part,
        shapes: &mut Shapes,
        mut answered: impl FnMut(usize, &Answer),
    ) {
        let batch = &part.rows;
        let columns = self.mapping.columns(batch);
        for attribute in shapes.all.iter_mut().filter_map(|shape| shape.bound.as_mut()) {
            attribute.attributes.iter_mut().for_each(|attribute| attribute.dictionary.clear());
        }
        let is_fast = part.is_small && self.mapping.is_fast();
        let kinds = self.mapping.kinds().filter(|_| is_fast);
        let contexts = RowContexts::new(self.mapping, part, &columns);
        let mut last = 0;
        for row in 0..batch.num_rows() {
            let known = kinds.and_then(|kinds| self.shape(kinds, &columns, row, shapes, &mut last));
            if let Some(shape) = known.and_then(|index| shapes.all.get_mut(index)) {
                let (bound, texts) = (shape.bound.as_mut(), &mut shapes.texts);
                let valid =
                    bound.and_then(|bound| bound.overwrite(&columns, row, texts).then_some(bound));
                match valid {
                    Some(bound) => {
                        for (index, handle) in self.handles.iter().enumerate() {
                            answered(index, &bound.row.evaluate_handle(*handle));
                        }
                    }
                    None => self.invalid(&mut answered),
                }
            } else if let Ok(context) = contexts.context(row) {
                let bound = self.flags.bind(&context);
                for (index, handle) in self.handles.iter().enumerate() {
                    answered(index, &bound.evaluate_handle(*handle));
                }
            } else {
                self.invalid(&mut answered);
            }
        }
    }

    fn invalid(&self, answered: &mut impl FnMut(usize, &Answer)) {
        let bound = self.flags.bind_with(None, None);
        for (index, handle) in self.handles.iter().enumerate() {
            answered(index, &bound.evaluate_handle(*handle));
        }
    }

    /// Returns the index of the shape for a row's kinds; `None` for a row that needs a context of its
    /// own.
    fn shape(
        &self,
        kinds: &[KindColumns],
        columns: &[Column<'_>],
        row: usize,
        shapes: &mut Shapes,
        last: &mut usize,
    ) -> Option<usize> {
        let mut present = 0;
        let mut name = None;
        for (bit, kind) in kinds.iter().enumerate() {
            if let Kind::Column(column) = kind.kind {
                name = match columns.get(column)?.text(row) {
                    RowText::Null => None,
                    RowText::Text(name) if name != MULTI => Some(name),
                    RowText::Text(_) | RowText::Invalid => return None,
                };
            }
            match columns.get(kind.key)?.text(row) {
                RowText::Null => {}
                RowText::Text(_) => present |= 1 << bit,
                RowText::Invalid => return None,
            }
        }
        let fits = |shape: &Shape| shape.present == present && shape.kind.as_deref() == name;
        if !shapes.all.get(*last).is_some_and(fits) {
            *last = match shapes.all.iter().position(fits) {
                Some(index) => index,
                None if shapes.all.len() < SHAPES => {
                    let bound = self.bind(kinds, name, present, &mut shapes.attributes);
                    shapes.all.push(Shape { kind: name.map(Arc::from), present, bound });
                    shapes.all.len() - 1
                }
                None => return None,
            };
        }
        Some(*last)
    }

    /// Binds a context that has these kinds, if they are valid.
    fn bind(
        &self,
        kinds: &[KindColumns],
        name: Option<&str>,
        present: u32,
        numbers: &mut usize,
    ) -> Option<Bound> {
        let present = kinds.iter().enumerate().filter(|(bit, _)| present & 1 << bit != 0);
        let mut parts = Vec::new();
        let mut named: Vec<(Arc<str>, &KindColumns)> = Vec::new();
        for (_, kind) in present {
            let name = match &kind.kind {
                Kind::Named(kind) => Arc::clone(kind),
                Kind::Column(_) => Arc::from(name.unwrap_or(USER)),
            };
            parts.push(Context::builder("key").kind(&name).build().ok()?);
            named.push((name, kind));
        }
        let level = if named.len() > 1 { 3 } else { 2 };
        let row = self.flags.bind_rows(&Context::multi(&parts).ok()?, self.handles);
        let (mut attributes, mut unread_names) = (Vec::new(), Vec::new());
        for (name, kind) in &named {
            for member in kind.members.iter().filter(|member| member.is_read) {
                match row.attribute(name, &member.name) {
                    Some(attribute) => {
                        attributes.push(Attribute {
                            number: *numbers,
                            column: member.column,
                            level,
                            absent: attribute.value(&Value::Null),
                            attribute,
                            dictionary: Vec::new(),
                        });
                        *numbers += 1;
                    }
                    None if &*member.name == "name" => unread_names.push(member.column),
                    None => {}
                }
            }
        }
        let keys = named.into_iter().map(|(name, kind)| (name, kind.key)).collect();
        Some(Bound { row, keys, unread_names, attributes })
    }
}

impl Bound {
    /// Overwrites the keys and attributes; false if the row's context is invalid.
    fn overwrite(&mut self, columns: &[Column<'_>], row: usize, texts: &mut Texts) -> bool {
        let text = |column: usize| columns.get(column).map(|column| column.text(row));
        for (kind, column) in &self.keys {
            match text(*column) {
                Some(RowText::Text(key)) => self.row.set_key(kind, key),
                _ => return false,
            }
        }
        self.unread_names.iter().all(|column| text(*column) != Some(RowText::Invalid))
            && self.attributes.iter_mut().all(|attribute| match columns.get(attribute.column) {
                Some(column) => attribute.overwrite(&mut self.row, column, row, texts),
                None => false,
            })
    }
}

impl Attribute {
    fn overwrite(
        &mut self,
        binding: &mut RowBinding,
        column: &Column<'_>,
        row: usize,
        texts: &mut Texts,
    ) -> bool {
        if let Some(index) = column.index(row)
            && let Column::Dictionary { indices, values, .. } = column
            && values.len() <= indices.len()
        {
            if self.dictionary.is_empty() {
                self.dictionary.resize(values.len(), None);
            }
            let known = self.dictionary.get(index).and_then(Option::as_ref);
            if known.is_some() {
                return set(binding, &self.attribute, known);
            }
            let converted = self.convert(column, row);
            let is_valid = set(binding, &self.attribute, converted.as_ref());
            if let Some(place) = self.dictionary.get_mut(index) {
                *place = converted;
            }
            return is_valid;
        }
        if let RowText::Text(text) = column.text(row) {
            let convert = || self.attribute.value(&Value::from(text));
            return texts
                .with(self.number, text, convert, |value| set(binding, &self.attribute, value));
        }
        match self.convert(column, row) {
            Some(value) => set(binding, &self.attribute, Some(&value)),
            None => false,
        }
    }

    /// Converts a row's value; `None` if a context with it is invalid.
    fn convert(&self, column: &Column<'_>, row: usize) -> Option<RowValue> {
        match Cells::of_small_context().value(column, row, self.level).ok()? {
            Value::Null => self.absent.clone(),
            value => self.attribute.value(&value),
        }
    }
}

/// Sets a value; false for a missing one, since a context with it is invalid.
fn set(binding: &mut RowBinding, attribute: &RowAttribute, value: Option<&RowValue>) -> bool {
    if let Some(value) = value {
        binding.set(attribute, value);
    }
    value.is_some()
}

/// Values of short texts that occurred last, by the number of the attribute and the text.
struct Texts(Box<[Option<Converted>]>);

struct Converted {
    attribute: usize,
    text: Box<str>,
    value: RowValue,
}

impl Default for Texts {
    fn default() -> Texts {
        let mut places = Vec::new();
        places.resize_with(TEXTS, || None);
        Texts(places.into())
    }
}

impl Texts {
    /// Calls `used` with the value of a text, which is converted unless it is kept.
    fn with<T>(
        &mut self,
        attribute: usize,
        text: &str,
        convert: impl FnOnce() -> Option<RowValue>,
        used: impl FnOnce(Option<&RowValue>) -> T,
    ) -> T {
        if text.len() > LONGEST {
            return used(convert().as_ref());
        }
        let hash = FixedState::with_seed(attribute as u64).hash_one(text);
        let Some(place) = self.0.get_mut(hash as usize % TEXTS) else {
            return used(convert().as_ref());
        };
        let is_known = place
            .as_ref()
            .is_some_and(|known| known.attribute == attribute && *known.text == *text);
        if !is_known {
            *place = convert().map(|value| Converted { attribute, text: text.into(), value });
        }
        used(place.as_ref().map(|known| &known.value))
    }
}
