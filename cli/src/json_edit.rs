//! Edits a JSON document in place: no other byte changes, and the existing layout is used.

use std::collections::HashMap;

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;

use crate::input::Source;
use crate::outcome::Failure;
use crate::place::{Places, Span, member, parse, span};

/// A document that is edited: its text without a byte-order mark, and the value of that text.
pub(crate) struct Editor<'s> {
    source: &'s Source,
    text: &'s str,
    root: Value<'s>,
}

/// The new value of a member.
pub(crate) enum Member {
    /// Replaced by this JSON text.
    Json(String),
    /// An object in which these members are set. A missing one, or `null`, becomes an object.
    Object(Vec<(&'static str, Member)>),
}

/// A part of the text, and what replaces it.
pub(crate) type Splice = (Span, String);

impl<'s> Editor<'s> {
    pub(crate) fn new(source: &'s Source) -> Result<Editor<'s>, Failure> {
        let text = source.shown_text().ok_or_else(|| lost(source))?;
        let root = parse(text).ok_or_else(|| lost(source))?;
        Ok(Editor { source, text, root })
    }

    /// The object that contains `flags`: the outermost, or a stream's `data`.
    fn container(&self) -> Option<&Object<'s>> {
        let root = self.root.as_object()?;
        let own =
            ["flags", "segments", "flagValues"].iter().any(|name| member(root, name).is_some());
        match member(root, "data") {
            Some(data) if !own => data.value.as_object(),
            _ => Some(root),
        }
    }

    /// The flags that are objects, by key: of duplicates, the last.
    pub(crate) fn flags(&self) -> HashMap<&str, &Object<'s>> {
        let flags = self.container().and_then(|outer| member(outer, "flags")?.value.as_object());
        let flags = flags.map(|flags| flags.properties.as_slice()).unwrap_or_default();
        let values: HashMap<_, _> =
            flags.iter().map(|flag| (flag.name.as_str(), &flag.value)).collect();
        values.into_iter().filter_map(|(key, flag)| Some((key, flag.as_object()?))).collect()
    }

    /// Sets members of `meta`.
    pub(crate) fn set_meta(
        &self,
        members: Vec<(&'static str, Member)>,
    ) -> Result<Vec<Splice>, Failure> {
        let outer = self.container().ok_or_else(|| lost(self.source))?;
        self.set(outer, &[("meta", Member::Object(members))])
    }

    /// Sets members of an object: existing ones in place; new ones are appended, `meta` first.
    pub(crate) fn set(
        &self,
        object: &Object<'s>,
        members: &[(&'static str, Member)],
    ) -> Result<Vec<Splice>, Failure> {
        let (mut splices, mut added) = (Vec::new(), Vec::new());
        for (name, new) in members {
            match (member(object, name).map(|member| &member.value), new) {
                (None, new) => added.push((*name, new)),
                (Some(Value::Object(inner)), Member::Object(members)) => {
                    splices.extend(self.set(inner, members)?);
                }
                (Some(value), Member::Object(_)) if !matches!(value, Value::NullKeyword(_)) => {
                    let (line, column) = Places::new(self.text).line_column(value.start());
                    let text = self.text.get(span(value)).unwrap_or_default();
                    return Err(Failure::message(format!(
                        "`{}:{line}:{column}`: `{name}` is `{text}`, not an object; write `{{}}`",
                        self.source.name
                    )));
                }
                (Some(value), new) => splices.push((span(value), new.text())),
            }
        }
        if !added.is_empty() {
            splices.push(self.added(object, &added).ok_or_else(|| lost(self.source))?);
        }
        Ok(splices)
    }

    /// Adds members in the layout of their neighbours.
    fn added(&self, object: &Object<'s>, added: &[(&'static str, &Member)]) -> Option<Splice> {
        let members = &object.properties;
        let (Some(first), Some(last)) = (members.first(), members.last()) else {
            return Some((span(object), object_of(added)));
        };
        let is_first = added.iter().any(|(name, _)| *name == "meta");
        let beside = if is_first { first } else { last };
        let colon = self.text.get(beside.name.end()..beside.value.start())?;
        let before = self.text.get(..beside.start())?;
        let indentation = before.get(before.trim_end().len()..)?;
        let gap = if indentation.contains('\n') || (members.len() > 1 && !is_first) {
            indentation
        } else if colon.contains(' ') {
            " "
        } else {
            ""
        };
        let new = joined(added, gap, colon);
        Some(if is_first {
            (beside.start()..beside.start(), format!("{new},{gap}"))
        } else {
            (beside.end()..beside.end(), format!(",{gap}{new}"))
        })
    }

    /// Returns the document with parts of its text replaced.
    pub(crate) fn finish(&self, mut splices: Vec<Splice>) -> Result<Source, Failure> {
        splices.sort_by_key(|(span, _)| span.start);
        let whole = self.source.text().unwrap_or_default();
        let mark = whole.len() - self.text.len();
        let mut text = whole.get(..mark).unwrap_or_default().to_owned();
        let mut done = 0;
        for (span, new) in splices {
            text += self.text.get(done..span.start).ok_or_else(|| lost(self.source))?;
            text += &new;
            done = span.end;
        }
        text += self.text.get(done..).ok_or_else(|| lost(self.source))?;
        Ok(Source { name: self.source.name.clone(), bytes: text.into_bytes() })
    }
}

impl Member {
    pub(crate) fn of(value: &isoflag::Value) -> Member {
        Member::Json(value.to_string())
    }

    fn text(&self) -> String {
        match self {
            Member::Json(text) => text.clone(),
            Member::Object(members) => {
                object_of(&members.iter().map(|(name, new)| (*name, new)).collect::<Vec<_>>())
            }
        }
    }
}

fn object_of(members: &[(&str, &Member)]) -> String {
    format!("{{{}}}", joined(members, " ", ": "))
}

fn joined(members: &[(&str, &Member)], gap: &str, colon: &str) -> String {
    let members = members.iter().map(|(name, new)| format!("\"{name}\"{colon}{}", new.text()));
    members.collect::<Vec<_>>().join(&format!(",{gap}"))
}

/// The error for a document that loaded but whose text cannot be edited.
pub(crate) fn lost(source: &Source) -> Failure {
    Failure::message(format!("`{}`: cannot edit this document in place", source.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_version(text: &str) -> String {
        let source = Source { name: "it".into(), bytes: text.into() };
        let editor = Editor::new(&source).unwrap();
        let splices = editor.set_meta(vec![("version", Member::Json("8".into()))]).unwrap();
        editor.finish(splices).unwrap().text().unwrap().to_owned()
    }

    #[test]
    fn every_other_byte_is_kept() {
        for (before, after) in [
            (
                "\u{feff}{\"meta\":{\"version\" :\t7 }}\r\n",
                "\u{feff}{\"meta\":{\"version\" :\t8 }}\r\n",
            ),
            (
                "{\r\n\t\"é\\u00e9\": 1e5,\r\n\t\"meta\": {\r\n\t\t\"a\": 0\r\n\t}\r\n}",
                "{\r\n\t\"é\\u00e9\": 1e5,\r\n\t\"meta\": {\r\n\t\t\"a\": 0,\r\n\t\t\"version\": 8\r\n\t}\r\n}",
            ),
            ("{\"meta\":{\"a\":1, \"b\":2}}", "{\"meta\":{\"a\":1, \"b\":2, \"version\":8}}"),
            ("{ }", "{\"meta\": {\"version\": 8}}"),
        ] {
            assert_eq!(with_version(before), after);
        }
    }

    #[test]
    fn a_document_as_deep_as_the_core_allows_is_edited() {
        let depth = isoflag::limits::NESTING - 1;
        let deep = ["[".repeat(depth), "]".repeat(depth)].concat();
        let text = |version| format!("{{\"meta\":{{\"version\":{version}}},\"x\":{deep}}}");
        assert_eq!(with_version(&text(7)), text(8));
    }
}
