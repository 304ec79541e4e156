//! The attributes of a context that are known.

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::model::{Bucketing, KindSlot, Model, Targets};
use isoflag::{AttributeReference, BoundFlags, Context, Flags, Object, Value, printable};

use super::ProjectionError;

/// The known part of a context: it has these kinds, and each of their attributes has this value.
/// Null is a kind or an attribute that the context lacks.
pub(super) struct Known {
    /// For each known kind, the known attributes; `None` if the context lacks the kind.
    kinds: BTreeMap<Arc<str>, Option<Object>>,
    /// A context that has them.
    pub(super) bound: BoundFlags,
}

const KIND: &str = "kind";
const KEY: &str = "key";

impl Known {
    /// Reads `{kind: {attribute: value}}`; null is nothing.
    pub(super) fn read(flags: &Flags, known: &Value) -> Result<Known, ProjectionError> {
        let invalid = |message: String| ProjectionError::Known(message);
        let example = r#"expected an object for each kind, such as `{"user": {"plan": "pro"}}`"#;
        let empty = Object::default();
        let object = match known {
            Value::Null => &empty,
            Value::Object(object) => object,
            other => return Err(invalid(format!("{example}, found {}", other.type_name()))),
        };
        let mut kinds = BTreeMap::new();
        let mut members = vec![(Arc::from(KIND), Value::from("multi"))];
        for (kind, attributes) in object.iter() {
            let attributes = match attributes {
                Value::Object(attributes) if **kind != *KIND => attributes,
                Value::Null if **kind != *KIND => {
                    kinds.insert(Arc::clone(kind), None);
                    continue;
                }
                _ => return Err(invalid(format!("`{}`: {example}", printable(kind)))),
            };
            let complete = match attributes.get(KEY) {
                Some(_) => attributes.clone(),
                // A context needs a key; as this one is not known, it decides nothing.
                None => attributes.with(KEY, Value::from("unknown")),
            };
            members.push((Arc::clone(kind), Value::Object(complete)));
            kinds.insert(Arc::clone(kind), Some(attributes.clone()));
        }
        if let [_] = *members {
            // A context needs a kind; as this one is not known, it decides nothing.
            let longest = kinds.keys().map(|kind| kind.len()).max().unwrap_or_default();
            let unknown = Object::default().with(KEY, Value::from("unknown"));
            members.push((Arc::from("-".repeat(longest + 1)), Value::Object(unknown)));
        }
        let context = Context::from_value(Value::Object(Object::from_members(members)));
        let context = context.map_err(|error| invalid(error.to_string()))?;
        Ok(Known { kinds, bound: flags.bind(&context) })
    }

    fn model(&self) -> &Model {
        self.bound.flags().model()
    }

    /// Whether the value of an attribute is known, or that the context lacks it.
    pub(super) fn knows(&self, kind: KindSlot, reference: &AttributeReference) -> bool {
        self.knows_name(self.model().kind(kind), reference.name())
    }

    fn knows_name(&self, kind: &str, name: &str) -> bool {
        match self.kinds.get(kind) {
            None => false,
            Some(None) => true,
            Some(Some(attributes)) => name == KIND || attributes.get(name).is_some(),
        }
    }

    /// The kinds that the context has.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &Arc<str>> {
        let present =
            |(kind, attributes): (_, &Option<Object>)| attributes.is_some().then_some(kind);
        self.kinds.iter().filter_map(present)
    }

    pub(super) fn knows_key(&self, kind: KindSlot) -> bool {
        self.knows_name(self.model().kind(kind), KEY)
    }

    /// The known key of a kind.
    pub(super) fn key(&self, kind: KindSlot) -> Option<Value> {
        self.kinds.get(self.model().kind(kind))?.as_ref()?.get(KEY).cloned()
    }

    /// Whether the bucket of the context is known.
    pub(super) fn knows_bucket(&self, bucketing: &Bucketing) -> bool {
        let input = bucketing.input(self.model());
        input.is_some_and(|input| self.knows_name(input.kind, input.attribute.name()))
    }

    /// Whether a target list names the context; `None` if the key is unknown.
    pub(super) fn targeted(&self, targets: &Targets, index: usize, kind: KindSlot) -> Option<bool> {
        self.knows_key(kind).then(|| self.bound.is_targeted(targets, index))
    }
}
