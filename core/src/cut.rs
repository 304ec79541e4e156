//! Splits a text at an ASCII character.

/// Returns the text before the first such ASCII character, and the text after it if there is one.
/// The standard library's `split_once` supports every kind of pattern, which a page would download.
pub(crate) fn cut(text: &str, sign: u8) -> (&str, Option<&str>) {
    match text.bytes().position(|byte| byte == sign) {
        Some(place) => (text.get(..place).unwrap_or_default(), text.get(place + 1..)),
        None => (text, None),
    }
}
