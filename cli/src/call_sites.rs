//! Finds call sites of flags in code: keys in quotes.

use std::collections::BTreeMap;
use std::path::Path;

use aho_corasick::{AhoCorasick, MatchKind};
use ignore::WalkBuilder;

use crate::input::unreadable;
use crate::outcome::{Failure, reason};

/// Larger files are assumed to be generated, in bytes.
const LARGEST: u64 = 4 << 20;

/// Files with these extensions contain keys that are not call sites.
const NO_CODE: [&str; 5] = ["json", "jsonl", "snap", "lock", "md"];

/// The call sites of each key, as `file:line`, in the order of the files.
pub(crate) type CallSites = BTreeMap<String, Vec<String>>;

/// Searches folders and files for the keys. Files that `.gitignore` excludes, hidden files, JSON
/// and Markdown are skipped.
pub(crate) fn find(keys: &[&str], roots: &[String]) -> Result<CallSites, Failure> {
    let mut found: CallSites = keys.iter().map(|key| ((*key).to_owned(), Vec::new())).collect();
    let searcher = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(
        keys.iter().flat_map(|key| ["\"", "'", "`"].map(|quote| format!("{quote}{key}{quote}"))),
    );
    let searcher = searcher
        .map_err(|error| Failure::message(format!("cannot search for these keys: {error}")))?;
    for root in roots {
        // Searching a missing folder would find nothing, as if the flags were unused.
        if let Err(error) = std::fs::metadata(root) {
            return Err(unreadable(root, &error));
        }
        let walk = WalkBuilder::new(root).sort_by_file_path(Path::cmp).build();
        for entry in walk {
            let entry = entry.map_err(|error| cannot_walk(&error))?;
            let extension = entry.path().extension().and_then(|extension| extension.to_str());
            let is_code = extension.is_none_or(|extension| !NO_CODE.contains(&extension));
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            if !is_file || !is_code {
                continue;
            }
            // A file that cannot be read is an error: it may name a flag.
            let metadata = entry.metadata().map_err(|error| cannot_walk(&error))?;
            if metadata.len() <= LARGEST {
                search(&searcher, keys, entry.path(), &mut found)?;
            }
        }
    }
    Ok(found)
}

/// The error of the walk contains its path.
fn cannot_walk(error: &ignore::Error) -> Failure {
    let text = match error.io_error() {
        Some(system) => error.to_string().replace(&system.to_string(), &reason(system)),
        None => error.to_string(),
    };
    Failure::message(format!("cannot search {text}"))
}

fn search(
    searcher: &AhoCorasick,
    keys: &[&str],
    path: &Path,
    found: &mut CallSites,
) -> Result<(), Failure> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| unreadable(&shown.to_string(), &error))?;
    // A file with a zero byte is not text.
    if bytes.contains(&0) {
        return Ok(());
    }
    let (mut line, mut counted) = (1, 0);
    for one in searcher.find_iter(&bytes) {
        let between = bytes.get(counted..one.start()).unwrap_or_default();
        line += between.iter().filter(|byte| **byte == b'\n').count();
        counted = one.start();
        // Three patterns for a key: one for each kind of quotes.
        let key = keys.get(one.pattern().as_usize() / 3).copied().unwrap_or_default();
        if let Some(sites) = found.get_mut(key) {
            sites.push(format!("{shown}:{line}"));
        }
    }
    Ok(())
}
