//! The texts in the cells of a row.

use std::fmt::Write;

use isoflag::Value;
use isoflag_tools::{
    Attention, FlagOn, Inventory, InventoryRow, LastEvaluated, ServedValue, Status,
};

use crate::clock::{ago, date, date_and_time, span_of_days};

/// The number of characters of a value that are shown; the title contains the rest.
const SHOWN: usize = 60;

pub(super) struct Cells<'i> {
    pub(super) inventory: &'i Inventory,
    pub(super) row: &'i InventoryRow,
}

/// A value that a flag serves, and its share of the contexts.
pub(super) struct Served {
    pub(super) colour: String,
    pub(super) value: String,
    pub(super) shown: String,
    pub(super) share: String,
}

/// The bar of a value in the picture of the shares.
pub(super) struct Bar {
    pub(super) colour: String,
    pub(super) from: f64,
    pub(super) width: f64,
}

pub(super) struct Age {
    pub(super) days: i64,
    pub(super) created: String,
    pub(super) shown: String,
}

pub(super) struct LastSeen {
    /// The number by which the column is sorted.
    pub(super) sort: String,
    pub(super) title: String,
    pub(super) shown: String,
    pub(super) note: String,
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
            let _ = write!(text, " {}", self.words(attention));
        }
        if let Some(status) = row.status {
            let _ = write!(text, " {status}");
        }
        text.to_lowercase()
    }

    pub(super) fn owner(&self) -> &str {
        self.row.owner.as_deref().unwrap_or_default()
    }

    pub(super) fn attention(&self) -> String {
        let names: Vec<&str> = self.row.attention.iter().map(|each| each.as_str()).collect();
        names.join(" ")
    }

    pub(super) fn environment_index(&self) -> usize {
        let labels = self.inventory.environments().iter().map(|each| &each.label);
        labels.into_iter().position(|label| *label == self.row.environment).unwrap_or_default()
    }

    pub(super) fn state(&self) -> &'static str {
        match self.row.state {
            FlagOn::On => "On",
            FlagOn::Off => "Off",
            FlagOn::Malformed => "Broken",
        }
    }

    pub(super) fn largest_share(&self) -> f64 {
        self.row.served.iter().map(|each| each.percent).fold(0.0, f64::max)
    }

    pub(super) fn bars(&self) -> Vec<Bar> {
        let mut from = 0.0;
        let shared = self.row.served.iter().filter(|each| each.percent > 0.0);
        let bars = shared.map(|each| {
            let bar = Bar { colour: colour(each), from, width: each.percent };
            from += each.percent;
            bar
        });
        bars.collect()
    }

    pub(super) fn served(&self) -> impl Iterator<Item = Served> {
        self.row.served.iter().map(|each| {
            let value = each.value.to_string();
            let mut shown: String = value.chars().take(SHOWN).collect();
            if shown.len() < value.len() {
                shown.push('…');
            }
            let share = match (each.percent > 0.0, each.otherwise) {
                (true, true) => format!("{} % and by rules", each.percent),
                (true, false) if self.row.constant => "to all".to_owned(),
                (true, false) => format!("{} %", each.percent),
                (false, _) => "by rules".to_owned(),
            };
            Served { colour: colour(each), value, shown, share }
        })
    }

    pub(super) fn status(&self) -> &'static str {
        self.row.status.map(Status::as_str).unwrap_or_default()
    }

    pub(super) fn status_index(&self) -> String {
        let index = Status::ALL.iter().position(|each| Some(*each) == self.row.status);
        index.map(|index| index.to_string()).unwrap_or_default()
    }

    /// The day by which the flag should be removed.
    pub(super) fn removal(&self) -> Option<String> {
        self.row.cleanup.map(date)
    }

    pub(super) fn is_overdue(&self) -> bool {
        self.row.attention.contains(&Attention::Overdue)
    }

    pub(super) fn age(&self) -> Option<Age> {
        let (days, created) = (self.row.age_days?, date(self.row.created?));
        Some(Age { days, created, shown: span_of_days(days) })
    }

    pub(super) fn last_evaluated(&self) -> Option<LastSeen> {
        match self.row.last_evaluated {
            LastEvaluated::Unknown => None,
            LastEvaluated::NotBetween(from, until) => {
                let (from, until) = (date(from / 1000.0), date(until / 1000.0));
                Some(LastSeen {
                    sort: "0".to_owned(),
                    title: format!("not once from {from} to {until}"),
                    shown: "never".to_owned(),
                    note: format!("since {from}"),
                })
            }
            LastEvaluated::Seen(seen) => {
                let last = seen.last_ms / 1000.0;
                Some(LastSeen {
                    sort: seen.last_ms.to_string(),
                    title: date_and_time(last),
                    shown: ago(self.inventory.now(), last),
                    note: format!("{} times", grouped(seen.evaluations)),
                })
            }
        }
    }

    pub(super) fn version(&self) -> String {
        self.row.version.map(|version| version.to_string()).unwrap_or_default()
    }

    /// The reason to review a row, in a few words.
    pub(super) fn words(&self, attention: &Attention) -> String {
        let row = self.row;
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
