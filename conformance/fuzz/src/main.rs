//! Prepares and examines the inputs of `make fuzz`:
//!
//! - `isoflag-fuzz seeds FOLDER` writes the inputs of each target into a folder of its name, and the
//!   dictionary;
//! - `isoflag-fuzz run TARGET FILE...` enters a target with inputs and prints the cost;
//! - `isoflag-fuzz line TARGET FILE` prints the line of `corpus.jsonl` for an input;
//! - `isoflag-fuzz targets` prints the names of all targets.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a tool for developers")]
#![allow(clippy::disallowed_methods, reason = "it reads and writes files")]

use std::{env, fs, path::Path, process::ExitCode};

use isoflag_fuzz::{TARGETS, Target, corpus};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["targets"] => TARGETS.iter().for_each(|target| println!("{}", target.name)),
        ["seeds", folder] => seeds(Path::new(folder)),
        ["line", target, file] => println!("{}", corpus::line(target, &fs::read(file).unwrap())),
        ["run", name, files @ ..] => {
            let Some(target) = Target::named(name) else {
                eprintln!("there is no target `{name}`");
                return ExitCode::FAILURE;
            };
            for file in files {
                let bytes = fs::read(file).unwrap();
                let cost = target.run(&bytes);
                println!("{file}: {} bytes take {} bytes of memory", bytes.len(), cost.memory);
            }
        }
        _ => {
            eprintln!(
                "usage: isoflag-fuzz targets | seeds FOLDER | run TARGET FILE... | line TARGET FILE"
            );
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn seeds(folder: &Path) {
    let samples: Vec<_> = corpus::kept().into_iter().chain(corpus::vectors()).collect();
    for target in &TARGETS {
        fs::create_dir_all(folder.join(target.name)).unwrap();
    }
    for (index, sample) in samples.iter().enumerate() {
        fs::write(folder.join(&sample.target).join(format!("seed-{index}")), &sample.bytes)
            .unwrap();
    }
    fs::write(folder.join("dictionary"), corpus::dictionary(&samples)).unwrap();
}
