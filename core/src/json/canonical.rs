//! Writes the canonical JSON text of RFC 8785, and measures its length.

use super::number;
use super::value::Value;

/// Appends the RFC 8785 text of a value.
pub(crate) fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => {
            number::write_canonical(*number, out);
        }
        Value::String(text) => write_string(text, out),
        Value::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(element, out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (index, (name, member)) in object.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
    }
}

/// The length in bytes of the RFC 8785 text of a value, without writing it. A value without a JSON
/// form counts as the mark `-0` that bindings write for it.
pub(crate) fn length(value: &Value) -> usize {
    let members: usize = match value {
        Value::Null | Value::Bool(true) => return 4,
        Value::Bool(false) => return 5,
        Value::Number(number) if !number.is_finite() => return 2,
        Value::Number(number) => {
            let mut text = String::new();
            number::write_canonical(*number, &mut text);
            return text.len();
        }
        Value::String(text) => return string_length(text),
        Value::Array(elements) => elements.iter().map(|element| length(element) + 1).sum(),
        Value::Object(object) => {
            object.iter().map(|(name, member)| string_length(name) + length(member) + 2).sum()
        }
    };
    // Two brackets, and one comma fewer than members.
    if members == 0 { 2 } else { members + 1 }
}

pub(super) fn string_length(text: &str) -> usize {
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' | 0x08 | 0x09 | 0x0a | 0x0c | 0x0d => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(escaped).sum::<usize>() + 2
}

/// Appends a string as JSON.
pub(super) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        out.push_str(text);
    } else {
        text.chars().for_each(|character| write_escaped(character, out));
    }
    out.push('"');
}

/// Appends the two hexadecimal digits of a byte.
pub(crate) fn push_hex(byte: u8, out: &mut String) {
    for digit in [byte >> 4, byte & 15] {
        out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
    }
}

fn write_escaped(character: char, out: &mut String) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{8}' => out.push_str("\\b"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\u{c}' => out.push_str("\\f"),
        '\r' => out.push_str("\\r"),
        control if control < ' ' => {
            out.push_str("\\u00");
            push_hex(control as u8, out);
        }
        other => out.push(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_that_of_the_text() {
        for text in [
            r#"{"b":"\u20ac$\u000f\u0000\u001f\n\t\b\f\r'\"\\/\u007f\ud83d\ude00","a":[56,1e0,-2.5e-7,null],"":{}}"#,
            "[[],[[]],{},true,false,null,\"\",3e-308,1e21,-9007199254740993]",
            "7",
        ] {
            let value = Value::parse(text.as_bytes()).unwrap();
            assert_eq!(length(&value), value.to_canonical_json().len());
        }
        assert_eq!(length(&Value::from(vec![Value::NO_JSON_FORM])), "[-0]".len());
    }

    #[test]
    fn strings_escape_only_what_rfc_8785_escapes() {
        let text = r#"{"b":"\u20ac$\u000f\nA'B\"\\\\\"/\u007f","a":[56,1e0,-0.0,null]}"#;
        let value = Value::parse(text.as_bytes()).unwrap();
        assert_eq!(
            value.to_canonical_json(),
            "{\"a\":[56,1,0,null],\"b\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}\"}"
        );
    }
}
