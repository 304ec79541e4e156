//! Every combination of evidence and of times of the gate, against the statements of SPEC.md 15.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use isoflag::{Context, Evidence, Flags, Gate, ResponseTimes};

const UNKNOWN: Option<i64> = None;

/// The times of responses with each member unknown, early or late.
fn responses() -> Vec<[Option<i64>; 4]> {
    let times = [UNKNOWN, Some(10_000), Some(20_000)];
    let ages = [UNKNOWN, Some(0), Some(7), Some(15)];
    let mut responses = Vec::new();
    for last_modified in times {
        for date in times {
            for age in ages {
                for received in [UNKNOWN, Some(12_000), Some(21_000), Some(30_000)] {
                    responses.push([last_modified, date, age, received]);
                }
            }
        }
    }
    responses
}

fn times([last_modified, date, age, received]: [Option<i64>; 4]) -> ResponseTimes {
    let number = |number: Option<i64>| number.map(|number| number as f64);
    ResponseTimes {
        last_modified_ms: number(last_modified),
        date_ms: number(date),
        age_seconds: number(age),
        received_ms: number(received),
    }
}

/// When the origin made a response, by its own clock. Without the time of arrival nothing shows that a
/// cache wrote the date.
fn made([_, date, age, received]: [Option<i64>; 4]) -> Option<i64> {
    let age_ms = 1000 * age.unwrap_or(0);
    let date = date?;
    let of_cache = received.is_some_and(|received| 2 * (received - date) < age_ms);
    Some(date - if of_cache { age_ms } else { 0 })
}

/// When the response left the origin, by the clock of the client.
fn arrived([_, _, age, received]: [Option<i64>; 4]) -> Option<i64> {
    Some(received? - 1000 * age.unwrap_or(0))
}

/// The differences of SPEC.md 15.2; the first known one decides.
fn is_older(offered: [Option<i64>; 4], held: [Option<i64>; 4]) -> bool {
    let table = [
        (offered[0], held[0]),
        (made(offered), made(held)),
        (made(offered), held[0]),
        (offered[2].and(arrived(offered)), arrived(held)),
    ];
    let known = table.into_iter().find_map(|(offered, held)| Some((offered?, held?)));
    known.is_some_and(|(offered, held)| offered < held)
}

#[test]
fn evidence_rejects_a_document_exactly_if_the_first_known_times_show_that_it_is_older() {
    let flags = Flags::from_json(br#"{"flags": {}}"#).unwrap();
    let responses = responses();
    let mut rejected = 0;
    for offered in &responses {
        for held in &responses {
            for authoritative in [false, true] {
                let evidence =
                    Evidence { authoritative, offered: times(*offered), held: times(*held) };
                let older = is_older(*offered, *held);
                let expected = authoritative || !older;
                assert_eq!(
                    flags.supersedes(Some(&flags), &evidence),
                    expected,
                    "{offered:?} {held:?}"
                );
                assert!(flags.supersedes(None, &evidence));
                rejected += usize::from(!expected);
            }
        }
    }
    assert!(rejected > 1_000, "{rejected}");
}

/// The statement of SPEC.md 15.1 in integers: milliseconds, and `None` for an unknown age.
struct Expected {
    consistent: bool,
    settled: bool,
    remaining: Option<i64>,
}

fn expected(age: Option<i64>, enabled: bool, ttl: i64, timeout: i64) -> Expected {
    let older = |span: i64| age.is_some_and(|age| age > span);
    let remaining = age.map(|age| {
        // Whole seconds, and one more at exactly the time to live.
        let missing = 1000 * ttl - age;
        if missing < 0 { 0 } else { (0..).find(|wait| 1000 * wait >= missing.max(1)).unwrap() }
    });
    Expected {
        consistent: enabled && older(1000 * ttl),
        settled: older(2000 * ttl + timeout),
        remaining,
    }
}

#[test]
fn the_gate_has_the_answers_of_its_statement_around_every_boundary() {
    const CHANGED: i64 = 100_000;
    let document = |on: bool| {
        let text = format!(
            r#"{{"flags": {{"f": {{"on": {on}, "variations": [true, false], "offVariation": 1,
                "fallthrough": {{"variation": 0}},
                "lifecycle": {{"lastModifiedTimestamp": {}}}}}}}}}"#,
            CHANGED / 1000
        );
        Flags::from_json(text.as_bytes()).unwrap()
    };
    let context = Context::builder("k").build().unwrap();
    for enabled in [true, false] {
        let bound = document(enabled).bind(&context);
        for ttl in [0, 1, 30] {
            for timeout in [0, 3_000] {
                let spans = [0, 1000, 1000 * ttl, 2000 * ttl, 2000 * ttl + timeout];
                for age in spans.into_iter().flat_map(|span| [span - 1, span, span + 1]) {
                    let now = CHANGED + age;
                    for taken in [UNKNOWN, Some(-5_000), Some(0), Some(500), Some(40_000)] {
                        let taken = taken.map(|offset| CHANGED + offset);
                        let known = taken.map_or(age, |taken| age.min((now - taken).max(0)));
                        let known = (age >= 0).then_some(known);
                        let wanted = expected(known, enabled, ttl, timeout);
                        let gate = Gate {
                            poll_timeout_ms: timeout as f64,
                            taken_ms: taken.map(|taken| taken as f64),
                            ..Gate::new(now as f64, ttl as f64)
                        };
                        let found = bound.consistency("f", &gate);
                        let place = format!("age {age}, ttl {ttl}, timeout {timeout}, {taken:?}");
                        assert_eq!(found.enabled, enabled, "{place}");
                        assert_eq!(found.is_backend_consistent, wanted.consistent, "{place}");
                        assert_eq!(found.settled, wanted.settled, "{place}");
                        let remaining = wanted.remaining.map(|seconds| seconds as f64);
                        assert_eq!(found.remaining_seconds, remaining, "{place}");
                    }
                }
            }
        }
    }
}
