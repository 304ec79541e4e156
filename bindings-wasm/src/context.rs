//! Contexts.

use std::sync::Arc;

use isoflag::{Context, ContextError, Object, Value};
use js_sys::{Array, JsString};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure;
use crate::handles::{CONTEXTS, FLAGS};

fn keep(context: Result<Context, ContextError>) -> Result<u32, JsValue> {
    let context = context.map_err(|error| failure::context(&error))?;
    Ok(CONTEXTS.with(|table| table.keep(context)))
}

/// Reads a context strictly.
///
/// # Errors
/// What [`Context::from_json`] says.
#[wasm_bindgen(js_name = readContext)]
pub fn read_context(text: &[u8]) -> Result<u32, JsValue> {
    keep(Context::from_json(text))
}

/// Builds a context of one kind from the JSON texts of `{key, kind, name, anonymous, private}` and of its attributes.
///
/// # Errors
/// What `ContextBuilder::build` says.
#[wasm_bindgen(js_name = buildContext)]
pub fn build_context(parts: &str, attributes: &str) -> Result<u32, JsValue> {
    let parts = object(parts)?;
    let text = |name| parts.get(name).and_then(Value::as_str);
    let flag = |name| parts.get(name).and_then(Value::as_bool);

    let mut builder = Context::builder(text("key").unwrap_or_default());
    if let Some(kind) = text("kind") {
        builder = builder.kind(kind);
    }
    if let Some(name) = text("name") {
        builder = builder.name(name);
    }
    builder = builder.anonymous(flag("anonymous").unwrap_or_default());
    for (name, value) in object(attributes)?.iter() {
        builder = builder.attribute(name, value.clone());
    }
    let private = parts.get("private").and_then(Value::as_array).unwrap_or_default();
    for reference in private.iter().filter_map(Value::as_str) {
        builder = builder.private(reference);
    }
    keep(builder.build())
}

fn object(text: &str) -> Result<Object, JsValue> {
    match Value::parse(text.as_bytes()).map_err(|error| failure::json(&error))? {
        Value::Object(object) => Ok(object),
        _ => Ok(Object::default()),
    }
}

/// One context of several kinds.
///
/// # Errors
/// What [`Context::multi`] says.
#[wasm_bindgen(js_name = joinContexts)]
pub fn join_contexts(parts: &[u32]) -> Result<u32, JsValue> {
    let parts = CONTEXTS.with(|table| {
        parts.iter().map(|part| table.get(*part, Context::clone)).collect::<Result<Vec<_>, _>>()
    })?;
    keep(Context::multi(&parts))
}

/// The context with one of kind `clock`.
///
/// # Errors
/// What [`Context::with_clock`] says.
#[wasm_bindgen(js_name = contextWithClock)]
pub fn context_with_clock(context: u32, now_ms: f64, offset_minutes: i32) -> Result<u32, JsValue> {
    let context = CONTEXTS.with(|table| table.get(context, Context::clone))?;
    keep(context.with_clock(now_ms, offset_minutes))
}

/// The fully-qualified key.
///
/// # Errors
/// Where the context was freed.
#[wasm_bindgen(js_name = contextKey)]
pub fn context_key(context: u32) -> Result<String, JsValue> {
    CONTEXTS.with(|table| table.get(context, |context| context.key().to_owned()))
}

/// The canonical JSON text of the context.
///
/// # Errors
/// Where the context was freed.
#[wasm_bindgen(js_name = contextJson)]
pub fn context_json(context: u32) -> Result<String, JsValue> {
    CONTEXTS.with(|table| table.get(context, |context| context.to_value().to_canonical_json()))
}

/// The context keys whose big-segment memberships an evaluation may ask for.
///
/// # Errors
/// Where either was freed.
#[wasm_bindgen(js_name = bigSegmentKeys)]
pub fn big_segment_keys(flags: u32, context: u32) -> Result<Array, JsValue> {
    let context = CONTEXTS.with(|table| table.get(context, Context::clone))?;
    FLAGS.with(|table| table.get(flags, |flags| list(&flags.big_segment_keys(&context))))
}

/// As [`big_segment_keys`], for the text that the encoder wrote for a host's object; an invalid one asks for none.
///
/// # Errors
/// Where the document was freed.
#[wasm_bindgen(js_name = bigSegmentKeysForHost)]
pub fn big_segment_keys_for_host(flags: u32, context: &str) -> Result<Array, JsValue> {
    let context = Context::from_host_json(context.as_bytes());
    FLAGS.with(|table| {
        table.get(flags, |flags| match &context {
            Ok(context) => list(&flags.big_segment_keys(context)),
            Err(_) => Array::new(),
        })
    })
}

fn list(keys: &[Arc<str>]) -> Array {
    keys.iter().map(|key| JsString::from(&**key)).collect()
}
