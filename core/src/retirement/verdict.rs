//! The rules of retirement, their results, and the verdicts that follow.

/// Yes, no or unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tri {
    /// The rule holds.
    Yes,
    /// The rule does not hold.
    No,
    /// The evidence is missing.
    Unknown,
}

impl Tri {
    /// `yes`, `no` or `unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Tri::Yes => "yes",
            Tri::No => "no",
            Tri::Unknown => "unknown",
        }
    }

    /// Returns no if either is no, and yes if both are yes.
    #[must_use]
    pub fn and(self, other: Tri) -> Tri {
        match (self, other) {
            (Tri::No, _) | (_, Tri::No) => Tri::No,
            (Tri::Yes, Tri::Yes) => Tri::Yes,
            _ => Tri::Unknown,
        }
    }
}

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

/// What to do with a flag.
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
    rules: &[(RetirementRule, Tri)],
    in_safety_period: bool,
    call_sites: Option<usize>,
) -> Verdict {
    let of = |wanted: RetirementRule| {
        let found = rules.iter().find(|(rule, _)| *rule == wanted);
        found.map_or(Tri::Unknown, |(_, answer)| *answer)
    };
    if in_safety_period {
        return Verdict::Safety;
    }
    if call_sites == Some(0) {
        return match of(RetirementRule::Unused) {
            Tri::Yes => Verdict::Delete,
            Tri::Unknown => Verdict::Ask,
            Tri::No => Verdict::Keep,
        };
    }
    let asked = RetirementRule::ALL.into_iter().filter(|rule| *rule != RetirementRule::Unused);
    match asked.map(of).fold(Tri::Yes, Tri::and) {
        Tri::Yes => Verdict::Remove,
        Tri::No => Verdict::Keep,
        Tri::Unknown => Verdict::Ask,
    }
}
