//! The workload and the evaluators of the native benchmarks.

mod launchdarkly;

use std::fs;
use std::path::PathBuf;

use isoflag::Context;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use launchdarkly::{LaunchDarkly, agree};

/// Any failure; it ends the run.
pub type Failure = Box<dyn std::error::Error>;

/// One flag and one context.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    pub case: String,
    pub flag: String,
    pub context: String,
    /// The document's name, if it is not the workload itself.
    pub document: Option<String>,
}

/// One document of a growing series.
#[derive(Clone, Debug, Deserialize)]
pub struct Growth {
    pub axis: String,
    pub size: usize,
    pub file: String,
    pub flag: String,
}

#[derive(Debug, Deserialize)]
pub struct Index {
    pub growth: Vec<Growth>,
}

/// The folder of generated files, which `ISOFLAG_BENCH_DATA` names.
#[derive(Debug)]
pub struct Workload {
    data: PathBuf,
    pub cases: Vec<Case>,
}

impl Workload {
    pub fn open() -> Result<Workload, Failure> {
        let data = std::env::var_os("ISOFLAG_BENCH_DATA")
            .ok_or("`ISOFLAG_BENCH_DATA` is not set; bench/run.sh sets it")?;
        let cases = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../cases.json");
        Ok(Workload { data: data.into(), cases: serde_json::from_slice(&fs::read(cases)?)? })
    }

    pub fn text(&self, file: &str) -> Result<Vec<u8>, Failure> {
        let path = self.data.join(file);
        fs::read(&path).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    fn json<T: DeserializeOwned>(&self, file: &str) -> Result<T, Failure> {
        Ok(serde_json::from_slice(&self.text(file)?)?)
    }

    pub fn index(&self) -> Result<Index, Failure> {
        self.json("index.json")
    }

    /// A context's JSON text, by name.
    pub fn context_text(&self, name: &str) -> Result<Vec<u8>, Failure> {
        let all: Value = self.json("contexts.json")?;
        Ok(serde_json::to_vec(all.get(name).ok_or("no such context")?)?)
    }

    pub fn context(&self, name: &str) -> Result<Context, Failure> {
        Ok(Context::from_json(&self.context_text(name)?)?)
    }
}
