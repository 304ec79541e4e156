//! The truth tables are data: `tables/certification.json`.

use super::*;

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

#[test]
fn the_steps_decide_what_is_deployable_and_what_moves() {
    let steps = table("steps");
    let staged = one_flag(&Value::parse(br#"{"status": "Staging"}"#).unwrap());
    let mut seen = 0;
    for row in rows(&steps) {
        let result = |name| StepResult::named(member(row, name).as_str().unwrap()).unwrap();
        let (first, second) = (result("productionState"), result("nextRelease"));
        let found = staged.certification(first, second, None, 900.0);
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
fn an_artifact_holds_what_was_in_staging_when_it_was_built() {
    let artifact = table("artifact");
    let time = |name| member(&artifact, name).as_number().unwrap();
    let (built, now) = (time("built"), time("now"));
    for row in rows(member(&artifact, "features")) {
        let flags = one_flag(member(row, "lifecycle"));
        let deployment = flags.deployment(built, now);
        let feature = deployment.features.first();
        let included = feature.map(|feature| feature.included.as_str());
        assert_eq!(included, member(row, "included").as_str(), "{row}");

        let written = deployment.changes.first().map(|change| {
            let (name, value) = change.set.first().unwrap();
            assert_eq!(*name, "deployedTimestamp");
            assert_eq!(change.from, Some(change.to));
            if value.is_null() { Value::from("cleared") } else { value.clone() }
        });
        assert_eq!(&written.unwrap_or_default(), member(row, "deployed"), "{row}");

        let passed = StepResult::Passed;
        let certified = flags.certification(passed, passed, Some(built), now);
        let done = certified.changes.first();
        let done = done.map(|change| member(&change.to_value(), "set").clone());
        assert_eq!(&done.unwrap_or_default(), member(row, "done"), "{row}");
        // What stays in staging is told.
        let staging = member(row, "lifecycle").as_object().unwrap().get("status")
            == Some(&Value::from("Staging"));
        assert_eq!(certified.left.len() + certified.changes.len(), usize::from(staging), "{row}");
    }
}

#[test]
fn after_a_fix_of_tests_alone_the_same_artifact_is_certified() {
    let flags =
        one_flag(&Value::parse(br#"{"status": "Staging", "statusTimestamp": 100}"#).unwrap());
    let (passed, failed) = (StepResult::Passed, StepResult::Failed);
    let first = flags.certification(passed, failed, Some(200.0), 300.0);
    assert_eq!((first.verdict.as_str(), first.changes.len()), ("deployable", 0));
    let second = flags.certification(passed, passed, Some(200.0), 400.0);
    assert_eq!((second.verdict.as_str(), second.changes.len()), ("certified", 1));
    assert_eq!(first.artifact_time.to_string(), second.artifact_time.to_string());
}

#[test]
fn only_what_is_done_and_rolled_out_is_finished() {
    for row in rows(&table("finish")) {
        let weight = if member(row, "constant").as_bool() == Some(true) { 0 } else { 1 };
        let text = format!(
            r#"{{"flags": {{"f": {{"on": true, "variations": [1, 2], "lifecycle": {{"status": {}}},
                "fallthrough": {{"rollout": {{"variations": [{{"variation": 1, "weight": {weight}}},
                    {{"variation": 0, "weight": 100000}}]}}}}}}}}}}"#,
            member(row, "status")
        );
        let flags = Flags::from_json(text.as_bytes()).unwrap();
        let result = match flags.finish("f", 7.0, 5.0) {
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
    let error = one_flag(&Value::Null).finish("g", 7.0, 5.0).unwrap_err();
    assert_eq!(error.to_string(), "there is no flag `g`");
}
