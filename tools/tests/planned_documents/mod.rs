//! Documents with a planned rollout, the states of its alarms, and the decision about it.

use isoflag::Flags;
use isoflag_tools::{Advance, Alarms, Decision};

/// Alarms with these states.
pub(crate) fn alarms(states: &[(&str, &str)]) -> Alarms {
    let mut alarms = Alarms::default();
    for (name, state) in states {
        alarms.set(name, state).unwrap();
    }
    alarms
}

/// A flag that is off, with members that replace the usual ones, and its plan.
pub(crate) fn document(flag: &str, plan: &str) -> Flags {
    let text = format!(
        r#"{{"meta": {{"version": 7}}, "segments": {{"staff": {{"key": "staff", "version": 1,
        "included": ["eve"], "salt": "s"}}}}, "flags": {{"new": {{"key": "new", "version": 3,
        "on": false, "variations": [true, false], "offVariation": 1, "salt": "s",
        "fallthrough": {{"variation": 0}}, "lifecycle": {{"rollout": {plan}}}, "rules": [], {flag} "trackEvents": false}}}}}}"#
    );
    Flags::from_json(text.as_bytes()).unwrap()
}

/// The decision about the only plan of a document.
pub(crate) fn only(advanced: &Advance) -> &Decision {
    assert_eq!(advanced.decisions.len(), 1);
    &advanced.decisions[0]
}
