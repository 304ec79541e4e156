//! Formats the cells of a row.

use std::fmt::{self, Write};

use isoflag::Value;
use isoflag_tools::{
    Attention, FlagOn, Inventory, InventoryRow, LastEvaluated, ServedValue, Status,
};

use super::escape::escaped;
use crate::calendar::{ago, date, date_and_time, span_of_days};

/// The number of characters of a value that are shown; the title contains the rest.
const SHOWN: usize = 60;

pub(super) struct Cells<'i> {
    pub(super) inventory: &'i Inventory,
    pub(super) row: &'i InventoryRow,
}

impl Cells<'_> {
    /// The text that a search matches, in lower case.
    pub(super) fn searched(&self) -> String {
        let row = self.row;
        let mut text = format!("{} {} {}", row.key, row.environment, row.state.as_str());
        let own = [&row.description, &row.owner, &row.stakeholder];
        for part in own.into_iter().flatten() {
            let _ = write!(text, " {part}");
        }
        for served in &row.served {
            let _ = write!(text, " {}", served.value);
        }
        for attention in &row.attention {
            let _ = write!(text, " {}", words(self, *attention));
        }
        if let Some(status) = row.status {
            let _ = write!(text, " {status}");
        }
        text.to_lowercase()
    }

    pub(super) fn write(&self, html: &mut String) -> fmt::Result {
        self.flag(html)?;
        self.environment(html)?;
        self.state(html)?;
        self.serves(html)?;
        self.owner(html)?;
        self.status(html)?;
        self.age(html)?;
        self.last_evaluated(html)?;
        self.version(html)
    }

    fn flag(&self, html: &mut String) -> fmt::Result {
        let key = escaped(&self.row.key);
        write!(
            html,
            "<th scope=\"row\" class=\"flag\" data-sort=\"{key}\"><div class=\"name\"><span class=\"key\">{key}</span>"
        )?;
        if let Some(description) = self.row.description.as_deref() {
            write!(html, "<span class=\"description\">{}</span>", escaped(description))?;
        }
        html.write_str("</div>")?;
        if !self.row.attention.is_empty() {
            html.write_str("<ul class=\"notes\">")?;
            for attention in &self.row.attention {
                let (name, words) = (attention.as_str(), words(self, *attention));
                write!(html, "<li class=\"{name}\">{words}</li>")?;
            }
            html.write_str("</ul>")?;
        }
        html.write_str("</th>\n")
    }

    fn environment(&self, html: &mut String) -> fmt::Result {
        let row = self.row;
        let labels = self.inventory.environments().iter();
        let place = labels.map(|each| &each.label).position(|label| *label == row.environment);
        let place = place.unwrap_or_default();
        let label = escaped(&row.environment);
        writeln!(html, "<td data-label=\"Environment\" data-sort=\"{place}\">{label}</td>")
    }

    fn state(&self, html: &mut String) -> fmt::Result {
        let state = self.row.state.as_str();
        let words = match self.row.state {
            FlagOn::On => "On",
            FlagOn::Off => "Off",
            FlagOn::Malformed => "Broken",
        };
        writeln!(
            html,
            "<td data-label=\"State\" data-sort=\"{state}\"><span class=\"state {state}\">{words}</span></td>"
        )
    }

    /// Sorted by the largest share.
    fn serves(&self, html: &mut String) -> fmt::Result {
        let row = self.row;
        let largest = row.served.iter().map(|each| each.percent).fold(0.0, f64::max);
        write!(html, "<td class=\"serves\" data-label=\"Serves\" data-sort=\"{largest}\">")?;
        let shared: Vec<&ServedValue> =
            row.served.iter().filter(|each| each.percent > 0.0).collect();
        if shared.len() > 1 {
            html.write_str(
                "<svg class=\"bar\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
            )?;
            let mut from = 0.0;
            for each in &shared {
                let (class, percent) = (colour(each), each.percent);
                write!(
                    html,
                    "<rect class=\"{class}\" x=\"{from}\" width=\"{percent}\" height=\"6\"/>"
                )?;
                from += percent;
            }
            html.write_str("</svg>")?;
        }
        html.write_str("<ul class=\"served\">")?;
        for each in &row.served {
            let whole = each.value.to_string();
            let mut text: String = whole.chars().take(SHOWN).collect();
            if text.len() < whole.len() {
                text.push('…');
            }
            let share = match (each.percent > 0.0, each.otherwise) {
                (true, true) => format!("{} % and by rules", each.percent),
                (true, false) if row.constant => "to all".to_owned(),
                (true, false) => format!("{} %", each.percent),
                (false, _) => "by rules".to_owned(),
            };
            write!(
                html,
                "<li><svg width=\"9\" height=\"9\" aria-hidden=\"true\"><rect class=\"{}\" width=\"9\" \
                 height=\"9\" rx=\"2\"/></svg><code title=\"{}\">{}</code> <small>{share}</small></li>",
                colour(each),
                escaped(&whole),
                escaped(&text)
            )?;
        }
        if row.serves_default {
            html.write_str("<li class=\"unknown\">the default in the code</li>")?;
        }
        if row.can_fail {
            html.write_str("<li class=\"unknown\">can fail</li>")?;
        }
        html.write_str("</ul></td>\n")
    }

    fn owner(&self, html: &mut String) -> fmt::Result {
        let owner = self.row.owner.as_deref().unwrap_or_default();
        write!(html, "<td data-label=\"Owner\" data-sort=\"{}\">", escaped(owner))?;
        match owner {
            "" => html.write_str("<span class=\"unknown\">nobody</span>")?,
            owner => write!(html, "{}", escaped(owner))?,
        }
        if let Some(stakeholder) = self.row.stakeholder.as_deref() {
            write!(html, "<small>for {}</small>", escaped(stakeholder))?;
        }
        html.write_str("</td>\n")
    }

    fn status(&self, html: &mut String) -> fmt::Result {
        let status = self.row.status;
        let place = Status::ALL.iter().position(|each| Some(*each) == status);
        let place = place.map(|place| place.to_string()).unwrap_or_default();
        write!(html, "<td class=\"nowrap\" data-label=\"Status\" data-sort=\"{place}\">")?;
        match status {
            Some(status) => html.write_str(status.as_str())?,
            None => html.write_str("<span class=\"unknown\">unknown</span>")?,
        }
        if let Some(cleanup) = self.row.cleanup {
            let late = self.row.attention.contains(&Attention::Overdue);
            let class = if late { " class=\"late\"" } else { "" };
            write!(html, "<small{class}>remove by {}</small>", date(cleanup))?;
        }
        html.write_str("</td>\n")
    }

    fn age(&self, html: &mut String) -> fmt::Result {
        match (self.row.age_days, self.row.created) {
            (Some(days), Some(created)) => writeln!(
                html,
                "<td class=\"nowrap\" data-label=\"Age\" data-sort=\"{days}\" title=\"created {}\">{}</td>",
                date(created),
                span_of_days(days)
            ),
            _ => html.write_str(
                "<td data-label=\"Age\" data-sort=\"\"><span class=\"unknown\">unknown</span></td>\n",
            ),
        }
    }

    fn last_evaluated(&self, html: &mut String) -> fmt::Result {
        let (sort, title, shown) = match self.row.last_evaluated {
            LastEvaluated::Unknown => {
                (String::new(), String::new(), "<span class=\"unknown\">unknown</span>".to_owned())
            }
            LastEvaluated::NotBetween(from, until) => {
                let (from, until) = (date(from / 1000.0), date(until / 1000.0));
                (
                    "0".to_owned(),
                    format!("not once from {from} to {until}"),
                    format!("never<small>since {from}</small>"),
                )
            }
            LastEvaluated::Seen(seen) => {
                let last = seen.last_ms / 1000.0;
                let times = seen.evaluations;
                (
                    seen.last_ms.to_string(),
                    date_and_time(last),
                    format!(
                        "{}<small>{} times</small>",
                        ago(self.inventory.now(), last),
                        grouped(times)
                    ),
                )
            }
        };
        writeln!(
            html,
            "<td class=\"nowrap\" data-label=\"Last evaluated\" data-sort=\"{sort}\" title=\"{title}\">{shown}</td>"
        )
    }

    fn version(&self, html: &mut String) -> fmt::Result {
        let version = self.row.version.map(|version| version.to_string()).unwrap_or_default();
        writeln!(
            html,
            "<td class=\"number\" data-label=\"Version\" data-sort=\"{version}\">{version}</td>"
        )
    }
}

/// The reason to review a row, in a few words.
fn words(cells: &Cells<'_>, attention: Attention) -> String {
    let row = cells.row;
    let plural = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        count => Some(format!("{count} {what}s")),
    };
    match attention {
        Attention::Findings => {
            let found = [plural(row.errors, "error"), plural(row.warnings, "warning")];
            let found: Vec<String> = found.into_iter().flatten().collect();
            if found.is_empty() { "broken".to_owned() } else { found.join(", ") }
        }
        Attention::NoOwner => "no owner".to_owned(),
        Attention::Overdue => "removal overdue".to_owned(),
        Attention::OneValue => "one value".to_owned(),
        Attention::NotEvaluated => "not evaluated".to_owned(),
    }
}

/// The colour of a value: booleans have their own.
fn colour(served: &ServedValue) -> String {
    match served.value {
        Value::Bool(true) => "c-true".to_owned(),
        Value::Bool(false) => "c-false".to_owned(),
        _ => format!("c-{}", served.variation % 6),
    }
}

/// A count with thin spaces between thousands.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}
