//! Certification tests; the truth tables are data: `tables/certification.json`.

use super::*;
use crate::analysis::constant;
use crate::lifecycle::{artifacts, followed_changes, with_changes, with_status};
use crate::strategy::{Strategy, StrategyKind, with_strategy};

fn table(name: &str) -> Value {
    let tables = Value::parse(include_bytes!("tables/certification.json")).unwrap();
    member(&tables, name).clone()
}

fn member<'v>(value: &'v Value, name: &str) -> &'v Value {
    value.as_object().unwrap().get(name).unwrap()
}

fn rows(table: &Value) -> impl Iterator<Item = &Value> {
    table.as_array().unwrap().iter()
}

fn one_flag(lifecycle: &Value) -> Flags {
    let text = format!(r#"{{"flags": {{"f": {{"lifecycle": {lifecycle}}}}}}}"#);
    Flags::from_json(text.as_bytes()).unwrap()
}

/// Returns the document after an artifact was certified.
fn certified(flags: &Flags, built: f64) -> Flags {
    let (passed, not_run) = (StepResult::Passed, StepResult::NotRun);
    let artifact = certification(flags, passed, not_run, None, Some(built), built).artifact(built);
    with_changes(flags, &[], Some(&artifact)).unwrap()
}

#[test]
fn test_results_decide_the_verdict_and_the_changes() {
    let steps = table("steps");
    let staged = one_flag(&Value::parse(br#"{"status": "Staging"}"#).unwrap());
    let mut seen = 0;
    for row in rows(&steps) {
        let result = |name| StepResult::named(member(row, name).as_str().unwrap()).unwrap();
        let (first, second) = (result("productionState"), result("nextRelease"));
        let found = certification(&staged, first, second, None, None, 900.0);
        assert_eq!(Some(found.verdict.as_str()), member(row, "verdict").as_str(), "{row}");
        assert_eq!(Some(found.verdict.deployable()), member(row, "deployable").as_bool(), "{row}");
        assert_eq!(Some(!found.changes.is_empty()), member(row, "moves").as_bool(), "{row}");
        assert_eq!(
            member(&found.artifact(900.0), "deployable").as_bool(),
            member(row, "deployable").as_bool()
        );
        seen += 1;
    }
    assert_eq!(seen, StepResult::ALL.len() * StepResult::ALL.len());
}

#[test]
fn an_artifact_contains_the_features_in_staging_at_its_build_time() {
    let artifact = table("artifact");
    let time = |name| member(&artifact, name).as_number().unwrap();
    let (built, now) = (time("built"), time("now"));
    for row in rows(member(&artifact, "features")) {
        let flags = one_flag(member(row, "lifecycle"));
        let deployment = deployment(&certified(&flags, built), None, built, now).unwrap();
        let feature = deployment.features.first();
        let included = feature.map(|feature| feature.included.as_str());
        assert_eq!(included, member(row, "included").as_str(), "{row}");

        let deployed = deployment.changes.first().map(|change| {
            let (name, value) = change.set.first().unwrap();
            assert_eq!(*name, "deployedTimestamp");
            assert_eq!(change.from, Some(change.to));
            if value.is_null() { Value::from("cleared") } else { value.clone() }
        });
        assert_eq!(&deployed.unwrap_or_default(), member(row, "deployed"), "{row}");

        let passed = StepResult::Passed;
        let certified = certification(&flags, passed, passed, None, Some(built), now);
        let done = certified.changes.first();
        let done = done.map(|change| member(&change.to_value(), "set").clone());
        assert_eq!(&done.unwrap_or_default(), member(row, "done"), "{row}");
        // Features that remain in staging are reported.
        let staging = member(row, "lifecycle").as_object().unwrap().get("status")
            == Some(&Value::from("Staging"));
        assert_eq!(certified.left.len() + certified.changes.len(), usize::from(staging), "{row}");
    }
}

#[test]
fn a_feature_is_done_and_deployed_once_it_is_in_each_of_its_modules() {
    let modules = table("modules");
    let time = |name| member(&modules, name).as_number().unwrap();
    let (built, now) = (time("built"), time("now"));
    let module = member(&modules, "module").as_str();
    let set = |changes: &[LifecycleChange]| -> Value {
        changes
            .iter()
            .map(|change| member(&change.to_value(), "set").clone())
            .next()
            .unwrap_or_default()
    };
    let passed = StepResult::Passed;
    for row in rows(member(&modules, "features")) {
        let flags = one_flag(member(row, "lifecycle"));
        let found = certification(&flags, passed, passed, module, Some(built), now);
        assert_eq!(&set(&found.changes), member(row, "certified"), "{row}");
        let waiting: Value = found
            .waiting
            .iter()
            .flat_map(|(_, modules)| modules)
            .cloned()
            .map(Value::String)
            .collect();
        assert_eq!(&waiting, member(row, "waiting"), "{row}");
        let is_done = found.changes.iter().any(|change| change.to == Status::Done);
        assert!(!is_done || found.waiting.is_empty(), "{row}");

        let artifact = found.artifact(now);
        assert_eq!(member(&artifact, "module").as_str(), module);
        let flags = with_changes(&flags, &[], Some(&artifact)).unwrap();
        let deployed = deployment(&flags, module, built, now).unwrap();
        assert_eq!(&set(&deployed.changes), member(row, "deployed"), "{row}");
        let feature = deployed.features.first();
        let included = feature.map(|feature| feature.included.as_str());
        assert_eq!(included, member(row, "included").as_str(), "{row}");
        let beta = feature.is_some_and(|feature| feature.beta);
        assert_eq!(Some(beta), member(row, "beta").as_bool(), "{row}");

        // The same deployment again changes nothing.
        let after = with_changes(&flags, &deployed.changes, None).unwrap();
        assert!(deployment(&after, module, built, now).unwrap().changes.is_empty(), "{row}");
    }
}

#[test]
fn each_module_keeps_its_latest_artifacts() {
    let mut flags = Flags::from_json(br#"{"flags": {}}"#).unwrap();
    let passed = StepResult::Passed;
    for (module, builds) in [("web", 1), ("api", 60)] {
        for built in 1..=builds {
            let built = f64::from(built);
            let found = certification(&flags, passed, passed, Some(module), Some(built), built);
            flags = with_changes(&flags, &[], Some(&found.artifact(built))).unwrap();
        }
    }
    let of = |name: &str| {
        artifacts(&flags).iter().filter(|each| each.module.as_deref() == Some(name)).count()
    };
    assert_eq!((of("web"), of("api")), (1, 50));
    assert!(deployment(&flags, Some("web"), 1.0, 99.0).is_ok());
    let error = deployment(&flags, Some("api"), 1.0, 99.0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no certified artifact of `api` was built at 1; run `isoflag certify --module api \
         --artifact-time 1 --write` first"
    );
}

#[test]
fn documents_of_other_environments_follow_a_module_that_is_certified() {
    let staged = r#"{"status": "Staging", "statusTimestamp": 100, "modules": ["api", "web"]}"#;
    let flags = one_flag(&Value::parse(staged.as_bytes()).unwrap());
    let passed = StepResult::Passed;
    let found = certification(&flags, passed, passed, Some("api"), Some(200.0), 300.0);
    let follow = |lifecycle: &str| {
        let other = one_flag(&Value::parse(lifecycle.as_bytes()).unwrap());
        let changes = followed_changes(&found.changes, &other, 300.0);
        changes.map(|changes| changes.iter().map(LifecycleChange::to_value).collect::<Vec<_>>())
    };
    let same = follow(staged).unwrap();
    assert_eq!(same, found.changes.iter().map(LifecycleChange::to_value).collect::<Vec<_>>());
    assert_eq!(follow(r#"{"status": "Done"}"#).unwrap(), []);
    assert_eq!(follow(r#"{"status": "Doing"}"#).unwrap_err().code(), "illegal-transition");
}

#[test]
fn after_a_fix_of_tests_alone_the_same_artifact_is_certified() {
    let flags =
        one_flag(&Value::parse(br#"{"status": "Staging", "statusTimestamp": 100}"#).unwrap());
    let (passed, failed) = (StepResult::Passed, StepResult::Failed);
    let first = certification(&flags, passed, failed, None, Some(200.0), 300.0);
    assert_eq!((first.verdict.as_str(), first.changes.len()), ("deployable", 0));
    let second = certification(&flags, passed, passed, None, Some(200.0), 400.0);
    assert_eq!((second.verdict.as_str(), second.changes.len()), ("certified", 1));
    assert_eq!(first.artifact_time.to_string(), second.artifact_time.to_string());
}

#[test]
fn a_deployment_at_a_fraction_of_a_second_is_recorded_once() {
    let text = br#"{"flags": {
        "plain": {"lifecycle": {"status": "Done", "stagedTimestamp": 100}},
        "split": {"lifecycle": {"status": "Done", "stagedTimestamp": 100, "modules": ["api"]}}},
        "meta": {"artifacts": [{"timestamp": 200, "deployable": true},
            {"timestamp": 200, "deployable": true, "module": "api"}]}}"#;
    let flags = Flags::from_json(text).unwrap();
    for (module, key) in [(None, "plain"), (Some("api"), "split")] {
        let changes = deployment(&flags, module, 200.0, 899.5).unwrap().changes;
        let after = with_changes(&flags, &changes, None).unwrap();
        assert_eq!(lifecycle(&after, key).unwrap().deployed, Some(899.0));
        assert!(deployment(&after, module, 200.0, 950.5).unwrap().changes.is_empty(), "{key}");
    }
}

#[test]
fn only_an_artifact_that_was_certified_as_deployable_is_deployed() {
    for row in rows(&table("artifacts")) {
        let text = format!(r#"{{"flags": {{}}, "meta": {}}}"#, member(row, "meta"));
        let flags = Flags::from_json(text.as_bytes()).unwrap();
        let module = row.as_object().unwrap().get("module").and_then(Value::as_str);
        let result = deployment(&flags, module, 200.0, 900.0)
            .map_or_else(|error| error.code(), |_| "deployable");
        assert_eq!(Some(result), member(row, "result").as_str(), "{row}");
    }
}

#[test]
fn artifacts_are_recorded_by_time_and_the_oldest_certification_is_dropped() {
    let old = br#"{"flags": {}, "meta": {"version": 1, "artifact": {"timestamp": 1, "deployable": true}}}"#;
    let mut flags = Flags::from_json(old).unwrap();
    let passed = StepResult::Passed;
    let mut certify = |built: f64, result, now: f64| {
        let artifact = certification(&flags, result, passed, None, Some(built), now).artifact(now);
        flags = with_changes(&flags, &[], Some(&artifact)).unwrap();
        flags.clone()
    };
    // Entries that an older version wrote are kept.
    let two = certify(2.0, StepResult::Failed, 10.0);
    let deployable = |flags: &Flags, built| deployment(flags, None, built, 99.0).is_ok();
    assert!(deployable(&two, 1.0) && !deployable(&two, 2.0));
    // An artifact that is certified again has one entry, with the latest result.
    let again = certify(2.0, passed, 11.0);
    assert!(deployable(&again, 2.0));
    assert_eq!(artifacts(&again).len(), 2);
    assert_eq!(again.version(), Some(3));
    // Repeating it changes nothing.
    assert_eq!(certify(2.0, passed, 11.0).digest(), again.digest());
    for built in 3..=51 {
        certify(f64::from(built), passed, f64::from(built + 10));
    }
    let full = certify(2.0, passed, 62.0);
    let built: Vec<f64> = artifacts(&full).iter().map(|artifact| artifact.timestamp).collect();
    assert_eq!(built.len(), 50);
    assert_eq!(built.first().zip(built.last()), Some((&3.0, &2.0)));
    assert!(!deployable(&full, 1.0) && deployable(&full, 3.0) && deployable(&full, 2.0));
    // Versions without the list read the last artifact.
    let document = full.document();
    let last = member(member(&document, "meta"), "artifact");
    assert_eq!(member(last, "timestamp").as_number(), Some(2.0));
}

#[test]
fn tests_that_evaluate_no_flag_certify_nothing() {
    let text = br#"{"flags": {"f": {"lifecycle": {"status": "Staging"}}, "g": {}}}"#;
    let flags = Flags::from_json(text).unwrap();
    for row in rows(&table("evidence")) {
        let evidence = TestEvidence::read(row).unwrap();
        let passed = StepResult::Passed;
        let found = certification_by_evidence(&flags, passed, passed, None, None, 900.0, &evidence);
        assert_eq!(Some(found.verdict.as_str()), member(row, "verdict").as_str(), "{row}");
        assert_eq!(Some(!found.changes.is_empty()), member(row, "moves").as_bool(), "{row}");
        assert_eq!(Some(!found.untested.is_empty()), member(row, "untested").as_bool(), "{row}");
        // No evidence makes a failure a success.
        let failed = StepResult::Failed;
        let found = certification_by_evidence(&flags, failed, failed, None, None, 900.0, &evidence);
        assert_eq!(found.verdict, CertificationVerdict::NotDeployable);
    }
    for (text, message) in [
        ("7", "expected `{productionState, nextRelease}`, found a number"),
        (r#"{"nextRelease": "f"}"#, "`nextRelease`: expected an array of keys of flags"),
        (r#"{"productionState": [7]}"#, "`productionState`: expected an array of keys of flags"),
    ] {
        let value = Value::parse(text.as_bytes()).unwrap();
        assert_eq!(TestEvidence::read(&value).unwrap_err(), message);
    }
}

#[test]
fn only_evaluations_with_this_document_are_evidence() {
    let text = br#"{"activity": 1, "flags": {
        "a": {"counts": {"sha256:0": {"0": 1}}, "first": 1, "last": 1},
        "b": {"counts": {"sha256:1": {"0": 1}}, "first": 1, "last": 1},
        "c": {"counts": {"sha256:1": {"default": 1}, "sha256:0": {"1": 2}}, "first": 1, "last": 1},
        "d": {"counts": {"sha256:0": {"default": 1}}, "first": 1, "last": 1}}}"#;
    let activity = crate::activity::Activity::from_json(text).unwrap();
    let keys = TestEvidence::keys(&activity, "sha256:0");
    assert_eq!(keys.iter().map(|key| &**key).collect::<Vec<_>>(), ["a", "c", "d"]);
    let served = TestEvidence::served_keys(&activity, "sha256:0");
    assert_eq!(served.iter().map(|key| &**key).collect::<Vec<_>>(), ["a", "c"]);
    assert!(TestEvidence::keys(&activity, "none").is_empty());
    assert!(TestEvidence::served_keys(&activity, "none").is_empty());
}

#[test]
fn only_a_flag_that_serves_its_on_variation_to_everybody_is_finished() {
    for row in rows(&table("rolledOut")) {
        let mut lifecycle = vec![("status", Value::from("Done"))];
        lifecycle.extend(
            row.as_object().unwrap().get("onVariation").map(|on| ("onVariation", on.clone())),
        );
        let lifecycle = lifecycle.into_iter().collect::<Object>();
        let flag = member(row, "flag").as_object().unwrap().with("lifecycle", lifecycle.into());
        let other = r#"{"on": true, "variations": [1, 2], "fallthrough": {"variation": 1}}"#;
        let text = format!(r#"{{"flags": {{"f": {}, "other": {other}}}}}"#, Value::from(flag));
        let flags = Flags::from_json(text.as_bytes()).unwrap();
        let result = match finish(&flags, "f", 7.0, 5.0) {
            Ok(Some(_)) => {
                // A finished flag serves the same under Production State as now.
                let strategy = Strategy::from(StrategyKind::ProductionState);
                let under = with_status(&flags, "f", Status::Finished, 5.0).unwrap();
                let under = with_strategy(&under, &strategy).unwrap();
                assert_eq!(constant(&under, "f"), constant(&flags, "f"), "{row}");
                "finished"
            }
            Ok(None) => "nothing",
            Err(error) => error.code(),
        };
        assert_eq!(Some(result), member(row, "result").as_str(), "{row}");
    }
}

#[test]
fn only_a_done_and_rolled_out_feature_is_finished() {
    for row in rows(&table("finish")) {
        let weight = if member(row, "constant").as_bool() == Some(true) { 0 } else { 1 };
        let text = format!(
            r#"{{"flags": {{"f": {{"on": true, "variations": [1, 2], "lifecycle": {{"status": {}}},
                "fallthrough": {{"rollout": {{"variations": [{{"variation": 1, "weight": {weight}}},
                    {{"variation": 0, "weight": 100000}}]}}}}}}}}}}"#,
            member(row, "status")
        );
        let flags = Flags::from_json(text.as_bytes()).unwrap();
        let result = match finish(&flags, "f", 7.0, 5.0) {
            Ok(Some(change)) => {
                let set = Value::parse(
                    br#"{"status": "Finished", "statusTimestamp": 5, "cleanupTimestamp": 12}"#,
                );
                assert_eq!(member(&change.to_value(), "set"), &set.unwrap());
                "finished"
            }
            Ok(None) => "nothing",
            Err(error) => error.code(),
        };
        assert_eq!(Some(result), member(row, "result").as_str(), "{row}");
    }
    let error = finish(&one_flag(&Value::Null), "g", 7.0, 5.0).unwrap_err();
    assert_eq!(error.to_string(), "there is no flag `g`");
}
