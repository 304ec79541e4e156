//! Cells of Arrow columns as JSON values. The table of types is in the package's README.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, LargeStringArray, StringArray, StringViewArray};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, Datelike, SecondsFormat};
use isoflag::{Object, Value};

/// Days between 1 January of the year 1 and the epoch.
const DAYS_TO_EPOCH: i32 = 719_163;
const MILLISECONDS_PER_DAY: i64 = 86_400_000;

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

/// A column of text.
#[derive(Clone, Copy)]
pub(crate) enum Text<'a> {
    Small(&'a StringArray),
    Large(&'a LargeStringArray),
    View(&'a StringViewArray),
}

impl<'a> Text<'a> {
    fn of(array: &'a dyn Array) -> Option<Text<'a>> {
        match array.data_type() {
            DataType::Utf8 => array.as_string_opt().map(Text::Small),
            DataType::LargeUtf8 => array.as_string_opt().map(Text::Large),
            DataType::Utf8View => array.as_string_view_opt().map(Text::View),
            _ => None,
        }
    }

    /// The text of a row that is not null; `None` if it is not UTF-8, since nothing has checked the
    /// memory of another library.
    fn get(self, row: usize) -> Option<&'a str> {
        let text = match self {
            Text::Small(array) => array.value(row),
            Text::Large(array) => array.value(row),
            Text::View(array) => array.value(row),
        };
        std::str::from_utf8(text.as_bytes()).ok()
    }

    fn is_null(self, row: usize) -> bool {
        match self {
            Text::Small(array) => array.is_null(row),
            Text::Large(array) => array.is_null(row),
            Text::View(array) => array.is_null(row),
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

    /// Returns a row's text; `None` for null, and for text that is not UTF-8.
    pub(crate) fn text(&self, row: usize) -> Option<&'a str> {
        match self {
            Column::Text(text) => (!text.is_null(row)).then(|| text.get(row)).flatten(),
            Column::Dictionary { values, .. } => {
                let values: &'a ArrayRef = values;
                let (index, text) = (self.index(row)?, Text::of(values)?);
                (!text.is_null(index)).then(|| text.get(index)).flatten()
            }
            Column::Other(_) => None,
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

    /// Returns a row's value; null is [`Value::Null`].
    pub(crate) fn value(&self, row: usize) -> Value {
        match self {
            Column::Text(text) if text.is_null(row) => Value::Null,
            Column::Text(text) => text.get(row).map_or(Value::NO_JSON_FORM, Value::from),
            Column::Dictionary { values, .. } => {
                self.index(row).map_or(Value::Null, |index| value(values, index))
            }
            Column::Other(array) => value(*array, row),
        }
    }
}

/// Returns the part of a type that cannot be an attribute, if any.
pub(crate) fn unmappable(data_type: &DataType) -> Option<String> {
    match data_type {
        DataType::Timestamp(_, None) => {
            Some(format!("{data_type}: a timestamp needs a time zone, for example UTC"))
        }
        DataType::Dictionary(_, values) => unmappable(values),
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::FixedSizeList(field, _)
        | DataType::ListView(field)
        | DataType::LargeListView(field) => unmappable(field.data_type()),
        DataType::Struct(fields) => fields.iter().find_map(|field| unmappable(field.data_type())),
        DataType::Map(field, _) => match field.data_type() {
            DataType::Struct(fields) => match &fields[..] {
                [name, member] if is_text(name.data_type()) => unmappable(member.data_type()),
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

/// Returns a cell's value, [`Value::NO_JSON_FORM`] if it has none.
fn value(array: &dyn Array, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    json_form(array, row).unwrap_or(Value::NO_JSON_FORM)
}

fn json_form(array: &dyn Array, row: usize) -> Option<Value> {
    macro_rules! number {
        ($type:ty) => {
            Value::number(array.as_primitive_opt::<$type>()?.value(row) as f64)
        };
    }
    macro_rules! decimal {
        ($type:ty) => {
            // Rounded once, to the nearest double.
            array.as_primitive_opt::<$type>()?.value_as_string(row).parse().ok()
        };
    }
    match array.data_type() {
        DataType::Null => Some(Value::Null),
        DataType::Boolean => Some(Value::Bool(array.as_boolean_opt()?.value(row))),
        DataType::Int8 => number!(Int8Type),
        DataType::Int16 => number!(Int16Type),
        DataType::Int32 => number!(Int32Type),
        DataType::Int64 => number!(Int64Type),
        DataType::UInt8 => number!(UInt8Type),
        DataType::UInt16 => number!(UInt16Type),
        DataType::UInt32 => number!(UInt32Type),
        DataType::UInt64 => number!(UInt64Type),
        DataType::Float16 => {
            Value::number(array.as_primitive_opt::<Float16Type>()?.value(row).to_f64())
        }
        DataType::Float32 => number!(Float32Type),
        DataType::Float64 => number!(Float64Type),
        DataType::Decimal32(..) => decimal!(Decimal32Type).and_then(Value::number),
        DataType::Decimal64(..) => decimal!(Decimal64Type).and_then(Value::number),
        DataType::Decimal128(..) => decimal!(Decimal128Type).and_then(Value::number),
        DataType::Decimal256(..) => decimal!(Decimal256Type).and_then(Value::number),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            Text::of(array)?.get(row).map(Value::from)
        }
        DataType::Date32 => date(array.as_primitive_opt::<Date32Type>()?.value(row)),
        DataType::Date64 => {
            let milliseconds = array.as_primitive_opt::<Date64Type>()?.value(row);
            date(i32::try_from(milliseconds.div_euclid(MILLISECONDS_PER_DAY)).ok()?)
        }
        DataType::Timestamp(..) => {
            let instant = DateTime::from_timestamp_millis(milliseconds(array, row)?)?;
            let text = instant.to_rfc3339_opts(SecondsFormat::Millis, true);
            has_a_year_of_four_digits(&instant).then(|| Value::from(text))
        }
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary_opt()?;
            let index = dictionary.keys().slice(row, 1);
            let index = value(&index, 0).as_integer()?;
            Some(value(dictionary.values(), usize::try_from(index).ok()?))
        }
        DataType::List(_) => Some(elements(&array.as_list_opt::<i32>()?.value(row))),
        DataType::LargeList(_) => Some(elements(&array.as_list_opt::<i64>()?.value(row))),
        DataType::FixedSizeList(..) => Some(elements(&array.as_fixed_size_list_opt()?.value(row))),
        DataType::ListView(_) => Some(elements(&array.as_list_view_opt::<i32>()?.value(row))),
        DataType::LargeListView(_) => Some(elements(&array.as_list_view_opt::<i64>()?.value(row))),
        DataType::Struct(fields) => {
            let members = fields.iter().zip(array.as_struct_opt()?.columns());
            let members =
                members.map(|(field, column)| (field.name().as_str(), value(column, row)));
            Some(Value::Object(members.filter(|(_, member)| !member.is_null()).collect()))
        }
        DataType::Map(..) => {
            let entries = array.as_map_opt()?.value(row);
            let (names, values) =
                (Text::of(entries.columns().first()?)?, entries.columns().get(1)?);
            let member = |index| Some((Arc::from(names.get(index)?), value(values, index)));
            let members: Option<Vec<_>> = (0..entries.len()).map(member).collect();
            let mut members = members?;
            members.retain(|(_, member)| !member.is_null());
            Some(Value::Object(Object::from_members(members)))
        }
        _ => None,
    }
}

fn elements(array: &dyn Array) -> Value {
    (0..array.len()).map(|index| value(array, index)).collect()
}

fn date(days: i32) -> Option<Value> {
    let date = chrono::NaiveDate::from_num_days_from_ce_opt(days.checked_add(DAYS_TO_EPOCH)?)?;
    has_a_year_of_four_digits(&date).then(|| Value::from(date.to_string()))
}

/// Whether text of the form 2026-01-31 can represent the date.
fn has_a_year_of_four_digits(date: &impl Datelike) -> bool {
    (1..=9999).contains(&date.year())
}

/// Returns an upper bound of the bytes of JSON of any row.
pub(crate) fn largest_cell(array: &dyn Array) -> usize {
    match array.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let text = Text::of(array);
            let lengths = (0..array.len()).map(|row| match text {
                Some(Text::Small(array)) => length(array.value_length(row)),
                Some(Text::Large(array)) => length(array.value_length(row)),
                // The low half of a view is the length.
                Some(Text::View(array)) => {
                    array.views().get(row).map_or(0, |view| *view as u32 as usize)
                }
                None => 0,
            });
            // Each byte takes at most six, as an escape.
            lengths.max().unwrap_or(0) * 6 + 3
        }
        DataType::Struct(fields) => array.as_struct_opt().map_or(0, |array| {
            fields.iter().zip(array.columns()).fold(3, |sum, (field, column)| {
                sum + field.name().len() * 6 + 4 + largest_cell(column)
            })
        }),
        DataType::List(_) => array.as_list_opt::<i32>().map_or(0, |array| {
            longest((0..array.len()).map(|row| length(array.value_length(row))))
                * largest_element(array.values(), array.value_offsets())
        }),
        DataType::LargeList(_) => array.as_list_opt::<i64>().map_or(0, |array| {
            longest((0..array.len()).map(|row| length(array.value_length(row))))
                * largest_element(array.values(), array.value_offsets())
        }),
        DataType::Map(..) => array.as_map_opt().map_or(0, |array| {
            longest((0..array.len()).map(|row| length(array.value_length(row))))
                * largest_element(array.entries(), array.value_offsets())
        }),
        DataType::FixedSizeList(_, size) => array
            .as_fixed_size_list_opt()
            .map_or(0, |array| (length(*size) + 1) * (largest_cell(array.values()) + 3)),
        DataType::ListView(_) => array.as_list_view_opt::<i32>().map_or(0, |array| {
            longest(array.sizes().iter().map(|size| length(*size)))
                * (largest_cell(array.values()) + 3)
        }),
        DataType::LargeListView(_) => array.as_list_view_opt::<i64>().map_or(0, |array| {
            longest(array.sizes().iter().map(|size| length(*size)))
                * (largest_cell(array.values()) + 3)
        }),
        DataType::Dictionary(..) => {
            array.as_any_dictionary_opt().map_or(0, |dictionary| largest_cell(dictionary.values()))
        }
        // A number, a boolean or a time.
        _ => 32,
    }
}

fn length<T>(length: T) -> usize
where
    usize: TryFrom<T>,
{
    usize::try_from(length).unwrap_or(0)
}

/// The length of the longest list, and its brackets.
fn longest(lengths: impl Iterator<Item = usize>) -> usize {
    lengths.max().unwrap_or(0) + 1
}

/// Returns an upper bound of the elements that the offsets refer to: a slice shares the elements of
/// the whole array.
fn largest_element<O: Copy>(elements: &dyn Array, offsets: &[O]) -> usize
where
    usize: TryFrom<O>,
{
    let ends =
        offsets.first().zip(offsets.last()).map(|(first, last)| (length(*first), length(*last)));
    let (first, last) = ends.unwrap_or_default();
    largest_cell(&*elements.slice(first, last.saturating_sub(first))) + 3
}
