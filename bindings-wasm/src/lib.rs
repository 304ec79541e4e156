//! The WebAssembly binding of `isoflag`: values go in as JSON text, objects are integer handles, and an answer comes
//! back as one integer. It converts and decides nothing; the npm package's TypeScript wraps it.
//!
//! In reading order: [`handles`] says how an object of the core is known to JavaScript, [`failure`] how an error
//! reaches it; then [`flags`], [`context`] and [`bound`] hold what is exported for each class, [`answer`] what an
//! evaluation returns, and [`state`] the state of all flags, [`consistency`] the gate;
//! `tools`, `history`, `receipt` and `typing` are what only `tools.wasm` has.

pub mod answer;
pub mod bound;
pub mod consistency;
pub mod context;
mod failure;
pub mod flags;
pub mod handles;
#[cfg(feature = "tools")]
pub mod history;
#[cfg(feature = "tools")]
pub mod receipt;
pub mod state;
#[cfg(feature = "tools")]
pub mod tools;
#[cfg(feature = "tools")]
pub mod typing;

use wasm_bindgen::prelude::wasm_bindgen;

/// The version of the evaluation rules.
#[wasm_bindgen(js_name = specVersion)]
#[must_use]
pub fn spec_version() -> u32 {
    isoflag::SPEC_VERSION
}

/// The version of the core.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    isoflag::VERSION.to_owned()
}

/// The largest context, document and nesting that the core reads, in this order.
#[wasm_bindgen]
#[must_use]
pub fn limits() -> Vec<u32> {
    use isoflag::limits::{CONTEXT_BYTES, DOCUMENT_BYTES, NESTING};
    [CONTEXT_BYTES, DOCUMENT_BYTES, NESTING]
        .iter()
        .map(|limit| u32::try_from(*limit).unwrap_or(u32::MAX))
        .collect()
}
