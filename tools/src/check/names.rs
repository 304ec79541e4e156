//! Naming patterns for flags such as `stakeholder.team.id`.

use std::fmt;
use std::sync::Arc;

use isoflag::model::Pattern;

/// A pattern for flag keys: `stakeholder.team.id`, or a regular expression in slashes.
///
/// In the first form each word names a part made of letters, digits, `_` and, unless it is a
/// separator, `-`; everything between the words is literal.
///
/// ```
/// use isoflag_tools::NamePattern;
/// let pattern = NamePattern::default();
/// let parts = pattern.parse("DeptA.TeamB.66623").unwrap_or_default();
/// assert_eq!(parts.iter().map(|(_, part)| &**part).collect::<Vec<_>>(), ["DeptA", "TeamB", "66623"]);
/// assert!(pattern.parse("dark-mode").is_none());
/// ```
#[derive(Clone, Debug)]
pub struct NamePattern {
    source: Arc<str>,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Words { pieces: Vec<Piece>, may_have_hyphens: bool },
    Expression(Arc<Pattern>),
}

impl Form {
    fn words(source: &str) -> Form {
        Form::Words { pieces: pieces(source), may_have_hyphens: !source.contains('-') }
    }
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
    pub fn read(source: &str) -> Result<NamePattern, NamePatternError> {
        let wrong = |why: String| NamePatternError { source: source.to_owned(), why };
        let slashed = source.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        let form = match slashed {
            Some(expression) => Form::Expression(
                Pattern::read(&Arc::from(format!("^(?:{expression})$")))
                    .map(Arc::new)
                    .ok_or_else(|| wrong("the regular expression is not supported".to_owned()))?,
            ),
            None => Form::words(source),
        };
        match &form {
            Form::Words { pieces, .. }
                if !pieces.iter().any(|piece| matches!(piece, Piece::Word(_))) =>
            {
                Err(wrong("it has no word".to_owned()))
            }
            _ => Ok(NamePattern { source: Arc::from(source), form }),
        }
    }

    /// Returns the parts of a key with their names, in order; `None` if the key does not match the
    /// pattern. A regular expression has no named parts.
    #[must_use]
    pub fn parse<'k>(&self, key: &'k str) -> Option<Vec<(&str, &'k str)>> {
        let (pieces, hyphen) = match &self.form {
            Form::Expression(expression) => {
                return expression.is_found_in(key).then(Vec::new);
            }
            Form::Words { pieces, may_have_hyphens } => (pieces, *may_have_hyphens),
        };
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
        NamePattern { source: Arc::from(NamePattern::USUAL), form: Form::words(NamePattern::USUAL) }
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&isoflag::shortened(&self.source))
    }
}

/// An invalid name pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePatternError {
    source: String,
    why: String,
}

impl fmt::Display for NamePatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid name pattern `{}`: {}", self.source, self.why)
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
