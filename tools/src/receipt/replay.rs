//! Verifies a receipt by evaluating again.

use std::fmt;

use isoflag::{BigSegments, Context, Flags, Object, Value};

use super::difference::Difference;
use super::{PARENT_DIGEST, Receipt};
use crate::strategy::{Strategy, with_strategy};

/// Evaluates again with the document and the context of a receipt, and returns the receipt if the
/// result is byte-for-byte identical.
///
/// A projection gives the same answers as the whole document, in fewer steps. So the receipt of one
/// of them is verified with the other too, or with another projection of the same document: then
/// the answers are compared, but not the traces. Trust the receipt that is returned, which is that
/// of `flags`.
///
/// ```
/// use isoflag::{Context, Flags};
/// use isoflag_tools::{receipt, replay};
/// let flags = Flags::from_json(br#"{"flags": {"f": {"on": false, "variations": [1]}}}"#)?;
/// let ada = Context::builder("ada").build()?;
/// let receipt = receipt(&flags, "f", Some(&ada), None).to_json();
/// assert!(replay(receipt.as_bytes(), &flags, Some(&ada), None).is_ok());
///
/// let forged = receipt.replace("\"on\":false", "\"on\":true");
/// let error = replay(forged.as_bytes(), &flags, Some(&ada), None).unwrap_err();
/// assert_eq!((error.code(), error.path()), ("other-answer", "trace.on"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the text is not a receipt, or is about other rules, another document or another context, or
/// if the evaluation differs: then the error names the first step that differs.
pub fn replay(
    receipt: &[u8],
    flags: &Flags,
    context: Option<&Context>,
    big_segments: Option<&BigSegments>,
) -> Result<Receipt, ReceiptError> {
    let claimed = read(receipt)?;
    let key = member(&claimed, "flag").as_str().unwrap_or_default();
    let strategy = read_strategy(&claimed)?;
    let document = Value::from(flags.digest());
    if let Some(difference) = Difference::between("digest", member(&claimed, "digest"), &document)
        && strategy.is_some()
    {
        // The strategy may name flags that only the receipt's document has.
        return Err(ReceiptError::differing(ReceiptErrorKind::OtherDocument, difference));
    }
    let under = strategy.as_ref().map(|strategy| {
        let under = with_strategy(flags, strategy);
        under.map_err(|error| ReceiptError::not_a_receipt(format!("`strategy`: {error}")))
    });
    let under = under.transpose()?;
    let under = strategy.as_ref().zip(under.as_ref());
    let found = Receipt::of(flags, under, key, context, big_segments);
    let found_value = found.to_value();
    let found_members = found_value.as_object();
    let is_related = found_members.is_some_and(|found| is_related(&claimed, found));
    // The answer follows from the trace, so the first difference is searched for there.
    for (name, kind) in [
        ("specVersion", ReceiptErrorKind::OtherRules),
        ("digest", ReceiptErrorKind::OtherDocument),
        (PARENT_DIGEST, ReceiptErrorKind::OtherDocument),
        ("contextHash", ReceiptErrorKind::OtherContext),
        ("trace", ReceiptErrorKind::OtherAnswer),
        ("answer", ReceiptErrorKind::OtherAnswer),
    ] {
        if is_related && ["digest", PARENT_DIGEST, "trace"].contains(&name) {
            continue;
        }
        let found = found_members.map_or(&Value::Null, |found| member(found, name));
        if let Some(difference) = Difference::between(name, member(&claimed, name), found) {
            return Err(ReceiptError::differing(kind, difference));
        }
    }
    Ok(found)
}

/// Whether two receipts are about different documents, one of which is a projection of the other
/// or both of the same.
fn is_related(one: &Object, other: &Object) -> bool {
    let names = ["digest", PARENT_DIGEST];
    let digests = |of| names.map(|name| member(of, name).as_str());
    let ([one, of_one], [other, of_other]) = (digests(one), digests(other));
    let is_common = |whole: Option<&str>| whole.is_some() && (whole == other || whole == of_other);
    one != other && (is_common(one) || is_common(of_one))
}

/// The members of a receipt; that of a projection has one more.
const MEMBERS: [&str; 6] = ["answer", "contextHash", "digest", "flag", "specVersion", "trace"];

/// The additional member of a receipt about a document under a strategy.
const STRATEGY: &str = "strategy";

fn member<'a>(receipt: &'a Object, name: &str) -> &'a Value {
    receipt.get(name).unwrap_or(&Value::Null)
}

/// Parses a receipt, which has exactly one valid text.
fn read(text: &[u8]) -> Result<Object, ReceiptError> {
    let refused = |message: &str| Err(ReceiptError::not_a_receipt(message.to_owned()));
    let receipt =
        Value::parse(text).map_err(|error| ReceiptError::not_a_receipt(error.to_string()))?;
    let Some(members) = receipt.as_object() else {
        return refused("a receipt is an object");
    };
    let optional = [PARENT_DIGEST, STRATEGY];
    let names = members.iter().map(|(name, _)| &**name);
    if !names.filter(|name| !optional.contains(name)).eq(MEMBERS) {
        return Err(ReceiptError::not_a_receipt(format!(
            "a receipt has the members `{}`, may have `{PARENT_DIGEST}` and `{STRATEGY}`, and has no others",
            MEMBERS.join("`, `")
        )));
    }
    if member(members, "flag").as_str().is_none() {
        return refused("`flag` is a flag's key");
    }
    if receipt.to_canonical_json().as_bytes() != text {
        return refused("receipt is not canonical JSON; it was re-serialized");
    }
    Ok(members.clone())
}

/// Reads the strategy of a receipt, which has exactly one valid form.
fn read_strategy(receipt: &Object) -> Result<Option<Strategy>, ReceiptError> {
    let Some(claimed) = receipt.get(STRATEGY) else { return Ok(None) };
    let strategy = Strategy::read(claimed)
        .map_err(|error| ReceiptError::not_a_receipt(format!("`{STRATEGY}`: {error}")))?;
    if strategy.to_value() != *claimed {
        let message = "`strategy` is not in the form in which receipts have it";
        return Err(ReceiptError::not_a_receipt(message.to_owned()));
    }
    Ok(Some(strategy))
}

/// Why a receipt does not match the evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceiptError {
    kind: ReceiptErrorKind,
    message: String,
    difference: Option<Difference>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReceiptErrorKind {
    NotAReceipt,
    OtherRules,
    OtherDocument,
    OtherContext,
    OtherAnswer,
}

impl ReceiptError {
    fn not_a_receipt(message: String) -> ReceiptError {
        ReceiptError { kind: ReceiptErrorKind::NotAReceipt, message, difference: None }
    }

    fn differing(kind: ReceiptErrorKind, difference: Difference) -> ReceiptError {
        let what = match kind {
            ReceiptErrorKind::NotAReceipt => "this is not a receipt",
            ReceiptErrorKind::OtherRules => {
                "the receipt uses other evaluation rules; replay it with the version that wrote it"
            }
            ReceiptErrorKind::OtherDocument => "the receipt is about another document",
            ReceiptErrorKind::OtherContext => "the receipt is about another context",
            ReceiptErrorKind::OtherAnswer => "the evaluation differs",
        };
        let shown = |value: &Option<Value>| match value {
            Some(value) => value.to_string(),
            None => "nothing".to_owned(),
        };
        let Difference { path, claimed, found } = &difference;
        let message =
            format!("{what}: `{path}` is claimed to be {} and is {}", shown(claimed), shown(found));
        ReceiptError { kind, message, difference: Some(difference) }
    }

    /// The stable error code: `not-a-receipt`, `other-rules`, `other-document`,
    /// `other-context` or `other-answer`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            ReceiptErrorKind::NotAReceipt => "not-a-receipt",
            ReceiptErrorKind::OtherRules => "other-rules",
            ReceiptErrorKind::OtherDocument => "other-document",
            ReceiptErrorKind::OtherContext => "other-context",
            ReceiptErrorKind::OtherAnswer => "other-answer",
        }
    }

    /// The first step that differs, such as `trace.rules[2].clauses[0].match`; empty if the text is
    /// not a receipt.
    #[must_use]
    pub fn path(&self) -> &str {
        self.difference.as_ref().map_or("", |difference| &difference.path)
    }

    /// The value that the receipt claims there; `None` if it claims none.
    #[must_use]
    pub fn claimed(&self) -> Option<&Value> {
        self.difference.as_ref()?.claimed.as_ref()
    }

    /// The value of the evaluation there; `None` if it has none.
    #[must_use]
    pub fn found(&self) -> Option<&Value> {
        self.difference.as_ref()?.found.as_ref()
    }
}

impl fmt::Display for ReceiptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReceiptError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::{receipt, system_receipt};
    use crate::strategy::{System, SystemFlags};

    const DOCUMENT: &str = r#"{"meta": {"hash": "murmur3"}, "flags": {
        "f": {"on": true, "variations": ["a", "b"], "offVariation": 0, "salt": "s",
              "prerequisites": [{"key": "p", "variation": 0}],
              "targets": [{"variation": 1, "values": ["bob"]}],
              "rules": [{"id": "r", "variation": 1, "clauses": [
                  {"attribute": "plan", "op": "in", "values": ["pro"]}]}],
              "fallthrough": {"rollout": {"variations": [
                  {"variation": 0, "weight": 50000}, {"variation": 1, "weight": 50000}]}}},
        "p": {"on": true, "variations": [1], "fallthrough": {"variation": 0}}}}"#;

    fn ada() -> Context {
        Context::from_json(br#"{"kind": "user", "key": "ada", "plan": "free"}"#).unwrap()
    }

    fn replayed(receipt: &[u8], context: Option<&Context>) -> Result<Receipt, ReceiptError> {
        replay(receipt, &Flags::from_json(DOCUMENT.as_bytes()).unwrap(), context, None)
    }

    fn receipt_text() -> String {
        let flags = Flags::from_json(DOCUMENT.as_bytes()).unwrap();
        receipt(&flags, "f", Some(&ada()), None).to_json()
    }

    #[test]
    fn what_is_true_replays() {
        assert_eq!(
            replayed(receipt_text().as_bytes(), Some(&ada())).unwrap().to_json(),
            receipt_text()
        );
        let flags = Flags::from_json(DOCUMENT.as_bytes()).unwrap();
        for key in ["f", "p", "missing", ""] {
            for context in [Some(&ada()), None] {
                let receipt = receipt(&flags, key, context, None);
                assert_eq!(replayed(receipt.to_json().as_bytes(), context), Ok(receipt));
            }
        }
    }

    #[test]
    fn a_receipt_with_any_changed_byte_is_rejected() {
        let receipt = receipt_text().into_bytes();
        for offset in 0..receipt.len() {
            for byte in [b'0', b'a', b'"', 0xff] {
                let mut altered = receipt.clone();
                if std::mem::replace(&mut altered[offset], byte) == byte {
                    continue;
                }
                assert!(replayed(&altered, Some(&ada())).is_err(), "{offset} {byte}");
            }
            let mut shorter = receipt.clone();
            shorter.remove(offset);
            assert!(replayed(&shorter, Some(&ada())).is_err(), "{offset}");
            let mut longer = receipt.clone();
            longer.insert(offset, b' ');
            assert!(replayed(&longer, Some(&ada())).is_err(), "{offset}");
        }
    }

    #[test]
    fn the_error_names_the_first_difference() {
        let receipt = receipt_text();
        for (from, to, code, path) in [
            (r#""specVersion":2"#, r#""specVersion":1"#, "other-rules", "specVersion"),
            (r#""digest":"sha256:"#, r#""digest":"sha512:"#, "other-document", "digest"),
            (
                r#""contextHash":"sha256:"#,
                r#""contextHash":"sha1:"#,
                "other-context",
                "contextHash",
            ),
            (
                r#""flag":"f","specVersion""#,
                r#""flag":"p","specVersion""#,
                "other-answer",
                "trace.flag",
            ),
            (
                r#""contextValue":"free""#,
                r#""contextValue":"pro""#,
                "other-answer",
                "trace.rules[0].clauses[0].contextValue",
            ),
            (r#""holds":true,"#, "", "other-answer", "trace.prerequisites[0].holds"),
            (r#""kind":"FALLTHROUGH""#, r#""kind":"OFF""#, "other-answer", "answer.reason.kind"),
            ("{\"answer\"", "{\"answe\"", "not-a-receipt", ""),
            ("{\"answer\"", "{\"again\":1,\"answer\"", "not-a-receipt", ""),
            ("{\"answer\"", " {\"answer\"", "not-a-receipt", ""),
            (r#""specVersion":2"#, r#""specVersion":2.0"#, "not-a-receipt", ""),
            (r#""flag":"f","specVersion""#, r#""flag":7,"specVersion""#, "not-a-receipt", ""),
        ] {
            let forged = receipt.replacen(from, to, 1);
            assert_ne!(forged, receipt, "{from}");
            let error = replayed(forged.as_bytes(), Some(&ada())).unwrap_err();
            assert_eq!((error.code(), error.path()), (code, path), "{from}: {error}");
        }
        for nothing in ["", "[]", "null", "7"] {
            assert_eq!(replayed(nothing.as_bytes(), None).unwrap_err().code(), "not-a-receipt");
        }
    }

    #[test]
    fn steps_are_compared_before_their_results() {
        let forged = receipt_text()
            .replace(r#""variationIndex""#, r#""variationIndeX""#)
            .replace(r#""holds":true"#, r#""holds":false"#)
            .replace(r#""on":true"#, r#""on":false"#);
        // Canonical again, because a member was renamed.
        let forged = Value::parse(forged.as_bytes()).unwrap().to_canonical_json();
        let error = replayed(forged.as_bytes(), Some(&ada())).unwrap_err();
        assert_eq!(error.path(), "trace.on");
        assert_eq!((error.claimed(), error.found()), (Some(&false.into()), Some(&true.into())));
        assert_eq!(
            error.to_string(),
            "the evaluation differs: `trace.on` is claimed to be false and is true"
        );
    }

    #[test]
    fn a_receipt_of_earlier_rules_is_rejected() {
        let old = receipt_text().replace(r#""specVersion":2"#, r#""specVersion":1"#);
        let error = replayed(old.as_bytes(), Some(&ada())).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the receipt uses other evaluation rules; replay it with the version that wrote it: \
             `specVersion` is claimed to be 1 and is 2"
        );
    }

    /// Each level is compared once, not once for the claim and once for the result.
    #[test]
    fn a_long_chain_of_prerequisites_replays() {
        let flags: Vec<String> = (0..60)
            .map(|index| {
                let prerequisites = match index {
                    0 => String::new(),
                    _ => format!(r#"{{"key":"f{}","variation":0}}"#, index - 1),
                };
                format!(
                    r#""f{index}":{{"on":true,"variations":[1],"fallthrough":{{"variation":0}},
                        "prerequisites":[{prerequisites}]}}"#
                )
            })
            .collect();
        let document = format!(r#"{{"flags":{{{}}}}}"#, flags.join(","));
        let flags = Flags::from_json(document.as_bytes()).unwrap();
        // A trace of any depth can be written, but a text nests no deeper than a document.
        let receipt = receipt(&flags, "f29", Some(&ada()), None);
        assert_eq!(replay(receipt.to_json().as_bytes(), &flags, Some(&ada()), None), Ok(receipt));
    }

    const WITH_STRATEGIES: &str = r#"{"flags": {
        "new": {"on": false, "variations": [true, false], "offVariation": 1,
                "lifecycle": {"status": "Done", "deployedTimestamp": 1795172400}},
        "old": {"on": true, "variations": [true, false], "fallthrough": {"variation": 0}}},
        "meta": {"strategies": {"production": [
            {"strategy": "Custom Production", "on": ["new"], "clauses": [
                {"attribute": "key", "op": "in", "values": ["ada"]}]}]}}}"#;

    fn of_production(flags: &Flags, context: Option<&Context>) -> Receipt {
        let system = SystemFlags::new(flags, System::Production).unwrap();
        system_receipt(&system, "new", context, None)
    }

    #[test]
    fn a_receipt_names_its_strategy_and_replays_against_it() {
        let flags = Flags::from_json(WITH_STRATEGIES.as_bytes()).unwrap();
        let receipt = of_production(&flags, Some(&ada()));
        let text = receipt.to_json();
        let strategy = r#""strategy":{"on":["new"],"strategy":"Custom Production"}"#;
        assert!(text.contains(strategy), "{text}");
        assert!(text.contains(flags.digest()) && text.contains(r#""value":true"#), "{text}");
        assert_eq!(replay(text.as_bytes(), &flags, Some(&ada()), None), Ok(receipt));

        let code = |text: &str, flags: &Flags| {
            replay(text.as_bytes(), flags, Some(&ada()), None).unwrap_err().code()
        };
        let replaced = |to: &str| text.replacen(strategy, to, 1);
        let own_rules = text.replacen(&format!("{strategy},"), "", 1);
        assert_eq!(code(&own_rules, &flags), "other-answer");
        let off = r#""strategy":{"off":["new"],"strategy":"Custom Production"}"#;
        assert_eq!(code(&replaced(off), &flags), "other-answer");
        for invalid in [
            r#""strategy":"Beta""#,
            r#""strategy":{"on":["gone"],"strategy":"Custom Production"}"#,
            r#""strategy":{"on":["new"],"strategy":"custom-production"}"#,
            r#""strategy":{"on":["new"],"other":1,"strategy":"Custom Production"}"#,
            r#""strategy":{"strategy":"canary"}"#,
            r#""strategy":null"#,
        ] {
            assert_eq!(code(&replaced(invalid), &flags), "not-a-receipt", "{invalid}");
        }
        let other = Flags::from_json(DOCUMENT.as_bytes()).unwrap();
        assert_eq!(code(&text, &other), "other-document");
    }

    #[test]
    fn a_receipt_without_a_chosen_strategy_is_that_of_the_document() {
        let flags = Flags::from_json(WITH_STRATEGIES.as_bytes()).unwrap();
        let bob = Context::builder("bob").build().unwrap();
        for context in [Some(&bob), None] {
            assert_eq!(of_production(&flags, context), receipt(&flags, "new", context, None));
        }
    }

    #[test]
    fn another_or_a_missing_context_is_rejected() {
        let bob = Context::builder("bob").build().unwrap();
        for context in [Some(&bob), None] {
            let error = replayed(receipt_text().as_bytes(), context).unwrap_err();
            assert_eq!(error.code(), "other-context");
        }
    }
}
