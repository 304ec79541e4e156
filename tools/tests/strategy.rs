//! Evaluates documents under strategies.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use isoflag::{Context, Flags, Value};
use isoflag_tools::{Strategy, StrategyKind, System, with_strategy};

fn flags() -> Flags {
    Flags::from_json(
        br#"{"meta": {"version": 3, "owner": "platform"}, "flags": {
        "plain": {"key": "plain", "on": false, "variations": [true, false], "offVariation": 1,
            "fallthrough": {"variation": 1}, "lifecycle": {"status": "Staging"}},
        "many": {"key": "many", "on": true, "variations": ["off", "a", "b"], "offVariation": 0,
            "fallthrough": {"rollout": {"variations": [{"variation": 1, "weight": 40000},
                {"variation": 2, "weight": 60000}]}}, "lifecycle": {"status": "Done"}},
        "guarded": {"key": "guarded", "on": true, "variations": [false, true], "offVariation": 0,
            "prerequisites": [{"key": "plain", "variation": 0}],
            "targets": [{"variation": 0, "values": ["ada"]}],
            "contextTargets": [{"contextKind": "user", "variation": 0, "values": ["ada"]}],
            "rules": [{"clauses": [{"attribute": "key", "op": "in", "values": ["ada"]}],
                "variation": 0}],
            "fallthrough": {"variation": 0}, "lifecycle": {"status": "Finished"}},
        "broken": {"key": "broken", "on": true, "variations": [false, true], "rules": 5},
        "shapeless": {"key": "shapeless", "on": false, "variations": [1, 2, 3], "offVariation": 2},
        "gone": {"key": "gone", "version": 2, "deleted": true}, "null": null}}"#,
    )
    .unwrap()
}

fn served(flags: &Flags) -> String {
    let bound = flags.bind(&Context::builder("ada").build().unwrap());
    let all = flags.keys().map(|key| format!("{key}={}", bound.variation(key, Value::Null)));
    all.collect::<Vec<_>>().join(" ")
}

fn under(strategy: impl Into<Strategy>) -> Flags {
    with_strategy(&flags(), &strategy.into()).unwrap()
}

fn read(text: &str) -> Strategy {
    Strategy::read(&Value::parse(text.as_bytes()).unwrap()).unwrap()
}

#[test]
fn a_flag_that_is_turned_on_serves_its_on_variation_to_everybody() {
    assert_eq!(
        served(&under(StrategyKind::FlushOut)),
        "broken=true guarded=true many=\"b\" plain=true shapeless=3"
    );
    assert_eq!(
        served(&under(StrategyKind::ProductionState)),
        "broken=null guarded=true many=\"off\" plain=false shapeless=3"
    );
    assert_eq!(
        served(&under(StrategyKind::NextRelease)),
        "broken=null guarded=true many=\"b\" plain=true shapeless=3"
    );
}

#[test]
fn custom_strategies_apply_to_the_named_flags() {
    assert_eq!(
        served(&under(read(
            r#"{"strategy": "Custom", "on": ["plain", "broken"], "off": ["broken"]}"#
        ))),
        "broken=null guarded=false many=\"off\" plain=true shapeless=3"
    );
    let own = served(&flags());
    let custom = read(r#"{"strategy": "Custom Production", "on": ["plain"], "off": ["many"]}"#);
    let told = own.replace("plain=false", "plain=true");
    let many = own.split("many=").nth(1).unwrap().split(' ').next().unwrap();
    assert_eq!(served(&under(custom)), told.replace(&format!("many={many}"), "many=\"off\""));
}

#[test]
fn beta_turns_on_done_and_deployed_features() {
    let beta = |deployed: &str| {
        let text = format!(r#"{{"strategy": "Beta", "deployed": [{deployed}]}}"#);
        let flags = under(read(&text));
        let ada = Context::builder("ada").build().unwrap();
        let many = flags.variation("many", &ada, Value::Null).to_string();
        (many, flags.bool_variation("plain", &ada, true))
    };
    assert_eq!(beta("\"many\", \"plain\""), ("\"b\"".to_owned(), false));
    assert_eq!(beta(""), ("\"off\"".to_owned(), false));
}

#[test]
fn production_is_the_document_itself() {
    let flags = flags();
    let production = under(StrategyKind::Production);
    assert_eq!(production.digest(), flags.digest());
    for kind in StrategyKind::ALL.into_iter().filter(|kind| *kind != StrategyKind::Production) {
        let document = under(kind).document();
        let meta = document.as_object().and_then(|document| document.get("meta")).unwrap();
        let meta = meta.as_object().unwrap();
        let name = format!("{{\"strategy\":\"{kind}\"}}");
        assert_eq!(meta.get("strategy").unwrap().to_string(), name);
        assert_eq!(meta.get("owner"), Some(&Value::from("platform")));
        assert_eq!(
            kind.system() == System::Production,
            kind.as_str().ends_with("Production") || kind.as_str() == "Beta"
        );
    }
}

#[test]
fn a_materialised_document_answers_as_the_overlay_does() {
    for kind in StrategyKind::ALL {
        let overlay = under(kind);
        let loaded = Flags::from_json(overlay.document().to_string().as_bytes()).unwrap();
        assert_eq!(loaded.digest(), overlay.digest());
        assert_eq!(served(&loaded), served(&overlay));
        // Repeating it changes nothing.
        assert_eq!(with_strategy(&overlay, &kind.into()).unwrap().digest(), overlay.digest());
    }
}

#[test]
fn a_missing_flag_is_rejected() {
    for (text, message) in [
        (r#"{"strategy": "Custom", "on": ["plane"]}"#, "`on`: the document has no flag `plane`"),
        (
            r#"{"strategy": "Beta", "deployed": ["gone"]}"#,
            "`deployed`: the document has no flag `gone`",
        ),
    ] {
        let error = with_strategy(&flags(), &read(text)).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), ("unknown-flag", message));
    }
}
