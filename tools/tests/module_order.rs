//! A module of core and of tools imports only modules before it, so that there are no cycles.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "a test may read files")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

#[test]
fn modules_of_core_import_only_modules_before_them() {
    check(concat!(env!("CARGO_MANIFEST_DIR"), "/../core/src"), "core");
}

#[test]
fn modules_of_tools_import_only_modules_before_them() {
    check(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), "tools");
}

/// Returns the order of a folder's modules, which is a list in `ARCHITECTURE.md`.
fn order(folder: &str) -> Vec<String> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../ARCHITECTURE.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, list) = page.split_once(&format!("\n    {folder} ")).unwrap();
    let mut lines = list.lines();
    let first = lines.next().unwrap();
    // The lines after the first are indented further.
    let others = lines.take_while(|line| line.starts_with("     "));
    [first].into_iter().chain(others).flat_map(str::split_whitespace).map(str::to_owned).collect()
}

/// Fails if a module imports one that is not to its left in the order, or is not in the order.
fn check(source: &str, folder: &str) {
    let (source, order) = (Path::new(source), order(folder));
    let root = fs::read_to_string(source.join("lib.rs")).unwrap();
    let reexports = reexports(&root);
    let index = |module: &str| order.iter().position(|known| known == module);
    let mut wrong = Vec::new();
    for entry in fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if module == "lib" {
            continue;
        }
        let Some(own) = index(&module) else {
            wrong.push(format!("`{module}` is not in the order"));
            continue;
        };
        for imported in imports(&path) {
            let imported = reexports.get(&*imported).map_or(&*imported, |module| module);
            if imported != module && index(imported).is_none_or(|place| place >= own) {
                wrong.push(format!("`{module}` imports `{imported}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The module of each name that the root of the crate exports.
fn reexports(root: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for exported in root.split("pub use ").skip(1) {
        let (path, _) = exported.split_once(';').unwrap();
        let (module, names) = path.split_once("::").unwrap();
        for name in names.split(|letter: char| !letter.is_alphanumeric() && letter != '_') {
            all.insert(name.to_owned(), module.to_owned());
        }
    }
    all
}

/// The names after `crate::` in a file or in the files of a folder, without their tests.
fn imports(path: &Path) -> BTreeSet<String> {
    if path.is_dir() {
        let files = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        return files.flat_map(|file| imports(&file)).collect();
    }
    if path.extension().is_none_or(|extension| extension != "rs") || path.ends_with("tests.rs") {
        return BTreeSet::new();
    }
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap();
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap()).collect();
    let code = code.join("\n");
    let mut all = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let list = rest.strip_prefix('{').and_then(|list| list.split('}').next());
        for path in list.unwrap_or(rest).split(',') {
            let name = path.trim().split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            all.extend(name.into_iter().next().map(str::to_owned));
            if list.is_none() {
                break;
            }
        }
    }
    // Constants of the crate's root.
    all.retain(|name| name.chars().any(char::is_lowercase));
    all
}
