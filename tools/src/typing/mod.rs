//! Generates types for a document's flags, so that a type checker knows their keys and values.
//!
//! [`shape`] infers the values of a flag; [`typescript`] and [`python`] write them. The text
//! depends on the document alone.

mod python;
mod shape;
mod typescript;

use std::sync::Arc;

use isoflag::model::Section;
use isoflag::{Flags, Value, printable_lines};

use shape::Shape;

/// A target language of [`typing`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypingLanguage {
    /// A declaration file (`.d.ts`) that fills in `FlagTypes` of the npm package.
    TypeScript,
    /// A module with the protocols `TypedFlags` and `TypedBoundFlags`.
    Python,
}

impl TypingLanguage {
    /// All languages, in the order in which a CLI lists them.
    pub const ALL: [TypingLanguage; 2] = [TypingLanguage::TypeScript, TypingLanguage::Python];

    /// `typescript` or `python`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            TypingLanguage::TypeScript => "typescript",
            TypingLanguage::Python => "python",
        }
    }

    /// Returns the language with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<TypingLanguage> {
        TypingLanguage::ALL.into_iter().find(|language| language.as_str() == name)
    }
}

/// Returns the text of a file with the types of the flags: their keys, and the values that each
/// serves.
///
/// Booleans are booleans, numbers numbers, short strings the literals that the flag may serve,
/// and JSON is the structure that its variations share. A flag without valid variations may
/// serve any JSON.
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::{TypingLanguage, typing};
/// let flags = Flags::from_json(br#"{"flags": {"banner": {
///     "key": "banner", "on": false, "variations": ["plain", "loud"]}}}"#)?;
/// let text = typing(&flags, TypingLanguage::TypeScript);
/// assert!(text.contains(r#"banner: "plain" | "loud";"#));
/// # Ok::<(), isoflag::DocumentError>(())
/// ```
#[must_use]
pub fn typing(flags: &Flags, language: TypingLanguage) -> String {
    let flags: Vec<_> = typed_flags(flags).collect();
    let text = match language {
        TypingLanguage::TypeScript => typescript::write(&flags),
        TypingLanguage::Python => python::write(&flags),
    };
    // In strings the escapes are equivalent, and such text otherwise occurs only in comments.
    printable_lines(&text).to_string()
}

fn typed_flags(flags: &Flags) -> impl Iterator<Item = TypedFlag> {
    let model = flags.model();
    model.flags().map(|(slot, flag)| {
        let key = model.flag_key(slot);
        let source = flags.source(Section::Flags, key).and_then(Value::as_object);
        let description = source.and_then(|flag| flag.get("description")?.as_str());
        TypedFlag {
            key: Arc::clone(key),
            description: description.map(Arc::from),
            shape: Shape::of(&flag.variations),
        }
    })
}

/// The type of one flag.
struct TypedFlag {
    key: Arc<str>,
    description: Option<Arc<str>>,
    shape: Shape,
}

/// A string literal. JSON's syntax is valid in both languages.
fn literal(text: &str) -> String {
    Value::from(text).to_canonical_json()
}

/// Whether both languages accept the text as a name.
fn is_identifier(text: &str) -> bool {
    let starts = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    starts && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"{"flags": {
        "new-checkout": {"description": "one page */ checkout", "variations": [true, false]},
        "dark": {"description": "two\n\nlines", "variations": [false]},
        "banner": {"variations": ["plain", "loud", "it's \"x\"", "plain"]},
        "story": {"variations": ["0123456789012345678901234567890123456789012345678901234567890123+"]},
        "limit": {"variations": [1, 2, 3]},
        "ratio": {"variations": [0.5, 2]},
        "large": {"variations": [9007199254740992]},
        "layout": {"variations": [{"columns": 2, "title": "a", "inner-box": {"w": 1.5}},
                                  {"columns": 3, "tags": ["x", null]}]},
        "same": {"variations": [{"a": 1}]},
        "Same": {"variations": [{"b": {}}, {"b": {}}]},
        "mixed": {"variations": [true, "x", null, []]},
        "nothing": {"variations": []},
        "broken": {"variations": 7},
        "10": {"variations": [[1, "a"], []]},
        "gone": {"deleted": true, "version": 3}
    }}"#;

    #[test]
    fn a_declaration_file_for_typescript() {
        let flags = Flags::from_json(DOCUMENT.as_bytes()).unwrap();
        insta::assert_snapshot!(typing(&flags, TypingLanguage::TypeScript), @r#"
        // Written by `isoflag types`. Edit the flag document and regenerate this file.

        import type { JsonValue } from "isoflag";

        declare module "isoflag" {
          interface FlagTypes {
            "10": (number | string)[];
            Same: {
              b: { [member: string]: JsonValue };
            };
            banner: "plain" | "loud" | "it's \"x\"";
            broken: JsonValue;
            /**
             * two
             * lines
             */
            dark: boolean;
            large: number;
            layout: {
              columns: number;
              "inner-box"?: {
                w: number;
              };
              title?: string;
              tags?: (string | null)[];
            };
            limit: number;
            mixed: boolean | "x" | JsonValue[] | null;
            /** one page *\/ checkout */
            "new-checkout": boolean;
            nothing: JsonValue;
            ratio: number;
            same: {
              a: number;
            };
            story: string;
          }
        }
        "#);
    }

    #[test]
    fn a_module_for_python() {
        let flags = Flags::from_json(DOCUMENT.as_bytes()).unwrap();
        insta::assert_snapshot!(typing(&flags, TypingLanguage::Python));
    }

    #[test]
    fn a_document_without_flags_has_types_too() {
        let flags = Flags::from_json(br#"{"flags": {}}"#).unwrap();
        assert!(typing(&flags, TypingLanguage::TypeScript).contains("interface FlagTypes {\n  }"));
        assert!(typing(&flags, TypingLanguage::Python).contains("FlagKey: TypeAlias = NoReturn\n"));
    }
}
