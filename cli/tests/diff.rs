//! `diff` prints the differences as text, JSON and Markdown.

mod program;

use program::isoflag;

const OLD: &str = "examples/shop/flags.json";
const NEW: &str = "examples/shop/broken.json";
const FIRST: &str = "examples/first/flags.json";

#[test]
fn what_changed_is_told_in_three_forms() {
    let text = isoflag(&["diff", FIRST, NEW]);
    assert_eq!((text.code, text.err.as_str()), (0, ""));
    assert!(text.out.contains("flag `retail.checkout.66623` added; answers can differ"));
    let markdown = isoflag(&["diff", FIRST, NEW, "--markdown"]);
    assert!(markdown.out.starts_with("**Answers can differ:** "), "{}", markdown.out);
    let json = isoflag(&["diff", FIRST, NEW, "--json"]);
    assert!(json.out.contains(r#""change":"added","changes":[],"key":"retail.checkout.66623""#));
}

#[test]
fn the_exit_code_reports_a_change_if_requested() {
    assert_eq!(isoflag(&["diff", OLD, NEW, "--exit-code"]).code, 1);
    let same = isoflag(&["diff", OLD, OLD, "--exit-code"]);
    assert_eq!((same.code, same.out.as_str()), (0, "nothing changed\n"));
}

#[test]
fn an_unreadable_file_is_reported_in_one_line_with_exit_code_2() {
    for (file, why) in
        [("no-such-file", "cannot read `no-such-file`"), ("examples", "cannot read `examples`")]
    {
        let ran = isoflag(&["diff", OLD, file]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(why) && ran.err.lines().count() == 1, "{}", ran.err);
    }
    assert_eq!(isoflag(&["diff", OLD, "README.md"]).code, 2);
}
