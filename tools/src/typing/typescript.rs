//! Generates a TypeScript declaration file.

use std::fmt::Write;

use super::shape::{Members, Shape, Strings};
use super::{TypedFlag, is_identifier, literal};

const ANY: &str = "JsonValue";

/// Writes a declaration file that fills in the npm package's `FlagTypes`.
pub(super) fn write(flags: &[TypedFlag]) -> String {
    let mut body = String::new();
    for flag in flags {
        if let Some(description) = &flag.description {
            body.push_str(&comment(description));
        }
        // Writing to a string cannot fail.
        let _ = writeln!(body, "    {}: {};", name(&flag.key), union(&flag.shape, 2));
    }
    // Without an import or export the file would declare a separate module with that name.
    let header = if body.contains(ANY) {
        "import type { JsonValue } from \"isoflag\";"
    } else {
        "export {};"
    };
    format!(
        "// Written by `isoflag types`. Edit the flag document and regenerate this file.\n\n\
         {header}\n\n\
         declare module \"isoflag\" {{\n  interface FlagTypes {{\n{body}  }}\n}}\n"
    )
}

fn comment(text: &str) -> String {
    let text = text.replace("*/", r"*\/");
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    match lines.as_slice() {
        [] => String::new(),
        [line] => format!("    /** {line} */\n"),
        lines => {
            let lines: String = lines.iter().map(|line| format!("     * {line}\n")).collect();
            format!("    /**\n{lines}     */\n")
        }
    }
}

/// The name of a member, in quotes if needed.
fn name(text: &str) -> String {
    if is_identifier(text) { text.to_owned() } else { literal(text) }
}

fn union(shape: &Shape, depth: usize) -> String {
    let mut alternatives = Vec::new();
    if shape.boolean {
        alternatives.push("boolean".to_owned());
    }
    if shape.number.is_some() {
        alternatives.push("number".to_owned());
    }
    match &shape.string {
        None => {}
        Some(Strings::Any) => alternatives.push("string".to_owned()),
        Some(Strings::Literals(literals)) => {
            alternatives.extend(literals.iter().map(|text| literal(text)));
        }
    }
    if let Some(members) = &shape.object {
        alternatives.push(object(members, depth));
    }
    if let Some(elements) = &shape.elements {
        let element = union(elements, depth);
        alternatives.push(match elements.alternatives() {
            0 | 1 => format!("{element}[]"),
            _ => format!("({element})[]"),
        });
    }
    if shape.null {
        alternatives.push("null".to_owned());
    }
    if alternatives.is_empty() { ANY.to_owned() } else { alternatives.join(" | ") }
}

fn object(members: &Members, depth: usize) -> String {
    if members.is_empty() {
        return format!("{{ [member: string]: {ANY} }}");
    }
    let (inner, outer) = ("  ".repeat(depth + 1), "  ".repeat(depth));
    let mut text = "{\n".to_owned();
    for (member, required) in members.iter() {
        let optional = if required { "" } else { "?" };
        let shape = union(&member.shape, depth + 1);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{inner}{}{optional}: {shape};", name(&member.name));
    }
    text + &outer + "}"
}
