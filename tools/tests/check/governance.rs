//! The rules of a team: names, owners, ages, and the order of environments.

use isoflag::Flags;
use isoflag_tools::{CheckOptions, check, check_environments};

use super::{flag, flags, found};

#[test]
fn names_and_owners_are_errors_if_they_are_required() {
    let document = flag("\"lifecycle\": {}");
    assert_eq!(found(&document, "{}"), [""; 0]);
    assert_eq!(
        found(&document, r#"{"names": "stakeholder.team.id", "owners": true}"#),
        ["name-pattern flags.f", "no-owner flags.f"]
    );
    let owned = flag(r#""lifecycle": {"owner": "web"}"#);
    assert_eq!(found(&owned, r#"{"names": "/[a-z]/", "owners": true}"#), [""; 0]);
    let own = document.replacen('{', r#"{"meta": {"check": {"owners": true}},"#, 1);
    assert_eq!(found(&own, "{}"), ["no-owner flags.f"]);
    assert_eq!(found(&own, r#"{"owners": false}"#), [""; 0]);
    let usual: Vec<_> = check(&flags(&document), &CheckOptions::default());
    assert_eq!(
        usual.iter().map(isoflag::Diagnostic::code).collect::<Vec<_>>(),
        ["name-pattern", "no-owner"]
    );
    let wrong = document.replacen('{', r#"{"meta": {"check": {"owner": true}},"#, 1);
    assert_eq!(found(&wrong, "{}"), ["invalid-check-options meta.check"]);
}

#[test]
fn flags_are_few_and_young() {
    let team = |count: usize| {
        let flag = |index: usize| {
            format!(r#""sales.web.{index}": {{"key": "sales.web.{index}", "on": false}}"#)
        };
        format!(r#"{{"flags": {{{}}}}}"#, (0..count).map(flag).collect::<Vec<_>>().join(","))
    };
    let limit = r#"{"maxFlagsPerTeam": 2}"#;
    let too_many = |count| {
        found(&team(count), limit)
            .into_iter()
            .filter(|told| told.starts_with("too"))
            .collect::<Vec<_>>()
    };
    assert_eq!(too_many(2), [""; 0]);
    assert_eq!(too_many(4), ["too-many-flags flags[\"sales.web.2\"]"]);
    let old = flag(
        r#""lifecycle": {"createdTimestamp": "2026-01-01", "cleanupTimestamp": "2026-03-01"}"#,
    );
    for (options_json, expected) in [
        (r#"{"maxAgeDays": 30}"#, &[][..]),
        (r#"{"maxAgeDays": 30, "now": "2026-01-31"}"#, &[]),
        (
            r#"{"maxAgeDays": 30, "now": "2026-02-01"}"#,
            &["too-old flags.f.lifecycle.createdTimestamp"],
        ),
        (r#"{"now": "2026-03-01"}"#, &["cleanup-due flags.f.lifecycle.cleanupTimestamp"]),
    ] {
        assert_eq!(found(&old, options_json), expected, "{options_json}");
    }
    let late = |kind: &str| {
        let created = r#""lifecycle": {"createdTimestamp": "2026-01-01", "kind": "#;
        let options = r#"{"maxAgeDays": 30, "now": "2026-02-01"}"#;
        found(&flag(&format!("{created}\"{kind}\"}}")), options)
    };
    let too_old = "too-old flags.f.lifecycle.createdTimestamp";
    assert_eq!([late("release"), late("experiment")], [[too_old]; 2]);
    assert_eq!([late("ops"), late("permission")], [[""; 0]; 2]);
}

#[test]
fn invalid_members_of_a_lifecycle_are_found() {
    for (lifecycle, expected) in [
        (r#"{"status": "Released"}"#, "unknown-status flags.f.lifecycle.status"),
        (r#"{"kind": "toggle"}"#, "unknown-kind flags.f.lifecycle.kind"),
        (r#"{"onVariation": 2}"#, "invalid-on-variation flags.f.lifecycle.onVariation"),
        (r#"{"onVariation": "on"}"#, "invalid-on-variation flags.f.lifecycle.onVariation"),
        (
            r#"{"createdTimestamp": 1795172400000}"#,
            "invalid-moment flags.f.lifecycle.createdTimestamp",
        ),
        (r#"{"releaseTimestamp": "soon"}"#, "invalid-moment flags.f.lifecycle.releaseTimestamp"),
        (r#"{"stagedTimestamp": 1.5}"#, "invalid-moment flags.f.lifecycle.stagedTimestamp"),
        (r#"{"modules": "api"}"#, "invalid-modules flags.f.lifecycle.modules"),
        (r#"{"modules": ["api", "api"]}"#, "invalid-modules flags.f.lifecycle.modules"),
        (r#"{"modules": ["api", ""]}"#, "invalid-modules flags.f.lifecycle.modules"),
    ] {
        assert_eq!(found(&flag(&format!("\"lifecycle\": {lifecycle}")), "{}"), [expected]);
    }
}

#[test]
fn outside_development_a_feature_is_on_in_its_time() {
    let early = "on-before-its-time flags.f.on";
    for (lifecycle, options_json, expected) in [
        (r#"{"status": "Staging"}"#, r#"{"environment": "prod"}"#, Some(early)),
        (r#"{"status": "Staging"}"#, r#"{"environment": "dev"}"#, None),
        (r#"{"status": "Staging"}"#, "{}", None),
        (r#"{"status": "Done"}"#, r#"{"environment": "staging"}"#, None),
        (r#"{"releaseTimestamp": 100}"#, r#"{"environment": "prod", "now": 99}"#, Some(early)),
        (r#"{"releaseTimestamp": 100}"#, r#"{"environment": "prod", "now": 100}"#, None),
        (r#"{"releaseTimestamp": 100}"#, r#"{"environment": "prod"}"#, None),
    ] {
        let on = flag(&format!("\"lifecycle\": {lifecycle}"));
        assert_eq!(
            found(&on, options_json),
            expected.into_iter().collect::<Vec<_>>(),
            "{lifecycle} {options_json}"
        );
        let off = on.replace("\"on\": true", "\"on\": false");
        assert_eq!(found(&off, options_json), [""; 0]);
    }
    let named = flag(r#""lifecycle": {"status": "Doing"}"#).replacen(
        '{',
        r#"{"meta": {"check": {"environment": "prod"}},"#,
        1,
    );
    assert_eq!(found(&named, "{}"), [early]);
    let named =
        named.replace(r#"{"check": {"environment": "prod"}}"#, r#"{"environment": "prod"}"#);
    assert_eq!(found(&named, "{}"), [early]);
    assert_eq!(found(&named, r#"{"environment": "dev"}"#), [""; 0]);
}

#[test]
fn a_flag_that_is_on_elsewhere_must_be_on_in_development() {
    let on = flags(&flag("\"version\": 1"));
    let off = flags(&flag("\"version\": 1").replace("\"on\": true", "\"on\": false"));
    let none = flags(r#"{"flags": {}}"#);
    for (dev, prod, expected) in
        [(&on, &on, 0), (&off, &on, 1), (&none, &on, 1), (&off, &off, 0), (&on, &off, 0)]
    {
        let all = check_environments(&[("dev", dev), ("prod", prod)], &CheckOptions::default());
        let early = |found: &Vec<isoflag::Diagnostic>| {
            found.iter().filter(|found| found.code() == "on-before-its-time").count()
        };
        assert_eq!(all.iter().map(early).collect::<Vec<_>>(), [0, expected]);
    }
}

#[test]
fn a_flag_that_is_on_in_production_must_be_on_in_staging() {
    let on = flags(&flag("\"version\": 1"));
    let off = flags(&flag("\"version\": 1").replace("\"on\": true", "\"on\": false"));
    let early = |environments: &[(&str, &Flags)]| -> Vec<String> {
        let all = check_environments(environments, &CheckOptions::default());
        let early = all.iter().flatten().filter(|found| found.code() == "on-before-its-time");
        early.map(|found| found.message().to_owned()).collect()
    };
    assert_eq!(
        early(&[("prod", &on), ("staging", &off)]),
        ["on in `prod` while it is off in staging; turn a feature on there first"]
    );
    assert_eq!(
        early(&[("live", &on), ("Stage", &off), ("test", &off)]),
        [
            "on in `live` while it is off in development and is off in staging; turn a feature on there first"
        ]
    );
    assert_eq!(early(&[("prod", &on), ("staging", &on), ("dev", &on)]), [""; 0]);
    assert_eq!(early(&[("staging", &on), ("prod", &off)]), [""; 0]);
    assert_eq!(early(&[("eu", &on), ("staging", &off)]), [""; 0]);
}

#[test]
fn a_feature_has_one_status_in_all_environments() {
    let with = |status: &str| flags(&flag(&format!(r#""lifecycle": {{{status}}}"#)));
    let [doing, done, none] = [r#""status": "Doing""#, r#""status": "Done""#, ""].map(with);
    let differ = |environments: [&Flags; 3]| -> Vec<String> {
        let [dev, staging, prod] = environments;
        let named = [("dev", dev), ("staging", staging), ("prod", prod)];
        let all = check_environments(&named, &CheckOptions::default());
        let codes = all.iter().zip(["dev", "staging", "prod"]).flat_map(|(found, name)| {
            let differing = found.iter().filter(|found| found.code() == "status-differs");
            differing.map(move |found| format!("{name} {}", found.path()))
        });
        codes.collect()
    };
    for (environments, expected) in [
        ([&done, &done, &done], &[][..]),
        ([&done, &doing, &done], &["staging flags.f.lifecycle.status"]),
        ([&none, &doing, &done], &["prod flags.f.lifecycle.status"]),
        ([&done, &none, &none], &[]),
    ] {
        assert_eq!(differ(environments), expected);
    }
}
