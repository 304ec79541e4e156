//! `core.wasm`: the exports that both modules have, and loading without what diagnostics need.

use isoflag::Flags;
use isoflag_wasm::flags::{keep, keep_changed};
use wasm_bindgen::prelude::wasm_bindgen;

/// A quarter of the code size of std's allocator, and as fast on a page; on a server std's is faster.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Loads a document; fails like [`Flags::from_json`].
#[wasm_bindgen(js_name = loadFlags)]
#[must_use]
pub fn load_flags(text: &[u8]) -> u32 {
    keep(Flags::from_json_without_notes(text))
}

/// Loads a bare map of flags; fails like [`Flags::from_flag_map_json`].
#[wasm_bindgen(js_name = loadFlagMap)]
#[must_use]
pub fn load_flag_map(text: &[u8]) -> u32 {
    keep(Flags::from_flag_map_json_without_notes(text))
}

/// Returns the document with a patch applied. Fails like [`Flags::apply`].
#[wasm_bindgen(js_name = applyPatch)]
#[must_use]
pub fn apply_patch(flags: u32, patch: &[u8]) -> u32 {
    keep_changed(flags, |flags| flags.apply_without_notes(patch))
}
