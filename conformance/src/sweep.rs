//! The calls `sweep` and `agreement`: evaluate each flag of a generated document for each context.

use isoflag::{
    Answer, BigSegments, BoundFlags, Context, Flags, Value, ValueType, secure_mode_hash,
};

use isoflag_tools::{project, projected_json};

use super::case::{Failure, projection_options};
use super::{array, case, get, list, number, object};

const CLOCK_OFFSET_MINUTES: i32 = -330;

/// The call `sweep`.
pub(crate) fn sweep(flags: &Flags, big: Option<&BigSegments>, arguments: &Value) -> Value {
    let keys: Vec<&str> = array(arguments, "flags").iter().filter_map(Value::as_str).collect();
    let contexts: Vec<Option<Context>> = array(arguments, "contexts")
        .iter()
        .map(|value| Context::from_host(value.clone()).ok())
        .collect();
    let bound: Vec<BoundFlags> =
        contexts.iter().map(|context| flags.bind_with(context.as_ref(), big)).collect();
    let table = |cell: &dyn Fn(&BoundFlags, &str) -> Value| {
        list(bound.iter().map(|bound| list(keys.iter().map(|key| cell(bound, key)))))
    };
    // Null for an invalid context.
    let each = |show: &dyn Fn(&Context) -> Value| {
        list(contexts.iter().map(|context| context.as_ref().map(show).unwrap_or_default()))
    };
    let now = number(arguments, "now").unwrap_or_default();
    let first = contexts.first().and_then(Option::as_ref);
    let clock = first.and_then(|context| context.with_clock(now, CLOCK_OFFSET_MINUTES).ok());
    let states = array(arguments, "states").iter().map(|options| state(&bound, options));
    object([
        ("answers", table(&|bound, key| shown(flags, bound.evaluate(key), Value::Null))),
        (
            "bigSegmentKeys",
            each(&|context| list(flags.big_segment_keys(context).into_iter().map(Value::String))),
        ),
        ("clock", clock.map(|context| context.to_value()).unwrap_or_default()),
        ("contexts", each(&Context::to_value)),
        ("diagnostics", list(flags.diagnostics().iter().map(isoflag::Diagnostic::to_value))),
        ("digest", Value::from(flags.digest())),
        (
            "explanations",
            table(&|bound, key| bound.explain(key).to_value().to_canonical_json().into()),
        ),
        ("hashes", each(&|context| secure_mode_hash("sdk-key", context).as_str().into())),
        ("keys", list(flags.keys().map(Value::from))),
        ("qualifiedKeys", each(&|context| Value::from(context.key()))),
        ("states", list(states)),
        ("typed", typed(flags, bound.first(), array(arguments, "typed"))),
    ])
}

pub(crate) fn shown(flags: &Flags, answer: Answer, default: Value) -> Value {
    let value = flags.value_of(&answer).cloned().unwrap_or(default);
    let index = answer.variation_index().map(Value::from).unwrap_or_default();
    list([index, value, flags.reason_of(&answer).to_value()])
}

fn state(bound: &[BoundFlags], options: &Value) -> Value {
    let context = get(options, "context").and_then(Value::as_integer).unwrap();
    let bound = bound.get(usize::try_from(context).unwrap());
    bound.unwrap().all_flags_state(&case::options(options))
}

fn typed(flags: &Flags, bound: Option<&BoundFlags>, keys: &[Value]) -> Value {
    let fallback = object([("default", Value::Bool(true))]);
    let types = [
        ("boolean", ValueType::Bool, Value::Bool(true)),
        ("number", ValueType::Number, Value::Number(987_654.5)),
        ("string", ValueType::String, Value::from("default")),
        ("json", ValueType::Json, fallback),
    ];
    list(keys.iter().map(|key| {
        let answer = bound.unwrap().evaluate(key.as_str().unwrap());
        object(types.clone().map(|(name, wanted, default)| {
            (name, shown(flags, answer.expecting(flags, wanted), default))
        }))
    }))
}

/// The call `agreement`: with a projection, and with the whole document.
pub(crate) fn agreement(
    whole: &Flags,
    big: Option<&BigSegments>,
    arguments: &Value,
) -> Result<Value, Failure> {
    let options = projection_options(arguments);
    let projection = projected_json(whole, &options)?;
    // As a page loads it.
    let folded = Flags::from_json(projection.as_bytes())?;
    assert_eq!(project(whole, &options)?.flags.digest(), folded.digest(), "the digests");
    assert_eq!(projected_json(&folded, &options)?, projection, "the projection of a projection");
    let contexts = array(arguments, "contexts").iter();
    let contexts = contexts.map(|value| Context::from_host(value.clone()).ok());
    let contexts: Vec<Option<Context>> = contexts.collect();
    let details = |flags: &Flags| {
        let row = |context: &Option<Context>| {
            let bound: BoundFlags = flags.bind_with(context.as_ref(), big);
            let keys = folded.keys();
            list(keys.map(|key| shown(flags, bound.evaluate(key), Value::Null)))
        };
        list(contexts.iter().map(row)).to_canonical_json()
    };
    Ok(object([
        ("folded", details(&folded).into()),
        ("projection", projection.as_str().into()),
        ("whole", details(whole).into()),
    ]))
}
