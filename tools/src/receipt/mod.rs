//! Receipts: an answer with its document, context and trace, in a form that anybody with the
//! document and the context can verify.

mod replay;

use std::fmt;

use isoflag::{BigSegments, BoundFlags, Context, Flags, Object, Value, digest};

pub use replay::{ReceiptError, replay};

/// The members of a receipt.
const MEMBERS: [&str; 6] = ["answer", "contextHash", "digest", "flag", "specVersion", "trace"];

/// `{digest, specVersion, contextHash, flag, answer, trace}`: an explanation, and the inputs that
/// it is about.
///
/// A receipt is neither secret nor a proof of its author: it is a claim that [`replay`] verifies.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt(Value);

impl Receipt {
    /// The receipt as a JSON object.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.0.clone()
    }

    /// Returns the RFC 8785 text, byte-for-byte identical on every host runtime.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.0.to_canonical_json()
    }

    fn member(&self, name: &str) -> &Value {
        self.0.as_object().and_then(|members| members.get(name)).unwrap_or(&Value::Null)
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json())
    }
}

/// Evaluates a flag and returns everything that is needed to evaluate it again: an
/// [explanation](isoflag::Explanation) with the document's digest, and the hash of the context
/// instead of the context (null for an invalid context).
///
/// Values of attributes that the context marks private are shown as `{"private": true}`.
#[must_use]
pub fn receipt(
    flags: &Flags,
    key: &str,
    context: Option<&Context>,
    big_segments: Option<&BigSegments>,
) -> Receipt {
    Receipt::of(&flags.bind_with(context, big_segments), key, context)
}

impl Receipt {
    fn of(bound: &BoundFlags, key: &str, context: Option<&Context>) -> Receipt {
        let explanation = bound.explain(key).to_value();
        let explained = |name: &str| {
            let members = explanation.as_object();
            members.and_then(|members| members.get(name)).cloned().unwrap_or_default()
        };
        let members = MEMBERS.map(|name| match name {
            "digest" => (name, Value::from(bound.flags().digest())),
            "contextHash" => (
                name,
                context.map(|context| Value::from(digest(&context.to_value()))).unwrap_or_default(),
            ),
            name => (name, explained(name)),
        });
        Receipt(Value::Object(Object::from_iter(members)))
    }
}
