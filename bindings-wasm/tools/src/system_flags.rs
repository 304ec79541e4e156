//! Exports documents as systems evaluate them, with the strategy of each context.

use isoflag::{Context, Flags};
use isoflag_tools::{System, SystemFlags};
use isoflag_wasm::bound::memberships;
use isoflag_wasm::failure::Failed;
use isoflag_wasm::flags::list;
use isoflag_wasm::handles::{Document, FLAGS, Table, with_flags};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{Thrown, refused};
use crate::receipt::context;

thread_local! {
    static SYSTEMS: Table<SystemFlags> = const { Table::new() };
}

fn read<R>(system: u32, reader: impl FnOnce(&SystemFlags) -> R) -> Result<R, Failed> {
    SYSTEMS.with(|table| table.get(system, reader))
}

/// Returns the system with a name.
///
/// # Errors
///
/// If there is no such system.
pub fn read_system(name: &str) -> Result<System, Thrown> {
    System::named(name).ok_or_else(|| {
        refused(format!("`{name}` is not a system; use `development` or `production`"))
    })
}

/// Returns a handle of the document as a system evaluates it; `None` if it has no strategies for the system.
///
/// # Errors
///
/// If there is no such system, or the document was freed.
#[wasm_bindgen(js_name = systemFlags)]
pub fn system_flags(flags: u32, system: &str) -> Result<Option<u32>, Thrown> {
    let system = read_system(system)?;
    let read = with_flags(flags, |flags: &Flags| SystemFlags::new(flags, system))?;
    Ok(read.map(|system| SYSTEMS.with(|table| table.keep(system))))
}

/// Returns the problems of the system's strategies, as the JSON text of an array.
///
/// # Errors
///
/// If the object was freed.
#[wasm_bindgen(js_name = strategyProblems)]
pub fn strategy_problems(system: u32) -> Result<String, Thrown> {
    let problems = |system: &SystemFlags| list(system.problems().iter().map(|problem| &**problem));
    Ok(read(system, problems)?)
}

/// Returns the index of the strategy for a context, which is text that the encoder wrote or a handle; `None` if no
/// strategy is chosen.
///
/// # Errors
///
/// If the memberships are invalid or an object was freed.
#[wasm_bindgen(js_name = chooseStrategy)]
pub fn choose_strategy(
    system: u32,
    host: Option<Vec<u8>>,
    parsed: Option<u32>,
    big_segments: &[u8],
) -> Result<Option<u32>, Thrown> {
    let context: Option<Context> = context(host.as_deref(), parsed)?;
    let big_segments = memberships(big_segments)?;
    let chosen = read(system, |system| system.choose(context.as_ref(), big_segments.as_ref()))?;
    Ok(chosen.and_then(|index| u32::try_from(index).ok()))
}

/// Returns the JSON text of the strategy with an index.
///
/// # Errors
///
/// If the object was freed.
#[wasm_bindgen(js_name = chosenStrategy)]
pub fn chosen_strategy(system: u32, index: u32) -> Result<Option<String>, Thrown> {
    let text = |system: &SystemFlags| {
        system.strategy(index as usize).map(|strategy| strategy.to_value().to_canonical_json())
    };
    Ok(read(system, text)?)
}

/// Returns a new handle of the document under the strategy with an index.
///
/// # Errors
///
/// If the object was freed.
#[wasm_bindgen(js_name = underStrategy)]
pub fn under_strategy(system: u32, index: u32) -> Result<u32, Thrown> {
    let flags = read(system, |system| system.under(Some(index as usize)).clone())?;
    Ok(FLAGS.with(|table| table.keep(Document::from(flags))))
}

/// Returns the canonical text of a flag's receipt, under the strategy that the system chooses.
///
/// # Errors
///
/// If the memberships are invalid or an object was freed.
#[wasm_bindgen(js_name = systemReceipt)]
pub fn system_receipt(
    system: u32,
    key: &str,
    host: Option<Vec<u8>>,
    parsed: Option<u32>,
    big_segments: &[u8],
) -> Result<String, Thrown> {
    let context = context(host.as_deref(), parsed)?;
    let big_segments = memberships(big_segments)?;
    let receipt = |system: &SystemFlags| {
        isoflag_tools::system_receipt(system, key, context.as_ref(), big_segments.as_ref())
    };
    Ok(read(system, receipt)?.to_json())
}

/// Frees the object.
#[wasm_bindgen(js_name = freeSystemFlags)]
pub fn free_system_flags(system: u32) {
    SYSTEMS.with(|table| table.free(system));
}
