//! The consistency gate: whether every instance of a back end has had the time to load the current
//! document.
//!
//! Instances poll for the document at different times, so after a change some still evaluate the
//! previous one. The document contains its last-modified timestamp in seconds since the epoch: one
//! time to live later, each polling instance has the change. Nothing here reads a clock.

mod stamp;
mod ttl;

pub use ttl::{TtlError, parse_ttl};

use crate::context::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::ReasonKind;
use crate::flags::{BoundFlags, Flags};
use crate::json::{Object, Value};
use stamp::{Problem, Subject};

/// The default time that an instance waits for the response to a poll, in milliseconds, as in the
/// AppConfig extension.
pub const POLL_TIMEOUT_MS: f64 = 3000.0;

/// The parameters of the gate: the current time, and how instances poll.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gate {
    /// Milliseconds since the epoch, by the wall clock.
    pub now_ms: f64,
    /// How long an instance keeps a document before it polls again.
    pub ttl_seconds: f64,
    /// The timeout of a poll.
    pub poll_timeout_ms: f64,
    /// When this instance took the document, in milliseconds since the epoch, if that went back in
    /// time ([`Flags::steps_back_from`]): the change is then at least as recent.
    pub taken_ms: Option<f64>,
}

impl Gate {
    /// Returns the gate for a moment, with the default [`POLL_TIMEOUT_MS`].
    #[must_use]
    pub fn new(now_ms: f64, ttl_seconds: f64) -> Gate {
        Gate { now_ms, ttl_seconds, poll_timeout_ms: POLL_TIMEOUT_MS, taken_ms: None }
    }

    /// The time in milliseconds after which a change has propagated: one poll may have failed, and
    /// the next may have taken until its timeout.
    #[must_use]
    pub fn settling_ms(&self) -> f64 {
        2.0 * self.ttl_seconds * 1000.0 + self.poll_timeout_ms
    }

    fn is_usable(&self) -> bool {
        let spans = [self.ttl_seconds, self.poll_timeout_ms];
        let moments = [self.now_ms, self.taken_ms.unwrap_or(0.0)];
        moments.iter().all(|moment| moment.is_finite())
            && spans.iter().all(|span| span.is_finite() && *span >= 0.0)
    }
}

/// The gate's result for a flag and a context.
#[derive(Clone, Debug, PartialEq)]
pub struct Consistency {
    /// Whether the flag is on for the context: it serves `true` or, for other types, it is on
    /// without an error.
    pub enabled: bool,
    /// Whether a journey may start: the flag is on for the context, and its last change is more
    /// than one time to live ago.
    pub is_backend_consistent: bool,
    /// Whether the change has propagated: it is more than two times to live and one poll timeout
    /// ago, so each instance has it even if one of its polls failed. Independent of the flag's
    /// value.
    pub settled: bool,
    /// Seconds until the change is one time to live ago, rounded up; `None` if the time of the
    /// change is unknown.
    pub remaining_seconds: Option<f64>,
    /// The document's version.
    pub version: Option<i64>,
    /// The document's digest.
    pub digest: String,
    problem: Option<Problem>,
}

impl Consistency {
    /// Returns why the result is `false` although enough time may have passed: the timestamp is
    /// missing, in the future or not in seconds.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.problem.iter().map(Problem::to_diagnostic).collect()
    }

    /// `{enabled, isBackendConsistent, settled, remainingSeconds, version, digest}`, and
    /// `diagnostics` if there are any.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let number = |number: Option<f64>| number.map(Value::from).unwrap_or_default();
        let diagnostics: Vec<_> = self.problem.iter().map(Problem::to_value).collect();
        let any = diagnostics.len();
        let members = [
            ("enabled", Value::Bool(self.enabled)),
            ("isBackendConsistent", Value::Bool(self.is_backend_consistent)),
            ("settled", Value::Bool(self.settled)),
            ("remainingSeconds", number(self.remaining_seconds)),
            ("version", number(self.version.map(|version| version as f64))),
            ("digest", Value::from(self.digest.as_str())),
            ("diagnostics", Value::from(diagnostics)),
        ];
        let shown = members.get(..members.len() - 1 + any).unwrap_or_default();
        Object::of(shown).into()
    }
}

impl BoundFlags {
    /// Returns whether a journey behind the flag may start for the context: the flag is on, and
    /// each polling instance has the last change.
    ///
    /// The result is very probable but not proven: an instance that was frozen, or whose poll
    /// failed, may be later. Unknown facts lead to `false`.
    #[must_use]
    pub fn consistency(&self, key: &str, gate: &Gate) -> Consistency {
        let flags = self.flags();
        let (age_ms, problem) = match age_ms(flags, key, gate) {
            Ok(age) => (Some(age), None),
            Err(problem) => (None, Some(problem)),
        };
        let older = |span_ms: f64| age_ms.is_some_and(|age| age > span_ms);
        let ttl_ms = gate.ttl_seconds * 1000.0;
        let enabled = is_enabled(self, key);
        let remaining = age_ms.map(|age| ((ttl_ms - age) / 1000.0).ceil().max(0.0));
        Consistency {
            enabled,
            is_backend_consistent: enabled && older(ttl_ms),
            settled: older(gate.settling_ms()),
            remaining_seconds: remaining,
            version: flags.version(),
            digest: flags.digest().to_owned(),
            problem,
        }
    }
}

impl Flags {
    /// Like [`BoundFlags::consistency`].
    ///
    /// ```
    /// use isoflag::{Context, Flags, Gate};
    /// let flags = Flags::from_json(br#"{"meta": {"lastModifiedTimestamp": 1000}, "flags": {"new": {
    ///     "key": "new", "on": true, "variations": [true], "fallthrough": {"variation": 0}}}}"#)?;
    /// let ada = Context::builder("ada").build()?;
    /// let gate = flags.consistency("new", &ada, &Gate::new(1_030_000.0, 45.0));
    /// assert!(gate.enabled && !gate.is_backend_consistent);
    /// assert_eq!(gate.remaining_seconds, Some(15.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn consistency(&self, key: &str, context: &Context, gate: &Gate) -> Consistency {
        self.bind(context).consistency(key, gate)
    }
}

fn is_enabled(bound: &BoundFlags, key: &str) -> bool {
    let flags = bound.flags();
    let answer = bound.evaluate(key);
    match flags.value_of(&answer) {
        None => false,
        Some(Value::Bool(value)) => *value,
        Some(_) => !matches!(
            flags.reason_of(&answer).kind(),
            ReasonKind::Off | ReasonKind::PrerequisiteFailed { .. } | ReasonKind::Error { .. }
        ),
    }
}

/// Returns the age of the flag's last change.
///
/// # Errors
///
/// If it is unknown.
fn age_ms(flags: &Flags, key: &str, gate: &Gate) -> Result<f64, Problem> {
    if !gate.is_usable() {
        let message = "the time, the TTL and the poll timeout must be finite, and the durations \
                       not negative";
        let message = message.to_owned();
        return Err(Problem { code: Code::INVALID_TIME, subject: Subject::Gate, message });
    }
    let age = gate.now_ms - stamp::seconds(flags, key, gate.now_ms)? * 1000.0;
    // After the clock was set back, the change counts as recent as possible.
    Ok(gate.taken_ms.map_or(age, |taken| age.min((gate.now_ms - taken).max(0.0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate_of(document: &str, now_ms: f64, ttl_seconds: f64) -> Consistency {
        let flags = Flags::from_json(document.as_bytes()).unwrap();
        let context = Context::builder("ada").build().unwrap();
        flags.consistency("f", &context, &Gate::new(now_ms, ttl_seconds))
    }

    fn stamped(stamp: &str) -> String {
        format!(
            r#"{{"flags": {{"f": {{"on": true, "variations": [true],
                "fallthrough": {{"variation": 0}}, "lifecycle": {stamp}}}}},
                "meta": {{"version": 7, "lastModifiedTimestamp": 5}}}}"#
        )
    }

    /// Codes and paths of the diagnostics.
    fn findings(found: &Consistency) -> Vec<String> {
        let findings = found.diagnostics();
        let findings = findings.iter();
        findings.map(|found| format!("{} {}", found.code(), found.path())).collect()
    }

    #[test]
    fn both_rules_are_strict() {
        let document = stamped(r#"{"lastModifiedTimestamp": 100}"#);
        for (age_ms, consistent, settled, remaining) in [
            (0.0, false, false, 45.0),
            (44_001.0, false, false, 1.0),
            (45_000.0, false, false, 0.0),
            (45_001.0, true, false, 0.0),
            (93_000.0, true, false, 0.0),
            (93_001.0, true, true, 0.0),
        ] {
            let found = gate_of(&document, 100_000.0 + age_ms, 45.0);
            assert_eq!(
                (found.is_backend_consistent, found.settled, found.remaining_seconds),
                (consistent, settled, Some(remaining)),
                "{age_ms}"
            );
            assert!(found.enabled);
            assert_eq!(findings(&found), [""; 0]);
            assert_eq!(found.version, Some(7));
        }
    }

    #[test]
    fn an_unusable_timestamp_is_not_consistent() {
        for (lifecycle, code) in [
            (r#"{"lastModifiedTimestamp": 1795172400000}"#, "millisecond-stamp"),
            (r#"{"lastModifiedTimestamp": 100000000001}"#, "millisecond-stamp"),
            (r#"{"lastModifiedTimestamp": 901}"#, "future-stamp"),
            (r#"{"lastModifiedTimestamp": "100"}"#, "invalid-stamp"),
            (r#"{"lastModifiedTimestamp": 1.5}"#, "invalid-stamp"),
            (r#"{"lastModifiedTimestamp": -1}"#, "invalid-stamp"),
        ] {
            let found = gate_of(&stamped(lifecycle), 900_000.0, 1.0);
            assert!(found.enabled && !found.is_backend_consistent && !found.settled);
            assert_eq!(found.remaining_seconds, None);
            let path = "flags.f.lifecycle.lastModifiedTimestamp";
            assert_eq!(findings(&found), [format!("{code} {path}")], "{lifecycle}");
        }
        let found = gate_of(r#"{"flags": {}}"#, 900_000.0, 1.0);
        assert_eq!(findings(&found), ["missing-stamp meta.lastModifiedTimestamp"]);
        assert!(!found.enabled && !found.settled);
    }

    #[test]
    fn without_its_own_timestamp_a_flag_has_the_documents() {
        for lifecycle in ["{}", "null", r#"{"lastModifiedTimestamp": null}"#, "3"] {
            let found = gate_of(&stamped(lifecycle), 6_000.0, 1.0);
            assert_eq!(found.remaining_seconds, Some(0.0), "{lifecycle}");
            assert!(
                !found.is_backend_consistent
                    && gate_of(&stamped(lifecycle), 6_001.0, 1.0).is_backend_consistent
            );
        }
    }

    #[test]
    fn invalid_times_are_not_consistent() {
        let document = stamped("{}");
        for (now, ttl) in [
            (f64::NAN, 1.0),
            (f64::INFINITY, 1.0),
            (1e9, -1.0),
            (1e9, f64::NAN),
            (1e9, f64::INFINITY),
        ] {
            let found = gate_of(&document, now, ttl);
            assert!(!found.is_backend_consistent && !found.settled);
            assert_eq!(findings(&found), ["invalid-time "]);
        }
    }

    #[test]
    fn after_a_rollback_the_gate_counts_from_when_the_document_was_taken() {
        let flags = Flags::from_json(stamped("{}").as_bytes()).unwrap();
        let bound = flags.bind(&Context::builder("ada").build().unwrap());
        for (taken_ms, now_ms, consistent, remaining) in [
            (None, 100_000.0, true, 0.0),
            (Some(90_000.0), 100_000.0, false, 35.0),
            (Some(90_000.0), 135_000.0, false, 0.0),
            (Some(90_000.0), 135_001.0, true, 0.0),
            // It cannot have been taken before its own timestamp.
            (Some(1_000.0), 50_000.0, false, 0.0),
            (Some(1_000.0), 50_001.0, true, 0.0),
            (Some(200_000.0), 100_000.0, false, 45.0),
        ] {
            let found = bound.consistency("f", &Gate { taken_ms, ..Gate::new(now_ms, 45.0) });
            let expected = (consistent, Some(remaining));
            assert_eq!((found.is_backend_consistent, found.remaining_seconds), expected);
        }
        let gate = Gate { taken_ms: Some(f64::NAN), ..Gate::new(1e9, 45.0) };
        assert!(!bound.consistency("f", &gate).is_backend_consistent);
    }

    #[test]
    fn a_flag_that_serves_another_type_is_enabled_while_it_is_on() {
        let flag = |members: &str| {
            format!(
                r#"{{"flags": {{"f": {{"variations": ["a", "b"], "offVariation": 0, {members}}}}}}}"#
            )
        };
        for (members, enabled) in [
            (r#""on": true, "fallthrough": {"variation": 0}"#, true),
            (r#""on": false"#, false),
            (r#""on": true, "fallthrough": {"variation": 9}"#, false),
            (
                r#""on": true, "prerequisites": [{"key": "x"}], "fallthrough": {"variation": 1}"#,
                false,
            ),
        ] {
            assert_eq!(gate_of(&flag(members), 0.0, 1.0).enabled, enabled, "{members}");
        }
    }
}
