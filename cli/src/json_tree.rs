//! Parses JSON into a tree of values with their spans.

use std::ops::Range;

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// A range of bytes of the text.
pub(crate) type Span = Range<usize>;

/// Returns the outermost value of a text without a byte-order mark. The core has already loaded or
/// rejected the text: `None` only if it is not JSON or nests too deep.
pub(crate) fn parse(text: &str) -> Option<Value<'_>> {
    parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).ok()?.value
}

pub(crate) fn span(part: &impl Ranged) -> Span {
    part.start()..part.end()
}

/// Returns the effective member with this name: of duplicates, the last.
pub(crate) fn member<'v, 't>(object: &'v Object<'t>, name: &str) -> Option<&'v ObjectProp<'t>> {
    object.properties.iter().rev().find(|member| member.name.as_str() == name)
}
