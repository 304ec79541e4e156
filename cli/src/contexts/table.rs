//! Reads CSV: the types of its columns first, then a context from each row.

use std::collections::BTreeSet;
use std::fs::File;

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};
use isoflag::{Context, Object, Value};

use super::Reading;
use super::quotes::CheckedQuotes;
use crate::console::Console;
use crate::input::unreadable;
use crate::outcome::Failure;

/// The columns of contexts that are text by definition.
const TEXT: [&str; 2] = ["kind", "name"];

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

struct Column {
    name: String,
    of: Type,
}

/// Reads each row as a context.
pub(super) fn read<F: FnMut(Option<&Context>)>(
    reading: &mut Reading<'_, F>,
    key: &str,
    text: &[String],
    console: &mut Console,
) -> Result<(), Failure> {
    let columns = columns(reading, key, text)?;
    let mut file = open(reading.file)?;
    let mut row = StringRecord::new();
    while next(reading, &mut file, &mut row)? {
        let line = row.position().map_or(0, csv::Position::line);
        // A column without a name is an index, not an attribute.
        let cells = columns.iter().zip(&row);
        let cells = cells.filter(|(column, cell)| !column.name.is_empty() && !cell.is_empty());
        let members = cells.map(|(column, cell)| (column.name.as_str(), column.of.value(cell)));
        let mut context: Object = members.collect();
        if context.get("kind").is_none() {
            context = context.with("kind", Value::from("user"));
        }
        reading.context(line, Value::Object(context), console);
    }
    Ok(())
}

type Table = Reader<CheckedQuotes<File>>;

fn open(file: &str) -> Result<Table, Failure> {
    let opened = File::open(file).map_err(|error| unreadable(file, &error))?;
    Ok(ReaderBuilder::new().from_reader(CheckedQuotes::new(opened)))
}

/// Reads the next row; false at the end.
fn next<F: FnMut(Option<&Context>)>(
    reading: &Reading<'_, F>,
    table: &mut Table,
    row: &mut StringRecord,
) -> Result<bool, Failure> {
    table.read_record(row).map_err(|error| problem(reading, &error))
}

fn problem<F: FnMut(Option<&Context>)>(reading: &Reading<'_, F>, error: &csv::Error) -> Failure {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        ErrorKind::Io(error) if error.kind() == std::io::ErrorKind::Other => {
            Failure::message(format!("`{}`, {error}", reading.file))
        }
        ErrorKind::Io(error) => unreadable(reading.file, error),
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let message =
                format_args!("expected {expected_len} cells like the header, found {len}");
            reading.broken(line, message)
        }
        ErrorKind::Utf8 { .. } => reading.broken(line, "the text is not UTF-8"),
        _ => reading.broken(line, error),
    }
}

/// Reads the header, and the type of each column from all of its cells.
fn columns<F: FnMut(Option<&Context>)>(
    reading: &Reading<'_, F>,
    key: &str,
    text: &[String],
) -> Result<Vec<Column>, Failure> {
    let mut file = open(reading.file)?;
    let header = file.headers().map_err(|error| problem(reading, &error))?.clone();
    let names: Vec<&str> = header.iter().collect();
    let mut known = BTreeSet::new();
    for name in names.iter().filter(|name| !name.is_empty()) {
        if !known.insert(*name) {
            return Err(reading.broken(1, format_args!("two columns are named `{name}`")));
        }
    }
    for name in text.iter().map(String::as_str).chain([key]) {
        if !known.contains(name) {
            let option = if name == key { "--key" } else { "--text" };
            let known: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let known = known.join(", ");
            let message = format!(
                "there is no column `{name}`; name one with `{option}`, the file has {known}"
            );
            return Err(reading.broken(1, message));
        }
    }
    if key != "key" && known.contains("key") {
        let message = format!("`{key}` cannot be the key: there is a column `key` too");
        return Err(reading.broken(1, message));
    }
    let text: BTreeSet<&str> = text.iter().map(String::as_str).chain(TEXT).chain([key]).collect();
    let column = |name: &&str| {
        let is_text = text.contains(name);
        let name = if *name == key { "key" } else { name }.to_owned();
        Column { name, of: if is_text { Type::Text } else { Type::Empty } }
    };
    let mut columns: Vec<Column> = names.iter().map(column).collect();
    let mut row = StringRecord::new();
    while next(reading, &mut file, &mut row)? {
        for (column, cell) in columns.iter_mut().zip(&row) {
            if column.of != Type::Text && !cell.is_empty() {
                column.of = column.of.joined(Type::of(cell));
            }
        }
    }
    Ok(columns)
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
}
