//! The document that a subcommand works on.

use clap::Args;
use isoflag::{DocumentError, Flags};

use crate::finding::Findings;
use crate::input::{Input, Source};
use crate::outcome::Failure;

/// Which document, and how to read it.
#[derive(Args)]
pub(crate) struct DocumentArgument {
    /// The flag document, or `-`
    file: String,

    #[command(flatten)]
    container: Container,
}

/// How the flags are packed.
#[derive(Args, Clone, Copy)]
pub(crate) struct Container {
    /// The document is a bare map from key to flag
    #[arg(long)]
    flag_map: bool,
}

impl DocumentArgument {
    /// Reads and loads the document.
    pub(crate) fn load(&self, input: &mut Input) -> Result<Flags, Failure> {
        let source = input.read(&self.file)?;
        self.container
            .load(&source)
            .map_err(|error| Failure::Rendered(Findings::new(&source).error(&error)))
    }
}

impl DocumentArgument {
    /// How its flags are packed, and those of documents like it.
    pub(crate) fn container(&self) -> Container {
        self.container
    }
}

impl Container {
    pub(crate) fn load(self, source: &Source) -> Result<Flags, DocumentError> {
        if self.flag_map {
            Flags::from_flag_map_json(&source.bytes)
        } else {
            Flags::from_json(&source.bytes)
        }
    }
}
