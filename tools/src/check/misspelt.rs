//! Unknown properties that look like a misspelt known one. Others are the author's own, and fine.

use isoflag::model::Section;
use isoflag::{Code, Flags, Object, Path, Value};

use super::Lints;

/// The properties of an object, and those in its members.
struct Shape {
    known: &'static [&'static str],
    /// The shape of a member, or of the elements of its list.
    inner: &'static [(&'static str, &'static Shape)],
}

/// A longer name is not compared, so that the cost is linear.
const LONGEST: usize = 40;

const DOCUMENT: Shape = Shape {
    known: &["$schema", "meta", "flags", "segments", "flagValues"],
    inner: &[("meta", &META)],
};

const META: Shape = Shape {
    known: &[
        "formatVersion",
        "version",
        "lastModifiedTimestamp",
        "hash",
        "environment",
        "check",
        "strategies",
        "artifacts",
        "parentDigest",
    ],
    inner: &[("strategies", &STRATEGIES)],
};

const STRATEGIES: Shape = Shape {
    known: &["development", "production"],
    inner: &[("development", &STRATEGY), ("production", &STRATEGY)],
};

const STRATEGY: Shape = Shape {
    known: &["strategy", "on", "off", "deployed", "clauses"],
    inner: &[("clauses", &CLAUSE)],
};

const FLAG: Shape = Shape {
    known: &[
        "key",
        "version",
        "deleted",
        "description",
        "on",
        "variations",
        "offVariation",
        "fallthrough",
        "targets",
        "contextTargets",
        "rules",
        "prerequisites",
        "salt",
        "trackEvents",
        "trackEventsFallthrough",
        "debugEventsUntilDate",
        "clientSide",
        "clientSideAvailability",
        "samplingRatio",
        "excludeFromSummaries",
        "migration",
        "lifecycle",
    ],
    inner: &[
        ("fallthrough", &SERVED),
        ("targets", &TARGET),
        ("contextTargets", &TARGET),
        ("rules", &RULE),
        ("prerequisites", &PREREQUISITE),
        ("clientSideAvailability", &AVAILABILITY),
        ("lifecycle", &LIFECYCLE),
    ],
};

const SERVED: Shape = Shape { known: &["variation", "rollout"], inner: &[("rollout", &ROLLOUT)] };

const TARGET: Shape = Shape { known: &["contextKind", "variation", "values"], inner: &[] };

const RULE: Shape = Shape {
    known: &["id", "clauses", "trackEvents", "variation", "rollout"],
    inner: &[("clauses", &CLAUSE), ("rollout", &ROLLOUT)],
};

const PREREQUISITE: Shape = Shape { known: &["key", "variation"], inner: &[] };

const AVAILABILITY: Shape = Shape { known: &["usingEnvironmentId", "usingMobileKey"], inner: &[] };

const CLAUSE: Shape =
    Shape { known: &["attribute", "contextKind", "op", "values", "negate"], inner: &[] };

const ROLLOUT: Shape = Shape {
    known: &["kind", "contextKind", "bucketBy", "seed", "hash", "variations"],
    inner: &[("variations", &WEIGHTED)],
};

const WEIGHTED: Shape = Shape { known: &["variation", "weight", "untracked"], inner: &[] };

const LIFECYCLE: Shape = Shape {
    known: &[
        "owner",
        "stakeholder",
        "kind",
        "status",
        "onVariation",
        "created",
        "createdTimestamp",
        "statusTimestamp",
        "releaseTimestamp",
        "stagedTimestamp",
        "modules",
        "certifiedTimestamps",
        "deployedTimestamp",
        "deployedTimestamps",
        "cleanup",
        "cleanupTimestamp",
        "lastModifiedTimestamp",
        "feedback",
        "openIssues",
        "changePlanned",
        "needed",
        "offWaitsForPins",
        "rollout",
    ],
    inner: &[("rollout", &PLAN)],
};

const PLAN: Shape = Shape {
    known: &["stages", "alarms", "startTimestamp", "state", "stage", "stageTimestamp"],
    inner: &[("stages", &STAGE)],
};

const STAGE: Shape = Shape { known: &["share", "segment", "duration"], inner: &[] };

const SEGMENT: Shape = Shape {
    known: &[
        "key",
        "version",
        "deleted",
        "salt",
        "included",
        "excluded",
        "includedContexts",
        "excludedContexts",
        "rules",
        "unbounded",
        "unboundedContextKind",
        "generation",
    ],
    inner: &[
        ("includedContexts", &CONTEXT_LIST),
        ("excludedContexts", &CONTEXT_LIST),
        ("rules", &SEGMENT_RULE),
    ],
};

const CONTEXT_LIST: Shape = Shape { known: &["contextKind", "values"], inner: &[] };

const SEGMENT_RULE: Shape = Shape {
    known: &["id", "clauses", "weight", "bucketBy", "rolloutContextKind", "hash"],
    inner: &[("clauses", &CLAUSE)],
};

pub(super) fn check(flags: &Flags, lints: &mut Lints) {
    if let Some(document) = flags.document().as_object() {
        DOCUMENT.check(document, &Path::Root, lints);
    }
    let model = flags.model();
    let items = flags.keys().map(|key| (Section::Flags, key, &FLAG));
    let segments = model.segments().map(|(slot, _)| {
        let key: &str = model.segment_key(slot);
        (Section::Segments, key, &SEGMENT)
    });
    for (section, key, shape) in items.chain(segments) {
        let Some(item) = flags.source(section, key).and_then(Value::as_object) else { continue };
        let section = Path::Root.member(section.name());
        shape.check(item, &section.member(key), lints);
    }
}

impl Shape {
    fn check(&self, object: &Object, path: &Path<'_>, lints: &mut Lints) {
        for (name, value) in object.iter() {
            if let Some(known) = self.meant(name, object) {
                let message =
                    format!("unknown property, which has no effect; did you mean `{known}`?");
                lints.add(Code::MISSPELT_PROPERTY, &path.member(name), message);
            }
            let inner = self.inner.iter().find(|(known, _)| **known == **name);
            let Some((_, inner)) = inner else { continue };
            let path = path.member(name);
            match value {
                Value::Object(object) => inner.check(object, &path, lints),
                Value::Array(elements) => {
                    for (index, element) in elements.iter().enumerate() {
                        if let Value::Object(object) = element {
                            inner.check(object, &path.element(index), lints);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The known property that an unknown one is most similar to, unless the object has it too.
    fn meant(&self, name: &str, object: &Object) -> Option<&'static str> {
        // A name such as `_links` is deliberately another one.
        if self.known.contains(&name) || name.len() > LONGEST || name.starts_with('_') {
            return None;
        }
        let written = normal(name);
        let missing = self.known.iter().filter(|known| object.get(known).is_none());
        let distances = missing.filter_map(|known| {
            let distance = distance(&written, &normal(known));
            // A short name differs from many others in few letters.
            let most = match known.len() {
                ..4 => 0,
                4..7 => 1,
                _ => 2,
            };
            (distance <= most).then_some((distance, *known))
        });
        distances.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
    }
}

/// The letters of a name in lower case: `off_variation` is `offVariation`.
fn normal(name: &str) -> Vec<char> {
    let letters = name.chars().filter(|letter| !matches!(letter, '_' | '-' | ' '));
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The number of letters to insert, remove, replace or exchange with the next.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
    for (line, letter) in one.iter().enumerate() {
        let mut row = vec![line + 1];
        for (column, other_letter) in other.iter().enumerate() {
            let replaced = at(&above, column) + usize::from(letter != other_letter);
            let mut least = replaced.min(at(&above, column + 1) + 1).min(at(&row, column) + 1);
            let last = |letters: &[char], index: usize| {
                index.checked_sub(1).and_then(|index| letters.get(index)).copied()
            };
            let exchanged =
                last(one, line) == Some(*other_letter) && last(other, column) == Some(*letter);
            if let (true, Some(column)) = (exchanged, column.checked_sub(1)) {
                least = least.min(at(&before, column) + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    at(&above, other.len())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn distances_count_edits() {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        for (one, other, edits) in [
            ("", "", 0),
            ("abc", "", 3),
            ("rule", "rules", 1),
            ("ruels", "rules", 1),
            ("fallthough", "fallthrough", 1),
            ("clasues", "clauses", 1),
            ("kind", "key", 3),
        ] {
            assert_eq!(distance(&letters(one), &letters(other)), edits, "{one}");
            assert_eq!(distance(&letters(other), &letters(one)), edits, "{one}");
        }
    }

    /// The schema has the same properties, except those that only commands write.
    #[test]
    fn the_schema_has_the_same_properties() {
        let schema = include_str!("../../../docs/flag-document.schema.json");
        let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
        let of = |object: &serde_json::Value| -> BTreeSet<String> {
            object["properties"].as_object().unwrap().keys().cloned().collect()
        };
        let definition = |name: &str| of(&schema["$defs"][name]);
        let items =
            |name: &str, list: &str| of(&schema["$defs"][name]["properties"][list]["items"]);
        let chosen = &(&definition("chosen") | &definition("developmentStrategy"));
        for (shape, expected) in [
            (&DOCUMENT, of(&schema)),
            (&META, definition("meta")),
            (&STRATEGY, chosen.clone()),
            (&FLAG, definition("flag")),
            (&TARGET, definition("target")),
            (&RULE, items("flag", "rules")),
            (&PREREQUISITE, items("flag", "prerequisites")),
            (&CLAUSE, definition("clause")),
            (&ROLLOUT, definition("rollout")),
            (&WEIGHTED, items("rollout", "variations")),
            (&LIFECYCLE, definition("lifecycle")),
            (&PLAN, definition("rolloutPlan")),
            (&STAGE, definition("rolloutStage")),
            (&SEGMENT, definition("segment")),
            (&CONTEXT_LIST, items("segment", "includedContexts")),
            (&SEGMENT_RULE, items("segment", "rules")),
        ] {
            let known: BTreeSet<String> =
                shape.known.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(known, expected);
        }
    }

    #[test]
    fn known_properties_are_not_confused() {
        for shape in [&FLAG, &RULE, &CLAUSE, &ROLLOUT, &LIFECYCLE, &SEGMENT, &META] {
            for name in shape.known {
                assert_eq!(shape.meant(name, &Object::default()), None, "{name}");
            }
        }
        // Other properties of flags and segments in LaunchDarkly's API and SDKs.
        let others = [
            "name",
            "tags",
            "kind",
            "temporary",
            "archived",
            "creationDate",
            "_links",
            "maintainerId",
            "defaults",
            "customProperties",
            "_version",
            "environments",
            "sampling",
            "comment",
            "note",
        ];
        for name in others {
            for shape in [&FLAG, &SEGMENT] {
                assert_eq!(shape.meant(name, &Object::default()), None, "{name}");
            }
        }
    }
}
