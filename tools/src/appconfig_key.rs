//! Converts flag keys to keys that AWS AppConfig accepts, and back.

/// The maximum length of an AppConfig key.
const LONGEST: usize = 64;
/// Begins an escape sequence.
const ESCAPE: &str = "_-";
/// Precedes a key that does not begin with a lower-case letter.
const BEGINNING: &str = "k_-k";

/// Returns the key in the form that AppConfig's feature flags accept, `^[a-z][a-zA-Z\d_-]{0,63}$`;
/// `None` if it would be too long. A key that AppConfig accepts is unchanged, unless it contains
/// `_-`.
///
/// `_-` begins an escape: `_-d` is a dot, `_-_` is `_-` itself, `_-x` and two hex digits are any
/// other byte, and `k_-k` precedes a key that does not begin with a lower-case letter.
///
/// ```
/// use isoflag_tools::{from_appconfig_key, to_appconfig_key};
/// let key = to_appconfig_key("DeptA.TeamB.66623");
/// assert_eq!(key.as_deref(), Some("k_-kDeptA_-dTeamB_-d66623"));
/// assert_eq!(from_appconfig_key("k_-kDeptA_-dTeamB_-d66623").as_deref(), Some("DeptA.TeamB.66623"));
/// ```
#[must_use]
pub fn to_appconfig_key(key: &str) -> Option<String> {
    let mut encoded = String::new();
    if !key.starts_with(|first: char| first.is_ascii_lowercase()) {
        encoded.push_str(BEGINNING);
    }
    let mut rest = key;
    while let Some(next) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix(ESCAPE) {
            encoded.push_str("_-_");
            rest = after;
            continue;
        }
        rest = rest.get(next.len_utf8()..)?;
        match next {
            '.' => encoded.push_str("_-d"),
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => encoded.push(next),
            other => {
                let mut bytes = [0; 4];
                for byte in other.encode_utf8(&mut bytes).bytes() {
                    encoded.push_str(&format!("_-x{byte:02x}"));
                }
            }
        }
        if encoded.len() > LONGEST {
            return None;
        }
    }
    (encoded.len() <= LONGEST).then_some(encoded)
}

/// Returns the key that [`to_appconfig_key`] converted to this one; `None` if it never produces
/// this text.
#[must_use]
pub fn from_appconfig_key(encoded: &str) -> Option<String> {
    let mut rest = encoded.strip_prefix(BEGINNING).unwrap_or(encoded);
    let mut bytes: Vec<u8> = Vec::new();
    while !rest.is_empty() {
        if let Some(escaped) = rest.strip_prefix(ESCAPE) {
            let code = escaped.chars().next()?;
            rest = escaped.get(1..)?;
            match code {
                'd' => bytes.push(b'.'),
                '_' => bytes.extend(ESCAPE.bytes()),
                'x' => {
                    bytes.push(u8::from_str_radix(rest.get(..2)?, 16).ok()?);
                    rest = rest.get(2..)?;
                }
                _ => return None,
            }
        } else {
            let next = rest.chars().next()?;
            bytes.extend(next.to_string().bytes());
            rest = rest.get(next.len_utf8()..)?;
        }
    }
    let key = String::from_utf8(bytes).ok()?;
    (to_appconfig_key(&key).as_deref() == Some(encoded)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_legal(key: &str) -> bool {
        let mut letters = key.chars();
        letters.next().is_some_and(|first| first.is_ascii_lowercase())
            && letters.all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
            && key.len() <= LONGEST
    }

    proptest! {
        #[test]
        fn every_key_comes_back(key in "([a-zA-Z0-9_.-]|_-|k_-k|\\PC){0,40}") {
            if let Some(encoded) = to_appconfig_key(&key) {
                prop_assert!(is_legal(&encoded), "{}", encoded);
                prop_assert_eq!(from_appconfig_key(&encoded), Some(key.clone()));
                if is_legal(&key) && !key.contains(ESCAPE) {
                    prop_assert_eq!(encoded, key);
                }
            } else {
                prop_assert!(key.len() * 5 + BEGINNING.len() > LONGEST);
            }
        }

        #[test]
        fn nothing_else_is_read(encoded in "(_-[dx_k]?|[a-zA-Z0-9_-]|k_-k|\\PC){0,12}") {
            if let Some(key) = from_appconfig_key(&encoded) {
                prop_assert_eq!(to_appconfig_key(&key), Some(encoded));
            }
        }
    }
}
