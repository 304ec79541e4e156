//! Text of documents, file names and arguments cannot control a terminal or a pipeline's log.

use crate::program::{Ran, file, isoflag, isoflag_reading};

/// A key that clears a screen, sets a title, changes the direction of text and contains commands for a pipeline runner.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;t\u{7}\u{9b}31m\r\n::error file=a::b\n  ::stop-commands::t\n##[group]x ##vso[task]\u{202e}\u{2066}\u{61c}\u{200e}\u{200f}\u{2028}\u{85}\u{7f}\u{0}\t\u{200b}\u{feff}\u{ad}\u{e0041}";

fn json(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|each| match each {
            '"' | '\\' => format!("\\{each}"),
            control if control < ' ' => format!("\\u{:04x}", u32::from(control)),
            other => other.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

/// Flags with hostile text in every place that allows text, and with mistakes that `check` reports.
fn document(changed: bool, prefix: &str) -> String {
    let hostile = json(&format!("{prefix}{HOSTILE}"));
    let on = !changed;
    format!(
        r#"{{"meta": {{"version": 1, "environment": {hostile}, {hostile}: 1}}, "flags": {{
  {hostile}: {{"key": {hostile}, "version": 1, "on": {on}, "variations": [{hostile}, {{{hostile}: {hostile}}}, 3], "salt": {hostile}, "offVariation": 0,
    "description": {hostile}, "prerequisites": [{{"key": {hostile}, "variation": 0}}, {{"key": "gone{prefix}", "variation": 0}}],
    "targets": [{{"variation": 0, "contextKind": {hostile}, "values": [{hostile}]}}],
    "rules": [{{"id": {hostile}, "variation": 1, "clauses": [{{"attribute": {hostile}, "contextKind": {hostile}, "op": {hostile}, "values": [{hostile}, 7]}},
      {{"attribute": {hostile}, "op": "matches", "values": ["(", {hostile}]}}, {{"op": "segmentMatch", "values": [{hostile}]}}]}}],
    "fallthrough": {{"rollout": {{"bucketBy": {hostile}, "variations": [{{"variation": 0, "weight": 1}}]}}}},
    "lifecycle": {{"owner": {hostile}, "stakeholder": {hostile}, "status": {hostile}, "note": {hostile}, "rollout": {hostile}}}}},
  {second}: {{"key": {second}, "version": 1, "on": true, "variations": [false, {hostile}], "offVariation": 0, "fallthrough": {{"variation": 1}},
    "rules": [{{"id": {hostile}, "variation": 1, "clauses": [{{"attribute": {hostile}, "op": "in", "values": [{hostile}, {changed}]}}]}}],
    "lifecycle": {{"status": "Staging", "owner": {hostile}, "rollout": {{"alarms": [{hostile}],
      "stages": [{{"segment": {hostile}}}, {{"share": 100}}]}}}}}},
  {third}: {{"key": "other", "version": 1, "on": true, "variations": [true], "fallthrough": {{"variation": 9}}, {hostile}: 7, {hostile}: 8}}
}}, "segments": {{{hostile}: {{"key": {hostile}, "version": 1, "included": [{hostile}, {changed}], "rules": [{{"clauses": [{{"attribute": {hostile}, "op": "in", "values": [1]}}]}}]}}}}}}"#,
        second = json(&format!("second{prefix}{HOSTILE}")),
        third = json(&format!("third{prefix}{HOSTILE}")),
    )
}

fn is_obeyed(each: char) -> bool {
    each != '\n' && each.is_control()
        || matches!(each, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0041}')
}

fn assert_printable(ran: &Ran, arguments: &[&str]) {
    for text in [&ran.out, &ran.err] {
        let obeyed = text.chars().find(|each| is_obeyed(*each));
        assert_eq!(obeyed, None, "{arguments:?} prints it raw:\n{}", text.escape_debug());
        for line in text.lines() {
            let starts = line.trim_start().starts_with("::");
            let command = starts || line.contains("##[") || line.contains("##vso[");
            assert!(!command, "{arguments:?} prints the line `{line}`");
        }
    }
    assert!(ran.code <= 2, "{arguments:?}: {}", ran.code);
}

#[test]
fn no_subcommand_prints_control_sequences_or_commands() {
    for (index, prefix) in ["", "a", "::"].into_iter().enumerate() {
        let named =
            |name: &str, text: Option<&str>| file(&format!("hostile-{index}-{name}.json"), text);
        let key = &format!("{prefix}{HOSTILE}").replace('\0', "");
        let text = document(false, prefix);
        let old = &*named("old", Some(&text));
        let new = &*named("new", Some(&document(true, prefix)));
        let flat = &*named("flat", Some(&text.replace('\n', "")));
        let broken = &*named(
            "broken",
            Some(&format!("{}\u{202e}\u{9b}, nonsense", text.trim_end_matches('}'))),
        );
        let not_a_document = &*named("list", Some(&format!("{{\"flags\": [{}]}}", json(HOSTILE))));
        let missing = &*named(&format!("missing{key}"), None);
        let context = &*format!(
            "{{\"kind\": \"user\", \"key\": {0}, {0}: {0}, \"a\": [{0}]}}",
            json(HOSTILE)
        );
        let second = &*format!("second{key}");
        let activity = &*named("activity", Some(r#"{"nonsense": 1}"#));
        let wrong_context = &*format!("{{\"kind\": {}, \"key\": \"k\"}}", json(HOSTILE));
        let labelled = &*format!("{key}={old}");
        let copy = &*named("copy", Some(&text));
        let out = &*named("out", None);
        let lines = &*file(&format!("hostile-{index}.jsonl"), Some(context));
        let table = format!("key,\"{}\"\nada,1\nbob\n", key.replace('"', "\"\""));
        let table = &*file(&format!("hostile-{index}.csv"), Some(&table));
        let runs: &[&[&str]] = &[
            &["check", old],
            &["check", flat],
            &["check", broken],
            &["check", not_a_document],
            &["check", missing],
            &["check", old, "--names", "--owners", "--max-flags-per-team=1", "--max-age-days=1"],
            &["check", old, &format!("--names={key}")],
            &["check", &format!("--env={labelled}"), &format!("--env=dev={new}")],
            &["check", "--deny", key, old],
            &["diff", old, new],
            &["diff", new, old, "--markdown"],
            &["diff", old, missing],
            &["diff", broken, old],
            &["impact", old, new, "--contexts", lines, "--by", key],
            &["impact", new, old, "--contexts", lines, "--by", &format!("/{key}"), "--markdown"],
            &["impact", old, new, "--contexts", table],
            &["impact", old, new, "--contexts", table, "--key", key],
            &["impact", old, new, "--contexts", missing, "--fail-over", key],
            &["impact", old, new, "--contexts", broken, "--fail-over", "0%"],
            &["simulate", old, key, "--count=9"],
            &["simulate", old, second, "--raise", key],
            &["strategy", old, "flush-out"],
            &["strategy", old, key],
            &["strategy", old, "custom", "--on", key],
            &["strategy", old, "custom", "--on", second, "--out", out],
            &["strategy", old, "--system", key, "--context", context],
            &["strategy", old, "--system", "production", "--context", context],
            &["eval", old, key, "--context", context],
            &["eval", old, second, "--context", context],
            &["eval", old, second, "--context", wrong_context],
            &["eval", old, key, "--context", key],
            &["eval", old, key, "--context", missing],
            &["eval", old, second, "--context", context, "--default", key],
            &["eval", old, second, "--context", context, "--big-segments", &json(HOSTILE)],
            &["explain", old, key, "--context", context],
            &["explain", old, second, "--context", context],
            &["explain", old, second, "--context", wrong_context],
            &["blame", second, old, "--context", context],
            &["blame", key, missing, "--context", context],
            &["stamp", copy, "--now", "5"],
            &["stamp", old, copy, "--now", "5"],
            &["stamp", missing, "--now", "5"],
            &["stamp", broken, "--now", "5"],
            &["keys", old],
            &["keys", broken],
            &["digest", old],
            &["digest", missing],
            &["types", old],
            &["types", old, "--lang", "python"],
            &["types", old, "--lang", key],
            &["activity", "merge", activity],
            &["activity", "merge", broken],
            &["activity", "merge", missing],
            &["inventory", labelled, new, "--now", "2026-01-01"],
            &["inventory", old, "--activity", labelled, "--now", "2026-01-01"],
            &["inventory", labelled, "--html", "-", "--now", "2026-01-01"],
            &["retire", old, "--now", "2026-01-01"],
            &["retire", old, "--history", labelled, "--now", "2026-01-01"],
            &["retire", old, "--code", missing, "--now", "2026-01-01"],
            &["advance", old, "--now", "5"],
            &["advance", old, "--now", "5", "--alarm", &format!("{key}=ok")],
            &["advance", copy, "--now", "5", "--alarm", &format!("{key}=alarm"), "--write"],
            &["advance", old, "--alarm", key],
            &["status", old, key],
            &["status", old, second],
            &["status", old, second, key],
            &["status", old, second, "done", "--now", "2026-01-01"],
            &["status", old, missing],
            &["certify", old, "--now", "2026-01-01", "--", key],
            &["certify", copy, "--now", "2026-01-01", "--write", "--", "true", key],
            &["deployed", copy, "--artifact-time", "2026-01-01", "--now", "2026-01-02"],
            &["deployed", missing, "--artifact-time", "2026-01-01"],
            &["deployed", old, "--artifact-time", key],
            &["finish", copy, key, "--now", "2026-01-01"],
            &["finish", copy, second, "--now", "2026-01-01"],
            &["init", "-", "--environment", key, "--flag", key],
            &["init", missing],
            &["init", old],
            &[key],
            &["keys", &format!("--{key}"), old],
            &["keys", old, key],
            &[&format!("check={key}")],
        ];
        for run in runs {
            assert_printable(&isoflag(run), run);
            let formatted = [*run, &["--json"]].concat();
            let at = run.iter().position(|each| *each == "--").unwrap_or(run.len());
            let formatted = if at < run.len() {
                [&run[..at], &["--json"], &run[at..]].concat()
            } else {
                formatted
            };
            let ran = isoflag(&formatted);
            assert_printable(&ran, &formatted);
            if ran.code < 2 && !ran.out.is_empty() && !run.contains(&"-") {
                let value = isoflag::Value::parse(ran.out.as_bytes());
                assert!(value.is_ok(), "{formatted:?} prints no JSON: {}", ran.out);
            }
        }
        let _ = std::fs::remove_file(format!("{}/../{missing}", env!("CARGO_MANIFEST_DIR")));
    }
}

#[test]
fn escaped_output_is_the_same_document() {
    let path = file("hostile-same.json", Some(&document(false, "")));
    let digest = isoflag(&["strategy", &path, "custom", "--json"]).out;
    for arguments in [&["stamp", "-", "--now", "5"][..], &["strategy", "-", "custom"]] {
        let text = document(false, "").replace('\n', "\r\n\t");
        let ran = isoflag_reading(arguments, &text);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let reread = isoflag::Flags::from_json(ran.out.as_bytes()).unwrap();
        assert!(reread.contains(HOSTILE));
        if arguments[0] == "strategy" {
            assert!(digest.contains(reread.digest()));
        }
    }
}
