//! An impact as text, and as Markdown for a pull request.

use std::fmt::{self, Write};

use isoflag::{Value, printable};

use super::{FlagImpact, Foreseen, ForeseenChange, Group, Impact, Move, ServedAnswer, share};
use crate::diff::code_span;

/// Longer values are truncated; the JSON form has them whole.
const LONGEST: usize = 60;

/// The number of groups that are printed; the JSON form has all.
const GROUPS: usize = 10;

/// Formats a share as a percentage, rounded to at most three decimals. No positive share is 0%.
#[must_use]
pub fn percent(share: f64) -> String {
    let thousandths = (share * 100_000.0).round() as u64;
    if share > 0.0 && thousandths == 0 {
        return "<0.001%".to_owned();
    }
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    [text.trim_end_matches('0').trim_end_matches('.'), "%"].concat()
}

/// Parses a percentage such as `5%` as a share from 0 to 1.
///
/// # Errors
/// If the text is not one: the expected form.
pub fn parse_percent(text: &str) -> Result<f64, &'static str> {
    let number = text.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    match number.filter(|number| (0.0..=100.0).contains(number)) {
        Some(number) => Ok(number / 100.0),
        None => Err("expected a percentage from 0% to 100%, such as `5%`"),
    }
}

/// A count with commas.
pub(crate) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `12 of 100 contexts (12%)`.
fn part(counted: u64, whole: u64) -> String {
    let noun = if whole == 1 { "context" } else { "contexts" };
    format!("{} of {} {noun} ({})", count(counted), count(whole), percent(share(counted, whole)))
}

fn short(value: &Value) -> String {
    let text = value.to_canonical_json();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned() + "…",
        None => text,
    }
}

/// The value of an answer, or the reason for the caller's default.
fn answer(served: ServedAnswer, variations: &[Value]) -> (String, bool) {
    match (served, served.value(variations)) {
        (_, Some(value)) => (short(value), true),
        (ServedAnswer::Missing, _) => ("no flag".to_owned(), false),
        (ServedAnswer::Error, _) => ("error".to_owned(), false),
        (ServedAnswer::Default | ServedAnswer::Variation(_), _) => ("default".to_owned(), false),
    }
}

pub(crate) fn printed_answer(served: ServedAnswer, variations: &[Value]) -> String {
    Style::Text.name(answer(served, variations))
}

fn group(group: &Group) -> (String, bool) {
    match group {
        Group::Value(Value::String(text)) if !text.is_empty() => (text.to_string(), true),
        Group::Value(value) => (short(value), true),
        Group::Absent => ("absent".to_owned(), false),
        Group::Private => ("private".to_owned(), false),
        Group::Other => ("other values".to_owned(), false),
    }
}

/// Text as it is, or as code in Markdown.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    Text,
    Markdown,
}

impl Style {
    fn code(self, text: &str) -> String {
        match self {
            Style::Text => format!("`{}`", printable(text)),
            Style::Markdown => code_span(text),
        }
    }

    /// A name from a document or a context, or a word of this report.
    fn name(self, (text, is_value): (String, bool)) -> String {
        if is_value { self.code(&text) } else { text }
    }

    /// A cell of a table, in which a vertical bar has to be escaped.
    fn cell(text: &str) -> String {
        text.replace('|', "\\|")
    }
}

impl Impact {
    /// The first sentence: the number of contexts that change.
    fn headline(&self) -> String {
        let mut text = match (self.contexts, self.flags.len()) {
            (_, 0) => "no answer can change".to_owned(),
            (0, 1) => "the answers of 1 flag can change".to_owned(),
            (0, flags) => format!("the answers of {flags} flags can change"),
            (contexts, _) => {
                let verb = if contexts == 1 { "gets" } else { "get" };
                format!("{} {verb} another value", part(self.changed, contexts))
            }
        };
        if self.invalid > 0 {
            let noun = if self.invalid == 1 { "context is" } else { "contexts are" };
            let _ = write!(text, "; {} {noun} invalid", count(self.invalid));
        }
        text
    }

    /// Returns a line about each flag [above a bound](Impact::exceeding).
    #[must_use]
    pub fn complaints(&self, bound: f64) -> Vec<String> {
        let complaint = |(flag, share): (&FlagImpact, Option<f64>)| {
            let key = printable(&flag.key);
            match share {
                Some(share) => {
                    format!("`{key}`: {} change, more than {}", percent(share), percent(bound))
                }
                None => format!(
                    "`{key}`: the share depends on attributes, and may be more than {}; pass --contexts",
                    percent(bound)
                ),
            }
        };
        self.exceeding(bound).map(complaint).collect()
    }

    /// Formats the impact as Markdown for a pull request.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let headline = self.headline();
        let mut letters = headline.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        let mut text =
            format!("**{}{}.**\n", first.map(String::from).unwrap_or_default(), letters.as_str());
        for flag in &self.flags {
            let _ = writeln!(text, "\n#### Flag {}{}\n", code_span(&flag.key), flag.headline(self));
            if self.contexts > 0 {
                flag.matrix(self, &mut text);
            }
            for line in flag.notes(Style::Markdown) {
                let _ = writeln!(text, "- {line}");
            }
            for (index, by) in self.by.iter().enumerate() {
                flag.markdown_groups(index, by, &mut text);
            }
        }
        text
    }
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.headline())?;
        for flag in &self.flags {
            writeln!(f, "\nflag `{}`{}", printable(&flag.key), flag.headline(self))?;
            for each in flag.moves.iter().filter(|each| each.changed) {
                write!(
                    f,
                    "  {}: {}",
                    flag.pair(each, Style::Text),
                    part(each.count, self.contexts)
                )?;
                let sample = each.sample.iter().map(|key| printable(key).to_string());
                let sample: Vec<String> = sample.collect();
                if !sample.is_empty() {
                    write!(f, ", such as {}", sample.join(", "))?;
                }
                writeln!(f)?;
            }
            for line in flag.notes(Style::Text) {
                writeln!(f, "  {line}")?;
            }
            for (index, by) in self.by.iter().enumerate() {
                writeln!(f, "  by `{}`:", printable(&by.attribute))?;
                for (position, (name, contexts)) in by.groups.iter().enumerate().take(GROUPS) {
                    let changed = flag.changed_in(index, position);
                    let name = Style::Text.name(group(name));
                    writeln!(f, "    {name}: {}", part(changed, *contexts))?;
                }
                if by.groups.len() > GROUPS {
                    writeln!(f, "    and {} more", by.groups.len() - GROUPS)?;
                }
            }
        }
        Ok(())
    }
}

impl FlagImpact {
    fn headline(&self, impact: &Impact) -> String {
        match impact.contexts {
            0 => String::new(),
            contexts => format!(": {} change", part(self.changed, contexts)),
        }
    }

    fn pair(&self, each: &Move, style: Style) -> String {
        self.arrow(each.from, each.to, style)
    }

    fn arrow(&self, from: ServedAnswer, to: ServedAnswer, style: Style) -> String {
        let (from, to) =
            (answer(from, &self.variations_before), answer(to, &self.variations_after));
        format!("{} → {}", style.name(from), style.name(to))
    }

    /// The table of values before and after.
    fn matrix(&self, impact: &Impact, text: &mut String) {
        let _ = writeln!(
            text,
            "| before | after | contexts | share | such as |\n|---|---|--:|--:|---|"
        );
        for each in &self.moves {
            let before = Style::Markdown.name(answer(each.from, &self.variations_before));
            let after = Style::Markdown.name(answer(each.to, &self.variations_after));
            let sample: Vec<String> = match each.changed {
                true => each.sample.iter().map(|key| code_span(key)).collect(),
                false => vec!["unchanged".to_owned()],
            };
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                Style::cell(&before),
                Style::cell(&after),
                count(each.count),
                percent(share(each.count, impact.contexts)),
                Style::cell(&sample.join(", ")),
            );
        }
        let _ = writeln!(text);
    }

    fn markdown_groups(&self, index: usize, by: &super::GroupedBy, text: &mut String) {
        let heading = Style::cell(&code_span(&by.attribute));
        let _ = writeln!(text, "\n| {heading} | contexts | change | share |\n|---|--:|--:|--:|");
        for (position, (name, contexts)) in by.groups.iter().enumerate().take(GROUPS) {
            let changed = self.changed_in(index, position);
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} |",
                Style::cell(&Style::Markdown.name(group(name))),
                count(*contexts),
                count(changed),
                percent(share(changed, *contexts)),
            );
        }
        if by.groups.len() > GROUPS {
            let _ = writeln!(text, "| and {} more | | | |", by.groups.len() - GROUPS);
        }
    }

    /// The changes that follow from the documents, and the unknown ones.
    fn notes(&self, style: Style) -> Vec<String> {
        let mut lines: Vec<String> =
            self.foreseen.iter().map(|each| self.foreseen_line(each, style)).collect();
        if lines.is_empty() {
            lines.push("only reasons can change".to_owned());
        }
        if self.without_big_segments > 0 {
            let contexts = count(self.without_big_segments);
            lines.push(format!("big segments are unknown here; {contexts} contexts need them"));
        }
        lines
    }

    fn foreseen_line(&self, change: &ForeseenChange, style: Style) -> String {
        let (from, to) = (change.from.to_string(), change.to.to_string());
        let place = match from == to {
            true => style.code(&to),
            false => format!("{} → {}", style.code(&from), style.code(&to)),
        };
        let shares = match &change.shares {
            Foreseen::Attributes(because) => {
                let because = match style {
                    Style::Text => because.to_string(),
                    Style::Markdown => because.0.to_markdown(),
                };
                return format!("depends on attributes: {place}: {because}");
            }
            Foreseen::Exact(shares) => shares.iter().filter(|share| share.changed),
        };
        let of = match (change.everyone, &change.kind) {
            (true, None) => "all contexts".to_owned(),
            (true, Some(kind)) => format!("the keys of kind {}", style.code(kind)),
            (false, None) => "the contexts that reach it".to_owned(),
            (false, Some(kind)) => {
                format!("the keys of kind {} that reach it", style.code(kind))
            }
        };
        let moves = shares.map(|share| {
            format!(
                "{} of {of} {}",
                percent(share.share()),
                self.arrow(share.from, share.to, style)
            )
        });
        format!("exact: {place}: {}", moves.collect::<Vec<_>>().join(", "))
    }
}
