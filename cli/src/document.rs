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

    /// The document is a feature-flag profile of AWS AppConfig, as it is retrieved or as it is
    /// defined. One that can be nothing else is recognized without this option
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
    /// How its flags are packed, and those of documents like it.
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

/// Loads a document that is changed in place, which is none of AppConfig's profiles: they have no
/// member for what would be written.
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
