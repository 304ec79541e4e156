//! `check` finds every mistake at its path, and reports nothing else.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod governance;

use isoflag::{Flags, Value};
use isoflag_tools::{CheckOptions, check};

fn options(text: &str) -> CheckOptions {
    CheckOptions::read(&Value::parse(text.as_bytes()).unwrap()).unwrap()
}

fn flags(text: &str) -> Flags {
    Flags::from_json(text.as_bytes()).unwrap()
}

/// Returns the codes and paths of findings, without the notes that every document without owners
/// has, and without members that a case overrides.
fn found(document: &str, options_json: &str) -> Vec<String> {
    let usual = ["no-owner", "name-pattern"];
    let found = check(&flags(document), &options(options_json));
    let told = found.iter().filter(|found| {
        let usual = found.severity() == isoflag::Severity::Info && usual.contains(&found.code());
        !usual && found.code() != "duplicate-member"
    });
    told.map(|found| format!("{} {}", found.code(), found.path())).collect()
}

/// A flag `f` that serves both of its variations, with these members.
fn flag(members: &str) -> String {
    format!(
        r#"{{"flags": {{"f": {{"key": "f", "on": true, "variations": [true, false], "offVariation": 1,
            "fallthrough": {{"variation": 0}}, {members}}}}},
            "segments": {{"s": {{"key": "s"}}, "t": {{"key": "t"}}}}}}"#
    )
}

fn rules(rules: &[&[&str]]) -> String {
    let rule = |clauses: &&[&str]| {
        let clauses: Vec<_> = clauses.iter().map(|clause| format!("{{{clause}}}")).collect();
        format!(r#"{{"variation": 0, "clauses": [{}]}}"#, clauses.join(", "))
    };
    let rules: Vec<_> = rules.iter().map(rule).collect();
    flag(&format!(r#""rules": [{}]"#, rules.join(", ")))
}

const PRO: &str = r#""attribute": "plan", "op": "in", "values": ["pro"]"#;
const PAID: &str = r#""attribute": "plan", "op": "in", "values": ["pro", "team"]"#;
const NOT_PAID: &str =
    r#""attribute": "plan", "op": "in", "values": ["pro", "team"], "negate": true"#;
const NOT_PRO: &str = r#""attribute": "plan", "op": "in", "values": ["pro"], "negate": true"#;
const BEGINS: &str = r#""attribute": "plan", "op": "startsWith", "values": ["p"]"#;
const OF_ORG: &str = r#""contextKind": "org", "attribute": "plan", "op": "in", "values": ["pro"]"#;
const ADULT: &str = r#""attribute": "age", "op": "greaterThan", "values": [17]"#;
const ADA: &str = r#""attribute": "key", "op": "in", "values": ["ada"]"#;
const GRACE: &str = r#""attribute": "key", "op": "in", "values": ["grace"]"#;
const IN_S: &str = r#""op": "segmentMatch", "values": ["s"]"#;
const IN_S_OR_T: &str = r#""op": "segmentMatch", "values": ["s", "t"]"#;
const NOT_IN_S: &str = r#""op": "segmentMatch", "values": ["s"], "negate": true"#;

#[test]
fn a_rule_is_unreachable_if_an_earlier_one_matches_all_its_contexts() {
    for (before, after, unreachable) in [
        (&[PRO][..], &[PRO][..], true),
        (&[PAID], &[PRO], true),
        (&[PRO], &[PAID], false),
        (&[PRO], &[PRO, ADULT], true),
        (&[PRO, ADULT], &[PRO], false),
        (&[ADULT, PRO], &[PRO, ADULT], true),
        (&[NOT_PRO], &[NOT_PAID], true),
        (&[NOT_PAID], &[NOT_PRO], false),
        (&[PRO], &[NOT_PRO], false),
        (&[PRO], &[OF_ORG], false),
        (&[BEGINS], &[PRO], true),
        (&[BEGINS], &[PAID], false),
        (&[PRO], &[BEGINS], false),
        (&[IN_S_OR_T], &[IN_S], true),
        (&[IN_S], &[IN_S_OR_T], false),
        (&[NOT_IN_S], &[NOT_IN_S, PRO], true),
        (&[IN_S], &[NOT_IN_S], false),
    ] {
        let expected: &[&str] =
            if unreachable { &["unreachable-rule flags.f.rules[1]"] } else { &[] };
        assert_eq!(found(&rules(&[before, after]), "{}"), expected, "{before:?} {after:?}");
    }
}

#[test]
fn rules_after_one_without_clauses_are_unreachable() {
    let document = rules(&[&[], &[PRO], &[]]);
    assert_eq!(
        found(&document, "{}"),
        [
            "rule-without-clauses flags.f.rules[0]",
            "rule-without-clauses flags.f.rules[2]",
            "unreachable-rule flags.f.rules[1]",
            "unreachable-rule flags.f.rules[2]",
        ]
    );
    let segment = |weight: &str| {
        format!(
            r#"{{"segments": {{"s": {{"key": "s", "rules": [{{{weight} "clauses": [{{{PRO}}}]}},
                {{"clauses": [{{{PRO}}}]}}]}}}}}}"#
        )
    };
    assert_eq!(found(&segment(""), "{}"), ["unreachable-rule segments.s.rules[1]"]);
    assert_eq!(found(&segment(r#""weight": 100000,"#), "{}").len(), 1);
    assert_eq!(found(&segment(r#""weight": 99999,"#), "{}"), [""; 0]);
}

#[test]
fn an_off_flag_is_read_as_if_it_were_on() {
    let off = rules(&[&[PRO], &[PRO]]).replace("\"on\": true", "\"on\": false");
    assert_eq!(found(&off, "{}"), ["unreachable-rule flags.f.rules[1]"]);
}

#[test]
fn clauses_that_never_match_are_found() {
    for (clauses, expected) in [
        (
            &[r#""attribute": "a", "op": "in", "values": []"#][..],
            Some("clause-never-matches flags.f.rules[0].clauses[0]"),
        ),
        (
            &[r#""op": "segmentMatch", "values": []"#],
            Some("clause-never-matches flags.f.rules[0].clauses[0]"),
        ),
        (&[r#""attribute": "a", "op": "in", "values": [], "negate": true"#], None),
        (&[r#""attribute": "a", "op": "in", "values": [1]"#], None),
        (&[PRO, NOT_PAID], Some("contradictory-clauses flags.f.rules[0].clauses[1]")),
        (&[NOT_PAID, ADULT, PRO], Some("contradictory-clauses flags.f.rules[0].clauses[2]")),
        (&[PAID, NOT_PRO], None),
        (&[PRO, PAID], None),
        (&[IN_S, NOT_IN_S], Some("contradictory-clauses flags.f.rules[0].clauses[1]")),
        (&[ADA, GRACE], Some("contradictory-clauses flags.f.rules[0].clauses[1]")),
        (&[ADA, ADA], None),
    ] {
        assert_eq!(
            found(&rules(&[clauses]), "{}"),
            expected.into_iter().collect::<Vec<_>>(),
            "{clauses:?}"
        );
    }
    let useless = r#""attribute": "v", "op": "semVerEqual", "values": ["x", "y"]"#;
    let all = found(&rules(&[&[useless]]), "{}");
    assert_eq!(all.last().unwrap(), "clause-never-matches flags.f.rules[0].clauses[0]");
    let useful = useless.replace("\"y\"", "\"1.0.0\"");
    assert_eq!(found(&rules(&[&[&useful]]), "{}").len(), 1);
    // A rule that matches no context affects no later rule.
    assert_eq!(found(&rules(&[&[PRO, NOT_PAID], &[PRO]]), "{}").len(), 1);
}

#[test]
fn weights_add_up() {
    let rollout = |weights: [i64; 2]| {
        flag(&format!(
            r#""rules": [{{"clauses": [{{{PRO}}}], "rollout": {{"variations": [
                {{"variation": 0, "weight": {}}}, {{"variation": 1, "weight": {}}}]}}}}]"#,
            weights[0], weights[1]
        ))
    };
    let path = "rollout-weights flags.f.rules[0].rollout.variations";
    assert_eq!(found(&rollout([40_000, 60_000]), "{}"), [""; 0]);
    assert_eq!(found(&rollout([40_000, 50_000]), "{}"), [path]);
    assert_eq!(found(&rollout([40_000, 70_000]), "{}"), [path]);
    assert_eq!(found(&rollout([-1, 100_001]), "{}"), [format!("{path}[0].weight")]);
    // The author of a weight 0 means that nobody gets the entry.
    for (weights, severity) in [([60_000, 0], "error"), ([60_000, 1], "warning")] {
        let found = check(&flags(&rollout(weights)), &CheckOptions::default());
        let found = found.iter().find(|found| found.code() == "rollout-weights").unwrap();
        assert_eq!(found.severity().as_str(), severity, "{found}");
    }
    assert_eq!(found(&rollout([60_000, 0]), "{}"), [format!("{path}[1].weight")]);
    assert_eq!(found(&rollout([100_000, 0]), "{}"), [""; 0]);
}

#[test]
fn misspelt_properties_are_found() {
    let misspelt = |path: &str| format!("misspelt-property {path}");
    for (members, path) in [
        (r#""offVariaton": 1"#, "flags.f.offVariaton"),
        (r#""off_variation": 1"#, "flags.f.off_variation"),
        (r#""prerequisite": []"#, "flags.f.prerequisite"),
        (r#""targets": [{"variation": 0, "value": ["a"]}]"#, "flags.f.targets[0].value"),
        (r#""lifecycle": {"ownr": "web"}"#, "flags.f.lifecycle.ownr"),
        (
            r#""clientSideAvailability": {"usingMobilKey": true}"#,
            "flags.f.clientSideAvailability.usingMobilKey",
        ),
    ] {
        let document = flag(members).replace(r#""offVariation": 1,"#, "");
        assert!(found(&document, "{}").contains(&misspelt(path)), "{members}");
    }
    let rule =
        rules(&[&[r#""attribute": "plan", "op": "in", "values": ["pro"], "negated": true"#]]);
    let found_in_rule = check(&flags(&rule), &CheckOptions::default());
    let found_in_rule: Vec<_> =
        found_in_rule.iter().filter(|found| found.code() == "misspelt-property").collect();
    let [only] = found_in_rule.as_slice() else { panic!("{found_in_rule:?}") };
    assert_eq!(only.path().to_string(), "flags.f.rules[0].clauses[0].negated");
    assert_eq!(only.message(), "unknown property, which has no effect; did you mean `negate`?");
    let segment = r#"{"meta": {"enviroment": "x", "check": {}}, "flags": {}, "segments": {"s": {"key": "s", "include": ["a"], "note": 1}}, "flagValue": {}}"#;
    assert_eq!(
        found(segment, "{}"),
        [misspelt("flagValue"), misspelt("meta.enviroment"), misspelt("segments.s.include")]
    );
}

#[test]
fn allowed_findings_are_left_out() {
    let document =
        flag(r#""prerequisite": [], "lifecycle": {"kind": "release-toggle", "status": "?"}"#);
    let all = ["misspelt-property", "unknown-kind", "unknown-status"];
    let left = |document: &str, options: &str| {
        let found = found(document, options);
        all.map(|code| found.iter().any(|each| each.starts_with(code)))
    };
    assert_eq!(left(&document, "{}"), [true; 3]);
    assert_eq!(left(&document, r#"{"allow": ["misspelt-property"]}"#), [false, true, true]);
    let meta = r#"{"meta": {"check": {"allow": ["unknown-kind", "unknown-kind"]}},"#;
    let own = document.replacen('{', meta, 1);
    assert_eq!(left(&own, r#"{"allow": ["misspelt-property"]}"#), [false, false, true]);
}

#[test]
fn variations_that_are_never_served_are_found() {
    let nobody = "variation-never-served flags.f.variations[2]";
    for (members, expected) in [
        (r#""variations": ["a", "b", "c"]"#.to_owned(), Some(nobody)),
        (r#""variations": ["a", "b", "c"], "targets": [{"variation": 2, "values": ["x"]}]"#.to_owned(), None),
        (r#""variations": ["a", "b", "c"], "targets": [{"variation": 2, "values": []}]"#.to_owned(), Some(nobody)),
        (format!(r#""variations": ["a", "b", "c"], "rules": [{{"variation": 2, "clauses": [{{{PRO}}}]}}]"#), None),
        (r#""variations": ["a", "b", "c"], "lifecycle": {"onVariation": 2}"#.to_owned(), None),
        (r#""variations": ["a", "b", "c"], "offVariation": 2, "rules": [{"rollout": {"variations": [
            {"variation": 1, "weight": 100000}]}, "clauses": [{"attribute": "a", "op": "in", "values": [1]}]}]"#.to_owned(), None),
        (r#""variations": ["a", "b", "c"], "fallthrough": {"rollout": {"variations": [
            {"variation": 0, "weight": 50000}, {"variation": 2, "weight": 0},
            {"variation": 1, "weight": 50000}]}}"#.to_owned(), Some(nobody)),
    ] {
        assert_eq!(found(&flag(&members), "{}"), expected.into_iter().collect::<Vec<_>>(), "{members}");
    }
}

#[test]
fn types_are_not_mixed() {
    let mixed = "mixed-types flags.f.variations";
    for (variations, expected) in [
        ("[1, \"1\"]", Some(mixed)),
        ("[null, 1]", None),
        ("[{}, []]", Some(mixed)),
        ("[1, 2.5]", None),
    ] {
        let document = flag(&format!(r#""variations": {variations}"#));
        assert_eq!(
            found(&document, "{}"),
            expected.into_iter().collect::<Vec<_>>(),
            "{variations}"
        );
    }
}

#[test]
fn strategies_are_those_of_their_system() {
    let strategies = |production: &str| {
        format!(r#"{{"flags": {{}}, "meta": {{"strategies": {{"production": [{production}]}}}}}}"#)
    };
    let wrong = "invalid-strategy meta.strategies.production[0]";
    for (entry, expected) in [
        (r#"{"strategy": "Beta"}"#, None),
        (r#"{"strategy": "Flush Out"}"#, Some(wrong)),
        (r#"{"strategy": "Custom Production", "on": ["x"]}"#, Some(wrong)),
        ("5", Some(wrong)),
    ] {
        assert_eq!(
            found(&strategies(entry), "{}"),
            expected.into_iter().collect::<Vec<_>>(),
            "{entry}"
        );
    }
}

#[test]
fn checking_leaves_the_diagnostics_alone() {
    let flags = flags(&rules(&[&[], &[PRO]]));
    let loading = flags.diagnostics().to_vec();
    assert!(check(&flags, &CheckOptions::default()).starts_with(&loading));
    assert_eq!(flags.diagnostics(), loading);
}

#[test]
fn invalid_options_are_rejected() {
    for (text, message) in [
        ("[]", "expected an object, found []"),
        (
            r#"{"owner": true}"#,
            "`owner`: there is no such option; there are `names`, `owners`, `environment`, `now`, `maxFlagsPerTeam`, `maxAgeDays`, `allow`",
        ),
        (r#"{"now": "today"}"#, "`now`: expected a time in seconds, found \"today\""),
        (
            r#"{"allow": [1]}"#,
            "`allow`: there is no finding 1; docs/diagnostics.md lists the codes",
        ),
        (r#"{"names": "."}"#, "`names`: invalid name pattern `.`: it has no word"),
    ] {
        let error = CheckOptions::read(&Value::parse(text.as_bytes()).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn every_code_has_an_entry_in_the_documentation() {
    let page = include_str!("../../../docs/diagnostics.md");
    for (code, severity) in isoflag::Diagnostic::codes() {
        let entry = format!("\n- `{code}` *{severity}*: ");
        assert!(page.contains(&entry), "docs/diagnostics.md has no entry {entry:?}");
    }
    for entry in page.split("\n- `").skip(1) {
        let code = entry.split('`').next().unwrap();
        let known = isoflag::Diagnostic::codes().any(|(known, _)| known == code)
            || [
                "not-json",
                "number-range",
                "limit",
                // The npm package's own.
                "memory",
                "not-a-document",
                "not-a-patch",
                "appconfig-ion",
            ]
            .contains(&code);
        assert!(known, "docs/diagnostics.md has an entry `{code}`, and there is no such code");
    }
}
