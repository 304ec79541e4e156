//! `impact`, `simulate` and `blame`: changes of answers, over files of contexts, keys and versions.

use isoflag::Value;

use crate::program::{Ran, file, isoflag, isoflag_reading};

fn document(weight: u32, more: &str) -> String {
    let other = 100_000 - weight;
    format!(
        r#"{{"flags": {{"checkout": {{"on": true, "variations": [true, false], "salt": "a",
        "rules": [{{"variation": 0, "clauses": [{{"attribute": "age", "op": "lessThan", "values": [{}]}}]}}],
        "fallthrough": {{"rollout": {{"variations": [
            {{"variation": 0, "weight": {weight}}}, {{"variation": 1, "weight": {other}}}]}}}}}}}}}}"#,
        if more.is_empty() { "18" } else { more }
    )
}

/// Runs `impact` on two documents, one of which has a higher limit of an age.
fn impact(contexts: &str, text: &str, more: &[&str]) -> Ran {
    let old = file("old.json", Some(&document(0, "")));
    let new = file("new.json", Some(&document(0, "21")));
    let contexts = file(contexts, Some(text));
    isoflag(&[&["impact", &old, &new, "--contexts", &contexts], more].concat())
}

const USERS: &str = "id,name,age,country,version,tags\n1,Ada,17,NO,1.10,[1]\n2,\"Bob, \"\"B\"\"\",19,DE,2.5,\n3,Eve,20,NO,3,[2]\n4,Kim,,DE,,\n5,Lee,64,,,\n";

#[test]
fn contexts_of_a_csv_file_are_counted() {
    let ran = impact("users.csv", USERS, &["--key", "id", "--by", "country", "--by", "version"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out, @r"
    2 of 5 contexts (40%) get another value

    flag `checkout`: 2 of 5 contexts (40%) change
      `false` → `true`: 2 of 5 contexts (40%), such as 2, 3
      depends on attributes: `rules[0]`: the conditions differ from here on
      by `country`:
        `DE`: 1 of 2 contexts (50%)
        `NO`: 1 of 2 contexts (50%)
        absent: 0 of 1 context (0%)
      by `version`:
        absent: 0 of 2 contexts (0%)
        `1.10`: 0 of 1 context (0%)
        `2.5`: 1 of 1 context (100%)
        `3`: 1 of 1 context (100%)
    ");
    let text = impact("users.csv", USERS, &["--key", "id", "--text", "age"]);
    assert!(text.out.starts_with("0 of 5 contexts (0%) get another value"), "{text:?}");
}

#[test]
fn json_lines_are_counted_like_csv() {
    let lines = r#"{"kind": "user", "key": "1", "name": "Ada", "age": 17, "country": "NO", "version": "1.10"}

{"kind": "user", "key": "2", "age": 19, "country": "DE", "version": "2.5"}
{"kind": "user", "key": "3", "age": 20, "country": "NO", "version": "3"}
{"kind": "user", "key": "4", "country": "DE"}
{"kind": "user", "key": "5", "age": 64}
"#;
    let by = ["--by", "country", "--by", "version"];
    let csv = impact("users.csv", USERS, &[&["--key", "id"][..], &by].concat());
    assert_eq!(impact("users.jsonl", lines, &by).out, csv.out);
    let (old, new) = (file("old.json", None), file("new.json", None));
    std::fs::write(&old, document(0, "")).unwrap();
    std::fs::write(&new, document(0, "21")).unwrap();
    let arguments = [&["impact", &old, &new, "--contexts", "-"], &by[..]].concat();
    assert_eq!(isoflag_reading(&arguments, lines).out, csv.out);
}

#[test]
fn columns_with_the_prefix_of_a_key_add_a_kind() {
    let table = "key,age,org.key,org.plan,org.kind,org.unit.plan,team.plan
ada,19,acme,pro,x,1,a
,20,acme,free,,,
bob,20,,pro,,,b
,,,pro,,,
";
    let lines = r#"{"kind": "multi", "user": {"key": "ada", "age": 19, "team.plan": "a"}, "org": {"key": "acme", "plan": "pro", "unit.plan": 1}}
{"kind": "org", "key": "acme", "plan": "free"}
{"kind": "user", "key": "bob", "age": 20, "team.plan": "b"}
{"kind": "user"}
"#;
    let by = ["--by", "org.plan", "--by", "team.plan"];
    let (csv, json) = (impact("a.csv", table, &by), impact("a.jsonl", lines, &by));
    assert_eq!((csv.code, &csv.out), (0, &json.out));
    assert!(csv.out.starts_with("2 of 3 contexts (66.667%) get another value"), "{csv:?}");
    assert!(csv.err.contains("1 of 4 contexts are invalid; the first, in line 5: "), "{csv:?}");
    let only = impact("a.csv", "org.key,org.plan\nacme,pro\n", &["--by", "org.plan"]);
    assert_eq!((only.code, only.err.as_str()), (0, ""));
    assert!(only.out.contains("`pro`: 0 of 1 context (0%)"), "{only:?}");
    let twice = impact("a.csv", "key,kind,org.key\na,org,o\nb,user,o\n", &[]);
    assert!(twice.err.contains("line 2: the kind `org` occurs twice"), "{twice:?}");
    let large = format!("key,a,org.key,org.a\nb,1,o,1\na,{0},o,{0}\n", "\u{1}".repeat(100_000));
    let large = impact("a.csv", &large, &[]);
    assert!(large.err.contains("1 of 2 contexts are invalid; the first, in line 3: "), "{large:?}");
}

#[test]
fn broken_files_of_contexts_are_errors_with_their_line() {
    let long = format!("{{\"key\": \"{}\"}}", "a".repeat(1 << 20));
    for (name, text, problem) in [
        ("a.csv", "key,age\nada,17\n\"bob,19\n", "line 3: a quote is not closed"),
        ("a.csv", "key,age\nada,5\"\n", "line 2: a quote inside a cell"),
        ("a.csv", "key,age\nada\n", "line 2: expected 2 cells like the header, found 1"),
        (
            "a.csv",
            "id,age\nada,1\n",
            "line 1: there is no column `key`; name one with `--key`, the file has `id`, `age`",
        ),
        ("a.csv", "key,key\nada,1\n", "line 1: two columns are named `key`"),
        ("a.csv", "", "line 1: there is no column `key`"),
        ("a.csv", "key,user.key\na,b\n", "line 1: both `key` and `user.key` are keys"),
        (
            "a.csv",
            &format!("key\n\"{}", "x\n".repeat(1 << 20)),
            "line 2: a quote is not closed within",
        ),
        (
            "a.jsonl",
            "{\"key\": \"a\"}\n\n{\"key\": \n",
            "line 3: not JSON: the text ends within a value (column 7)",
        ),
        ("a.jsonl", &long, "line 1: it is longer than 1 MiB"),
        (
            "a.jsonl",
            "{\"name\": \"x\", \"context\": {}}\n",
            "not one of the 1 contexts is valid; the first, in line 1: ",
        ),
        ("a.json", "{}", "expected a name that ends in `.csv` or `.jsonl`"),
    ] {
        let ran = impact(name, text, &[]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
        assert!(ran.err.contains(problem), "{ran:?}");
    }
    let ran = impact("a.csv", USERS, &["--key", "id", "--text", "size"]);
    assert!(ran.err.contains("there is no column `size`; name one with `--text`"), "{ran:?}");
    let ran = impact("a.csv", USERS, &["--key", "id", "--by", "/"]);
    assert!(ran.err.contains("`--by`: the attribute reference `/`"), "{ran:?}");
    assert_eq!(impact("a.csv", "key\n", &[]).code, 0);
}

#[test]
fn members_that_are_ignored_without_a_kind_are_reported() {
    let lines = r#"{"key": "ada", "email": "ada@shop.example", "custom": {"age": 19}}
{"key": "bob", "age": 19, "plan": "pro"}
{"kind": "user", "key": "eve", "age": 19}
{"key": "kim", "a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1}
"#;
    let ran = impact("users.jsonl", lines, &[]);
    assert!(ran.out.starts_with("2 of 4 contexts (50%) get another value"), "{ran:?}");
    assert!(
        ran.err.contains(
            r#"2 of 4 contexts have members that are ignored; the first, in line 2: the context lacks `kind`, so it is a legacy user and `age`, `plan` are ignored; add `"kind": "user"`"#
        ),
        "{ran:?}"
    );
    let (_, last) = lines.trim_end().rsplit_once('\n').unwrap();
    let ran = impact("users.jsonl", last, &[]);
    assert!(ran.err.contains("and `a`, `b`, `c`, `d`, `e`, `f` are ignored; add"), "{ran:?}");
    let old = file("old.json", Some(&document(0, "")));
    let ran = isoflag(&["eval", &old, "checkout", "--context", r#"{"key": "a", "age": 1}"#]);
    assert!(ran.err.contains("so it is a legacy user and `age` is ignored; add"), "{ran:?}");
}

#[test]
fn a_table_with_many_columns_is_read_in_linear_time() {
    let names: Vec<String> = (0..80_000).map(|index| format!("c{index}")).collect();
    let table = format!("key,{}\na,{}\n", names.join(","), "1,".repeat(79_999) + "1");
    let start = std::time::Instant::now();
    let ran = impact("wide.csv", &table, &[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    // Comparing all pairs of names takes longer on any machine.
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn contexts_in_files_have_the_limits_of_any_context() {
    let arrays = vec!["[]"; 131_070].join(",");
    let line = |more: &str| format!(r#"{{"kind": "user", "key": "a", "x": [{arrays}{more}]}}"#);
    assert_eq!(impact("a.jsonl", &line(""), &[]).code, 0);
    let ran = impact("a.jsonl", &line(",[]"), &[]);
    assert!(ran.err.contains("at most 131072 arrays and objects"), "{ran:?}");
}

#[test]
fn invalid_contexts_are_counted_and_reported() {
    let ran = impact("a.csv", "key,anonymous\n,true\nada,true\nbob,\n", &["--json"]);
    let report = Value::parse(ran.out.as_bytes()).unwrap();
    let count = |name: &str| report.as_object().unwrap().get(name).unwrap().as_number().unwrap();
    assert_eq!((count("contexts") as u32, count("invalid") as u32), (2, 1));
    assert!(ran.err.contains("1 of 3 contexts are invalid; the first, in line 2: "), "{ran:?}");
    for text in ["key\r\nada\r\n\"\"\r\n", "\u{feff}key\rada\r\"\"\r", "key\n\r\n\"a\n\"\n\"\"\n"] {
        let ran = impact("a.csv", text, &[]);
        let line = if text.contains("a\n") { 5 } else { 3 };
        assert!(
            ran.err.contains(&format!("1 of 2 contexts are invalid; the first, in line {line}: "))
        );
    }
}

#[test]
fn a_share_above_the_bound_fails() {
    let old = file("old.json", Some(&document(10_000, "")));
    let raised = file("raised.json", Some(&document(15_000, "")));
    let ran = isoflag(&["impact", &old, &raised, "--fail-over", "5%"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out, @r"
    the answers of 1 flag can change

    flag `checkout`
      exact: `fallthrough`: 5% of the keys of kind `user` that reach it `false` → `true`
    ");
    let ran = isoflag(&["impact", &old, &raised, "--fail-over", "4.9%", "--markdown"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, "`checkout`: 5% change, more than 4.9%\n"));
    let edited = file("edited.json", Some(&document(10_000, "21")));
    let ran = isoflag(&["impact", &old, &edited, "--fail-over", "99%"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("depends on attributes, and may be more than 99%"), "{ran:?}");
    let users = file("users.csv", Some(USERS));
    let counted = ["--contexts", &users, "--key", "id", "--fail-over", "40%"];
    let ran = isoflag(&[&["impact", &old, &edited], &counted[..]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    // In doubles, 0.7% is less than 700 of 100,000.
    let a_little = file("a-little.json", Some(&document(10_700, "")));
    let ran = isoflag(&["impact", &old, &a_little, "--fail-over", "0.7%"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    for wrong in ["5", "0.05", "-1%", "101%", "%"] {
        let bound = format!("--fail-over={wrong}");
        assert_eq!(isoflag(&["impact", &old, &raised, &bound]).code, 2, "{wrong}");
    }
}

#[test]
fn simulations_count_generated_keys_or_a_file() {
    let old = file("old.json", Some(&document(10_000, "")));
    let ran = isoflag(&["simulate", &old, "checkout", "--count", "20000", "--raise", "0=20%"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out, @r"
    flag `checkout`: 20,000 contexts
      `true`: 1,966 (9.83%)
      `false`: 18,034 (90.17%)

    fallthrough: by `key` of kind `user`, 20,000 contexts
      `true`: weight 10%, 1,966 contexts (9.83%)
      `false`: weight 90%, 18,034 contexts (90.17%)
      fits the weights: chi-square 0.64 ≤ 20.07, degrees of freedom: 1

    variation 0 raised to 20%: 1966 contexts keep it, 2061 get it; of the others 15973 keep theirs, 0 get another
    ");
    let users = file("users.csv", Some(USERS));
    let ran = isoflag(&["simulate", &old, "checkout", "--contexts", &users, "--key=id", "--json"]);
    assert!(ran.out.contains(r#""contexts":5"#), "{ran:?}");
    for (more, problem) in [
        (["missing", "--count=1"], "there is no flag `missing`"),
        (["checkout", "--raise=0=5%"], "`--raise`: variation 0 of `checkout` has 10% already"),
        (
            ["checkout", "--raise=7=5%"],
            "`--raise`: flags.checkout.fallthrough.rollout has no variation 7",
        ),
        (["checkout", "--raise=0=5"], "expected the index of a variation and a percentage"),
    ] {
        let ran = isoflag(&[&["simulate", &old], &more[..]].concat());
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains(problem), "{ran:?}");
    }
}

#[test]
fn a_raised_share_is_counted_for_its_flag_alone() {
    let text = r#"{"flags": {
        "a": {"on": true, "variations": [true, false], "offVariation": 1,
            "prerequisites": [{"key": "checkout", "variation": 0}], "fallthrough": {"variation": 0},
            "rules": [{"variation": 1, "clauses": [{"attribute": "key", "op": "contains", "values": ["1"]}]}]},
        "checkout": {"on": true, "variations": [true, false], "salt": "s",
            "fallthrough": {"rollout": {"variations": [
                {"variation": 0, "weight": 10000}, {"variation": 1, "weight": 90000}]}}}}}"#;
    let both = file("both.json", Some(text));
    let ran = isoflag(&["simulate", &both, "checkout", "--count=1000", "--raise=0=60%"]);
    let (_, alone) = text.split_once("\"checkout\": {\"on\"").unwrap();
    let alone = file("alone.json", Some(&format!("{{\"flags\": {{\"checkout\": {{\"on\"{alone}")));
    let expected = isoflag(&["simulate", &alone, "checkout", "--count=1000", "--raise=0=60%"]);
    assert_eq!((ran.code, &ran.out), (0, &expected.out));
    let refused = isoflag(&["simulate", &both, "checkout", "--raise=0=60.00001%"]);
    assert!(refused.err.contains("thousandths of a percent, found 60.00001%"), "{refused:?}");
}

/// Runs git in a folder, as an author whom no configuration names.
fn git(folder: &str, arguments: &[&str]) {
    let author =
        ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"];
    let mut git = std::process::Command::new("git");
    let ran = git.arg("-C").arg(folder).args(author).args(arguments).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

const AGED: [&str; 4] =
    ["blame", "checkout", "--context", r#"{"kind": "user", "key": "u", "age": 19}"#];

#[test]
fn blame_names_the_commit_that_changed_an_answer() {
    let folder = file("repository", None);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let document_file = format!("{folder}/flags.json");
    git(&folder, &["init", "--quiet"]);
    let commits = [
        (document(0, ""), "Add the checkout"),
        (document(0, "18.5"), "Raise the age a little"),
        ("{".to_owned(), "Break it"),
        (document(0, "21"), "Raise the age to 21"),
        (String::new(), "Remove it"),
        (document(5, "21"), "Start the rollout"),
    ];
    for (text, subject) in commits {
        std::fs::write(&document_file, &text).unwrap();
        if text.is_empty() {
            std::fs::remove_file(&document_file).unwrap();
        }
        git(&folder, &["add", "--all"]);
        git(&folder, &["commit", "--quiet", "-m", subject]);
    }
    let arguments = [&AGED[..], &[&document_file]].concat();
    let ran = isoflag(&arguments);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.starts_with("`checkout` serves true instead of false since\n"), "{ran:?}");
    let named = ran.out.lines().nth(1).unwrap();
    assert!(named.ends_with("Ada: Raise the age to 21"), "{ran:?}");
    assert!(ran.err.starts_with("ignoring ") && ran.err.contains("Ada: Break it"), "{ran:?}");
    assert_eq!(ran.err.matches("ignoring ").count(), 1, "{ran:?}");
    let sides = |line: &&str| line.contains("rule 0") || line.contains("fallthrough");
    assert!(ran.out.lines().skip(3).any(|line| sides(&line)), "{ran:?}");
    std::fs::write(&document_file, document(0, "")).unwrap();
    let ran = isoflag(&[&arguments[..], &["--json"]].concat());
    let report = Value::parse(ran.out.as_bytes()).unwrap();
    let after = report.as_object().unwrap().get("after").unwrap().as_object().unwrap();
    let version = after.get("version").unwrap().as_str().unwrap();
    assert!(version.ends_with("flags.json (not committed)"), "{ran:?}");
    // A version that git cannot read is not an empty document.
    git(&folder, &["checkout", "--quiet", "--", "flags.json"]);
    let mut parse = std::process::Command::new("git");
    parse.args(["-C", &folder, "rev-parse", "HEAD:flags.json"]);
    let blob = String::from_utf8(parse.output().unwrap().stdout).unwrap();
    let (start, rest) = blob.trim().split_at(2);
    std::fs::remove_file(format!("{folder}/.git/objects/{start}/{rest}")).unwrap();
    let ran = isoflag(&arguments);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    let missing = isoflag(&[&AGED[..], &["/flags.json"]].concat());
    assert_eq!((missing.code, missing.out.as_str()), (2, ""), "{missing:?}");
    assert!(missing.err.contains("a folder of versions"), "{missing:?}");
}

#[test]
fn blame_reads_a_folder_of_versions_or_says_what_is_missing() {
    for later in ["2.json", "3.json"] {
        file(later, None);
    }
    let first = file("1.json", Some(&document(0, "")));
    let folder = std::path::Path::new(&first).parent().unwrap().to_str().unwrap().to_owned();
    let ran = isoflag(&[&AGED[..], &[&folder]].concat());
    assert!(ran.out.starts_with("`checkout` serves false since the first version, "), "{ran:?}");
    let second = file("2.json", Some(&document(0, "20")));
    file("3.json", Some(&document(0, "21")));
    let ran = isoflag(&[&AGED[..], &[&folder]].concat());
    assert_eq!(ran.out.lines().nth(1), Some(&*format!("  {second}")), "{ran:?}");
    let missing = isoflag(&[&AGED[..], &["examples"]].concat());
    assert!(missing.err.contains("no file there ends in `.json`"), "{missing:?}");
}

#[cfg(unix)]
#[test]
fn the_step_for_pull_requests_comments_and_fails() {
    use std::os::unix::fs::PermissionsExt;

    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/lifecycle.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("```sh\n").unwrap();
    let (step, _) = rest.split_once("```").unwrap();
    let folder = file("pull-request", None);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| std::fs::write(format!("{folder}/{name}"), text).unwrap();
    write("gh", "#!/bin/sh\necho \"$@\" > gh.log\n");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(format!("{folder}/gh"), executable).unwrap();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_isoflag")).parent().unwrap();
    let path = format!("{folder}:{}:{}", program.display(), std::env::var("PATH").unwrap());
    write("users.csv", &USERS.replacen("id", "key", 1));
    write("flags.json", &document(0, ""));
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["add", "flags.json"]);
    git(&folder, &["commit", "--quiet", "-m", "Add the checkout"]);
    git(&folder, &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    for (edited, code, headline) in [
        (document(1, ""), 0, "**0 of 5 contexts (0%) get another value.**"),
        (document(0, "21"), 1, "**2 of 5 contexts (40%) get another value.**"),
    ] {
        write("flags.json", &edited);
        let mut shell = std::process::Command::new("sh");
        shell.args(["-euc", step]).current_dir(&folder).env("PATH", &path);
        let ran = shell.env("GITHUB_BASE_REF", "main").output().unwrap();
        assert_eq!(ran.status.code(), Some(code), "{}", String::from_utf8_lossy(&ran.stderr));
        let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}")).unwrap();
        assert!(read("impact.md").starts_with(headline), "{}", read("impact.md"));
        assert!(read("gh.log").starts_with("pr comment --body-file impact.md"));
    }
}
