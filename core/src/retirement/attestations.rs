//! Attestations: facts that only people know, as members of `lifecycle`. An invalid member is
//! unknown.

use super::verdict::Tri;
use crate::json::Value;
use crate::lifecycle::Lifecycle;

/// `feedback` is `"good"` and `openIssues` is 0.
pub(super) fn feedback(lifecycle: &Lifecycle) -> Tri {
    let feedback = match lifecycle.member("feedback").and_then(Value::as_str) {
        Some("good") => Tri::Yes,
        Some("bad") => Tri::No,
        _ => Tri::Unknown,
    };
    let no_issues = match lifecycle.member("openIssues").and_then(Value::as_integer) {
        Some(0) => Tri::Yes,
        Some(1..) => Tri::No,
        _ => Tri::Unknown,
    };
    feedback.and(no_issues)
}

/// `changePlanned` is `false`.
pub(super) fn no_plans(lifecycle: &Lifecycle) -> Tri {
    not(lifecycle.member("changePlanned"))
}

/// `needed` is `false`.
pub(super) fn no_need(lifecycle: &Lifecycle) -> Tri {
    not(lifecycle.member("needed"))
}

fn not(said: Option<&Value>) -> Tri {
    match said.and_then(Value::as_bool) {
        Some(false) => Tri::Yes,
        Some(true) => Tri::No,
        None => Tri::Unknown,
    }
}
