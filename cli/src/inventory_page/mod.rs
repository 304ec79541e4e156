//! Writes an inventory as one self-contained HTML page: no network, no framework. Without scripts
//! it is a table; with them it can be searched, filtered, sorted and grouped.

mod cells;
mod escape;

use std::collections::BTreeSet;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use isoflag_tools::{Attention, Environment, Inventory, InventoryRow, Status};
use sha2::{Digest, Sha256};

use crate::calendar::{date, date_and_time};
use cells::Cells;
use escape::escaped;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The columns: a heading, and whether it is sorted by number.
const COLUMNS: [(&str, bool); 9] = [
    ("Flag", false),
    ("Environment", true),
    ("State", false),
    ("Serves", true),
    ("Owner", false),
    ("Status", true),
    ("Age", true),
    ("Last evaluated", true),
    ("Version", true),
];

/// Returns the page.
pub(crate) fn page(inventory: &Inventory) -> String {
    let mut html = String::new();
    // Writing to a string cannot fail.
    let _ = write_page(&mut html, inventory);
    html
}

fn write_page(html: &mut String, inventory: &Inventory) -> std::fmt::Result {
    let flags = inventory.flag_count();
    // The page may run its own script and style, and has no network access.
    write!(
        html,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src '{}'; script-src '{}'; img-src data:; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <title>Flag inventory, {}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        hash(STYLE),
        hash(SCRIPT),
        date(inventory.now())
    )?;
    let environments = inventory.environments();
    write!(
        html,
        "<a class=\"skip\" href=\"#table\">Skip to the table</a>\n<header>\n<h1>Flag inventory</h1>\n\
         <p>{} in {}, as of <time datetime=\"{}\">{}</time></p>\n<ul class=\"environments\">\n",
        counted(flags, "flag"),
        counted(environments.len(), "environment"),
        date(inventory.now()),
        date_and_time(inventory.now()),
    )?;
    environments.iter().try_for_each(|environment| write_environment(html, environment))?;
    html.write_str("</ul>\n</header>\n<main>\n")?;
    write_tiles(html, inventory)?;
    write_tools(html, inventory)?;
    write_table(html, inventory)?;
    write!(
        html,
        "</main>\n<footer>Percentages are of the contexts that no target and no rule catches. \
         Evaluations that were not counted are unknown, not absent. Times are UTC.</footer>\n\
         <script>{SCRIPT}</script>\n</body>\n</html>\n"
    )
}

/// The hash by which a content security policy allows a script or style.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn write_environment(html: &mut String, environment: &Environment) -> std::fmt::Result {
    write!(
        html,
        "<li><b>{}</b> {}",
        escaped(&environment.label),
        counted(environment.flags, "flag")
    )?;
    if let Some(version) = environment.version {
        write!(html, ", version {version}")?;
    }
    if let Some(changed) = environment.last_modified {
        write!(html, ", changed {}", date(changed))?;
    }
    if !environment.counted {
        html.write_str(", evaluations not counted")?;
    }
    let digest: String = environment.digest.chars().take("sha256:".len() + 8).collect();
    let whole = escaped(&environment.digest);
    writeln!(html, " <code title=\"{whole}\">{}</code></li>", escaped(&digest))
}

fn write_tiles(html: &mut String, inventory: &Inventory) -> std::fmt::Result {
    html.write_str("<div class=\"tiles\" role=\"group\" aria-label=\"Needs attention\">\n")?;
    for attention in Attention::ALL {
        let count = inventory.attention_count(attention);
        let (tone, words) = match attention {
            Attention::Findings => ("bad", "with findings"),
            Attention::NoOwner => ("warn", "without an owner"),
            Attention::Overdue => ("bad", "past their removal date"),
            Attention::OneValue => ("", "serve one value to all"),
            Attention::NotEvaluated => ("warn", "not evaluated"),
        };
        let tone = if count == 0 { "none" } else { tone };
        writeln!(
            html,
            "<button type=\"button\" class=\"tile {tone}\" aria-pressed=\"false\" \
             data-attention=\"{}\"><b>{count}</b> <span>{words}</span></button>",
            attention.as_str()
        )?;
    }
    html.write_str("</div>\n")
}

fn write_tools(html: &mut String, inventory: &Inventory) -> std::fmt::Result {
    let rows = inventory.rows();
    html.write_str(
        "<div class=\"tools\" role=\"search\" hidden>\n\
         <label class=\"visually-hidden\" for=\"search\">Search</label>\n\
         <input id=\"search\" type=\"search\" placeholder=\"Search flags, values, people (press /)\" \
         autocomplete=\"off\" spellcheck=\"false\">\n",
    )?;
    let labels = inventory.environments().iter().map(|each| each.label.to_string());
    write_filter(html, "environment", "All environments", labels)?;
    let owners: BTreeSet<String> =
        rows.iter().filter_map(|row| Some(row.owner.as_ref()?.to_string())).collect();
    write_filter(html, "owner", "All owners", owners)?;
    let statuses: BTreeSet<_> = rows.iter().filter_map(|row| row.status).collect();
    write_filter(html, "status", "All statuses", statuses.iter().map(ToString::to_string))?;
    let states: BTreeSet<&str> = rows.iter().map(|row| row.state.as_str()).collect();
    write_filter(html, "state", "On and off", states.into_iter().map(str::to_owned))?;
    html.write_str(
        "<label class=\"visually-hidden\" for=\"sort\">Sort by</label>\n\
         <select id=\"sort\" class=\"sort\">\n",
    )?;
    for (index, (name, _)) in COLUMNS.iter().enumerate() {
        writeln!(
            html,
            "<option value=\"{index}\">By {0}</option><option value=\"{index}-\">By {0}, \
             descending</option>",
            name.to_lowercase()
        )?;
    }
    writeln!(
        html,
        "</select>\n<label class=\"check\"><input type=\"checkbox\" id=\"grouped\"> Group by owner</label>\n\
         <button type=\"button\" id=\"reset\" hidden>Show all</button>\n\
         <span class=\"count\" id=\"count\" role=\"status\" data-all=\"{}\"></span>\n</div>",
        inventory.flag_count()
    )
}

fn write_filter(
    html: &mut String,
    name: &str,
    all: &str,
    values: impl IntoIterator<Item = String>,
) -> std::fmt::Result {
    writeln!(
        html,
        "<select data-filter=\"{name}\" aria-label=\"{all}\"><option value=\"\">{all}</option>"
    )?;
    for value in values {
        let value = escaped(&value);
        writeln!(html, "<option value=\"{value}\">{value}</option>")?;
    }
    html.write_str("</select>\n")
}

fn write_table(html: &mut String, inventory: &Inventory) -> std::fmt::Result {
    html.write_str("<div class=\"frame\">\n<table id=\"table\">\n<thead><tr>")?;
    for (name, number) in COLUMNS {
        let class = if name == "Version" { " class=\"number\"" } else { "" };
        let kind = if number { "number" } else { "text" };
        write!(
            html,
            "<th scope=\"col\" data-type=\"{kind}\"{class}><button type=\"button\">{name}</button></th>"
        )?;
    }
    html.write_str("</tr></thead>\n<tbody>\n")?;
    for row in inventory.rows() {
        write_row(html, inventory, row)?;
    }
    html.write_str(
        "</tbody>\n</table>\n<p class=\"empty\" id=\"empty\" hidden>No flag matches.</p>\n</div>\n",
    )
}

fn write_row(html: &mut String, inventory: &Inventory, row: &InventoryRow) -> std::fmt::Result {
    let cells = Cells { inventory, row };
    let attention: Vec<&str> = row.attention.iter().map(|each| each.as_str()).collect();
    writeln!(
        html,
        "<tr data-key=\"{}\" data-environment=\"{}\" data-owner=\"{}\" data-status=\"{}\" \
         data-state=\"{}\" data-attention=\"{}\" data-text=\"{}\">",
        escaped(&row.key),
        escaped(&row.environment),
        escaped(row.owner.as_deref().unwrap_or_default()),
        row.status.map(Status::as_str).unwrap_or_default(),
        row.state.as_str(),
        attention.join(" "),
        escaped(&cells.searched()),
    )?;
    cells.write(html)?;
    html.write_str("</tr>\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use isoflag::Flags;
    use isoflag_tools::InventoryDocument;

    #[test]
    fn text_of_a_document_is_escaped() {
        let evil = r#"</script><img src=x onerror=\"alert(1)\">'&"#;
        let text = format!(
            r#"{{"flags": {{"{evil}": {{"on": true, "variations": ["{evil}"], "description": "{evil}",
                "fallthrough": {{"variation": 0}}, "lifecycle": {{"owner": "{evil}", "stakeholder": "{evil}"}}}}}}}}"#
        );
        let flags = Flags::from_json(text.as_bytes()).unwrap();
        let label = evil.replace('\\', "");
        let document = InventoryDocument { label: &label, flags: &flags, activity: None };
        let html = page(&Inventory::of(&[document], 1_795_172_400.0));
        assert!(!html.contains("<img"), "{html}");
        assert_eq!(html.matches("</script>").count(), 1);
        assert!(html.matches("&lt;img").count() >= 6);
    }

    #[test]
    fn the_policy_contains_the_hashes_of_script_and_style() {
        let html = page(&Inventory::of(&[], 0.0));
        for (open, close) in [("<style>", "</style>"), ("<script>", "</script>")] {
            let inner = html.split(open).nth(1).unwrap().split(close).next().unwrap();
            assert!(html.contains(&format!("'{}'", hash(inner))));
        }
        for reaching in ["http:", "https:", "//", "style=", "onclick", "@import", "url("] {
            let found = html.replace("// ", "").replace("/**", "").contains(reaching);
            assert!(!found, "{reaching}");
        }
    }
}
