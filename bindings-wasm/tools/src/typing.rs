//! Exports types for a document's flags, and the parsing of a time to live.

use isoflag_tools::TypingLanguage;
use isoflag_wasm::handles::with_flags;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{Thrown, refused};

/// Returns the text of a file that types the flags.
///
/// # Errors
///
/// If the language is not supported, or the document was freed.
#[wasm_bindgen(js_name = flagsTyping)]
pub fn flags_typing(flags: u32, language: &str) -> Result<String, Thrown> {
    let Some(language) = TypingLanguage::named(language) else {
        let message =
            format!("cannot generate types for `{language}`; use `typescript` or `python`");
        return Err(refused(message));
    };
    Ok(with_flags(flags, |flags| isoflag_tools::typing(flags, language))?)
}

/// Parses a text such as `45`, `45s`, `5m` or `1h` into seconds.
///
/// # Errors
///
/// For any other text.
#[wasm_bindgen(js_name = parseTtl)]
pub fn parse_ttl(text: &str) -> Result<u32, Thrown> {
    isoflag::parse_ttl(text).map_err(refused)
}
