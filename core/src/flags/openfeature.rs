//! OpenFeature's names for the reasons and errors of answers.

use super::Flags;
use crate::evaluate::FlagHandle;
use crate::json::Value;
use crate::model::{FlagState, Served};

/// OpenFeature's reason for each kind of a reason, and the one if a percentage decided.
pub const OPENFEATURE_REASONS: [(&str, &str, &str); 6] = [
    ("OFF", "DISABLED", "DISABLED"),
    ("PREREQUISITE_FAILED", "DISABLED", "DISABLED"),
    ("TARGET_MATCH", "TARGETING_MATCH", "TARGETING_MATCH"),
    ("RULE_MATCH", "TARGETING_MATCH", "SPLIT"),
    ("FALLTHROUGH", "STATIC", "SPLIT"),
    ("ERROR", "ERROR", "ERROR"),
];

/// For each `errorKind` of a reason, OpenFeature's error code and its message.
pub const OPENFEATURE_ERRORS: [(&str, &str, &str); 5] = [
    ("CLIENT_NOT_READY", "PROVIDER_NOT_READY", "there is no flag document yet"),
    ("FLAG_NOT_FOUND", "FLAG_NOT_FOUND", "there is no such flag; check the key"),
    (
        "MALFORMED_FLAG",
        "PARSE_ERROR",
        "the flag, or a flag or segment that it needs, is malformed; `isoflag check` reports the reason",
    ),
    (
        "USER_NOT_SPECIFIED",
        "TARGETING_KEY_MISSING",
        "the context has no valid key or kind; set `targetingKey`",
    ),
    (
        "WRONG_TYPE",
        "TYPE_MISMATCH",
        "the flag serves a value of another type; use the getter of its type",
    ),
];

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
        let kind = member("kind").and_then(Value::as_str).unwrap_or_default();
        let known = OPENFEATURE_REASONS.iter().find(|(known, ..)| *known == kind);
        let Some((_, otherwise, split)) = known else { return "UNKNOWN" };
        if otherwise == split {
            return otherwise;
        }
        let index = member("ruleIndex").and_then(Value::as_integer);
        let rule = index.and_then(|index| u32::try_from(index).ok());
        let is_known = rule.is_some() || kind == "FALLTHROUGH";
        if is_known && self.is_split(self.handle(key), rule) { split } else { otherwise }
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
