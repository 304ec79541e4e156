//! Exports the history of documents, and pins.

use std::cell::RefCell;

use isoflag::{DocumentHistory, Flags, HistoryLimits, Object, PinError, Value};
use isoflag_wasm::failure::{Failed, note};
use isoflag_wasm::flags::list;
use isoflag_wasm::freshness::gate;
use isoflag_wasm::handles::{Document, FLAGS, Table, with_flags};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::Thrown;

thread_local! {
    static HISTORIES: Table<RefCell<DocumentHistory>> = const { Table::new() };
}

fn read<R>(history: u32, reader: impl FnOnce(&DocumentHistory) -> R) -> Result<R, Failed> {
    HISTORIES.with(|table| table.get(history, |history| reader(&history.borrow())))
}

fn change<R>(
    history: u32,
    flags: u32,
    change: impl FnOnce(&mut DocumentHistory, Flags) -> R,
) -> Result<R, Failed> {
    let flags = with_flags(flags, Flags::clone)?;
    HISTORIES.with(|table| table.get(history, |history| change(&mut history.borrow_mut(), flags)))
}

fn keep(flags: &Flags) -> u32 {
    FLAGS.with(|table| table.keep(Document::from(flags.clone())))
}

/// Returns an empty history; the limits have defaults.
#[wasm_bindgen(js_name = newHistory)]
#[must_use]
pub fn new_history(max_documents: Option<u32>, max_bytes: Option<u32>) -> u32 {
    let usual = HistoryLimits::default();
    let limits = HistoryLimits {
        documents: max_documents.map_or(usual.documents, |limit| limit as usize),
        bytes: max_bytes.map_or(usual.bytes, |limit| limit as usize),
    };
    HISTORIES.with(|table| table.keep(RefCell::new(DocumentHistory::new(limits))))
}

/// Adds the document that is current at a moment.
///
/// # Errors
///
/// If either was freed.
#[wasm_bindgen(js_name = historyAdd)]
pub fn history_add(history: u32, flags: u32, now_ms: f64) -> Result<(), Thrown> {
    Ok(change(history, flags, |history, flags| history.add(flags, now_ms))?)
}

/// Keeps a document that was current until a moment, or one that was fetched by an instance that may be behind, and
/// returns whether it is in the history now.
///
/// # Errors
///
/// If either was freed.
#[wasm_bindgen(js_name = historyKeep)]
pub fn history_keep(
    history: u32,
    flags: u32,
    superseded_ms: Option<f64>,
    is_fetched: bool,
) -> Result<bool, Thrown> {
    Ok(change(history, flags, |history, flags| {
        if is_fetched { history.keep_fetched(flags) } else { history.keep(flags, superseded_ms) }
    })?)
}

/// Returns a handle of the document with this digest, if it is in the history.
///
/// # Errors
///
/// If the history was freed.
#[wasm_bindgen(js_name = historyGet)]
pub fn history_get(history: u32, digest: &str) -> Result<Option<u32>, Thrown> {
    Ok(read(history, |history| history.get(digest).map(keep))?)
}

/// Returns a handle of the current document, if there is one.
///
/// # Errors
///
/// If the history was freed.
#[wasm_bindgen(js_name = historyNewest)]
pub fn history_newest(history: u32) -> Result<Option<u32>, Thrown> {
    Ok(read(history, |history| history.newest().map(keep))?)
}

/// Returns the digests of all documents in the history, the newest first, as the JSON text of an array.
///
/// # Errors
///
/// If the history was freed.
#[wasm_bindgen(js_name = historyDigests)]
pub fn history_digests(history: u32) -> Result<String, Thrown> {
    Ok(read(history, |history| list(history.digests()))?)
}

/// Returns the bytes of canonical JSON of all documents.
///
/// # Errors
///
/// If the history was freed.
#[wasm_bindgen(js_name = historyBytes)]
pub fn history_bytes(history: u32) -> Result<f64, Thrown> {
    Ok(read(history, |history| history.bytes() as f64)?)
}

fn refused(error: &PinError) -> Failed {
    note(Object::from_iter([
        ("code", Value::from(error.code())),
        ("path", Value::from("")),
        ("message", Value::from(error.to_string())),
        ("held", error.held().iter().map(|digest| Value::from(&**digest)).collect()),
    ]))
}

/// Returns the document of a pin: the JSON text of `{flags, digest, switchedOff}`, with a new handle of its flags.
///
/// # Errors
///
/// As [`DocumentHistory::pinned`], and if the history was freed.
#[wasm_bindgen(js_name = historyPinned)]
pub fn history_pinned(
    history: u32,
    digest: &str,
    now_ms: f64,
    ttl_seconds: f64,
    poll_timeout_ms: Option<f64>,
    max_pin_age_ms: Option<f64>,
) -> Result<String, Thrown> {
    let gate = gate(now_ms, ttl_seconds, poll_timeout_ms);
    let pinned = read(history, |history| history.pinned(digest, &gate, max_pin_age_ms))?;
    let pinned = pinned.map_err(|error| refused(&error))?;
    let switched_off = pinned.switched_off().map(Value::from);
    let out = Object::from_iter([
        ("flags", Value::from(f64::from(keep(pinned.flags())))),
        ("digest", Value::from(pinned.digest())),
        ("switchedOff", switched_off.collect()),
    ]);
    Ok(Value::from(out).to_canonical_json())
}

/// Frees a history; documents that were taken from it remain valid.
#[wasm_bindgen(js_name = freeHistory)]
pub fn free_history(history: u32) {
    HISTORIES.with(|table| table.free(history));
}
