//! Runs the built program as its user does.

#![allow(clippy::expect_used, reason = "a test that cannot run its program has failed")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The result of a run.
#[derive(Debug)]
#[allow(dead_code, reason = "each test file uses what it needs")]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs `isoflag` in the repository's folder, without colours.
pub(crate) fn isoflag(arguments: &[&str]) -> Ran {
    isoflag_reading(arguments, "")
}

/// The same with a text on standard input.
#[allow(dead_code, reason = "each test file uses what it needs")]
pub(crate) fn isoflag_reading(arguments: &[&str], input: &str) -> Ran {
    // The same program for another host can be put to the same tests.
    let program = std::env::var_os("ISOFLAG_PROGRAM");
    let mut child = Command::new(program.unwrap_or(env!("CARGO_BIN_EXE_isoflag").into()))
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A run that ends before it reads has closed the pipe, which is its right.
    let _ = child.stdin.take().expect("it was piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("the program ends");
    Ran {
        code: output.status.code().expect("no signal ended it"),
        out: String::from_utf8(output.stdout).expect("the output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("the output is UTF-8"),
    }
}

/// A file of its own for one test, with these contents; none yet for `None`.
#[allow(dead_code, reason = "each test file uses what it needs")]
pub(crate) fn file(name: &str, contents: Option<&str>) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    match contents {
        Some(contents) => std::fs::write(&path, contents).expect("the file is written"),
        None => {
            let _ = std::fs::remove_file(&path);
        }
    }
    path.to_str().expect("the path is UTF-8").to_string()
}
