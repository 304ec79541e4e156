//! Changes to a JSON text that move no other byte, in the layout of what stands there.

use crate::json_text::{self, Span};

/// The object that holds `flags`: the outermost, or a stream's `data`.
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

/// The text with that member of the object replaced, or added as its last.
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

/// The text with a member added as the first of the object.
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

/// The white space before a place.
fn indentation<'t>(text: &'t str, span: &Span) -> &'t str {
    let before = text.get(..span.start).unwrap_or_default();
    before.get(before.trim_end().len()..).unwrap_or_default()
}

/// The text with that span replaced.
pub(crate) fn spliced(text: &str, span: &Span, replacement: &str) -> Option<String> {
    Some([text.get(..span.start)?, replacement, text.get(span.end..)?].concat())
}
