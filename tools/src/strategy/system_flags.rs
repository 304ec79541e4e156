//! A document as a system evaluates it: each context gets the document under its strategy.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use isoflag::{BigSegments, Context, Flags};

use super::overlay::{check_keys, overlay};
use super::selection::{InvalidPart, chosen_entry, invalid_parts, selector};
use super::{Strategy, System, choices};

/// A document with the strategies that a system chooses from.
///
/// The document under a strategy is made on first use and then kept, once for equal strategies.
///
/// ```
/// use isoflag::{Context, Flags};
/// use isoflag_tools::{System, SystemFlags};
/// let flags = Flags::from_json(br#"{
///     "flags": {"new": {"on": false, "variations": [true, false], "offVariation": 1,
///         "lifecycle": {"status": "Done", "deployedTimestamp": 1795172400}}},
///     "meta": {"strategies": {"production": [{"strategy": "Beta", "clauses": [
///         {"attribute": "email", "op": "endsWith", "values": ["@shop.example"]}]}]}}}"#)?;
/// let system = SystemFlags::new(&flags, System::Production).unwrap();
/// let grace = Context::from_json(br#"{"kind": "user", "key": "grace", "email": "g@shop.example"}"#)?;
/// let ada = Context::builder("ada").build()?;
/// let on = |context| system.under(system.choose(Some(context), None)).bool_variation("new", context, false);
/// assert!(on(&grace) && !on(&ada));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SystemFlags {
    flags: Flags,
    selector: Flags,
    /// The strategy of each entry by its index in `strategies`; `None` if the entry is invalid.
    entries: Vec<Option<usize>>,
    /// The strategies without duplicates, each with the document under it.
    strategies: Vec<(Strategy, OnceLock<Flags>)>,
    problems: Vec<String>,
}

impl SystemFlags {
    /// Returns the document as the system evaluates it; `None` if `meta.strategies` has nothing for
    /// the system, or if the document is already under a strategy, which `meta.strategy` names.
    #[must_use]
    pub fn new(flags: &Flags, system: System) -> Option<SystemFlags> {
        let meta = flags.meta()?;
        if meta.get("strategies").is_none() || meta.get("strategy").is_some() {
            return None;
        }
        let problems = invalid_parts(flags, system).into_iter();
        let problems: Vec<String> =
            problems.map(|(part, error)| format!("`{}`: {error}", part.path(system))).collect();
        let choices = choices(flags, system);
        if choices.is_empty() && problems.is_empty() {
            return None;
        }
        let selector = selector(flags, &choices);
        let mut strategies: Vec<(Strategy, OnceLock<Flags>)> = Vec::new();
        let mut indices = BTreeMap::new();
        let mut index_of = |strategy: Strategy| {
            check_keys(flags, &strategy).ok()?;
            Some(*indices.entry(strategy).or_insert_with_key(|strategy| {
                strategies.push((strategy.clone(), OnceLock::new()));
                strategies.len() - 1
            }))
        };
        let entries = choices.into_iter().map(|choice| index_of(choice.strategy.ok()?)).collect();
        Some(SystemFlags { flags: flags.clone(), selector, entries, strategies, problems })
    }

    /// Returns the index of the strategy that `meta.strategies` chooses for a context, as
    /// [`strategy_for`](crate::strategy_for) does. `None` if no entry matches, if the entry names a
    /// missing flag or without a valid context: the flags then use their own rules.
    #[must_use]
    pub fn choose(
        &self,
        context: Option<&Context>,
        big_segments: Option<&BigSegments>,
    ) -> Option<usize> {
        let entry = chosen_entry(&self.selector, context, big_segments)?;
        self.entries.get(entry).copied().flatten()
    }

    /// Returns the strategy with an index of [`choose`](SystemFlags::choose).
    #[must_use]
    pub fn strategy(&self, index: usize) -> Option<&Strategy> {
        self.strategies.get(index).map(|(strategy, _)| strategy)
    }

    /// Returns the document under a strategy; without one the document itself.
    #[must_use]
    pub fn under(&self, index: Option<usize>) -> &Flags {
        match index.and_then(|index| self.strategies.get(index)) {
            Some((strategy, under)) => under.get_or_init(|| overlay(&self.flags, strategy)),
            None => &self.flags,
        }
    }

    /// The document without a strategy.
    #[must_use]
    pub fn flags(&self) -> &Flags {
        &self.flags
    }

    /// The invalid parts of `meta.strategies` that concern the system, each as text with its path.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl InvalidPart {
    fn path(self, system: System) -> String {
        let all = "meta.strategies";
        match self {
            InvalidPart::All => all.to_owned(),
            InvalidPart::List => format!("{all}.{}", system.as_str()),
            InvalidPart::Entry(index) => format!("{all}.{}[{index}]", system.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(production: &str) -> Flags {
        let text = format!(
            r#"{{"flags": {{"new": {{"on": false, "variations": [true, false], "offVariation": 1,
                "lifecycle": {{"status": "Done", "deployedTimestamp": 1795172400}}}}}},
            "segments": {{"qa": {{"key": "qa", "unbounded": true, "generation": 1}}}},
            "meta": {{"strategies": {{"production": {production}}}}}}}"#
        );
        Flags::from_json(text.as_bytes()).unwrap()
    }

    fn of(production: &str) -> SystemFlags {
        SystemFlags::new(&document(production), System::Production).unwrap()
    }

    fn user(key: &str) -> Context {
        Context::builder(key).build().unwrap()
    }

    const FOR_GRACE: &str = r#""clauses": [{"attribute": "key", "op": "in", "values": ["grace"]}]"#;
    const FOR_EVE: &str = r#""clauses": [{"attribute": "key", "op": "in", "values": ["eve"]}]"#;

    #[test]
    fn equal_strategies_share_one_document() {
        let system = of(&format!(
            r#"[{{"strategy": "Beta", {FOR_GRACE}}}, {{"strategy": "beta", {FOR_EVE}}}]"#
        ));
        let grace = system.choose(Some(&user("grace")), None);
        assert_eq!(grace, Some(0));
        assert_eq!(system.choose(Some(&user("eve")), None), grace);
        assert!(system.under(grace).bool_variation("new", &user("eve"), false));
        // The same object, not an equal one.
        assert!(std::ptr::eq(system.under(grace), system.under(grace)));
        assert_eq!(system.choose(Some(&user("ada")), None), None);
        assert_eq!(system.under(None).digest(), system.flags().digest());
        assert_eq!(system.choose(None, None), None);
    }

    #[test]
    fn a_choice_uses_memberships_of_big_segments() {
        let system =
            of(r#"[{"strategy": "Beta", "clauses": [{"op": "segmentMatch", "values": ["qa"]}]}]"#);
        let read = r#"{"status": "HEALTHY", "memberships": {"grace": {"qa.g1": true}}}"#;
        let read = isoflag::Value::parse(read.as_bytes()).unwrap();
        let read = BigSegments::from_value(&read).unwrap();
        assert_eq!(system.choose(Some(&user("grace")), Some(&read)), Some(0));
        assert_eq!(system.choose(Some(&user("ada")), Some(&read)), None);
        assert_eq!(system.choose(Some(&user("grace")), None), None);
    }

    #[test]
    fn a_document_without_strategies_of_the_system_has_nothing_to_choose() {
        for meta in [
            "null",
            "{}",
            r#"{"strategies": null}"#,
            r#"{"strategies": {}}"#,
            r#"{"strategies": {"production": []}}"#,
            r#"{"strategies": {"development": ["Flush Out"]}}"#,
            r#"{"strategies": {"production": ["Beta"]}, "strategy": {"strategy": "Beta"}}"#,
        ] {
            let document = format!(r#"{{"flags": {{}}, "meta": {meta}}}"#);
            let flags = Flags::from_json(document.as_bytes()).unwrap();
            assert!(SystemFlags::new(&flags, System::Production).is_none(), "{meta}");
        }
    }

    #[test]
    fn invalid_parts_are_problems_and_choose_no_strategy() {
        for (strategies, problems) in [
            (
                r#"["canary", {"strategy": "Custom Production", "on": ["gone"]}]"#,
                &[
                    "`meta.strategies.production[0]`: invalid strategy `canary`: expected one of",
                    "`meta.strategies.production[1]`: `on`: the document has no flag `gone`",
                ][..],
            ),
            (
                "5",
                &["`meta.strategies.production`: expected an array of strategies, found a number"],
            ),
        ] {
            let system = of(strategies);
            assert_eq!(system.problems().len(), problems.len(), "{strategies}");
            for (found, expected) in system.problems().iter().zip(problems) {
                assert!(found.starts_with(expected), "{found}");
            }
            assert_eq!(system.choose(Some(&user("grace")), None), None);
        }
        let flags = Flags::from_json(br#"{"flags": {}, "meta": {"strategies": []}}"#).unwrap();
        let system = SystemFlags::new(&flags, System::Development).unwrap();
        assert!(system.problems()[0].starts_with("`meta.strategies`: expected an object"));
    }
}
