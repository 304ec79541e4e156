//! Exports contexts.

use std::sync::Arc;

use isoflag::{Context, ContextError, Object, Value};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{self, Failed};
use crate::flags::list;
use crate::handles::{CONTEXTS, with_flags};

fn keep(context: Result<Context, ContextError>) -> u32 {
    keep_made(context.map_err(|error| failure::context(&error)))
}

fn keep_made(context: Result<Context, Failed>) -> u32 {
    CONTEXTS.with(|table| table.keep_made(context))
}

fn take(context: u32) -> Result<Context, Failed> {
    CONTEXTS.with(|table| table.get(context, Context::clone))
}

/// Passed instead of the handle of a context that has none.
const HOST_CONTEXT: u32 = u32::MAX;

/// Returns the context of a handle; for [`HOST_CONTEXT`] that of the text which the encoder wrote for a host object, or
/// `None` if it is invalid.
///
/// # Errors
///
/// If the context was freed.
pub fn passed(handle: u32, host: &[u8]) -> Result<Option<Context>, Failed> {
    match handle {
        HOST_CONTEXT => Ok(Context::from_host_json(host).ok()),
        handle => take(handle).map(Some),
    }
}

/// Parses a context strictly; fails like [`Context::from_json`].
#[wasm_bindgen(js_name = readContext)]
#[must_use]
pub fn read_context(text: &[u8]) -> u32 {
    keep(Context::from_json(text))
}

/// Builds a context of one kind from the JSON texts of `{key, kind, name, anonymous, private}` and of its attributes.
/// Fails like `ContextBuilder::build`.
#[wasm_bindgen(js_name = buildContext)]
#[must_use]
pub fn build_context(parts: &str, attributes: &[u8]) -> u32 {
    let texts = object(parts.as_bytes()).and_then(|parts| Ok((parts, object(attributes)?)));
    keep_made(texts.and_then(|(parts, attributes)| {
        build(&parts, &attributes).map_err(|error| failure::context(&error))
    }))
}

fn build(parts: &Object, attributes: &Object) -> Result<Context, ContextError> {
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
    for (name, value) in attributes.iter() {
        builder = builder.attribute(name, value.clone());
    }
    let private = parts.get("private").and_then(Value::as_array).unwrap_or_default();
    for reference in private.iter().filter_map(Value::as_str) {
        builder = builder.private(reference);
    }
    builder.build()
}

fn object(text: &[u8]) -> Result<Object, Failed> {
    match Value::parse_host(text).map_err(|error| failure::json(&error))? {
        Value::Object(object) => Ok(object),
        _ => Ok(Object::default()),
    }
}

/// Combines contexts into one with several kinds; fails like [`Context::multi`].
///
/// The handles are separated by commas, since a list of numbers needs more JavaScript in every page.
#[wasm_bindgen(js_name = joinContexts)]
#[must_use]
pub fn join_contexts(handles: &str) -> u32 {
    let mut contexts = Vec::new();
    for handle in handles.split_terminator([',']) {
        match take(handle.parse().unwrap_or_default()) {
            Ok(context) => contexts.push(context),
            Err(failed) => return keep_made(Err(failed)),
        }
    }
    keep(Context::multi(&contexts))
}

/// Returns the context with the kind `clock`; fails like [`Context::with_clock`].
#[wasm_bindgen(js_name = contextWithClock)]
#[must_use]
pub fn context_with_clock(context: u32, now_ms: f64, offset_minutes: i32) -> u32 {
    match take(context) {
        Ok(context) => keep(context.with_clock(now_ms, offset_minutes)),
        Err(failed) => keep_made(Err(failed)),
    }
}

/// The fully-qualified key.
#[wasm_bindgen(js_name = contextKey)]
#[must_use]
pub fn context_key(context: u32) -> Option<String> {
    CONTEXTS.with(|table| table.get(context, |context| context.key().to_owned())).ok()
}

/// The canonical JSON text of the context.
#[wasm_bindgen(js_name = contextJson)]
#[must_use]
pub fn context_json(context: u32) -> Option<String> {
    CONTEXTS.with(|table| table.get(context, |context| context.to_value().to_canonical_json())).ok()
}

/// Returns the context keys that an evaluation for [a context](passed) may need big-segment memberships for, as the JSON
/// text of an array; an invalid one needs none.
#[wasm_bindgen(js_name = bigSegmentKeys)]
#[must_use]
pub fn big_segment_keys(flags: u32, context: u32, host: &[u8]) -> Option<String> {
    let context = passed(context, host).ok()?;
    with_flags(flags, |flags| {
        let keys: Vec<Arc<str>> =
            context.map(|context| flags.big_segment_keys(&context)).unwrap_or_default();
        list(keys.iter().map(|key| &**key))
    })
    .ok()
}
