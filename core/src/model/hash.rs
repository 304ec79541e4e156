//! The hashes of buckets, and the prefixes that are hashed.

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::sync::Arc;

use super::fields::{Fields, Unreadable};
use crate::context::{AttributeReference, Context};
use crate::diagnostic::{Code, Findings};
use crate::hash_index;
use crate::json::{self, Value};

/// How a bucket is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// LaunchDarkly's scheme: the first 60 bits of a SHA-1.
    Sha1,
    /// isoflag's scheme for new documents: murmur3, x86, 32 bits.
    Murmur3,
}

impl Hash {
    /// `sha1` or `murmur3`, as documents write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Hash::Sha1 => "sha1",
            Hash::Murmur3 => "murmur3",
        }
    }
}

/// The hash that a part of a document specifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashChoice {
    /// Not specified, so the document's applies.
    Document,
    /// This hash.
    Named(Hash),
    /// An unknown hash; the part that uses it is malformed.
    Unknown,
}

impl HashChoice {
    /// A number for each choice, for ordering.
    pub(crate) fn rank(self) -> u32 {
        match self {
            HashChoice::Document => 0,
            HashChoice::Named(Hash::Sha1) => 1,
            HashChoice::Named(Hash::Murmur3) => 2,
            HashChoice::Unknown => 3,
        }
    }

    /// Reads the property `hash`.
    pub(crate) fn read<F: Findings>(fields: &Fields<'_, F>) -> Result<HashChoice, Unreadable> {
        let Some(name) = fields.text("hash")? else { return Ok(HashChoice::Document) };
        Ok(match &**name {
            "sha1" => HashChoice::Named(Hash::Sha1),
            "murmur3" => {
                let message =
                    "LaunchDarkly's SDKs do not support murmur3 and compute other buckets";
                fields.report(Code::NOT_PORTABLE, "hash", message);
                HashChoice::Named(Hash::Murmur3)
            }
            _ => {
                let message = format_args!("unknown hash `{name}`; write `sha1` or `murmur3`");
                fields.report(Code::UNKNOWN_HASH, "hash", message);
                HashChoice::Unknown
            }
        })
    }

    /// The hash to use; `document` is the choice in `meta.hash`.
    pub(crate) fn resolve(self, document: HashChoice) -> Option<Hash> {
        match (self, document) {
            (HashChoice::Named(hash), _) | (HashChoice::Document, HashChoice::Named(hash)) => {
                Some(hash)
            }
            (HashChoice::Document, HashChoice::Document) => Some(Hash::Sha1),
            (HashChoice::Unknown, _) | (_, HashChoice::Unknown) => None,
        }
    }
}

/// The text hashed before the context's value: the seed, or key and salt, and a dot.
///
/// All rollouts of a flag or segment share one, however long its key is.
#[derive(Clone, Debug)]
pub(crate) struct HashPrefix {
    pub(crate) text: Arc<str>,
    /// Its hash in the index.
    pub(super) hash: u32,
}

impl HashPrefix {
    pub(crate) fn of_seed(seed: f64) -> HashPrefix {
        let mut prefix = String::new();
        json::write_integer_digits(seed, &mut |digit| prefix.push(char::from(digit)));
        prefix.push('.');
        HashPrefix::of(prefix.into())
    }

    fn of(text: Arc<str>) -> HashPrefix {
        let hash = hash_index::hash(&text);
        HashPrefix { text, hash }
    }

    pub(super) fn order(&self, other: &HashPrefix) -> Ordering {
        let same = Arc::ptr_eq(&self.text, &other.text);
        if same { Ordering::Equal } else { self.text.cmp(&other.text) }
    }
}

/// Whether a number can be a seed, or be hashed: any integral double.
#[inline]
pub(crate) fn is_integral(number: f64) -> bool {
    number.trunc().total_cmp(&number).is_eq()
}

/// Whether the context has the kind, and in the attribute a string or an integer, which are hashed.
/// Without one it is in bucket 0.
#[must_use]
pub fn has_value_to_hash(context: &Context, kind: &str, attribute: &AttributeReference) -> bool {
    let individual = context.individual(kind);
    match individual.and_then(|individual| individual.get(attribute)) {
        Some(Value::String(_)) => true,
        Some(Value::Number(number)) => is_integral(number),
        _ => false,
    }
}

/// The key and the salt that the rollouts of one flag or segment are hashed with.
#[derive(Clone, Debug)]
pub(crate) struct BucketKey {
    pub(super) key: Arc<str>,
    pub(super) salt: Arc<str>,
    pub(super) prefix: OnceCell<HashPrefix>,
}

impl BucketKey {
    /// The text hashed before the context's value if no seed is specified; declares that the key
    /// and the salt decide.
    pub(super) fn prefix<F: Findings>(&self, findings: &F) -> HashPrefix {
        findings.decides("key", || Value::String(Arc::clone(&self.key)));
        findings.decides("salt", || Value::String(Arc::clone(&self.salt)));
        let prefix = || HashPrefix::of([&*self.key, ".", &self.salt, "."].concat().into());
        self.prefix.get_or_init(prefix).clone()
    }
}
