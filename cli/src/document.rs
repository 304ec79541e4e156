//! The options for the document that a subcommand reads.

use clap::Args;
use isoflag::{DocumentError, Flags};

use crate::finding::Findings;
use crate::input::{Input, Source};
use crate::outcome::Failure;

/// The document's file and container.
#[derive(Args)]
pub(crate) struct DocumentArgument {
    /// Flag document (`-` for stdin)
    file: String,

    #[command(flatten)]
    container: Container,
}

/// The container of the flags.
#[derive(Args, Clone, Copy)]
pub(crate) struct Container {
    /// The document is a bare map from key to flag
    #[arg(long)]
    flag_map: bool,

    /// The document is a feature-flag profile of AWS AppConfig, as retrieved or as defined.
    /// Detected automatically if the profile is unambiguous
    #[arg(long, conflicts_with = "flag_map")]
    appconfig: bool,
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
    /// The container of its flags, for other documents of the same kind.
    pub(crate) fn container(&self) -> Container {
        self.container
    }
}

impl Container {
    pub(crate) fn load(self, source: &Source) -> Result<Flags, DocumentError> {
        if self.appconfig {
            return Flags::from_appconfig_json(&source.bytes);
        }
        let loaded = if self.flag_map {
            Flags::from_flag_map_json(&source.bytes)
        } else {
            Flags::from_json(&source.bytes)
        };
        match loaded {
            Err(error) if error.is_appconfig_profile() => Flags::from_appconfig_json(&source.bytes),
            loaded => loaded,
        }
    }
}

/// Loads a document that is changed in place. AppConfig's profiles are rejected: they have no
/// members for the changes.
pub(crate) fn load_editable(source: &Source) -> Result<Flags, Failure> {
    Flags::from_json(&source.bytes).map_err(|error| {
        if error.is_appconfig_profile() {
            return Failure::message(format!(
                "`{}` is a feature-flag profile of AWS AppConfig, which isoflag reads and does not \
                 change: it has neither `meta` nor `lifecycle`; change it in AppConfig, where the \
                 attribute `lastModifiedTimestamp` of a flag says when it was changed",
                source.name
            ));
        }
        Failure::Rendered(Findings::new(source).error(&error))
    })
}
