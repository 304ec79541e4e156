//! Computes the answers of one generated case.

use std::sync::Arc;

use isoflag::{
    AllFlagsOptions, Answer, BigSegments, BoundFlags, Context, Flags, Object, Value, ValueType,
    secure_mode_hash,
};

const CLOCK_OFFSET_MINUTES: i32 = -330;

/// Returns the answers of every WebAssembly module, and those of `tools.wasm` only, each with the
/// case's number.
pub(crate) fn answer(case: &Value) -> [Value; 2] {
    let number = member(case, "n");
    match load(case) {
        Ok(flags) => ask(case, &flags, number),
        Err(error) => [
            object([("error", Value::from(&*error)), ("n", number.clone())]),
            object([("n", number)]),
        ],
    }
}

/// Loads from the text if there is one, so that both ways of loading are compared.
fn load(case: &Value) -> Result<Flags, String> {
    let flags = match member(case, "text").as_str() {
        Some(text) => Flags::from_json(text.as_bytes()),
        None => Flags::from_value(member(case, "document")),
    };
    flags.map_err(|error| error.to_string())
}

fn ask(case: &Value, flags: &Flags, number: Value) -> [Value; 2] {
    let keys = array(case, "flags");
    let asked: Vec<&str> = keys.iter().filter_map(Value::as_str).collect();
    let given = case.as_object().and_then(|members| members.get("bigSegments"));
    let big_segments = given.and_then(|value| BigSegments::from_value(value).ok());
    let contexts: Vec<Option<Context>> = array(case, "contexts")
        .iter()
        .map(|value| Context::from_host(value.clone()).ok())
        .collect();
    let bound: Vec<BoundFlags> = contexts
        .iter()
        .map(|context| flags.bind_with(context.as_ref(), big_segments.as_ref()))
        .collect();
    let answers = bound
        .iter()
        .map(|bound| list(asked.iter().map(|key| shown(flags, bound.evaluate(key), Value::Null))));
    let explanations =
        bound.iter().map(|bound| list(asked.iter().map(|key| bound.explain(key).to_value())));
    let now = member(case, "now").as_number().unwrap_or_default();
    let first = contexts.first().and_then(Option::as_ref);
    let clock = first.and_then(|context| context.with_clock(now, CLOCK_OFFSET_MINUTES).ok());
    let tools = object([
        ("diagnostics", diagnostics(flags, member(case, "text").is_null())),
        ("hashes", each(&contexts, |context| secure_mode_hash("sdk-key", context).as_str().into())),
    ]);
    let strings = |keys: Vec<Arc<str>>| list(keys.into_iter().map(Value::String));
    [
        object([
            ("answers", list(answers)),
            ("bigSegmentKeys", each(&contexts, |context| strings(flags.big_segment_keys(context)))),
            ("clock", clock.map(|context| context.to_value()).unwrap_or_default()),
            ("contexts", each(&contexts, Context::to_value)),
            ("digest", Value::from(flags.digest())),
            ("keys", list(flags.keys().map(Value::from))),
            ("n", number.clone()),
            ("qualifiedKeys", each(&contexts, |context| Value::from(context.key()))),
            ("states", list(array(case, "states").iter().map(|o| state(&bound, o, now)))),
            ("typed", typed(case, flags, bound.first())),
        ]),
        object([("explanations", list(explanations)), ("n", number), ("tools", tools)]),
    ]
}

/// Only text preserves the notation of numbers.
fn diagnostics(flags: &Flags, from_object: bool) -> Value {
    let shown = flags.diagnostics().iter();
    let shown = shown.filter(|found| !from_object || found.code() != "number-precision");
    list(shown.map(isoflag::Diagnostic::to_value))
}

/// Null for an invalid context.
fn each(contexts: &[Option<Context>], show: impl Fn(&Context) -> Value) -> Value {
    list(contexts.iter().map(|context| context.as_ref().map(&show).unwrap_or_default()))
}

fn shown(flags: &Flags, answer: Answer, default: Value) -> Value {
    let value = flags.value_of(&answer).cloned().unwrap_or(default);
    let index = answer.variation_index().map(Value::from).unwrap_or_default();
    list([index, value, flags.reason_of(&answer).to_value()])
}

fn state(bound: &[BoundFlags], options: &Value, now_ms: f64) -> Value {
    let is = |name| member(options, name).as_bool().unwrap_or_default();
    let context = member(options, "context").as_integer().unwrap_or_default();
    let bound = usize::try_from(context).ok().and_then(|index| bound.get(index));
    let options = AllFlagsOptions {
        client_side_only: is("clientSideOnly"),
        with_reasons: is("withReasons"),
        details_only_for_tracked_flags: is("detailsOnlyForTrackedFlags"),
        now_ms,
    };
    bound.map(|bound| bound.all_flags_state(&options)).unwrap_or_default()
}

fn typed(case: &Value, flags: &Flags, bound: Option<&BoundFlags>) -> Value {
    let fallback = object([("default", Value::Bool(true))]);
    let types = [
        ("boolean", ValueType::Bool, Value::Bool(true)),
        ("number", ValueType::Number, Value::Number(987_654.5)),
        ("string", ValueType::String, Value::from("default")),
        ("json", ValueType::Json, fallback),
    ];
    let row = |key: &str, bound: &BoundFlags| {
        let answer = bound.evaluate(key);
        object(types.clone().map(|(name, wanted, default)| {
            (name, shown(flags, answer.expecting(flags, wanted), default))
        }))
    };
    let keys = array(case, "typed");
    let asked = keys.iter().filter_map(Value::as_str);
    bound.map(|bound| list(asked.map(|key| row(key, bound)))).unwrap_or_default()
}

fn member(value: &Value, name: &str) -> Value {
    value.as_object().and_then(|members| members.get(name)).cloned().unwrap_or_default()
}

fn array(value: &Value, name: &str) -> Vec<Value> {
    member(value, name).as_array().unwrap_or_default().to_vec()
}

fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::from(items.into_iter().collect::<Vec<_>>())
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().collect::<Object>())
}
