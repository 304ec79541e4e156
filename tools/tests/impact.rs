//! `impact` foresees the exact shares that samples show, and counts what evaluations answer.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../../core/tests/generated_documents/mod.rs"]
mod generated_documents;

use generated_documents::documents;
use isoflag::model::FlagState;
use isoflag::{Context, Flags, Reason, ReasonKind, Value};
use isoflag_tools::{
    DecidingPart, ExactShare, FlagImpact, Foreseen, ForeseenChange, GroupBy, Impact, Move,
    ServedAnswer, impact,
};
use proptest::prelude::*;

fn flags(text: &str) -> Flags {
    Flags::from_json(text.as_bytes()).unwrap()
}

/// Returns a document with the flag `f`, on, with three variations.
fn document(members: &str) -> Flags {
    flags(&format!(
        r#"{{"flags": {{
            "f": {{"on": true, "variations": ["a", "b", "c"], "offVariation": 2, {members}}},
            "p": {{"on": true, "variations": [true, false], "fallthrough": {{"variation": 0}}}}}},
        "segments": {{"s": {{"included": ["x"]}}}}}}"#
    ))
}

fn flags_of(flags_json: &[String]) -> Flags {
    flags(&format!(r#"{{"flags": {{{}}}}}"#, flags_json.join(",")))
}

fn rollout(more: &str, weights: [u32; 3]) -> String {
    let entries = weights.iter().enumerate();
    let entries: Vec<String> = entries
        .map(|(index, weight)| format!(r#"{{"variation": {index}, "weight": {weight}}}"#))
        .collect();
    format!(r#"{{"rollout": {{{more}"variations": [{}]}}}}"#, entries.join(","))
}

fn fallthrough(more: &str, weights: [u32; 3]) -> String {
    format!(r#""salt": "s", "fallthrough": {}"#, rollout(more, weights))
}

fn counted(old: &Flags, new: &Flags, keys: usize) -> Impact {
    let context = |key| Context::builder(&format!("user-{key}")).build().ok();
    impact(old, new, (0..keys).map(context), &[])
}

/// Describes each foreseen change of the flag `f`.
fn foreseen(old: &str, new: &str) -> Vec<String> {
    let impact = impact(&document(old), &document(new), [], &[]);
    let f = impact.flags.iter().find(|flag| &*flag.key == "f");
    f.map(|f| f.foreseen.iter().map(describe).collect()).unwrap_or_default()
}

fn describe(change: &ForeseenChange) -> String {
    let shares = match &change.shares {
        Foreseen::Attributes(because) => because.to_string(),
        Foreseen::Exact(shares) => {
            let share =
                |each: &ExactShare| format!("{:?}→{:?} {}", each.from, each.to, each.share());
            let shares = shares.iter().filter(|share| share.changed).map(share);
            shares.collect::<Vec<_>>().join(", ").replace("Variation", "")
        }
    };
    let everyone = if change.everyone { "everyone" } else { "reached" };
    format!("{}/{} {everyone}: {shares}", change.from, change.to)
}

const PRO: &str = r#"[{"attribute": "plan", "op": "in", "values": ["pro"]}]"#;

#[test]
fn edits_of_rollouts_have_exact_shares() {
    let all = |weights| fallthrough("", weights);
    let seeded = |seed: &str, weights| fallthrough(&format!(r#""seed": {seed}, "#), weights);
    let everyone = "fallthrough/fallthrough everyone:";
    for (old, new, expected) in [
        // Raised: the first keeps its keys.
        (all([10_000, 90_000, 0]), all([15_000, 85_000, 0]), "(1)→(0) 0.05"),
        // The range of the second entry moves.
        (
            all([10_000, 10_000, 80_000]),
            all([15_000, 10_000, 75_000]),
            "(1)→(0) 0.05, (2)→(1) 0.05",
        ),
        // All keys get new buckets.
        (
            seeded("1", [10_000, 90_000, 0]),
            seeded("2", [20_000, 80_000, 0]),
            "(0)→(1) 0.08, (1)→(0) 0.18",
        ),
        (
            all([50_000, 50_000, 0]),
            all([50_000, 50_000, 0]).replace(r#""s""#, r#""t""#),
            "(0)→(1) 0.25, (1)→(0) 0.25",
        ),
        (r#""fallthrough": {"variation": 1}"#.to_owned(), all([1, 99_999, 0]), "(1)→(0) 0.00001"),
        // Weights below the whole: the last entry gets the rest.
        (all([10_000, 0, 0]), all([10_000, 0, 90_000]), ""),
        (all([100_000, 0, 0]), r#""fallthrough": {"variation": 0}"#.to_owned(), ""),
    ] {
        let expected: &[String] = match expected {
            "" => &[],
            expected => &[format!("{everyone} {expected}")],
        };
        assert_eq!(foreseen(&old, &new), expected, "{old} {new}");
    }
    let off = r#""on": false, "fallthrough": {"variation": 0}"#;
    assert_eq!(
        foreseen(off, &all([25_000, 75_000, 0])),
        ["off/fallthrough everyone: (2)→(0) 0.25, (2)→(1) 0.75"]
    );
}

#[test]
fn shares_of_contexts_that_reach_a_part() {
    let rule = |clauses: &str, served: &str| {
        format!(
            r#""rules": [{{"clauses": {clauses}, {served}}}], "fallthrough": {{"variation": 1}}"#
        )
    };
    let weighted = |weights| rollout("", weights).trim_matches(['{', '}']).to_owned() + "}";
    let (ten, twenty) = (weighted([10_000, 90_000, 0]), weighted([20_000, 80_000, 0]));
    assert_eq!(
        foreseen(&rule(PRO, &ten), &rule(PRO, &twenty)),
        ["rules[0]/rules[0] reached: (1)→(0) 0.1"]
    );
    let plain = r#""fallthrough": {"variation": 1}"#;
    assert_eq!(foreseen(plain, &rule(PRO, &ten)), ["fallthrough/rules[0] reached: (1)→(0) 0.1"]);
    assert_eq!(
        foreseen(&rule(PRO, r#""variation": 0"#), r#""on": false"#),
        ["rules[0]/off reached: (0)→(2) 1", "fallthrough/off reached: (1)→(2) 1"]
    );
    let basic = PRO.replace("pro", "basic");
    assert_eq!(
        foreseen(&rule(PRO, &ten), &rule(&basic, &ten)),
        ["rules[0]/rules[0] reached: the conditions differ from here on"]
    );
    let target =
        |key: &str| format!(r#""targets": [{{"variation": 0, "values": ["{key}"]}}], {plain}"#);
    assert_eq!(
        foreseen(&target("ada"), &target("bob")),
        ["targets/targets reached: the conditions differ from here on"]
    );
    assert_eq!(foreseen(plain, &target("bob")), ["fallthrough/targets reached: (1)→(0) 1"]);
}

#[test]
fn shares_that_depend_on_attributes_are_not_guessed() {
    let by =
        |attribute: &str, weights| fallthrough(&format!(r#""bucketBy": "{attribute}", "#), weights);
    let (ten, twenty) = ([10_000, 90_000, 0], [20_000, 80_000, 0]);
    let reached = "fallthrough/fallthrough everyone:";
    assert_eq!(
        foreseen(&by("country", ten), &by("country", twenty)),
        [format!(
            "{reached} the buckets are those of `country` of kind `user`, which contexts share"
        )]
    );
    assert_eq!(
        foreseen(&by("key", ten), &by("country", ten)),
        [format!(
            "{reached} the buckets are those of `country` of kind `user`, and were those of `key` of kind `user`"
        )]
    );
    let tests = r#"[{"attribute": "", "op": "in", "values": ["pro"]}]"#;
    let failing = format!(
        r#""rules": [{{"clauses": {tests}, "variation": 1}}], "fallthrough": {{"variation": 1}}"#
    );
    assert_eq!(
        foreseen(r#""fallthrough": {"variation": 1}"#, &failing),
        ["fallthrough/rules[0] reached: some evaluations may fail"]
    );
    // The prerequisite uses the same seed, so that the keys that reach the flag are not a sample.
    let seeded = |flag: &str, weights| {
        let served = rollout(r#""seed": 7, "#, weights);
        format!(
            r#"{{"flags": {{"f": {{"on": true, "variations": ["a", "b", "c"], "fallthrough": {served},
                "prerequisites": [{{"key": "{flag}", "variation": 0}}]}},
            "p": {{"on": true, "variations": [1, 2, 3], "fallthrough": {}}}}}}}"#,
            rollout(r#""seed": 7, "#, [50_000, 50_000, 0])
        )
    };
    let impact = impact(&flags(&seeded("p", ten)), &flags(&seeded("p", twenty)), [], &[]);
    let f: Vec<_> = impact.flags[0].foreseen.iter().map(describe).collect();
    assert_eq!(
        f,
        [
            "fallthrough/fallthrough reached: a prerequisite or a segment may use the same buckets of `key` of kind `user`"
        ]
    );
    assert_eq!(impact.flags[0].largest_share(0), None);
}

#[test]
fn sampled_keys_change_in_the_exact_shares() {
    const KEYS: usize = 100_000;
    let hashed = |hash: &str, weights| fallthrough(&format!(r#""hash": "{hash}", "#), weights);
    let seeded = |seed: u32, weights| {
        fallthrough(&format!(r#""seed": {seed}, "hash": "murmur3", "#), weights)
    };
    let edits = [
        [fallthrough("", [10_000, 20_000, 70_000]), fallthrough("", [15_000, 30_000, 55_000])],
        [seeded(1, [33_000, 33_000, 34_000]), seeded(2, [10_000, 60_000, 30_000])],
        [hashed("sha1", [50_000, 25_000, 25_000]), hashed("murmur3", [50_000, 25_000, 25_000])],
        [hashed("murmur3", [1_000, 0, 99_000]), hashed("murmur3", [1_500, 500, 98_000])],
        [seeded(7, [5, 0, 99_995]), seeded(7, [5_000, 0, 95_000])],
    ];
    let document = |side: usize| {
        let flags = edits.iter().enumerate().map(|(index, edit)| {
            let members = &edit[side];
            format!(r#""f{index}": {{"on": true, "variations": ["a", "b", "c"], {members}}}"#)
        });
        flags_of(&flags.collect::<Vec<_>>())
    };
    let impact = counted(&document(0), &document(1), KEYS);
    assert_eq!(impact.flags.len(), edits.len());
    for flag in &impact.flags {
        let [change] = flag.foreseen.as_slice() else { panic!("{flag:?}") };
        let Foreseen::Exact(shares) = &change.shares else { panic!("{flag:?}") };
        assert_eq!(shares.iter().map(|share| share.pairs).sum::<u64>(), 10_000_000_000);
        for share in shares {
            let is_it = |each: &&Move| (each.from, each.to) == (share.from, share.to);
            let seen = flag.moves.iter().find(is_it).map_or(0, |each| each.count) as f64;
            let expected = share.share() * KEYS as f64;
            let five_sigmas = 5.0 * (expected * (1.0 - share.share())).sqrt() + 1.0;
            assert!((seen - expected).abs() <= five_sigmas, "{} {share:?}: {seen}", flag.key);
        }
        let known =
            |each: &Move| shares.iter().any(|share| (each.from, each.to) == (share.from, share.to));
        assert!(flag.moves.iter().all(known));
    }
}

/// The part that decided; `None` if an error hides it.
fn part(flags: &Flags, key: &str, reason: Reason<'_>) -> Option<DecidingPart> {
    let handle = flags.handle(key);
    let flag = handle.and_then(|handle| flags.model().flag(handle.index()));
    Some(match (reason.kind(), flag) {
        (_, None) => DecidingPart::Missing,
        (_, Some(flag)) if matches!(flag.state, FlagState::Malformed) => DecidingPart::Malformed,
        (ReasonKind::Off, _) => DecidingPart::Off,
        (ReasonKind::TargetMatch, _) => DecidingPart::Targets,
        (ReasonKind::RuleMatch { rule_index, .. }, _) => DecidingPart::Rule(rule_index as usize),
        (ReasonKind::Fallthrough { .. }, _) => DecidingPart::Fallthrough,
        (ReasonKind::PrerequisiteFailed { prerequisite_key }, Some(flag)) => {
            let prerequisites = &flag.targeting().unwrap().prerequisites;
            let is_it = |each: &isoflag::model::Prerequisite| {
                **flags.model().flag_key(each.flag) == *prerequisite_key
            };
            // Of two with the same key it may be either.
            let mut found = (0..).zip(prerequisites).filter(|(_, each)| is_it(each));
            let (first, second) = (found.next()?, found.next());
            if second.is_some() {
                return None;
            }
            DecidingPart::Prerequisite(first.0)
        }
        _ => return None,
    })
}

fn served(flags: &Flags, key: &str, context: &Context) -> (ServedAnswer, Option<DecidingPart>) {
    let bound = flags.bind(context);
    let answer = bound.evaluate(key);
    let reason = flags.reason_of(&answer);
    let served = match (answer.variation_index(), reason.kind()) {
        (Some(index), _) => ServedAnswer::Variation(index),
        _ if !flags.contains(key) => ServedAnswer::Missing,
        (None, ReasonKind::Error { .. }) => ServedAnswer::Error,
        _ => ServedAnswer::Default,
    };
    (served, part(flags, key, reason))
}

fn holds(
    flag: &FlagImpact,
    old: &Flags,
    new: &Flags,
    context: &Context,
) -> Result<(), TestCaseError> {
    let ((from, before), (to, after)) =
        (served(old, &flag.key, context), served(new, &flag.key, context));
    let (one, other) = (from.value(&flag.variations_before), to.value(&flag.variations_after));
    let changed = one != other;
    let may_depend = |each: &ForeseenChange| matches!(each.shares, Foreseen::Attributes(_));
    let explained = flag.foreseen.iter().any(may_depend);
    prop_assert!(!changed || !flag.foreseen.is_empty(), "{}: not foreseen", flag.key);
    let (Some(before), Some(after)) = (before, after) else { return Ok(()) };
    let here = flag.foreseen.iter().find(|each| (each.from, each.to) == (before, after));
    if let Some(ForeseenChange { shares: Foreseen::Exact(shares), .. }) = here {
        let is_it = |share: &&ExactShare| (share.from, share.to) == (from, to);
        let share = shares.iter().find(is_it);
        prop_assert_eq!(share.map(|share| (share.changed, share.pairs > 0)), Some((changed, true)));
    } else {
        prop_assert!(!changed || explained, "{} {before}/{after}: {:?}", flag.key, flag.foreseen);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn each_change_of_an_answer_is_foreseen([old, new] in documents()) {
        let (old, new) = (Flags::from_value(old).unwrap(), Flags::from_value(new).unwrap());
        let contexts: Vec<Context> = (0..8).map(|user| {
            let plan = Value::from(format!("v{}", user % 3));
            Context::builder(&format!("u{user}")).attribute("plan", plan).build().unwrap()
        }).collect();
        let impact = impact(&old, &new, contexts.iter().cloned().map(Some), &[]);
        for flag in &impact.flags {
            for context in &contexts {
                holds(flag, &old, &new, context)?;
            }
            let counted = |context: &Context| {
                let (from, to) = (served(&old, &flag.key, context).0, served(&new, &flag.key, context).0);
                from.value(&flag.variations_before) != to.value(&flag.variations_after)
            };
            let changed = contexts.iter().filter(|context| counted(context)).count();
            prop_assert_eq!(flag.changed, changed as u64);
        }
    }
}

#[test]
fn a_bound_applies_to_counted_shares_or_else_to_the_largest_foreseen_one() {
    let (old, new) = (fallthrough("", [10_000, 90_000, 0]), fallthrough("", [15_000, 85_000, 0]));
    let (old, new) = (document(&old), document(&new));
    let exceeding = |impact: &Impact, bound: &str| {
        let bound = bound.parse().unwrap();
        impact.exceeding(bound).map(|(flag, _)| flag.key.to_string()).collect::<Vec<_>>()
    };
    let foreseen = impact(&old, &new, [], &[]);
    assert_eq!(exceeding(&foreseen, "5%"), [""; 0]);
    assert_eq!(exceeding(&foreseen, "4.9%"), ["f"]);
    let invalid = impact(&old, &new, [None], &[]);
    assert_eq!(exceeding(&invalid, "4.9%"), ["f"]);
    let unchanged = Context::builder("user-1").build().ok();
    assert_eq!(exceeding(&impact(&old, &new, [unchanged], &[]), "0%"), [""; 0]);
    let renamed = document(r#""rules": [{"variation": 0, "clauses": []}]"#);
    assert_eq!(exceeding(&impact(&old, &renamed, [], &[]), "99%"), ["f"]);
}

#[test]
fn a_share_of_the_keys_of_a_kind_leaves_out_contexts_without_it() {
    let by_org = |weights| document(&fallthrough(r#""contextKind": "org", "#, weights));
    let change = |old, new| {
        let orgs = ["a", "b"].map(|key| Context::builder(key).kind("org").build().ok());
        let users = ["a", "b", "c"].map(|key| Context::builder(key).build().ok());
        let impact = impact(&by_org(old), &by_org(new), orgs.into_iter().chain(users), &[]);
        impact.flags.into_iter().next().unwrap()
    };
    let (a, b) = (ServedAnswer::Variation(0), ServedAnswer::Variation(1));
    // Users have no organization, so that they are all in bucket 0.
    let started = change([0, 100_000, 0], [1, 99_999, 0]);
    assert_eq!(started.foreseen[0].without_kind, Some((b, a)));
    assert_eq!((started.changed, started.largest_share(0)), (3, None));
    assert_eq!(started.foreseen[0].changed_share(), Some(0.00001));
    let raised = change([1, 99_999, 0], [3, 99_997, 0]);
    assert_eq!(raised.foreseen[0].without_kind, None);
    assert_eq!((raised.changed, raised.largest_share(0)), (0, Some(0.00002)));
    let impact = impact(&by_org([0, 100_000, 0]), &by_org([1, 99_999, 0]), [], &[]);
    let line = r#"exact: `fallthrough`: 0.001% of the keys of kind `org` `"b"` → `"a"`; every context without this kind `"b"` → `"a"`"#;
    assert!(impact.to_string().contains(line), "{impact}");
    let json = impact.to_value().to_canonical_json();
    let without =
        r#""withoutKind":{"from":{"value":"b","variation":1},"to":{"value":"a","variation":0}}"#;
    assert!(json.contains(without), "{json}");
}

/// The cases that every host runtime computes; the tests of the bindings read the same file.
#[test]
fn the_cases_of_every_host_runtime() {
    let cases: serde_json::Value = serde_json::from_str(include_str!("impact.json")).unwrap();
    for case in cases.as_array().unwrap() {
        let (old, new) = (flags(&case["old"].to_string()), flags(&case["new"].to_string()));
        let by = case["by"].as_array().unwrap().iter();
        let by: Vec<GroupBy> = by.map(|by| GroupBy::parse(by.as_str().unwrap()).unwrap()).collect();
        let contexts = case["contexts"].as_array().into_iter().flatten();
        let contexts = contexts.map(|each| Context::from_json(each.to_string().as_bytes()).ok());
        let impact = impact(&old, &new, contexts, &by);
        let found: serde_json::Value =
            serde_json::from_str(&impact.to_value().to_canonical_json()).unwrap();
        assert_eq!(found, case["impact"], "{}", case["name"]);
        assert_eq!(impact.to_string(), case["text"], "{}", case["name"]);
    }
}
