//! Receipts: an answer with its document, context and trace, in a form that anybody with the
//! document and the context can verify.

mod replay;

use std::fmt;

use isoflag::{BigSegments, Context, Explanation, Flags, Object, Value, digest};

pub use replay::{ReceiptError, replay};

/// `{digest, specVersion, contextHash, flag, answer, trace}`: an explanation, and the inputs that
/// it is about. The receipt of a projection has `parentDigest` too, the digest of the whole
/// document.
///
/// A receipt is neither secret nor a proof of its author: it is a claim that [`replay`] verifies.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The digest of the document.
    digest: String,
    /// That of the whole document, if this one is a projection.
    parent_digest: Option<String>,
    /// `None` for an invalid context.
    context_hash: Option<String>,
    explanation: Explanation,
}

/// The member of the receipt of a projection with the digest of the whole document.
const PARENT_DIGEST: &str = "parentDigest";

impl Receipt {
    /// The receipt as a JSON object.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let hash = self.context_hash.as_deref().map(Value::from);
        let inputs = [
            ("digest", Value::from(self.digest.as_str())),
            ("contextHash", hash.unwrap_or_default()),
        ];
        let explained = self.explanation.to_value();
        let explained = explained.as_object().into_iter().flat_map(Object::iter);
        // The hash identifies the context.
        let explained = explained.filter(|(name, _)| &***name != "contextKey");
        let explained = explained.map(|(name, value)| (&**name, value.clone()));
        let parent = self.parent_digest.as_deref().map(|parent| (PARENT_DIGEST, parent.into()));
        inputs.into_iter().chain(parent).chain(explained).collect::<Object>().into()
    }

    /// Returns the RFC 8785 text, byte-for-byte identical on every host runtime.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_value().to_canonical_json()
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
    Receipt {
        digest: flags.digest().to_owned(),
        parent_digest: flags.parent_digest().map(str::to_owned),
        context_hash: context.map(|context| digest(&context.to_value())),
        explanation: flags.bind_with(context, big_segments).explain(key),
    }
}
