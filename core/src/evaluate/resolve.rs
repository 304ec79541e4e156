//! Resolves answers: the value and the reason, as the compiled document has them.

use super::answer::{Answer, Verdict};
use super::reason::{Reason, ReasonKind};
use crate::json::Value;
use crate::model::Model;

impl Answer {
    /// The served value; `None` if it is the caller's default.
    pub(crate) fn value<'m>(&self, model: &'m Model) -> Option<&'m Value> {
        let flag = model.flag(self.flag?.index())?;
        flag.variations.get(self.variation? as usize)
    }

    /// The reason, with the strings of the document.
    pub(crate) fn reason<'m>(&self, model: &'m Model) -> Reason<'m> {
        let flag = self.flag.and_then(|handle| model.flag(handle.index()));
        let targeting = flag.and_then(|flag| flag.targeting());
        let kind = match self.verdict {
            Verdict::Off => ReasonKind::Off,
            Verdict::TargetMatch => ReasonKind::TargetMatch,
            Verdict::Fallthrough { in_experiment } => ReasonKind::Fallthrough { in_experiment },
            Verdict::RuleMatch { rule, in_experiment } => {
                let rules = targeting.map(|targeting| &*targeting.rules).unwrap_or_default();
                let rule_id = rules.get(rule as usize).map_or("", |rule| &*rule.id);
                ReasonKind::RuleMatch { rule_index: rule, rule_id, in_experiment }
            }
            Verdict::PrerequisiteFailed { prerequisite } => {
                let all = targeting.map(|targeting| &*targeting.prerequisites);
                let failed = all.unwrap_or_default().get(prerequisite as usize);
                let key = failed.map_or("", |failed| model.flag_key(failed.flag));
                ReasonKind::PrerequisiteFailed { prerequisite_key: key }
            }
            Verdict::Error(kind) => ReasonKind::Error { kind },
        };
        Reason { kind, big_segments: self.big_segments }
    }
}
