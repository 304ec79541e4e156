//! Tests of rules and verdicts.

use super::*;

fn flags(text: &str) -> Flags {
    Flags::from_json(text.as_bytes()).unwrap()
}

/// Returns a document with the flag `f`, which serves `variation` to everybody, or both to some.
fn serving(variation: Option<u32>, rest: &str) -> Flags {
    let fallthrough = match variation {
        Some(index) => format!(r#"{{"variation": {index}}}"#),
        None => r#"{"rollout": {"variations": [{"variation": 0, "weight": 50000},
            {"variation": 1, "weight": 50000}]}}"#
            .to_owned(),
    };
    flags(&format!(
        r#"{{"flags": {{"f": {{"on": true, "variations": ["a", "b"], "fallthrough": {fallthrough}{rest}}}}}}}"#
    ))
}

#[test]
fn start_times_come_from_documents_and_timestamps() {
    let absent = flags(r#"{"flags": {}}"#);
    let (split, a, b) = (serving(None, ""), serving(Some(0), ""), serving(Some(1), ""));
    let stamped = serving(Some(0), r#", "lifecycle": {"lastModifiedTimestamp": 40}"#);
    let meta = flags(
        r#"{"meta": {"lastModifiedTimestamp": 60}, "flags": {"f": {"on": true,
            "variations": ["a", "b"], "fallthrough": {"variation": 0}}}}"#,
    );
    let since = |moment, exact| Some(Since { moment, exact });
    // The history, the current document, since when it is constant, and since when stable.
    for (history, now, constant, stable) in [
        (vec![], &a, None, None),
        (vec![], &stamped, since(40.0, false), since(40.0, false)),
        (vec![], &meta, since(60.0, false), since(60.0, false)),
        (vec![(10.0, &a)], &a, since(10.0, false), since(10.0, false)),
        (vec![(10.0, &split), (20.0, &a), (30.0, &a)], &a, since(20.0, true), since(20.0, true)),
        (vec![(10.0, &absent), (20.0, &a)], &a, since(20.0, true), since(20.0, true)),
        (vec![(10.0, &a), (20.0, &b), (30.0, &a)], &a, since(30.0, true), since(30.0, true)),
        (vec![(30.0, &a), (10.0, &b), (20.0, &a)], &a, since(20.0, true), since(20.0, true)),
        // It changed with the current document, and the time of that is unknown.
        (vec![(10.0, &split)], &a, None, None),
        (vec![(10.0, &split)], &stamped, since(40.0, true), since(40.0, true)),
        (vec![(50.0, &a)], &stamped, since(40.0, false), since(40.0, false)),
        (vec![(50.0, &split)], &stamped, None, None),
        // Documents from the future are ignored.
        (vec![(10.0, &a), (900.0, &b)], &a, since(10.0, false), since(10.0, false)),
        (vec![(10.0, &split), (20.0, &split)], &split, None, since(10.0, false)),
    ] {
        let history: Vec<DatedDocument<'_>> =
            history.iter().map(|(from, flags)| DatedDocument { from: *from, flags }).collect();
        let past = history::Past::of(now, &history, 100.0);
        let shown: Vec<f64> = history.iter().map(|document| document.from).collect();
        assert_eq!(past.constant_since("f"), constant, "constant {shown:?}");
        assert_eq!(past.stable_since("f"), stable, "stable {shown:?}");
    }
}

#[test]
fn attestations_are_known_or_unknown() {
    let answers = |lifecycle: &str| {
        let flags = serving(Some(0), &format!(r#", "lifecycle": {{{lifecycle}}}"#));
        let inputs = RetirementInputs {
            now: 1e7,
            weeks: 1.0,
            history: &[],
            activity: None,
            call_sites: None,
        };
        let found = retirements(&flags, &inputs);
        let said = [RetirementRule::Feedback, RetirementRule::Plans, RetirementRule::Need];
        said.map(|rule| found.first().unwrap().rule(rule).as_str()).join(" ")
    };
    for (lifecycle, expected) in [
        ("", "unknown unknown unknown"),
        (r#""feedback": "good""#, "unknown unknown unknown"),
        (r#""feedback": "good", "openIssues": 0"#, "yes unknown unknown"),
        (r#""feedback": "good", "openIssues": 2"#, "no unknown unknown"),
        (r#""feedback": "bad""#, "no unknown unknown"),
        (r#""openIssues": 1"#, "no unknown unknown"),
        (r#""feedback": 5, "openIssues": -1, "needed": "no""#, "unknown unknown unknown"),
        (r#""changePlanned": false, "needed": true"#, "unknown yes no"),
        (r#""changePlanned": true, "needed": false"#, "unknown no yes"),
        (r#""kind": "ops""#, "unknown unknown no"),
        (r#""kind": "permission", "needed": false"#, "unknown unknown yes"),
        (r#""kind": "release""#, "unknown unknown unknown"),
    ] {
        assert_eq!(answers(lifecycle), expected, "{lifecycle}");
    }
}

#[test]
fn a_verdict_needs_every_rule() {
    // Each row: constant, stable, feedback, plans, need, unused; safety period; call sites.
    let row = |answers: &str, safety, sites| {
        let answers = answers.chars().map(|answer| match answer {
            'y' => Ternary::Yes,
            'n' => Ternary::No,
            _ => Ternary::Unknown,
        });
        let rules: Vec<_> = RetirementRule::ALL.into_iter().zip(answers).collect();
        verdict::of(&rules, safety, sites).as_str()
    };
    for (answers, safety, sites, expected) in [
        ("yyyyy?", false, None, "remove"),
        ("yyyyyn", false, Some(1), "remove"),
        ("yyyyyy", false, Some(2), "remove"),
        ("?yyyyy", false, Some(1), "ask"),
        ("y?yyyy", false, None, "ask"),
        ("yyyy?y", false, None, "ask"),
        ("n????y", false, None, "keep"),
        ("?n???y", false, None, "keep"),
        ("??n???", false, None, "keep"),
        ("???n??", false, None, "keep"),
        ("????n?", false, None, "keep"),
        ("yyyyyy", true, None, "safety"),
        ("nnnnnn", true, Some(0), "safety"),
        ("nnnnny", false, Some(0), "delete"),
        ("yyyyy?", false, Some(0), "ask"),
        ("yyyyyn", false, Some(0), "keep"),
    ] {
        assert_eq!(row(answers, safety, sites), expected, "{answers} {safety} {sites:?}");
    }
}

#[test]
fn counts_must_cover_the_period_to_prove_that_a_flag_is_unused() {
    let activity = |f: Option<(u32, u32)>, other: (u32, u32)| {
        let flag = |(first, last): (u32, u32)| {
            format!(r#"{{"counts": {{"d": {{"0": 1}}}}, "first": {first}000, "last": {last}000}}"#)
        };
        let own = f.map(|span| format!(r#""f": {}, "#, flag(span))).unwrap_or_default();
        let text = format!(r#"{{"activity": 1, "flags": {{{own}"g": {}}}}}"#, flag(other));
        Activity::from_json(text.as_bytes()).unwrap()
    };
    for (counted, expected) in [
        (activity(None, (50, 150)), Ternary::Yes),
        (activity(None, (101, 150)), Ternary::Unknown),
        (activity(None, (50, 99)), Ternary::Unknown),
        (activity(Some((60, 90)), (50, 150)), Ternary::Yes),
        (activity(Some((60, 120)), (50, 150)), Ternary::No),
        (activity(Some((110, 120)), (110, 150)), Ternary::No),
        (activity(Some((60, 90)), (50, 80)), Ternary::Unknown),
    ] {
        let last = counted.last_evaluated("f");
        assert_eq!(unused(Some(&counted), last, 100.0), expected, "{counted:?}");
    }
    assert_eq!(unused(None, LastEvaluated::Unknown, 100.0), Ternary::Unknown);
    let nothing = Activity::default();
    assert_eq!(unused(Some(&nothing), LastEvaluated::Unknown, 100.0), Ternary::Unknown);
}

#[test]
fn a_finished_flag_is_in_its_safety_period_until_its_cleanup() {
    for (lifecycle, until) in [
        (r#""status": "Finished", "cleanupTimestamp": 200"#, Some(200.0)),
        (r#""status": "Finished", "cleanup": "1970-01-02""#, Some(86_400.0)),
        (r#""status": "Finished", "cleanupTimestamp": 100"#, None),
        (r#""status": "Finished""#, None),
        (r#""status": "Done", "cleanupTimestamp": 200"#, None),
    ] {
        let flags = serving(Some(0), &format!(r#", "lifecycle": {{{lifecycle}}}"#));
        let inputs = RetirementInputs {
            now: 100.0,
            weeks: 1.0,
            history: &[],
            activity: None,
            call_sites: None,
        };
        let found = retirements(&flags, &inputs);
        assert_eq!(found.first().unwrap().safety_until, until, "{lifecycle}");
    }
}
