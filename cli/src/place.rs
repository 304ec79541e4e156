//! Parses JSON with spans, and resolves a path such as `flags.checkout.rules[2].clauses[0]` to its span.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::ops::Range;

use isoflag::{OwnedPath, Step};
use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::tokens::Token;
use jsonc_parser::{CollectOptions, ParseOptions, Scanner, ScannerOptions, parse_to_ast};

/// One step of a path that was read from text.
#[derive(Debug, PartialEq)]
enum ReadStep {
    Member(String),
    Element(usize),
}

/// One step of a path; with it, the path up to it.
type Walked<'p> = (Step<'p>, Option<&'p OwnedPath>);

const BLOCK: usize = 1024;

/// Resolves paths in one text, which is parsed once, for the first path.
pub(crate) struct Places<'t> {
    text: &'t str,
    root: OnceCell<Option<Value<'t>>>,
    line_starts: Vec<usize>,
    /// The number of characters before each block of `BLOCK` bytes: a document may be one line.
    characters_before: Vec<usize>,
    /// The indexes of the members of visited objects, by the offset of the object: a document may
    /// have many members and as many findings.
    visited: RefCell<HashMap<usize, HashMap<String, usize>>>,
    /// The path that was followed last, from the root on, with the offset of each container and the
    /// index in it: a key may be long, and paths to many findings may share it.
    last: RefCell<Vec<(OwnedPath, usize, usize)>>,
}

impl<'t> Places<'t> {
    pub(crate) fn new(text: &'t str) -> Places<'t> {
        let line_ends = text.match_indices('\n').map(|(newline, _)| newline + 1);
        let mut characters = 0;
        let characters_before = text.as_bytes().chunks(BLOCK).map(|block| {
            let before = characters;
            characters += count_characters(block);
            before
        });
        Places {
            text,
            root: OnceCell::new(),
            line_starts: [0].into_iter().chain(line_ends).collect(),
            characters_before: characters_before.collect(),
            visited: RefCell::default(),
            last: RefCell::default(),
        }
    }

    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// Returns the span of a path, or the nearest one around it: a missing value has no span of its
    /// own. `None` only if the text is not JSON.
    pub(crate) fn find_path(&self, path: &OwnedPath) -> Option<Span> {
        let beginnings = path.beginnings().into_iter();
        let steps = beginnings.filter_map(|path| Some((path.last()?, Some(path))));
        self.find_steps(&steps.collect::<Vec<_>>())
    }

    /// Like [`Places::find_path`], for the text of a path.
    pub(crate) fn find(&self, path: &str) -> Option<Span> {
        let steps = parse_path(path);
        let steps = steps.iter().map(|step| match step {
            ReadStep::Member(name) => (Step::Member(name), None),
            ReadStep::Element(index) => (Step::Element(*index), None),
        });
        self.find_steps(&steps.collect::<Vec<_>>())
    }

    fn find_steps(&self, steps: &[Walked<'_>]) -> Option<Span> {
        let root = self.root.get_or_init(|| parse(self.text)).as_ref()?;
        let (mut found, mut depth) = self.descend(root, steps);
        if depth == 0 && !steps.is_empty() {
            // The containers that the core unwraps: a stream's `data`, and a bare map of flags.
            if let Some(data) = root.as_object().and_then(|root| member(root, "data")) {
                (found, depth) = self.descend(&data.value, steps);
            }
            if depth == 0 && steps.first().is_some_and(|step| step.0 == Step::Member("flags")) {
                (found, _) = self.descend(root, steps.get(1..).unwrap_or_default());
            }
        }
        Some(found)
    }

    /// Returns the line and column of an offset, both from 1. Columns count characters.
    pub(crate) fn line_column(&self, offset: usize) -> (usize, usize) {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_of(offset).start;
        (line, self.characters_before(offset) - self.characters_before(start) + 1)
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        let known = self.characters_before.get(block).copied().unwrap_or(0);
        let rest = self.text.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        known + count_characters(rest)
    }

    /// Returns the line that contains an offset, without its line break.
    pub(crate) fn line_of(&self, offset: usize) -> Span {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|line| self.line_starts.get(line)).copied();
        let start = start.unwrap_or(0);
        let end = self.line_starts.get(line).map_or(self.text.len(), |next| next - 1);
        let carriage_return = self.text.get(start..end).is_some_and(|line| line.ends_with('\r'));
        start..end - usize::from(carriage_return)
    }

    /// Returns the span at a line and column in the JSON parser's count: both from 1, columns in
    /// bytes.
    pub(crate) fn at_line_column(&self, line: usize, column: usize) -> Span {
        let end = self.text.len();
        let line_start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(end);
        let mut start = (line_start + column.saturating_sub(1)).min(end);
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let rest = self.text.get(start..).unwrap_or_default();
        start..start + rest.chars().next().map_or(0, char::len_utf8)
    }

    /// Returns the span of the number around a line and column in the JSON parser's count.
    pub(crate) fn number_at(&self, line: usize, column: usize) -> Span {
        let at = self.at_line_column(line, column).start;
        let (before, after) = self.text.split_at_checked(at).unwrap_or_default();
        let is_part = |each: char| each.is_ascii_digit() || "+-.eE".contains(each);
        let start = before.trim_end_matches(is_part).len();
        start..self.text.len() - after.trim_start_matches(is_part).len()
    }

    /// Follows the steps as far as possible, and returns how many were followed.
    fn descend(&self, root: &Value<'t>, steps: &[Walked<'_>]) -> (Span, usize) {
        let mut value = root;
        let mut shown = self.first_line(root);
        for (depth, (step, path)) in steps.iter().enumerate() {
            let start = value.start();
            let followed = self.followed(depth, start, *path);
            let index = match (step, value) {
                (Step::Member(name), Value::Object(object)) => {
                    followed.or_else(|| self.member(object, name))
                }
                (Step::Element(index), Value::Array(_)) => Some(*index),
                _ => None,
            };
            let Some(index) = index else { return (shown, depth) };
            let (inner, name) = match value {
                Value::Object(object) => {
                    let member = object.properties.get(index);
                    (member.map(|member| &member.value), member.map(|member| &member.name))
                }
                Value::Array(array) => (array.elements.get(index), None),
                _ => (None, None),
            };
            let Some(inner) = inner else { return (shown, depth) };
            // The rest of the path that was followed last is still of use.
            if followed.is_none() {
                self.follow(depth, start, *path, index);
            }
            value = inner;
            let line_end = self.line_of(value.start()).end;
            shown = match name {
                Some(name) if value.end() > line_end => span(name),
                _ => self.first_line(value),
            };
        }
        (shown, steps.len())
    }

    /// A value of several lines is represented by its first line.
    fn first_line(&self, value: &Value<'t>) -> Span {
        let start = value.start();
        let end = value.end().min(self.line_of(start).end);
        start..start + self.text.get(start..end).unwrap_or_default().trim_end().len()
    }

    /// The index of the last step in the container at this offset, if the path was followed last.
    fn followed(&self, depth: usize, start: usize, path: Option<&OwnedPath>) -> Option<usize> {
        let last = self.last.borrow();
        let (known, known_start, index) = last.get(depth)?;
        (*known_start == start && path.is_some_and(|path| known.shares(path))).then_some(*index)
    }

    fn follow(&self, depth: usize, start: usize, path: Option<&OwnedPath>, index: usize) {
        let mut last = self.last.borrow_mut();
        last.truncate(depth);
        if let Some(path) = path.filter(|_| last.len() == depth) {
            last.push((path.clone(), start, index));
        }
    }

    /// The index of the effective member with this name: of duplicates, the last.
    fn member(&self, object: &Object<'t>, name: &str) -> Option<usize> {
        let mut visited = self.visited.borrow_mut();
        let indexes = visited.entry(object.start()).or_insert_with(|| {
            let names = object.properties.iter().map(|member| member.name.as_str().to_owned());
            names.zip(0..).collect()
        });
        indexes.get(name).copied()
    }
}

/// The number of characters that begin in these bytes.
fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

fn parse_path(path: &str) -> Vec<ReadStep> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (step, length) = match rest.strip_prefix('[') {
            Some(bracketed) => {
                let Some((step, length)) = parse_bracketed(bracketed) else {
                    break;
                };
                (step, length + 1)
            }
            None => {
                let dot = usize::from(rest.starts_with('.') && !steps.is_empty());
                let name = rest.get(dot..).unwrap_or_default();
                let name = name.split(['.', '[']).next().unwrap_or_default();
                (ReadStep::Member(name.to_string()), dot + name.len())
            }
        };
        steps.push(step);
        match rest.get(length..) {
            Some(shorter) if length > 0 => rest = shorter,
            _ => break,
        }
    }
    steps
}

/// Parses the text after an opening bracket: an index or a quoted name; also returns its length,
/// including the closing bracket.
fn parse_bracketed(text: &str) -> Option<(ReadStep, usize)> {
    let mut scanner = Scanner::new(text, &ScannerOptions::default());
    let step = match scanner.scan().ok()?? {
        Token::String(name) => ReadStep::Member(name.into_owned()),
        Token::Number(index) => ReadStep::Element(index.parse().ok()?),
        _ => return None,
    };
    let length = scanner.token_end();
    text.get(length..)?.starts_with(']').then_some((step, length + 1))
}

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

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
  "flags": {
    "checkout": {"rules": [{"clauses": []}, {"clauses": [{"values": ["a", "é", "c"]}]}]},
    "a.b[0]": {
      "on": true
    }
  }
}"#;

    fn found(path: &str) -> &'static str {
        TEXT.get(Places::new(TEXT).find(path).unwrap()).unwrap()
    }

    #[test]
    fn paths_lead_to_their_values() {
        assert_eq!(found("flags.checkout.rules[1].clauses[0].values[1]"), "\"é\"");
        assert_eq!(found("flags.checkout.rules[0]"), "{\"clauses\": []}");
        assert_eq!(found("flags[\"a.b[0]\"].on"), "true");
    }

    #[test]
    fn a_value_of_several_lines_is_shown_by_its_name() {
        assert_eq!(found("flags[\"a.b[0]\"]"), "\"a.b[0]\"");
        assert_eq!(found("flags"), "\"flags\"");
        assert_eq!(found(""), "{");
    }

    #[test]
    fn a_missing_value_is_shown_by_its_parent() {
        assert_eq!(found("flags.checkout.rules[0].variation"), "{\"clauses\": []}");
        assert_eq!(
            found("flags.checkout.rules[7].clauses"),
            "[{\"clauses\": []}, {\"clauses\": [{\"values\": [\"a\", \"é\", \"c\"]}]}]"
        );
        assert_eq!(found("meta.hash"), "{");
    }

    #[test]
    fn containers_are_seen_through() {
        let stream = r#"{"path": "/", "data": {"flags": {"a": {"on": 1}}}}"#;
        assert_eq!(stream.get(Places::new(stream).find("flags.a.on").unwrap()), Some("1"));
        let map = r#"{"a": {"on": 2}}"#;
        assert_eq!(map.get(Places::new(map).find("flags.a.on").unwrap()), Some("2"));
    }

    #[test]
    fn lines_and_columns_round_trip() {
        let offset = TEXT.find("\"c\"").unwrap();
        let places = Places::new(TEXT);
        assert_eq!(places.line_column(offset), (3, 80));
        assert_eq!(places.line_column(0), (1, 1));
        assert_eq!(places.line_column(TEXT.len()), (8, 2));
        assert_eq!(TEXT.get(places.line_of(offset)), TEXT.lines().nth(2));
        assert_eq!(TEXT.get(places.line_of(TEXT.len())), Some("}"));
        let windows = Places::new("{\r\n1\r\n}");
        assert_eq!(windows.line_of(3), 3..4);
        // In bytes the column is one higher: `é` takes two.
        assert_eq!(places.at_line_column(3, 81), offset..offset + 1);
        assert_eq!(places.at_line_column(900, 1), TEXT.len()..TEXT.len());
        // An offset inside a character means its beginning.
        let accent = TEXT.find('é').unwrap();
        assert_eq!(places.at_line_column(3, 77), accent..accent + 2);
    }

    #[test]
    fn a_number_is_found_from_each_of_its_characters() {
        let text = "[1, -1.5E+999, 2";
        let places = Places::new(text);
        for column in 5..=13 {
            assert_eq!(text.get(places.number_at(1, column)), Some("-1.5E+999"), "{column}");
        }
    }

    #[test]
    fn of_duplicates_the_last_is_found() {
        let text = r#"{"a": {"b": 1, "b": 2}, "a": {"b": 3, "\u0062": 4}}"#;
        assert_eq!(text.get(Places::new(text).find("a.b").unwrap()), Some("4"));
    }

    #[test]
    fn a_text_that_is_not_json_has_no_spans() {
        for text in ["", " ", "]", "\"open", "{\"a\": [}", "[1"] {
            assert_eq!(Places::new(text).find("a"), None, "{text}");
        }
    }

    #[test]
    fn columns_count_characters_however_long_a_line_is() {
        let text = format!("[\n{}]", "\"é€😀\",".repeat(BLOCK));
        let places = Places::new(&text);
        for (column, (offset, _)) in text.char_indices().skip(2).enumerate() {
            assert_eq!(places.line_column(offset), (2, column + 1));
        }
    }

    #[test]
    fn paths_are_read_step_by_step() {
        let member = |name: &str| ReadStep::Member(name.into());
        assert_eq!(parse_path(""), []);
        assert_eq!(
            parse_path("a.b-c[2][10]"),
            [member("a"), member("b-c"), ReadStep::Element(2), ReadStep::Element(10)]
        );
        assert_eq!(parse_path(r#"["x\"]."].y"#), [member("x\"]."), member("y")]);
        assert_eq!(parse_path("a[oops].b"), [member("a")]);
        assert_eq!(parse_path("a[1"), [member("a")]);
    }
}
