//! References to attributes: plain names, and paths such as `/address/city`.

use std::fmt;
use std::sync::Arc;

use crate::json::Value;
use crate::limits::NESTING;

/// A reference to an attribute: a plain name, or a path such as `/address/city`, in which `~1` is
/// `/` and `~0` is `~`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AttributeReference {
    name: Arc<str>,
    /// The members to follow inside the attribute's value.
    rest: Box<[Arc<str>]>,
}

/// An invalid attribute reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceError {
    text: Arc<str>,
    problem: &'static str,
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the attribute reference `{}` {}", self.text, self.problem)
    }
}

impl std::error::Error for ReferenceError {}

impl AttributeReference {
    /// Parses a reference: a text without a leading slash is a plain name.
    ///
    /// # Errors
    ///
    /// If it is empty, or has an empty component or an escape other than `~0` and `~1`.
    pub fn parse(text: &Arc<str>) -> Result<AttributeReference, ReferenceError> {
        let error = |problem| ReferenceError { text: Arc::clone(text), problem };
        let Some(path) = text.strip_prefix('/') else {
            return AttributeReference::literal(text);
        };
        let mut components: Vec<Arc<str>> = Vec::new();
        let mut component = String::new();
        let mut characters = path.chars();
        loop {
            match characters.next() {
                Some('~') => component.push(match characters.next() {
                    Some('0') => '~',
                    Some('1') => '/',
                    _ => return Err(error("has a `~` that begins neither `~0` nor `~1`")),
                }),
                None | Some('/') if component.is_empty() => {
                    return Err(error("has an empty component; remove the extra slash"));
                }
                Some('/') => {
                    let name = std::mem::take(&mut component);
                    // No value lies deeper than objects nest: one name more leads nowhere.
                    if components.len() <= NESTING {
                        components.push(name.into());
                    }
                }
                Some(character) => component.push(character),
                None => break,
            }
        }
        components.push(component.into());
        let name = components.remove(0);
        Ok(AttributeReference { name, rest: components.into() })
    }

    /// Returns a reference to the attribute with exactly this name, including slashes.
    ///
    /// # Errors
    ///
    /// If the name is empty.
    pub fn literal(name: &Arc<str>) -> Result<AttributeReference, ReferenceError> {
        if name.is_empty() {
            return Err(ReferenceError { text: Arc::clone(name), problem: "is empty" });
        }
        Ok(AttributeReference { name: Arc::clone(name), rest: Box::default() })
    }

    /// Parses the attribute of a clause: if the context kind beside it is absent or empty, the text
    /// is a plain name, whatever it begins with.
    pub(crate) fn beside_kind(
        text: &Arc<str>,
        kind: &str,
    ) -> Result<AttributeReference, ReferenceError> {
        if kind.is_empty() {
            AttributeReference::literal(text)
        } else {
            AttributeReference::parse(text)
        }
    }

    /// The reference to a context's key.
    pub(crate) fn key() -> AttributeReference {
        AttributeReference { name: Arc::from("key"), rest: Box::default() }
    }

    /// Whether it addresses the attribute with this name as a whole.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.rest.is_empty() && &*self.name == name
    }

    /// The attribute in which the value lies.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn shared_name(&self) -> &Arc<str> {
        &self.name
    }

    /// The attribute's name, then the members to follow.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.name).chain(&self.rest).map(|name| &**name)
    }

    /// Returns the value that the reference resolves to inside an attribute; only objects have
    /// members.
    pub(crate) fn follow<'v>(&self, attribute: &'v Value) -> Option<&'v Value> {
        self.rest.iter().try_fold(attribute, |value, name| value.as_object()?.get(name))
    }

    pub(crate) fn components(&self) -> impl Iterator<Item = &Arc<str>> {
        std::iter::once(&self.name).chain(&self.rest)
    }

    /// Whether one of two references is a prefix of the other.
    #[must_use]
    pub fn overlaps(&self, other: &AttributeReference) -> bool {
        self.name == other.name && self.rest.iter().zip(&other.rest).all(|(a, b)| a == b)
    }
}

impl fmt::Display for AttributeReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rest.is_empty() && !self.name.starts_with('/') {
            return f.write_str(&self.name);
        }
        for component in std::iter::once(&self.name).chain(&self.rest) {
            write!(f, "/{}", component.replace('~', "~0").replace('/', "~1"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<AttributeReference, ReferenceError> {
        AttributeReference::parse(&Arc::from(text))
    }

    #[test]
    fn components_are_unescaped() {
        let reference = parse("/a~1b/~0c/0").unwrap();
        assert_eq!(reference.name(), "a/b");
        assert_eq!(reference.rest.iter().map(|r| &**r).collect::<Vec<_>>(), ["~c", "0"]);
        assert_eq!(reference.to_string(), "/a~1b/~0c/0");
        assert_eq!(parse("a~x//").unwrap().name(), "a~x//");
    }

    #[test]
    fn empty_components_and_unknown_escapes_are_invalid() {
        for text in ["", "/", "//", "/a/", "/a//b", "/a~", "/a~2", "/~"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_reference_overlaps_references_into_it() {
        let overlaps = |a: &str, b: &str| parse(a).unwrap().overlaps(&parse(b).unwrap());
        assert!(overlaps("/a/b", "a") && overlaps("a", "/a/b") && overlaps("/a", "a"));
        assert!(!overlaps("/a/b", "/a/c") && !overlaps("a", "b"));
    }
}
