//! Pins: the digest of the document that a front end evaluated, to be evaluated again by a back
//! end.

use std::fmt;
use std::sync::Arc;

use super::DocumentHistory;
use crate::document::Section;
use crate::flags::Flags;
use crate::freshness::consistency::Gate;
use crate::json::{Object, Value};
use crate::model::FlagState;

/// The document of a pin, except for flags that have been switched off since.
///
/// A pin is never a security decision: its sender chooses among the documents in the history.
#[derive(Clone, Debug)]
pub struct Pinned {
    flags: Flags,
    digest: Arc<str>,
    switched_off: Arc<[Arc<str>]>,
}

impl Pinned {
    /// The document to evaluate. If no flag was switched off it is the pinned document itself;
    /// otherwise those flags are off in it, and its digest differs.
    #[must_use]
    pub fn flags(&self) -> &Flags {
        &self.flags
    }

    /// The digest that was pinned.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The keys of the flags that are on in the pinned document and off or missing in the newest,
    /// in RFC 8785 order: they are off here.
    pub fn switched_off(&self) -> impl ExactSizeIterator<Item = &str> {
        self.switched_off.iter().map(|key| &**key)
    }

    fn of(pinned: &Flags, newest: &Flags) -> Pinned {
        let model = pinned.model();
        let off: Vec<(Arc<str>, Value)> = model
            .flags()
            .filter(|(_, flag)| !matches!(flag.state, FlagState::Off(_)))
            .filter_map(|(slot, _)| {
                let key = model.flag_key(slot);
                switched_off(pinned, newest, key).map(|flag| (Arc::clone(key), flag))
            })
            .collect();
        let keys = off.iter().map(|(key, _)| Arc::clone(key)).collect();
        let flags = if off.is_empty() { pinned.clone() } else { pinned.with_flags(&off) };
        Pinned { flags, digest: Arc::from(pinned.digest()), switched_off: keys }
    }
}

/// Returns the flag in its off state, if the newest document has switched it off.
fn switched_off(pinned: &Flags, newest: &Flags, key: &str) -> Option<Value> {
    let source = newest.model().source(Section::Flags, key);
    let lifecycle = source.and_then(|flag| flag.as_object()?.get("lifecycle")?.as_object());
    let waits = lifecycle.and_then(|lifecycle| lifecycle.get("offWaitsForPins")?.as_bool());
    if waits == Some(true) {
        return None;
    }
    let Some(handle) = newest.handle(key) else {
        // It was removed; the value that it served while it was off is all that remains.
        let flag = pinned.model().source(Section::Flags, key)?.as_object()?;
        let members = flag.iter().map(|(name, value)| (Arc::clone(name), value.clone()));
        let off = members.chain([(Arc::from("on"), Value::Bool(false))]);
        return Some(Value::Object(off.collect::<Object>()));
    };
    let flag = newest.model().flag(handle.index())?;
    matches!(flag.state, FlagState::Off(_)).then(|| source.cloned()).flatten()
}

impl DocumentHistory {
    /// Returns the document of a pin, or an error that explains why it is not available.
    ///
    /// The kill switch wins: a flag that is off or deleted in the newest document is off here too,
    /// also as a prerequisite, unless the newest says `lifecycle.offWaitsForPins`. A fetched
    /// document that is newer than the current one ([`DocumentHistory::keep_fetched`]) is exempt:
    /// its own flags decide.
    ///
    /// The age of a pin is the time since its document was superseded; for the newest it is 0, and
    /// for a newer, fetched one the time since its own timestamp. `max_age_ms` defaults to two
    /// times to live and one poll timeout: after that time no instance is left that would begin a
    /// journey with that document.
    ///
    /// # Errors
    ///
    /// If the text is not a digest, its document is not in the history, or the pin is too old.
    pub fn pinned(
        &self,
        digest: &str,
        gate: &Gate,
        max_age_ms: Option<f64>,
    ) -> Result<Pinned, PinError> {
        let refused = |kind| Err(PinError::new(kind, digest, self));
        if !is_digest(digest) {
            return refused(PinErrorKind::NotADigest);
        }
        let (Some(held), Some(newest)) = (self.find(digest), self.held.last()) else {
            return refused(PinErrorKind::NotHeld);
        };
        let limit = max_age_ms.unwrap_or_else(|| gate.settling_ms());
        // False also if a time is not a number.
        let is_young = |since: f64| gate.now_ms - since <= limit;
        if !held.ages_from_ms(newest).is_none_or(is_young) {
            return refused(PinErrorKind::TooOld);
        }
        let newest = if held.is_ahead_of(newest) { held } else { newest };
        Ok(held.pinned.get_or_init(|| Pinned::of(&held.flags, &newest.flags)).clone())
    }
}

/// `sha256:` and 64 hex digits, as [`Flags::digest`] writes them.
fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|digits| {
        let is_hex = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
        digits.len() == 64 && digits.bytes().all(is_hex)
    })
}

/// Why a pin cannot be used, and which documents are available instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinError {
    kind: PinErrorKind,
    digest: String,
    held: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PinErrorKind {
    NotADigest,
    NotHeld,
    TooOld,
}

impl PinError {
    fn new(kind: PinErrorKind, digest: &str, history: &DocumentHistory) -> PinError {
        let held = history.digests().map(str::to_owned).collect();
        PinError { kind, digest: digest.to_owned(), held }
    }

    /// The stable error code: `not-a-digest`, `document-not-held` or `pin-too-old`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            PinErrorKind::NotADigest => "not-a-digest",
            PinErrorKind::NotHeld => "document-not-held",
            PinErrorKind::TooOld => "pin-too-old",
        }
    }

    /// The digests of the documents in the history, the newest first.
    #[must_use]
    pub fn held(&self) -> &[String] {
        &self.held
    }
}

impl fmt::Display for PinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = self.digest.chars().take(80).collect();
        match self.kind {
            PinErrorKind::NotADigest => {
                write!(f, "invalid digest `{shown}`: expected `sha256:` and 64 hex digits")
            }
            PinErrorKind::NotHeld => {
                write!(
                    f,
                    "the document `{shown}` is not in the history; evaluate again with a newer one"
                )
            }
            PinErrorKind::TooOld => write!(
                f,
                "the document `{shown}` was superseded too long ago; evaluate again with a newer one"
            ),
        }
    }
}

impl std::error::Error for PinError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Context;

    fn flags(members: &str) -> Flags {
        Flags::from_json(format!(r#"{{"flags": {{{members}}}}}"#).as_bytes()).unwrap()
    }

    fn flag(key: &str, rest: &str) -> String {
        format!(
            r#""{key}": {{"on": true, "variations": ["old", "new", "off"], "offVariation": 2,
                "fallthrough": {{"variation": 1}}{rest}}}"#
        )
    }

    /// Returns the value of flag `f` under a pin to the old document, after the new one was added.
    fn served(old: &str, new: &str) -> (String, Vec<String>) {
        let (old, mut history) = (flags(old), DocumentHistory::default());
        history.add(old.clone(), 0.0);
        history.add(flags(new), 1.0);
        let pinned = history.pinned(old.digest(), &Gate::new(2.0, 1.0), None).unwrap();
        assert_eq!(pinned.digest(), old.digest());
        assert_eq!(pinned.switched_off().len() == 0, pinned.flags().digest() == old.digest());
        let context = Context::builder("ada").build().unwrap();
        let detail = pinned.flags().variation_detail("f", &context, Value::from("default"));
        (detail.value.to_string(), pinned.switched_off().map(str::to_owned).collect())
    }

    #[test]
    fn the_pinned_document_is_evaluated_except_for_flags_that_are_off() {
        let old = flag("f", "");
        let (waits, off) = (r#""lifecycle": {"offWaitsForPins": true}"#, r#", "on": false"#);
        for (new, value, switched_off) in [
            (flag("f", r#", "fallthrough": {"variation": 0}"#), "new", false),
            (flag("f", off), "off", true),
            (flag("f", &format!("{off}, \"offVariation\": 0")), "old", true),
            (flag("f", &format!("{off}, \"rules\": 7")), "off", true),
            (String::new(), "off", true),
            (flag("f", r#", "deleted": true"#), "off", true),
            (r#""f": null"#.to_owned(), "off", true),
            (flag("f", &format!("{off}, {waits}")), "new", false),
            (flag("f", &format!(r#", "deleted": true, {waits}"#)), "new", false),
            (flag("f", r#", "on": "yes""#), "new", false),
        ] {
            let expected = if switched_off { vec!["f".to_owned()] } else { Vec::new() };
            assert_eq!(served(&old, &new), (format!("\"{value}\""), expected), "{new}");
        }
    }

    #[test]
    fn an_opt_out_counts_only_in_the_newest_document() {
        let old = flag("f", r#", "lifecycle": {"offWaitsForPins": true}"#);
        assert_eq!(served(&old, &flag("f", r#", "on": false"#)).0, "\"off\"");
        assert_eq!(served(&old, "").0, "\"off\"");
    }

    #[test]
    fn a_prerequisite_that_is_switched_off_is_off() {
        let dependent = flag("f", r#", "prerequisites": [{"key": "p", "variation": 1}]"#);
        let old = format!("{dependent}, {}", flag("p", ""));
        let new = format!("{dependent}, {}", flag("p", r#", "on": false"#));
        assert_eq!(served(&old, &new), ("\"off\"".to_owned(), vec!["p".to_owned()]));
    }

    #[test]
    fn a_pin_ages_from_when_its_document_was_superseded() {
        let (old, mut history) = (flags(""), DocumentHistory::default());
        history.add(old.clone(), 0.0);
        let refused = |history: &DocumentHistory, now: f64, age| {
            history.pinned(old.digest(), &Gate::new(now, 45.0), age).err().map(|error| error.code())
        };
        assert_eq!(refused(&history, 1e12, None), None);
        history.add(flags(&flag("f", "")), 1e6);
        assert_eq!(refused(&history, 1e6 + 93_000.0, None), None);
        assert_eq!(refused(&history, 1e6 + 93_001.0, None), Some("pin-too-old"));
        assert_eq!(refused(&history, 1e6 + 93_001.0, Some(1e9)), None);
        assert_eq!(refused(&history, 1e6 + 1.0, Some(0.0)), Some("pin-too-old"));
        assert_eq!(refused(&history, f64::NAN, None), Some("pin-too-old"));
        // After a rollback it is current again.
        history.add(old.clone(), 2e6);
        assert_eq!(refused(&history, 1e12, None), None);
    }

    fn stamped(stamp: i64, on: bool) -> Flags {
        let text = format!(
            r#"{{"flags": {{{}}}, "meta": {{"lastModifiedTimestamp": {stamp}}}}}"#,
            flag("f", &format!(r#", "on": {on}"#))
        );
        Flags::from_json(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_fetched_newer_document_is_used_while_this_instance_may_be_behind() {
        let (held, fetched) = (stamped(1_000, false), stamped(90_000, true));
        let mut history = DocumentHistory::default();
        history.add(held.clone(), 2_000_000.0);
        assert!(history.keep_fetched(fetched.clone()));
        let switched_off = |history: &DocumentHistory, now_ms: f64| {
            let pinned = history.pinned(fetched.digest(), &Gate::new(now_ms, 45.0), None);
            pinned.map(|pinned| pinned.switched_off().len()).map_err(|error| error.code())
        };
        // The flag is off in the current document, which is the older one.
        assert_eq!(switched_off(&history, 90_060_000.0), Ok(0));
        assert_eq!(switched_off(&history, 90_093_000.0), Ok(0));
        assert_eq!(switched_off(&history, 90_093_001.0), Err("pin-too-old"));
        assert_eq!(history.newest().map(Flags::digest), Some(held.digest()));

        // Once it has been current here, later documents can switch its flags off.
        history.add(fetched.clone(), 90_050_000.0);
        history.add(held, 90_055_000.0);
        assert_eq!(switched_off(&history, 90_060_000.0), Ok(1));
    }

    #[test]
    fn a_fetched_older_document_was_superseded_by_the_newest() {
        for (stamp, added_ms, since_ms) in [(1_000, 2e6, 1e6), (1_000, 5e5, 5e5)] {
            let mut history = DocumentHistory::default();
            history.add(stamped(stamp, false), added_ms);
            let older = stamped(900, true);
            assert!(history.keep_fetched(older.clone()));
            let switched_off = |now_ms: f64| {
                let pinned = history.pinned(older.digest(), &Gate::new(now_ms, 45.0), None);
                pinned.map(|pinned| pinned.switched_off().len()).map_err(|error| error.code())
            };
            assert_eq!(switched_off(since_ms + 93_000.0), Ok(1));
            assert_eq!(switched_off(since_ms + 93_001.0), Err("pin-too-old"));
        }
    }

    #[test]
    fn an_instance_that_is_not_behind_treats_a_later_timestamp_as_withdrawn() {
        let mut history = DocumentHistory::default();
        history.add(stamped(1_000, false), 2_000_000.0);
        let withdrawn = stamped(90_000, true);
        assert!(history.keep(withdrawn.clone(), None));
        let pinned = history.pinned(withdrawn.digest(), &Gate::new(1_001_000.0, 45.0), None);
        assert_eq!(pinned.unwrap().switched_off().collect::<Vec<_>>(), ["f"]);
    }

    #[test]
    fn a_missing_document_is_reported_with_the_available_ones() {
        let mut history = DocumentHistory::default();
        let gate = Gate::new(0.0, 1.0);
        let unknown = format!("sha256:{}", "0".repeat(64));
        for (digest, code) in [
            (unknown.as_str(), "document-not-held"),
            ("", "not-a-digest"),
            ("sha256:", "not-a-digest"),
            (&unknown.to_uppercase(), "not-a-digest"),
            (&unknown.replace("sha256", "sha512"), "not-a-digest"),
            (&format!("{unknown}0"), "not-a-digest"),
        ] {
            assert_eq!(history.pinned(digest, &gate, None).err().unwrap().code(), code);
        }
        history.add(flags(""), 0.0);
        history.add(flags(&flag("f", "")), 0.0);
        let error = history.pinned(&unknown, &gate, None).err().unwrap();
        assert_eq!(error.held(), history.digests().collect::<Vec<_>>());
        assert_eq!(error.held().len(), 2);
    }
}
