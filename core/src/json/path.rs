//! Paths of values in a document: `flags.checkout.rules[2].clauses[0].values[1]`.

use std::fmt;
use std::iter::successors;
use std::sync::Arc;

use super::canonical::write_string;
use super::number::integer;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step<'a> {
    /// The name of a member.
    Member(&'a str),
    /// The index of an element.
    Element(usize),
}

/// The most characters of a member's name that a path shows.
const NAME: usize = 256;

/// A path with more bytes ends here. Many findings may lie deep inside long names; this limits the
/// length of each.
const LONGEST: usize = 1024;

/// Replaces omitted text.
const OMITTED: &str = "…";

impl Step<'_> {
    /// Appends the step to the text of a path.
    pub(crate) fn write(self, text: &mut String) {
        if text.len() > LONGEST {
            if !text.ends_with(OMITTED) {
                text.push_str(OMITTED);
            }
            return;
        }
        let name = match self {
            Step::Element(index) => {
                return text.push_str(&["[", &integer(index as i64), "]"].concat());
            }
            Step::Member(name) => name,
        };
        // Every byte of a character but the first is `10xxxxxx`.
        let begins = |(_, byte): &(usize, u8)| byte & 0b1100_0000 != 0b1000_0000;
        let end = name.bytes().enumerate().filter(begins).nth(NAME);
        let longer = end.and_then(|(end, _)| name.get(..end));
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        if longer.is_none() && !name.is_empty() && name.bytes().all(plain) {
            if !text.is_empty() {
                text.push('.');
            }
            return text.push_str(name);
        }
        let shown = longer.map(|shown| [shown, OMITTED].concat());
        text.push('[');
        write_string(shown.as_deref().unwrap_or(name), text);
        text.push(']');
    }
}

impl Path<'_> {
    /// The steps, from the root on.
    #[must_use]
    pub fn steps(&self) -> Vec<Step<'_>> {
        let mut steps: Vec<_> = successors(self.step(), |(parent, _)| parent.step()).collect();
        steps.reverse();
        steps.into_iter().map(|(_, step)| step).collect()
    }

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

/// A path that is kept; the paths of neighbors share their beginnings, however long the names in
/// them are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnedPath(Option<Arc<OwnedStep>>);

#[derive(Debug, PartialEq, Eq)]
struct OwnedStep {
    parent: OwnedPath,
    name: OwnedName,
}

#[derive(Debug, PartialEq, Eq)]
enum OwnedName {
    Member(Arc<str>),
    Element(usize),
}

impl OwnedPath {
    /// The path with these steps, which shares its beginning with a neighbor's path.
    pub(crate) fn beside(neighbor: &OwnedPath, steps: &[Step<'_>]) -> OwnedPath {
        let mut known: Vec<_> = neighbor.ancestors().collect();
        let mut path = OwnedPath::default();
        let mut is_shared = true;
        for step in steps {
            let shared = known.pop().filter(|known| is_shared && known.last() == Some(*step));
            is_shared = shared.is_some();
            path = shared.map_or_else(|| path.below(*step), OwnedPath::clone);
        }
        path
    }

    /// The path one step below this one.
    pub(crate) fn below(&self, step: Step<'_>) -> OwnedPath {
        let name = match step {
            Step::Member(name) => OwnedName::Member(Arc::from(name)),
            Step::Element(index) => OwnedName::Element(index),
        };
        OwnedPath(Some(Arc::new(OwnedStep { parent: self.clone(), name })))
    }

    /// The steps, from the root on.
    #[must_use]
    pub fn steps(&self) -> Vec<Step<'_>> {
        let mut steps: Vec<_> = self.ancestors().filter_map(OwnedPath::last).collect();
        steps.reverse();
        steps
    }

    /// The last step; `None` for the root.
    fn last(&self) -> Option<Step<'_>> {
        Some(match &self.0.as_deref()?.name {
            OwnedName::Member(name) => Step::Member(name),
            OwnedName::Element(index) => Step::Element(*index),
        })
    }

    /// This path and those around it, without the root.
    fn ancestors(&self) -> impl Iterator<Item = &OwnedPath> {
        let above = |path: &OwnedPath| path.0.is_some();
        successors(Some(self), |path| path.0.as_deref().map(|step| &step.parent))
            .take_while(move |path| above(path))
    }

    /// Formats the path.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.steps().into_iter().for_each(|step| step.write(&mut text));
        text
    }
}

impl fmt::Display for OwnedPath {
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
    fn neighbors_share_the_beginning_of_their_paths() {
        let flags = Path::Root.member("flags");
        let flag = flags.member("f");
        let rules = flag.member("rules");
        let root = OwnedPath::default();
        let one = OwnedPath::beside(&root, &rules.element(1).member("id").steps());
        let other = OwnedPath::beside(&one, &rules.element(2).member("id").steps());
        assert_eq!(
            (&*one.to_string(), &*other.to_string()),
            ("flags.f.rules[1].id", "flags.f.rules[2].id")
        );
        let shared = one.ancestors().filter(|path| {
            let is_same = |other: &OwnedPath| match (&path.0, &other.0) {
                (Some(path), Some(other)) => Arc::ptr_eq(path, other),
                _ => false,
            };
            other.ancestors().any(is_same)
        });
        assert_eq!(
            shared.map(ToString::to_string).collect::<Vec<_>>(),
            ["flags.f.rules", "flags.f", "flags"]
        );
        assert_eq!(OwnedPath::beside(&one, &flag.steps()).to_string(), "flags.f");
        assert_eq!(OwnedPath::beside(&one, &[]), root);
        let id = flag.member("id");
        assert_eq!(OwnedPath::beside(&one, &id.steps()).steps(), id.steps());
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
