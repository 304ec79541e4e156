//! Columns of Arrow: their types, and the text of their rows.

use std::collections::BTreeSet;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, LargeStringArray, StringArray, StringViewArray};
use arrow_schema::{DataType, Field, TimeUnit};

/// A column, prepared for reading text fast.
pub(crate) enum Column<'a> {
    Text(Text<'a>),
    /// The index among the values of each row that is not null.
    Dictionary {
        column: &'a dyn Array,
        indices: Vec<usize>,
        values: &'a ArrayRef,
    },
    Other(&'a dyn Array),
}

/// The text of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum RowText<'a> {
    Null,
    Text(&'a str),
    /// Not text, or not UTF-8.
    Invalid,
}

/// A column of text.
#[derive(Clone, Copy)]
pub(crate) enum Text<'a> {
    Small(&'a StringArray),
    Large(&'a LargeStringArray),
    View(&'a StringViewArray),
}

impl<'a> Text<'a> {
    pub(crate) fn of(array: &'a dyn Array) -> Option<Text<'a>> {
        match array.data_type() {
            DataType::Utf8 => array.as_string_opt().map(Text::Small),
            DataType::LargeUtf8 => array.as_string_opt().map(Text::Large),
            DataType::Utf8View => array.as_string_view_opt().map(Text::View),
            _ => None,
        }
    }

    /// The text of a row that is not null; `None` if it is not UTF-8, since nothing has checked the
    /// memory of another library.
    pub(crate) fn get(self, row: usize) -> Option<&'a str> {
        let text = match self {
            Text::Small(array) => array.value(row),
            Text::Large(array) => array.value(row),
            Text::View(array) => array.value(row),
        };
        std::str::from_utf8(text.as_bytes()).ok()
    }

    pub(crate) fn is_null(self, row: usize) -> bool {
        match self {
            Text::Small(array) => array.is_null(row),
            Text::Large(array) => array.is_null(row),
            Text::View(array) => array.is_null(row),
        }
    }

    fn row(self, row: usize) -> RowText<'a> {
        match self.is_null(row) {
            true => RowText::Null,
            false => self.get(row).map_or(RowText::Invalid, RowText::Text),
        }
    }
}

impl<'a> Column<'a> {
    pub(crate) fn of(array: &'a dyn Array) -> Column<'a> {
        if let Some(text) = Text::of(array) {
            return Column::Text(text);
        }
        match array.as_any_dictionary_opt() {
            Some(dictionary) if !dictionary.values().is_empty() => Column::Dictionary {
                column: array,
                indices: dictionary.normalized_keys(),
                values: dictionary.values(),
            },
            _ => Column::Other(array),
        }
    }

    /// Returns a row's text.
    pub(crate) fn text(&self, row: usize) -> RowText<'a> {
        match self {
            Column::Text(text) => text.row(row),
            Column::Dictionary { values, .. } => {
                let values: &'a ArrayRef = values;
                match (self.index(row), Text::of(values)) {
                    (None, _) => RowText::Null,
                    (Some(index), Some(text)) => text.row(index),
                    (Some(_), None) => RowText::Invalid,
                }
            }
            Column::Other(array) if *array.data_type() == DataType::Null || array.is_null(row) => {
                RowText::Null
            }
            Column::Other(_) => RowText::Invalid,
        }
    }

    /// The index of a row's value in the dictionary, unless the row is null.
    pub(crate) fn index(&self, row: usize) -> Option<usize> {
        match self {
            Column::Dictionary { column, indices, .. } if !column.is_null(row) => {
                indices.get(row).copied()
            }
            _ => None,
        }
    }
}

/// Returns the part of a column that cannot be an attribute, if any.
pub(crate) fn unmappable(field: &Field) -> Option<String> {
    match field.extension_type_name() {
        // The storage is not the value: that of `arrow.bool8` is integers.
        Some(name) if !is_text(field.data_type()) => Some(format!("the extension type `{name}`")),
        _ => unmappable_type(field.data_type()),
    }
}

fn unmappable_type(data_type: &DataType) -> Option<String> {
    match data_type {
        DataType::Timestamp(_, None) => {
            Some(format!("{data_type}: a timestamp needs a time zone, for example UTC"))
        }
        DataType::Dictionary(_, values) => unmappable_type(values),
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::FixedSizeList(field, _)
        | DataType::ListView(field)
        | DataType::LargeListView(field) => unmappable(field),
        DataType::Struct(fields) => {
            let mut names = BTreeSet::new();
            let twice = fields.iter().find(|field| !names.insert(field.name()));
            match twice {
                Some(field) => Some(format!("two members `{}`", field.name())),
                None => fields.iter().find_map(|field| unmappable(field)),
            }
        }
        DataType::Map(field, _) => match field.data_type() {
            DataType::Struct(fields) => match &fields[..] {
                [name, member] if is_text(name.data_type()) => unmappable(member),
                _ => Some(format!("{data_type}: the keys of a map are text")),
            },
            _ => Some(data_type.to_string()),
        },
        data_type if is_text(data_type) || data_type.is_numeric() => None,
        DataType::Null
        | DataType::Boolean
        | DataType::Date32
        | DataType::Date64
        | DataType::Timestamp(_, Some(_)) => None,
        _ => Some(data_type.to_string()),
    }
}

/// Whether the cells are text, once for each row or once for each distinct value.
pub(crate) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// The instant of a timestamp's row in milliseconds since the epoch.
pub(crate) fn milliseconds(array: &dyn Array, row: usize) -> Option<i64> {
    let DataType::Timestamp(unit, _) = array.data_type() else { return None };
    if array.is_null(row) {
        return None;
    }
    match unit {
        TimeUnit::Second => {
            array.as_primitive_opt::<TimestampSecondType>()?.value(row).checked_mul(1000)
        }
        TimeUnit::Millisecond => {
            Some(array.as_primitive_opt::<TimestampMillisecondType>()?.value(row))
        }
        TimeUnit::Microsecond => {
            Some(array.as_primitive_opt::<TimestampMicrosecondType>()?.value(row).div_euclid(1000))
        }
        TimeUnit::Nanosecond => Some(
            array.as_primitive_opt::<TimestampNanosecondType>()?.value(row).div_euclid(1_000_000),
        ),
    }
}
