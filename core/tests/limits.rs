//! Hostile documents stop at the limits, always at the same place.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::ops::Range;

use isoflag::{Context, DocumentError, Flags, Object, Value, limits};

fn answer(document: &str, key: &str) -> (Value, String) {
    let flags = Flags::from_json(document.as_bytes()).unwrap();
    let context = Context::builder("u").build().unwrap();
    let detail = flags.variation_detail(key, &context, Value::from("default"));
    (detail.value, detail.reason.to_string())
}

const MALFORMED: &str = r#"{"errorKind":"MALFORMED_FLAG","kind":"ERROR"}"#;
const FALLTHROUGH: &str = r#"{"kind":"FALLTHROUGH"}"#;

/// A flag with a chain of `length` prerequisites.
fn chain_of_flags(length: usize) -> String {
    let mut flags = String::new();
    for index in 0..=length {
        let prerequisites = match index {
            0 => String::new(),
            _ => format!(r#"{{"key":"f{}","variation":0}}"#, index - 1),
        };
        write!(
            flags,
            r#"{}"f{index}":{{"key":"f{index}","on":true,"variations":[true],"fallthrough":{{"variation":0}},"prerequisites":[{prerequisites}]}}"#,
            if index == 0 { "" } else { "," },
        )
        .unwrap();
    }
    format!(r#"{{"flags":{{{flags}}}}}"#)
}

fn chain_of_segments(length: usize) -> String {
    let mut segments = String::new();
    for index in 0..length {
        let rules = match index {
            0 => String::new(),
            _ => format!(r#"{{"clauses":[{{"op":"segmentMatch","values":["s{}"]}}]}}"#, index - 1),
        };
        let comma = if index == 0 { "" } else { "," };
        write!(segments, r#"{comma}"s{index}":{{"key":"s{index}","rules":[{rules}]}}"#).unwrap();
    }
    format!(
        r#"{{"segments":{{{segments}}},"flags":{{"f":{{"key":"f","on":true,"variations":[true],"fallthrough":{{"variation":0}},"rules":[{{"variation":0,"clauses":[{{"op":"segmentMatch","values":["s{}"]}}]}}]}}}}}}"#,
        length - 1
    )
}

#[test]
fn paths_have_a_longest_length() {
    let longest = limits::PATH_LENGTH;
    let document = chain_of_flags(longest);
    assert_eq!(answer(&document, &format!("f{longest}")).1, FALLTHROUGH);
    let document = chain_of_flags(longest + 1);
    assert_eq!(answer(&document, &format!("f{longest}")).1, FALLTHROUGH);
    assert_eq!(answer(&document, &format!("f{}", longest + 1)).1, MALFORMED);
    assert_eq!(answer(&chain_of_segments(longest), "f").1, FALLTHROUGH);
    assert_eq!(answer(&chain_of_segments(longest + 1), "f").1, MALFORMED);
    // A very long chain does not need a deeper stack.
    assert_eq!(answer(&chain_of_flags(50_000), "f50000").1, MALFORMED);
    let flags = Flags::from_json(chain_of_flags(50_000).as_bytes()).unwrap();
    assert!(flags.diagnostics().iter().all(|found| found.code() != "prerequisite-cycle"));
}

/// Each level depends on both flags of the level below, so that there are 2^60 paths.
#[test]
fn diamonds_are_linear() {
    let mut flags = String::new();
    for level in 0..60 {
        for side in ["a", "b"] {
            let prerequisites = match level {
                0 => String::new(),
                _ => format!(
                    r#"{{"key":"a{0}","variation":0}},{{"key":"b{0}","variation":0}}"#,
                    level - 1
                ),
            };
            let comma = if flags.is_empty() { "" } else { "," };
            write!(
                flags,
                r#"{comma}"{side}{level}":{{"key":"{side}{level}","on":true,"variations":[true],"fallthrough":{{"variation":0}},"prerequisites":[{prerequisites}]}}"#
            )
            .unwrap();
        }
    }
    let document = format!(r#"{{"flags":{{{flags}}}}}"#);
    assert_eq!(answer(&document, "a59").1, FALLTHROUGH);
}

/// A short path to a flag, then a long one: a path that is too long is detected wherever it is
/// first entered.
#[test]
fn the_longest_path_counts_even_if_the_flag_is_cached() {
    let length = limits::PATH_LENGTH;
    let chain = chain_of_flags(length);
    let flags = chain.strip_suffix("}}").unwrap();
    let both = |first: &str, second: &str| {
        format!(
            r#"{flags},"top":{{"key":"top","on":true,"variations":[true],"fallthrough":{{"variation":0}},"prerequisites":[{{"key":"{first}","variation":0}},{{"key":"{second}","variation":0}}]}}}}}}"#
        )
    };
    let (low, high) = ("f1".to_owned(), format!("f{length}"));
    assert_eq!(answer(&both(&low, &high), "top").1, MALFORMED);
    assert_eq!(answer(&both(&high, &low), "top").1, MALFORMED);
    let high = format!("f{}", length - 1);
    assert_eq!(answer(&both(&low, &high), "top").1, FALLTHROUGH);
}

/// Of segments too, also if an earlier evaluation for the same context has looked at them.
#[test]
fn the_longest_path_counts_even_if_the_segment_is_cached() {
    let length = limits::PATH_LENGTH;
    let flag = |key: &str, segments: &str| {
        format!(
            r#""{key}":{{"on":true,"variations":[true],"fallthrough":{{"variation":0}},"rules":[{{"variation":0,"clauses":[{{"op":"segmentMatch","values":[{segments}]}}]}}]}}"#
        )
    };
    let chain = chain_of_segments(length + 1);
    let flags = [
        flag("low", r#""s1""#),
        flag("long", &format!(r#""s1","s{}""#, length - 1)),
        flag("too-long", &format!(r#""s1","s{length}""#)),
    ];
    let document = format!("{},{}}}}}", chain.strip_suffix("}}").unwrap(), flags.join(","));
    let flags = Flags::from_json(document.as_bytes()).unwrap();
    let bound = flags.bind(&Context::builder("u").build().unwrap());
    for _ in 0..2 {
        for (key, reason) in
            [("low", FALLTHROUGH), ("long", FALLTHROUGH), ("f", MALFORMED), ("too-long", MALFORMED)]
        {
            assert_eq!(
                bound.variation_detail(key, Value::Null).reason.to_string(),
                reason,
                "{key}"
            );
        }
    }
}

#[test]
fn steps_are_counted() {
    let values = vec!["\"x\""; 2_000].join(",");
    let clause = format!(r#"{{"attribute":"list","op":"startsWith","values":[{values}]}}"#);
    let document = format!(
        r#"{{"flags":{{"f":{{"key":"f","on":true,"variations":[true],"fallthrough":{{"variation":0}},"rules":[{{"variation":0,"clauses":[{clause}]}}]}}}}}}"#
    );
    let flags = Flags::from_json(document.as_bytes()).unwrap();
    let ask = |elements: usize| {
        let list = vec![Value::from("abc"); elements];
        let context = Context::builder("u").attribute("list", list.into()).build().unwrap();
        flags.variation_detail("f", &context, Value::Null).reason.to_string()
    };
    assert_eq!(ask(400), FALLTHROUGH);
    assert_eq!(ask(600), MALFORMED);
}

/// Returns the largest number of target lists, of one step each, among these that a flag with these
/// members can have besides nearly all steps of an evaluation; its prerequisite, if it has one, has
/// the members `needed`.
fn steps_left(members: &str, needed: &str, counts: Range<usize>) -> usize {
    let values = vec!["\"x\""; 2_000].join(",");
    let list = Value::from(vec![Value::from("a"); 499]);
    let context = Context::builder("u").attribute("list", list);
    let context = context.attribute("long", "1".repeat(640).into()).attribute("one", 1.into());
    let context = context.attribute("far", "ñ".repeat(64).into());
    let context = context.attribute("version", format!("1.0.0-{}", "x".repeat(640)).into());
    let context = context.build().unwrap();
    let lists = ["a", "b", "c"].map(|kind| format!(r#"{{"contextKind":"{kind}","values":["x"]}}"#));
    let lists = lists.join(",");
    let fits = |count: usize| {
        let targets = vec![r#"{"variation":0,"values":["x"]}"#; count].join(",");
        let document = format!(
            r#"{{"flags":{{"f":{{"on":true,"salt":"s","variations":[true],{members},"targets":[{targets}],
                "rules":[{{"variation":0,"clauses":[{{"attribute":"list","op":"startsWith","values":[{values}]}}]}}]}},
            "needed":{{"on":true,"variations":[true],"fallthrough":{{"variation":0}},{needed}}}}},
            "segments":{{"lists":{{"includedContexts":[{lists}],"excludedContexts":[{lists}]}}}}}}"#,
        );
        let flags = Flags::from_json(document.as_bytes()).unwrap();
        flags.variation_detail("f", &context, Value::Null).reason.to_string() == FALLTHROUGH
    };
    let numbers: Vec<usize> = counts.clone().collect();
    let fitting = numbers.partition_point(|count| fits(*count));
    assert!((1..numbers.len()).contains(&fitting), "{fitting}");
    counts.start + fitting
}

#[test]
fn each_part_that_is_looked_at_takes_a_step() {
    let nothing = r#""targets":[]"#;
    let without = steps_left(r#""fallthrough":{"variation":0}"#, nothing, 0..2_000);
    let taken = |members: &str, needed: &str| {
        without - steps_left(members, needed, without - 16..without + 1)
    };
    // The bucket, and each entry up to the chosen one.
    for entries in [1, 2, 9] {
        let mut weights = vec![r#"{"variation":0,"weight":0}"#; entries - 1];
        weights.push(r#"{"variation":0,"weight":100000}"#);
        let rollout =
            format!(r#""fallthrough":{{"rollout":{{"variations":[{}]}}}}"#, weights.join(","));
        assert_eq!(taken(&rollout, nothing), 1 + entries, "{entries} entries");
    }
    let with_needed = |needed: &str| {
        let prerequisite =
            r#""fallthrough":{"variation":0},"prerequisites":[{"key":"needed","variation":0}]"#;
        // The prerequisite and its flag take two.
        taken(prerequisite, needed) - 2
    };
    assert_eq!(with_needed(nothing), 0);
    // Each target list up to the third one.
    let third = r#""targets":[{"variation":0,"values":["x"]},{"variation":0,"values":["x"]},
        {"variation":0,"values":["u"]}]"#;
    assert_eq!(with_needed(third), 3);
    let with_clause = |clause: &str| {
        // A rule and a clause take two.
        with_needed(&format!(r#""rules":[{{"variation":0,"clauses":[{{{clause}}}]}}]"#)) - 2
    };
    // The segment, and six lists less two.
    assert_eq!(with_clause(r#""op":"segmentMatch","values":["lists"]"#), 1 + 4);
    // Each value up to the match.
    for (values, steps) in [("[2]", 1), ("[0,2,3]", 2), ("[0,0,0]", 3)] {
        let clause = format!(r#""attribute":"one","op":"lessThan","values":{values}"#);
        assert_eq!(with_clause(&clause), steps, "{values}");
    }
    // A value of 640 bytes that may be the beginning of a text of as many, and one that is longer.
    for (length, steps) in [(640, 1 + 10), (704, 1)] {
        let value = "x".repeat(length);
        let clause = format!(r#""attribute":"long","op":"startsWith","values":["{value}"]"#);
        assert_eq!(with_clause(&clause), steps, "{length}");
    }
    // A pre-release of 640 bytes; of another version it is not compared, nor with a release.
    for (version, steps) in [("1.0.0-y", 1 + 10), ("1.0.0", 1), ("2.0.0-y", 1)] {
        let clause = format!(r#""attribute":"version","op":"semVerEqual","values":["{version}"]"#);
        assert_eq!(with_clause(&clause), steps, "{version}");
    }
    // A pattern, and five visits for each character: the position, the reached class, the comparison
    // and two of its ranges.
    let clause = r#""attribute":"far","op":"matches","values":["[à-áã-äæ-çé-êì-í]"]"#;
    assert_eq!(with_clause(clause), 1 + (64 * 5 + 2) / 32);
    // A long text that is not an element of an array is read only once for all its clauses.
    for (operator, steps) in [("in", 1), ("before", 0), ("semVerEqual", 0)] {
        let clause =
            format!(r#""attribute":"long","op":"{operator}","values":["2026-01-01T00:00:00Z"]"#);
        assert_eq!(with_clause(&clause), steps, "{operator}");
    }
}

#[test]
fn a_document_and_a_context_have_a_maximum_size() {
    let long = " ".repeat(limits::CONTEXT_BYTES);
    let context = format!(r#"{{"kind":"user","key":"u"}}{long}"#);
    assert_eq!(Context::from_json(context.as_bytes()).unwrap_err().code(), "limit");
    let nested = "[".repeat(10_000);
    let document = format!(r#"{{"flags":{{"f":{nested}"#);
    let error = Flags::from_json(document.as_bytes()).unwrap_err();
    assert_eq!(error.code(), "limit");
    assert!(error.path().starts_with("flags.f[0][0]"), "{error}");
}

#[test]
fn text_and_value_have_the_same_deepest_level() {
    for (levels, fits) in [(limits::NESTING - 2, true), (limits::NESTING - 1, false)] {
        let text = format!(r#"{{"flags": {{"f": {}{}}}}}"#, "[".repeat(levels), "]".repeat(levels));
        let nested = (1..levels).fold(Value::from(Vec::new()), |value, _| vec![value].into());
        let flags = Object::from_iter([("f", nested)]);
        let value = Value::from(Object::from_iter([("flags", Value::from(flags))]));
        let error = Flags::from_value(value).err();
        assert_eq!(error.is_none(), fits, "{levels}");
        let of_text = Flags::from_json(text.as_bytes()).err();
        let shown = |error: Option<DocumentError>| {
            error.map(|error| [error.code(), error.path(), error.message()].map(str::to_owned))
        };
        assert_eq!(shown(error), shown(of_text));
    }
}

/// A document of parts that are much larger in memory than in text, of this length at least.
fn dense(part: &str, length: usize) -> String {
    let parts = vec![part; length / (part.len() + 1) + 1].join(",");
    let flag = r#""f":{"on":true,"variations":[true],"fallthrough":{"variation":0}"#;
    match part {
        "1" => format!(r#"{{"flags":{{{flag},"x":[{parts}]}}}}}}"#),
        "{}" => format!(r#"{{"flags":{{{flag},"targets":[{parts}]}}}}}}"#),
        _ => format!(r#"{{"flags":{{{flag},"rules":[{{"clauses":[{parts}]}}]}}}}}}"#),
    }
}

#[test]
fn a_document_takes_a_limited_memory_for_its_length() {
    let clause = r#"{"op":"in"}"#;
    for part in ["1", "{}", clause] {
        let length = 5_000_000;
        let text = dense(part, length);
        let error = Flags::from_json(text.as_bytes()).unwrap_err();
        assert_eq!(error.code(), "limit", "{part}");
        assert!(error.path().starts_with("flags.f"), "{error}");
        // The same document as a value of the host runtime.
        let value = Value::parse(text.as_bytes()).unwrap();
        assert_eq!(Flags::from_value(value.clone()).unwrap_err().code(), "limit", "{part}");
        let patch = Flags::from_json(br#"{"flags":{}}"#).unwrap().apply(text.as_bytes());
        assert_eq!(patch.unwrap_err().code(), "limit", "{part}");
        // Below 64 MiB any document is accepted.
        assert!(Flags::from_json(dense(part, 400_000).as_bytes()).is_ok(), "{part}");
    }
}

#[test]
fn a_long_document_of_ordinary_parts_is_accepted() {
    let rule = r#"{"variation":0,"clauses":[{"contextKind":"user","attribute":"plan","op":"in","values":["pro"]}]}"#;
    let rules = vec![rule; 60_000].join(",");
    let keys: Vec<String> = (0..400_000).map(|index| format!("\"user-{index}\"")).collect();
    let document = format!(
        r#"{{"flags":{{"f":{{"on":true,"variations":[true],"rules":[{rules}],"targets":[{{"variation":0,"values":[{}]}}]}}}}}}"#,
        keys.join(",")
    );
    assert!(document.len() > 10_000_000);
    assert!(Flags::from_json(document.as_bytes()).is_ok());
}

/// Any number of values that can never match does not slow down the search.
#[test]
fn a_matching_value_is_found_among_unusable_ones() {
    let values = vec!["[]"; 400_000].join(",");
    let document = format!(
        r#"{{"flags":{{"f":{{"key":"f","on":true,"variations":[true],"fallthrough":{{"variation":0}},"rules":[{{"variation":0,"clauses":[{{"attribute":"a","op":"in","values":[{values},7]}}]}}]}}}}}}"#
    );
    let flags = Flags::from_json(document.as_bytes()).unwrap();
    let context = Context::builder("u").attribute("a", 7.into()).build().unwrap();
    let detail = flags.variation_detail("f", &context, Value::Null);
    assert_eq!(detail.reason.to_string(), r#"{"kind":"RULE_MATCH","ruleIndex":0}"#);
}

/// A cached segment takes its steps again, so that the limit is reached at the same place.
#[test]
fn a_cached_segment_takes_its_steps() {
    let values = vec!["\"x\""; 2_000].join(",");
    let clause = |attribute: &str| {
        format!(r#"{{"attribute":"{attribute}","op":"startsWith","values":[{values}]}}"#)
    };
    let flag = |key: &str, clauses: &str| {
        format!(
            r#""{key}":{{"key":"{key}","on":true,"variations":[true],"fallthrough":{{"variation":0}},"rules":[{{"variation":0,"clauses":[{clauses}]}}]}}"#
        )
    };
    // Negated, so that the next clause is evaluated too.
    let segment = r#"{"op":"segmentMatch","values":["s"],"negate":true}"#;
    let document = format!(
        r#"{{"segments":{{"s":{{"key":"s","rules":[{{"clauses":[{}]}}]}}}},"flags":{{{},{}}}}}"#,
        clause("half"),
        flag("segment", segment),
        flag("both", &format!("{segment},{}", clause("rest"))),
    );
    let flags = Flags::from_json(document.as_bytes()).unwrap();
    for (rest, reason) in [(150, FALLTHROUGH), (250, MALFORMED)] {
        let list = |elements: usize| Value::from(vec![Value::from("abc"); elements]);
        let context = Context::builder("u").attribute("half", list(300));
        let context = context.attribute("rest", list(rest)).build().unwrap();
        let bound = flags.bind(&context);
        let ask = |key: &str| bound.variation_detail(key, Value::Null).reason.to_string();
        for _ in 0..3 {
            assert_eq!(ask("both"), reason, "{rest}");
            assert_eq!(ask("segment"), r#"{"kind":"RULE_MATCH","ruleIndex":0}"#);
        }
    }
}

#[test]
fn containers_beyond_the_limit_of_a_context_are_an_error() {
    let context = |containers: usize| {
        let arrays = vec!["[]"; containers - 2].join(",");
        Context::from_json(format!(r#"{{"kind":"user","key":"a","x":[{arrays}]}}"#).as_bytes())
    };
    assert!(context(limits::CONTEXT_CONTAINERS).is_ok());
    let error = context(limits::CONTEXT_CONTAINERS + 1).unwrap_err();
    assert_eq!((error.code(), error.path()), ("limit", "x[131070]"));
    let most = limits::CONTEXT_CONTAINERS;
    assert!(
        error.message().starts_with(&format!("a context has at most {most} arrays and objects"))
    );
}

#[test]
fn a_context_that_is_not_parsed_from_text_has_the_same_limits() {
    let arrays = |containers: usize| Value::from(vec![Value::from(Vec::new()); containers - 2]);
    let builder = |value: Value| Context::builder("a").attribute("x", value).build();
    assert!(builder(arrays(limits::CONTEXT_CONTAINERS)).is_ok());
    let error = builder(arrays(limits::CONTEXT_CONTAINERS + 1)).unwrap_err();
    assert_eq!(error.code(), "limit");
    assert!(error.message().ends_with("at most 131072 arrays and objects"), "{error}");
    let frame = r#"{"key":"a","kind":"user","x":""}"#.len();
    let text = |length: usize| Value::from("x".repeat(length - frame));
    assert!(builder(text(limits::CONTEXT_BYTES)).is_ok());
    let error = builder(text(limits::CONTEXT_BYTES + 1)).unwrap_err();
    assert_eq!(error.message(), "a context is at most 1048576 bytes of JSON");
}
