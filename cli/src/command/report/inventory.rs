//! `isoflag inventory`: shows the flags of all environments.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use clap::Args;
use isoflag_tools::{Attention, FlagOn, Inventory, InventoryDocument, InventoryRow, LastEvaluated};

use super::review::ReviewArguments;
use crate::clock::{ago, date, span_of_days};
use crate::console::Console;
use crate::input::Input;
use crate::inventory_page;
use crate::outcome::{Failure, Outcome};
use crate::replacement::replace;
use crate::table::{Cell, Table};

/// The number of characters of a value that are shown.
const SHOWN: usize = 24;

/// Show the flags of all environments and accounts in one view, by owner
///
/// `isoflag inventory dev=dev.json production=prod.json --activity production=counts.json` lists
/// the served values of each flag with their percentages, its owner, its age, and its last
/// evaluation. With `--since DATE` it prints the review that `isoflag retire` prints: the flags that
/// moved since that date, those that are due within the given weeks, and those that can go.
#[derive(Args)]
#[command(mut_arg("weeks", |weeks| weeks.requires("since")))]
#[command(mut_arg("history", |history| history.requires("since")))]
#[command(mut_arg("code", |code| code.requires("since")))]
pub(crate) struct Arguments {
    #[command(flatten)]
    review: ReviewArguments,

    /// Write one self-contained HTML page (`-` for stdout)
    #[arg(long, value_name = "FILE")]
    html: Option<String>,
}

pub(crate) fn run(
    arguments: &Arguments,
    input: &mut Input,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let Arguments { review, html } = arguments;
    let evidence = review.read(input)?;
    if let Some(outcome) = review.print_review(&evidence, html.as_deref(), console)? {
        return Ok(outcome);
    }
    let documents = &evidence.documents;
    let activities: Vec<_> =
        documents.iter().map(|document| evidence.activity.of(&document.label)).collect();
    let documents =
        documents.iter().zip(&activities).map(|(document, activity)| InventoryDocument {
            label: &document.label,
            flags: &document.flags,
            activity: activity.as_ref(),
        });
    let inventory = Inventory::of(&documents.collect::<Vec<_>>(), evidence.now);
    match html.as_deref() {
        Some("-") => {
            return console.source(&inventory_page::page(&inventory)?).map(|()| Outcome::Fine);
        }
        Some(file) => replace(file, inventory_page::page(&inventory)?.as_bytes())?,
        None => {}
    }
    if review.format.json {
        console.line(inventory.to_value())?;
    } else if html.is_none() {
        print(&inventory, console)?;
    }
    Ok(Outcome::Fine)
}

fn print(inventory: &Inventory, console: &mut Console) -> Result<(), Failure> {
    // Rows without an owner are last.
    let mut by_owner: BTreeMap<(bool, &str), Vec<&InventoryRow>> = BTreeMap::new();
    for row in inventory.rows() {
        let owner = row.owner.as_deref();
        by_owner.entry((owner.is_none(), owner.unwrap_or("no owner"))).or_default().push(row);
    }
    let headings =
        ["FLAG", "ENVIRONMENT", "STATE", "SERVES", "STATUS", "AGE", "EVALUATED", "ATTENTION"];
    let mut table = Table::new(&headings);
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    for ((is_missing, owner), rows) in by_owner {
        table.row(Vec::new());
        let style = if is_missing { AnsiColor::Yellow.on_default() } else { bold };
        table.row(vec![Cell::new(owner).styled(style)]);
        let mut before = "";
        for row in rows {
            // A key is shown once.
            let key = if *row.key == *before { "" } else { &*row.key };
            before = &row.key;
            table.row(vec![
                Cell::new(format!("  {key}")),
                Cell::new(&*row.environment),
                state(row),
                Cell::new(serves(row)),
                row.status.map_or(unknown(), |status| Cell::new(status.as_str())),
                row.age_days.map_or(unknown(), |days| Cell::new(span_of_days(days))),
                evaluated(row, inventory.now()),
                attention(row),
            ]);
        }
    }
    console.table(&table)?;
    console.line("")?;
    let environments = inventory.environments().len();
    let counts = Attention::ALL.map(|each| (each.as_str(), inventory.attention_count(each)));
    let counts: Vec<String> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let flags = inventory.flag_count();
    let mut summary = format!(
        "{flags} flag{} in {environments} environment{}, {}",
        plural(flags),
        plural(environments),
        date(inventory.now())
    );
    if !counts.is_empty() {
        summary = format!("{summary}: {}", counts.join(", "));
    }
    console.cells(&[Cell::new(summary).styled(dim)])
}

fn unknown() -> Cell {
    Cell::new("unknown").styled(Style::new().dimmed())
}

fn state(row: &InventoryRow) -> Cell {
    let style = match row.state {
        FlagOn::On => AnsiColor::Green.on_default(),
        FlagOn::Off => Style::new().dimmed(),
        FlagOn::Malformed => AnsiColor::Red.on_default(),
    };
    Cell::new(row.state.as_str()).styled(style)
}

fn serves(row: &InventoryRow) -> String {
    let one = |value: &isoflag::Value| {
        let whole = value.to_string();
        let mut text: String = whole.chars().take(SHOWN).collect();
        if text.len() < whole.len() {
            text.push('…');
        }
        text
    };
    let mut parts: Vec<String> = row
        .served
        .iter()
        .map(|each| match (each.percent > 0.0, each.otherwise) {
            (true, _) if row.served.len() == 1 && !row.serves_default && !row.can_fail => {
                one(&each.value)
            }
            (true, false) => format!("{} {}%", one(&each.value), each.percent),
            (true, true) => format!("{} {}%+", one(&each.value), each.percent),
            (false, _) => format!("{} by rules", one(&each.value)),
        })
        .collect();
    parts.extend(row.serves_default.then(|| "the default in the code".to_owned()));
    parts.extend(row.can_fail.then(|| "an error".to_owned()));
    parts.join(", ")
}

fn evaluated(row: &InventoryRow, now: f64) -> Cell {
    match row.last_evaluated {
        LastEvaluated::Unknown => unknown(),
        LastEvaluated::NotBetween(from, _) => {
            Cell::new(format!("not since {}", date(from / 1000.0)))
                .styled(AnsiColor::Yellow.on_default())
        }
        LastEvaluated::Seen(seen) => Cell::new(ago(now, seen.last_ms / 1000.0)),
    }
}

fn attention(row: &InventoryRow) -> Cell {
    let names: Vec<&str> = row.attention.iter().map(|each| each.as_str()).collect();
    let bad = [Attention::Findings, Attention::Overdue];
    let style = if row.attention.iter().any(|each| bad.contains(each)) {
        AnsiColor::Red.on_default()
    } else {
        AnsiColor::Yellow.on_default()
    };
    Cell::new(names.join(", ")).styled(style)
}
