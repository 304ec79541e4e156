//! OpenFeature's names for the reasons of answers.

use super::Flags;
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
        let targeting = || match &self.model().flag(self.handle(key)?.index())?.state {
            FlagState::On(_, targeting) => Some(targeting),
            FlagState::Off(_) | FlagState::Malformed => None,
        };
        let (served, otherwise) = match member("kind").and_then(Value::as_str) {
            Some("OFF" | "PREREQUISITE_FAILED") => return "DISABLED",
            Some("TARGET_MATCH") => return "TARGETING_MATCH",
            Some("RULE_MATCH") => {
                let index = member("ruleIndex").and_then(Value::as_integer);
                let index = index.and_then(|index| usize::try_from(index).ok());
                let rule = index.and_then(|index| targeting()?.rules.get(index));
                (rule.map(|rule| &rule.served), "TARGETING_MATCH")
            }
            Some("FALLTHROUGH") => (targeting().map(|each| &each.fallthrough), "STATIC"),
            Some("ERROR") => return "ERROR",
            _ => return "UNKNOWN",
        };
        if matches!(served, Some(Served::Rollout(_))) { "SPLIT" } else { otherwise }
    }
}
