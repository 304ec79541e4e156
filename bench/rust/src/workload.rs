//! The generated documents, contexts and cases.

use std::fs;
use std::path::PathBuf;

use isoflag::Context;
use serde::Deserialize;
use serde_json::Value;

use crate::Failure;

/// One flag, one context and the name of a document.
#[derive(Debug, Deserialize)]
pub struct Case {
    pub case: String,
    pub flag: String,
    pub context: String,
    pub document: String,
}

/// One document of a growing series.
#[derive(Debug, Deserialize)]
pub struct Growth {
    pub axis: String,
    pub size: usize,
    pub file: String,
    pub flag: String,
}

#[derive(Debug, Deserialize)]
struct Index {
    cases: Vec<Case>,
    growth: Vec<Growth>,
}

/// The folder of generated files, which `ISOFLAG_BENCH_DATA` names.
#[derive(Debug)]
pub struct Workload {
    data: PathBuf,
    pub cases: Vec<Case>,
    pub growth: Vec<Growth>,
}

impl Workload {
    pub fn open() -> Result<Workload, Failure> {
        let data = std::env::var_os("ISOFLAG_BENCH_DATA")
            .ok_or("`ISOFLAG_BENCH_DATA` is not set; bench/run.sh sets it")?;
        let mut workload = Workload { data: data.into(), cases: Vec::new(), growth: Vec::new() };
        let index: Index = serde_json::from_slice(&workload.text("index.json")?)?;
        (workload.cases, workload.growth) = (index.cases, index.growth);
        Ok(workload)
    }

    pub fn text(&self, file: &str) -> Result<Vec<u8>, Failure> {
        let path = self.data.join(file);
        fs::read(&path).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    /// A context's JSON text, by name.
    pub fn context_text(&self, name: &str) -> Result<Vec<u8>, Failure> {
        let all: Value = serde_json::from_slice(&self.text("contexts.json")?)?;
        Ok(serde_json::to_vec(all.get(name).ok_or("no such context")?)?)
    }

    pub fn context(&self, name: &str) -> Result<Context, Failure> {
        Ok(Context::from_json(&self.context_text(name)?)?)
    }
}
