//! A table for a terminal, with columns as wide as their contents.

use std::fmt::Write;

use anstyle::Style;
use isoflag::printable;
use unicode_width::UnicodeWidthStr;

/// The gap between columns.
const GAP: &str = "  ";

/// The widest column: every row is as wide as the columns, and one key may be very long. A longer
/// cell moves the rest of its row.
const WIDEST: usize = 256;

/// A piece of a row.
#[derive(Clone, Default)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(crate) fn new(text: impl AsRef<str>) -> Cell {
        Cell { text: printable(text.as_ref()).to_string(), style: Style::new() }
    }

    pub(crate) fn styled(self, style: Style) -> Cell {
        Cell { style, ..self }
    }
}

/// Rows under their headings.
pub(crate) struct Table {
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(headings: &[&str]) -> Table {
        let bold = Style::new().bold();
        Table { rows: vec![headings.iter().map(|each| Cell::new(*each).styled(bold)).collect()] }
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// The lines, with colours.
    pub(crate) fn lines(&self) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            let longest = cells.map(|cell| cell.text.width()).max();
            longest.unwrap_or(0).min(WIDEST)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        self.rows.iter().map(|row| line(row, &widths)).collect()
    }
}

/// Formats a row as a line. Without widths its cells are not separated.
pub(crate) fn line(row: &[Cell], widths: &[usize]) -> String {
    let mut line = String::new();
    // Trailing empty cells are omitted.
    let used = row.iter().rposition(|cell| !cell.text.is_empty()).map_or(0, |last| last + 1);
    for (index, Cell { text, style }) in row.iter().take(used).enumerate() {
        let _ = write!(line, "{style}{text}{style:#}");
        if let Some(width) = widths.get(index)
            && index + 1 < used
        {
            let padding = width.saturating_sub(text.width());
            let _ = write!(line, "{:padding$}{GAP}", "");
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let mut table = Table::new(&["A", "B", "C"]);
        table.row(vec![Cell::new("汉字"), Cell::new("x"), Cell::new("")]);
        table.row(vec![Cell::new("é\n"), Cell::default(), Cell::new("z")]);
        let plain: Vec<String> = table
            .lines()
            .iter()
            .map(|line| anstream::adapter::strip_str(line).to_string())
            .collect();
        assert_eq!(plain, ["A     B  C", "汉字  x", "é\\n      z"]);
    }

    #[test]
    fn one_long_cell_does_not_widen_every_row() {
        let long = "k".repeat(70_000);
        let mut table = Table::new(&["A", "B"]);
        table.row(vec![Cell::new(&long), Cell::new("x")]);
        table.row(vec![Cell::new("y"), Cell::new("z")]);
        let lines = table.lines();
        let plain = |line: &String| anstream::adapter::strip_str(line).to_string();
        let mut plain = lines.iter().map(plain).skip(1);
        assert_eq!(plain.next(), Some(format!("{long}{GAP}x")));
        assert_eq!(plain.next(), Some(format!("y{}{GAP}z", " ".repeat(WIDEST - 1))));
    }
}
