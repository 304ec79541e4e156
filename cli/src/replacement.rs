//! A file that is written whole or not at all.

use std::io::Write;
use std::path::Path;

use crate::outcome::Failure;
use crate::system_error::reason;

/// Writes a file beside the one it replaces, then renames it. Where that fails nothing changes.
pub(crate) fn replace(file: &str, bytes: &[u8]) -> Result<(), Failure> {
    written(Path::new(file), bytes).map_err(|error| unwritable(file, &error))
}

/// A file that the system does not let us write.
pub(crate) fn unwritable(file: &str, error: &std::io::Error) -> Failure {
    Failure::message(format!("cannot write `{file}`: {}", reason(error)))
}

fn written(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A link stays one: what it leads to is replaced.
    let target = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
    let held = std::fs::metadata(&target).ok();
    if held.as_ref().is_some_and(std::fs::Metadata::is_dir) {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    // A device or a pipe cannot be replaced. Under WASI a new file would lose the permissions of the one that it replaces.
    if held.as_ref().is_some_and(|held| !held.is_file() || cfg!(target_os = "wasi")) {
        return std::fs::write(&target, bytes);
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut beside = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file, less what the process's mask takes away.
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
