//! The Rust runner of the conformance suite: reads cases, one JSON line each, and writes one answer
//! line for each.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a case that does not match the vectors' schema fails, and the runner continues"
)]

mod case;
mod lifecycle;
mod sweep;
#[cfg(test)]
mod vectors;

use std::io::{self, BufRead, BufWriter, Write};
use std::panic::catch_unwind;
use std::sync::Arc;

use isoflag::{Object, Value};

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line?;
        let answered = catch_unwind(|| {
            let case = read(&line);
            let id = get(&case, "id").cloned().unwrap();
            let (answer, message) = case::answer(&case);
            let message = message.map(|message| ("message", Value::from(message)));
            let members = [("answer", answer), ("id", id)].into_iter().chain(message);
            Value::Object(members.collect::<Object>())
        });
        let answered = answered.unwrap_or_else(|_| {
            let id = get(&read(&line), "id").cloned().unwrap_or_default();
            object([("failure", Value::from("panicked; see standard error")), ("id", id)])
        });
        writeln!(out, "{}", answered.to_canonical_json())?;
        // The caller sends cases in batches and waits for all lines of a batch.
        out.flush()?;
    }
    Ok(())
}

/// Reads a line, which may nest deeper than isoflag allows.
fn read(line: &str) -> Value {
    fn convert(value: serde_json::Value) -> Value {
        match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(flag) => Value::Bool(flag),
            serde_json::Value::Number(number) => Value::number(number.as_f64().unwrap()).unwrap(),
            serde_json::Value::String(text) => Value::from(text),
            serde_json::Value::Array(elements) => elements.into_iter().map(convert).collect(),
            serde_json::Value::Object(members) => {
                let members = members.into_iter();
                let members = members.map(|(name, value)| (Arc::<str>::from(name), convert(value)));
                members.collect::<Object>().into()
            }
        }
    }
    let mut deserializer = serde_json::Deserializer::from_str(line);
    deserializer.disable_recursion_limit();
    convert(serde::Deserialize::deserialize(&mut deserializer).unwrap())
}

fn get<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.as_object()?.get(name)
}

fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    get(object, name).and_then(Value::as_str).unwrap()
}

fn number(object: &Value, name: &str) -> Option<f64> {
    get(object, name).and_then(Value::as_number)
}

fn array<'a>(object: &'a Value, name: &str) -> &'a [Value] {
    get(object, name).and_then(Value::as_array).unwrap_or_default()
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Object::from_iter(members).into()
}

fn list(items: impl IntoIterator<Item = Value>) -> Value {
    items.into_iter().collect()
}
