//! Receipts: an answer with its document, context and trace, in a form that anybody with the
//! document and the context can verify.

mod difference;
mod replay;

use std::fmt;

use isoflag::{BigSegments, Context, Explanation, Flags, Object, Value, digest};

pub use replay::{ReceiptError, replay};

use crate::strategy::{Strategy, SystemFlags};

/// `{digest, specVersion, contextHash, flag, answer, trace}`: an explanation, and the inputs that
/// it is about. If the document was evaluated under a strategy, `strategy` has it. The receipt of a
/// projection has `parentDigest` too, the digest of the whole document.
///
/// A receipt is neither secret nor a proof of its author: it is a claim that [`replay`] verifies.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The digest of the document, without the strategy.
    digest: String,
    /// That of the whole document, if this one is a projection.
    parent_digest: Option<String>,
    /// `None` for an invalid context.
    context_hash: Option<String>,
    strategy: Option<Strategy>,
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
        let strategy = self.strategy.as_ref().map(|strategy| ("strategy", strategy.to_value()));
        let explained = self.explanation.to_value();
        let explained = explained.as_object().into_iter().flat_map(Object::iter);
        // The hash identifies the context.
        let explained = explained.filter(|(name, _)| &***name != "contextKey");
        let explained = explained.map(|(name, value)| (&**name, value.clone()));
        let parent = self.parent_digest.as_deref().map(|parent| (PARENT_DIGEST, parent.into()));
        inputs.into_iter().chain(parent).chain(strategy).chain(explained).collect::<Object>().into()
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
    Receipt::of(flags, None, key, context, big_segments)
}

/// Like [`receipt`], for the document under the strategy that a system chooses for the context.
#[must_use]
pub fn system_receipt(
    system: &SystemFlags,
    key: &str,
    context: Option<&Context>,
    big_segments: Option<&BigSegments>,
) -> Receipt {
    let index = system.choose(context, big_segments);
    let strategy = index.and_then(|index| system.strategy(index));
    let under = strategy.map(|strategy| (strategy, system.under(index)));
    Receipt::of(system.flags(), under, key, context, big_segments)
}

impl Receipt {
    /// Evaluates a document, or the document under a strategy.
    fn of(
        flags: &Flags,
        under: Option<(&Strategy, &Flags)>,
        key: &str,
        context: Option<&Context>,
        big_segments: Option<&BigSegments>,
    ) -> Receipt {
        let evaluated = under.map_or(flags, |(_, evaluated)| evaluated);
        Receipt {
            digest: flags.digest().to_owned(),
            parent_digest: flags.parent_digest().map(str::to_owned),
            context_hash: context.map(|context| digest(&context.to_value())),
            strategy: under.map(|(strategy, _)| strategy.clone()),
            explanation: evaluated.bind_with(context, big_segments).explain(key),
        }
    }
}
