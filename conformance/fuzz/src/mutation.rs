//! Mutations that keep JSON valid: bytes changed at random seldom reach what is behind the parser.

use serde_json::{Map, Value, json};

use crate::SEPARATOR;

/// A pseudo-random sequence (xorshift), which is the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap_or_default()
    }
}

/// Returns the input with a change of one value of a part that is JSON; `None` if no part is JSON.
#[must_use]
pub fn mutated(bytes: &[u8], seed: u32) -> Option<Vec<u8>> {
    let mut random = Random(u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut parts: Vec<Vec<u8>> =
        bytes.split(|byte| *byte == SEPARATOR).map(<[u8]>::to_vec).collect();
    let values: Vec<(usize, Value)> = parts
        .iter()
        .enumerate()
        .filter_map(|(index, part)| Some((index, serde_json::from_slice(part).ok()?)))
        .collect();
    let (index, value) = values.get(random.below(values.len()))?;
    let mut value = value.clone();
    for _ in 0..=random.below(3) {
        // A value that another part or another place has fits more often than one made up.
        let (_, donor) = values.get(random.below(values.len()))?;
        let place = random.below(count(donor));
        let given = nth(donor, place)?.clone();
        change(&mut value, &given, &mut random);
    }
    parts[*index] = serde_json::to_vec(&value).ok()?;
    Some(parts.join(&SEPARATOR))
}

/// The number of values in a value, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(elements) => elements.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(elements) => elements.iter().collect(),
        Value::Object(members) => members.values().collect(),
        _ => Vec::new(),
    }
}

/// Returns the value with this index in the order of a walk.
fn nth(value: &Value, mut index: usize) -> Option<&Value> {
    if index == 0 {
        return Some(value);
    }
    index -= 1;
    for child in children(value) {
        let size = count(child);
        if index < size {
            return nth(child, index);
        }
        index -= size;
    }
    None
}

fn nth_mut(value: &mut Value, mut index: usize) -> Option<&mut Value> {
    if index == 0 {
        return Some(value);
    }
    index -= 1;
    let children: Vec<&mut Value> = match value {
        Value::Array(elements) => elements.iter_mut().collect(),
        Value::Object(members) => members.values_mut().collect(),
        _ => Vec::new(),
    };
    for child in children {
        let size = count(child);
        if index < size {
            return nth_mut(child, index);
        }
        index -= size;
    }
    None
}

fn change(value: &mut Value, given: &Value, random: &mut Random) {
    let index = random.below(count(value));
    let Some(place) = nth_mut(value, index) else { return };
    match (random.below(6), place) {
        (0, place) => *place = given.clone(),
        (1, place) => *place = scalar(random),
        (2, Value::Array(elements)) if !elements.is_empty() => {
            elements.remove(random.below(elements.len()));
        }
        (3, Value::Array(elements)) => elements.push(given.clone()),
        (4, Value::Array(elements)) if elements.len() > 1 => {
            let (one, other) = (random.below(elements.len()), random.below(elements.len()));
            elements.swap(one, other);
        }
        (2, Value::Object(members)) => drop(without_one(members, random)),
        (3, Value::Object(members)) => {
            // Under the name of another member.
            let removed = without_one(members, random).map(|(name, _)| name);
            members.insert(removed.unwrap_or_default(), given.clone());
        }
        (4, Value::Object(members)) => {
            if let Some((name, value)) = without_one(members, random) {
                members.insert(format!("{name}2"), value.clone());
                members.insert(name, value);
            }
        }
        (_, Value::Number(number)) => {
            let step = [-1.0, 1.0, 0.5, 100_000.0][random.below(4)];
            let changed = number.as_f64().unwrap_or_default() + step;
            // An integer remains one.
            *number = if changed.fract() == 0.0 && changed.abs() < 9e15 {
                (changed as i64).into()
            } else {
                serde_json::Number::from_f64(changed).unwrap_or_else(|| 0.into())
            };
        }
        (_, Value::Bool(flag)) => *flag = !*flag,
        (_, place) => *place = given.clone(),
    }
}

fn without_one(members: &mut Map<String, Value>, random: &mut Random) -> Option<(String, Value)> {
    let name = members.keys().nth(random.below(members.len()))?.clone();
    members.remove_entry(&name)
}

fn scalar(random: &mut Random) -> Value {
    let scalars = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1),
        json!(100_000),
        json!(0.5),
        json!(9_007_199_254_740_993_i64),
        json!(1e300),
        json!(""),
        json!("x"),
        json!("user"),
        json!("a\u{0}\u{1f600}"),
        json!([]),
        json!({}),
    ];
    scalars[random.below(scalars.len())].clone()
}
