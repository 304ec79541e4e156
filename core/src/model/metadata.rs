//! Compiles the metadata of a flag.

use super::fields::Fields;
use crate::diagnostic::{Code, Findings};
use crate::json::Value;

/// The properties of a flag that do not affect its answers. One of the wrong type is reported and
/// read as absent.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// The version; 0 if it is absent.
    pub version: f64,
    /// Whether evaluations of the flag are tracked.
    pub track_events: bool,
    /// Whether evaluations that reach the fallthrough are tracked as an experiment.
    pub track_events_fallthrough: bool,
    /// Epoch milliseconds.
    pub debug_events_until: Option<f64>,
    /// Whether the flag is available to browsers.
    pub client_side: bool,
}

impl Metadata {
    pub(super) fn read<F: Findings>(fields: &Fields<'_, F>) -> Metadata {
        let flag = |name| fields.lenient(name, "a boolean", Value::as_bool).unwrap_or(false);
        let number = |name| fields.lenient(name, "a number", Value::as_number);
        let object = |name| fields.lenient(name, "an object", Value::as_object);
        fields.lenient("samplingRatio", "an integer", Value::as_integer);
        object("migration");
        object("lifecycle");
        flag("excludeFromSummaries");
        let legacy_client_side = flag("clientSide");
        Metadata {
            version: version(fields).unwrap_or(0.0),
            track_events: flag("trackEvents"),
            track_events_fallthrough: flag("trackEventsFallthrough"),
            debug_events_until: number("debugEventsUntilDate"),
            client_side: match object("clientSideAvailability") {
                None => legacy_client_side,
                Some(availability) => match availability.get("usingEnvironmentId") {
                    None | Some(Value::Null) => false,
                    Some(Value::Bool(available)) => *available,
                    Some(other) => {
                        let message =
                            format_args!("expected a boolean, found {}", other.type_name());
                        let path = fields.path.member("clientSideAvailability");
                        let path = path.member("usingEnvironmentId");
                        fields.findings.add(Code::IGNORED_TYPE, &path, message);
                        false
                    }
                },
            },
        }
    }
}

/// The version of a flag or segment, an integer.
pub(super) fn version<F: Findings>(fields: &Fields<'_, F>) -> Option<f64> {
    fields
        .lenient("version", "an integer", |value| value.as_integer().map(|version| version as f64))
}
