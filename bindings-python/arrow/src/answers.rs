//! The result columns of one flag: values, variations and reasons.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int32Array, Int64Array, StringArray,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{ArrowError, DataType, Field};
use foldhash::fast::FixedState;
use isoflag::{Answer, FlagHandle, Flags, Value};

/// The columns that the caller selects.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Selected {
    pub(crate) value: bool,
    pub(crate) variation: bool,
    pub(crate) reason: bool,
}

/// A flag and the values that it can serve.
pub(crate) struct FlagColumns {
    key: String,
    values: Values,
}

/// The values of a flag's variations, in order.
enum Values {
    Booleans(Vec<Option<bool>>),
    Integers(Vec<Option<i64>>),
    Numbers(Vec<Option<f64>>),
    /// Text, or JSON if a variation is something else; with the positions of nulls.
    Texts(Arc<StringArray>, Vec<bool>),
}

/// The answers of one flag for some rows.
#[derive(Default)]
pub(crate) struct Answers {
    /// The index of the variation, -1 for the default.
    variations: Vec<i32>,
    /// The index of the reason.
    reasons: Vec<u32>,
}

/// The reasons of one flag that occurred.
#[derive(Default)]
pub(crate) struct Reasons {
    texts: Vec<String>,
    /// By the kind and the index in it.
    known: HashMap<[u32; 2], u32, FixedState>,
    last: Option<([u32; 2], u32)>,
}

impl FlagColumns {
    pub(crate) fn of(flags: &Flags, key: &str, handle: FlagHandle) -> FlagColumns {
        let flag = flags.model().flag(handle.index());
        let variations = flag.map(|flag| &*flag.variations).unwrap_or_default();
        let all = |is: fn(&Value) -> bool| {
            !variations.is_empty() && variations.iter().all(|value| value.is_null() || is(value))
        };
        let is_null = variations.iter().all(Value::is_null);
        let values = if !is_null && all(|value| matches!(value, Value::Bool(_))) {
            Values::Booleans(variations.iter().map(Value::as_bool).collect())
        } else if !is_null && all(|value| value.as_integer().is_some_and(is_exact)) {
            Values::Integers(variations.iter().map(Value::as_integer).collect())
        } else if !is_null && all(|value| matches!(value, Value::Number(_))) {
            Values::Numbers(variations.iter().map(Value::as_number).collect())
        } else {
            let is_text = all(|value| matches!(value, Value::String(_)));
            let text = |value: &Value| match value {
                Value::Null => String::new(),
                Value::String(text) if is_text => text.to_string(),
                value => value.to_canonical_json(),
            };
            let texts = StringArray::from_iter_values(variations.iter().map(text));
            Values::Texts(Arc::new(texts), variations.iter().map(Value::is_null).collect())
        };
        FlagColumns { key: key.to_owned(), values }
    }

    /// The fields of the selected columns.
    pub(crate) fn fields(&self, selected: Selected) -> Vec<Field> {
        let data_type = match &self.values {
            Values::Booleans(_) => DataType::Boolean,
            Values::Integers(_) => DataType::Int64,
            Values::Numbers(_) => DataType::Float64,
            Values::Texts(..) => {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
            }
        };
        let columns = [
            (selected.value, self.key.clone(), data_type, true),
            (selected.variation, format!("{}.variation", self.key), DataType::Int32, true),
            (selected.reason, format!("{}.reason", self.key), DataType::Utf8, false),
        ];
        let columns = columns.into_iter().filter(|(is_selected, ..)| *is_selected);
        columns.map(|(_, name, data_type, nulls)| Field::new(name, data_type, nulls)).collect()
    }

    /// The selected columns of some answers.
    pub(crate) fn columns(
        &self,
        selected: Selected,
        answers: &Answers,
        reasons: &Reasons,
    ) -> Result<Vec<ArrayRef>, ArrowError> {
        let mut columns: Vec<ArrayRef> = Vec::new();
        if selected.value {
            columns.push(self.values.column(&answers.variations)?);
        }
        if selected.variation {
            let served = NullBuffer::from_iter(answers.variations.iter().map(|index| *index >= 0));
            columns.push(Arc::new(Int32Array::try_new(
                answers.variations.clone().into(),
                Some(served),
            )?));
        }
        if selected.reason {
            columns.push(reasons.column(&self.key, &answers.reasons)?);
        }
        Ok(columns)
    }
}

/// Whether a double represents this integer and its neighbours.
fn is_exact(integer: i64) -> bool {
    integer.unsigned_abs() < 1 << 53
}

impl Values {
    fn column(&self, variations: &[i32]) -> Result<ArrayRef, ArrowError> {
        fn served<T: Copy>(values: &[Option<T>], index: i32) -> Option<T> {
            values.get(usize::try_from(index).ok()?).copied().flatten()
        }
        let indices = variations.iter().copied();
        Ok(match self {
            Values::Booleans(values) => {
                Arc::new(indices.map(|index| served(values, index)).collect::<BooleanArray>())
            }
            Values::Integers(values) => {
                Arc::new(indices.map(|index| served(values, index)).collect::<Int64Array>())
            }
            Values::Numbers(values) => {
                Arc::new(indices.map(|index| served(values, index)).collect::<Float64Array>())
            }
            Values::Texts(texts, nulls) => {
                let is_served = |index: i32| {
                    usize::try_from(index).is_ok_and(|index| nulls.get(index) == Some(&false))
                };
                let indices = indices.map(|index| is_served(index).then_some(index));
                let indices: Int32Array = indices.collect();
                let values: ArrayRef = Arc::<StringArray>::clone(texts);
                Arc::new(DictionaryArray::<Int32Type>::try_new(indices, values)?)
            }
        })
    }
}

impl Answers {
    pub(crate) fn push(&mut self, flags: &Flags, answer: &Answer, reasons: &mut Reasons) {
        let variation = answer.variation_index().and_then(|index| i32::try_from(index).ok());
        self.variations.push(variation.unwrap_or(-1));
        self.reasons.push(reasons.index(flags, answer));
    }
}

impl Reasons {
    fn index(&mut self, flags: &Flags, answer: &Answer) -> u32 {
        let [kind, _, index, _] = answer.pack();
        let packed = [kind, index];
        if let Some((last, index)) = self.last
            && last == packed
        {
            return index;
        }
        let index = *self.known.entry(packed).or_insert_with(|| {
            self.texts.push(flags.reason_of(answer).to_value().to_canonical_json());
            self.texts.len() as u32 - 1
        });
        self.last = Some((packed, index));
        index
    }

    fn column(&self, key: &str, indices: &[u32]) -> Result<ArrayRef, ArrowError> {
        let text = |index: &u32| self.texts.get(*index as usize).map_or("", String::as_str);
        let length: usize = indices.iter().map(|index| text(index).len()).sum();
        if i32::try_from(length).is_err() {
            let message = format!("the reasons of flag `{key}` are too long: leave out \"reason\"");
            return Err(ArrowError::InvalidArgumentError(message));
        }
        Ok(Arc::new(StringArray::from_iter_values(indices.iter().map(text))))
    }
}
