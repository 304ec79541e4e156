//! Converts the feature flags of other tools to documents, with notes on what has no equivalent.
//!
//! [`powertools`] converts features and rules, [`condition`] their conditions, [`appconfig`]
//! profiles.

mod appconfig;
mod condition;
mod powertools;

use isoflag::{DocumentError, Flags, Object};

use crate::note::Note;

/// The format of a text to convert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversionSource {
    /// The feature flags of Powertools for AWS Lambda.
    Powertools,
    /// A feature-flag profile of AWS AppConfig.
    AppConfig,
}

impl ConversionSource {
    /// The format named `powertools` or `appconfig`.
    #[must_use]
    pub fn named(name: &str) -> Option<ConversionSource> {
        match name {
            "powertools" => Some(ConversionSource::Powertools),
            "appconfig" => Some(ConversionSource::AppConfig),
            _ => None,
        }
    }
}

/// A converted document, and what was not converted.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// The document.
    pub flags: Flags,
    /// In the order of the text.
    pub notes: Vec<Note>,
}

impl Conversion {
    /// The document as indented text.
    #[must_use]
    pub fn to_text(&self) -> String {
        const EMPTY: &str = "{\n  \"meta\": {},\n  \"flags\": {},\n  \"segments\": {}\n}\n";
        let empty = Flags::from_json(EMPTY.as_bytes());
        let written = empty.ok().and_then(|empty| {
            let others = self.flags.other_members();
            let meta = others.get("meta").cloned().unwrap_or_else(|| Object::default().into());
            let flags = self.flags.with_other_members(others.with("meta", meta));
            crate::in_place::written_in_place(EMPTY, &empty, &flags).ok()
        });
        written.unwrap_or_else(|| self.flags.document().to_canonical_json())
    }
}

/// Converts a text to a document.
///
/// ```
/// use isoflag_tools::{ConversionSource, convert};
/// let text = r#"{"checkout": {"default": false, "rules": {"eu": {"when_match": true, "conditions":
///     [{"action": "EQUALS", "key": "country", "value": "DE"},
///      {"action": "MODULO_RANGE", "key": "id", "value": {"BASE": 2, "START": 0, "END": 0}}]}}}}"#;
/// let conversion = convert(text, ConversionSource::Powertools)?;
/// let [note] = conversion.notes.as_slice() else { panic!("one note") };
/// assert_eq!(&*note.path, "checkout.rules.eu.conditions[1]");
/// # Ok::<(), isoflag::DocumentError>(())
/// ```
///
/// # Errors
///
/// If the text is not JSON or does not have the format. A part that can be left out is a note instead.
pub fn convert(text: &str, source: ConversionSource) -> Result<Conversion, DocumentError> {
    match source {
        ConversionSource::Powertools => powertools::convert(text),
        ConversionSource::AppConfig => appconfig::convert(text),
    }
}
