//! Generates classes for JSON objects. `TypedDict` is called as a function, since members may have
//! any name.

use std::collections::{BTreeMap, BTreeSet};

use super::super::literal;
use super::super::shape::{Members, Numbers, Shape, Strings};

/// The classes for JSON objects.
pub(super) struct Classes {
    /// Their definitions, each after its dependencies.
    pub(super) text: String,
    taken: BTreeSet<String>,
    /// The number after the last one that was added to a name.
    numbers: BTreeMap<String, u32>,
}

/// The names in this style that the module itself uses.
const TAKEN: [&str; 17] = [
    "Any",
    "Context",
    "EvaluationDetail",
    "Explanation",
    "False",
    "FlagKey",
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
    "TypedFlags",
];

impl Default for Classes {
    fn default() -> Classes {
        Classes {
            text: String::new(),
            taken: TAKEN.map(str::to_owned).into(),
            numbers: BTreeMap::new(),
        }
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
    pub(super) fn union(&mut self, shape: &Shape, name: &str) -> String {
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
pub(super) fn pascal_case(key: &str) -> String {
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
