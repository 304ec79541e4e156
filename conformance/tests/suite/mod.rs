//! Reads the vectors and evaluates each case with the core.

mod lifecycle;

use std::path::Path;
use std::sync::Arc;

use isoflag::{
    AllFlagsOptions, BigSegments, BoundFlags, Context, DocumentHistory, Evidence, Flags, Gate,
    HistoryLimits, Object, Value, ValueType, parse_ttl, secure_mode_hash,
};
use isoflag_tools::{Strategy, System, receipt, replay, strategy_for, with_strategy};

/// One case of a file, with the documents that the file shares.
pub(crate) struct Case {
    case: Value,
    documents: Value,
}

pub(crate) fn get<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.as_object()?.get(name)
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Object::from_iter(members).into()
}

/// Every case of every file, in the order of the files' names.
pub(crate) fn cases(folder: &Path) -> Vec<(String, Case)> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|ext| ext == "json")).collect();
    files.sort();
    let mut cases = Vec::new();
    for path in files {
        let file = read(&std::fs::read(&path).unwrap());
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let documents = get(&file, "documents").cloned().unwrap_or_default();
        for case in get(&file, "cases").and_then(Value::as_array).unwrap() {
            cases.push((name.clone(), Case { case: case.clone(), documents: documents.clone() }));
        }
    }
    assert!(!cases.is_empty(), "no vectors in {}", folder.display());
    cases
}

/// Reads a file of vectors, which nests deeper than isoflag itself allows.
fn read(text: &[u8]) -> Value {
    fn convert(value: serde_json::Value) -> Value {
        match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(flag) => Value::Bool(flag),
            serde_json::Value::Number(number) => Value::number(number.as_f64().unwrap()).unwrap(),
            serde_json::Value::String(text) => Value::from(text),
            serde_json::Value::Array(elements) => elements.into_iter().map(convert).collect(),
            serde_json::Value::Object(members) => {
                let members = members
                    .into_iter()
                    .map(|(name, value)| (Arc::<str>::from(name), convert(value)));
                members.collect::<Object>().into()
            }
        }
    }
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    deserializer.disable_recursion_limit();
    convert(serde::Deserialize::deserialize(&mut deserializer).unwrap())
}

impl Case {
    pub(crate) fn alone(case: Value) -> Case {
        Case { case, documents: Value::Null }
    }

    pub(crate) fn id(&self) -> &str {
        get(&self.case, "id").and_then(Value::as_str).unwrap()
    }

    fn flags(&self) -> Result<Flags, Value> {
        let container = get(&self.case, "container").and_then(Value::as_str).unwrap_or_default();
        let as_map = container == "flagMap";
        let bytes = match (get(&self.case, "documentText"), get(&self.case, "documentBase64")) {
            (Some(text), _) => Some(written(text).into_bytes()),
            (None, Some(encoded)) => Some(base64(encoded.as_str().unwrap())),
            (None, None) => None,
        };
        let loaded = match bytes {
            Some(bytes) if as_map => Flags::from_flag_map_json(&bytes),
            Some(bytes) => Flags::from_json(&bytes),
            None => {
                let document = match get(&self.case, "document") {
                    Some(Value::String(name)) => get(&self.documents, name).unwrap().clone(),
                    Some(document) => document.clone(),
                    None => object([("flags", Object::default().into())]),
                };
                if container == "appconfig" {
                    let text = document.to_canonical_json();
                    let [parsed, read] = [
                        Flags::from_appconfig_value(document),
                        Flags::from_appconfig_json(text.as_bytes()),
                    ];
                    let digest = |flags: &Flags| flags.digest().to_owned();
                    let digests = [&parsed, &read].map(|loaded| loaded.as_ref().map(digest).ok());
                    assert_eq!(digests.first(), digests.last());
                    parsed
                } else if as_map {
                    Flags::from_flag_map_value(document)
                } else {
                    Flags::from_value(document)
                }
            }
        };
        loaded.map_err(|error| error_of(error.code(), error.path(), &error))
    }

    /// The context of an evaluation: parsed strictly from a text, leniently from an object.
    fn context(&self) -> Result<Context, Value> {
        let read = match get(&self.case, "contextText") {
            Some(text) => Context::from_json(written(text).as_bytes()),
            None => Context::from_host(get(&self.case, "context").cloned().unwrap_or_default()),
        };
        read.map_err(|error| error_of(error.code(), error.path(), &error))
    }

    fn big_segments(&self) -> Option<BigSegments> {
        get(&self.case, "bigSegments").map(|value| BigSegments::from_value(value).unwrap())
    }
}

/// A text: a string, or parts of which some are repeated.
fn written(text: &Value) -> String {
    if let Value::String(text) = text {
        return text.to_string();
    }
    let part = |part: &Value| match part {
        Value::String(text) => text.to_string(),
        repeated => {
            let times = get(repeated, "times").and_then(Value::as_integer).unwrap();
            let text = get(repeated, "repeat").and_then(Value::as_str).unwrap();
            text.repeat(usize::try_from(times).unwrap())
        }
    };
    get(text, "parts").and_then(Value::as_array).unwrap().iter().map(part).collect()
}

/// An error; its message is checked by the case itself, and is not part of the answer.
fn error_of(code: &str, path: &str, message: &dyn std::fmt::Display) -> Value {
    let error = [
        ("code", Value::from(code)),
        ("path", Value::from(path)),
        (MESSAGE, Value::from(message.to_string())),
    ];
    object([("error", object(error))])
}

const MESSAGE: &str = "message";

/// The answer in the form in which host runtimes are compared.
fn without_message(answer: &Value) -> Value {
    match get(answer, "error").and_then(Value::as_object) {
        None => answer.clone(),
        Some(error) => {
            let kept = error.iter().filter(|(name, _)| ***name != *MESSAGE);
            let kept: Object = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
            object([("error", kept.into())])
        }
    }
}

fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = 0_u32;
    let mut count = 0;
    let mut bytes = Vec::new();
    for digit in text.bytes().filter_map(|b| ALPHABET.iter().position(|a| *a == b)) {
        bits = bits << 6 | u32::try_from(digit).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    bytes
}

/// Returns the core's answer to a case.
pub(crate) fn answer(case: &Case) -> Value {
    let call = get(&case.case, "call").unwrap();
    CaseRun { case, flags: None, context: None }.answer(call).unwrap_or_else(|error| error)
}

/// A case whose document or context an earlier call has changed.
struct CaseRun<'a> {
    case: &'a Case,
    flags: Option<Flags>,
    context: Option<Context>,
}

impl CaseRun<'_> {
    fn flags(&self) -> Result<Flags, Value> {
        self.flags.clone().map_or_else(|| self.case.flags(), Ok)
    }

    fn context(&self) -> Result<Context, Value> {
        self.context.clone().map_or_else(|| self.case.context(), Ok)
    }

    fn bound(&self) -> Result<BoundFlags, Value> {
        let context = self.context().ok();
        Ok(self.flags()?.bind_with(context.as_ref(), self.case.big_segments().as_ref()))
    }

    fn answer(self, call: &Value) -> Result<Value, Value> {
        let (name, arguments) = call.as_object().unwrap().iter().next().unwrap();
        let text = |name| get(arguments, name).and_then(Value::as_str).unwrap();
        match &**name {
            "load" => Ok(loaded(&self.flags()?)),
            "evaluate" => Ok(evaluate(&self.bound()?, arguments)),
            "explain" => Ok(self.bound()?.explain(text("flag")).to_value()),
            "allFlagsState" => {
                let state = self.bound()?.all_flags_state(&options(arguments));
                Ok(object([("state", state)]))
            }
            "apply" => {
                let mut flags = self.flags()?;
                for patch in get(arguments, "patches").and_then(Value::as_array).unwrap() {
                    flags = patched(&flags, patch)?;
                }
                let then = get(arguments, "then").cloned();
                let then = then.unwrap_or_else(|| object([("load", Object::default().into())]));
                CaseRun { flags: Some(flags), ..self }.answer(&then)
            }
            "context" => Ok(context_answer(&self.context()?)),
            "withClock" => {
                let now = get(arguments, "nowMs").and_then(Value::as_number).unwrap();
                let offset = get(arguments, "offsetMinutes").and_then(Value::as_integer);
                let offset = i32::try_from(offset.unwrap_or(0)).unwrap();
                let clocked = self.context()?.with_clock(now, offset);
                let clocked =
                    clocked.map_err(|error| error_of(error.code(), error.path(), &error))?;
                let then = get(arguments, "then").cloned();
                let then = then.unwrap_or_else(|| object([("context", Object::default().into())]));
                CaseRun { context: Some(clocked), ..self }.answer(&then)
            }
            "secureModeHash" => {
                // If a host runtime must return a hash for an invalid context, it is empty.
                let hash = self.context().map(|context| secure_mode_hash(text("sdkKey"), &context));
                Ok(object([("hash", Value::from(hash.unwrap_or_default()))]))
            }
            "bigSegmentKeys" => {
                // An invalid context has no keys.
                let flags = self.flags()?;
                let keys = self.context().map(|context| flags.big_segment_keys(&context));
                let keys: Value = keys.unwrap_or_default().into_iter().map(Value::from).collect();
                Ok(object([("keys", keys)]))
            }
            "consistency" => {
                Ok(self.bound()?.consistency(text("flag"), &gate(arguments)).to_value())
            }
            "parseTtl" => {
                let seconds = parse_ttl(text("text")).map(Value::from).unwrap_or_default();
                Ok(object([("seconds", seconds)]))
            }
            "supersedes" => {
                let held = get(arguments, "held").filter(|held| !held.is_null()).cloned();
                let held = held.map(|held| Flags::from_value(held).unwrap());
                let flags = self.flags()?;
                let evidence = Evidence::from_value(get(arguments, "evidence").unwrap());
                let supersedes = flags.supersedes(held.as_ref(), &evidence);
                Ok(object([("supersedes", supersedes.into())]))
            }
            "stepsBack" => {
                let held = Flags::from_value(get(arguments, "held").unwrap().clone()).unwrap();
                let back = self.flags()?.steps_back_from(&held);
                Ok(object([("stepsBack", back.into())]))
            }
            "pinned" => self.pinned(arguments),
            "strategy" => {
                let strategy = Strategy::read(get(arguments, "strategy").unwrap());
                let flags = self.flags()?;
                match strategy.and_then(|strategy| with_strategy(&flags, &strategy)) {
                    Ok(flags) => {
                        let then = get(arguments, "then").unwrap();
                        CaseRun { flags: Some(flags), ..self }.answer(then)
                    }
                    Err(error) => Ok(refused(error.code(), ("path", Value::from(error.path())))),
                }
            }
            "strategyFor" => {
                let system = System::named(text("system")).unwrap();
                let flags = self.flags()?;
                let chosen = self.context().ok();
                let chosen = chosen.and_then(|context| strategy_for(&flags, system, &context));
                let chosen = chosen.map(|chosen| chosen.to_value()).unwrap_or_default();
                Ok(object([("strategy", chosen)]))
            }
            "status" => match lifecycle::with_status(&self.flags()?, arguments) {
                Ok(flags) => {
                    let then = get(arguments, "then").unwrap();
                    CaseRun { flags: Some(flags), ..self }.answer(then)
                }
                Err(refused) => Ok(refused),
            },
            "certification" => Ok(lifecycle::certification(&self.flags()?, arguments)),
            "deployment" => Ok(lifecycle::deployment(&self.flags()?, arguments)),
            "finish" => Ok(lifecycle::finish(&self.flags()?, arguments)),
            "retirements" => Ok(lifecycle::retirements(&self.flags()?, arguments)),
            "receipt" => {
                let (context, big_segments) = (self.context().ok(), self.case.big_segments());
                let flags = self.flags()?;
                Ok(receipt(&flags, text("flag"), context.as_ref(), big_segments.as_ref())
                    .to_value())
            }
            "replay" => {
                let (context, big_segments) = (self.context().ok(), self.case.big_segments());
                let receipt = written(get(arguments, "receipt").unwrap());
                let (flags, receipt) = (self.flags()?, receipt.as_bytes());
                Ok(match replay(receipt, &flags, context.as_ref(), big_segments.as_ref()) {
                    Ok(_) => object([("holds", true.into())]),
                    Err(error) => refused(error.code(), ("path", Value::from(error.path()))),
                })
            }
            other => panic!("unknown call {other}"),
        }
    }

    fn pinned(self, arguments: &Value) -> Result<Value, Value> {
        let number = |of: &Value, name| get(of, name).and_then(Value::as_number);
        let mut limits = HistoryLimits::default();
        if let Some(documents) = get(arguments, "maxDocuments").and_then(Value::as_integer) {
            limits.documents = usize::try_from(documents).unwrap();
        }
        let mut history = DocumentHistory::new(limits);
        for entry in get(arguments, "history").and_then(Value::as_array).unwrap() {
            let document = match get(entry, "document") {
                Some(Value::String(name)) => get(&self.case.documents, name).unwrap().clone(),
                document => document.cloned().unwrap(),
            };
            let flags = Flags::from_value(document).unwrap();
            let now = number(entry, "nowMs");
            if get(entry, "fetched").is_some() {
                history.keep_fetched(flags);
            } else if get(entry, "superseded").is_some() {
                history.keep(flags, now);
            } else {
                history.add(flags, now.unwrap());
            }
        }
        let digest = get(arguments, "digest").and_then(Value::as_str).unwrap();
        match history.pinned(digest, &gate(arguments), number(arguments, "maxPinAgeMs")) {
            Err(error) => {
                let held = error.held().iter().map(|digest| Value::from(digest.as_str()));
                Ok(refused(error.code(), ("held", held.collect())))
            }
            Ok(pinned) => {
                let switched_off = pinned.switched_off().map(Value::from).collect();
                let flags = Some(pinned.flags().clone());
                let answer = CaseRun { flags, ..self }.answer(get(arguments, "then").unwrap())?;
                Ok(object([
                    ("digest", Value::from(pinned.digest())),
                    ("switchedOff", switched_off),
                    ("answer", answer),
                ]))
            }
        }
    }
}

fn number(arguments: &Value, name: &str) -> Option<f64> {
    get(arguments, name).and_then(Value::as_number)
}

fn gate(arguments: &Value) -> Gate {
    let number = |name| get(arguments, name).and_then(Value::as_number);
    let gate = Gate::new(number("nowMs").unwrap(), number("ttlSeconds").unwrap());
    let poll_timeout_ms = number("pollTimeoutMs").unwrap_or(gate.poll_timeout_ms);
    Gate { poll_timeout_ms, taken_ms: number("takenMs"), ..gate }
}

/// A rejected pin or receipt.
fn refused(code: &str, more: (&str, Value)) -> Value {
    object([("refused", object([("code", Value::from(code)), more]))])
}

fn options(arguments: &Value) -> AllFlagsOptions {
    let option = |name| get(arguments, name).and_then(Value::as_bool).unwrap_or(false);
    AllFlagsOptions {
        client_side_only: option("clientSideOnly"),
        with_reasons: option("withReasons"),
        details_only_for_tracked_flags: option("detailsOnlyForTrackedFlags"),
        now_ms: get(arguments, "now").and_then(Value::as_number).unwrap_or(0.0),
    }
}

/// A patch is an object, or `{"text": …}` if its text matters.
fn patched(flags: &Flags, patch: &Value) -> Result<Flags, Value> {
    let patched = match get(patch, "text") {
        Some(text) => flags.apply(written(text).as_bytes()),
        None => flags.apply_value(patch.clone()),
    };
    patched.map_err(|error| error_of(error.code(), error.path(), &error))
}

fn evaluate(bound: &BoundFlags, arguments: &Value) -> Value {
    let wanted = get(arguments, "type").and_then(Value::as_str).unwrap_or("any");
    let value_type = match wanted {
        "any" => ValueType::Any,
        "bool" => ValueType::Bool,
        "int" | "float" => ValueType::Number,
        "string" => ValueType::String,
        "json" => ValueType::Json,
        other => panic!("unknown type {other}"),
    };
    let key = match get(arguments, "flagText") {
        // No string of this host runtime contains a lone surrogate, and no flag has a key like this
        // one.
        Some(text) => Value::parse(text.as_str().unwrap().as_bytes()).unwrap_or("\u{0}".into()),
        None => get(arguments, "flag").cloned().unwrap(),
    };
    let key = key.as_str().unwrap();
    let default = get(arguments, "default").cloned().unwrap_or_default();
    let detail = bound.variation_detail_of(key, value_type, default);
    let value = match (wanted, &detail.value) {
        ("int", Value::Number(_)) if detail.variation_index.is_some() => {
            Value::from(bound.int_variation(key, 0))
        }
        (_, value) => value.clone(),
    };
    object([
        ("value", value),
        ("variationIndex", detail.variation_index.map(Value::from).unwrap_or_default()),
        ("reason", detail.reason),
    ])
}

fn loaded(flags: &Flags) -> Value {
    let keys: Vec<_> = flags.keys().map(Value::from).collect();
    let diagnostics: Vec<_> =
        flags.diagnostics().iter().map(isoflag::Diagnostic::to_value).collect();
    object([
        ("keys", keys.into()),
        ("version", flags.version().map(Value::from).unwrap_or_default()),
        ("digest", Value::from(flags.digest())),
        ("diagnostics", diagnostics.into()),
    ])
}

fn context_answer(context: &Context) -> Value {
    object([("key", Value::from(context.key())), ("context", context.to_value())])
}

/// Whether an answer meets the case's expectation. Lists of diagnostics and errors are compared by
/// the members that the case names.
pub(crate) fn check(case: &Case, answer: &Value) -> Result<(), String> {
    let expected = get(&case.case, "expect").and_then(Value::as_object).unwrap();
    for (name, wanted) in expected.iter() {
        let found = get(answer, name).cloned().unwrap_or_default();
        let holds = match &**name {
            "diagnostics" => wanted.as_array().unwrap().iter().all(|wanted| {
                found.as_array().unwrap_or_default().iter().any(|found| covers(found, wanted))
            }),
            "absentDiagnostics" => {
                let found = get(answer, "diagnostics").and_then(Value::as_array).unwrap();
                wanted
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|absent| !found.iter().any(|found| covers(found, absent)))
            }
            "error" => is_error(&found, wanted),
            "trace" | "explanation" | "retirements" => covers(&found, wanted),
            _ => found == *wanted,
        };
        if !holds {
            let answer: Arc<str> = answer.to_canonical_json().into();
            return Err(format!("`{name}` expected {wanted}\n  answered {answer}"));
        }
    }
    Ok(())
}

/// Whether an error is the expected one; the case contains a part of its message.
fn is_error(found: &Value, wanted: &Value) -> bool {
    let members = wanted.as_object().unwrap();
    found.as_object().is_some()
        && members.iter().all(|(name, wanted)| match &**name {
            "messageContains" => {
                let message = get(found, MESSAGE).and_then(Value::as_str).unwrap();
                message.contains(wanted.as_str().unwrap())
            }
            name => get(found, name) == Some(wanted),
        })
}

/// Whether everything in `wanted` is in `found`.
fn covers(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => wanted
            .iter()
            .all(|(name, wanted)| found.get(name).is_some_and(|found| covers(found, wanted))),
        (Value::Array(found), Value::Array(wanted)) => {
            found.len() == wanted.len()
                && found.iter().zip(wanted.iter()).all(|(f, w)| covers(f, w))
        }
        _ => found == wanted,
    }
}

/// Writes one canonical line for each answer, sorted by id.
pub(crate) fn write_answers(folder: &Path, mut lines: Vec<(String, Value)>) {
    lines.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    let text: String = lines
        .into_iter()
        .map(|(id, answer)| {
            object([("id", Value::from(id)), ("answer", without_message(&answer))])
                .to_canonical_json()
                + "\n"
        })
        .collect();
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("rust.jsonl"), text).unwrap();
}
