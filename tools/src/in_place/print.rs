//! Prints new values in the layout of the text around them.

use isoflag::{Object, Value};

/// The order in which new members are printed; others follow in RFC 8785 order.
const ORDER: [&str; 24] = [
    "meta",
    "flags",
    "key",
    "lifecycle",
    "version",
    "on",
    "contextKind",
    "variation",
    "weight",
    "attribute",
    "op",
    "negate",
    "prerequisites",
    "targets",
    "contextTargets",
    "rules",
    "clauses",
    "variations",
    "offVariation",
    "fallthrough",
    "salt",
    "status",
    "stagedTimestamp",
    "deployedTimestamp",
];

/// An object with more members gets a line for each, if its neighbors have lines of their own.
const INLINE: usize = 3;

/// The white space between the members of an object, and that around a colon.
#[derive(Clone, Copy)]
pub(super) struct Layout<'t> {
    pub(super) gap: &'t str,
    pub(super) colon: &'t str,
    /// The indentation of one level; `None` if the text is not indented.
    pub(super) unit: Option<&'t str>,
}

/// Returns members in the order of [`ORDER`].
pub(super) fn ordered<'v>(members: &[(&'v str, &'v Value)]) -> Vec<(&'v str, &'v Value)> {
    let known = ORDER.iter().filter_map(|known| members.iter().find(|(name, _)| name == known));
    let others = members.iter().filter(|(name, _)| !ORDER.contains(name));
    known.chain(others).copied().collect()
}

/// Whether an object gets a line for each member.
pub(super) fn is_large(object: &Object) -> bool {
    object.len() > INLINE
}

impl Layout<'_> {
    /// Everything on one line.
    pub(super) const INLINE: Layout<'static> = Layout { gap: " ", colon: ": ", unit: None };

    /// The members as text, with a comma and the gap between them.
    pub(super) fn members(self, members: &[(&str, &Value)]) -> String {
        let members = members.iter().map(|(name, value)| {
            format!("{}{}{}", Value::from(*name), self.colon, self.value(value))
        });
        members.collect::<Vec<_>>().join(&format!(",{}", self.gap))
    }

    /// A value: a large object has a line for each member if the members around it have.
    pub(super) fn value(self, value: &Value) -> String {
        match (value, self.unit) {
            (Value::Object(object), Some(unit)) if is_large(object) && self.gap.contains('\n') => {
                let gap = format!("{}{unit}", self.gap);
                let inner = Layout { gap: &gap, colon: ": ", unit: None };
                format!("{{{gap}{}{}}}", inner.members(&sorted(object)), self.gap)
            }
            (value, _) => inline(value),
        }
    }
}

/// A value on one line.
fn inline(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            format!("{{{}}}", Layout::INLINE.members(&sorted(object)))
        }
        Value::Array(elements) => {
            format!("[{}]", elements.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn sorted(object: &Object) -> Vec<(&str, &Value)> {
    let members: Vec<_> = object.iter().map(|(name, value)| (&**name, value)).collect();
    ordered(&members)
}
