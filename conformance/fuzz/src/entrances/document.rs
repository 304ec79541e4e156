//! Documents in every container, patches, contexts, and their evaluation.

use isoflag::{
    AllFlagsOptions, BigSegments, Context, Diagnostic, Flags, Object, RowBinding, Value, ValueType,
    secure_mode_hash,
};

use super::{reloaded, some_keys};
use crate::Input;

/// A document. Parts: the document, a context, and the memberships of big segments.
pub(crate) fn document(input: &Input<'_>) {
    let Ok(flags) = Flags::from_json(input.bytes(0)) else {
        assert!(Flags::from_json_without_notes(input.bytes(0)).is_err());
        return;
    };
    let silent = Flags::from_json_without_notes(input.bytes(0)).unwrap();
    assert_eq!(silent.digest(), flags.digest());
    loaded(&flags);
    let big_segments = BigSegments::from_value(&input.value(2)).ok();
    for context in input.contexts(1).iter().take(2) {
        evaluations(&flags, Some(context), big_segments.as_ref());
    }
    evaluations(&flags, None, None);
}

/// A document and a patch.
pub(crate) fn patch(input: &Input<'_>) {
    let Some(before) = input.flags(0) else { return };
    let after = match before.apply(input.bytes(1)) {
        Ok(after) => after,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let silent = before.apply_without_notes(input.bytes(1)).unwrap();
    assert_eq!(silent.digest(), after.digest());
    // The same patch a second time changes nothing: each version is held already.
    let again = after.apply(input.bytes(1)).unwrap();
    assert_eq!(again.digest(), after.digest());
    let fresh = reloaded(&after);
    assert_eq!(fresh.digest(), after.digest());
    assert!(fresh.keys().eq(after.keys()));
    for context in input.contexts(2).iter().take(2) {
        let [one, other] = [&after, &fresh].map(|flags| flags.bind(context));
        for key in some_keys(&after) {
            assert_eq!(one.explain(key).to_json(), other.explain(key).to_json());
        }
        let options = AllFlagsOptions { with_reasons: true, ..AllFlagsOptions::default() };
        assert_eq!(one.all_flags_state(&options), other.all_flags_state(&options));
    }
}

/// A profile of AppConfig, a bare map of flags, or either.
pub(crate) fn appconfig(input: &Input<'_>) {
    let text = input.bytes(0);
    let profile = Flags::from_appconfig_json(text);
    let map = Flags::from_flag_map_json(text);
    assert_eq!(map.is_ok(), Flags::from_flag_map_json_without_notes(text).is_ok());
    for flags in [profile, map, Flags::from_configuration_json(text)].into_iter().flatten() {
        loaded(&flags);
        for context in input.contexts(1).iter().take(1) {
            evaluations(&flags, Some(context), None);
        }
    }
}

/// Checks that a document means the same after a round trip.
fn loaded(flags: &Flags) {
    let again = reloaded(flags);
    assert_eq!(again.digest(), flags.digest());
    assert!(again.keys().eq(flags.keys()));
    assert_eq!(again.version(), flags.version());
    for diagnostic in flags.diagnostics() {
        assert!(!diagnostic.to_value().is_null() && !diagnostic.message().is_empty());
    }
    let codes = |flags: &Flags| -> Vec<String> {
        // Only the text of the document has notations and repeated members.
        let kept = flags.diagnostics().iter().filter(|found| !is_note_on_text(found));
        kept.map(|found| format!("{} {}", found.code(), found.path())).collect()
    };
    assert_eq!(codes(&again), codes(flags));
}

fn is_note_on_text(found: &Diagnostic) -> bool {
    ["number-precision", "duplicate-member", "duplicate-flag"].contains(&found.code())
}

/// Checks that all ways to evaluate give one answer.
fn evaluations(flags: &Flags, context: Option<&Context>, big_segments: Option<&BigSegments>) {
    let bound = flags.bind_with(context, big_segments);
    let keys: Vec<&str> = some_keys(flags).into_iter().chain(["missing"]).collect();
    let handles: Vec<_> = keys.iter().map(|key| flags.handle(key)).collect();
    let rows = flags.evaluate_handles(&handles, [context], big_segments);
    let mut row = context.map(|context| flags.bind_rows(context, &handles));
    for ((key, handle), answer) in keys.iter().zip(&handles).zip(&rows[0]) {
        assert_eq!(bound.evaluate(key), *answer);
        assert_eq!(bound.evaluate_uncached(*handle), *answer);
        if let Some(row) = row.as_mut().filter(|_| big_segments.is_none()) {
            assert_eq!(RowBinding::evaluate_handle(row, *handle), *answer);
        }
        let part = flags.bind_part(&flags.dependencies_of(*handle), context);
        if big_segments.is_none() {
            assert_eq!(part.evaluate_handle(*handle), *answer);
        }
        let detail = bound.variation_detail(key, Value::Null);
        let explanation = bound.explain(key);
        let explained = explanation.to_value();
        let member = |name| explained.as_object()?.get("answer")?.as_object()?.get(name).cloned();
        assert_eq!(member("reason"), Some(detail.reason.clone()));
        assert_eq!(member("value"), Some(detail.value.clone()));
        assert_eq!(explanation.to_json(), explained.to_canonical_json());
        assert!(!explanation.to_string().is_empty());
        for wanted in [ValueType::Bool, ValueType::Number, ValueType::String, ValueType::Json] {
            let typed = bound.variation_detail_of(key, wanted, Value::Null);
            assert!(typed.variation_index.is_none() || typed.value == detail.value);
        }
        let _ = (bound.int_variation(key, 0), bound.float_variation(key, 0.0));
        let _ = flags.openfeature_reason(key, &detail.reason);
    }
    let options = AllFlagsOptions { with_reasons: true, ..AllFlagsOptions::default() };
    let state = bound.all_flags_state(&options);
    let empty = Object::default();
    let state = state.as_object().unwrap_or(&empty);
    // These are members of the state, whether flags have such keys or not.
    let is_flag = |key: &&&str| !matches!(**key, "$valid" | "$flagsState");
    for key in keys.iter().filter(is_flag) {
        if let (Some(value), Some(_)) = (state.get(key), context) {
            assert_eq!(*value, bound.variation(key, Value::Null));
        }
    }
}

/// A document of clauses of every operator, so that each attribute of a context is read.
const READS: &str = r#"{"flags": {"f": {"on": true, "salt": "s", "variations": [0, 1, 2], "rules": [
    {"variation": 0, "clauses": [{"attribute": "n", "op": "lessThan", "values": [1, "x"]}]},
    {"variation": 0, "clauses": [{"attribute": "s", "op": "matches", "values": ["^(a|b)+$"]}]},
    {"variation": 0, "clauses": [{"attribute": "s", "op": "before", "values": ["2026-01-01T00:00:00Z"]}]},
    {"variation": 0, "clauses": [{"attribute": "s", "op": "semVerEqual", "values": ["1.2.3"]}]},
    {"variation": 1, "clauses": [{"contextKind": "org", "attribute": "/o/p", "op": "in", "values": ["q", {}]}]},
    {"variation": 1, "clauses": [{"attribute": "kind", "op": "contains", "values": ["u"]}]}],
    "fallthrough": {"rollout": {"bucketBy": "n", "variations": [
        {"variation": 1, "weight": 50000}, {"variation": 2, "weight": 50000}]}}}}}"#;

/// A context.
pub(crate) fn context(input: &Input<'_>) {
    let flags = Flags::from_json(READS.as_bytes()).unwrap();
    let text = input.bytes(0);
    let host = Context::from_host_json(text);
    if let Ok(context) = &host {
        evaluations(&flags, Some(context), None);
    }
    let strict = Context::from_json(text);
    if let Ok(value) = Value::parse(text) {
        assert_eq!(Context::from_value(value.clone()), strict);
        let _ = Context::ignored_members(&value);
    }
    let context = match strict {
        Ok(context) => context,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    // A strictly valid context is the same context to an evaluation, except that a binding marks
    // values without a JSON form by `-0`.
    if !text.windows(2).any(|pair| pair == b"-0") {
        assert_eq!(host.as_ref(), Ok(&context));
    }
    let canonical = context.to_value().to_canonical_json();
    let again = Context::from_json(canonical.as_bytes()).unwrap();
    assert_eq!(again, context);
    assert_eq!(again.key(), context.key());
    assert_eq!(secure_mode_hash("key", &again), secure_mode_hash("key", &context));
    // Only a legacy user may have an empty key, which has no form in a context of several kinds.
    if context.key().is_empty() {
        return;
    }
    for (now, offset) in [(0.0, 60), (input.number(1), -330)] {
        if let Ok(clocked) = context.with_clock(now, offset) {
            let text = clocked.to_value().to_canonical_json();
            assert_eq!(Context::from_json(text.as_bytes()), Ok(clocked));
        }
    }
    let own = Context::builder("k").kind("own-kind").build().unwrap();
    let both = Context::multi(&[context, own]);
    if let Ok(both) = both {
        assert_eq!(Context::from_value(both.to_value()), Ok(both));
    }
}
