//! Cells of Arrow columns as JSON values. The table of types is in the package's README.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, StructArray};
use arrow_schema::DataType;
use chrono::{DateTime, Datelike, SecondsFormat};
use isoflag::limits::{Budget, CONTEXT_BYTES};
use isoflag::{Object, Value};

use crate::column::{Column, Text, milliseconds};

/// Days between 1 January of the year 1 and the epoch.
const DAYS_TO_EPOCH: i32 = 719_163;
const MILLISECONDS_PER_DAY: i64 = 86_400_000;

/// Reads the cells of one context, within its limits.
pub(crate) struct Cells {
    /// `None` if the cells are known to be small.
    budget: Option<Budget>,
}

/// The context exceeds a limit.
#[derive(Debug)]
pub(crate) struct TooLarge;

impl Cells {
    /// Reads cells until they exceed the limits of a context.
    pub(crate) fn of_context() -> Cells {
        Cells { budget: Some(Budget::of_context()) }
    }

    /// Reads cells of which [`crate::size::Size`] has shown that they do not exceed the limits.
    pub(crate) fn of_small_context() -> Cells {
        Cells { budget: None }
    }

    /// Opens an array or an object: its first bracket. The last one counts with the first comma, since
    /// a comma follows each item but the last.
    pub(crate) fn open(&mut self) -> Result<(), TooLarge> {
        let opened = self.budget.as_mut().is_none_or(Budget::spend_container);
        if opened { self.spend(1) } else { Err(TooLarge) }
    }

    /// Counts the name of a member, with its colon and comma.
    pub(crate) fn name(&mut self, name: &str) -> Result<(), TooLarge> {
        self.spend(2)?;
        self.text(name)
    }

    /// Counts a text, of which a long one is not read.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), TooLarge> {
        match self.budget {
            None => Ok(()),
            Some(_) if text.len() > CONTEXT_BYTES => Err(TooLarge),
            Some(_) => self.spend(Value::canonical_length_of(text)),
        }
    }

    fn text_value(&mut self, text: Option<&str>) -> Result<Value, TooLarge> {
        let Some(text) = text else { return self.counted(Value::NO_JSON_FORM) };
        self.text(text)?;
        Ok(Value::from(text))
    }

    fn spend(&mut self, bytes: usize) -> Result<(), TooLarge> {
        let spent = self.budget.as_mut().is_none_or(|budget| budget.spend(bytes));
        if spent { Ok(()) } else { Err(TooLarge) }
    }

    /// Counts a value that is not an array or an object. Null is absent and takes nothing.
    fn counted(&mut self, value: Value) -> Result<Value, TooLarge> {
        if self.budget.is_some() && !value.is_null() {
            self.spend(value.canonical_length())?;
        }
        Ok(value)
    }

    /// Returns a row's value; null is [`Value::Null`], and a value without a JSON form
    /// [`Value::NO_JSON_FORM`]. An array or object in it stands at this level.
    pub(crate) fn value(
        &mut self,
        column: &Column<'_>,
        row: usize,
        level: usize,
    ) -> Result<Value, TooLarge> {
        match column {
            Column::Text(text) if text.is_null(row) => Ok(Value::Null),
            Column::Text(text) => self.text_value(text.get(row)),
            Column::Dictionary { values, .. } => match column.index(row) {
                Some(index) => self.cell(values, index, level),
                None => Ok(Value::Null),
            },
            Column::Other(array) => self.cell(*array, row, level),
        }
    }

    fn cell(&mut self, array: &dyn Array, row: usize, level: usize) -> Result<Value, TooLarge> {
        if array.is_null(row) {
            return Ok(Value::Null);
        }
        match array.data_type() {
            DataType::Dictionary(..) => {
                let index = index(array, row);
                match array.as_any_dictionary_opt().zip(index) {
                    Some((dictionary, index)) => self.cell(dictionary.values(), index, level),
                    None => self.counted(Value::NO_JSON_FORM),
                }
            }
            DataType::Struct(_)
            | DataType::Map(..)
            | DataType::List(_)
            | DataType::LargeList(_)
            | DataType::FixedSizeList(..)
            | DataType::ListView(_)
            | DataType::LargeListView(_) => self.container(array, row, level),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                self.text_value(Text::of(array).and_then(|text| text.get(row)))
            }
            _ => self.counted(scalar(array, row).unwrap_or(Value::NO_JSON_FORM)),
        }
    }

    fn container(
        &mut self,
        array: &dyn Array,
        row: usize,
        level: usize,
    ) -> Result<Value, TooLarge> {
        if !Budget::of_context().enter(level) {
            return self.counted(Value::NO_JSON_FORM);
        }
        self.open()?;
        let elements = match array.data_type() {
            DataType::Struct(fields) => {
                let columns = array.as_struct_opt().map_or(&[][..], |array| array.columns());
                let members = fields
                    .iter()
                    .zip(columns)
                    .map(|(field, column)| (Some(field.name().as_str()), column, row));
                return self.object(members, level);
            }
            DataType::Map(..) => {
                let entries = array.as_map_opt().map(|array| array.value(row));
                let columns = entries.as_ref().map(StructArray::columns);
                let Some([names, values]) = columns else { return Ok(Value::NO_JSON_FORM) };
                let names = Text::of(names);
                let name = |row| names.and_then(|names| names.get(row));
                let members = (0..values.len()).map(|row| (name(row), values, row));
                return self.object(members, level);
            }
            DataType::List(_) => array.as_list_opt::<i32>().map(|array| array.value(row)),
            DataType::LargeList(_) => array.as_list_opt::<i64>().map(|array| array.value(row)),
            DataType::FixedSizeList(..) => {
                array.as_fixed_size_list_opt().map(|array| array.value(row))
            }
            DataType::ListView(_) => array.as_list_view_opt::<i32>().map(|array| array.value(row)),
            DataType::LargeListView(_) => {
                array.as_list_view_opt::<i64>().map(|array| array.value(row))
            }
            _ => None,
        };
        let Some(elements) = elements else { return Ok(Value::NO_JSON_FORM) };
        // Each takes at least a character and a comma: a long list is not read.
        let least = elements.len().saturating_mul(2);
        if self.budget.clone().is_some_and(|mut rest| !rest.spend(least)) {
            return Err(TooLarge);
        }
        let mut values = Vec::new();
        for row in 0..elements.len() {
            self.spend(1)?;
            let value = self.cell(&elements, row, level + 1)?;
            if value.is_null() {
                self.spend(NULL.len())?;
            }
            values.push(value);
        }
        if values.is_empty() {
            self.spend(1)?;
        }
        Ok(values.into_iter().collect())
    }

    /// Reads the members that are not null; one without a name has no JSON form.
    fn object<'a, A: Array + 'a>(
        &mut self,
        members: impl Iterator<Item = (Option<&'a str>, &'a A, usize)>,
        level: usize,
    ) -> Result<Value, TooLarge> {
        let mut found = Vec::new();
        for (name, column, row) in members {
            let value = self.cell(column, row, level + 1)?;
            if value.is_null() {
                continue;
            }
            let Some(name) = name else { return self.counted(Value::NO_JSON_FORM) };
            self.name(name)?;
            found.push((Arc::from(name), value));
        }
        if found.is_empty() {
            self.spend(1)?;
        }
        Ok(Value::Object(Object::from_members(found)))
    }
}

const NULL: &str = "null";

/// The index of a row's value among the values of a dictionary.
fn index(array: &dyn Array, row: usize) -> Option<usize> {
    let index = array.as_any_dictionary_opt()?.keys().slice(row, 1);
    usize::try_from(scalar(&index, 0)?.as_integer()?).ok()
}

/// The value of a cell that is not null and has no elements or members; `None` if it has no JSON form.
fn scalar(array: &dyn Array, row: usize) -> Option<Value> {
    macro_rules! number {
        ($type:ty) => {
            Value::number(array.as_primitive_opt::<$type>()?.value(row) as f64)
        };
    }
    macro_rules! decimal {
        ($type:ty) => {
            // Rounded once, to the nearest double.
            Value::number(array.as_primitive_opt::<$type>()?.value_as_string(row).parse().ok()?)
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
        DataType::Decimal32(..) => decimal!(Decimal32Type),
        DataType::Decimal64(..) => decimal!(Decimal64Type),
        DataType::Decimal128(..) => decimal!(Decimal128Type),
        DataType::Decimal256(..) => decimal!(Decimal256Type),
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
        _ => None,
    }
}

fn date(days: i32) -> Option<Value> {
    let date = chrono::NaiveDate::from_num_days_from_ce_opt(days.checked_add(DAYS_TO_EPOCH)?)?;
    has_a_year_of_four_digits(&date).then(|| Value::from(date.to_string()))
}

/// Whether text of the form 2026-01-31 can represent the date.
fn has_a_year_of_four_digits(date: &impl Datelike) -> bool {
    (1..=9999).contains(&date.year())
}
