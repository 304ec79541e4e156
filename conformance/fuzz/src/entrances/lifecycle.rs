//! Receipts, and tools for the lifecycle of flags.

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::model::Section;
use isoflag::{BigSegments, Flags, Object, Value};
use isoflag_tools::{
    Activity, Alarms, DatedDocument, DecisionKind, Inventory, InventoryDocument, RetirementInputs,
    StepResult, Strategy, System, TestEvidence, artifacts, certification,
    certification_by_evidence, deployment, finish, lifecycle, moment_of_seconds, on_variation,
    owner, replay, retirements, stakeholder, status_change, strategy_effect, strategy_for,
    with_changes, with_strategy,
};

use super::{reloaded, some_keys};
use crate::Input;

/// A receipt. Parts: a document, a context, memberships of big segments, and the text of a receipt.
pub(crate) fn receipt(input: &Input<'_>) {
    let Some(flags) = input.flags(0) else { return };
    let contexts = input.contexts(1);
    let big_segments = BigSegments::from_value(&input.value(2)).ok();
    for context in [contexts.first(), None] {
        for key in some_keys(&flags).into_iter().take(3).chain(["missing"]) {
            let made = isoflag_tools::receipt(&flags, key, context, big_segments.as_ref());
            let text = made.to_json();
            assert!(!made.to_string().is_empty());
            let again = replay(text.as_bytes(), &flags, context, big_segments.as_ref());
            assert_eq!(again.map(|receipt| receipt.to_json()).as_deref(), Ok(&*text));
        }
        match replay(input.bytes(3), &flags, context, big_segments.as_ref()) {
            Ok(receipt) => {
                let text = input.value(3);
                let digest = text.as_object().and_then(|claimed| claimed.get("digest"));
                // A projection of the document has the same answers, and a receipt of its own.
                let is_related = digest.and_then(Value::as_str) != Some(flags.digest());
                assert!(is_related || receipt.to_json().as_bytes() == input.bytes(3));
            }
            Err(error) => assert!(!error.to_string().is_empty() && !error.code().is_empty()),
        }
    }
}

/// Counted evaluations. Parts: see [`inventory`].
fn activity(input: &Input<'_>, index: usize) -> Option<Activity> {
    let activity = match Activity::from_json(input.bytes(index)) {
        Ok(activity) => activity,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return None;
        }
    };
    let text = activity.to_canonical_json();
    let again = Activity::from_json(text.as_bytes()).unwrap();
    assert_eq!(again.to_canonical_json(), text);
    Some(activity)
}

/// The inventory and removable flags. Parts: a document, an earlier one, and two activities.
pub(crate) fn inventory(input: &Input<'_>) {
    let [one, other] = [2, 3].map(|index| activity(input, index));
    if let (Some(one), Some(other)) = (&one, &other) {
        let merged = |first: &Activity, second: &Activity| {
            let mut merged = first.clone();
            merged.merge(second);
            merged.to_canonical_json()
        };
        assert_eq!(merged(one, other), merged(other, one));
    }
    let Some(flags) = input.flags(0) else { return };
    let earlier = input.flags(1);
    let now = 1_795_172_400.0;
    let document = |label, flags, activity| InventoryDocument { label, flags, activity };
    let mut documents = vec![document("prod", &flags, one.as_ref())];
    documents.extend(earlier.as_ref().map(|flags| document("dev", flags, other.as_ref())));
    let found = Inventory::of(&documents, now);
    assert!(!found.to_value().is_null());
    assert!(
        found
            .rows()
            .is_sorted_by(|one, other| { isoflag::utf16_order(&one.key, &other.key).is_le() })
    );
    let history: Vec<DatedDocument<'_>> =
        earlier.iter().map(|flags| DatedDocument { from: now - 1e7, flags }).collect();
    let sites: BTreeMap<Arc<str>, usize> =
        some_keys(&flags).into_iter().step_by(2).map(|key| (Arc::from(key), 1)).collect();
    let inputs = RetirementInputs {
        now,
        weeks: 4.0,
        history: &history,
        activity: one.as_ref(),
        call_sites: Some(&sites),
    };
    for retirement in retirements(&flags, &inputs) {
        assert!(!retirement.to_value().is_null());
        assert!(flags.contains(&retirement.key));
    }
    if let Some(activity) = &one {
        let evidence = TestEvidence {
            production_state: TestEvidence::served_keys(activity, flags.digest()),
            next_release: TestEvidence::keys(activity, flags.digest()),
        };
        assert!(evidence.production_state.is_subset(&evidence.next_release));
        let [step, next] = [StepResult::Passed, StepResult::NotRun];
        let found = certification_by_evidence(&flags, step, next, None, Some(now), now, &evidence);
        assert!(!found.to_value().is_null());
    }
}

/// Statuses, certification and deployment. Parts: a document, and the time.
pub(crate) fn status(input: &Input<'_>) {
    let Some(flags) = input.flags(0) else { return };
    // As every host runtime reads it.
    let Ok(now) = moment_of_seconds(input.number(1)) else { return };
    for key in some_keys(&flags).into_iter().chain(["missing"]) {
        let _ = (lifecycle(&flags, key), owner(&flags, key), stakeholder(&flags, key));
        let index = on_variation(&flags, key);
        let count = flags
            .handle(key)
            .and_then(|slot| Some(flags.model().flag(slot.index())?.variations.len()));
        assert!(index.is_none_or(|index| count.is_some_and(|count| (index as usize) < count)));
        let changes = ["Doing", "Staging", "Done", "Finished"].map(|name| {
            let to = isoflag_tools::Status::named(name)?;
            status_change(&flags, key, to, now).ok().flatten()
        });
        for change in
            changes.into_iter().flatten().chain(finish(&flags, key, 0.0, now).ok().flatten())
        {
            assert!(!change.to_value().is_null());
            if let Ok(after) = with_changes(&flags, std::slice::from_ref(&change), None) {
                assert_eq!(lifecycle(&after, key).and_then(|found| found.status), Some(change.to));
                assert_eq!(reloaded(&after).digest(), after.digest());
            }
        }
    }
    let artifacts = artifacts(&flags);
    let modules = artifacts.iter().filter_map(|artifact| artifact.module.as_deref());
    for artifact in &artifacts {
        assert!(artifact.timestamp.is_finite());
    }
    for module in std::iter::once(None).chain(modules.take(3).map(Some)) {
        for next in [StepResult::Failed, StepResult::Passed] {
            let found = certification(&flags, StepResult::Passed, next, module, Some(now), now);
            assert!(!found.to_value().is_null());
            let after = with_changes(&flags, &found.changes, Some(&found.artifact(now)));
            let Ok(after) = after else { continue };
            let deployed = deployment(&after, module, now, now).unwrap();
            assert!(!deployed.to_value().is_null());
            let Ok(after) = with_changes(&after, &deployed.changes, None) else { continue };
            // The same deployment again changes nothing.
            let again = deployment(&after, module, now, now).unwrap();
            assert!(again.changes.is_empty(), "{:?}", again.changes);
        }
    }
}

/// Strategies. Parts: a document, a strategy, a context.
pub(crate) fn strategy(input: &Input<'_>) {
    let Some(flags) = input.flags(0) else { return };
    let contexts = input.contexts(2);
    for system in [System::Development, System::Production] {
        for context in contexts.iter().take(2) {
            if let Some(chosen) = strategy_for(&flags, system, context) {
                assert_eq!(Strategy::read(&chosen.to_value()), Ok(chosen));
            }
        }
    }
    let strategy = match Strategy::read(&input.value(1)) {
        Ok(strategy) => strategy,
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.code().is_empty());
            return;
        }
    };
    assert_eq!(Strategy::read(&strategy.to_value()).as_ref(), Ok(&strategy));
    let Ok(after) = with_strategy(&flags, &strategy) else { return };
    assert!(after.keys().eq(flags.keys()));
    let again = with_strategy(&after, &strategy).unwrap();
    for key in some_keys(&flags) {
        let Some(effect) = strategy_effect(&flags, key, &strategy) else { continue };
        for context in contexts.iter().take(2) {
            let [own, under, twice] = [&flags, &after, &again].map(|flags| {
                let detail = flags.variation_detail(key, context, Value::Null);
                (detail.variation_index, detail.value)
            });
            assert_eq!(under, twice, "`{key}` under {strategy:?} twice");
            if effect == isoflag_tools::Effect::OwnRules && flags.len() == 1 {
                assert_eq!(under, own, "`{key}` has its own rules");
            }
        }
    }
}

/// A flag without its version and the time of its last change.
fn unmarked(flag: &Value) -> Value {
    let without = |object: &Object, name: &str| -> Object {
        object
            .iter()
            .filter(|(member, _)| &***member != name)
            .map(|(name, value)| (Arc::clone(name), value.clone()))
            .collect()
    };
    let Some(flag) = flag.as_object() else { return flag.clone() };
    let unversioned = without(flag, "version");
    match unversioned.get("lifecycle").and_then(Value::as_object) {
        Some(lifecycle) => {
            unversioned.with("lifecycle", without(lifecycle, "lastModifiedTimestamp").into()).into()
        }
        None => unversioned.into(),
    }
}

/// Planned rollouts. Parts: a document, states of alarms, and the time.
pub(crate) fn advance(input: &Input<'_>) {
    let Some(flags) = input.flags(0) else { return };
    let alarms = Alarms::read(&input.value(1)).unwrap_or_default();
    // As each binding does, since a plan has whole seconds.
    let Ok(now) = moment_of_seconds(input.number(2)) else { return };
    let advanced = isoflag_tools::advance(&flags, &alarms, now);
    let again = isoflag_tools::advance(&reloaded(&flags), &alarms, now);
    assert_eq!(again.flags.digest(), advanced.flags.digest());
    let after = &advanced.flags;
    let is_changed = advanced.decisions.iter().any(|decision| decision.changed);
    assert_eq!(is_changed, after.digest() != flags.digest());
    for decision in &advanced.decisions {
        assert!(!decision.to_value().is_null() && !decision.to_string().is_empty());
        let [held, new] = [&flags, after].map(|flags| flags.source(Section::Flags, &decision.key));
        assert!(!decision.changed || held != new, "{decision}");
        if matches!(decision.kind, DecisionKind::MalformedPlan | DecisionKind::MalformedFlag) {
            assert!(!decision.changed, "{decision}");
        }
        assert!(decision.share.is_none_or(|share| (0.0..=100.0).contains(&share)), "{decision}");
    }
    for key in some_keys(&flags) {
        let is_planned =
            advanced.decisions.iter().any(|decision| decision.changed && *decision.key == *key);
        let [held, new] = [&flags, after].map(|flags| flags.source(Section::Flags, key));
        // A flag that requires another one is marked with that one's change.
        assert!(is_planned || held.map(unmarked) == new.map(unmarked), "`{key}` has no plan");
    }
    // Each plan in the document after a step is still a plan, and a flag that is on can answer.
    let next = isoflag_tools::advance(&reloaded(after), &alarms, now);
    let malformed = |found: &isoflag_tools::Advance| -> Vec<Arc<str>> {
        let is_malformed =
            |kind| matches!(kind, DecisionKind::MalformedPlan | DecisionKind::MalformedFlag);
        let malformed = found.decisions.iter().filter(|one| is_malformed(one.kind));
        malformed.map(|one| Arc::clone(&one.key)).collect()
    };
    // A flag that is off, and waited, is examined when it would be turned on.
    let is_off = |key: &str| {
        let flag = after.source(Section::Flags, key).and_then(Value::as_object);
        flag.and_then(|flag| flag.get("on")?.as_bool()) != Some(true)
    };
    let known = malformed(&advanced);
    for decision in next.decisions.iter().filter(|decision| !known.contains(&decision.key)) {
        assert_ne!(decision.kind, DecisionKind::MalformedPlan, "{decision}");
        let is_right = decision.kind != DecisionKind::MalformedFlag || is_off(&decision.key);
        assert!(is_right, "{decision}");
    }
    let flags: Flags = next.flags;
    assert!(flags.keys().eq(after.keys()));
}
