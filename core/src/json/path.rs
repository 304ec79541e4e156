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
    /// A member with a name of the document, which may be long: a path that is kept shares it.
    Key(&'a Path<'a>, &'a Arc<str>),
    /// An element of an array.
    Element(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    /// The path of a member of this object.
    #[must_use]
    pub fn member(&'a self, name: &'a str) -> Path<'a> {
        Path::Member(self, name)
    }

    /// The path of a member of this object, whose name is a key of the document.
    #[must_use]
    pub fn key(&'a self, key: &'a Arc<str>) -> Path<'a> {
        Path::Key(self, key)
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
            Path::Key(parent, key) => Some((parent, Step::Member(key))),
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

#[derive(Clone, Debug, PartialEq, Eq)]
enum OwnedName {
    Member(Arc<str>),
    Element(usize),
}

/// The last step of a path that is to be kept.
enum Kept<'a> {
    /// A name of the code, which is short.
    Name(&'a str),
    /// A name of the document: names are the same only if they share their memory, so that many
    /// paths with a long one cost nothing more.
    Key(&'a Arc<str>),
    Element(usize),
}

impl Kept<'_> {
    fn is(&self, known: &OwnedName) -> bool {
        match (self, known) {
            (Kept::Name(name), OwnedName::Member(known)) => **name == **known,
            (Kept::Key(key), OwnedName::Member(known)) => Arc::ptr_eq(key, known),
            (Kept::Element(index), OwnedName::Element(known)) => index == known,
            _ => false,
        }
    }

    fn to_owned(&self) -> OwnedName {
        match self {
            Kept::Name(name) => OwnedName::Member(Arc::from(*name)),
            Kept::Key(key) => OwnedName::Member(Arc::clone(key)),
            Kept::Element(index) => OwnedName::Element(*index),
        }
    }
}

impl OwnedPath {
    /// The same path to keep, which shares its beginning with a neighbor's path.
    pub(crate) fn beside(neighbor: &OwnedPath, path: &Path<'_>) -> OwnedPath {
        let above = |path: &Path<'_>| !matches!(path, Path::Root);
        let steps = successors(Some(path), |path| path.step().map(|(parent, _)| parent));
        let steps = steps.take_while(|path| above(path)).map(|path| match path {
            Path::Key(_, key) => Kept::Key(key),
            Path::Member(_, name) => Kept::Name(name),
            Path::Element(_, index) => Kept::Element(*index),
            Path::Root => Kept::Name(""),
        });
        OwnedPath::sharing(neighbor, steps.collect())
    }

    /// The same path below the first step, which shares its beginning with a neighbor's path.
    pub(crate) fn without_first(&self, neighbor: &OwnedPath) -> OwnedPath {
        let names = self.ancestors().filter_map(|path| path.0.as_deref());
        let steps = names.map(|step| match &step.name {
            OwnedName::Member(name) => Kept::Key(name),
            OwnedName::Element(index) => Kept::Element(*index),
        });
        let mut steps: Vec<_> = steps.collect();
        steps.pop();
        OwnedPath::sharing(neighbor, steps)
    }

    /// The path with these steps, of which the first is the last one.
    fn sharing(neighbor: &OwnedPath, steps: Vec<Kept<'_>>) -> OwnedPath {
        let mut known: Vec<_> = neighbor.ancestors().collect();
        let mut path = OwnedPath::default();
        let mut is_shared = true;
        for step in steps.iter().rev() {
            let is_it = |known: &&OwnedPath| {
                is_shared && known.0.as_deref().is_some_and(|known| step.is(&known.name))
            };
            let shared = known.pop().filter(is_it);
            is_shared = shared.is_some();
            path = shared.map_or_else(|| path.below_name(step.to_owned()), OwnedPath::clone);
        }
        path
    }

    /// The path one step below this one.
    pub(crate) fn below(&self, step: Step<'_>) -> OwnedPath {
        self.below_name(match step {
            Step::Member(name) => OwnedName::Member(Arc::from(name)),
            Step::Element(index) => OwnedName::Element(index),
        })
    }

    fn below_name(&self, name: OwnedName) -> OwnedPath {
        OwnedPath(Some(Arc::new(OwnedStep { parent: self.clone(), name })))
    }

    /// The paths around this one from the root on, without the root, and this one.
    #[must_use]
    pub fn beginnings(&self) -> Vec<&OwnedPath> {
        let mut paths: Vec<_> = self.ancestors().collect();
        paths.reverse();
        paths
    }

    /// Whether the two paths share their memory. Neighbors with a common beginning share that of it;
    /// comparing the names in it may take long.
    #[must_use]
    pub fn shares(&self, other: &OwnedPath) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        }
    }

    /// The steps, from the root on.
    #[must_use]
    pub fn steps(&self) -> Vec<Step<'_>> {
        let mut steps: Vec<_> = self.ancestors().filter_map(OwnedPath::last).collect();
        steps.reverse();
        steps
    }

    /// The last step; `None` for the root.
    #[must_use]
    pub fn last(&self) -> Option<Step<'_>> {
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
        let one = OwnedPath::beside(&root, &rules.element(1).member("id"));
        let other = OwnedPath::beside(&one, &rules.element(2).member("id"));
        assert_eq!(
            (&*one.to_string(), &*other.to_string()),
            ("flags.f.rules[1].id", "flags.f.rules[2].id")
        );
        let shared = one.ancestors().filter(|path| other.ancestors().any(|each| each.shares(path)));
        assert_eq!(
            shared.map(ToString::to_string).collect::<Vec<_>>(),
            ["flags.f.rules", "flags.f", "flags"]
        );
        assert_eq!(OwnedPath::beside(&one, &flag).to_string(), "flags.f");
        assert_eq!(OwnedPath::beside(&one, &Path::Root), root);
        let id = flag.member("id");
        assert_eq!(OwnedPath::beside(&one, &id).steps(), id.steps());
        assert_eq!(one.without_first(&root).to_string(), "f.rules[1].id");
        assert_eq!(root.without_first(&one), root);
    }

    #[test]
    fn a_key_is_shared_and_not_compared() {
        let flags = Path::Root.member("flags");
        let (key, equal) = (Arc::from("k"), Arc::from("k"));
        let rules = flags.key(&key);
        let one = OwnedPath::beside(&OwnedPath::default(), &rules.element(1));
        let other = OwnedPath::beside(&one, &rules.element(2));
        assert!(one.beginnings()[1].shares(other.beginnings()[1]));
        // Comparing an equal key of other memory may take long.
        let apart = OwnedPath::beside(&one, &flags.key(&equal).element(1));
        assert!(apart == one && apart.beginnings()[0].shares(one.beginnings()[0]));
        assert!(!apart.beginnings()[1].shares(one.beginnings()[1]));
        // The text of the key is never copied.
        drop((one, other, apart));
        assert_eq!(Arc::strong_count(&key), 1);
        let kept = OwnedPath::beside(&OwnedPath::default(), &rules);
        assert_eq!((Arc::strong_count(&key), kept.to_string().as_str()), (2, "flags.k"));
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
