//! Which document supersedes which, pins to earlier documents, and the consistency gate.

use isoflag::{Context, DocumentHistory, Evidence, Flags, Gate, HistoryLimits, Value};

use crate::Input;

/// The evidence of a source about two responses.
pub(crate) fn evidence(input: &Input<'_>) {
    let evidence = Evidence::from_value(&input.value(0));
    let flags = Flags::from_json(br#"{"flags": {}}"#).unwrap();
    assert!(flags.supersedes(None, &evidence));
    let equal = Evidence { held: evidence.offered, ..evidence };
    assert!(flags.supersedes(Some(&flags), &equal));
}

fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.as_object()?.get(name)
}

fn number(value: &Value, name: &str) -> Option<f64> {
    member(value, name).and_then(Value::as_number)
}

/// A history, as in the conformance suite's call `pinned`.
pub(crate) fn history(input: &Input<'_>) {
    let arguments = input.value(0);
    let count = member(&arguments, "maxDocuments").and_then(Value::as_integer);
    let limits = HistoryLimits {
        documents: count.and_then(|count| usize::try_from(count).ok()).unwrap_or(4),
        ..HistoryLimits::default()
    };
    let mut history = DocumentHistory::new(limits);
    let entries = member(&arguments, "history").and_then(Value::as_array).unwrap_or_default();
    let mut only_added = true;
    for entry in entries.iter().take(8) {
        let document = member(entry, "document").cloned().unwrap_or_default();
        let Ok(flags) = Flags::from_value(document) else { continue };
        let now = number(entry, "nowMs");
        if member(entry, "fetched").is_some() {
            only_added = false;
            history.keep_fetched(flags);
        } else if member(entry, "superseded").is_some() {
            history.keep(flags, now);
        } else {
            history.add(flags.clone(), now.unwrap_or_default());
            assert_eq!(history.newest().map(Flags::digest), Some(flags.digest()));
        }
        assert!(history.len() <= limits.documents.max(1));
        assert!(history.len() == 1 || history.bytes() <= limits.bytes);
    }
    let gate = gate_of(&arguments);
    let digests: Vec<String> = history.digests().map(str::to_owned).collect();
    let wanted = member(&arguments, "digest").and_then(Value::as_str);
    let max_age = number(&arguments, "maxPinAgeMs");
    for digest in digests.iter().map(String::as_str).chain(wanted) {
        match history.pinned(digest, &gate, max_age) {
            Ok(pinned) => {
                assert_eq!(pinned.digest(), digest);
                let newest = history.newest().unwrap();
                if only_added {
                    kill_switches_hold(pinned.flags(), newest);
                }
                let switched: Vec<&str> = pinned.switched_off().collect();
                assert!(digest != newest.digest() || switched.is_empty());
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                assert_eq!(error.held(), digests);
            }
        }
    }
}

/// A flag that the newest document has off, or no longer has, is off for a pin too.
fn kill_switches_hold(pinned: &Flags, newest: &Flags) {
    let context = Context::builder("k").build().unwrap();
    for key in super::some_keys(pinned) {
        let source = newest.source(isoflag::model::Section::Flags, key);
        let flag = source.and_then(Value::as_object);
        let waits = flag
            .and_then(|flag| flag.get("lifecycle")?.as_object()?.get("offWaitsForPins")?.as_bool());
        // A malformed flag is not off, whatever its `on` is.
        let own = newest.variation_detail(key, &context, Value::Null).reason;
        let is_off = newest.handle(key).is_none()
            || member(&own, "kind").and_then(Value::as_str) == Some("OFF");
        if is_off && waits != Some(true) {
            let detail = pinned.variation_detail(key, &context, Value::Null);
            let kind = member(&detail.reason, "kind").and_then(Value::as_str);
            assert!(matches!(kind, Some("OFF" | "ERROR")), "{key}: {}", detail.reason);
        }
    }
}

fn gate_of(arguments: &Value) -> Gate {
    let number = |name| number(arguments, name);
    let gate =
        Gate::new(number("nowMs").unwrap_or_default(), number("ttlSeconds").unwrap_or_default());
    let poll_timeout_ms = number("pollTimeoutMs").unwrap_or(gate.poll_timeout_ms);
    Gate { poll_timeout_ms, taken_ms: number("takenMs"), ..gate }
}

/// The consistency gate. Parts: a document, the parameters, and an earlier document.
pub(crate) fn gate(input: &Input<'_>) {
    let Some(flags) = input.flags(0) else { return };
    let gate = gate_of(&input.value(1));
    for context in input.contexts(3).iter().take(2) {
        for key in super::some_keys(&flags) {
            let found = flags.consistency(key, context, &gate);
            assert!(!found.is_backend_consistent || found.enabled);
            let remaining = found.remaining_seconds;
            assert!(remaining.is_none_or(|seconds| seconds >= 0.0));
            assert!(!found.is_backend_consistent || remaining == Some(0.0));
            assert!(!found.to_value().is_null());
            // A consistent flag remains consistent.
            let later = Gate { now_ms: gate.now_ms + 1e6, ..gate };
            let then = flags.consistency(key, context, &later);
            assert!(!found.is_backend_consistent || then.is_backend_consistent);
            assert!(!found.settled || then.settled);
        }
    }
    if let Some(earlier) = input.flags(2) {
        assert!(!(flags.steps_back_from(&earlier) && earlier.steps_back_from(&flags)));
    }
}
