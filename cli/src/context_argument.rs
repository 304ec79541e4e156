//! Who a flag is asked for.

use clap::Args;
use isoflag::{BigSegments, BoundFlags, Context, ContextError, Flags, Value};

use crate::console::Console;
use crate::input::Input;
use crate::outcome::Failure;

/// The context, and what the host would know besides.
#[derive(Args)]
pub(crate) struct ContextArgument {
    /// The context, as JSON, `@FILE` or `-`
    #[arg(long, value_name = "JSON")]
    context: String,

    /// What the big segment store would say, as JSON or `@FILE`:
    /// {"status": "HEALTHY", "memberships": {"<context key>": {"<segment>.g<generation>": true}}}
    #[arg(long, value_name = "JSON")]
    big_segments: Option<String>,

    /// Adds the kind `clock` as of this time, in milliseconds since 1970
    #[arg(long, value_name = "MILLISECONDS", allow_negative_numbers = true)]
    clock: Option<f64>,

    /// The clock's distance from UTC, in minutes
    #[arg(
        long,
        value_name = "MINUTES",
        requires = "clock",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    clock_offset: i32,
}

impl ContextArgument {
    /// Binds the context to the flags. An invalid one is bound as such, and the console told why.
    pub(crate) fn bind(
        &self,
        flags: &Flags,
        input: &mut Input,
        console: &mut Console,
    ) -> Result<BoundFlags, Failure> {
        let context = self.context(input)?;
        let big_segments = self.big_segments(input)?;
        if let Err(invalid) = &context {
            console.complain(format_args!("invalid context: {invalid}"));
        }
        Ok(flags.bind_with(context.as_ref().ok(), big_segments.as_ref()))
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
