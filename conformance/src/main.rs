//! The Rust host of the conformance suite: `isoflag-conformance answers` reads generated cases, one
//! JSON line each, and writes the core's answers as canonical JSON lines that every other host
//! runtime must reproduce.

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
        // The caller sends cases in batches and waits for all lines of a batch.
        out.flush()?;
    }
    Ok(())
}
