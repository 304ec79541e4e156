//! Replaces files atomically.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tempfile::NamedTempFile;

use crate::input::Input;
use crate::outcome::{Failure, reason};

/// How long a run waits for another one that writes, and the time between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(5);

/// Writes a temporary file beside the target, then renames it. If that fails, nothing changes.
pub(crate) fn replace(file: &str, bytes: &[u8]) -> Result<(), Failure> {
    let replaced = Replacement::prepare(Path::new(file), bytes).and_then(Replacement::finish);
    replaced.map_err(|error| unwritable(file, &error))
}

/// The option for the output file.
#[derive(Args)]
pub(crate) struct OutArgument {
    /// Output file, which may be one of the inputs (default, and `-`: stdout)
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
}

impl OutArgument {
    /// The file; `None` for stdout.
    pub(crate) fn file(&self) -> Option<&str> {
        self.out.as_deref().filter(|file| *file != "-")
    }
}

/// A file to replace, with its contents before and after.
pub(crate) struct Change<'a> {
    pub(crate) file: &'a str,
    pub(crate) before: &'a [u8],
    pub(crate) after: &'a [u8],
}

/// Replaces all of the files, or none: each is written beside its target before the first is renamed.
/// A file that was changed in the meantime is not overwritten.
pub(crate) fn replace_all(changes: &[Change<'_>]) -> Result<(), Failure> {
    let _locked = locked_folders(changes)?;
    let mut prepared = Vec::new();
    for Change { file, before, after } in changes {
        if *file == "-" {
            return Err(Failure::message("standard input cannot be rewritten; name a file"));
        }
        // Reading a pipe again would wait for another writer.
        if std::fs::metadata(file).is_ok_and(|held| !held.is_file()) {
            return Err(Failure::message(format!(
                "`{file}` is not a regular file and cannot be rewritten; name a file"
            )));
        }
        if Input::default().read(file)?.bytes != *before {
            return Err(Failure::message(format!(
                "`{file}` was changed in the meantime and is not overwritten; run this again"
            )));
        }
        let replacement = Replacement::prepare(Path::new(file), after);
        prepared.push(replacement.map_err(|error| unwritable(file, &error))?);
    }
    finish_all(prepared, changes)
}

/// Locks the folders of files: a run that compares and replaces them sees what another run wrote. The
/// files themselves cannot be locked, because they are replaced. A system without such locks has none.
fn locked_folders(changes: &[Change<'_>]) -> Result<Vec<File>, Failure> {
    // In one order, so that two runs do not wait for each other.
    let folders: BTreeSet<PathBuf> =
        changes.iter().map(|change| folder(&target(Path::new(change.file))).to_owned()).collect();
    let mut locked = Vec::new();
    for folder in folders {
        let Ok(opened) = File::open(&folder) else { continue };
        let mut waited = Duration::ZERO;
        while let Err(TryLockError::WouldBlock) = opened.try_lock() {
            if waited >= LONGEST_WAIT {
                return Err(Failure::message(format!(
                    "cannot write in `{}`: another process has locked it; run this again",
                    folder.display()
                )));
            }
            std::thread::sleep(PAUSE);
            waited += PAUSE;
        }
        locked.push(opened);
    }
    Ok(locked)
}

/// The file that a path leads to: a symbolic link is kept, and its target is replaced.
pub(crate) fn target(file: &Path) -> PathBuf {
    std::fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf())
}

fn folder(target: &Path) -> &Path {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Renames the prepared files. If that fails, those that are renamed already are restored.
fn finish_all(prepared: Vec<Replacement>, changes: &[Change<'_>]) -> Result<(), Failure> {
    for (index, (replacement, change)) in prepared.into_iter().zip(changes).enumerate() {
        let Err(error) = replacement.finish() else { continue };
        let failure = unwritable(change.file, &error);
        for done in changes.iter().take(index) {
            if replace(done.file, done.before).is_err() {
                let file = done.file;
                return Err(Failure::message(format!(
                    "{}; `{file}` is changed already and cannot be restored",
                    failure.text()
                )));
            }
        }
        return Err(failure);
    }
    Ok(())
}

/// The error of a file that cannot be written.
pub(crate) fn unwritable(file: &str, error: &std::io::Error) -> Failure {
    Failure::message(format!("cannot write `{file}`: {}", reason(error)))
}

/// A file whose new contents are ready.
enum Replacement {
    /// A file beside the target, which is renamed.
    Beside(NamedTempFile, PathBuf),
    /// The target is overwritten.
    Over(PathBuf, Vec<u8>),
}

impl Replacement {
    fn finish(self) -> std::io::Result<()> {
        match self {
            Replacement::Beside(beside, target) => {
                beside.persist(target)?;
                Ok(())
            }
            Replacement::Over(target, bytes) => std::fs::write(target, bytes),
        }
    }

    fn prepare(file: &Path, bytes: &[u8]) -> std::io::Result<Replacement> {
        let target = target(file);
        let held = std::fs::metadata(&target).ok();
        if held.as_ref().is_some_and(std::fs::Metadata::is_dir) {
            return Err(std::io::ErrorKind::IsADirectory.into());
        }
        // A device or a pipe cannot be replaced. Under WASI a new file would lose the permissions of
        // the one that it replaces.
        if held.as_ref().is_some_and(|held| !held.is_file() || cfg!(target_os = "wasi")) {
            return Ok(Replacement::Over(target, bytes.to_vec()));
        }
        let mut beside = tempfile::Builder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // The permissions of a new file, restricted by the process's umask.
            beside.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let mut beside = beside.prefix(".isoflag-").tempfile_in(folder(&target))?;
        beside.write_all(bytes)?;
        beside.as_file().sync_all()?;
        #[cfg(not(target_os = "wasi"))]
        if let Some(held) = held {
            #[cfg(unix)]
            keep_owner(beside.as_file(), &held);
            beside.as_file().set_permissions(held.permissions())?;
        }
        Ok(Replacement::Beside(beside, target))
    }
}

/// Gives a file the owner and the group of the one that it replaces, as far as this process may:
/// the service that reads a document often is another user than the one who edits it.
#[cfg(unix)]
fn keep_owner(file: &File, held: &std::fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    if fchown(file, Some(held.uid()), Some(held.gid())).is_err() {
        let _ = fchown(file, None, Some(held.gid()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_are_replaced_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
        let write = |path: &Path| std::fs::write(path, b"before").unwrap();
        write(&one);
        write(&other);
        let change = |file: &'_ Path| file.to_str().unwrap().to_owned();
        let names = [change(&one), change(&other), change(folder.path())];
        let changes =
            names.each_ref().map(|file| Change { file, before: b"before", after: b"after" });
        let text = |path: &Path| std::fs::read_to_string(path).unwrap();
        // A folder cannot be replaced: nothing is renamed.
        assert!(replace_all(&changes).is_err());
        assert_eq!((text(&one), text(&other)), ("before".to_owned(), "before".to_owned()));
        // The second rename fails.
        let pair = &changes[..2];
        let prepared =
            pair.iter().map(|change| Replacement::prepare(Path::new(change.file), b"after"));
        let prepared = prepared.collect::<Result<Vec<_>, _>>().unwrap();
        std::fs::remove_file(&other).unwrap();
        std::fs::create_dir(&other).unwrap();
        assert!(finish_all(prepared, pair).is_err());
        assert_eq!(text(&one), "before");
        std::fs::remove_dir(&other).unwrap();
        write(&other);
        replace_all(pair).unwrap();
        assert_eq!((text(&one), text(&other)), ("after".to_owned(), "after".to_owned()));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    #[cfg(unix)]
    fn a_replaced_file_keeps_its_owner_and_its_permissions() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("flags.json");
        std::fs::write(&file, b"before").unwrap();
        // Only root may give a file away; for others the test is about the permissions.
        let _ = chown(&file, Some(1), Some(1));
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        let seen = || {
            let held = std::fs::metadata(&file).unwrap();
            (held.uid(), held.gid(), held.mode())
        };
        let before = seen();
        replace(file.to_str().unwrap(), b"after").unwrap();
        assert_eq!(seen(), before);
        assert_eq!(std::fs::read(&file).unwrap(), b"after");
    }
}
