//! Writes an inventory as one self-contained HTML page: no network, no framework. Without scripts
//! it is a table; with them it can be searched, filtered, sorted and grouped.

mod cells;

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use askama::Template;
use askama::filters::Escaper;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cells::Cells;
use isoflag::printable_lines;
use isoflag_tools::{Attention, Inventory};
use sha2::{Digest, Sha256};

use crate::clock::{date, date_and_time};
use crate::outcome::Failure;

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
///
/// # Errors
///
/// If the template fails.
pub(crate) fn page(inventory: &Inventory) -> Result<String, Failure> {
    let page = Page { inventory, style: STYLE, script: SCRIPT, columns: COLUMNS };
    // The last line break of a template is not part of it.
    let page = page.render().map(|page| page + "\n");
    page.map_err(|error| Failure::message(format!("cannot make the page: {error}")))
}

/// The data of the template, which escapes each text except the page's own style and script.
#[derive(Template)]
#[template(path = "page.html")]
struct Page<'i> {
    inventory: &'i Inventory,
    style: &'static str,
    script: &'static str,
    columns: [(&'static str, bool); 9],
}

/// A tile above the table, which filters it.
struct Tile {
    attention: &'static str,
    count: usize,
    tone: &'static str,
    words: &'static str,
}

/// A choice above the table, which filters it.
struct Filter {
    name: &'static str,
    all: &'static str,
    values: Vec<String>,
}

impl<'i> Page<'i> {
    fn today(&self) -> String {
        date(self.inventory.now())
    }

    fn now(&self) -> String {
        date_and_time(self.inventory.now())
    }

    fn tiles(&self) -> [Tile; Attention::ALL.len()] {
        Attention::ALL.map(|attention| {
            let count = self.inventory.attention_count(attention);
            let (tone, words) = match attention {
                Attention::Findings => ("bad", "with findings"),
                Attention::NoOwner => ("warn", "without an owner"),
                Attention::Overdue => ("bad", "past their removal date"),
                Attention::OneValue => ("", "serve one value to all"),
                Attention::NotEvaluated => ("warn", "not evaluated"),
            };
            let tone = if count == 0 { "none" } else { tone };
            Tile { attention: attention.as_str(), count, tone, words }
        })
    }

    fn filters(&self) -> [Filter; 4] {
        let rows = self.inventory.rows();
        let labels = self.inventory.environments().iter().map(|each| each.label.to_string());
        let owners: BTreeSet<_> = rows.iter().filter_map(|row| row.owner.as_deref()).collect();
        let statuses: BTreeSet<_> = rows.iter().filter_map(|row| row.status).collect();
        let states: BTreeSet<_> = rows.iter().map(|row| row.state.as_str()).collect();
        let filter = |name, all, values| Filter { name, all, values };
        [
            filter("environment", "All environments", labels.collect()),
            filter("owner", "All owners", owners.iter().map(ToString::to_string).collect()),
            filter("status", "All statuses", statuses.iter().map(ToString::to_string).collect()),
            filter("state", "On and off", states.iter().map(ToString::to_string).collect()),
        ]
    }

    fn rows(&self) -> impl Iterator<Item = Cells<'i>> {
        let inventory = self.inventory;
        inventory.rows().iter().map(move |row| Cells { inventory, row })
    }
}

/// The hash by which a content security policy allows a script or style.
pub(crate) fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// The beginning of a digest, which tells documents apart.
fn short(digest: &str) -> String {
    digest.chars().take("sha256:".len() + 8).collect()
}

/// Escapes a text for an element or an attribute in quotes, and makes it printable.
#[derive(Clone, Copy)]
pub(crate) struct PageEscaper;

impl Escaper for PageEscaper {
    fn write_escaped_str<W: Write>(&self, mut to: W, text: &str) -> fmt::Result {
        for character in printable_lines(text).to_string().chars() {
            match character {
                '&' => to.write_str("&amp;")?,
                '<' => to.write_str("&lt;")?,
                '>' => to.write_str("&gt;")?,
                '"' => to.write_str("&quot;")?,
                '\'' => to.write_str("&#39;")?,
                // Two texts side by side could otherwise begin a line with a pipeline's command.
                '\n' => to.write_str("&#10;")?,
                other => to.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use isoflag::{Flags, Value};
    use isoflag_tools::InventoryDocument;

    /// The page of a flag whose key, values, description, owner, stakeholder and label are this text.
    fn page_of(text: &str) -> String {
        let quoted = Value::from(text).to_string();
        let document = format!(
            r#"{{"flags": {{{quoted}: {{"on": true, "variations": [{quoted}], "description": {quoted},
                "fallthrough": {{"variation": 0}},
                "lifecycle": {{"owner": {quoted}, "stakeholder": {quoted}}}}}}}}}"#
        );
        let flags = Flags::from_json(document.as_bytes()).unwrap();
        let document = InventoryDocument { label: text, flags: &flags, activity: None };
        page(&Inventory::of(&[document], 1_795_172_400.0)).unwrap()
    }

    #[test]
    fn in_text_a_document_cannot_open_an_element() {
        let html = page_of("</td><img src=x>");
        assert!(!html.contains("<img") && !html.contains("x>"), "{html}");
        for element in [
            "<b>{}</b>",
            "<span class=\"key\">{}</span>",
            "<span class=\"description\">{}</span>",
            ">&quot;{}&quot;</code>",
            ">{}<small>for {}</small>",
            ">{}</option>",
        ] {
            let element = element.replace("{}", "&lt;/td&gt;&lt;img src=x&gt;");
            assert!(html.contains(&element), "{element}: {html}");
        }
    }

    #[test]
    fn in_an_attribute_a_document_cannot_end_the_quotes() {
        let html = page_of("\" onload='a' x=\"");
        assert!(!html.contains("\" onload") && !html.contains("'a'"), "{html}");
        for name in ["data-key", "data-environment", "data-owner", "data-sort", "value"] {
            let attribute = format!("{name}=\"&quot; onload=&#39;a&#39; x=&quot;\"");
            assert!(html.contains(&attribute), "{attribute}: {html}");
        }
        assert!(
            html.contains("title=\"&quot;\\&quot; onload=&#39;a&#39; x=\\&quot;&quot;\""),
            "{html}"
        );
    }

    #[test]
    fn the_script_reads_a_document_only_from_attributes() {
        let html = page_of("</script><script>alert(1)//");
        assert_eq!((html.matches("<script").count(), html.matches("</script").count()), (1, 1));
        assert!(html.contains(&format!("<script>{SCRIPT}</script>")));
        assert!(html.contains("data-text=\"&lt;/script&gt;&lt;script&gt;alert(1)//"), "{html}");
    }

    #[test]
    fn the_policy_contains_the_hashes_of_script_and_style() {
        let html = page(&Inventory::of(&[], 0.0)).unwrap();
        for (open, close) in [("<style>", "</style>"), ("<script>", "</script>")] {
            let inner = html.split(open).nth(1).unwrap().split(close).next().unwrap();
            assert!(html.contains(&format!("'{}'", hash(inner))));
        }
        for reaching in ["http:", "https:", "//", "style=", "onclick", "@import", "url("] {
            let found = html.replace("// ", "").replace("/**", "").contains(reaching);
            assert!(!found, "{reaching}");
        }
    }

    #[test]
    fn markup_is_escaped() {
        let text = "a<b>\"c\"'d'&\u{0}\u{202e}é\n";
        let mut escaped = String::new();
        PageEscaper.write_escaped_str(&mut escaped, text).unwrap();
        assert_eq!(escaped, r"a&lt;b&gt;&quot;c&quot;&#39;d&#39;&amp;\u0000\u202eé&#10;");
    }
}
