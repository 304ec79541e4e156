//! OpenFeature's names for the reasons of answers.

use super::Flags;
use crate::evaluate::FlagHandle;
use crate::json::Value;
use crate::model::{FlagState, Served};

impl Flags {
    /// Returns OpenFeature's reason for the reason that an evaluation of a flag returned, as JSON:
    /// `SPLIT` if a percentage decided, else `STATIC`, `TARGETING_MATCH`, `DISABLED` or `ERROR`.
    ///
    /// ```
    /// use isoflag::{Context, Flags, Value};
    /// let flags = Flags::from_json(br#"{"flags": {"new": {
    ///     "key": "new", "on": true, "variations": [true, false], "fallthrough": {"rollout": {
    ///         "variations": [{"variation": 0, "weight": 40000}, {"variation": 1, "weight": 60000}]}}}}}"#)?;
    /// let ada = Context::builder("ada").build()?;
    /// let reason = flags.variation_detail("new", &ada, Value::Null).reason;
    /// assert_eq!(flags.openfeature_reason("new", &reason), "SPLIT");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn openfeature_reason(&self, key: &str, reason: &Value) -> &'static str {
        let member = |name: &str| reason.as_object().and_then(|reason| reason.get(name));
        let (is_split, otherwise) = match member("kind").and_then(Value::as_str) {
            Some("OFF" | "PREREQUISITE_FAILED") => return "DISABLED",
            Some("TARGET_MATCH") => return "TARGETING_MATCH",
            Some("RULE_MATCH") => {
                let index = member("ruleIndex").and_then(Value::as_integer);
                let rule = index.and_then(|index| u32::try_from(index).ok());
                (rule.is_some() && self.is_split(self.handle(key), rule), "TARGETING_MATCH")
            }
            Some("FALLTHROUGH") => (self.is_split(self.handle(key), None), "STATIC"),
            Some("ERROR") => return "ERROR",
            _ => return "UNKNOWN",
        };
        if is_split { "SPLIT" } else { otherwise }
    }

    /// Whether a percentage decides the variation that a rule of a flag serves; of the fallthrough without
    /// the index of a rule.
    #[must_use]
    pub fn is_split(&self, flag: Option<FlagHandle>, rule: Option<u32>) -> bool {
        let flag = flag.and_then(|flag| self.model().flag(flag.index()));
        let Some(FlagState::On(_, targeting)) = flag.map(|flag| &flag.state) else { return false };
        let served = match rule {
            Some(index) => targeting.rules.get(index as usize).map(|rule| &rule.served),
            None => Some(&targeting.fallthrough),
        };
        matches!(served, Some(Served::Rollout(_)))
    }
}
