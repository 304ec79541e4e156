//! `isoflag retire`: reports which flags can be removed.

use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use clap::Args;
use isoflag::{Object, Value};
use isoflag_tools::{
    JointRetirement, LastEvaluated, Retirement, RetirementRule, Since, Ternary, Verdict,
};

use super::review::ReviewArguments;
use crate::call_sites::CallSites;
use crate::clock::{ago, date};
use crate::command::object;
use crate::console::Console;
use crate::input::Input;
use crate::outcome::{Failure, Outcome};
use crate::table::{Cell, Table};

/// The number of call sites of a flag that text output lists.
const LISTED: usize = 5;

/// Report which flags can be removed, and which evidence is missing for the others
///
/// A flag can be removed once everybody has had one value for some weeks, its answers have not
/// changed for as long, and its `lifecycle` states that the `feedback` is `"good"`, that there are
/// 0 `openIssues`, and that `changePlanned` and `needed` are `false`. Once the code no longer names
/// it and it is not evaluated, it can be deleted. Missing evidence is reported as unknown and never
/// counts as yes.
///
/// With several documents a flag gets the least actionable verdict of all, and one that serves another
/// value in each is kept. `--since DATE` prints the review for a meeting: the flags that moved since
/// that date, those that are due within the given weeks, and those that can go.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    review: ReviewArguments,

    /// Write the review as one self-contained HTML page (`-` for stdout)
    #[arg(long, value_name = "FILE", requires = "since")]
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
    let mut found = evidence.retirements(review.weeks);
    found.sort_by_key(|flag| flag.verdict);
    let is_single = evidence.documents.len() == 1;
    let (sites, now) = (evidence.sites.as_ref(), evidence.now);
    if review.format.json {
        print_json(&found, sites, is_single, review.weeks, now, console)?;
    } else {
        print(&found, sites, is_single, now, console)?;
    }
    Ok(Outcome::Fine)
}

fn print_json(
    found: &[JointRetirement],
    sites: Option<&CallSites>,
    is_single: bool,
    weeks: f64,
    now: f64,
    console: &mut Console,
) -> Result<(), Failure> {
    let flags = found.iter().map(|flag| {
        let value = match flag.environments.as_slice() {
            [(_, only)] if is_single => only.to_value(),
            _ => flag.to_value(),
        };
        let mut members: Vec<(Arc<str>, Value)> = value
            .as_object()
            .into_iter()
            .flat_map(Object::iter)
            .map(|(name, value)| (Arc::clone(name), value.clone()))
            .collect();
        if let Some(calls) = sites.and_then(|sites| sites.get(&*flag.key)) {
            let calls = calls.iter().map(|call| Value::from(call.as_str())).collect();
            members.push((Arc::from("calledAt"), calls));
        }
        Value::Object(Object::from_members(members))
    });
    console.line(object([
        ("now", Value::from(now)),
        ("weeks", Value::from(weeks)),
        ("flags", flags.collect()),
    ]))
}

fn print(
    found: &[JointRetirement],
    sites: Option<&CallSites>,
    is_single: bool,
    now: f64,
    console: &mut Console,
) -> Result<(), Failure> {
    let mut headings = vec![
        "FLAG",
        "ENVIRONMENT",
        "OWNER",
        "SERVES ALL",
        "SINCE",
        "STABLE SINCE",
        "FEEDBACK",
        "NO PLANS",
        "NO NEED",
        "EVALUATED",
        "CALLS",
    ];
    if is_single {
        headings.remove(1);
    }
    let mut table = Table::new(&headings);
    for verdict in Verdict::ALL {
        let of_verdict: Vec<_> = found.iter().filter(|flag| flag.verdict == verdict).collect();
        if of_verdict.is_empty() {
            continue;
        }
        let (words, style) = match verdict {
            Verdict::Delete => ("delete: neither named nor used", AnsiColor::Green.on_default()),
            Verdict::Remove => ("remove from the code", AnsiColor::Green.on_default()),
            Verdict::Safety => ("in the safety period", AnsiColor::Cyan.on_default()),
            Verdict::Ask => ("ask: evidence is missing", AnsiColor::Yellow.on_default()),
            Verdict::Keep => ("keep", Style::new().bold()),
        };
        table.row(Vec::new());
        table.row(vec![Cell::new(words).styled(style.bold())]);
        for flag in of_verdict {
            for (index, (environment, retirement)) in flag.environments.iter().enumerate() {
                let mut cells = row(retirement, now);
                if !is_single {
                    if index > 0 && retirement.safety_until.is_none() {
                        // A key is shown once.
                        cells.splice(..1, [Cell::default()]);
                    }
                    cells.insert(1, Cell::new(&**environment));
                }
                table.row(cells);
            }
        }
    }
    console.table(&table)?;
    let Some(sites) = sites else { return Ok(()) };
    let warning = AnsiColor::Yellow.on_default().bold();
    for (key, calls) in sites.iter().filter(|(_, calls)| calls.len() > 1) {
        let listed: Vec<&str> = calls.iter().take(LISTED).map(String::as_str).collect();
        let more = match calls.len().saturating_sub(LISTED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!(
            ": `{key}` is evaluated in {} places; evaluate it in one: {}{more}",
            calls.len(),
            listed.join(", ")
        );
        console.line("")?;
        console.cells(&[Cell::new("warning").styled(warning), Cell::new(message)])?;
    }
    Ok(())
}

fn row(flag: &Retirement, now: f64) -> Vec<Cell> {
    let dim = Style::new().dimmed();
    let unknown = || Cell::new("unknown").styled(dim);
    let since = |since: Option<Since>, rule| match since {
        None => unknown(),
        Some(since) => {
            let day = date(since.moment);
            let text = if since.exact { day } else { format!("{day} or before") };
            Cell::new(text).styled(style(flag.rule(rule)))
        }
    };
    let cell = |rule: RetirementRule| match flag.rule(rule) {
        Ternary::Unknown => unknown(),
        answer => Cell::new(answer.as_str()).styled(style(answer)),
    };
    let serves = match (&flag.value, flag.serves_default) {
        (Some(value), _) => {
            let whole = value.to_string();
            let mut text: String = whole.chars().take(20).collect();
            if text.len() < whole.len() {
                text.push('…');
            }
            Cell::new(text)
        }
        (None, true) => Cell::new("the default"),
        (None, false) => Cell::new("no").styled(style(Ternary::No)),
    };
    let constant = match (&flag.value, flag.serves_default) {
        (None, false) => Cell::default(),
        _ => since(flag.constant_since, RetirementRule::Constant),
    };
    let evaluated = match flag.last_evaluated {
        LastEvaluated::Unknown => unknown(),
        LastEvaluated::NotBetween(from, _) => {
            Cell::new(format!("not since {}", date(from / 1000.0)))
                .styled(style(flag.rule(RetirementRule::Unused)))
        }
        LastEvaluated::Seen(seen) => Cell::new(ago(now, seen.last_ms / 1000.0)),
    };
    let calls = match flag.call_sites {
        None => unknown(),
        Some(0) => Cell::new("none"),
        Some(1) => Cell::new("one"),
        Some(many) => Cell::new(many.to_string()).styled(AnsiColor::Yellow.on_default()),
    };
    let key = match flag.safety_until {
        Some(until) => format!("  {} until {}", flag.key, date(until)),
        None => format!("  {}", flag.key),
    };
    vec![
        Cell::new(key),
        flag.owner.as_deref().map_or_else(unknown, Cell::new),
        serves,
        constant,
        since(flag.stable_since, RetirementRule::Stable),
        cell(RetirementRule::Feedback),
        cell(RetirementRule::Plans),
        cell(RetirementRule::Need),
        evaluated,
        calls,
    ]
}

fn style(answer: Ternary) -> Style {
    match answer {
        Ternary::Yes => AnsiColor::Green.on_default(),
        Ternary::No => AnsiColor::Red.on_default(),
        Ternary::Unknown => Style::new().dimmed(),
    }
}
