//! Exports the impact of a new document. TypeScript passes the contexts one after the other.

use std::cell::RefCell;

use isoflag::{Flags, Value};
use isoflag_tools::{GroupBy, ImpactCounter};
use isoflag_wasm::handles::{Table, with_flags};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{Thrown, refused};
use crate::receipt::context;

thread_local! {
    static COUNTERS: Table<RefCell<ImpactCounter>> = const { Table::new() };
}

/// Starts to count the impact of a later document, by the attributes in the JSON text of an array; returns its handle.
///
/// # Errors
///
/// If an attribute is invalid or a document was freed.
#[wasm_bindgen(js_name = startImpact)]
pub fn start_impact(flags: u32, later: u32, by: &str) -> Result<u32, Thrown> {
    let by = Value::parse(by.as_bytes()).map_err(|error| refused(format!("`by`: {error}")))?;
    let by = by.as_array().unwrap_or_default().iter().filter_map(Value::as_str);
    let by = by.map(GroupBy::parse).collect::<Result<Vec<_>, _>>();
    let by = by.map_err(|error| refused(format!("`by`: {error}")))?;
    let (flags, later) = (with_flags(flags, Flags::clone)?, with_flags(later, Flags::clone)?);
    let counter = RefCell::new(ImpactCounter::new(&flags, &later, &by));
    Ok(COUNTERS.with(|table| table.keep(counter)))
}

/// Counts a context, which is text that the encoder wrote or a handle; neither is an invalid one.
///
/// # Errors
///
/// If the context was freed.
#[wasm_bindgen(js_name = countImpact)]
pub fn count_impact(
    counter: u32,
    host: Option<Vec<u8>>,
    handle: Option<u32>,
) -> Result<(), Thrown> {
    let context = context(host.as_deref(), handle)?;
    COUNTERS.with(|table| {
        table.read(counter, |counter| counter.borrow_mut().add(context.as_ref()));
    });
    Ok(())
}

/// Returns the impact: the JSON text of its JSON form, text and Markdown.
#[wasm_bindgen(js_name = impactForms)]
#[must_use]
pub fn impact_forms(counter: u32) -> Option<String> {
    let impact = COUNTERS.with(|table| table.read(counter, |counter| counter.borrow().finish()))?;
    let forms =
        [impact.to_value(), Value::from(impact.to_string()), Value::from(impact.to_markdown())];
    Some(forms.into_iter().collect::<Value>().to_canonical_json())
}

/// Frees a counter.
#[wasm_bindgen(js_name = freeImpact)]
pub fn free_impact(counter: u32) {
    COUNTERS.with(|table| table.free(counter));
}
