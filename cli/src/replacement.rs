//! Replaces a file atomically.

use std::io::Write;
use std::path::Path;

use crate::outcome::{Failure, reason};

/// Writes a temporary file beside the target, then renames it. If that fails, nothing changes.
pub(crate) fn replace(file: &str, bytes: &[u8]) -> Result<(), Failure> {
    written(Path::new(file), bytes).map_err(|error| unwritable(file, &error))
}

/// The error of a file that cannot be written.
pub(crate) fn unwritable(file: &str, error: &std::io::Error) -> Failure {
    Failure::message(format!("cannot write `{file}`: {}", reason(error)))
}

fn written(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A symbolic link is kept: its target is replaced.
    let target = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
    let held = std::fs::metadata(&target).ok();
    if held.as_ref().is_some_and(std::fs::Metadata::is_dir) {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    // A device or a pipe cannot be replaced. Under WASI a new file would lose the permissions of
    // the one that it replaces.
    if held.as_ref().is_some_and(|held| !held.is_file() || cfg!(target_os = "wasi")) {
        return std::fs::write(&target, bytes);
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut beside = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The permissions of a new file, restricted by the process's umask.
        beside.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut beside = beside.prefix(".isoflag-").tempfile_in(folder.unwrap_or(Path::new(".")))?;
    beside.write_all(bytes)?;
    beside.as_file().sync_all()?;
    #[cfg(not(target_os = "wasi"))]
    if let Some(held) = held {
        beside.as_file().set_permissions(held.permissions())?;
    }
    beside.persist(&target)?;
    Ok(())
}
