//! Paths of values in a document: `flags.checkout.rules[2].clauses[0].values[1]`.

use std::fmt;

use super::value::Value;

/// A path in a JSON text; each step borrows the one above it, so that walking a document costs
/// nothing until a path is printed.
#[derive(Clone, Copy, Debug)]
pub enum Path<'a> {
    /// The whole text.
    Root,
    /// A member of an object.
    Member(&'a Path<'a>, &'a str),
    /// An element of an array.
    Element(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    /// The path of a member of this object.
    #[must_use]
    pub fn member(&'a self, name: &'a str) -> Path<'a> {
        Path::Member(self, name)
    }

    /// The path of an element of this array.
    #[must_use]
    pub fn element(&'a self, index: usize) -> Path<'a> {
        Path::Element(self, index)
    }

    /// The parent's path, and the last step; `None` for the root.
    pub(crate) fn step(&self) -> Option<(&'a Path<'a>, Step<'a>)> {
        match self {
            Path::Root => None,
            Path::Member(parent, name) => Some((parent, Step::Member(name))),
            Path::Element(parent, index) => Some((parent, Step::Element(*index))),
        }
    }
}

/// One step of a path.
#[derive(Clone, Copy)]
pub(crate) enum Step<'a> {
    Member(&'a str),
    Element(usize),
}

/// The most characters of a member's name that a path shows.
const NAME: usize = 256;

/// A path with more bytes ends here. Many findings may lie deep inside long names; this limits the
/// length of each.
const LONGEST: usize = 1024;

/// Replaces omitted text.
const OMITTED: char = '…';

impl Step<'_> {
    /// Appends the step to the text of a path.
    pub(crate) fn write(self, text: &mut String) {
        if text.len() > LONGEST {
            if !text.ends_with(OMITTED) {
                text.push(OMITTED);
            }
            return;
        }
        let bracketed = match self {
            Step::Element(index) => Value::from(index as f64),
            Step::Member(name) => match name.char_indices().nth(NAME) {
                Some((end, _)) => {
                    let shown = name.get(..end).unwrap_or_default();
                    Value::from([shown, OMITTED.encode_utf8(&mut [0; 4])].concat())
                }
                None => {
                    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
                    if !name.is_empty() && name.bytes().all(plain) {
                        if !text.is_empty() {
                            text.push('.');
                        }
                        return text.push_str(name);
                    }
                    Value::from(name)
                }
            },
        };
        text.push_str(&["[", &bracketed.to_canonical_json(), "]"].concat());
    }
}

impl Path<'_> {
    /// Formats the path.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) {
        if let Some((parent, step)) = self.step() {
            parent.write(text);
            step.write(text);
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_are_joined_by_dots_and_others_quoted() {
        let flags = Path::Root.member("flags");
        let flag = flags.member("a.b");
        let rules = flag.member("rules");
        let rule = rules.element(2);
        let clause = rule.member("clauses");
        assert_eq!(clause.to_string(), "flags[\"a.b\"].rules[2].clauses");
    }

    #[test]
    fn long_names_and_long_paths_are_cut_short() {
        let flags = Path::Root.member("flags");
        let (longest, longer) = ("é".repeat(NAME), "é".repeat(NAME + 1));
        assert_eq!(flags.member(&longest).to_string(), format!("flags[\"{longest}\"]"));
        let flag = flags.member(&longer);
        assert_eq!(flag.member("on").to_string(), format!("flags[\"{longest}…\"].on"));
        let name = "n".repeat(100);
        let mut text = String::new();
        for _ in 0..128 {
            Step::Member(&name).write(&mut text);
        }
        assert!(text.len() < LONGEST + 200 && text.ends_with("n…"), "{text}");
    }
}
