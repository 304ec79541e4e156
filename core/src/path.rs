//! Where in a document something stands: `flags.checkout.rules[2].clauses[0].values[1]`.

use std::fmt;

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

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Element(parent, index) => write!(f, "{parent}[{index}]"),
            Path::Member(parent, name) => {
                parent.fmt(f)?;
                let plain = !name.is_empty()
                    && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
                match (plain, parent) {
                    (true, Path::Root) => f.write_str(name),
                    (true, _) => write!(f, ".{name}"),
                    (false, _) => write!(f, "[{}]", crate::Value::from(*name)),
                }
            }
        }
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
