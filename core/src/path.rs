//! Where in a document something stands: `flags.checkout.rules[2].clauses[0].values[1]`.

use std::fmt;

use crate::json::Value;

/// A place on the way down a JSON text; each step borrows the one above it, so that walking a
/// document costs nothing until a path is printed.
#[derive(Clone, Copy)]
pub(crate) enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    Element(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(crate) fn member(&'a self, name: &'a str) -> Path<'a> {
        Path::Member(self, name)
    }

    pub(crate) fn element(&'a self, index: usize) -> Path<'a> {
        Path::Element(self, index)
    }

    /// The names of the outermost members, at most three: of a document the section, the item in
    /// it and a property of that, and one more in the container of a stream.
    pub(crate) fn outermost(&self) -> Vec<String> {
        match self {
            Path::Root => Vec::new(),
            Path::Element(parent, _) => parent.outermost(),
            Path::Member(parent, name) => {
                let mut names = parent.outermost();
                if names.len() < 3 {
                    names.push((*name).to_owned());
                }
                names
            }
        }
    }
}

impl Path<'_> {
    /// The path as it is written.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) {
        let (parent, bracketed) = match self {
            Path::Root => return,
            Path::Element(parent, index) => (parent, Value::from(*index as f64)),
            Path::Member(parent, name) => {
                let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
                if !name.is_empty() && name.bytes().all(plain) {
                    parent.write(text);
                    if !matches!(parent, Path::Root) {
                        text.push('.');
                    }
                    return text.push_str(name);
                }
                (parent, Value::from(*name))
            }
        };
        parent.write(text);
        text.push_str(&["[", &bracketed.to_canonical_json(), "]"].concat());
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
        assert_eq!(clause.outermost(), ["flags", "a.b", "rules"]);
        assert_eq!(flags.outermost(), ["flags"]);
    }
}
