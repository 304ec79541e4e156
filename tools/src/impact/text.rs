//! An impact as text, and as Markdown for a pull request.

use std::fmt::{self, Write};

use isoflag::{Value, printable};

use super::{FlagImpact, Foreseen, ForeseenChange, Group, Impact, Percentage, ServedAnswer, share};
use crate::diff::{cell_code, code_span};

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

/// The value of each variation of a flag, printed once.
pub(crate) struct Names(Vec<String>);

impl Names {
    pub(crate) fn of(variations: &[Value], style: Style) -> Names {
        Names(variations.iter().map(|value| style.code(&short(value))).collect())
    }

    /// The value of an answer, or the reason for the caller's default.
    pub(crate) fn get(&self, served: ServedAnswer) -> &str {
        match served {
            ServedAnswer::Variation(index) => {
                self.0.get(index as usize).map_or("default", |name| name)
            }
            ServedAnswer::Default => "default",
            ServedAnswer::Error => "error",
            ServedAnswer::Missing => "no flag",
        }
    }
}

/// The answers of a flag before and after.
struct Pairs {
    style: Style,
    before: Names,
    after: Names,
}

impl Pairs {
    fn of(flag: &FlagImpact, style: Style) -> Pairs {
        Pairs {
            style,
            before: Names::of(&flag.variations_before, style),
            after: Names::of(&flag.variations_after, style),
        }
    }

    fn arrow(&self, from: ServedAnswer, to: ServedAnswer) -> String {
        format!("{} → {}", self.before.get(from), self.after.get(to))
    }
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

/// Text as it is, or as code in Markdown or in a cell of one of its tables.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Style {
    Text,
    Markdown,
    Cell,
}

impl Style {
    fn code(self, text: &str) -> String {
        match self {
            Style::Text => format!("`{}`", printable(text)),
            Style::Markdown => code_span(text),
            Style::Cell => cell_code(text),
        }
    }

    /// A name from a document or a context, or a word of this report.
    fn name(self, (text, is_value): (String, bool)) -> String {
        if is_value { self.code(&text) } else { text }
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
    pub fn complaints(&self, bound: Percentage) -> Vec<String> {
        let complaint = |(flag, share): (&FlagImpact, Option<f64>)| {
            let key = printable(&flag.key);
            match share {
                Some(share) => {
                    format!("`{key}`: {} change, more than {bound}", percent(share))
                }
                None => format!(
                    "`{key}`: the share depends on attributes, and may be more than {bound}; pass --contexts"
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
            for line in flag.notes(&Pairs::of(flag, Style::Markdown)) {
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
            let pairs = Pairs::of(flag, Style::Text);
            for each in flag.moves.iter().filter(|each| each.changed) {
                let arrow = pairs.arrow(each.from, each.to);
                write!(f, "  {arrow}: {}", part(each.count, self.contexts))?;
                let sample = each.sample.iter().map(|key| printable(key).to_string());
                let sample: Vec<String> = sample.collect();
                if !sample.is_empty() {
                    write!(f, ", such as {}", sample.join(", "))?;
                }
                writeln!(f)?;
            }
            for line in flag.notes(&pairs) {
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

    /// The table of values before and after.
    fn matrix(&self, impact: &Impact, text: &mut String) {
        let _ = writeln!(
            text,
            "| before | after | contexts | share | such as |\n|---|---|--:|--:|---|"
        );
        let pairs = Pairs::of(self, Style::Cell);
        for each in &self.moves {
            let sample: Vec<String> = match each.changed {
                true => each.sample.iter().map(|key| cell_code(key)).collect(),
                false => vec!["unchanged".to_owned()],
            };
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                pairs.before.get(each.from),
                pairs.after.get(each.to),
                count(each.count),
                percent(share(each.count, impact.contexts)),
                sample.join(", "),
            );
        }
        let _ = writeln!(text);
    }

    fn markdown_groups(&self, index: usize, by: &super::GroupedBy, text: &mut String) {
        let heading = cell_code(&by.attribute);
        let _ = writeln!(text, "\n| {heading} | contexts | change | share |\n|---|--:|--:|--:|");
        for (position, (name, contexts)) in by.groups.iter().enumerate().take(GROUPS) {
            let changed = self.changed_in(index, position);
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} |",
                Style::Cell.name(group(name)),
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
    fn notes(&self, pairs: &Pairs) -> Vec<String> {
        let mut lines: Vec<String> =
            self.foreseen.iter().map(|each| foreseen_line(each, pairs)).collect();
        if lines.is_empty() {
            lines.push("only reasons can change".to_owned());
        }
        if self.without_big_segments > 0 {
            let contexts = count(self.without_big_segments);
            lines.push(format!("big segments are unknown here; {contexts} contexts need them"));
        }
        lines
    }
}

fn foreseen_line(change: &ForeseenChange, pairs: &Pairs) -> String {
    let style = pairs.style;
    let (from, to) = (change.from.to_string(), change.to.to_string());
    let place = match from == to {
        true => style.code(&to),
        false => format!("{} → {}", style.code(&from), style.code(&to)),
    };
    let shares = match &change.shares {
        Foreseen::Attributes(because) => {
            let because = match style {
                Style::Text => because.to_string(),
                Style::Markdown | Style::Cell => because.0.to_markdown(),
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
        format!("{} of {of} {}", percent(share.share()), pairs.arrow(share.from, share.to))
    });
    let mut line = format!("exact: {place}: {}", moves.collect::<Vec<_>>().join(", "));
    if let Some((from, to)) = change.without_kind {
        let _ = write!(line, "; every context without this kind {}", pairs.arrow(from, to));
    }
    line
}
