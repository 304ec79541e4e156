//! Shares equal arrays and objects while parsing.

use std::sync::Arc;

use super::object::{Member, Object};
use super::value::Value;

/// Slots in the cache of recently parsed containers.
const PLACES: usize = 512;

/// Longer containers are seldom repeated, in elements.
const SHORT: usize = 12;

/// Shares equal short arrays and objects of a long text.
///
/// Two containers count as equal if their contents are themselves shared, so that a comparison is
/// shallow. A missed one is stored again, which has no visible effect.
#[derive(Default)]
pub(super) struct Sharing(Vec<Option<Value>>);

impl Sharing {
    pub(super) fn new(worth_it: bool) -> Sharing {
        let mut places = Vec::new();
        places.resize_with(if worth_it { PLACES } else { 0 }, || None);
        Sharing(places)
    }

    fn place(&mut self, length: usize, hash: u64) -> Option<&mut Option<Value>> {
        let short = length <= SHORT;
        self.0.get_mut((hash >> 32) as usize % PLACES).filter(|_| short)
    }

    /// Takes the elements from an index on as an array.
    pub(super) fn array(&mut self, elements: &mut Vec<Value>, start: usize) -> Value {
        let own = elements.get(start..).unwrap_or_default();
        if own.is_empty() {
            return Value::Array(Arc::default());
        }
        let place = self.place(own.len(), own.iter().fold(1, mix));
        if let Some(Some(Value::Array(known))) = &place
            && known.len() == own.len()
            && known.iter().zip(own).all(|(a, b)| is_same(a, b))
        {
            let known = Value::Array(Arc::clone(known));
            elements.truncate(start);
            return known;
        }
        let array = Value::Array(elements.drain(start..).collect());
        if let Some(place) = place {
            *place = Some(array.clone());
        }
        array
    }

    /// Takes the members from an index on, which are sorted, as an object.
    pub(super) fn object(&mut self, members: &mut Vec<Member>, start: usize) -> Value {
        let own = members.get(start..).unwrap_or_default();
        let mix = |hash, (name, value): &Member| mix(mix_word(hash, address(name)), value);
        let place = self.place(own.len(), own.iter().fold(2, mix));
        let same =
            |a: (&Arc<str>, &Value), b: &Member| Arc::ptr_eq(a.0, &b.0) && is_same(a.1, &b.1);
        if let Some(Some(Value::Object(known))) = &place
            && known.len() == own.len()
            && known.iter().zip(own).all(|(a, b)| same(a, b))
        {
            let known = Value::Object(known.clone());
            members.truncate(start);
            return known;
        }
        let object = Value::Object(Object::take(members, start));
        if let Some(place) = place {
            *place = Some(object.clone());
        }
        object
    }
}

fn address(text: &Arc<str>) -> u64 {
    Arc::as_ptr(text).cast::<u8>() as u64
}

fn mix_word(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn mix(hash: u64, value: &Value) -> u64 {
    mix_word(
        hash,
        match value {
            Value::Null => 3,
            Value::Bool(flag) => u64::from(*flag),
            Value::Number(number) => number.to_bits(),
            Value::String(text) => address(text),
            Value::Array(elements) => Arc::as_ptr(elements).cast::<u8>() as u64,
            Value::Object(object) => object.address(),
        },
    )
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Number(a), Value::Number(b)) => a.to_bits() == b.to_bits(),
        (Value::String(a), Value::String(b)) => Arc::ptr_eq(a, b),
        (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b),
        (Value::Object(a), Value::Object(b)) => a.is_same(b),
        _ => false,
    }
}
