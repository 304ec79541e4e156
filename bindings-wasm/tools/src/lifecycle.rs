//! Exports the management of flags: strategies, checks, differences, statuses, certification and retirement. Values are
//! passed as JSON text.

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::{Diagnostic, Flags, Object, Value};
use isoflag_tools::{
    Activity, ActivityError, Alarms, CheckOptions, DatedDocument, Decision, Inventory,
    InventoryDocument, LifecycleError, Retirement, RetirementInputs, Status, StepResult, Strategy,
    TestEvidence, moment_of_seconds,
};
use isoflag_wasm::failure::Failed;
use isoflag_wasm::handles::{Document, FLAGS, with_flags};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{self, Thrown, refused};
use crate::receipt::context;
use crate::system_flags::read_system;

fn parsed(text: &[u8]) -> Result<Value, Failed> {
    Value::parse(text).map_err(|error| isoflag_wasm::failure::json(&error))
}

/// Returns the document under a strategy; fails like [`isoflag_tools::with_strategy`].
#[wasm_bindgen(js_name = withStrategy)]
#[must_use]
pub fn with_strategy(flags: u32, strategy: &[u8]) -> u32 {
    let made = || {
        let strategy =
            Strategy::read(&parsed(strategy)?).map_err(|error| failure::strategy(&error))?;
        let flags = with_flags(flags, Flags::clone)?;
        isoflag_tools::with_strategy(&flags, &strategy)
            .map(Document::from)
            .map_err(|error| failure::strategy(&error))
    };
    FLAGS.with(|table| table.keep_made(made()))
}

/// Returns the strategy that a system chooses for a context, which is text that the encoder wrote or a handle; `None`
/// if it chooses no strategy.
///
/// # Errors
///
/// If there is no such system, or an object was freed.
#[wasm_bindgen(js_name = strategyFor)]
pub fn strategy_for(
    flags: u32,
    system: &str,
    host: Option<Vec<u8>>,
    handle: Option<u32>,
) -> Result<Option<String>, Thrown> {
    let system = read_system(system)?;
    let Some(context) = context(host.as_deref(), handle)? else { return Ok(None) };
    let chosen = with_flags(flags, |flags| isoflag_tools::strategy_for(flags, system, &context))?;
    Ok(chosen.map(|strategy| strategy.to_value().to_canonical_json()))
}

/// Returns all findings about the document, as the JSON text of an array.
///
/// # Errors
///
/// If the options are invalid or the document was freed.
#[wasm_bindgen(js_name = checkFlags)]
pub fn check_flags(flags: u32, options: &str) -> Result<String, Thrown> {
    let options = CheckOptions::read(&parsed(options.as_bytes())?).map_err(refused)?;
    let found: Value = with_flags(flags, |flags| {
        isoflag_tools::check(flags, &options).iter().map(Diagnostic::to_value).collect()
    })?;
    Ok(found.to_canonical_json())
}

/// Returns the differences between two documents: the JSON text of their JSON form, text and Markdown.
///
/// # Errors
///
/// If one was freed.
#[wasm_bindgen(js_name = diffFlags)]
pub fn diff_flags(flags: u32, later: u32) -> Result<String, Thrown> {
    let (flags, later) = (with_flags(flags, Flags::clone)?, with_flags(later, Flags::clone)?);
    let diff = isoflag_tools::diff(&flags, &later);
    let forms = [diff.to_value(), Value::from(diff.to_string()), Value::from(diff.to_markdown())];
    Ok(forms.into_iter().collect::<Value>().to_canonical_json())
}

fn moment(name: &str, seconds: f64) -> Result<f64, Thrown> {
    moment_of_seconds(seconds).map_err(|error| refused(format!("`{name}`: {error}")))
}

/// Returns the document with another status of a flag; fails like [`isoflag_tools::with_status`].
///
/// # Errors
///
/// If the time is invalid.
#[wasm_bindgen(js_name = withStatus)]
pub fn with_status(flags: u32, key: &str, status: &str, now: f64) -> Result<u32, Thrown> {
    let now = moment("now", now)?;
    let made = || {
        let flags = with_flags(flags, Flags::clone)?;
        let status =
            Status::named(status).ok_or_else(|| LifecycleError::UnknownStatus(status.into()));
        status
            .and_then(|status| isoflag_tools::with_status(&flags, key, status, now))
            .map(Document::from)
            .map_err(|error| failure::lifecycle(&error))
    };
    Ok(FLAGS.with(|table| table.keep_made(made())))
}

/// Returns the verdict that follows from an artifact's tests; the evaluated flags are JSON text.
///
/// # Errors
///
/// If a result, a time or the evaluated flags are invalid, or the document was freed.
#[wasm_bindgen]
pub fn certification(
    flags: u32,
    production_state: &str,
    next_release: &str,
    module: Option<String>,
    artifact_time: Option<f64>,
    now: f64,
    evaluated: Option<String>,
) -> Result<String, Thrown> {
    let step = |of: &str, name| {
        StepResult::named(name).map_err(|error| refused(format!("`{of}`: {error}")))
    };
    let (first, second) =
        (step("productionState", production_state)?, step("nextRelease", next_release)?);
    let built = artifact_time.map(|time| moment("artifactTime", time)).transpose()?;
    let now = moment("now", now)?;
    let evidence = evaluated.map(|text| -> Result<TestEvidence, Thrown> {
        let read = TestEvidence::read(&parsed(text.as_bytes())?);
        read.map_err(|message| refused(format!("`evaluated`: {message}")))
    });
    let module = module.as_deref();
    let found = match evidence.transpose()? {
        None => with_flags(flags, |flags| {
            isoflag_tools::certification(flags, first, second, module, built, now)
        })?,
        Some(evidence) => with_flags(flags, |flags| {
            isoflag_tools::certification_by_evidence(
                flags, first, second, module, built, now, &evidence,
            )
        })?,
    };
    Ok(found.to_value().to_canonical_json())
}

/// Returns the result of deploying an artifact.
///
/// # Errors
///
/// As [`isoflag_tools::deployment`], if a time is invalid, or the document was freed.
#[wasm_bindgen]
pub fn deployment(
    flags: u32,
    module: Option<String>,
    artifact_time: f64,
    now: f64,
) -> Result<String, Thrown> {
    let (built, now) = (moment("artifactTime", artifact_time)?, moment("now", now)?);
    let module = module.as_deref();
    let found = with_flags(flags, |flags| isoflag_tools::deployment(flags, module, built, now))?;
    let found = found.map_err(|error| failure::lifecycle(&error))?;
    Ok(found.to_value().to_canonical_json())
}

/// Returns the end of a feature's rollout; `None` if it is already finished.
///
/// # Errors
///
/// As [`isoflag_tools::finish`], if a time is invalid, or the document was freed.
#[wasm_bindgen(js_name = finishFlag)]
pub fn finish_flag(
    flags: u32,
    key: &str,
    now: f64,
    safety_period: f64,
) -> Result<Option<String>, Thrown> {
    let now = moment("now", now)?;
    moment("safetyPeriod", now + safety_period)?;
    let found = with_flags(flags, |flags| isoflag_tools::finish(flags, key, safety_period, now))?;
    let found = found.map_err(|error| failure::lifecycle(&error))?;
    Ok(found.map(|change| change.to_value().to_canonical_json()))
}

fn no_activity(error: ActivityError) -> Thrown {
    refused(format!("`activity`: {error}"))
}

/// Returns the evidence on each flag's retirement, as the JSON text of an array. Each document of the history is a
/// handle with the time from which it was current.
///
/// # Errors
///
/// If a time, the activity or the call sites are invalid, or a document was freed.
#[wasm_bindgen]
pub fn retirements(
    flags: u32,
    now: f64,
    weeks: f64,
    moments: &[f64],
    history: &[u32],
    counted: Option<String>,
    call_sites: Option<String>,
) -> Result<String, Thrown> {
    let dated = moments
        .iter()
        .zip(history)
        .map(|(from, flags)| Ok((moment("from", *from)?, with_flags(*flags, Flags::clone)?)));
    let dated = dated.collect::<Result<Vec<_>, Thrown>>()?;
    let history: Vec<_> =
        dated.iter().map(|(from, flags)| DatedDocument { from: *from, flags }).collect();
    let counted = counted.map(|text| Activity::from_json(text.as_bytes()).map_err(no_activity));
    let counted = counted.transpose()?;
    let sites = call_sites.as_deref().map(read_call_sites).transpose()?;
    let inputs = RetirementInputs {
        now: moment("now", now)?,
        weeks: if weeks >= 0.0 {
            weeks
        } else {
            return Err(refused("`weeks`: expected a number of weeks"));
        },
        history: &history,
        activity: counted.as_ref(),
        call_sites: sites.as_ref(),
    };
    let found: Value = with_flags(flags, |flags| {
        isoflag_tools::retirements(flags, &inputs).iter().map(Retirement::to_value).collect()
    })?;
    Ok(found.to_canonical_json())
}

fn read_call_sites(text: &str) -> Result<BTreeMap<Arc<str>, usize>, Thrown> {
    let written = parsed(text.as_bytes())?;
    let mut counts = BTreeMap::new();
    for (key, count) in written.as_object().into_iter().flat_map(Object::iter) {
        let count = count.as_integer().and_then(|count| usize::try_from(count).ok());
        let expected =
            || refused(format!("`callSites`: `{key}`: expected the number of call sites"));
        counts.insert(Arc::clone(key), count.ok_or_else(expected)?);
    }
    Ok(counts)
}

/// Combines the names of documents, from the JSON text of an array, with the documents.
fn named(names: &str, documents: &[u32]) -> Result<Vec<(Arc<str>, Flags)>, Thrown> {
    let names = parsed(names.as_bytes())?;
    let names = names.as_array().unwrap_or_default().iter().filter_map(Value::as_str);
    let named = names.zip(documents);
    named.map(|(name, flags)| Ok((name.into(), with_flags(*flags, Flags::clone)?))).collect()
}

/// Returns the inventory of several documents. The activity is a value for each document, null if evaluations were not
/// counted; names and activity are JSON texts of arrays.
///
/// # Errors
///
/// If the time or an activity is invalid, or a document was freed.
#[wasm_bindgen(js_name = takeInventory)]
pub fn take_inventory(
    names: &str,
    documents: &[u32],
    counted: &str,
    now: f64,
) -> Result<String, Thrown> {
    let now = moment("now", now)?;
    let named = named(names, documents)?;
    let counted = parsed(counted.as_bytes())?;
    let counted = counted.as_array().unwrap_or_default().iter();
    let counted = counted.map(|counted| match counted {
        Value::Null => Ok(None),
        counted => Activity::from_value(counted).map(Some).map_err(no_activity),
    });
    let counted = counted.collect::<Result<Vec<_>, Thrown>>()?;
    let documents = named.iter().zip(&counted).map(|((label, flags), activity)| {
        InventoryDocument { label, flags, activity: activity.as_ref() }
    });
    Ok(Inventory::of(&documents.collect::<Vec<_>>(), now).to_value().to_canonical_json())
}

/// Checks the documents of several environments, whose names are the JSON text of an array: returns the text of an
/// array with an array for each.
///
/// # Errors
///
/// If the options are invalid or a document was freed.
#[wasm_bindgen(js_name = checkEnvironments)]
pub fn check_environments(names: &str, documents: &[u32], options: &str) -> Result<String, Thrown> {
    let options = CheckOptions::read(&parsed(options.as_bytes())?).map_err(refused)?;
    let named = named(names, documents)?;
    let named: Vec<(&str, &Flags)> = named.iter().map(|(name, flags)| (&**name, flags)).collect();
    let found: Value = isoflag_tools::check_environments(&named, &options)
        .iter()
        .map(|found| found.iter().map(Diagnostic::to_value).collect::<Value>())
        .collect();
    Ok(found.to_canonical_json())
}

/// Makes a step of each planned rollout. The alarms are the JSON text of a mapping from names to states. Returns the text
/// of an object with the decisions and the handle of the document.
///
/// # Errors
///
/// If an alarm or the time is invalid, or the document was freed.
#[wasm_bindgen(js_name = advanceFlags)]
pub fn advance_flags(flags: u32, alarms: &str, now: f64) -> Result<String, Thrown> {
    let alarms = Alarms::read(&parsed(alarms.as_bytes())?)
        .map_err(|message| refused(format!("`alarms`: {message}")))?;
    let now = moment("now", now)?;
    let advanced = with_flags(flags, |flags| isoflag_tools::advance(flags, &alarms, now))?;
    let decisions = advanced.decisions.iter().map(Decision::to_value).collect();
    let handle = FLAGS.with(|table| table.keep(Document::from(advanced.flags)));
    let members = [("flags", Value::from(handle)), ("decisions", decisions)];
    Ok(Value::Object(Object::from_iter(members)).to_canonical_json())
}

/// Returns a flag's key in the form that AppConfig accepts; `None` if it would be too long.
#[wasm_bindgen(js_name = toAppConfigKey)]
#[must_use]
pub fn to_appconfig_key(key: &str) -> Option<String> {
    isoflag_tools::to_appconfig_key(key)
}

/// Returns the key that [`to_appconfig_key`] converted to this one; `None` if it never produces this text.
#[wasm_bindgen(js_name = fromAppConfigKey)]
#[must_use]
pub fn from_appconfig_key(key: &str) -> Option<String> {
    isoflag_tools::from_appconfig_key(key)
}
