//! The conformance suite on the core itself. Writes its answers for comparison with other host
//! runtimes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod suite;

use std::fmt::Write as _;
use std::path::Path;

use isoflag::Value;

#[test]
fn every_vector_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut lines = Vec::new();
    let mut failures = String::new();
    for (file, case) in suite::cases(&folder.join("vectors")) {
        let answer = suite::answer(&case);
        if let Err(difference) = suite::check(&case, &answer) {
            writeln!(failures, "{file} {}\n  {difference}", case.id()).unwrap();
        }
        lines.push((case.id().to_owned(), answer));
    }
    suite::write_answers(&folder.join("answers"), lines);
    assert!(failures.is_empty(), "{failures}");
}

/// Shows that the suite can fail: a wrong expectation is detected.
#[test]
fn a_wrong_expectation_is_found() {
    let text = br#"{"id": "x", "document": {"flags": {}}, "context": {"kind": "user", "key": "u"},
        "call": {"evaluate": {"flag": "missing", "default": 1}},
        "expect": {"value": 2, "variationIndex": null, "reason": {"kind": "OFF"}}}"#;
    let case = suite::Case::alone(Value::parse(text).unwrap());
    let answer = suite::answer(&case);
    assert!(suite::check(&case, &answer).is_err());
}
