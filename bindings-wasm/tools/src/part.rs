//! Evaluates with the part of a host object that the answer of a flag depends on, for callers that use another object
//! for each evaluation. TypeScript reads the required members and writes their values into a buffer; nothing else is
//! passed, and no handle is left behind.

use std::cell::RefCell;
use std::sync::Arc;

use isoflag::{Context, Dependencies, Flags, Marks, Object, PartialBinding, Value};
use isoflag_wasm::answer::{Source, code, value_type};
use isoflag_wasm::bound::{self, FAILED};
use isoflag_wasm::handles::{Document, FLAGS};
use wasm_bindgen::prelude::wasm_bindgen;

const KIND: &str = "kind";
/// The kind of a multi-kind context.
const MULTI: &str = "multi";

/// The maximum number of distinct dependencies that a document's flags share; more are rare.
const MOST_SHARED: usize = 256;

type Members = Vec<(Arc<str>, Value)>;

/// The dependencies of the flags of one document.
#[derive(Default)]
pub(crate) struct Parts {
    known: RefCell<Vec<Part>>,
    /// The kind of the last context, which the next one most often has too.
    kind: RefCell<Arc<str>>,
    /// The last bound part: the next call may use the same object.
    last: RefCell<Option<PartialBinding>>,
    members: RefCell<Members>,
}

struct Part {
    dependencies: Dependencies,
    /// In the order in which the values of an individual context are written.
    members: Vec<Arc<str>>,
}

impl Parts {
    /// Describes the dependencies of a flag, see [`part_of`].
    fn of(&self, flags: &Flags, flag: u32) -> String {
        let dependencies = flags.dependencies_of(bound::flag(flag));
        let mut known = self.known.borrow_mut();
        let shared =
            known.iter().take(MOST_SHARED).position(|part| part.dependencies == dependencies);
        let place = shared.unwrap_or(known.len());
        let members = dependencies.members();
        let interchangeable = dependencies.interchangeable().map(|(name, classes)| {
            (Arc::from(name), classes.iter().copied().map(Value::from).collect())
        });
        let described = Object::from_iter([
            ("number", Value::from(place as f64)),
            ("members", members.iter().cloned().map(Value::String).collect()),
            ("interchangeable", Value::Object(interchangeable.collect())),
        ]);
        if shared.is_none() {
            known.push(Part { dependencies, members });
        }
        Value::Object(described).to_canonical_json()
    }

    fn evaluate(&self, flags: &Flags, part: u32, answered: Answered) -> Option<u32> {
        let known = self.known.borrow();
        let part = known.get(part as usize)?;
        let mut members = self.members.borrow_mut();
        let context = WRITTEN.with_borrow(|written| {
            let kind = &mut *self.kind.borrow_mut();
            Written { bytes: written, kind }.context(&part.members, &mut members)
        });
        let bound = flags.bind_part(&part.dependencies, context.as_ref());
        let code = answered.code(&bound);
        self.last.replace(Some(bound));
        Some(code)
    }
}

/// An evaluation to make.
struct Answered {
    /// The document.
    flags: u32,
    flag: u32,
    /// The expected type.
    expected: u32,
}

impl Answered {
    /// Evaluates, and returns the answer's code.
    fn code(&self, part: &PartialBinding) -> u32 {
        let answer = part.evaluate_handle(bound::flag(self.flag));
        code(answer.expecting(part.flags(), value_type(self.expected)), Source::Flags(self.flags))
    }
}

thread_local! {
    static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Replaces the number of individual contexts before the JSON text of a whole context.
const WHOLE: u8 = 0xff;

/// Precedes a string.
const TEXT: u8 = 5;

/// Parses the buffer that TypeScript wrote: the number of individual contexts, or 0 for a context of one kind; then the
/// values of each.
struct Written<'b> {
    bytes: &'b [u8],
    kind: &'b mut Arc<str>,
}

impl<'b> Written<'b> {
    /// `None` for an invalid context, for which every answer is `USER_NOT_SPECIFIED`.
    fn context(&mut self, names: &[Arc<str>], members: &mut Members) -> Option<Context> {
        members.clear();
        match self.byte()? {
            WHOLE => Context::from_host(self.value()??).ok(),
            0 => {
                self.individual(names, members)?;
                Context::from_host_members(members, Marks::Possible).ok()
            }
            several => {
                let mut all = vec![(Arc::from(KIND), Value::from(MULTI))];
                for _ in 0..several {
                    self.individual(names, members)?;
                    // A member of a multi-kind context is named by its kind.
                    let kind = Arc::clone(self.kind);
                    all.push((kind, Object::from_members(std::mem::take(members)).into()));
                }
                Context::from_host_members(&all, Marks::Possible).ok()
            }
        }
    }

    fn individual(&mut self, names: &[Arc<str>], members: &mut Members) -> Option<()> {
        let (kind, others) = names.split_first()?;
        // A kind must be a string.
        let text = if self.byte()? == TEXT { self.text()? } else { return None };
        if text != &**self.kind {
            *self.kind = Arc::from(text);
        }
        members.push((Arc::clone(kind), Value::String(Arc::clone(self.kind))));
        for name in others {
            if let Some(value) = self.value()? {
                members.push((Arc::clone(name), value));
            }
        }
        Some(())
    }

    /// Returns the next value; the inner option is `None` if the member is absent.
    fn value(&mut self) -> Option<Option<Value>> {
        let value = match self.byte()? {
            0 => return Some(None),
            1 => Value::Null,
            2 => Value::Bool(false),
            3 => Value::Bool(true),
            4 => Value::number(f64::from_le_bytes(self.array()?)).unwrap_or(Value::NO_JSON_FORM),
            TEXT => Value::from(self.text()?),
            6 => Value::parse_host(self.text()?.as_bytes()).ok()?,
            _ => Value::NO_JSON_FORM,
        };
        Some(Some(value))
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*byte)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(*array)
    }

    fn text(&mut self) -> Option<&'b str> {
        let length = u16::from_le_bytes(self.array()?);
        let (text, rest) = self.bytes.split_at_checked(usize::from(length))?;
        self.bytes = rest;
        std::str::from_utf8(text).ok()
    }
}

/// The parts that a document keeps, unless its handle was freed.
fn with_parts<R>(flags: u32, reader: impl FnOnce(&Parts, &Flags) -> R) -> Option<R> {
    let read = |document: &Document| {
        let beside = document.beside.get_or_init(|| Box::new(Parts::default()));
        beside.downcast_ref().map(|parts| reader(parts, &document.flags))
    };
    FLAGS.with(|table| table.get(flags, read)).ok().flatten()
}

/// Allocates the buffer with this number of bytes, and returns its address.
#[wasm_bindgen(js_name = makePartBuffer)]
#[must_use]
pub fn make_part_buffer(bytes: u32) -> u32 {
    WRITTEN.with_borrow_mut(|written| {
        written.resize(bytes as usize, 0);
        written.as_ptr() as u32
    })
}

/// Returns the dependencies of a flag, as the JSON text of an object: a `number`, equal for flags with equal
/// dependencies; the `members` of an individual context, the kind first; and the `interchangeable` ones, see
/// [`Dependencies::interchangeable`].
#[wasm_bindgen(js_name = partOf)]
#[must_use]
pub fn part_of(flags: u32, flag: u32) -> Option<String> {
    with_parts(flags, |parts, flags| parts.of(flags, flag))
}

/// Evaluates a flag for the buffer's part of an object. The document keeps it for [`evaluate_again`].
#[wasm_bindgen(js_name = evaluatePart)]
#[must_use]
pub fn evaluate_part(flags: u32, part: u32, flag: u32, expected: u32) -> u32 {
    let answered = Answered { flags, flag, expected };
    with_parts(flags, |parts, flags| parts.evaluate(flags, part, answered))
        .flatten()
        .unwrap_or(FAILED)
}

/// Like [`evaluate_part`], for the last part and a flag with the same dependencies.
#[wasm_bindgen(js_name = evaluateAgain)]
#[must_use]
pub fn evaluate_again(flags: u32, flag: u32, expected: u32) -> u32 {
    let answered = Answered { flags, flag, expected };
    let again =
        |parts: &Parts, _: &Flags| parts.last.borrow().as_ref().map(|bound| answered.code(bound));
    with_parts(flags, again).flatten().unwrap_or(FAILED)
}
