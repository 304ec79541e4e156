//! `check` prints every diagnostic with its position; its exit code is the severity.

use crate::program::{isoflag, isoflag_reading};

const BROKEN: &str = "cli/tests/documents/broken.json";

#[test]
fn findings_underline_their_places() {
    let ran = isoflag(&["check", BROKEN]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    insta::assert_snapshot!(ran.out);
}

#[test]
fn json_output_has_lines_and_columns() {
    let ran = isoflag(&["check", "--json", BROKEN, "examples/first/flags.json"]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.out);
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
