//! The rules of retirement, what people attest about them in `lifecycle`, and the verdicts that follow.
//! An invalid member is unknown.

use isoflag::Value;

use crate::lifecycle::Lifecycle;
use crate::ternary::Ternary;

/// A rule that must hold before a flag is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetirementRule {
    /// Every context has had one value for the required number of weeks.
    Constant,
    /// Its answers have not changed for the required number of weeks.
    Stable,
    /// The feedback is good and no issue is open: `lifecycle.feedback`, `lifecycle.openIssues`.
    Feedback,
    /// No change of the feature is planned: `lifecycle.changePlanned`.
    Plans,
    /// The product no longer needs the switch: `lifecycle.needed`.
    Need,
    /// It has not been evaluated for the required number of weeks. Required only if the code no
    /// longer names the flag.
    Unused,
}

impl RetirementRule {
    /// All rules.
    pub const ALL: [RetirementRule; 6] = [
        RetirementRule::Constant,
        RetirementRule::Stable,
        RetirementRule::Feedback,
        RetirementRule::Plans,
        RetirementRule::Need,
        RetirementRule::Unused,
    ];

    /// The stable name: `constant`, `stable`, `feedback`, `plans`, `need` or `unused`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RetirementRule::Constant => "constant",
            RetirementRule::Stable => "stable",
            RetirementRule::Feedback => "feedback",
            RetirementRule::Plans => "plans",
            RetirementRule::Need => "need",
            RetirementRule::Unused => "unused",
        }
    }
}

/// The recommended action for a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The code no longer names it and it is not evaluated: delete it from the document.
    Delete,
    /// Every rule holds: remove it from the code, and keep the feature.
    Remove,
    /// It is finished, and must remain a kill switch until the safety period ends.
    Safety,
    /// No rule fails, but evidence is missing: ask for it.
    Ask,
    /// A rule does not hold.
    Keep,
}

impl Verdict {
    /// All verdicts, the most actionable first.
    pub const ALL: [Verdict; 5] =
        [Verdict::Delete, Verdict::Remove, Verdict::Safety, Verdict::Ask, Verdict::Keep];

    /// `delete`, `remove`, `safety`, `ask` or `keep`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Delete => "delete",
            Verdict::Remove => "remove",
            Verdict::Safety => "safety",
            Verdict::Ask => "ask",
            Verdict::Keep => "keep",
        }
    }
}

/// Returns the verdict for the results of the rules. For a flag that the code no longer names, only
/// its evaluations matter, since its value has no effect.
pub(super) fn of(
    rules: &[(RetirementRule, Ternary)],
    in_safety_period: bool,
    call_sites: Option<usize>,
) -> Verdict {
    let of = |wanted: RetirementRule| {
        let found = rules.iter().find(|(rule, _)| *rule == wanted);
        found.map_or(Ternary::Unknown, |(_, answer)| *answer)
    };
    if in_safety_period {
        return Verdict::Safety;
    }
    if call_sites == Some(0) {
        return match of(RetirementRule::Unused) {
            Ternary::Yes => Verdict::Delete,
            Ternary::Unknown => Verdict::Ask,
            Ternary::No => Verdict::Keep,
        };
    }
    let rules = RetirementRule::ALL.into_iter().filter(|rule| *rule != RetirementRule::Unused);
    match rules.map(of).fold(Ternary::Yes, Ternary::and) {
        Ternary::Yes => Verdict::Remove,
        Ternary::No => Verdict::Keep,
        Ternary::Unknown => Verdict::Ask,
    }
}

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
