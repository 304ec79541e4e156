//! The kinds of columns such as `org.key` and `org.plan`.

use std::collections::BTreeSet;

/// The prefixes of columns that name a kind: those with a column `<kind>.key`.
#[derive(Debug)]
pub struct KindPrefixes<'n>(BTreeSet<&'n str>);

impl<'n> KindPrefixes<'n> {
    /// Returns the prefixes among the names of columns.
    pub fn of(names: impl IntoIterator<Item = &'n str>) -> KindPrefixes<'n> {
        let prefixes = names.into_iter().filter_map(|name| name.strip_suffix(".key"));
        KindPrefixes(prefixes.filter(|prefix| !prefix.is_empty()).collect())
    }

    /// Splits a name into the longest prefix, empty for the kind without one, and the attribute.
    #[must_use]
    pub fn split<'t>(&self, name: &'t str) -> (&'t str, &'t str) {
        let dots = name.rmatch_indices('.').map(|(dot, _)| dot);
        let mut parts = dots.filter_map(|dot| Some((name.get(..dot)?, name.get(dot + 1..)?)));
        parts.find(|(prefix, _)| self.0.contains(prefix)).unwrap_or(("", name))
    }

    /// Whether no column names a kind.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_longest_prefix_with_a_key() {
        let prefixes = KindPrefixes::of(["key", "org.key", "org.unit.key", ".key"]);
        for (name, expected) in [
            ("plan", ("", "plan")),
            ("org.plan", ("org", "plan")),
            ("org.unit.plan", ("org.unit", "plan")),
            ("org.other.plan", ("org", "other.plan")),
            ("team.plan", ("", "team.plan")),
            (".key", ("", ".key")),
        ] {
            assert_eq!(prefixes.split(name), expected);
        }
        assert!(KindPrefixes::of(["key", "plan"]).is_empty());
    }
}
