//! The options for the context of an evaluation.

use clap::Args;
use isoflag::{BigSegments, BoundFlags, Context, ContextError, Flags, Value};

use crate::console::Console;
use crate::input::Input;
use crate::outcome::Failure;

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
        let context = self.context(input)?;
        let big_segments = self.big_segments(input)?;
        if let Err(invalid) = &context {
            console.complain(format_args!("invalid context: {invalid}"));
        }
        Ok(ReadContext { context: context.ok(), big_segments })
    }

    fn context(&self, input: &mut Input) -> Result<Result<Context, ContextError>, Failure> {
        let context = Context::from_value(json(input, "--context", &self.context)?);
        match (context, self.clock) {
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
    Value::parse(&text)
        .map_err(|error| Failure::message(format!("`{option}` is not JSON: {error}")))
}
