//! Reasons to review a row of an inventory.

use super::row::{FlagOn, InventoryRow};
use crate::last_evaluated::LastEvaluated;

/// Why a row needs a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// It is malformed, or its document has an error or a warning there.
    Findings,
    /// It has no owner.
    NoOwner,
    /// It should have been removed by now.
    Overdue,
    /// It serves one value to every context, and is not of a kind that is kept.
    OneValue,
    /// It was evaluated in another environment but not in this one.
    NotEvaluated,
}

impl Attention {
    /// All reasons, the most severe first.
    pub const ALL: [Attention; 5] = [
        Attention::Findings,
        Attention::NoOwner,
        Attention::Overdue,
        Attention::OneValue,
        Attention::NotEvaluated,
    ];

    /// The stable name: `findings`, `no-owner`, `overdue`, `one-value` or `not-evaluated`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Attention::Findings => "findings",
            Attention::NoOwner => "no-owner",
            Attention::Overdue => "overdue",
            Attention::OneValue => "one-value",
            Attention::NotEvaluated => "not-evaluated",
        }
    }
}

/// Adds to each row the reasons to review it.
pub(super) fn mark(rows: &mut [InventoryRow], now: f64) {
    for row in rows {
        let applies = |attention: &Attention| match attention {
            Attention::Findings => {
                row.errors > 0 || row.warnings > 0 || row.state == FlagOn::Malformed
            }
            Attention::NoOwner => row.owner.is_none(),
            Attention::Overdue => row.cleanup.is_some_and(|cleanup| cleanup < now),
            Attention::OneValue => row.constant && !row.long_lived,
            Attention::NotEvaluated => {
                matches!(row.last_evaluated, LastEvaluated::NotBetween(..))
            }
        };
        row.attention = Attention::ALL.into_iter().filter(applies).collect();
    }
}
