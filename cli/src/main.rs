//! The CLI `isoflag`: reads flag documents and prints the core's results.
//!
//! The core makes all decisions. Each subcommand is one file under `command/`, by topic: it reads its
//! input, calls the core and prints the result.

mod arguments;
mod call_sites;
mod clock;
mod command;
mod console;
mod contexts;
mod evidence;
mod finding;
mod input;
mod inventory_page;
mod labelled;
mod lifecycle_edit;
mod outcome;
mod place;
mod replacement;
mod review_page;
mod table;
mod text_edit;
mod versions;

use std::io::ErrorKind;
use std::process::ExitCode;

use clap::Parser;
use isoflag::printable;

use crate::command::Command;
use crate::console::Console;
use crate::input::Input;

/// Checks, explains and stamps feature flag documents.
#[derive(Parser)]
#[command(name = "isoflag", version = version(), after_help = EXIT_CODES, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  fine
  1  findings: `check` found an error, the flag was answered with an error, tests failed, `impact
     --fail-over` found a larger share, `advance` found an alarm, or an invalid
     plan or flag
  2  wrong usage, or a file or document that cannot be read

`-` in place of a file reads standard input.";

fn version() -> String {
    format!("{} (evaluation rules {})", isoflag::VERSION, isoflag::SPEC_VERSION)
}

fn main() -> ExitCode {
    #[cfg(target_os = "wasi")]
    enter_working_folder();
    let mut console = Console::new();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(usage) => return usage_exit(&usage, &mut console),
    };
    match arguments.command.run(&mut Input::default(), &mut console) {
        Ok(outcome) => outcome.into(),
        Err(failure) => {
            console.fail(&failure);
            ExitCode::from(2)
        }
    }
}

/// WASI starts every process in the root; the host runtime passes the user's folder.
#[cfg(target_os = "wasi")]
fn enter_working_folder() {
    if let Some(folder) = std::env::var_os("PWD") {
        // If that fails, no relative path is found, which every subcommand reports.
        let _ = std::env::set_current_dir(folder);
    }
}

/// Prints clap's output: help and version are not failures.
fn usage_exit(usage: &clap::Error, console: &mut Console) -> ExitCode {
    if !usage.use_stderr() {
        return match usage.print() {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => ExitCode::from(2),
            _ => ExitCode::SUCCESS,
        };
    }
    // It quotes arguments, which may contain any text.
    if std::env::args_os().all(|each| each.to_str().is_some_and(is_printable)) {
        let _ = usage.print();
    } else {
        let mut text = usage.render().to_string();
        for argument in std::env::args_os() {
            let argument = argument.to_string_lossy();
            let value = argument.split_once('=').map_or("", |(_, value)| value);
            for quoted in [&*argument, value].into_iter().filter(|each| !is_printable(each)) {
                text = text.replace(quoted, &printable(quoted).to_string());
            }
        }
        console.complain_lines(text);
    }
    ExitCode::from(2)
}

fn is_printable(text: &str) -> bool {
    printable(text).to_string() == text
}
