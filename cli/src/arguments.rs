//! The options that several subcommands share: the document, and the context of an evaluation.

use clap::Args;
use isoflag::{BigSegments, BoundFlags, Context, ContextError, DocumentError, Flags, Value};

use crate::console::Console;
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
        self.container.load_file(input, &self.file)
    }
}

impl Container {
    /// Reads and loads a document.
    pub(crate) fn load_file(self, input: &mut Input, file: &str) -> Result<Flags, Failure> {
        let source = input.read(file)?;
        let loaded = self.load(&source);
        loaded.map_err(|error| Failure::Rendered(Findings::new(&source).error(&error)))
    }

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

/// The context, big segments and clock of an evaluation.
#[derive(Args)]
pub(crate) struct ContextArgument {
    /// Context, as JSON, `@FILE` or `-`
    #[arg(long, value_name = "JSON")]
    context: String,

    /// Big segment memberships, as JSON or `@FILE`: {"status": "HEALTHY", "memberships": {"<context
    /// key>": {"<segment>.g<generation>": true}}}
    #[arg(long, value_name = "JSON")]
    big_segments: Option<String>,

    /// Add the kind `clock` with this time, in milliseconds since 1970
    #[arg(long, value_name = "MILLISECONDS", allow_negative_numbers = true)]
    clock: Option<f64>,

    /// Offset of the clock from UTC, in minutes
    #[arg(
        long,
        value_name = "MINUTES",
        requires = "clock",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    clock_offset: i32,
}

/// The context of an evaluation, `None` if it is invalid.
pub(crate) struct ReadContext {
    context: Option<Context>,
    big_segments: Option<BigSegments>,
}

impl ReadContext {
    pub(crate) fn bind(&self, flags: &Flags) -> BoundFlags {
        flags.bind_with(self.context.as_ref(), self.big_segments.as_ref())
    }
}

impl ContextArgument {
    /// Binds the context to the flags. An invalid one is bound as such, and reported to the
    /// console.
    pub(crate) fn bind(
        &self,
        flags: &Flags,
        input: &mut Input,
        console: &mut Console,
    ) -> Result<BoundFlags, Failure> {
        Ok(self.read(input, console)?.bind(flags))
    }

    /// Reads the context, for several documents. An invalid one is reported to the console.
    pub(crate) fn read(
        &self,
        input: &mut Input,
        console: &mut Console,
    ) -> Result<ReadContext, Failure> {
        let value = json(input, "--context", &self.context)?;
        if let Some(note) = Context::note_on_ignored_members(&value) {
            console.complain(note);
        }
        let context = self.context(value)?;
        let big_segments = self.big_segments(input)?;
        if let Err(invalid) = &context {
            console.complain(format_args!("invalid context: {invalid}"));
        }
        Ok(ReadContext { context: context.ok(), big_segments })
    }

    fn context(&self, value: Value) -> Result<Result<Context, ContextError>, Failure> {
        match (Context::from_value(value), self.clock) {
            (Ok(context), Some(now)) => match context.with_clock(now, self.clock_offset) {
                Ok(context) => Ok(Ok(context)),
                Err(error) => Err(Failure::message(format!("`--clock`: {error}"))),
            },
            (context, _) => Ok(context),
        }
    }

    fn big_segments(&self, input: &mut Input) -> Result<Option<BigSegments>, Failure> {
        let Some(argument) = &self.big_segments else {
            return Ok(None);
        };
        let value = json(input, "--big-segments", argument)?;
        match BigSegments::from_value(&value) {
            Ok(big_segments) => Ok(Some(big_segments)),
            Err(error) => Err(Failure::message(format!("`--big-segments`: {error}"))),
        }
    }
}

/// The value of an option that takes JSON.
pub(crate) fn json(input: &mut Input, option: &str, argument: &str) -> Result<Value, Failure> {
    let text = input.read_argument(argument)?;
    Value::parse(&text).map_err(|error| Failure::message(format!("`{option}`: {error}")))
}
