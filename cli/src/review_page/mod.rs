//! Writes a review as Markdown for an issue or a chat, and as one self-contained HTML page.

use std::fmt::Write;

use askama::Template;
use isoflag_tools::{Due, DueReason, JointRetirement, Moved, Review, Verdict, cell_code};

use crate::clock::date;
use crate::outcome::Failure;

const STYLE: &str = include_str!("review.css");

/// Returns the page.
///
/// # Errors
///
/// If the template fails.
pub(crate) fn page(review: &Review) -> Result<String, Failure> {
    let page = Page { review, style: STYLE };
    // The last line break of a template is not part of it.
    let page = page.render().map(|page| page + "\n");
    page.map_err(|error| Failure::message(format!("cannot make the page: {error}")))
}

/// Returns the review as Markdown: texts of documents are code, which they cannot leave.
pub(crate) fn markdown(review: &Review) -> String {
    let page = Page { review, style: STYLE };
    let mut text = format!("## Flag review, {} to {}\n", page.since(), page.today());
    for section in page.sections() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n### {}\n", section.title);
        if section.rows.is_empty() {
            let _ = writeln!(text, "{}", section.none);
            continue;
        }
        let _ = writeln!(text, "| {} |", section.headings.join(" | "));
        let _ = writeln!(text, "|{}", "---|".repeat(section.headings.len()));
        for row in &section.rows {
            let cell = |lines: &Vec<String>| {
                let lines: Vec<String> = lines.iter().map(|line| cell_code(line)).collect();
                lines.join("<br>")
            };
            let cells: Vec<String> = row.cells.iter().map(cell).collect();
            let mark = if row.late { " ⚠" } else { "" };
            let _ = writeln!(text, "| {}{mark} | {} |", cell_code(&row.key), cells.join(" | "));
        }
    }
    let _ = writeln!(text, "\n{}", page.remaining());
    text
}

/// The data of the template, which escapes each text except the page's own style.
#[derive(Template)]
#[template(path = "review.html")]
struct Page<'r> {
    review: &'r Review,
    style: &'static str,
}

/// A table of a review.
struct Section {
    title: String,
    none: &'static str,
    headings: Vec<&'static str>,
    rows: Vec<Row>,
}

/// A flag, and the lines of each other cell.
struct Row {
    key: String,
    late: bool,
    cells: Vec<Vec<String>>,
}

fn owner(owner: Option<&str>) -> Vec<String> {
    vec![owner.unwrap_or("nobody").to_owned()]
}

impl Page<'_> {
    fn since(&self) -> String {
        date(self.review.period.since)
    }

    fn today(&self) -> String {
        date(self.review.period.now)
    }

    fn until(&self) -> String {
        date(self.review.period.until)
    }

    fn sections(&self) -> [Section; 3] {
        [
            Section {
                title: format!("Moved since {}", self.since()),
                none: "No flag moved.",
                headings: vec!["Flag", "Environment", "Owner", "Change"],
                rows: self.review.moved.iter().map(moved).collect(),
            },
            Section {
                title: format!("Due by {}", self.until()),
                none: "No flag is due.",
                headings: vec!["Flag", "Environment", "Owner", "Due"],
                rows: self.review.due.iter().map(due).collect(),
            },
            Section {
                title: "Can go".to_owned(),
                none: "No flag can be removed yet.",
                headings: vec!["Flag", "Owner", "Next step", "Serves"],
                rows: self.review.retirements.iter().filter_map(removable).collect(),
            },
        ]
    }

    /// The number of flags that cannot be removed, by reason.
    fn remaining(&self) -> String {
        let count =
            |verdict| self.review.retirements.iter().filter(|flag| flag.verdict == verdict).count();
        format!(
            "Others: {} in the safety period, {} with missing evidence, {} to keep.",
            count(Verdict::Safety),
            count(Verdict::Ask),
            count(Verdict::Keep)
        )
    }
}

fn moved(flag: &Moved) -> Row {
    let answers = if flag.answers { "; answers can differ" } else { "" };
    let mut change = vec![format!("{}{answers}", flag.movement.as_str())];
    change.extend(flag.words.iter().cloned());
    Row {
        key: flag.key.to_string(),
        late: false,
        cells: vec![vec![flag.environment.to_string()], owner(flag.owner.as_deref()), change],
    }
}

fn due(flag: &Due) -> Row {
    let day = date(flag.moment);
    let words = match flag.reason {
        DueReason::Cleanup if flag.overdue => format!("should have been removed by {day}"),
        DueReason::Cleanup => format!("remove by {day}"),
        DueReason::Release => format!("may be turned on from {day}"),
    };
    Row {
        key: flag.key.to_string(),
        late: flag.overdue,
        cells: vec![vec![flag.environment.to_string()], owner(flag.owner.as_deref()), vec![words]],
    }
}

fn removable(flag: &JointRetirement) -> Option<Row> {
    let step = match flag.verdict {
        Verdict::Delete => "delete it from the documents",
        Verdict::Remove => "remove it from the code",
        _ => return None,
    };
    let serves = flag.environments.iter().map(|(label, retirement)| {
        let value = retirement.value.as_ref().map(ToString::to_string);
        format!("{label}: {}", value.unwrap_or_else(|| "the default in the code".to_owned()))
    });
    Some(Row {
        key: flag.key.to_string(),
        late: false,
        cells: vec![owner(flag.owner.as_deref()), vec![step.to_owned()], serves.collect()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use isoflag::Flags;
    use isoflag_tools::{ReviewDocument, ReviewPeriod};

    fn review_of(text: &str) -> Review {
        let quoted = isoflag::Value::from(text).to_string();
        let document = format!(
            r#"{{"flags": {{{quoted}: {{"lifecycle": {{"owner": {quoted}, "cleanupTimestamp": 5, "createdTimestamp": 9}}}}}}}}"#
        );
        let flags = Flags::from_json(document.as_bytes()).unwrap();
        let document = ReviewDocument { label: text, flags: &flags, history: &[] };
        let period = ReviewPeriod { since: 0.0, now: 10.0, until: 20.0 };
        Review::of(&[document], &period, Vec::new())
    }

    #[test]
    fn a_document_cannot_leave_its_cells() {
        let review = review_of("</td><img src=x>\" onload='a' |`\n|\n::error::x");
        let page = page(&review).unwrap();
        assert!(!page.contains("<img") && !page.contains("onload='") && !page.contains("\n::"));
        let markdown = markdown(&review);
        assert!(!markdown.contains("<img") && !markdown.contains("\n::"), "{markdown}");
        assert!(!markdown.contains("|`"), "{markdown}");
    }

    #[test]
    fn an_empty_review_says_so() {
        let period = ReviewPeriod { since: 0.0, now: 10.0, until: 20.0 };
        let review = Review::of(&[], &period, Vec::new());
        for none in ["No flag moved.", "No flag is due.", "No flag can be removed yet."] {
            assert!(markdown(&review).contains(none) && page(&review).unwrap().contains(none));
        }
    }
}
