//! The attributes that a context marks private, indexed for look-ups.

use super::individual::{Individual, KIND};
use super::reference::AttributeReference;
use crate::json::sort_by;

/// Private references, sorted by their components; none is a prefix of another.
pub(crate) struct PrivateAttributes(Vec<AttributeReference>);

impl PrivateAttributes {
    pub(crate) fn of(individual: &Individual) -> PrivateAttributes {
        let references = individual.private.iter();
        let mut private: Vec<_> =
            references.filter_map(|text| AttributeReference::parse(text).ok()).collect();
        sort_by(&mut private, |a, b| a.components().cmp(b.components()));
        private.dedup_by(|later, before| before.overlaps(later));
        PrivateAttributes(private)
    }

    /// Whether the referenced value is private, as a whole or in part. A context's kind, key and
    /// anonymity cannot be private.
    pub(crate) fn hide(&self, reference: &AttributeReference) -> bool {
        let before = |private: &AttributeReference| private.components().lt(reference.components());
        let first = self.0.partition_point(before);
        // A prefix of the reference is right before it; references into it begin at it.
        let around = self.0.get(first.saturating_sub(1)..).unwrap_or_default().iter().take(2);
        !matches!(reference.name(), KIND | "key" | "anonymous")
            && around.into_iter().any(|private| private.overlaps(reference))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::Context;
    use crate::json::{Object, Value};

    proptest! {
        #[test]
        fn the_index_finds_the_same_as_a_linear_search(
            private in prop::collection::vec("/?[ab]{1,2}(/[ab~]{1,2}){0,3}", 0..12),
            looked_up in prop::collection::vec("/[ab]{1,2}(/[ab]{1,2}){0,3}", 1..12),
        ) {
            let references: Vec<Value> = private.iter().map(|text| Value::from(&**text)).collect();
            let meta = Object::from_iter([("privateAttributes", Value::from(references))]);
            let context = Object::from_iter([
                ("kind", "user".into()),
                ("key", "ada".into()),
                ("_meta", meta.into()),
            ]);
            let context = Context::from_value(context.into()).unwrap();
            let prepared = PrivateAttributes::of(&context.individuals()[0]);
            for text in looked_up {
                let reference = AttributeReference::parse(&Arc::from(text)).unwrap();
                let hidden = private.iter().any(|text| {
                    AttributeReference::parse(&Arc::from(&**text))
                        .is_ok_and(|private| private.overlaps(&reference))
                });
                prop_assert_eq!(prepared.hide(&reference), hidden, "{}", reference);
            }
        }
    }

    #[test]
    fn kind_key_and_anonymity_are_never_private() {
        let user = br#"{"kind": "user", "key": "a",
            "_meta": {"privateAttributes": ["kind", "key", "anonymous", "name"]}}"#;
        let context = Context::from_json(user).unwrap();
        let private = PrivateAttributes::of(&context.individuals()[0]);
        for (name, hidden) in
            [("kind", false), ("key", false), ("anonymous", false), ("name", true)]
        {
            let reference = AttributeReference::parse(&Arc::from(name)).unwrap();
            assert_eq!(private.hide(&reference), hidden, "{name}");
        }
    }
}
