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

fn write_string(text: &str, out: &mut String) {
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
    fn strings_escape_only_what_rfc_8785_escapes() {
        let text = r#"{"b":"\u20ac$\u000f\nA'B\"\\\\\"/\u007f","a":[56,1e0,-0.0,null]}"#;
        let value = Value::parse(text.as_bytes()).unwrap();
        assert_eq!(
            value.to_canonical_json(),
            "{\"a\":[56,1,0,null],\"b\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}\"}"
        );
    }
}
