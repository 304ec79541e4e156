//! Merges a flag: the definition of the source, and what is particular to the target's environment.

use std::sync::Arc;

use isoflag::{Object, Path, Value};

use super::indices::{Gone, Indices};
use super::rules::{Rules, has_shares};
use super::{PromoteOptions, member, only};
use crate::edit::EditError;
use crate::lifecycle::{CERTIFIED, DEPLOYED, Status};
use crate::note::Note;

/// The members that are particular to an environment. `rules` and `lifecycle` are merged.
const OWN: [&str; 15] = [
    "on",
    "version",
    "deleted",
    "salt",
    "targets",
    "contextTargets",
    "offVariation",
    "fallthrough",
    "rules",
    "lifecycle",
    "trackEvents",
    "trackEventsFallthrough",
    "debugEventsUntilDate",
    "samplingRatio",
    "excludeFromSummaries",
];

/// Those that a new flag does not get from the source.
const NOT_NEW: [&str; 5] =
    ["deleted", "targets", "contextTargets", "debugEventsUntilDate", "rules"];

/// The members of `lifecycle` that are particular to an environment.
const OWN_LIFECYCLE: [&str; 12] = [
    "status",
    "statusTimestamp",
    "stagedTimestamp",
    CERTIFIED,
    "deployedTimestamp",
    DEPLOYED,
    "lastModifiedTimestamp",
    "cleanupTimestamp",
    "cleanup",
    "createdTimestamp",
    "created",
    "rollout",
];

/// Those that a new flag gets from the source.
const NEW_LIFECYCLE: [&str; 6] =
    ["status", "statusTimestamp", "stagedTimestamp", CERTIFIED, "createdTimestamp", "created"];

/// The progress of a planned rollout.
const PROGRESS: [&str; 3] = ["state", "stage", "stageTimestamp"];

const TARGETS: [&str; 2] = ["targets", "contextTargets"];

/// Returns the flag after it is carried; `held` is the one of the target, if any.
pub(super) fn carried(
    key: &str,
    from: &Object,
    held: Option<&Object>,
    options: &PromoteOptions<'_>,
    notes: &mut Vec<Note>,
) -> Result<Object, EditError> {
    let section = Path::Root.member("flags");
    let path = section.member(key);
    let new;
    let held = match held {
        Some(held) => held,
        None => {
            new = blank(from, options, &path, notes);
            &new
        }
    };
    let list = |flag: &Object| -> Vec<Value> {
        flag.get("variations").and_then(Value::as_array).unwrap_or_default().to_vec()
    };
    let indices = Indices::between(&list(held), &list(from));
    let gone = |path: &Path<'_>, Gone(index): Gone| {
        let message = format!(
            "it serves variation {index}, whose value the source has no longer; stop serving it \
             first"
        );
        EditError::refused("unknown-variation", path, message)
    };
    let mut members: Vec<(Arc<str>, Value)> = only(from, |name| !OWN.contains(&name)).collect();
    for name in OWN {
        let is_carried = match name {
            "rules" | "lifecycle" => continue,
            "on" => options.with_on,
            "fallthrough" => options.with_rollout,
            _ => options.with_targets && TARGETS.contains(&name),
        };
        let value = if is_carried { from.get(name) } else { held.get(name) };
        let Some(value) = value else { continue };
        let followed = match (name, value) {
            _ if is_carried => Ok(value.clone()),
            ("offVariation", index) => indices.follow(index),
            ("targets" | "contextTargets", lists) => indices.targets(lists),
            ("fallthrough", Value::Object(served)) => indices.served(served).map(Value::Object),
            _ => Ok(value.clone()),
        };
        members.push((Arc::from(name), followed.map_err(|error| gone(&path.member(name), error))?));
    }
    let list = path.member("rules");
    let of = |flag: &'_ Object| flag.get("rules").and_then(Value::as_array).map(<[Value]>::to_vec);
    let merged = match (of(from), of(held)) {
        (rules, _) if options.with_rollout => rules,
        (None, None) => None,
        (rules, own) => {
            let value = |wanted: &str| members.iter().find(|(name, _)| &**name == wanted);
            let fallthrough = value("fallthrough").and_then(|(_, served)| served.as_object());
            let fallthrough = fallthrough
                .cloned()
                .filter(|served| has_shares(served) || member(served, "variation").is_some());
            // An off flag may have no fallthrough.
            let off = value("offVariation").map_or(Value::from(0), |(_, index)| index.clone());
            let fallthrough =
                fallthrough.unwrap_or_else(|| Object::from_iter([("variation", off)]));
            let rules = Rules {
                from: rules.as_deref().unwrap_or_default(),
                held: own.as_deref().unwrap_or_default(),
                fallthrough: &fallthrough,
                indices: &indices,
                path: &list,
            };
            let merged = rules.merged(notes);
            Some(merged.map_err(|(index, error)| gone(&list.element(index), error))?)
        }
    };
    members.extend(merged.map(|rules| (Arc::from("rules"), Value::from(rules))));
    members.extend(
        lifecycle(from, held, options, &path)?
            .map(|lifecycle| (Arc::from("lifecycle"), lifecycle.into())),
    );
    Ok(members.into_iter().collect())
}

/// The members that a new flag has in the target before the definition is carried: it is off,
/// nobody is targeted, and no percentage is served.
fn blank(
    from: &Object,
    options: &PromoteOptions<'_>,
    path: &Path<'_>,
    notes: &mut Vec<Note>,
) -> Object {
    let own = only(from, |name| OWN.contains(&name) && !NOT_NEW.contains(&name));
    let mut flag: Object = own.collect::<Object>().with("on", Value::Bool(false));
    flag = flag.with("version", Value::from(1));
    flag = flag.with("variations", from.get("variations").cloned().unwrap_or_default());
    let fallthrough = from.get("fallthrough").and_then(Value::as_object);
    if fallthrough.is_some_and(has_shares) && !options.with_rollout {
        let off = member(from, "offVariation").cloned().unwrap_or(Value::from(0));
        let served = Object::from_iter([("variation", off)]);
        flag = flag.with("fallthrough", served.into());
        notes.push(Note::new(
            "rollout-left-out",
            &path.member("fallthrough"),
            "the percentages of a new flag are not carried; set them by `isoflag flag rollout`",
        ));
    }
    for name in TARGETS.into_iter().filter(|_| !options.with_targets) {
        if from.get(name).and_then(Value::as_array).is_some_and(|lists| !lists.is_empty()) {
            let message = "the individual targets of a new flag are not carried";
            notes.push(Note::new("targets-left-out", &path.member(name), message));
        }
    }
    let Some(Value::Object(lifecycle)) = from.get("lifecycle") else { return flag };
    let mut known: Object = only(lifecycle, |name| NEW_LIFECYCLE.contains(&name)).collect();
    let status = known.get("status").and_then(Value::as_str).and_then(Status::named);
    if status == Some(Status::Finished) {
        known = known.with("status", Value::from(Status::Done.as_str()));
        let lifecycle = path.member("lifecycle");
        notes.push(Note::new(
            "status-lowered",
            &lifecycle.member("status"),
            "`Finished` is not carried, since not everybody has the feature here; the status is \
             `Done` until `isoflag finish` sets it",
        ));
    }
    flag.with("lifecycle", known.into())
}

fn lifecycle(
    from: &Object,
    held: &Object,
    options: &PromoteOptions<'_>,
    path: &Path<'_>,
) -> Result<Option<Object>, EditError> {
    let of = |flag: &Object, place: &str| match flag.get("lifecycle") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(lifecycle)) => Ok(Some(lifecycle.clone())),
        Some(_) => {
            let message = format!("it is not an object{place}; write `{{}}`");
            Err(EditError::refused("malformed-flag", path.member("lifecycle"), message))
        }
    };
    let (from, held) = (of(from, " in the source")?, of(held, "")?);
    if from.is_none() && held.is_none() {
        return Ok(None);
    }
    let is_new = held.is_none();
    let from = from.unwrap_or_default();
    let own = held.unwrap_or_default();
    let definition = only(&from, |name| !OWN_LIFECYCLE.contains(&name));
    let own = only(&own, |name| OWN_LIFECYCLE.contains(&name));
    let mut merged: Object = definition.chain(own).collect();
    if let (Some(Value::Object(plan)), true) = (from.get("rollout"), options.with_rollout) {
        let plan: Object = only(plan, |name| !PROGRESS.contains(&name)).collect();
        merged = merged.with("rollout", plan.into());
    }
    Ok(Some(merged).filter(|merged| !is_new || !merged.is_empty()))
}
