//! The Rust host of the conformance suite: `isoflag-conformance answers` reads generated cases, one JSON line each, and
//! writes what the core answers, as canonical JSON lines that every other host has to write too.

mod answers;

use std::io::{self, BufRead, BufWriter, Write};
use std::process::ExitCode;

use isoflag::Value;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments != ["answers"] {
        eprintln!("usage: isoflag-conformance answers < cases.jsonl");
        return ExitCode::from(2);
    }
    match answer_lines() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("isoflag-conformance: {error}");
            ExitCode::FAILURE
        }
    }
}

fn answer_lines() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for text in io::stdin().lock().lines() {
        let case = Value::parse(text?.as_bytes())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
        let [answers, explanations] = answers::answer(&case);
        writeln!(out, "{}\n{}", answers.to_canonical_json(), explanations.to_canonical_json())?;
        // A run asks in batches and waits for all of a batch's lines.
        out.flush()?;
    }
    Ok(())
}
