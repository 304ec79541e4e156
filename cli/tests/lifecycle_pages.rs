//! The pages about the lifecycle of flags name existing tests in every row.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;

/// The rows of a page: the row's name, and the cell that names its tests.
fn rows(page: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join("docs").join(page)).unwrap();
    let cells = text.lines().filter(|line| line.starts_with("| A")).map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        let [row, .., tests] = cells.as_slice() else { panic!("{page}: {line}") };
        (row.trim().to_owned(), tests.trim().to_owned())
    });
    cells.collect()
}

const PAGES: [&str; 2] = ["lifecycle.md", "lifecycle-report.md"];

#[test]
fn every_test_that_is_named_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut named = 0;
    for page in PAGES {
        for (row, tests) in rows(page) {
            let mut names: Vec<&str> = Vec::new();
            for code in tests.split('`').skip(1).step_by(2) {
                if !code.contains('/') {
                    names.push(code);
                    continue;
                }
                let text = std::fs::read_to_string(root.join(code));
                let text = text.unwrap_or_else(|_| panic!("{page}: {row}: there is no `{code}`"));
                for name in names.drain(..) {
                    let defined =
                        [format!("fn {name}("), format!("def {name}("), format!("test(\"{name}\"")];
                    let found = defined.iter().any(|defined| text.contains(defined));
                    assert!(found, "{page}: {row}: `{code}` has no test `{name}`");
                    named += 1;
                }
            }
            assert!(names.is_empty(), "{page}: {row}: {names:?} in no file");
        }
    }
    assert!(named > 20);
}

#[test]
fn every_row_is_served_or_said_to_be_advice() {
    let all: Vec<String> = PAGES.iter().flat_map(|page| rows(page)).map(|(row, _)| row).collect();
    for number in (4..=6).chain([13]).chain(16..=22).chain(50..=67) {
        let row = format!("A{number:02}");
        assert!(all.contains(&row), "no page has a row {row}");
    }
}
