//! The attributes of a context that are known.

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::model::{Bucketing, KindSlot, Model, Targets};
use isoflag::{AttributeReference, BoundFlags, Context, Flags, Object, Value};

use super::ProjectionError;

/// What is known of a context: it has these kinds, and each of their attributes has this value.
/// Null is an attribute that the context lacks.
pub(super) struct Known {
    /// For each known kind, the known attributes.
    kinds: BTreeMap<Arc<str>, Object>,
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
            let Some(attributes) = attributes.as_object().filter(|_| **kind != *KIND) else {
                return Err(invalid(format!("`{kind}`: {example}")));
            };
            let complete = match attributes.get(KEY) {
                Some(_) => attributes.clone(),
                // A context needs a key; as this one is not known, it decides nothing.
                None => attributes.with(KEY, Value::from("unknown")),
            };
            members.push((Arc::clone(kind), Value::Object(complete)));
            kinds.insert(Arc::clone(kind), attributes.clone());
        }
        let context = match kinds.is_empty() {
            true => None,
            false => {
                let context = Context::from_value(Value::Object(Object::from_members(members)));
                Some(context.map_err(|error| invalid(error.to_string()))?)
            }
        };
        Ok(Known { kinds, bound: flags.bind_with(context.as_ref(), None) })
    }

    fn model(&self) -> &Model {
        self.bound.flags().model()
    }

    /// Whether the value of an attribute is known, or that the context lacks it.
    pub(super) fn knows(&self, kind: KindSlot, reference: &AttributeReference) -> bool {
        self.knows_name(self.model().kind(kind), reference.name())
    }

    fn knows_name(&self, kind: &str, name: &str) -> bool {
        let attributes = self.kinds.get(kind);
        attributes.is_some_and(|attributes| name == KIND || attributes.get(name).is_some())
    }

    pub(super) fn knows_key(&self, kind: KindSlot) -> bool {
        self.knows_name(self.model().kind(kind), KEY)
    }

    /// The known key of a kind.
    pub(super) fn key(&self, kind: KindSlot) -> Option<Value> {
        self.kinds.get(self.model().kind(kind))?.get(KEY).cloned()
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
