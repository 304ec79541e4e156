//! Context kinds: reserved names, and the validation of a kind's name.

/// The default kind.
pub(crate) const USER: &str = "user";

/// The member that names the kind.
pub(crate) const KIND: &str = "kind";

/// The kind of a context of several kinds; no individual context has it.
pub(super) const MULTI: &str = "multi";

/// Returns why a name is not a valid kind, or `None`.
pub(super) fn objection(kind: &str) -> Option<String> {
    if kind.is_empty() {
        return Some("a kind must not be empty".to_owned());
    }
    if kind == KIND || kind == MULTI {
        return Some(["`", kind, "` cannot be the kind of an individual context"].concat());
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (!kind.bytes().all(allowed)).then(|| {
        ["the kind `", kind, "` may hold only ASCII letters, digits, `.`, `_` and `-`"].concat()
    })
}
