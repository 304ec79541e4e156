//! Formats a finding: the message, and an underlined excerpt of the document.

use std::fmt;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use anstream::adapter::strip_str;
use isoflag::{Diagnostic, DocumentError, Severity, printable};
use isoflag_tools::ActivityError;

use crate::input::Source;
use crate::place::{Places, Span};

/// Longer lines, as in a document without line breaks, are cut to an excerpt.
const LONGEST_LINE: usize = 2_000;
const SURROUNDINGS: usize = 200;

/// Formats the findings about one source.
pub(crate) struct Findings<'s> {
    source: &'s Source,
    places: Option<Places<'s>>,
}

/// A finding with colours. All quoted text is printable.
#[derive(Debug)]
pub(crate) struct Rendered(String);

impl Rendered {
    /// The renderer marks some positions with colons, which a pipeline runner executes as a command
    /// at the start of a line.
    fn of(text: &str) -> Rendered {
        let lines = text.split('\n').map(|line| {
            let plain = strip_str(line).to_string();
            let is_mark = plain.trim_start().starts_with(":::");
            if is_mark { line.replacen(":::", "-->", 1) } else { line.to_owned() }
        });
        Rendered(lines.collect::<Vec<_>>().join("\n"))
    }
}

impl fmt::Display for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A line and a column from 1; columns count characters.
pub(crate) type LineColumn = (usize, usize);

impl<'s> Findings<'s> {
    pub(crate) fn new(source: &'s Source) -> Findings<'s> {
        Findings { source, places: source.shown_text().map(Places::new) }
    }

    /// Formats a diagnostic of a document that loaded.
    pub(crate) fn diagnostic(&self, diagnostic: &Diagnostic) -> Rendered {
        let level = match diagnostic.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::NOTE,
        };
        let path = diagnostic.path();
        let span = self.places.as_ref().and_then(|places| places.find_path(path));
        self.render(&level, diagnostic.code(), diagnostic.message(), span, &path.to_string())
    }

    pub(crate) fn place_of_diagnostic(&self, diagnostic: &Diagnostic) -> Option<LineColumn> {
        let places = self.places.as_ref()?;
        let span = places.find_path(diagnostic.path())?;
        Some(places.line_column(span.start))
    }

    /// Formats the error of a document that did not load.
    pub(crate) fn error(&self, error: &DocumentError) -> Rendered {
        let span = self.span_of_error(error);
        self.render(&Level::ERROR, error.code(), error.message(), span, error.path())
    }

    pub(crate) fn place_of_error(&self, error: &DocumentError) -> Option<LineColumn> {
        let span = self.span_of_error(error)?;
        Some(self.places.as_ref()?.line_column(span.start))
    }

    /// Formats the error of invalid activity.
    pub(crate) fn activity_error(&self, error: &ActivityError) -> Rendered {
        let span = self.places.as_ref().and_then(|places| match error.line_column() {
            Some((line, column)) => Some(places.at_line_column(line, column)),
            None => places.find(error.path()),
        });
        self.render(&Level::ERROR, error.code(), error.message(), span, error.path())
    }

    fn span_of_error(&self, error: &DocumentError) -> Option<Span> {
        let places = self.places.as_ref()?;
        match error.line_column() {
            // The parser detects an invalid number at its end.
            Some((line, column)) if error.code() == "number-range" => {
                Some(places.number_at(line, column))
            }
            Some((line, column)) => Some(places.at_line_column(line, column)),
            None => places.find(error.path()),
        }
    }

    fn render(
        &self,
        level: &Level<'_>,
        code: &str,
        message: &str,
        span: Option<Span>,
        path: &str,
    ) -> Rendered {
        let [message, path, name] =
            [message, path, &self.source.name].map(|text| printable(text).to_string());
        let title = level.clone().primary_title(&*message).id(code);
        let group = match (&self.places, span) {
            (Some(places), Some(span)) => {
                let excerpt = Excerpt::new(places, &span);
                let (text, shown) = excerpt.printable();
                let snippet = Snippet::source(text)
                    .line_start(excerpt.line)
                    .annotation(AnnotationKind::Primary.span(shown).label(&*path));
                if excerpt.cut {
                    let (line, column) = places.line_column(span.start);
                    let origin = Origin::path(&*name).line(line).char_column(column);
                    title.element(origin).element(snippet)
                } else {
                    title.element(snippet.path(&*name))
                }
            }
            _ => title.element(Origin::path(&*name)),
        };
        Rendered::of(&Renderer::styled().render(&[group]))
    }
}

/// The line that contains a position: rendering takes time proportional to the length of its text.
struct Excerpt<'t> {
    text: &'t str,
    line: usize,
    span: Span,
    cut: bool,
}

impl<'t> Excerpt<'t> {
    fn new(places: &Places<'t>, span: &Span) -> Excerpt<'t> {
        let text = places.text();
        let Span { mut start, mut end } = places.line_of(span.start);
        let cut = end - start > LONGEST_LINE;
        if cut {
            start = boundary(text, start.max(span.start.saturating_sub(SURROUNDINGS)));
            end = boundary(text, end.min(span.start + SURROUNDINGS));
        }
        Excerpt {
            text: text.get(start..end).unwrap_or_default(),
            line: places.line_column(span.start).0,
            span: span.start - start..span.end.min(end).max(span.start) - start,
            cut,
        }
    }
}

impl Excerpt<'_> {
    /// The shown text, and the position in it. The renderer expands tabs.
    fn printable(&self) -> (String, Span) {
        let shown = |part: Option<&str>| -> String {
            let parts = part.unwrap_or_default().split('\t');
            parts.map(|part| printable(part).to_string()).collect::<Vec<_>>().join("\t")
        };
        let before = shown(self.text.get(..self.span.start));
        let place = shown(self.text.get(self.span.clone()));
        let span = before.len()..before.len() + place.len();
        (before + &place + &shown(self.text.get(self.span.end..)), span)
    }
}

/// The nearest character boundary at or before an offset.
fn boundary(text: &str, mut offset: usize) -> usize {
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_the_line_of_the_place() {
        let text = "{\n  \"a\": 1,\n  \"b\": 2\n}";
        let start = text.find("2\n").unwrap();
        let excerpt = Excerpt::new(&Places::new(text), &(start..start + 1));
        assert_eq!((excerpt.text, excerpt.line, excerpt.cut), ("  \"b\": 2", 3, false));
        assert_eq!(excerpt.text.get(excerpt.span), Some("2"));
    }

    #[test]
    fn a_long_line_is_cut_on_both_sides() {
        let text = "é".repeat(5_000) + "here" + &"é".repeat(5_000);
        let places = Places::new(&text);
        let excerpt = Excerpt::new(&places, &(10_000..10_004));
        assert!(excerpt.cut && excerpt.text.len() <= 2 * SURROUNDINGS + 1);
        assert_eq!(excerpt.text.get(excerpt.span), Some("here"));
        let whole = Excerpt::new(&places, &(0..text.len()));
        assert_eq!(whole.span, 0..whole.text.len());
    }
}
