//! The differences between two documents: as text, as JSON, as Markdown for a pull request, and as a
//! patch for a client.

mod item;
mod words;

use std::fmt::{self, Write};
use std::sync::Arc;

use isoflag::model::Section;
use isoflag::{Flags, Object, Value, printable, sort_by, utf16_order};

use item::{Difference, differences, whole};
pub use words::cell_code;
pub(crate) use words::{Words, code_span};

use crate::analysis::changed_parts;

/// The differences between two documents.
#[derive(Clone, Debug)]
pub struct Diff {
    from: String,
    to: String,
    items: Vec<Item>,
    answers: Vec<Arc<str>>,
}

/// A flag, a segment, or another member of the document.
#[derive(Clone, Debug)]
struct Item {
    section: &'static str,
    key: Arc<str>,
    change: Change,
    /// Whether answers can have changed; `None` for a segment.
    answers: Option<bool>,
    differences: Vec<Difference>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Added,
    Removed,
    Changed,
}

impl Change {
    fn as_str(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Changed => "changed",
        }
    }
}

/// Returns the differences between two documents.
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::diff;
/// let old = Flags::from_json(br#"{"flags": {"a": {"on": false, "variations": [1]}}}"#)?;
/// let new = Flags::from_json(br#"{"flags": {"a": {"on": true, "variations": [1]}}}"#)?;
/// let diff = diff(&old, &new);
/// assert_eq!(diff.to_string(), "flag `a` changed; answers can differ\n  turned on\n");
/// # Ok::<(), isoflag::DocumentError>(())
/// ```
#[must_use]
pub fn diff(before: &Flags, after: &Flags) -> Diff {
    let changed = changed_parts(before, after);
    let mut items = Vec::new();
    for section in [Section::Flags, Section::Segments] {
        for key in keys(before, after, section) {
            let (before, after) =
                (source_of(before, section, &key), source_of(after, section, &key));
            let can_answer = changed.has_flag(&key);
            let answers = (section == Section::Flags).then_some(can_answer);
            items.extend(compare(section.name(), key, before, after, answers));
        }
    }
    let [one, other] = [before, after].map(|flags| Value::Object(flags.other_members().clone()));
    items.extend(compare("document", Arc::from(""), Some(&one), Some(&other), None));
    Diff {
        from: before.digest().to_owned(),
        to: after.digest().to_owned(),
        items,
        answers: changed.flags(),
    }
}

fn compare(
    section: &'static str,
    key: Arc<str>,
    before: Option<&Value>,
    after: Option<&Value>,
    answers: Option<bool>,
) -> Option<Item> {
    let (change, found) = match (before, after) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            (Change::Changed, differences(before, after))
        }
        // A malformed item has no members.
        (Some(before), Some(after)) => {
            (Change::Changed, whole(before, after).into_iter().collect())
        }
        (None, Some(_)) => (Change::Added, Vec::new()),
        (Some(_), None) => (Change::Removed, Vec::new()),
        (None, None) => return None,
    };
    // A flag's answers may change because of a segment or a prerequisite alone.
    let counts = change != Change::Changed || !found.is_empty() || answers == Some(true);
    counts.then_some(Item { section, key, change, answers, differences: found })
}

/// The item's source; `None` for a tombstone.
fn source_of<'f>(flags: &'f Flags, section: Section, key: &str) -> Option<&'f Value> {
    let item = flags.source(section, key)?;
    let deleted = item.as_object().and_then(|item| item.get("deleted")?.as_bool());
    (deleted != Some(true)).then_some(item)
}

/// The keys of both, in RFC 8785 order.
fn keys(old: &Flags, new: &Flags, section: Section) -> Vec<Arc<str>> {
    let of = |flags: &Flags| -> Vec<Arc<str>> {
        let model = flags.model();
        match section {
            Section::Flags => {
                model.flags().map(|(slot, _)| Arc::clone(model.flag_key(slot))).collect()
            }
            Section::Segments => {
                model.segments().map(|(slot, _)| Arc::clone(model.segment_key(slot))).collect()
            }
        }
    };
    let mut keys = of(old);
    keys.extend(of(new));
    sort_by(&mut keys, |one, other| utf16_order(one, other));
    keys.dedup();
    keys
}

impl Diff {
    /// Whether nothing but versions and the order of members changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The keys of the flags whose answers can have changed, in RFC 8785 order.
    pub fn answers(&self) -> impl ExactSizeIterator<Item = &str> {
        self.answers.iter().map(|key| &**key)
    }

    /// Each flag that differs: its key, `added`, `removed` or `changed`, whether its answers can
    /// differ, and the path and words of each change.
    pub(crate) fn flags(
        &self,
    ) -> impl Iterator<Item = (&Arc<str>, &'static str, bool, Vec<(&str, String)>)> {
        let flags = self.items.iter().filter(|item| item.section == Section::Flags.name());
        flags.map(|item| {
            let words = |each: &'_ Difference| each.words.to_string();
            let changes = item.differences.iter().map(|each| (each.path.as_str(), words(each)));
            (&item.key, item.change.as_str(), item.answers == Some(true), changes.collect())
        })
    }

    /// `{from, to, answers, flags, segments, document}`: the digests, the keys of the flags whose
    /// answers can have changed, and each item with its changes: `{key, change, answers, changes:
    /// [{path, words, before, after}]}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let section = |name: &str| -> Value {
            self.items.iter().filter(|item| item.section == name).map(Item::to_value).collect()
        };
        let document = self.items.iter().filter(|item| item.section == "document");
        let document = document.flat_map(|item| &item.differences).map(to_value).collect();
        Value::Object(Object::from_iter([
            ("from", Value::from(self.from.as_str())),
            ("to", Value::from(self.to.as_str())),
            ("answers", self.answers.iter().map(|key| Value::String(Arc::clone(key))).collect()),
            ("flags", section("flags")),
            ("segments", section("segments")),
            ("document", document),
        ]))
    }

    /// Formats the differences as Markdown for a pull request.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        let answers: Vec<String> = self.answers.iter().map(|key| code_span(key)).collect();
        // Writing to a string cannot fail.
        let _ = match answers.as_slice() {
            [] if self.is_empty() => writeln!(text, "No flag changed."),
            [] => writeln!(text, "No answer can have changed."),
            keys => writeln!(text, "**Answers can differ:** {}", keys.join(", ")),
        };
        for item in &self.items {
            let mark = if item.answers == Some(true) { " ⚠" } else { "" };
            let _ = match item.section {
                "document" => writeln!(text, "\n#### Document\n"),
                section => {
                    let what = kind(section);
                    let change = item.change.as_str();
                    writeln!(text, "\n#### {what} {} {change}{mark}\n", code_span(&item.key))
                }
            };
            for difference in &item.differences {
                let _ = writeln!(text, "- {}", difference.words.to_markdown());
            }
            if item.is_of_another() {
                let _ = writeln!(text, "- because of a segment or prerequisite that changed");
            }
        }
        text
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing changed\n");
        }
        for item in &self.items {
            let change = item.change.as_str();
            match item.section {
                "document" => writeln!(f, "the document {change}")?,
                section => {
                    let (what, key) = (kind(section).to_lowercase(), printable(&item.key));
                    write!(f, "{what} `{key}` {change}")?;
                }
            }
            match item.answers {
                Some(true) => f.write_str("; answers can differ\n")?,
                Some(false) => f.write_str("; answers unchanged\n")?,
                None if item.section == "document" => {}
                None => f.write_str("\n")?,
            }
            for difference in &item.differences {
                writeln!(f, "  {}", difference.words)?;
            }
            if item.is_of_another() {
                f.write_str("  because of a segment or prerequisite that changed\n")?;
            }
        }
        Ok(())
    }
}

fn kind(section: &str) -> &'static str {
    if section == "flags" { "Flag" } else { "Segment" }
}

impl Item {
    /// Whether only the answers changed, because of another item.
    fn is_of_another(&self) -> bool {
        self.change == Change::Changed && self.differences.is_empty()
    }

    fn to_value(&self) -> Value {
        let members = [
            Some(("key", Value::String(Arc::clone(&self.key)))),
            Some(("change", Value::from(self.change.as_str()))),
            self.answers.map(|answers| ("answers", Value::Bool(answers))),
            Some(("changes", self.differences.iter().map(to_value).collect())),
        ];
        members.into_iter().flatten().collect::<Object>().into()
    }
}

/// `{path, words, before, after}`; a missing value has no member.
fn to_value(difference: &Difference) -> Value {
    let members = [
        Some(("path", Value::from(difference.path.as_str()))),
        Some(("words", Value::from(difference.words.to_string()))),
        difference.before.clone().map(|before| ("before", before)),
        difference.after.clone().map(|after| ("after", after)),
    ];
    members.into_iter().flatten().collect::<Object>().into()
}

/// Returns the patch for a client that holds one document and needs another: applied to the first,
/// it makes a document with the digest of the second. `None` if no patch does, so that the client
/// needs the whole document.
///
/// A patch raises versions, and removes nothing. So the result is `None` if an item differs without
/// a higher `version`, as for two visitors of one document, or if an item was removed.
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::patch_between;
/// let held = Flags::from_json(br#"{"flags": {"a": {"version": 1}, "b": {"version": 1}}}"#)?;
/// let next = Flags::from_json(br#"{"flags": {"a": {"version": 1}, "b": {"version": 2}}}"#)?;
/// let patch = patch_between(&held, &next).unwrap_or_default();
/// assert_eq!(patch.to_canonical_json(), r#"{"flags":{"b":{"version":2}}}"#);
/// assert_eq!(held.apply_value(patch)?.digest(), next.digest());
/// assert_eq!(patch_between(&next, &held), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn patch_between(held: &Flags, next: &Flags) -> Option<Value> {
    let document = next.document();
    let mut members = Vec::new();
    for section in [Section::Flags, Section::Segments] {
        let items = document.as_object()?.get(section.name())?.as_object()?;
        let differs = |(key, item): &(&Arc<str>, &Value)| held.source(section, key) != Some(*item);
        let changed = items.iter().filter(differs);
        let changed: Vec<_> = changed.map(|(key, item)| (Arc::clone(key), item.clone())).collect();
        if !changed.is_empty() {
            members.push((section.name(), Value::Object(Object::from_members(changed))));
        }
    }
    let meta = next.other_members().get("meta");
    if meta != held.other_members().get("meta") {
        members.push(("meta", meta?.clone()));
    }
    let patch = Value::Object(members.into_iter().collect());
    // Applying decides which items a patch replaces.
    let patched = held.apply_value(patch.clone()).ok()?;
    (patched.digest() == next.digest()).then_some(patch)
}
