//! Which document supersedes which.

use isoflag::{Evidence, Flags, Value};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::bound::FAILED;
use crate::failure::{self, Failed};
use crate::handles::with_flags;

/// The handle that stands for no document.
const NO_DOCUMENT: u32 = 0;

fn evidence(text: &str) -> Result<Evidence, Failed> {
    let value = Value::parse(text.as_bytes()).map_err(|error| failure::json(&error))?;
    Evidence::from_value(&value).map_err(|error| failure::evidence(&error))
}

fn answer(
    offered: u32,
    held: u32,
    rule: impl FnOnce(&Flags, Option<&Flags>) -> bool,
) -> Result<u32, Failed> {
    let offered = with_flags(offered, Flags::clone)?;
    let held = if held == NO_DOCUMENT { None } else { Some(with_flags(held, Flags::clone)?) };
    Ok(u32::from(rule(&offered, held.as_ref())))
}

/// Whether a document supersedes the held one, by the JSON text of the evidence; [`FAILED`] if that
/// is invalid or a document was freed.
#[wasm_bindgen]
#[must_use]
pub fn supersedes(offered: u32, held: u32, evidence_text: &str) -> u32 {
    evidence(evidence_text)
        .and_then(|evidence| answer(offered, held, |new, old| new.supersedes(old, &evidence)))
        .unwrap_or(FAILED)
}

/// Whether taking a document in place of the held one goes back in time; [`FAILED`] if one was
/// freed.
#[wasm_bindgen(js_name = stepsBackFrom)]
#[must_use]
pub fn steps_back_from(offered: u32, held: u32) -> u32 {
    let rule = |new: &Flags, old: Option<&Flags>| old.is_some_and(|old| new.steps_back_from(old));
    answer(offered, held, rule).unwrap_or(FAILED)
}
