//! Reads CSV: the types of its columns first, then a context from each row.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, Read};

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};
use isoflag::{Context, ContextError, Object, Value};

use super::quotes::{BrokenQuote, CheckedQuotes};
use super::{ContextFileError, FileContext};

const KEY: &str = "key";
const KIND: &str = "kind";
const NAME: &str = "name";
const USER: &str = "user";
const USER_KEY: &str = "user.key";

/// A file whose types are known.
#[derive(Debug)]
pub(super) struct Table<R> {
    rows: Rows<R>,
    row: StringRecord,
    columns: Vec<Column>,
    /// The prefixes of the kinds; the first is empty.
    kinds: Vec<String>,
}

type Rows<R> = Reader<CheckedQuotes<R>>;

#[derive(Debug)]
struct Column {
    /// The index of its kind.
    kind: usize,
    name: String,
    of: Type,
}

/// The type of the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Type {
    /// No cell so far.
    Empty,
    Number,
    Boolean,
    Json,
    Text,
}

impl<R: Read> Table<R> {
    /// Reads the header, and the type of each column from all of its cells.
    pub(super) fn open(
        mut open: impl FnMut() -> Result<R, Error>,
        key: &str,
        text: &[String],
    ) -> Result<Table<R>, ContextFileError> {
        let mut open = || -> Result<Rows<R>, Error> {
            Ok(ReaderBuilder::new().from_reader(CheckedQuotes::new(open()?)))
        };
        let mut table: Table<R> = Table {
            rows: open()?,
            row: StringRecord::new(),
            columns: Vec::new(),
            kinds: Vec::new(),
        };
        let header = table.rows.headers().map_err(problem)?.clone();
        table.name_columns(&header, key, text)?;
        while table.read_row()? {
            for (column, cell) in table.columns.iter_mut().zip(&table.row) {
                if column.of != Type::Text && !cell.is_empty() {
                    column.of = column.of.joined(Type::of(cell));
                }
            }
        }
        table.rows = open()?;
        Ok(table)
    }

    fn name_columns(
        &mut self,
        header: &StringRecord,
        key: &str,
        text: &[String],
    ) -> Result<(), ContextFileError> {
        let malformed = |problem| Err(ContextFileError::Malformed(1, problem));
        let mut known = BTreeSet::new();
        for name in header.iter().filter(|name| !name.is_empty()) {
            if !known.insert(name) {
                return malformed(format!("two columns are named `{name}`"));
            }
        }
        let prefixes = KindPrefixes::of(known.iter().copied());
        let without_key = key == KEY && !prefixes.is_empty();
        let key_column = (!without_key).then_some(key);
        for name in text.iter().map(String::as_str).chain(key_column) {
            if !known.contains(name) {
                let option = if name == key { "--key" } else { "--text" };
                let known: Vec<String> = header.iter().map(|name| format!("`{name}`")).collect();
                let known = known.join(", ");
                return malformed(format!(
                    "there is no column `{name}`; name one with `{option}`, the file has {known}"
                ));
            }
        }
        if key != KEY && known.contains(KEY) {
            return malformed(format!("`{key}` cannot be the key: there is a column `key` too"));
        }
        let is_user = known.contains(key) && !known.contains(KIND);
        if is_user && key != USER_KEY && known.contains(USER_KEY) {
            return malformed(
                "both `key` and `user.key` are keys of the kind `user`: leave one out".to_owned(),
            );
        }
        let text: BTreeSet<&str> = text.iter().map(String::as_str).collect();
        let mut kinds = BTreeMap::from([("", 0)]);
        self.kinds.push(String::new());
        for column in header {
            let (prefix, name) = if column == key { ("", KEY) } else { prefixes.split(column) };
            let kind = *kinds.entry(prefix).or_insert_with(|| {
                self.kinds.push(prefix.to_owned());
                self.kinds.len() - 1
            });
            let is_text = text.contains(column) || matches!(name, KEY | KIND | NAME);
            let of = if is_text { Type::Text } else { Type::Empty };
            self.columns.push(Column { kind, name: name.to_owned(), of });
        }
        Ok(())
    }

    /// Reads the next row; false at the end.
    fn read_row(&mut self) -> Result<bool, ContextFileError> {
        self.rows.read_record(&mut self.row).map_err(problem)
    }

    /// Reads the next context; `None` at the end.
    pub(super) fn read_context(&mut self) -> Result<Option<FileContext>, ContextFileError> {
        if !self.read_row()? {
            return Ok(None);
        }
        let line = self.row.position().map_or(0, csv::Position::line);
        let mut kinds: Vec<Vec<(&str, Value)>> = vec![Vec::new(); self.kinds.len()];
        for (column, cell) in self.columns.iter().zip(&self.row) {
            // A column without a name is an index, not an attribute.
            if column.name.is_empty() || cell.is_empty() {
                continue;
            }
            if let Some(members) = kinds.get_mut(column.kind) {
                members.push((&column.name, column.of.value(cell)));
            }
        }
        let mut present = Vec::new();
        for (kind, members) in self.kinds.iter().zip(kinds) {
            let members: Object = members.into_iter().collect();
            match kind.as_str() {
                "" if members.get(KIND).is_some() => present.push(members),
                "" => present.push(members.with(KIND, Value::from(USER))),
                // The prefix is the kind, whatever a column `org.kind` holds.
                _ if members.get(KEY).is_some() => {
                    present.push(members.with(KIND, Value::from(kind.as_str())));
                }
                _ => {}
            }
        }
        // Without a key, a row has only the other kinds.
        if present.len() > 1 && present.first().is_some_and(lacks_key) {
            present.remove(0);
        }
        Ok(Some(match <[Object; 1]>::try_from(present) {
            Ok([only]) => FileContext::of(line, Value::Object(only)),
            Err(kinds) => FileContext { line, context: combined(kinds), note: None },
        }))
    }
}

/// Whether a kind lacks its key, and does not itself consist of several.
fn lacks_key(members: &Object) -> bool {
    let kind = members.get(KIND).and_then(Value::as_str);
    members.get(KEY).is_none() && kind != Some("multi")
}

/// Combines the kinds of a row.
fn combined(kinds: Vec<Object>) -> Result<Context, ContextError> {
    let parts = kinds.into_iter().map(|members| Context::from_value(Value::Object(members)));
    let context = Context::multi(&parts.collect::<Result<Vec<_>, _>>()?)?;
    // All kinds together have the limits of a context.
    Context::from_value(context.to_value())
}

fn problem(error: csv::Error) -> ContextFileError {
    let line = error.position().map_or(0, csv::Position::line);
    let problem = match error.into_kind() {
        ErrorKind::Io(error) => match error.downcast::<BrokenQuote>() {
            Ok(BrokenQuote { line, problem }) => return ContextFileError::Malformed(line, problem),
            Err(error) => return ContextFileError::Io(error),
        },
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("expected {expected_len} cells like the header, found {len}")
        }
        ErrorKind::Utf8 { .. } => "the text is not UTF-8".to_owned(),
        // Of writers, of serde and of `seek`.
        other => format!("{other:?}"),
    };
    ContextFileError::Malformed(line, problem)
}

impl Type {
    /// A number is written as JSON writes it: `007`, `1.10` and `1e5` are text.
    fn of(cell: &str) -> Type {
        match Value::parse(cell.as_bytes()) {
            Ok(Value::Bool(_)) => Type::Boolean,
            Ok(Value::Array(_) | Value::Object(_)) => Type::Json,
            Ok(number @ Value::Number(_)) if number.to_canonical_json() == cell => Type::Number,
            _ => Type::Text,
        }
    }

    fn joined(self, other: Type) -> Type {
        match self {
            Type::Empty => other,
            known if known == other => known,
            _ => Type::Text,
        }
    }

    fn value(self, cell: &str) -> Value {
        let parsed = || Value::parse(cell.as_bytes()).ok();
        let value = if self == Type::Text { None } else { parsed() };
        value.unwrap_or_else(|| Value::from(cell))
    }
}

/// The prefixes of columns that name a kind: those with a column `<kind>.key`.
///
/// A tree of the parts between dots: a name is split in one pass, however many dots it has.
#[derive(Debug, Default)]
pub struct KindPrefixes<'n> {
    /// The node that follows another one, 0 at the beginning, by a part of a name.
    next: BTreeMap<(usize, &'n str), usize>,
    /// The nodes at which a prefix ends.
    ends: BTreeSet<usize>,
}

impl<'n> KindPrefixes<'n> {
    /// Returns the prefixes among the names of columns.
    pub fn of(names: impl IntoIterator<Item = &'n str>) -> KindPrefixes<'n> {
        let mut prefixes = KindPrefixes::default();
        let names = names.into_iter().filter_map(|name| name.strip_suffix(".key"));
        for prefix in names.filter(|prefix| !prefix.is_empty()) {
            let node = prefix.split('.').fold(0, |node, part| {
                let new = prefixes.next.len() + 1;
                *prefixes.next.entry((node, part)).or_insert(new)
            });
            prefixes.ends.insert(node);
        }
        prefixes
    }

    /// Splits a name into the longest prefix, empty for the kind without one, and the attribute.
    #[must_use]
    pub fn split<'t>(&self, name: &'t str) -> (&'t str, &'t str) {
        let (mut node, mut start, mut found) = (0, 0, None);
        for (dot, _) in name.match_indices('.') {
            let part = name.get(start..dot).unwrap_or_default();
            let Some(next) = self.next.get(&(node, part)) else { break };
            (node, start) = (*next, dot + 1);
            if self.ends.contains(next) {
                found = Some(dot);
            }
        }
        found.and_then(|dot| Some((name.get(..dot)?, name.get(dot + 1..)?))).unwrap_or(("", name))
    }

    /// Whether no column names a kind.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_the_type_of_all_its_cells() {
        for (cells, expected) in [
            (&["1", "2.5", "-3"][..], Type::Number),
            (&["1", "1.10"], Type::Text),
            (&["007"], Type::Text),
            (&["true", "false"], Type::Boolean),
            (&["true", "1"], Type::Text),
            (&["[1]", "{}"], Type::Json),
            (&["null"], Type::Text),
            (&[], Type::Empty),
        ] {
            let joined = cells.iter().fold(Type::Empty, |of, cell| of.joined(Type::of(cell)));
            assert_eq!(joined, expected, "{cells:?}");
        }
    }

    #[test]
    fn a_name_has_the_longest_prefix_with_a_key() {
        let prefixes = KindPrefixes::of(["key", "org.key", "org.unit.key", ".key"]);
        for (name, expected) in [
            ("plan", ("", "plan")),
            ("org.plan", ("org", "plan")),
            ("org.unit.plan", ("org.unit", "plan")),
            ("org.other.plan", ("org", "other.plan")),
            ("team.plan", ("", "team.plan")),
            (".key", ("", ".key")),
            ("org.unit", ("org", "unit")),
            ("org..plan", ("org", ".plan")),
            ("organ.plan", ("", "organ.plan")),
        ] {
            assert_eq!(prefixes.split(name), expected);
        }
        assert!(KindPrefixes::of(["key", "plan"]).is_empty());
    }
}
