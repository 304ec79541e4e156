//! Evaluates flags for the rows of a batch. A row of the usual kinds overwrites a bound context; any
//! other row becomes a context of its own, which is bound.

use std::hash::BuildHasher;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use foldhash::fast::FixedState;
use isoflag::limits::CONTEXT_BYTES;
use isoflag::{
    Answer, Context, FlagHandle, Flags, Marks, Object, RowAttribute, RowBinding, RowValue, Value,
};

use crate::column::{Column, largest_cell, milliseconds};
use crate::mapping::{Clock, Contexts, Kind, KindColumns, Mapping};

/// The most combinations of kinds for which a bound context is kept.
const SHAPES: usize = 32;

/// The number of texts of a column whose converted values are kept.
const TEXTS: usize = 512;

/// The kind name of contexts of several kinds.
const MULTI: &str = "multi";

/// Evaluates the rows of batches, on one thread.
pub(crate) struct Rows<'a> {
    flags: &'a Flags,
    handles: &'a [Option<FlagHandle>],
    mapping: &'a Mapping,
}

/// A bound context for each combination of kinds that occurred.
#[derive(Default)]
pub(crate) struct Shapes(Vec<Shape>);

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
    attributes: Vec<Attribute>,
}

/// An attribute and the values that were converted last.
struct Attribute {
    column: usize,
    attribute: RowAttribute,
    absent: Option<RowValue>,
    /// By hash of the text.
    texts: Box<[Option<Converted>]>,
    /// By index in the dictionary of the current batch.
    dictionary: Vec<Option<RowValue>>,
}

/// A text and its converted value.
type Converted = (Arc<str>, RowValue);

impl<'a> Rows<'a> {
    pub(crate) fn new(
        flags: &'a Flags,
        handles: &'a [Option<FlagHandle>],
        mapping: &'a Mapping,
    ) -> Rows<'a> {
        Rows { flags, handles, mapping }
    }

    /// Evaluates all rows; `answered` receives the index of the flag and each answer, row by row.
    pub(crate) fn evaluate<'b>(
        &self,
        batch: &'b RecordBatch,
        shapes: &mut Shapes,
        mut answered: impl FnMut(usize, &Answer),
    ) {
        let prepare = |(index, array): (usize, &'b ArrayRef)| {
            if self.mapping.reads(index) { Column::of(array) } else { Column::Other(array) }
        };
        let columns: Vec<Column<'_>> = batch.columns().iter().enumerate().map(prepare).collect();
        for attribute in shapes.0.iter_mut().filter_map(|shape| shape.bound.as_mut()) {
            attribute.attributes.iter_mut().for_each(|attribute| attribute.dictionary.clear());
        }
        let kinds = self.fast_kinds(batch);
        let mut last = 0;
        for row in 0..batch.num_rows() {
            let shape = kinds.and_then(|kinds| self.shape(kinds, &columns, row, shapes, &mut last));
            if let Some(shape) = shape {
                let bound = shape.bound.as_mut();
                let valid = bound.and_then(|bound| bound.overwrite(&columns, row).then_some(bound));
                match valid {
                    Some(bound) => {
                        for (index, handle) in self.handles.iter().enumerate() {
                            answered(index, &bound.row.evaluate_handle(*handle));
                        }
                    }
                    None => self.invalid(&mut answered),
                }
            } else if let Some(context) = self.context(batch, &columns, row) {
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

    /// The kinds, if rows of this batch can overwrite a bound context: no context can be too large,
    /// and validity depends on kinds and keys alone.
    fn fast_kinds(&self, batch: &RecordBatch) -> Option<&'a [KindColumns]> {
        let Contexts::Kinds(kinds) = &self.mapping.contexts else { return None };
        let members = || kinds.iter().flat_map(|kind| &kind.members);
        if self.mapping.clock.is_some()
            || kinds.len() > u32::BITS as usize
            || members().any(|member| &*member.name == "_meta")
        {
            return None;
        }
        (!self.may_be_too_large(batch)).then_some(kinds)
    }

    fn may_be_too_large(&self, batch: &RecordBatch) -> bool {
        let Contexts::Kinds(kinds) = &self.mapping.contexts else { return true };
        let largest = |column: usize| match batch.columns().get(column) {
            Some(column) => largest_cell(column),
            None => 0,
        };
        let bound = kinds.iter().fold(0, |sum, kind| {
            let members = kind.members.iter();
            let members = members.map(|member| member.name.len() * 6 + 4 + largest(member.column));
            sum + largest(kind.key) + 100 + members.sum::<usize>()
        });
        bound > CONTEXT_BYTES
    }

    /// Returns the bound context for a row's kinds; `None` for a row that needs a context of its
    /// own.
    fn shape<'s>(
        &self,
        kinds: &[KindColumns],
        columns: &[Column<'_>],
        row: usize,
        shapes: &'s mut Shapes,
        last: &mut usize,
    ) -> Option<&'s mut Shape> {
        let mut present = 0;
        let mut name = None;
        for (bit, kind) in kinds.iter().enumerate() {
            if let Kind::Column(column) = kind.kind {
                name = columns.get(column)?.text(row);
                if name == Some(MULTI) {
                    return None;
                }
            }
            if columns.get(kind.key)?.text(row).is_some() {
                present |= 1 << bit;
            }
        }
        let fits = |shape: &Shape| shape.present == present && shape.kind.as_deref() == name;
        if !shapes.0.get(*last).is_some_and(fits) {
            *last = match shapes.0.iter().position(fits) {
                Some(index) => index,
                None if shapes.0.len() < SHAPES => {
                    let bound = self.bind(kinds, name, present);
                    shapes.0.push(Shape { kind: name.map(Arc::from), present, bound });
                    shapes.0.len() - 1
                }
                None => return None,
            };
        }
        shapes.0.get_mut(*last)
    }

    /// Binds a context that has these kinds, if they are valid.
    fn bind(&self, kinds: &[KindColumns], name: Option<&str>, present: u32) -> Option<Bound> {
        let present = kinds.iter().enumerate().filter(|(bit, _)| present & 1 << bit != 0);
        let mut parts = Vec::new();
        let mut named: Vec<(Arc<str>, &KindColumns)> = Vec::new();
        for (_, kind) in present {
            let name = match &kind.kind {
                Kind::Named(kind) => Arc::clone(kind),
                Kind::Column(_) => Arc::from(name.unwrap_or("user")),
            };
            parts.push(Context::builder("key").kind(&name).build().ok()?);
            named.push((name, kind));
        }
        let row = self.flags.bind_rows(&Context::multi(&parts).ok()?, self.handles);
        let mut attributes = Vec::new();
        for (name, kind) in &named {
            for member in kind.members.iter().filter(|member| member.is_read) {
                if let Some(attribute) = row.attribute(name, &member.name) {
                    attributes.push(Attribute {
                        column: member.column,
                        absent: attribute.value(&Value::Null),
                        attribute,
                        texts: vec![None; TEXTS].into(),
                        dictionary: Vec::new(),
                    });
                }
            }
        }
        let keys = named.into_iter().map(|(name, kind)| (name, kind.key)).collect();
        Some(Bound { row, keys, attributes })
    }

    /// Builds the context of a row; `None` if it is invalid.
    fn context(&self, batch: &RecordBatch, columns: &[Column<'_>], row: usize) -> Option<Context> {
        let context = match &self.mapping.contexts {
            Contexts::Whole(column) => {
                let column = columns.get(*column)?;
                match column.text(row) {
                    Some(text) => Context::from_json(text.as_bytes()).ok()?,
                    None => host_context(column.value(row))?,
                }
            }
            Contexts::Kinds(kinds) => {
                let mut parts = Vec::new();
                for kind in kinds {
                    let name = match &kind.kind {
                        Kind::Named(kind) => Value::String(Arc::clone(kind)),
                        Kind::Column(column) => match columns.get(*column)?.value(row) {
                            Value::Null => Value::from("user"),
                            name => name,
                        },
                    };
                    let key = columns.get(kind.key)?.value(row);
                    if key.is_null() && name.as_str() != Some(MULTI) {
                        continue;
                    }
                    let mut members = vec![(Arc::from("kind"), name), (Arc::from("key"), key)];
                    for member in &kind.members {
                        let value = columns.get(member.column)?.value(row);
                        members.push((Arc::clone(&member.name), value));
                    }
                    members.retain(|(_, value)| !value.is_null());
                    parts.push(host_context(Object::from_members(members).into())?);
                }
                Context::multi(&parts).ok()?
            }
        };
        match &self.mapping.clock {
            None => Some(context),
            Some(Clock::Instant(now_ms, offset)) => context.with_clock(*now_ms, *offset).ok(),
            Some(Clock::Column(column)) => match milliseconds(batch.columns().get(*column)?, row) {
                Some(now_ms) => context.with_clock(now_ms as f64, 0).ok(),
                None => Some(context),
            },
        }
    }
}

fn host_context(value: Value) -> Option<Context> {
    if value.canonical_length() > CONTEXT_BYTES {
        return None;
    }
    Context::from_host_value(&value, Marks::Possible).ok()
}

impl Bound {
    /// Overwrites the keys and attributes; false if the row's context is invalid.
    fn overwrite(&mut self, columns: &[Column<'_>], row: usize) -> bool {
        for (kind, column) in &self.keys {
            let key = columns.get(*column).and_then(|column| column.text(row));
            self.row.set_key(kind, key.unwrap_or_default());
        }
        self.attributes.iter_mut().all(|attribute| match columns.get(attribute.column) {
            Some(column) => attribute.overwrite(&mut self.row, column, row),
            None => false,
        })
    }
}

impl Attribute {
    fn overwrite(&mut self, binding: &mut RowBinding, column: &Column<'_>, row: usize) -> bool {
        if let Some(index) = column.index(row)
            && let Column::Dictionary { indices, values, .. } = column
            && values.len() <= indices.len()
        {
            if self.dictionary.is_empty() {
                self.dictionary.resize(values.len(), None);
            }
            if let Some(place) = self.dictionary.get_mut(index) {
                if place.is_none() {
                    *place = self.attribute.value(&column.value(row));
                }
                return set(binding, &self.attribute, place.as_ref());
            }
        }
        if let Some(text) = column.text(row) {
            let hash = FixedState::default().hash_one(text);
            if let Some(place) = self.texts.get_mut(hash as usize % TEXTS) {
                if place.as_ref().is_none_or(|(known, _)| **known != *text) {
                    let text: Arc<str> = Arc::from(text);
                    let value = self.attribute.value(&Value::String(Arc::clone(&text)));
                    *place = value.map(|value| (text, value));
                }
                return set(binding, &self.attribute, place.as_ref().map(|(_, value)| value));
            }
        }
        match column.value(row) {
            Value::Null => set(binding, &self.attribute, self.absent.as_ref()),
            value => set(binding, &self.attribute, self.attribute.value(&value).as_ref()),
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
