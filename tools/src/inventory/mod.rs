//! All flags of all environments and accounts in one view.

mod row;

use std::sync::Arc;

use isoflag::{Flags, Object, Severity, Value, sort_by, utf16_order};

pub use row::{Attention, FlagOn, InventoryRow, ServedValue};

use crate::activity::Activity;
use crate::lifecycle::document_changed;

/// One document of an inventory.
#[derive(Clone, Copy, Debug)]
pub struct InventoryDocument<'a> {
    /// The name of its environment or account.
    pub label: &'a str,
    /// The document.
    pub flags: &'a Flags,
    /// The evaluations counted there; `None` if they were not counted.
    pub activity: Option<&'a Activity>,
}

/// The flags of several documents, side by side.
#[derive(Clone, Debug)]
pub struct Inventory {
    now: f64,
    environments: Vec<Environment>,
    rows: Vec<InventoryRow>,
}

/// A document of an inventory, as a whole.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub label: Arc<str>,
    /// `meta.version`.
    pub version: Option<i64>,
    /// Its digest.
    pub digest: Arc<str>,
    /// `meta.lastModifiedTimestamp`, in seconds since the epoch.
    pub last_modified: Option<f64>,
    /// The number of its flags.
    pub flags: usize,
    /// Errors and warnings, flags and segments together.
    pub findings: usize,
    /// Whether evaluations were counted there.
    pub counted: bool,
}

impl Inventory {
    /// Builds the inventory of documents; `now` is in seconds since the epoch. Rows are in the
    /// order of the keys, and for one key in the order of the documents.
    ///
    /// ```
    /// use isoflag::Flags;
    /// use isoflag_tools::{Inventory, InventoryDocument};
    /// let flags = Flags::from_json(br#"{"flags": {"f": {"on": false, "lifecycle": {
    ///     "owner": "payments", "createdTimestamp": "2026-01-01"}}}}"#)?;
    /// let production = InventoryDocument { label: "production", flags: &flags, activity: None };
    /// let inventory = Inventory::of(&[production], 1_767_312_000.0);
    /// let row = inventory.rows().first().ok_or("no row")?;
    /// assert_eq!((row.owner.as_deref(), row.age_days), (Some("payments"), Some(1)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(documents: &[InventoryDocument<'_>], now: f64) -> Inventory {
        let mut rows: Vec<InventoryRow> = Vec::new();
        for document in documents {
            let found = row::FoundByFlag::of(document.flags);
            for key in document.flags.keys() {
                rows.extend(InventoryRow::of(document, key, &found, now));
            }
        }
        sort_by(&mut rows, |one, other| utf16_order(&one.key, &other.key));
        let mut inventory =
            Inventory { now, environments: documents.iter().map(Environment::of).collect(), rows };
        row::mark(&mut inventory.rows, now);
        inventory
    }

    /// When it was taken, in seconds since the epoch.
    #[must_use]
    pub fn now(&self) -> f64 {
        self.now
    }

    /// The documents, in the order in which they were given.
    #[must_use]
    pub fn environments(&self) -> &[Environment] {
        &self.environments
    }

    /// One row for each flag and environment.
    #[must_use]
    pub fn rows(&self) -> &[InventoryRow] {
        &self.rows
    }

    /// The number of flags; one that is in several environments counts once.
    #[must_use]
    pub fn flag_count(&self) -> usize {
        self.count_flags(|_| true)
    }

    /// The number of flags with a row that needs this attention.
    #[must_use]
    pub fn attention_count(&self, attention: Attention) -> usize {
        self.count_flags(|row| row.attention.contains(&attention))
    }

    fn count_flags(&self, wanted: impl Fn(&InventoryRow) -> bool) -> usize {
        let mut keys: Vec<&str> =
            self.rows.iter().filter(|row| wanted(row)).map(|row| &*row.key).collect();
        keys.dedup();
        keys.len()
    }

    /// `{now, flags, attention, environments, rows}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let attention = Attention::ALL.map(|attention| {
            (attention.as_str(), Value::from(self.attention_count(attention) as f64))
        });
        let environments = self.environments.iter().map(Environment::to_value);
        Value::Object(Object::from_iter([
            ("now", Value::from(self.now)),
            ("flags", Value::from(self.flag_count() as f64)),
            ("attention", Value::Object(Object::from_iter(attention))),
            ("environments", environments.collect()),
            ("rows", self.rows.iter().map(InventoryRow::to_value).collect()),
        ]))
    }
}

impl Environment {
    fn of(document: &InventoryDocument<'_>) -> Environment {
        let flags = document.flags;
        let serious = flags.diagnostics().iter().filter(|each| each.severity() != Severity::Info);
        Environment {
            label: Arc::from(document.label),
            version: flags.version(),
            digest: Arc::from(flags.digest()),
            last_modified: document_changed(flags),
            flags: flags.len(),
            findings: serious.count(),
            counted: document.activity.is_some_and(|activity| activity.window_ms().is_some()),
        }
    }

    fn to_value(&self) -> Value {
        Value::Object(Object::from_iter([
            ("label", Value::String(Arc::clone(&self.label))),
            ("version", self.version.map(Value::from).unwrap_or_default()),
            ("digest", Value::String(Arc::clone(&self.digest))),
            ("lastModified", self.last_modified.map(Value::from).unwrap_or_default()),
            ("flags", Value::from(self.flags as f64)),
            ("findings", Value::from(self.findings as f64)),
            ("counted", Value::Bool(self.counted)),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_are_listed_side_by_side() {
        let flags = |text: &str| Flags::from_json(text.as_bytes()).unwrap();
        let development = flags(
            r#"{"flags": {
            "b": {"on": true, "variations": [1, 2], "fallthrough": {"variation": 0}},
            "a": {"on": true, "variations": [1, 2], "fallthrough": {"variation": 0},
                  "lifecycle": {"owner": "x", "cleanupTimestamp": 5}}}}"#,
        );
        let production = flags(
            r#"{"meta": {"version": 7, "lastModifiedTimestamp": 3}, "flags": {
            "a": {"on": false, "variations": [1, 2], "offVariation": 0, "version": 4}}}"#,
        );
        let activity = Activity::from_json(
            br#"{"activity": 1, "flags": {"b": {"counts": {"d": {"0": 2}}, "first": 1, "last": 9}}}"#,
        )
        .unwrap();
        let documents = [
            InventoryDocument { label: "dev", flags: &development, activity: Some(&activity) },
            InventoryDocument { label: "prod", flags: &production, activity: None },
        ];
        let inventory = Inventory::of(&documents, 86_400.0);
        insta::assert_json_snapshot!(
            serde_json::from_str::<serde_json::Value>(&inventory.to_value().to_canonical_json())
                .unwrap()
        );
        assert_eq!(inventory.flag_count(), 2);
        assert_eq!(inventory.attention_count(Attention::NoOwner), 2);
        assert_eq!(inventory.attention_count(Attention::Overdue), 1);
        assert_eq!(inventory.attention_count(Attention::NotEvaluated), 1);
    }

    #[test]
    fn a_flag_that_is_kept_may_serve_one_value() {
        let of_kind = |kind: &str| {
            let text = format!(
                r#"{{"flags": {{"sales.web.1": {{"on": false, "variations": [1], "offVariation": 0,
                    "lifecycle": {{"kind": "{kind}"}}}}}}}}"#
            );
            let flags = Flags::from_json(text.as_bytes()).unwrap();
            let documents = [InventoryDocument { label: "dev", flags: &flags, activity: None }];
            let inventory = Inventory::of(&documents, 0.0);
            assert_eq!(inventory.rows[0].stakeholder.as_deref(), Some("sales"));
            inventory.attention_count(Attention::OneValue)
        };
        assert_eq!(["release", "experiment", "ops", "permission"].map(of_kind), [1, 1, 0, 0]);
    }

    #[test]
    fn findings_are_counted_by_key_however_long_it_is() {
        // Paths show only the beginning of a long name.
        let keys = ["a", "b"].map(|end| "k".repeat(300) + end);
        let text = format!(r#"{{"flags": {{"{}": {{"on": 7}}, "{}": {{}}}}}}"#, keys[0], keys[1]);
        let flags = Flags::from_json(text.as_bytes()).unwrap();
        let documents = [InventoryDocument { label: "dev", flags: &flags, activity: None }];
        let inventory = Inventory::of(&documents, 0.0).to_value().to_canonical_json();
        for errors in [r#""error":1,"#, r#""error":2,"#] {
            assert_eq!(inventory.matches(errors).count(), 1, "{inventory}");
        }
    }
}
