//! Edits a JSON text in place: no other byte changes, and the existing layout is used.

use crate::input::Source;
use crate::json_text::{self, Span};
use crate::outcome::Failure;
use crate::place::Places;

/// The object that contains `flags`: the outermost, or a stream's `data`.
pub(crate) fn container(text: &str) -> Option<Span> {
    let root = json_text::root(text)?;
    let own = ["flags", "segments", "flagValues"]
        .iter()
        .any(|name| json_text::member(text, &root, name).is_some());
    match json_text::member(text, &root, "data") {
        Some(data) if !own => Some(data.value_span),
        _ => Some(root),
    }
}

/// Returns the text with this member of the object replaced, or appended.
pub(crate) fn with_member(text: &str, object: &Span, name: &str, value: &str) -> Option<String> {
    if let Some(member) = json_text::member(text, object, name) {
        return spliced(text, &member.value_span, value);
    }
    let members = json_text::members(text, object);
    let Some(last) = members.last() else {
        return spliced(text, object, &format!("{{\"{name}\": {value}}}"));
    };
    let colon = text.get(last.name_span.end..last.value_span.start)?;
    let gap = match members.len() {
        1 if !indentation(text, &last.name_span).contains('\n') => {
            if colon.contains(' ') {
                " "
            } else {
                ""
            }
        }
        _ => indentation(text, &last.name_span),
    };
    let end = last.value_span.end;
    spliced(text, &(end..end), &format!(",{gap}\"{name}\"{colon}{value}"))
}

/// Returns the text with a member inserted as the first of the object.
pub(crate) fn with_first_member(
    text: &str,
    object: &Span,
    name: &str,
    value: &str,
) -> Option<String> {
    let Some(first) = json_text::members(text, object).into_iter().next() else {
        return spliced(text, object, &format!("{{\"{name}\": {value}}}"));
    };
    let colon = text.get(first.name_span.end..first.value_span.start)?;
    let indentation = indentation(text, &first.name_span);
    let gap = if indentation.is_empty() && colon.contains(' ') { " " } else { indentation };
    let start = first.name_span.start;
    spliced(text, &(start..start), &format!("\"{name}\"{colon}{value},{gap}"))
}

/// The white space before an offset.
fn indentation<'t>(text: &'t str, span: &Span) -> &'t str {
    let before = text.get(..span.start).unwrap_or_default();
    before.get(before.trim_end().len()..).unwrap_or_default()
}

/// Returns the text with this span replaced.
pub(crate) fn spliced(text: &str, span: &Span, replacement: &str) -> Option<String> {
    Some([text.get(..span.start)?, replacement, text.get(span.end..)?].concat())
}

/// Returns the text with a member of the object that is itself an object, empty if it is new.
pub(crate) fn with_object(
    source: &Source,
    text: String,
    outer: &Span,
    name: &str,
) -> Result<String, Failure> {
    let added = match json_text::member(&text, outer, name) {
        None if name == "meta" => with_first_member(&text, outer, name, "{}"),
        None => with_member(&text, outer, name, "{}"),
        Some(member) => match text.get(member.value_span.clone()) {
            Some("null") => spliced(&text, &member.value_span, "{}"),
            Some(value) if value.starts_with('{') => return Ok(text),
            Some(value) => {
                // Searched for in the source, since the text may be a part of it.
                let places = source.text().map(|whole| (Places::new(whole), whole.find(&text)));
                let place = places.map(|(places, start)| {
                    places.line_column(start.unwrap_or_default() + member.value_span.start)
                });
                let (line, column) = place.unwrap_or_default();
                return Err(Failure::message(format!(
                    "`{}:{line}:{column}`: `{name}` is `{value}`, not an object; write `{{}}`",
                    source.name
                )));
            }
            None => None,
        },
    };
    added.ok_or_else(|| lost(source))
}

/// The error for a document that loaded but whose text cannot be edited.
pub(crate) fn lost(source: &Source) -> Failure {
    Failure::message(format!("`{}`: cannot edit this document in place", source.name))
}
