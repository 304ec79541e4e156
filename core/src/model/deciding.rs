//! The properties of a flag or a segment that decide answers, recorded while it is compiled.

use std::sync::Arc;

use super::{Flag, Item, Model, Part, Section, Segment, read_item};
use crate::diagnostic::{CollectedFindings, DecidingProperty};
use crate::json::Value;

/// The properties of a flag or a segment that decide answers, in the order in which they are
/// compiled. Two items with equal ones are compiled to the same.
#[derive(Clone, Debug, PartialEq)]
pub struct DecidingProperties(Vec<DecidingProperty>);

impl DecidingProperties {
    /// Name and value of each property, an absent one with its default; the value of a list of
    /// objects is its length, and the properties of its objects follow.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }
}

impl Model {
    /// Returns the properties that decide the answers of a flag while it is on, or who is in a
    /// segment; `None` if the document has no such item. The hash in `meta.hash` is not one of
    /// them.
    #[must_use]
    pub fn deciding_properties(&self, section: Section, slot: u32) -> Option<DecidingProperties> {
        match section {
            Section::Flags => {
                let item = self.flags.item(slot)?;
                Some(self.deciding::<Flag>(item, self.flag_key(slot)))
            }
            Section::Segments => {
                let item = self.segments.item(slot)?;
                Some(self.deciding::<Segment>(item, self.segment_key(slot)))
            }
        }
    }

    fn deciding<T: Part>(&self, item: &Item<T>, key: &Arc<str>) -> DecidingProperties {
        let findings = CollectedFindings::deciding();
        // All keys already have their slots, so that the tables are only read.
        read_item::<T, _>(key, &item.source, &findings, &mut self.tables.clone());
        DecidingProperties(findings.into_deciding())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Flags;

    /// The names of the deciding properties of the first item of each section.
    fn names(document: &str) -> [String; 2] {
        let flags = Flags::from_json(document.as_bytes()).unwrap();
        [Section::Flags, Section::Segments].map(|section| {
            let properties = flags.model().deciding_properties(section, 0).unwrap();
            let names: BTreeSet<&str> = properties.iter().map(|(name, _)| name).collect();
            Vec::from_iter(names).join(" ")
        })
    }

    const LISTS: &str = r#""included": [], "excluded": [],
        "includedContexts": [{"contextKind": "org", "values": []}], "excludedContexts": []"#;

    #[test]
    fn every_property_that_an_evaluation_reads_decides() {
        let document = r#"{"flags": {"f": {
            "on": true, "variations": [1], "offVariation": 0, "key": "f", "salt": "s",
            "version": 1, "trackEvents": true, "clientSide": true, "lifecycle": {}, "unknown": 1,
            "prerequisites": [{"key": "f", "variation": 0, "unknown": 1}],
            "targets": [{"variation": 0, "contextKind": "user", "values": []}],
            "contextTargets": [{"variation": 0, "contextKind": "org", "values": []}],
            "rules": [{"id": "r", "trackEvents": true, "variation": 0, "clauses": [
                {"attribute": "a", "contextKind": "user", "op": "in", "values": [1], "negate": true}]}],
            "fallthrough": {"rollout": {
                "kind": "experiment", "contextKind": "user", "bucketBy": "a", "hash": "sha1",
                "seed": null,
                "variations": [{"variation": 0, "weight": 1, "untracked": true}]}}}},
            "segments": {"s": {
                "key": "s", "salt": "s", "version": 1, "unbounded": false,
                "unboundedContextKind": "user", "generation": 1, LISTS,
                "rules": [{"id": "r", "weight": 1, "bucketBy": "a", "rolloutContextKind": "user",
                           "hash": "sha1", "clauses": [{"op": "in"}]}]}}}"#;
        assert_eq!(
            names(&document.replace("LISTS", LISTS)),
            [
                "attribute bucketBy clauses contextKind contextTargets deleted fallthrough hash id \
                 key kind negate offVariation on op prerequisites rollout rules salt seed targets \
                 untracked values variation variations weight",
                "attribute bucketBy clauses contextKind deleted excluded excludedContexts generation \
                 hash included includedContexts key negate op rolloutContextKind rules salt \
                 unbounded unboundedContextKind values weight",
            ]
        );
    }

    #[test]
    fn the_key_and_the_salt_decide_only_if_something_is_hashed() {
        let document = |served: &str, rule: &str| {
            format!(
                r#"{{"flags": {{"f": {{"on": true, "salt": "s", "fallthrough": {{{served}}}}}}},
                "segments": {{"s": {{"salt": "s", "rules": [{{{rule}}}]}}}}}}"#
            )
        };
        let has_salt = |served: &str, rule: &str| {
            names(&document(served, rule)).map(|all| all.contains("salt"))
        };
        let rollout = |seed: &str| format!(r#""rollout": {{"variations": [{{}}]{seed}}}"#);
        assert_eq!(has_salt("", ""), [false, false]);
        assert_eq!(has_salt(&rollout(""), r#""weight": 5"#), [true, true]);
        assert_eq!(has_salt(&rollout(r#", "seed": 7"#), r#""weight": null"#), [false, false]);
    }
}
