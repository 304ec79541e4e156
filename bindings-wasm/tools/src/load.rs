//! Exports loading: documents keep what their diagnostics need.

use isoflag::Flags;
use isoflag_wasm::flags::{keep, keep_changed};
use wasm_bindgen::prelude::wasm_bindgen;

/// Loads a document; fails like [`Flags::from_json`].
#[wasm_bindgen(js_name = loadFlags)]
#[must_use]
pub fn load_flags(text: &[u8]) -> u32 {
    keep(Flags::from_json(text))
}

/// Loads a bare map of flags; fails like [`Flags::from_flag_map_json`].
#[wasm_bindgen(js_name = loadFlagMap)]
#[must_use]
pub fn load_flag_map(text: &[u8]) -> u32 {
    keep(Flags::from_flag_map_json(text))
}

/// Loads a feature-flag profile of AWS AppConfig; fails like [`Flags::from_appconfig_json`].
#[wasm_bindgen(js_name = loadAppConfig)]
#[must_use]
pub fn load_appconfig(text: &[u8]) -> u32 {
    keep(Flags::from_appconfig_json(text))
}

/// Returns the document with a patch applied. Fails like [`Flags::apply`].
#[wasm_bindgen(js_name = applyPatch)]
#[must_use]
pub fn apply_patch(flags: u32, patch: &[u8]) -> u32 {
    keep_changed(flags, |flags| flags.apply(patch))
}
