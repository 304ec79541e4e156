//! Naming patterns for flags such as `stakeholder.team.id`, and the conversion to AppConfig keys
//! and back.

use std::fmt;
use std::sync::Arc;

use crate::evaluation::Steps;
use crate::ruleset::Pattern;

/// A pattern for flag keys: `stakeholder.team.id`, or a regular expression in slashes.
///
/// In the first form each word names a part made of letters, digits, `_` and, unless it is a
/// separator, `-`; everything between the words is literal.
///
/// ```
/// use isoflag::NamePattern;
/// let pattern = NamePattern::default();
/// let parts = pattern.parse("DeptA.TeamB.66623").unwrap_or_default();
/// assert_eq!(parts.iter().map(|(_, part)| &**part).collect::<Vec<_>>(), ["DeptA", "TeamB", "66623"]);
/// assert!(pattern.parse("dark-mode").is_none());
/// ```
#[derive(Clone, Debug)]
pub struct NamePattern {
    written: Arc<str>,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Words(Vec<Piece>),
    Expression(Arc<Pattern>),
}

#[derive(Clone, Debug)]
enum Piece {
    Word(String),
    Separator(char),
}

impl NamePattern {
    /// The default pattern.
    pub const USUAL: &str = "stakeholder.team.id";

    /// Parses a pattern.
    ///
    /// # Errors
    ///
    /// If it names no part, or its regular expression is invalid.
    pub fn read(written: &str) -> Result<NamePattern, NamePatternError> {
        let wrong = |why: String| NamePatternError { written: written.to_owned(), why };
        let slashed = written.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        let form = match slashed {
            Some(expression) => Form::Expression(
                Pattern::read(&Arc::from(format!("^(?:{expression})$")))
                    .map(Arc::new)
                    .ok_or_else(|| wrong("the regular expression is not supported".to_owned()))?,
            ),
            None => Form::Words(pieces(written)),
        };
        match &form {
            Form::Words(pieces) if !pieces.iter().any(|piece| matches!(piece, Piece::Word(_))) => {
                Err(wrong("it has no word".to_owned()))
            }
            _ => Ok(NamePattern { written: Arc::from(written), form }),
        }
    }

    /// Returns the parts of a key with their names, in order; `None` if the key does not match the
    /// pattern. A regular expression has no named parts.
    #[must_use]
    pub fn parse<'k>(&self, key: &'k str) -> Option<Vec<(&str, &'k str)>> {
        let pieces = match &self.form {
            Form::Expression(expression) => {
                let matches = expression.is_match(key, |_| true, &mut Steps::default());
                return matches.is_ok_and(|matches| matches).then(Vec::new);
            }
            Form::Words(pieces) => pieces,
        };
        let hyphen = !self.written.contains('-');
        let mut rest = key;
        let mut parts = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Separator(separator) => rest = rest.strip_prefix(*separator)?,
                Piece::Word(name) => {
                    let in_word = |letter| is_word(letter) || (hyphen && letter == '-');
                    let end = rest.find(|letter| !in_word(letter)).unwrap_or(rest.len());
                    let (part, after) = rest.split_at_checked(end)?;
                    if part.is_empty() {
                        return None;
                    }
                    parts.push((name.as_str(), part));
                    rest = after;
                }
            }
        }
        rest.is_empty().then_some(parts)
    }
}

impl Default for NamePattern {
    fn default() -> NamePattern {
        let form = Form::Words(pieces(NamePattern::USUAL));
        NamePattern { written: Arc::from(NamePattern::USUAL), form }
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// An invalid name pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePatternError {
    written: String,
    why: String,
}

impl fmt::Display for NamePatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid name pattern `{}`: {}", self.written, self.why)
    }
}

impl std::error::Error for NamePatternError {}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for letter in pattern.chars() {
        match pieces.last_mut() {
            Some(Piece::Word(word)) if is_word(letter) => word.push(letter),
            _ if is_word(letter) => pieces.push(Piece::Word(letter.to_string())),
            _ => pieces.push(Piece::Separator(letter)),
        }
    }
    pieces
}

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
/// use isoflag::{from_appconfig_key, to_appconfig_key};
/// let key = to_appconfig_key("DeptA.TeamB.66623");
/// assert_eq!(key.as_deref(), Some("k_-kDeptA_-dTeamB_-d66623"));
/// assert_eq!(from_appconfig_key("k_-kDeptA_-dTeamB_-d66623").as_deref(), Some("DeptA.TeamB.66623"));
/// ```
#[must_use]
pub fn to_appconfig_key(key: &str) -> Option<String> {
    let mut written = String::new();
    if !key.starts_with(|first: char| first.is_ascii_lowercase()) {
        written.push_str(BEGINNING);
    }
    let mut rest = key;
    while let Some(next) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix(ESCAPE) {
            written.push_str("_-_");
            rest = after;
            continue;
        }
        rest = rest.get(next.len_utf8()..)?;
        match next {
            '.' => written.push_str("_-d"),
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => written.push(next),
            other => {
                let mut bytes = [0; 4];
                for byte in other.encode_utf8(&mut bytes).bytes() {
                    written.push_str(&format!("_-x{byte:02x}"));
                }
            }
        }
        if written.len() > LONGEST {
            return None;
        }
    }
    (written.len() <= LONGEST).then_some(written)
}

/// Returns the key that [`to_appconfig_key`] converted to this one; `None` if it never produces
/// this text.
#[must_use]
pub fn from_appconfig_key(written: &str) -> Option<String> {
    let mut rest = written.strip_prefix(BEGINNING).unwrap_or(written);
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
    (to_appconfig_key(&key).as_deref() == Some(written)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_match_a_pattern_or_not() {
        let usual = NamePattern::default();
        for (key, fits) in [
            ("DeptA.TeamB.66623", true),
            ("sales.web-shop.PAY-123", true),
            ("DeptA.TeamB", false),
            ("DeptA.TeamB.66623.2", false),
            ("DeptA..66623", false),
            ("DeptA.Team B.1", false),
            ("dark-mode", false),
            ("", false),
        ] {
            assert_eq!(usual.parse(key).is_some(), fits, "{key}");
        }
        assert_eq!(
            usual.parse("DeptA.TeamB.66623"),
            Some(vec![("stakeholder", "DeptA"), ("team", "TeamB"), ("id", "66623")])
        );
        let hyphens = NamePattern::read("team-id").unwrap();
        assert!(hyphens.parse("web-1").is_some() && hyphens.parse("web-shop-1").is_none());
        let own = NamePattern::read("/[a-z-]+/").unwrap();
        assert!(own.parse("dark-mode").is_some() && own.parse("Dark").is_none());
        for wrong in ["", "...", "/(/"] {
            let error = NamePattern::read(wrong).unwrap_err().to_string();
            assert!(error.starts_with(&format!("invalid name pattern `{wrong}`: ")), "{error}");
        }
    }

    fn is_legal(key: &str) -> bool {
        let mut letters = key.chars();
        letters.next().is_some_and(|first| first.is_ascii_lowercase())
            && letters.all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
            && key.len() <= LONGEST
    }

    proptest! {
        #[test]
        fn every_key_comes_back(key in "([a-zA-Z0-9_.-]|_-|k_-k|\\PC){0,40}") {
            if let Some(written) = to_appconfig_key(&key) {
                prop_assert!(is_legal(&written), "{}", written);
                prop_assert_eq!(from_appconfig_key(&written), Some(key.clone()));
                if is_legal(&key) && !key.contains(ESCAPE) {
                    prop_assert_eq!(written, key);
                }
            } else {
                prop_assert!(key.len() * 5 + BEGINNING.len() > LONGEST);
            }
        }

        #[test]
        fn nothing_else_is_read(written in "(_-[dx_k]?|[a-zA-Z0-9_-]|k_-k|\\PC){0,12}") {
            if let Some(key) = from_appconfig_key(&written) {
                prop_assert_eq!(to_appconfig_key(&key), Some(written));
            }
        }
    }
}
