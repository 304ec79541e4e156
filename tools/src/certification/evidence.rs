//! The flags that an artifact's tests evaluated.

use std::collections::BTreeSet;
use std::sync::Arc;

use isoflag::{Flags, Object, Value};

use crate::activity::Activity;

/// The keys of the flags that the tests evaluated, under each of the two strategies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestEvidence {
    /// Under `Production State`.
    pub production_state: BTreeSet<Arc<str>>,
    /// Under `Next Release`.
    pub next_release: BTreeSet<Arc<str>>,
}

impl TestEvidence {
    /// Returns the keys that were evaluated with the document of this digest. Evaluations with
    /// another document, such as one with a test's overrides, are not evidence for this document.
    #[must_use]
    pub fn keys(activity: &Activity, digest: &str) -> BTreeSet<Arc<str>> {
        activity.keys_under(digest).cloned().collect()
    }

    /// The keys of which a variation was served too. A feature that is on serves one: where the tests
    /// had the default alone, as by a wrong type or an invalid context, they did not run it.
    #[must_use]
    pub fn served_keys(activity: &Activity, digest: &str) -> BTreeSet<Arc<str>> {
        activity.keys_served(digest).cloned().collect()
    }

    /// Reads `{productionState, nextRelease}`, two arrays of keys; one that is absent is empty.
    ///
    /// # Errors
    ///
    /// If the value has another form; the error is a sentence.
    pub fn read(value: &Value) -> Result<TestEvidence, String> {
        let Value::Object(members) = value else {
            let message = "expected `{productionState, nextRelease}`, found ";
            return Err(format!("{message}{}", value.type_name()));
        };
        Ok(TestEvidence {
            production_state: keys(members, "productionState")?,
            next_release: keys(members, "nextRelease")?,
        })
    }
}

/// Whether evaluated keys are evidence for a document: at least one of its flags is among them.
pub(super) fn counts(flags: &Flags, evaluated: &BTreeSet<Arc<str>>) -> bool {
    evaluated.iter().any(|key| flags.contains(key))
}

fn keys(members: &Object, name: &str) -> Result<BTreeSet<Arc<str>>, String> {
    let expected = || format!("`{name}`: expected an array of keys of flags");
    match members.get(name) {
        None | Some(Value::Null) => Ok(BTreeSet::new()),
        Some(Value::Array(elements)) => {
            let mut keys = BTreeSet::new();
            for element in elements.iter() {
                keys.insert(element.as_str().map(Arc::from).ok_or_else(expected)?);
            }
            Ok(keys)
        }
        Some(_) => Err(expected()),
    }
}
