//! Edits a JSON document in place: no other byte changes, and the existing layout is used.

use std::collections::HashMap;

use jsonc_parser::ast::{Array, Object, Value};
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

    /// Turns an object into another one: members and elements that are equal are kept as they are.
    pub(crate) fn rewrite(
        &self,
        object: &Object<'s>,
        held: &isoflag::Value,
        new: &isoflag::Value,
    ) -> Result<Vec<Splice>, Failure> {
        let mut splices = Vec::new();
        let held_members = held.as_object().zip(new.as_object());
        held_members
            .and_then(|(held, new)| self.rewrite_object(object, held, new, &mut splices))
            .ok_or_else(|| lost(self.source))?;
        Ok(splices)
    }

    fn rewrite_object(
        &self,
        object: &Object<'s>,
        held: &isoflag::Object,
        new: &isoflag::Object,
        splices: &mut Vec<Splice>,
    ) -> Option<()> {
        if held.iter().any(|(name, _)| new.get(name).is_none()) {
            splices.push((span(object), isoflag::Value::from(new.clone()).to_string()));
            return Some(());
        }
        let mut added = Vec::new();
        for (name, new) in new.iter() {
            match (member(object, name), held.get(name)) {
                (Some(member), Some(held)) => {
                    self.rewrite_value(&member.value, held, new, splices)?;
                }
                _ => added.push((&**name, Member::of(new))),
            }
        }
        if !added.is_empty() {
            let added: Vec<_> = added.iter().map(|(name, new)| (*name, new)).collect();
            splices.push(self.added(object, &added)?);
        }
        Some(())
    }

    fn rewrite_value(
        &self,
        value: &Value<'s>,
        held: &isoflag::Value,
        new: &isoflag::Value,
        splices: &mut Vec<Splice>,
    ) -> Option<()> {
        if held == new {
            return Some(());
        }
        if let (Value::Object(object), Some(held), Some(new)) =
            (value, held.as_object(), new.as_object())
        {
            return self.rewrite_object(object, held, new, splices);
        }
        if let (Value::Array(array), Some(held), Some(new)) =
            (value, held.as_array(), new.as_array())
        {
            return self.rewrite_array(array, held, new, splices);
        }
        splices.push((span(value), new.to_string()));
        Some(())
    }

    /// Keeps the elements that are equal at both ends.
    fn rewrite_array(
        &self,
        array: &Array<'s>,
        held: &[isoflag::Value],
        new: &[isoflag::Value],
        splices: &mut Vec<Splice>,
    ) -> Option<()> {
        let pairs = || held.iter().zip(new);
        let start = pairs().take_while(|(held, new)| held == new).count();
        let ends = held.iter().rev().zip(new.iter().rev());
        let shorter = held.len().min(new.len()).checked_sub(start)?;
        let end = ends.take(shorter).take_while(|(held, new)| held == new).count();
        let middle = start..new.len().checked_sub(end)?;
        let left = array.elements.get(start..held.len().checked_sub(end)?)?;
        if held.len() == new.len() {
            for (value, (held, new)) in array.elements.iter().zip(pairs()) {
                self.rewrite_value(value, held, new, splices)?;
            }
            return Some(());
        }
        let text = |values: &[isoflag::Value], gap: &str| {
            let values: Vec<_> = values.iter().map(ToString::to_string).collect();
            values.join(&format!(",{gap}"))
        };
        match (left, array.elements.last()) {
            ([], Some(last)) if end == 0 => {
                let before = self.text.get(..last.start())?;
                let gap = before.get(before.trim_end().len()..)?;
                let added = text(new.get(middle)?, gap);
                splices.push((last.end()..last.end(), format!(",{gap}{added}")));
            }
            // Elements are removed together with the comma before them.
            ([_, ..], Some(_)) if middle.is_empty() && start > 0 => {
                let first = array.elements.get(start - 1)?.end();
                splices.push((first..left.last()?.end(), String::new()));
            }
            _ => splices.push((span(array), isoflag::Value::from(new.to_vec()).to_string())),
        }
        Some(())
    }

    /// Adds members in the layout of their neighbours.
    fn added(&self, object: &Object<'s>, added: &[(&str, &Member)]) -> Option<Splice> {
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
