//! `check` prints every diagnostic with its position; its exit code is the severity.

use crate::program::{isoflag, isoflag_reading};

const BROKEN: &str = "cli/tests/documents/broken.json";

#[test]
fn findings_underline_their_places() {
    let ran = isoflag(&["check", BROKEN]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    insta::assert_snapshot!(ran.out, @r#"
    note[not-portable]: LaunchDarkly's SDKs do not support murmur3 and compute other buckets
     --> cli/tests/documents/broken.json:2:54
      |
    2 |   "meta": {"formatVersion": 1, "version": 3, "hash": "murmur3"},
      |                                                      ^^^^^^^^^ meta.hash

    warning[variation-never-served]: variation 0 (false) is never served
     --> cli/tests/documents/broken.json:8:22
      |
    8 |       "variations": [false, true],
      |                      ^^^^^ flags.checkout.variations[0]

    error[variation-out-of-range]: there is no variation 2; the flag has 2
     --> cli/tests/documents/broken.json:9:23
      |
    9 |       "offVariation": 2,
      |                       ^ flags.checkout.offVariation

    warning[missing-prerequisite]: there is no flag `payment`, so the prerequisite always fails
      --> cli/tests/documents/broken.json:10:33
       |
    10 |       "prerequisites": [{"key": "payment", "variation": 0}],
       |                                 ^^^^^^^^^ flags.checkout.prerequisites[0].key

    error[invalid-regex]: "(é" is not a supported regular expression, so it never matches
      --> cli/tests/documents/broken.json:12:97
       |
    12 |         {"id": "by-mail", "clauses": [{"attribute": "email", "op": "matches", "values": ["@ex", "(é"]}], "variation": 1},
       |                                                                                                 ^^^^ flags.checkout.rules[0].clauses[0].values[1]

    error[invalid-reference]: the attribute reference `/a//b` has an empty component; remove the extra slash
      --> cli/tests/documents/broken.json:13:76
       |
    13 |         {"id": "nowhere", "clauses": [{"contextKind": "user", "attribute": "/a//b", "op": "in", "values": [1]}], "variation": 1}
       |                                                                            ^^^^^^^ flags.checkout.rules[1].clauses[0].attribute

    error[empty-rollout]: a rollout needs at least one entry
      --> cli/tests/documents/broken.json:17:25
       |
    17 |           "variations": []
       |                         ^^ flags.checkout.fallthrough.rollout.variations

    warning[missing-key]: no key; read as `shop.window`
      --> cli/tests/documents/broken.json:22:5
       |
    22 |     "shop.window": {
       |     ^^^^^^^^^^^^^ flags["shop.window"].key

    error[wrong-type]: expected a boolean, found a string
      --> cli/tests/documents/broken.json:24:13
       |
    24 |       "on": "yes",
       |             ^^^^^ flags["shop.window"].on

    warning[unknown-operator]: unknown operator `greaterThen` matches nothing
      --> cli/tests/documents/broken.json:34:49
       |
    34 |         {"clauses": [{"attribute": "age", "op": "greaterThen", "values": [18]}], "variation": 0},
       |                                                 ^^^^^^^^^^^^^ flags.typo.rules[0].clauses[0].op

    error[clause-never-matches]: never matches, and neither does its rule: none of its values can match
      --> cli/tests/documents/broken.json:35:22
       |
    35 |         {"clauses": [{"attribute": "seen", "op": "before", "values": ["yesterday"]}], "variation": 0},
       |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ flags.typo.rules[1].clauses[0]

    warning[invalid-date]: "yesterday" is not a date: epoch milliseconds, or `2026-01-31T12:00:00Z`, so it never matches
      --> cli/tests/documents/broken.json:35:71
       |
    35 |         {"clauses": [{"attribute": "seen", "op": "before", "values": ["yesterday"]}], "variation": 0},
       |                                                                       ^^^^^^^^^^^ flags.typo.rules[1].clauses[0].values[0]

    warning[missing-segment]: there is no segment `nobody`, so the clause matches no context
      --> cli/tests/documents/broken.json:36:73
       |
    36 |         {"clauses": [{"attribute": "", "op": "segmentMatch", "values": ["nobody"]}], "variation": 0}
       |                                                                         ^^^^^^^^ flags.typo.rules[2].clauses[0].values[0]

    error[segment-cycle]: `round` is a segment of itself
      --> cli/tests/documents/broken.json:42:54
       |
    42 |     "round": {"key": "round", "version": 1, "rules": [{"clauses": [{"attribute": "", "op": "segmentMatch", "values": ["round"]}]}]}
       |                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ segments.round.rules

    cli/tests/documents/broken.json: 3 flags, 7 errors, 6 warnings, 7 notes
      note[name-pattern]: `checkout` is not of the form `stakeholder.team.id` (and 2 flags like it)
      note[no-owner]: `flags.checkout`: the flag has no owner; name the team in `lifecycle.owner` (and 2 flags like it)
    "#);
}

#[test]
fn json_output_has_lines_and_columns() {
    let ran = isoflag(&["check", "--json", BROKEN, "examples/first/flags.json"]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.out, @r#"
    [{"diagnostics":[{"code":"not-portable","column":54,"line":2,"message":"LaunchDarkly's SDKs do not support murmur3 and compute other buckets","path":"meta.hash","severity":"info"},{"code":"variation-out-of-range","column":23,"line":9,"message":"there is no variation 2; the flag has 2","path":"flags.checkout.offVariation","severity":"error"},{"code":"invalid-regex","column":97,"line":12,"message":"\"(é\" is not a supported regular expression, so it never matches","path":"flags.checkout.rules[0].clauses[0].values[1]","severity":"error"},{"code":"invalid-reference","column":76,"line":13,"message":"the attribute reference `/a//b` has an empty component; remove the extra slash","path":"flags.checkout.rules[1].clauses[0].attribute","severity":"error"},{"code":"empty-rollout","column":25,"line":17,"message":"a rollout needs at least one entry","path":"flags.checkout.fallthrough.rollout.variations","severity":"error"},{"code":"missing-prerequisite","column":33,"line":10,"message":"there is no flag `payment`, so the prerequisite always fails","path":"flags.checkout.prerequisites[0].key","severity":"warning"},{"code":"wrong-type","column":13,"line":24,"message":"expected a boolean, found a string","path":"flags[\"shop.window\"].on","severity":"error"},{"code":"missing-key","column":5,"line":22,"message":"no key; read as `shop.window`","path":"flags[\"shop.window\"].key","severity":"warning"},{"code":"unknown-operator","column":49,"line":34,"message":"unknown operator `greaterThen` matches nothing","path":"flags.typo.rules[0].clauses[0].op","severity":"warning"},{"code":"invalid-date","column":71,"line":35,"message":"\"yesterday\" is not a date: epoch milliseconds, or `2026-01-31T12:00:00Z`, so it never matches","path":"flags.typo.rules[1].clauses[0].values[0]","severity":"warning"},{"code":"missing-segment","column":73,"line":36,"message":"there is no segment `nobody`, so the clause matches no context","path":"flags.typo.rules[2].clauses[0].values[0]","severity":"warning"},{"code":"segment-cycle","column":54,"line":42,"message":"`round` is a segment of itself","path":"segments.round.rules","severity":"error"},{"code":"variation-never-served","column":22,"line":8,"message":"variation 0 (false) is never served","path":"flags.checkout.variations[0]","severity":"warning"},{"code":"name-pattern","column":5,"line":4,"message":"`checkout` is not of the form `stakeholder.team.id`","path":"flags.checkout","severity":"info"},{"code":"no-owner","column":5,"line":4,"message":"the flag has no owner; name the team in `lifecycle.owner`","path":"flags.checkout","severity":"info"},{"code":"name-pattern","column":5,"line":22,"message":"`shop.window` is not of the form `stakeholder.team.id`","path":"flags[\"shop.window\"]","severity":"info"},{"code":"no-owner","column":5,"line":22,"message":"the flag has no owner; name the team in `lifecycle.owner`","path":"flags[\"shop.window\"]","severity":"info"},{"code":"clause-never-matches","column":22,"line":35,"message":"never matches, and neither does its rule: none of its values can match","path":"flags.typo.rules[1].clauses[0]","severity":"error"},{"code":"name-pattern","column":5,"line":28,"message":"`typo` is not of the form `stakeholder.team.id`","path":"flags.typo","severity":"info"},{"code":"no-owner","column":5,"line":28,"message":"the flag has no owner; name the team in `lifecycle.owner`","path":"flags.typo","severity":"info"}],"digest":"sha256:3bb5d503d5d148984c29dcf241e19c121ed6e5a2802189a2755fc1a7cdc03f5d","file":"cli/tests/documents/broken.json","flags":3},{"diagnostics":[{"code":"not-portable","column":54,"line":2,"message":"LaunchDarkly's SDKs do not support murmur3 and compute other buckets","path":"meta.hash","severity":"info"},{"code":"name-pattern","column":5,"line":4,"message":"`new-checkout` is not of the form `stakeholder.team.id`","path":"flags.new-checkout","severity":"info"},{"code":"no-owner","column":5,"line":4,"message":"the flag has no owner; name the team in `lifecycle.owner`","path":"flags.new-checkout","severity":"info"}],"digest":"sha256:91404bc701b81db9a3a89990ea0dfc526bf1d431a9779208d3801f578fd161ac","file":"examples/first/flags.json","flags":1}]
    "#);
}

#[test]
fn syntax_errors_underline_their_places() {
    let ran =
        isoflag_reading(&["check", "-"], "{\n  \"flags\": {\n    \"a\": {\"on\": nope}\n  }\n}\n");
    assert_eq!((ran.code, ran.err.as_str()), (2, ""));
    insta::assert_snapshot!(ran.out, @r#"
    error[not-json]: not JSON: expected `null`, `true` or `false`
     --> <stdin>:3:18
      |
    3 |     "a": {"on": nope}
      |                  ^ flags.a.on
    "#);
}

#[test]
fn errors_of_a_document_say_where() {
    let cases = [
        ("\u{feff}{\"flags\": nope}", "<stdin>:1:12"),
        ("{\"flags\": {\"a\": {\"variations\": [0, 1e400]}}}", "<stdin>:1:36"),
        ("{\n\"flags\": 3}", "<stdin>:2:10"),
        ("", "<stdin>:1:1"),
    ];
    for (text, place) in cases {
        let ran = isoflag_reading(&["check", "-"], text);
        assert_eq!(ran.code, 2);
        assert!(ran.out.contains(place), "{text}: {}", ran.out);
    }
}

#[test]
fn a_document_without_line_breaks_is_shown_in_part() {
    let broken = include_str!("documents/broken.json");
    let one_line: String = broken.lines().map(str::trim_start).collect();
    let padded = one_line.replacen('{', &format!("{{\"padding\": \"{}\", ", "é".repeat(5_000)), 1);
    let ran = isoflag_reading(&["check", "-"], &padded);
    assert_eq!(ran.code, 1);
    let longest = ran.out.lines().map(str::len).max();
    assert!(longest < Some(400), "{longest:?}");
    assert!(ran.out.contains("--> <stdin>:1:5"), "{}", ran.out);
}

#[test]
fn denied_warnings_are_errors() {
    let warned = r#"{"flags": {"a": {"version": 1, "on": false, "variations": [1], "offVariation": 0, "fallthrough": {"variation": 0}}}}"#;
    assert_eq!(isoflag_reading(&["check", "-"], warned).code, 0);
    assert_eq!(isoflag_reading(&["check", "-", "--deny", "warnings"], warned).code, 1);
}

#[test]
fn many_findings_about_a_flag_with_a_long_key_take_linear_time() {
    let rule =
        r#"{"variation": 9, "clauses": [{"attribute": "a", "op": "sounds like", "values": [1]}]}"#;
    let rules = vec![rule; 10_000].join(",\n");
    let key = "k".repeat(2_000_000);
    let document = format!(
        r#"{{"flags": {{"{key}": {{"key": "{key}", "on": true, "variations": [1], "rules": [{rules}],
            "fallthrough": {{"variation": 0}}}}}}}}"#
    );
    let start = std::time::Instant::now();
    let ran = isoflag_reading(&["check", "-", "--json"], &document);
    assert_eq!(ran.code, 1);
    assert!(ran.out.matches("unknown-operator").count() >= 10_000);
    // Comparing the key for each finding takes longer on any machine.
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn allowed_findings_are_not_reported() {
    let warned = r#"{"flags": {"a": {"version": 1, "on": false, "variations": [1], "offVariation": 0, "fallthrough": {"variation": 0}}}}"#;
    let denied = ["check", "-", "--deny", "warnings"];
    let ran = isoflag_reading(&[&denied[..], &["--allow", "missing-key"]].concat(), warned);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!ran.out.contains("missing-key"), "{ran:?}");
    let unknown = isoflag_reading(&[&denied[..], &["--allow", "missing-keys"]].concat(), warned);
    assert!(unknown.err.contains("there is no such finding"), "{unknown:?}");
}

#[test]
fn the_worst_of_several_files_decides() {
    let fine = "examples/first/flags.json";
    assert_eq!(isoflag(&["check", fine, fine]).code, 0);
    assert_eq!(isoflag(&["check", fine, BROKEN, fine]).code, 1);
    assert_eq!(isoflag_reading(&["check", "-", BROKEN, fine], "[").code, 2);
}

#[test]
fn an_unreachable_rule_is_reported() {
    let ran = isoflag(&["check", "examples/shop/broken.json"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    insta::assert_snapshot!(ran.out, @r#"
    error[unreachable-rule]: `families-wait-for-the-second-wave` (`rules[1]`) is unreachable: `club-members` (`rules[0]`) above it matches every context that it matches; move it up, or remove it
      --> examples/shop/broken.json:20:9
       |
    20 |         {"id": "families-wait-for-the-second-wave",
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ flags["retail.checkout.66623"].rules[1]

    examples/shop/broken.json: 1 flag, 1 error, 0 warnings, 0 notes
    "#);
}

#[test]
fn environments_are_checked_beside_each_other() {
    let shop = "examples/shop/flags.json";
    let early = |arguments: &[&str]| {
        let ran = isoflag(&[&["check", "--json", "--now", "1795172400"], arguments].concat());
        (ran.code, ran.out.matches("on-before-its-time").count())
    };
    assert_eq!(early(&[shop]), (0, 0));
    assert_eq!(early(&["--env", &format!("dev={shop}")]), (0, 0));
    let (code, found) = early(&["--env", &format!("prod={shop}"), "--env", &format!("dev={shop}")]);
    assert!(code == 1 && found > 0);
    let first = "dev=examples/first/flags.json";
    assert!(early(&["--env", &format!("prod={shop}"), "--env", first]).1 > found);
}

#[test]
fn names_and_owners_are_checked_if_they_are_required() {
    let unowned = r#"{"flags": {"a": {"key": "a", "on": false, "variations": [1], "offVariation": 0, "fallthrough": {"variation": 0}}}}"#;
    let code =
        |arguments: &[&str]| isoflag_reading(&[&["check", "-"], arguments].concat(), unowned).code;
    assert_eq!(code(&[]), 0);
    assert_eq!(code(&["--owners"]), 1);
    assert_eq!(code(&["--names"]), 1);
    assert_eq!(code(&["--names=/[a-z]/"]), 0);
    assert_eq!(code(&["--names=/(/"]), 2);
}
