use std::sync::Arc;

use super::fields::{Fields, Unreadable};
use crate::diagnostic::Code;
use crate::json::{self, Value};

/// How a bucket is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// LaunchDarkly's own scheme: the first 60 bits of a SHA-1.
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

/// Which hash a part of a document asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HashChoice {
    /// None, so that the document's holds.
    Document,
    Named(Hash),
    /// One that isoflag does not know; whatever it governs is malformed.
    Unknown,
}

impl HashChoice {
    /// Reads the property `hash`.
    pub(crate) fn read(fields: &Fields<'_>) -> Result<HashChoice, Unreadable> {
        let Some(name) = fields.text("hash")? else { return Ok(HashChoice::Document) };
        Ok(match &**name {
            "sha1" => HashChoice::Named(Hash::Sha1),
            "murmur3" => {
                let message = "LaunchDarkly's SDKs do not know murmur3 and give other buckets";
                fields.report(Code::NotPortable, "hash", message);
                HashChoice::Named(Hash::Murmur3)
            }
            _ => {
                let message = format_args!("unknown hash `{name}`; write `sha1` or `murmur3`");
                fields.report(Code::UnknownHash, "hash", message);
                HashChoice::Unknown
            }
        })
    }

    /// The hash in force, where `document` is what `meta.hash` says.
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

/// What is hashed before the context's value: the seed, or key and salt, and a dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HashPrefix(pub(crate) Arc<str>);

impl HashPrefix {
    pub(crate) fn of_seed(seed: f64) -> HashPrefix {
        let mut prefix = String::new();
        json::write_integer_digits(seed, &mut |digit| prefix.push(char::from(digit)));
        prefix.push('.');
        HashPrefix(prefix.into())
    }

    pub(crate) fn of_key(key: &str, salt: &str) -> HashPrefix {
        HashPrefix([key, ".", salt, "."].concat().into())
    }
}

/// Whether a number can be a seed: any integral double.
pub(crate) fn as_seed(value: &Value) -> Option<f64> {
    value.as_number().filter(|seed| seed.trunc().total_cmp(seed).is_eq())
}

/// The key and the salt that the rollouts of one flag or segment are hashed with.
#[derive(Clone, Debug)]
pub(crate) struct Salted {
    pub(crate) key: Arc<str>,
    pub(crate) salt: Arc<str>,
}
