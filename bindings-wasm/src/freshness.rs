//! Which document supersedes which.

use isoflag::{Evidence, Flags, Value};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::bound::FAILED;
use crate::failure::{self, Failed};
use crate::handles::with_flags;

/// Stands for no document; 0 is the handle of one that was freed.
const NO_DOCUMENT: u32 = u32::MAX;

fn evidence(text: &str) -> Result<Evidence, Failed> {
    let value = Value::parse(text.as_bytes()).map_err(|error| failure::json(&error))?;
    Ok(Evidence::from_value(&value))
}

fn documents(offered: u32, held: u32) -> Result<(Flags, Option<Flags>), Failed> {
    let held = if held == NO_DOCUMENT { None } else { Some(with_flags(held, Flags::clone)?) };
    Ok((with_flags(offered, Flags::clone)?, held))
}

/// Whether a document supersedes the held one, by the JSON text of the evidence; [`FAILED`] if that
/// is invalid or a document was freed.
#[wasm_bindgen]
#[must_use]
pub fn supersedes(offered: u32, held: u32, evidence_text: &str) -> u32 {
    match (documents(offered, held), evidence(evidence_text)) {
        (Ok((offered, held)), Ok(evidence)) => {
            u32::from(offered.supersedes(held.as_ref(), &evidence))
        }
        _ => FAILED,
    }
}

/// Whether taking a document in place of the held one goes back in time; [`FAILED`] if one was
/// freed.
#[wasm_bindgen(js_name = stepsBackFrom)]
#[must_use]
pub fn steps_back_from(offered: u32, held: u32) -> u32 {
    match documents(offered, held) {
        Ok((offered, Some(held))) => u32::from(offered.steps_back_from(&held)),
        _ => FAILED,
    }
}
