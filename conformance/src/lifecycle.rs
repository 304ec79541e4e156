//! Evaluates the cases about the lifecycle of flags: statuses, certification, planned rollouts and retirement.

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::{Flags, Value};
use isoflag_tools::{
    Activity, Alarms, DatedDocument, Decision, LifecycleError, RetirementInputs, Status,
    StepResult, TestEvidence, certification_by_evidence,
};

use super::case::refused;
use super::{array, get, list, number, object, text};

fn moment(arguments: &Value, name: &str) -> f64 {
    number(arguments, name).unwrap()
}

fn module(arguments: &Value) -> Option<&str> {
    get(arguments, "module").and_then(Value::as_str)
}

/// Returns the document with the status, or the error of the transition.
pub(crate) fn with_status(flags: &Flags, arguments: &Value) -> Result<Flags, Value> {
    let name = text(arguments, "to");
    let to = Status::named(name).ok_or(LifecycleError::UnknownStatus(name.into()));
    let key = text(arguments, "flag");
    let after =
        to.and_then(|to| isoflag_tools::with_status(flags, key, to, moment(arguments, "now")));
    after.map_err(|error| not_legal(&error))
}

pub(crate) fn certification(flags: &Flags, arguments: &Value) -> Value {
    let [first, second] = ["productionState", "nextRelease"]
        .map(|step| StepResult::named(text(arguments, step)).unwrap());
    let built = number(arguments, "artifactTime");
    let module = module(arguments);
    let now = moment(arguments, "now");
    let found = match get(arguments, "evaluated") {
        None => isoflag_tools::certification(flags, first, second, module, built, now),
        Some(evaluated) => {
            let evidence = TestEvidence::read(evaluated).unwrap();
            certification_by_evidence(flags, first, second, module, built, now, &evidence)
        }
    };
    found.to_value()
}

pub(crate) fn deployment(flags: &Flags, arguments: &Value) -> Value {
    let found = isoflag_tools::deployment(
        flags,
        module(arguments),
        moment(arguments, "artifactTime"),
        moment(arguments, "now"),
    );
    found.map_or_else(|error| not_legal(&error), |deployment| deployment.to_value())
}

pub(crate) fn finish(flags: &Flags, arguments: &Value) -> Value {
    let period = number(arguments, "safetyPeriod").unwrap_or(28.0 * 86_400.0);
    match isoflag_tools::finish(flags, text(arguments, "flag"), period, moment(arguments, "now")) {
        Ok(change) => {
            object([("change", change.map(|change| change.to_value()).unwrap_or_default())])
        }
        Err(error) => not_legal(&error),
    }
}

/// A rejected change.
fn not_legal(error: &LifecycleError) -> Value {
    let legal = error.legal().iter().map(|status| Value::from(status.as_str()));
    refused(error.code(), ("legal", list(legal)))
}

pub(crate) fn advance(flags: &Flags, arguments: &Value) -> Value {
    let alarms = Alarms::read(get(arguments, "alarms").unwrap()).unwrap();
    let advanced = isoflag_tools::advance(flags, &alarms, moment(arguments, "now"));
    object([
        ("decisions", advanced.decisions.iter().map(Decision::to_value).collect()),
        ("version", advanced.flags.version().map(Value::from).unwrap_or_default()),
        ("digest", Value::from(advanced.flags.digest())),
    ])
}

pub(crate) fn retirements(flags: &Flags, arguments: &Value) -> Value {
    let documents: Vec<(f64, Flags)> = array(arguments, "history")
        .iter()
        .map(|entry| {
            let document = get(entry, "document").cloned().unwrap();
            (number(entry, "from").unwrap(), Flags::from_value(document).unwrap())
        })
        .collect();
    let history: Vec<_> =
        documents.iter().map(|(from, flags)| DatedDocument { from: *from, flags }).collect();
    let activity = get(arguments, "activity").map(|value| Activity::from_value(value).unwrap());
    let count = |count: &Value| usize::try_from(count.as_integer().unwrap()).unwrap();
    let sites = get(arguments, "callSites").and_then(Value::as_object);
    let sites: Option<BTreeMap<Arc<str>, usize>> =
        sites.map(|sites| sites.iter().map(|(key, n)| (Arc::clone(key), count(n))).collect());
    let inputs = RetirementInputs {
        now: number(arguments, "now").unwrap(),
        weeks: number(arguments, "weeks").unwrap_or(4.0),
        history: &history,
        activity: activity.as_ref(),
        call_sites: sites.as_ref(),
    };
    object([(
        "retirements",
        isoflag_tools::retirements(flags, &inputs)
            .iter()
            .map(isoflag_tools::Retirement::to_value)
            .collect(),
    )])
}
