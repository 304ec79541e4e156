//! The digest of a document, and LaunchDarkly's secure-mode hash.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::context::Context;
use crate::json::{Value, push_hex};

/// `sha256:` and 64 hex digits, over the RFC 8785 text of a value.
#[must_use]
pub fn digest(value: &Value) -> String {
    ["sha256:", &hex(&Sha256::digest(value.to_canonical_json()))].concat()
}

/// Returns LaunchDarkly's secure-mode hash of a context: lower-case hex of the HMAC-SHA256 of its
/// fully-qualified key, keyed by the SDK key. Empty if the SDK key is empty, because anybody could
/// compute that hash.
///
/// ```
/// use isoflag::{Context, secure_mode_hash};
/// let context = Context::builder("Message").build()?;
/// assert_eq!(
///     secure_mode_hash("secret", &context),
///     "aa747c502a898200f9e4fa21bac68136f886a0e27aec70ba06daf2e2a5cb5597",
/// );
/// assert_eq!(secure_mode_hash("", &context), "");
/// # Ok::<(), isoflag::ContextError>(())
/// ```
#[must_use]
pub fn secure_mode_hash(sdk_key: &str, context: &Context) -> String {
    if sdk_key.is_empty() {
        return String::new();
    }
    // HMAC accepts keys of any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(sdk_key.as_bytes()) else {
        return String::new();
    };
    mac.update(context.key().as_bytes());
    hex(&mac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    bytes.iter().for_each(|byte| push_hex(*byte, &mut text));
    text
}
