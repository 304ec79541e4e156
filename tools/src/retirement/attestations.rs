//! Attestations: facts that only people know, as members of `lifecycle`. An invalid member is
//! unknown.

use isoflag::Value;

use crate::lifecycle::Lifecycle;
use crate::ternary::Ternary;

/// `feedback` is `"good"` and `openIssues` is 0.
pub(super) fn feedback(lifecycle: &Lifecycle) -> Ternary {
    let feedback = match lifecycle.member("feedback").and_then(Value::as_str) {
        Some("good") => Ternary::Yes,
        Some("bad") => Ternary::No,
        _ => Ternary::Unknown,
    };
    let no_issues = match lifecycle.member("openIssues").and_then(Value::as_integer) {
        Some(0) => Ternary::Yes,
        Some(1..) => Ternary::No,
        _ => Ternary::Unknown,
    };
    feedback.and(no_issues)
}

/// `changePlanned` is `false`.
pub(super) fn no_plans(lifecycle: &Lifecycle) -> Ternary {
    not(lifecycle.member("changePlanned"))
}

/// `needed` is `false`; a flag of a kind that is kept is needed unless `needed` says otherwise.
pub(super) fn no_need(lifecycle: &Lifecycle) -> Ternary {
    match not(lifecycle.member("needed")) {
        Ternary::Unknown if lifecycle.is_long_lived() => Ternary::No,
        attested => attested,
    }
}

fn not(said: Option<&Value>) -> Ternary {
    match said.and_then(Value::as_bool) {
        Some(false) => Ternary::Yes,
        Some(true) => Ternary::No,
        None => Ternary::Unknown,
    }
}
