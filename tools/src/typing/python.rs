//! Generates a typed Python module. Its classes for JSON objects are made by calling `TypedDict`,
//! since members may have any name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::shape::{Members, Numbers, Shape, Strings};
use super::{TypedFlag, literal};

/// Writes a module whose protocols every `isoflag.Flags` and `isoflag.BoundFlags` implements.
pub(super) fn write(flags: &[TypedFlag]) -> String {
    let mut classes = Classes::default();
    let served: Vec<String> =
        flags.iter().map(|flag| classes.union(&flag.shape, &pascal_case(&flag.key))).collect();
    let groups = Groups::of(flags, &served);
    let mut text = HEADER.to_owned() + &classes.text;
    let keys = keys_type(&groups.all, "");
    // Writing to a string cannot fail.
    let _ = write!(text, "\nFlagKey: TypeAlias = {keys}\n\"\"\"The key of a flag.\"\"\"\n");
    for protocol in [Protocol::BOUND, Protocol::UNBOUND] {
        text.push_str(&protocol.write(&groups));
    }
    text + FOOTER
}

/// The protocols of flags and clients, and the function that returns them: a type checker narrows
/// the declared type of a variable to that of the assigned object.
const FOOTER: &str = "\n
class TypedFlags(_TypedEvaluations, Protocol):
    \"\"\"Every ``isoflag.Flags`` of the document is one.\"\"\"

    def keys(self) -> list[str]: ...

    @property
    def digest(self) -> str: ...

    @property
    def version(self) -> int | None: ...


class TypedFlagClient(_TypedEvaluations, Protocol):
    \"\"\"Every ``isoflag.FlagClient`` of the document is one.\"\"\"

    @property
    def status(self) -> ClientStatus: ...

    def refresh(self, *, force: bool = False) -> ClientStatus: ...


@overload
def typed(flags: Flags) -> TypedFlags: ...


@overload
def typed(flags: FlagClient) -> TypedFlagClient: ...


def typed(flags: Any) -> Any:
    \"\"\"Returns the flags or the client, with the types of this document's flags.\"\"\"
    return flags
";

const HEADER: &str = "\
\"\"\"The keys of the flags, and what each serves.

Written by `isoflag types`. Edit the flag document and regenerate this file.

    flags = typed(Flags.from_json(text))
    client = typed(FlagClient(source))
\"\"\"

# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Protocol, TypeAlias, TypedDict, TypeVar, overload

from isoflag import Context, EvaluationDetail, Explanation

if TYPE_CHECKING:
    from isoflag import FlagClient, Flags
    from isoflag.client import ClientStatus

__all__ = [\"FlagKey\", \"TypedBoundFlags\", \"TypedFlagClient\", \"TypedFlags\", \"typed\"]

_D = TypeVar(\"_D\")
_ContextLike: TypeAlias = Context | Mapping[str, Any]
_BigSegments: TypeAlias = Mapping[str, Any] | None
";

/// Writes `Literal["a", "b"]`, on several lines if it is long.
fn keys_type(keys: &[&str], indent: &str) -> String {
    if keys.is_empty() {
        return "NoReturn".to_owned();
    }
    let literals: Vec<_> = keys.iter().map(|key| literal(key)).collect();
    let line = format!("Literal[{}]", literals.join(", "));
    if line.chars().count() <= 60 {
        return line;
    }
    let lines: String = literals.iter().map(|key| format!("{indent}    {key},\n")).collect();
    format!("Literal[\n{lines}{indent}]")
}

/// The keys of the flags, grouped by their types.
struct Groups<'a> {
    /// The type that `variation` returns, and for which keys; in the order of the first key.
    served: Vec<(&'a str, Vec<&'a str>)>,
    all: Vec<&'a str>,
    booleans: Vec<&'a str>,
    numbers: Vec<&'a str>,
    strings: Vec<&'a str>,
}

impl<'a> Groups<'a> {
    fn of(flags: &'a [TypedFlag], served: &'a [String]) -> Groups<'a> {
        let mut by_type: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut indices: BTreeMap<&str, usize> = BTreeMap::new();
        for (flag, served) in flags.iter().zip(served) {
            let index = *indices.entry(served).or_insert(by_type.len());
            match by_type.get_mut(index) {
                Some((_, keys)) => keys.push(&flag.key),
                None => by_type.push((served, vec![&flag.key])),
            }
        }
        let those = |serve: fn(&Shape) -> bool| -> Vec<&str> {
            // A flag of unknown type may serve anything.
            let fit = |flag: &&TypedFlag| serve(&flag.shape) || flag.shape.alternatives() == 0;
            flags.iter().filter(fit).map(|flag| &*flag.key).collect()
        };
        Groups {
            served: by_type,
            all: flags.iter().map(|flag| &*flag.key).collect(),
            booleans: those(|shape| shape.boolean),
            numbers: those(|shape| shape.number.is_some()),
            strings: those(|shape| shape.string.is_some()),
        }
    }
}

/// One of the two protocols: bound to a context, or with a context argument.
struct Protocol {
    name: &'static str,
    fulfilled_by: &'static str,
    /// The parameters besides the key and the default.
    context: &'static str,
    options: &'static str,
    /// The members that only this one has.
    others: &'static str,
}

impl Protocol {
    const BOUND: Protocol = Protocol {
        name: "TypedBoundFlags",
        fulfilled_by: "BoundFlags",
        context: "",
        options: "",
        others: "",
    };

    const UNBOUND: Protocol = Protocol {
        name: "_TypedEvaluations",
        fulfilled_by: "Flags`` and ``isoflag.FlagClient",
        context: ", context: _ContextLike",
        options: ", *, big_segments: _BigSegments = None",
        others: "
    def bind(
        self, context: _ContextLike, *, big_segments: _BigSegments = None
    ) -> TypedBoundFlags: ...
",
    };

    fn write(&self, groups: &Groups<'_>) -> String {
        let mut text = format!(
            "\n\nclass {}(Protocol):\n    \"\"\"Every ``isoflag.{}`` of the document is one.\"\"\"\n",
            self.name, self.fulfilled_by
        );
        let overload = if groups.served.len() > 1 { "    @overload\n" } else { "" };
        let value = |served: &str| format!("{served} | _D");
        let detail = |served: &str| format!("EvaluationDetail[{served} | _D]");
        for (served, keys) in &groups.served {
            text +=
                &format!("\n{overload}{}", self.getter("variation", keys, "_D", &value(served)));
        }
        for (served, keys) in &groups.served {
            let getter = self.getter("variation_detail", keys, "_D", &detail(served));
            text += &format!("\n{overload}{getter}");
        }
        for (served, keys) in [
            ("bool", &groups.booleans),
            ("int", &groups.numbers),
            ("float", &groups.numbers),
            ("str", &groups.strings),
        ] {
            // A getter without any flag is omitted.
            if !keys.is_empty() {
                let name = format!("{served}_variation");
                text += &format!("\n{}", self.getter(&name, keys, "_D", &value(served)));
                let name = format!("{name}_detail");
                text += &format!("\n{}", self.getter(&name, keys, "_D", &detail(served)));
            }
        }
        let Protocol { context, options, others, .. } = self;
        let json = self.getter_of("json_variation", "FlagKey", "Any", "Any");
        let detail =
            self.getter_of("json_variation_detail", "FlagKey", "Any", "EvaluationDetail[Any]");
        let keyword = self.keyword();
        format!(
            "{text}\n{json}\n{detail}
    def explain(self, key: FlagKey{context}{options}) -> Explanation: ...

    def all_flags_state(
        self{context}{keyword},
        client_side_only: bool = False,
        with_reasons: bool = False,
        details_only_for_tracked_flags: bool = False,
        now: float | None = None,
    ) -> dict[str, Any]: ...
{others}"
        )
    }

    fn getter(&self, name: &str, keys: &[&str], default: &str, gives: &str) -> String {
        self.getter_of(name, &keys_type(keys, "        "), default, gives)
    }

    fn getter_of(&self, name: &str, key: &str, default: &str, gives: &str) -> String {
        let context = self.context;
        // The other getters return no object or array.
        let options = if name.starts_with("variation") || name.starts_with("json_") {
            format!("{}, copy: bool = True", self.keyword())
        } else {
            self.options.to_owned()
        };
        format!(
            "    def {name}(\n        self, key: {key}{context}, default: {default}{options}\n    ) -> {gives}: ...\n"
        )
    }

    /// The keyword-only parameters, for more of them to follow.
    fn keyword(&self) -> &'static str {
        if self.options.is_empty() { ", *" } else { self.options }
    }
}

/// The classes for JSON objects.
struct Classes {
    /// Their definitions, each after its dependencies.
    text: String,
    taken: BTreeSet<String>,
    /// The number after the last one that was added to a name.
    numbers: BTreeMap<String, u32>,
}

/// The names in this style that the module itself uses.
const TAKEN: [&str; 22] = [
    "Any",
    "ClientStatus",
    "Context",
    "EvaluationDetail",
    "Explanation",
    "False",
    "FlagClient",
    "FlagKey",
    "Flags",
    "Literal",
    "Mapping",
    "NoReturn",
    "None",
    "Protocol",
    "True",
    "TypeAlias",
    "TypeVar",
    "TypedBoundFlags",
    "TypedDict",
    "TypedFlagClient",
    "TypedFlags",
    "TYPE_CHECKING",
];

impl Default for Classes {
    fn default() -> Classes {
        let mut taken = BTreeSet::new();
        taken.extend(TAKEN.map(str::to_owned));
        Classes { text: String::new(), taken, numbers: BTreeMap::new() }
    }
}

impl Classes {
    /// Returns the name, with the first number that makes it unique if it is taken.
    fn free_name(&mut self, wanted: &str) -> String {
        let mut free = wanted.to_owned();
        let next = self.numbers.entry(wanted.to_owned()).or_insert(2);
        while !self.taken.insert(free.clone()) {
            free = format!("{wanted}{next}");
            *next = next.saturating_add(1);
        }
        free
    }

    /// The type of values of that shape; `name` is for the class of their objects.
    fn union(&mut self, shape: &Shape, name: &str) -> String {
        let mut alternatives = Vec::new();
        if shape.boolean {
            alternatives.push("bool".to_owned());
        }
        match shape.number {
            None => {}
            Some(Numbers::Integers) => alternatives.push("int".to_owned()),
            Some(Numbers::Any) => alternatives.push("float".to_owned()),
        }
        match &shape.string {
            None => {}
            Some(Strings::Any) => alternatives.push("str".to_owned()),
            Some(Strings::Literals(literals)) => {
                let literals: Vec<_> = literals.iter().map(|text| literal(text)).collect();
                alternatives.push(format!("Literal[{}]", literals.join(", ")));
            }
        }
        if let Some(members) = &shape.object {
            alternatives.push(self.object(members, name));
        }
        if let Some(elements) = &shape.elements {
            let element = self.union(elements, &format!("{name}Item"));
            alternatives.push(format!("list[{element}]"));
        }
        if shape.null {
            alternatives.push("None".to_owned());
        }
        if alternatives.is_empty() { "Any".to_owned() } else { alternatives.join(" | ") }
    }

    /// Defines the class of some objects, after those of their members, and returns its name.
    fn object(&mut self, members: &Members, name: &str) -> String {
        if members.is_empty() {
            return "dict[str, Any]".to_owned();
        }
        let (mut required, mut optional) = (Vec::new(), Vec::new());
        for (member, always) in members.iter() {
            let served = self.union(&member.shape, &format!("{name}{}", pascal_case(&member.name)));
            let line = format!("    {}: {served},\n", literal(&member.name));
            if always { required.push(line) } else { optional.push(line) }
        }
        let own = self.free_name(name);
        let define = |name: &str, lines: &[String], total: &str| {
            format!("\n{name} = TypedDict(\"{name}\", {{\n{}}}{total})\n", lines.concat())
        };
        let text = match (required.is_empty(), optional.is_empty()) {
            (_, true) => define(&own, &required, ""),
            (true, false) => define(&own, &optional, ", total=False"),
            (false, false) => {
                let (needed, rest) = (format!("_{own}Required"), format!("_{own}Optional"));
                define(&needed, &required, "")
                    + &define(&rest, &optional, ", total=False")
                    + &format!("\n\nclass {own}({needed}, {rest}):\n    pass\n\n")
            }
        };
        self.text.push_str(&text);
        own
    }
}

/// Converts a key to the name of a class: `new-checkout` becomes `NewCheckout`.
fn pascal_case(key: &str) -> String {
    let words = key.split(|character: char| !character.is_ascii_alphanumeric());
    let capitalised = words.map(|word| {
        let mut characters = word.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    });
    let name: String = capitalised.collect();
    if name.starts_with(|first: char| first.is_ascii_uppercase()) {
        name
    } else {
        format!("Flag{name}")
    }
}
