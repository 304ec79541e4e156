//! Resolves answers: the value and the reason, as the compiled document has them.

use super::answer::{Answer, Verdict};
use super::reason::{Reason, ReasonKind};
use crate::json::Value;
use crate::model::{Flag, Model};

impl Answer {
    /// The served value; `None` if it is the caller's default.
    pub(crate) fn value<'m>(&self, model: &'m Model) -> Option<&'m Value> {
        let flag = model.flag(self.flag?.index())?;
        flag.variations.get(self.variation? as usize)
    }

    /// The reason, with the strings of the document.
    pub(crate) fn reason<'m>(&self, model: &'m Model) -> Reason<'m> {
        self.reason_named(self.reason_name(model))
    }

    /// The document's string in the reason: the id of the rule or the key of the prerequisite.
    pub(crate) fn reason_name<'m>(&self, model: &'m Model) -> &'m str {
        let flag = self.flag.and_then(|handle| model.flag(handle.index()));
        let Some(targeting) = flag.and_then(Flag::targeting) else { return "" };
        match self.verdict {
            Verdict::RuleMatch { rule, .. } => {
                targeting.rules.get(rule as usize).map_or("", |rule| &*rule.id)
            }
            Verdict::PrerequisiteFailed { prerequisite } => {
                let failed = targeting.prerequisites.get(prerequisite as usize);
                failed.map_or("", |failed| model.flag_key(failed.flag))
            }
            _ => "",
        }
    }

    /// The reason with this string of the document.
    pub(crate) fn reason_named<'m>(&self, name: &'m str) -> Reason<'m> {
        let kind = match self.verdict {
            Verdict::Off => ReasonKind::Off,
            Verdict::TargetMatch => ReasonKind::TargetMatch,
            Verdict::Fallthrough { in_experiment } => ReasonKind::Fallthrough { in_experiment },
            Verdict::RuleMatch { rule, in_experiment } => {
                ReasonKind::RuleMatch { rule_index: rule, rule_id: name, in_experiment }
            }
            Verdict::PrerequisiteFailed { .. } => {
                ReasonKind::PrerequisiteFailed { prerequisite_key: name }
            }
            Verdict::Error(kind) => ReasonKind::Error { kind },
        };
        Reason { kind, big_segments: self.big_segments }
    }
}
