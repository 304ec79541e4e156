//! Strategies, checks and differences: values go in and out as JSON text.

use isoflag::{CheckOptions, Context, Diagnostic, Flags, Strategy, System, Value};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::failure::{self, Failed};
use crate::handles::{CONTEXTS, Document, FLAGS, with_flags};

fn parsed(text: &str) -> Result<Value, Failed> {
    Value::parse(text.as_bytes()).map_err(|error| failure::json(&error))
}

/// The document under a strategy; fails as [`Flags::with_strategy`].
#[wasm_bindgen(js_name = withStrategy)]
#[must_use]
pub fn with_strategy(flags: u32, strategy: &str) -> u32 {
    let made = || {
        let strategy =
            Strategy::read(&parsed(strategy)?).map_err(|error| failure::strategy(&error))?;
        let flags = with_flags(flags, Flags::clone)?;
        flags
            .with_strategy(&strategy)
            .map(Document::from)
            .map_err(|error| failure::strategy(&error))
    };
    FLAGS.with(|table| table.keep_made(made()))
}

/// The strategy that a system chooses for a context, which is text that the encoder wrote or a handle; none where it
/// chooses none.
///
/// # Errors
/// Where there is no such system or something was freed.
#[wasm_bindgen(js_name = strategyFor)]
pub fn strategy_for(
    flags: u32,
    system: &str,
    host: Option<String>,
    handle: Option<u32>,
) -> Result<Option<String>, JsValue> {
    let Some(system) = System::named(system) else {
        let message = format!("`{system}` is no system; ask for `development` or `production`");
        return Err(JsError::new(&message).into());
    };
    let context = match (host, handle) {
        (_, Some(handle)) => Some(CONTEXTS.with(|table| table.get(handle, Context::clone))?),
        (Some(text), None) => Context::from_host_json(text.as_bytes()).ok(),
        (None, None) => None,
    };
    let Some(context) = context else { return Ok(None) };
    let chosen = with_flags(flags, |flags| flags.strategy_for(system, &context))?;
    Ok(chosen.map(|strategy| strategy.to_value().to_canonical_json()))
}

/// What there is to say about the document, as the JSON text of an array.
///
/// # Errors
/// Where the options cannot be read or the document was freed.
#[wasm_bindgen(js_name = checkFlags)]
pub fn check_flags(flags: u32, options: &str) -> Result<String, JsValue> {
    let options = CheckOptions::read(&parsed(options)?)
        .map_err(|error| JsValue::from(JsError::new(&error.to_string())))?;
    let found: Value = with_flags(flags, |flags| {
        flags.check(&options).iter().map(Diagnostic::to_value).collect()
    })?;
    Ok(found.to_canonical_json())
}

/// What changed from one document to another: the JSON text of its JSON form, text and Markdown.
///
/// # Errors
/// Where one was freed.
#[wasm_bindgen(js_name = diffFlags)]
pub fn diff_flags(flags: u32, later: u32) -> Result<String, JsValue> {
    let (flags, later) = (with_flags(flags, Flags::clone)?, with_flags(later, Flags::clone)?);
    let diff = flags.diff(&later);
    let forms = [diff.to_value(), Value::from(diff.to_string()), Value::from(diff.to_markdown())];
    Ok(forms.into_iter().collect::<Value>().to_canonical_json())
}

/// A flag's key as AppConfig takes it; none where it would be too long.
#[wasm_bindgen(js_name = toAppConfigKey)]
#[must_use]
pub fn to_appconfig_key(key: &str) -> Option<String> {
    isoflag::to_appconfig_key(key)
}

/// The key that [`to_appconfig_key`] made this of; none for what it never makes.
#[wasm_bindgen(js_name = fromAppConfigKey)]
#[must_use]
pub fn from_appconfig_key(key: &str) -> Option<String> {
    isoflag::from_appconfig_key(key)
}
