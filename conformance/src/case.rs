//! Answers one case.

use std::sync::Arc;

use isoflag::{
    AllFlagsOptions, BigSegments, BoundFlags, Context, ContextError, DocumentError,
    DocumentHistory, Evidence, Flags, Gate, HistoryLimits, Object, Value, ValueType, parse_ttl,
    secure_mode_hash,
};
use isoflag_tools::{
    Conversion, ConversionSource, EditError, Note, ProjectionError, ProjectionOptions,
    PromoteOptions, Promotion, Strategy, System, SystemFlags, convert, edit, project, promote,
    receipt, replay, strategy_for, with_strategy,
};

use super::{array, get, lifecycle, list, number, object, sweep, text};

/// An error that is the answer; only its message differs between host runtimes.
pub(crate) struct Failure {
    code: &'static str,
    path: String,
    message: String,
}

impl From<DocumentError> for Failure {
    fn from(error: DocumentError) -> Failure {
        let message = error.to_string();
        Failure { code: error.code(), path: error.path().to_owned(), message }
    }
}

impl From<ProjectionError> for Failure {
    /// A projection that is refused is not an answer: no case has invalid options.
    fn from(error: ProjectionError) -> Failure {
        panic!("{error}")
    }
}

impl From<EditError> for Failure {
    fn from(error: EditError) -> Failure {
        let message = error.to_string();
        Failure { code: error.code(), path: error.path().to_owned(), message }
    }
}

impl From<ContextError> for Failure {
    fn from(error: ContextError) -> Failure {
        let message = error.to_string();
        Failure { code: error.code(), path: error.path().to_owned(), message }
    }
}

/// Returns the answer, and the message if it is an error.
pub(crate) fn answer(case: &Value) -> (Value, Option<String>) {
    let run = CaseRun { case, flags: None, context: None };
    match run.answer(get(case, "call").unwrap()) {
        Ok(answer) => (answer, None),
        Err(failure) => {
            let error = [("code", failure.code.into()), ("path", failure.path.into())];
            (object([("error", object(error))]), Some(failure.message))
        }
    }
}

/// A case whose document or context an earlier call has changed.
struct CaseRun<'a> {
    case: &'a Value,
    flags: Option<Flags>,
    context: Option<Context>,
}

impl CaseRun<'_> {
    fn flags(&self) -> Result<Flags, Failure> {
        self.flags.clone().map_or_else(|| load(self.case), Ok)
    }

    /// Parses the context: strictly from a text, leniently from an object.
    fn context(&self) -> Result<Context, ContextError> {
        if let Some(context) = &self.context {
            return Ok(context.clone());
        }
        match get(self.case, "contextText") {
            Some(text) => Context::from_json(text.as_str().unwrap().as_bytes()),
            None => Context::from_host(get(self.case, "context").cloned().unwrap_or_default()),
        }
    }

    fn big_segments(&self) -> Option<BigSegments> {
        get(self.case, "bigSegments").map(|value| BigSegments::from_value(value).unwrap())
    }

    fn bound(&self) -> Result<BoundFlags, Failure> {
        let context = self.context().ok();
        Ok(self.flags()?.bind_with(context.as_ref(), self.big_segments().as_ref()))
    }

    /// Makes the call `then` of the arguments, or the default call.
    fn then(self, arguments: &Value, default: &str) -> Result<Value, Failure> {
        let default = object([(default, Value::Null)]);
        self.answer(get(arguments, "then").unwrap_or(&default))
    }

    fn with_flags(self, flags: Flags) -> Self {
        CaseRun { flags: Some(flags), ..self }
    }

    fn answer(self, call: &Value) -> Result<Value, Failure> {
        let (name, arguments) = call.as_object().unwrap().iter().next().unwrap();
        let answer = match &**name {
            "evaluate" => evaluate(&self.bound()?, arguments),
            "explain" => self.bound()?.explain(text(arguments, "flag")).to_value(),
            "allFlagsState" => {
                let state = self.bound()?.all_flags_state(&options(arguments));
                object([("state", state)])
            }
            "sweep" => sweep::sweep(&self.flags()?, self.big_segments().as_ref(), arguments),
            "load" => loaded(&self.flags()?),
            "apply" => {
                let mut flags = self.flags()?;
                for patch in array(arguments, "patches") {
                    flags = match get(patch, "text") {
                        Some(text) => flags.apply(text.as_str().unwrap().as_bytes())?,
                        None => flags.apply_value(patch.clone())?,
                    };
                }
                return self.with_flags(flags).then(arguments, "load");
            }
            "context" => context_answer(&self.context()?),
            "withClock" => {
                let offset = get(arguments, "offsetMinutes").and_then(Value::as_integer);
                let offset = i32::try_from(offset.unwrap()).unwrap();
                let now = number(arguments, "nowMs").unwrap();
                let clocked = self.context()?.with_clock(now, offset)?;
                return CaseRun { context: Some(clocked), ..self }.then(arguments, "context");
            }
            "secureModeHash" => {
                let key = text(arguments, "sdkKey");
                let hash = self.context().map(|context| secure_mode_hash(key, &context));
                object([("hash", Value::from(hash.unwrap_or_default()))])
            }
            "bigSegmentKeys" => {
                let flags = self.flags()?;
                let keys = self.context().map(|context| flags.big_segment_keys(&context));
                object([("keys", list(keys.unwrap_or_default().into_iter().map(Value::from)))])
            }
            "consistency" => {
                self.bound()?.consistency(text(arguments, "flag"), &gate(arguments)).to_value()
            }
            "parseTtl" => {
                let seconds = parse_ttl(text(arguments, "text")).map(Value::from);
                object([("seconds", seconds.unwrap_or_default())])
            }
            "supersedes" => {
                let held = get(arguments, "held").filter(|held| !held.is_null());
                let held = held.map(|held| Flags::from_value(held.clone()).unwrap());
                let evidence = Evidence::from_value(get(arguments, "evidence").unwrap());
                let supersedes = self.flags()?.supersedes(held.as_ref(), &evidence);
                object([("supersedes", supersedes.into())])
            }
            "stepsBack" => {
                let held = Flags::from_value(get(arguments, "held").cloned().unwrap()).unwrap();
                object([("stepsBack", self.flags()?.steps_back_from(&held).into())])
            }
            "pinned" => return self.pinned(arguments),
            "strategy" => {
                let strategy = Strategy::read(get(arguments, "strategy").unwrap());
                let flags = self.flags()?;
                match strategy.and_then(|strategy| with_strategy(&flags, &strategy)) {
                    Ok(flags) => return self.with_flags(flags).then(arguments, "load"),
                    Err(error) => refused(error.code(), ("path", Value::from(error.path()))),
                }
            }
            "project" => {
                let projected = project(&self.flags()?, &projection_options(arguments))?.flags;
                return self.with_flags(projected).then(arguments, "load");
            }
            "agreement" => {
                return sweep::agreement(&self.flags()?, self.big_segments().as_ref(), arguments);
            }
            "strategyFor" => {
                let system = System::named(text(arguments, "system")).unwrap();
                let (flags, context) = (self.flags()?, self.context().ok());
                let chosen = context.and_then(|context| strategy_for(&flags, system, &context));
                let chosen = chosen.map(|chosen| chosen.to_value()).unwrap_or_default();
                object([("strategy", chosen)])
            }
            "system" => {
                let system = System::named(text(arguments, "system")).unwrap();
                let flags = self.flags()?;
                let under = SystemFlags::new(&flags, system).map_or(flags, |system| {
                    let context = self.context().ok();
                    let chosen = system.choose(context.as_ref(), self.big_segments().as_ref());
                    system.under(chosen).clone()
                });
                return self.with_flags(under).then(arguments, "load");
            }
            "status" => match lifecycle::with_status(&self.flags()?, arguments) {
                Ok(flags) => return self.with_flags(flags).then(arguments, "load"),
                Err(refused) => refused,
            },
            "edit" => {
                let (edits, now) = (get(arguments, "edits"), number(arguments, "now"));
                let edited = edit(text(arguments, "text"), edits.unwrap(), now.unwrap())?;
                object([("text", Value::from(edited))])
            }
            "promote" => {
                let from = Flags::from_value(get(arguments, "from").cloned().unwrap())?;
                let given = |name| get(arguments, name).and_then(Value::as_bool).unwrap_or(false);
                let features = array(arguments, "features").iter();
                let features: Vec<String> =
                    features.map(|key| key.as_str().unwrap().to_owned()).collect();
                let options = PromoteOptions {
                    features: &features,
                    with_rollout: given("withRollout"),
                    with_targets: given("withTargets"),
                    with_on: given("withOn"),
                };
                let (held, now) = (text(arguments, "text"), number(arguments, "now").unwrap());
                let Promotion { text, notes } = promote(&from, held, &options, now)?;
                object([("text", Value::from(text)), ("notes", listed(&notes))])
            }
            "convert" => {
                let source = ConversionSource::named(text(arguments, "source")).unwrap();
                let Conversion { flags, notes } = convert(text(arguments, "text"), source)?;
                object([("document", flags.document()), ("notes", listed(&notes))])
            }
            "certification" => lifecycle::certification(&self.flags()?, arguments),
            "deployment" => lifecycle::deployment(&self.flags()?, arguments),
            "finish" => lifecycle::finish(&self.flags()?, arguments),
            "advance" => lifecycle::advance(&self.flags()?, arguments),
            "retirements" => lifecycle::retirements(&self.flags()?, arguments),
            "receipt" => {
                let (context, big_segments) = (self.context().ok(), self.big_segments());
                let flag = text(arguments, "flag");
                receipt(&self.flags()?, flag, context.as_ref(), big_segments.as_ref()).to_value()
            }
            "replay" => {
                let (context, big_segments) = (self.context().ok(), self.big_segments());
                let receipt = text(arguments, "receipt").as_bytes();
                match replay(receipt, &self.flags()?, context.as_ref(), big_segments.as_ref()) {
                    Ok(_) => object([("holds", true.into())]),
                    Err(error) => refused(error.code(), ("path", Value::from(error.path()))),
                }
            }
            other => panic!("unknown call {other}"),
        };
        Ok(answer)
    }

    fn pinned(self, arguments: &Value) -> Result<Value, Failure> {
        let mut limits = HistoryLimits::default();
        if let Some(documents) = get(arguments, "maxDocuments").and_then(Value::as_integer) {
            limits.documents = usize::try_from(documents).unwrap();
        }
        let mut history = DocumentHistory::new(limits);
        for entry in array(arguments, "history") {
            let flags = Flags::from_value(get(entry, "document").cloned().unwrap()).unwrap();
            let now = number(entry, "nowMs");
            if get(entry, "fetched").is_some() {
                history.keep_fetched(flags);
            } else if get(entry, "superseded").is_some() {
                history.keep(flags, now);
            } else {
                history.add(flags, now.unwrap());
            }
        }
        let digest = text(arguments, "digest");
        match history.pinned(digest, &gate(arguments), number(arguments, "maxPinAgeMs")) {
            Err(error) => {
                let held = error.held().iter().map(|digest| Value::from(digest.as_str()));
                Ok(refused(error.code(), ("held", list(held))))
            }
            Ok(pinned) => Ok(object([
                ("digest", Value::from(pinned.digest())),
                ("switchedOff", list(pinned.switched_off().map(Value::from))),
                ("answer", self.with_flags(pinned.flags().clone()).then(arguments, "load")?),
            ])),
        }
    }
}

/// The code and path of each note.
fn listed(notes: &[Note]) -> Value {
    let note = |note: &Note| {
        let path = Value::String(Arc::clone(&note.path));
        object([("code", Value::from(note.code)), ("path", path)])
    };
    list(notes.iter().map(note))
}

fn load(case: &Value) -> Result<Flags, Failure> {
    let container = get(case, "container").and_then(Value::as_str).unwrap_or("document");
    let bytes = match get(case, "documentText") {
        Some(text) => Some(text.as_str().unwrap().as_bytes().to_vec()),
        None => get(case, "documentBytes").map(|bytes| {
            let bytes = bytes.as_array().unwrap().iter();
            bytes.map(|byte| u8::try_from(byte.as_integer().unwrap()).unwrap()).collect()
        }),
    };
    let document = get(case, "document").cloned();
    let empty = || object([("flags", Object::default().into())]);
    let document = document.unwrap_or_else(empty);
    Ok(match (bytes, container) {
        (Some(bytes), "document") => Flags::from_json(&bytes)?,
        (Some(bytes), "flagMap") => Flags::from_flag_map_json(&bytes)?,
        (Some(bytes), "appconfig") => Flags::from_appconfig_json(&bytes)?,
        (None, "document") => Flags::from_value(document)?,
        (None, "flagMap") => Flags::from_flag_map_value(document)?,
        (None, "appconfig") => Flags::from_appconfig_value(document)?,
        (_, other) => panic!("unknown container {other}"),
    })
}

pub(crate) fn projection_options(arguments: &Value) -> ProjectionOptions {
    let private = array(arguments, "private").iter();
    let private = private.map(|text| text.as_str().unwrap().into()).collect();
    ProjectionOptions { known: get(arguments, "known").cloned().unwrap_or_default(), private }
}

fn gate(arguments: &Value) -> Gate {
    let number = |name| number(arguments, name);
    let gate = Gate::new(number("nowMs").unwrap(), number("ttlSeconds").unwrap());
    let poll_timeout_ms = number("pollTimeoutMs").unwrap_or(gate.poll_timeout_ms);
    Gate { poll_timeout_ms, taken_ms: number("takenMs"), ..gate }
}

/// A rejected pin, strategy, status or receipt.
pub(crate) fn refused(code: &str, more: (&str, Value)) -> Value {
    object([("refused", object([("code", Value::from(code)), more]))])
}

pub(crate) fn options(arguments: &Value) -> AllFlagsOptions {
    let option = |name| get(arguments, name).and_then(Value::as_bool).unwrap_or(false);
    AllFlagsOptions {
        client_side_only: option("clientSideOnly"),
        with_reasons: option("withReasons"),
        details_only_for_tracked_flags: option("detailsOnlyForTrackedFlags"),
        now_ms: number(arguments, "now").unwrap_or(0.0),
    }
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
