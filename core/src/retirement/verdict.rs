/// Yes, no, or nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tri {
    /// It is so.
    Yes,
    /// It is not.
    No,
    /// Nothing says.
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

    /// No where either is, yes where both are.
    #[must_use]
    pub fn and(self, other: Tri) -> Tri {
        match (self, other) {
            (Tri::No, _) | (_, Tri::No) => Tri::No,
            (Tri::Yes, Tri::Yes) => Tri::Yes,
            _ => Tri::Unknown,
        }
    }
}

/// What has to hold before a flag goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetirementRule {
    /// Everybody has had one value for so many weeks.
    Constant,
    /// Its answers have not changed for so many weeks.
    Stable,
    /// The feedback is good and no issue is open: `lifecycle.feedback`, `lifecycle.openIssues`.
    Feedback,
    /// No change of the feature is planned: `lifecycle.changePlanned`.
    Plans,
    /// The product needs the switch no longer: `lifecycle.needed`.
    Need,
    /// Nobody has evaluated it for so many weeks. Only a flag that the code no longer names has to
    /// be unused.
    Unused,
}

impl RetirementRule {
    /// All of them.
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
    /// The code no longer names it and nobody evaluates it: delete it from the document.
    Delete,
    /// Every rule says yes: remove it from the code, and keep the feature.
    Remove,
    /// It is finished, and may have to be switched off until the safety period ends.
    Safety,
    /// No rule says no; somebody has to say what is unknown.
    Ask,
    /// A rule says no.
    Keep,
}

impl Verdict {
    /// All of them, what can be done first.
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

/// What follows from the rules. A flag that the code no longer names is asked nothing but whether
/// it is unused, since whatever it serves reaches nobody.
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
