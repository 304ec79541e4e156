//! Runs the built CLI as a user does.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs `isoflag` in the repository's folder, without colours.
pub(crate) fn isoflag(arguments: &[&str]) -> Ran {
    isoflag_reading(arguments, "")
}

/// Runs `isoflag` with a text on standard input and this standard output, and returns the exit code.
pub(crate) fn isoflag_writing(arguments: &[&str], input: &str, output: impl Into<Stdio>) -> i32 {
    let mut command = command(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(output).spawn().expect("the CLI starts");
    let _ = child.stdin.take().expect("it was piped").write_all(input.as_bytes());
    child.wait().expect("the CLI ends").code().expect("no signal ended it")
}

fn command(arguments: &[&str]) -> Command {
    // A build for another host runtime can run the same tests.
    let program = std::env::var_os("ISOFLAG_PROGRAM");
    let mut command = Command::new(program.unwrap_or(env!("CARGO_BIN_EXE_isoflag").into()));
    command
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .env_remove("CLICOLOR_FORCE");
    command
}

/// Runs `isoflag` with a text on standard input.
pub(crate) fn isoflag_reading(arguments: &[&str], input: &str) -> Ran {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the CLI starts");
    // The run may end without reading, which closes the pipe.
    let _ = child.stdin.take().expect("it was piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("the CLI ends");
    Ran {
        code: output.status.code().expect("no signal ended it"),
        out: String::from_utf8(output.stdout).expect("the output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("the output is UTF-8"),
    }
}

/// Returns the path of a file in a folder for the current test, with these contents; without a file for `None`.
pub(crate) fn file(name: &str, contents: Option<&str>) -> String {
    let test = std::thread::current().name().expect("a test has a name").replace("::", "-");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&folder).expect("the folder is created");
    let path = folder.join(name);
    match contents {
        Some(contents) => std::fs::write(&path, contents).expect("the file is written"),
        None => {
            let _ = std::fs::remove_file(&path);
        }
    }
    path.to_str().expect("the path is UTF-8").to_string()
}
