//! Shortens names and values of a document in messages: one may be long, and many messages quote it.

use std::borrow::Cow;

/// The most characters of a name that a message shows.
const LONGEST: usize = 120;

/// Returns the name, or its beginning if it is long.
pub(crate) fn short_name(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(LONGEST) {
        None => Cow::Borrowed(name),
        Some((end, _)) => Cow::Owned([name.get(..end).unwrap_or_default(), "…"].concat()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let longest = "é".repeat(LONGEST);
        assert_eq!(short_name(&longest), longest);
        assert_eq!(short_name(&format!("{longest}é")), format!("{longest}…"));
    }
}
