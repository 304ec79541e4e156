//! Finds the parts of a JSON text that the core has parsed: members, elements and their spans.

use std::ops::Range;

use isoflag::Value;

/// A range of bytes of the text.
pub(super) type Span = Range<usize>;

/// The spans of a member: its name, with the quotes, and its value.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: Span,
    pub(super) value: Span,
}

/// Returns the span of the outermost value.
pub(super) fn root(text: &str) -> Option<Span> {
    value(text, space(text, 0))
}

/// Returns the end of the object at an offset.
pub(super) fn object_end(text: &str, object: usize) -> Option<usize> {
    Some(value(text, object)?.end)
}

/// Returns the members of the object at an offset, in the order of the text.
pub(super) fn members(text: &str, object: usize) -> Option<Vec<Member>> {
    let mut members = Vec::new();
    each(text, object, |at| {
        let name = value(text, at)?;
        let colon = space(text, name.end);
        let value = value(text, space(text, colon + 1))?;
        let end = value.end;
        members.push(Member { name, value });
        Some(end)
    })?;
    Some(members)
}

/// Returns the elements of the array at an offset.
pub(super) fn elements(text: &str, array: usize) -> Option<Vec<Span>> {
    let mut elements = Vec::new();
    each(text, array, |at| {
        let element = value(text, at)?;
        let end = element.end;
        elements.push(element);
        Some(end)
    })?;
    Some(elements)
}

/// Returns the name at a span.
pub(super) fn name(text: &str, span: &Span) -> Option<String> {
    let quoted = text.get(span.clone())?;
    if quoted.contains('\\') {
        return Some(Value::parse(quoted.as_bytes()).ok()?.as_str()?.to_owned());
    }
    Some(quoted.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}

/// Calls a function at the start of each item of an object or array; it returns the item's end.
fn each(text: &str, container: usize, mut item: impl FnMut(usize) -> Option<usize>) -> Option<()> {
    let mut at = space(text, container + 1);
    while !matches!(text.as_bytes().get(at)?, b'}' | b']') {
        at = space(text, item(at)?);
        if text.as_bytes().get(at) == Some(&b',') {
            at = space(text, at + 1);
        }
    }
    Some(())
}

/// Returns the offset of the first byte that is not white space.
fn space(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    at + rest.iter().take_while(|byte| is_space(byte)).count()
}

/// Returns the span of the value at an offset.
fn value(text: &str, start: usize) -> Option<Span> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (start, 0_usize);
    loop {
        match bytes.get(at)? {
            b'"' => at = string_end(bytes, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            _ => {
                let rest = bytes.get(at..)?;
                let is_part = |byte: &u8| !b",:]} \t\r\n".contains(byte);
                at += rest.iter().take_while(|byte| is_part(byte)).count();
            }
        }
        if depth == 0 {
            return Some(start..at);
        }
    }
}

fn string_end(bytes: &[u8], quote: usize) -> Option<usize> {
    let mut at = quote + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}
