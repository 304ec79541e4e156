//! Where code names a flag: its key in quotes.

use std::collections::BTreeMap;
use std::path::Path;

use aho_corasick::{AhoCorasick, MatchKind};
use ignore::WalkBuilder;

use crate::input::unreadable;
use crate::outcome::Failure;
use crate::system_error::reason;

/// Larger files are generated.
const LARGEST: u64 = 4 << 20;

/// Documents and their like hold keys without asking for them.
const NO_CODE: [&str; 5] = ["json", "jsonl", "snap", "lock", "md"];

/// The places of each key, as `file:line`, in the order of the files.
pub(crate) type CallSites = BTreeMap<String, Vec<String>>;

/// Looks for the keys in folders and files. What `.gitignore` leaves out, hidden files, JSON and
/// Markdown are not looked at.
pub(crate) fn find(keys: &[&str], places: &[String]) -> Result<CallSites, Failure> {
    let mut found: CallSites = keys.iter().map(|key| ((*key).to_owned(), Vec::new())).collect();
    let searcher = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(
        keys.iter().flat_map(|key| ["\"", "'", "`"].map(|quote| format!("{quote}{key}{quote}"))),
    );
    let searcher = searcher
        .map_err(|error| Failure::message(format!("cannot look for so many keys: {error}")))?;
    for place in places {
        // A walk of nothing finds nothing, which would look like unused flags.
        if let Err(error) = std::fs::metadata(place) {
            return Err(unreadable(place, &error));
        }
        let walk = WalkBuilder::new(place).sort_by_file_path(Path::cmp).build();
        for entry in walk {
            let entry = entry.map_err(|error| cannot_walk(&error))?;
            let extension = entry.path().extension().and_then(|extension| extension.to_str());
            let is_code = extension.is_none_or(|extension| !NO_CODE.contains(&extension));
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            let fits = entry.metadata().is_ok_and(|metadata| metadata.len() <= LARGEST);
            if is_file && is_code && fits {
                search(&searcher, keys, entry.path(), &mut found)?;
            }
        }
    }
    Ok(found)
}

/// What stopped the walk names its place itself.
fn cannot_walk(error: &ignore::Error) -> Failure {
    let text = match error.io_error() {
        Some(system) => error.to_string().replace(&system.to_string(), &reason(system)),
        None => error.to_string(),
    };
    Failure::message(format!("cannot look into {text}"))
}

fn search(
    searcher: &AhoCorasick,
    keys: &[&str],
    path: &Path,
    found: &mut CallSites,
) -> Result<(), Failure> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| unreadable(&shown.to_string(), &error))?;
    // No text has a zero byte.
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
        if let Some(places) = found.get_mut(key) {
            places.push(format!("{shown}:{line}"));
        }
    }
    Ok(())
}
