//! Results that may be unknown.

/// Yes, no or unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ternary {
    /// The rule holds.
    Yes,
    /// The rule does not hold.
    No,
    /// The evidence is missing.
    Unknown,
}

impl Ternary {
    /// `yes`, `no` or `unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Ternary::Yes => "yes",
            Ternary::No => "no",
            Ternary::Unknown => "unknown",
        }
    }

    /// Returns no if either is no, and yes if both are yes.
    #[must_use]
    pub fn and(self, other: Ternary) -> Ternary {
        match (self, other) {
            (Ternary::No, _) | (_, Ternary::No) => Ternary::No,
            (Ternary::Yes, Ternary::Yes) => Ternary::Yes,
            _ => Ternary::Unknown,
        }
    }
}
