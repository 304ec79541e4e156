//! Parses a pattern's text. Everything that `regex-lite` rejects is rejected.

use super::characters::{Characters, Class, Range};
use super::program::{Instruction, Look};
use super::syntax::Part;
use crate::limits;

/// Parses a pattern into its syntax tree and its classes; `None` if it is not a pattern or nests
/// too deep.
pub(super) fn read(pattern: &str) -> Option<(Part, Vec<Class>)> {
    let mut reader = Reader { rest: pattern, ..Reader::default() };
    let part = reader.alternatives(0)?;
    (!part.nests_too_deep()).then_some((part, reader.classes))
}

/// The flags in the order of their bits; `u` has no effect.
const FLAGS: &str = "imsURxu";
const BOTH_CASES: u8 = 1 << 0;
const LINES: u8 = 1 << 1;
const DOT_IS_ALL: u8 = 1 << 2;
const CRLF: u8 = 1 << 4;
const SPACED: u8 = 1 << 5;

const WORD_START: Look = Look::Word(0b0010);
const WORD_END: Look = Look::Word(0b0100);

#[derive(Default)]
struct Reader<'p> {
    rest: &'p str,
    flags: u8,
    /// The names of groups, sorted.
    names: Vec<&'p str>,
    classes: Vec<Class>,
}

/// The meaning of an escape, or one character of a class.
enum Item {
    Character(char),
    Characters(Characters),
    Look(Look),
}

impl<'p> Reader<'p> {
    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let mut rest = self.rest.chars();
        let next = rest.next();
        self.rest = rest.as_str();
        next
    }

    /// Skips this text if it comes next.
    fn eat(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Skips white space and comments, if the flag is set.
    fn skip_space(&mut self) {
        while self.has(SPACED) {
            self.rest = self.rest.trim_start();
            if !self.eat("#") {
                break;
            }
            self.rest = self.rest.split_once(['\n']).unwrap_or_default().1;
        }
    }

    /// Takes the next character and the space after it; returns whether there is more.
    fn skip(&mut self) -> bool {
        self.next();
        self.skip_space();
        !self.rest.is_empty()
    }

    /// Parses up to the end or a closing parenthesis, at this depth of groups.
    fn alternatives(&mut self, depth: u32) -> Option<Part> {
        if depth > limits::REGEX_NESTING {
            return None;
        }
        let mut alternatives = Vec::new();
        let mut parts = Vec::new();
        loop {
            self.skip_space();
            let Some(sign) = self.peek() else { break };
            if sign == ')' {
                if depth == 0 {
                    return None;
                }
                break;
            }
            if sign == '[' {
                let class = self.class()?;
                parts.push(self.part(Item::Characters(class)));
                continue;
            }
            if sign == '(' {
                let flags = self.flags;
                if let Some(group) = self.group(depth)? {
                    parts.push(group);
                    self.flags = flags;
                }
                if !self.eat(")") {
                    return None;
                }
                continue;
            }
            if matches!(sign, '?' | '*' | '+' | '{') {
                let part = parts.pop()?;
                let (least, most) = match sign {
                    '?' => (0, Some(1)),
                    '*' => (0, None),
                    '+' => (1, None),
                    _ => self.counts()?,
                };
                self.next();
                if sign == '{' {
                    self.skip_space();
                }
                // Laziness does not affect a search without positions.
                self.eat("?");
                parts.push(part.repeated(least, most));
                continue;
            }
            self.next();
            if sign == '|' {
                alternatives.push(Part::sequence(std::mem::take(&mut parts)));
                continue;
            }
            let item = self.single(sign)?;
            parts.push(self.part(item));
        }
        alternatives.push(Part::sequence(parts));
        Some(Part::either(alternatives))
    }

    /// The meaning of one character, which has been read; for an escape, of the text that follows.
    fn single(&mut self, sign: char) -> Option<Item> {
        let (lines, crlf) = (self.has(LINES), self.has(CRLF));
        Some(match sign {
            '\\' => return self.escape(),
            '.' if self.has(DOT_IS_ALL) => Item::Characters(Characters::all()),
            '.' => Item::Characters(Characters::within_a_line(crlf)),
            '^' if !lines => Item::Look(Look::Start),
            '^' if crlf => Item::Look(Look::CrlfStart),
            '^' => Item::Look(Look::LineStart),
            '$' if !lines => Item::Look(Look::End),
            '$' if crlf => Item::Look(Look::CrlfEnd),
            '$' => Item::Look(Look::LineEnd),
            character => self.literal(character),
        })
    }

    /// Parses a group from its parenthesis up to the closing one. An inner `None` is a change of
    /// flags, which applies from here on.
    fn group(&mut self, depth: u32) -> Option<Option<Part>> {
        self.skip();
        if ["?=", "?!", "?<=", "?<!"].iter().any(|look_around| self.rest.starts_with(look_around)) {
            return None;
        }
        if self.eat("?P<") || self.eat("?<") {
            self.name()?;
        } else if self.eat("?") {
            let end = self.change_flags()?;
            return if end == ':' { self.alternatives(depth + 1).map(Some) } else { Some(None) };
        }
        Some(Some(self.alternatives(depth + 1)?.group()))
    }

    /// Parses the name of a group, which must be unique.
    fn name(&mut self) -> Option<()> {
        let (name, rest) = self.rest.split_once(['>'])?;
        let first = |character: char| character == '_' || character.is_alphabetic();
        let later = |character: char| {
            matches!(character, '_' | '.' | '[' | ']') || character.is_alphanumeric()
        };
        let mut characters = name.chars();
        let valid = characters.next().is_some_and(first) && characters.all(later);
        let position = self.names.binary_search(&name).err().filter(|_| valid)?;
        self.names.insert(position, name);
        self.rest = rest;
        Some(())
    }

    /// Parses flags, and the colon after them; a closing parenthesis is not consumed.
    fn change_flags(&mut self) -> Option<char> {
        let (mut flags, mut seen) = (self.flags, 0);
        let mut negate = false;
        let mut dangling = false;
        loop {
            match self.peek()? {
                end @ (':' | ')') => {
                    if dangling || (end == ')' && seen == 0) {
                        return None;
                    }
                    self.eat(":");
                    self.flags = flags;
                    return Some(end);
                }
                '-' if negate => return None,
                '-' => (negate, dangling) = (true, true),
                flag => {
                    let bit = 1 << FLAGS.bytes().position(|known| char::from(known) == flag)?;
                    if seen & bit != 0 {
                        return None;
                    }
                    seen |= bit;
                    flags = if negate { flags & !bit } else { flags | bit };
                    dangling = false;
                }
            }
            self.next();
        }
    }

    /// Parses the counts of a repetition, up to the closing brace.
    fn counts(&mut self) -> Option<(u32, Option<u32>)> {
        self.skip();
        let least = self.decimal()?;
        let mut most = Some(least);
        if self.peek() == Some(',') {
            self.skip();
            most = if self.peek() == Some('}') { None } else { Some(self.decimal()?) };
        }
        let closed = self.peek() == Some('}');
        (closed && most.is_none_or(|most| least <= most)).then_some((least, most))
    }

    fn decimal(&mut self) -> Option<u32> {
        self.rest = self.rest.trim_start();
        let mut number = None;
        while let Some(digit) = self.peek().and_then(|character| character.to_digit(10)) {
            number = Some(number.unwrap_or(0_u32).checked_mul(10)?.checked_add(digit)?);
            self.skip();
        }
        while self.peek().is_some_and(char::is_whitespace) {
            self.skip();
        }
        number
    }

    /// A character, or both cases of a letter if the flag is set.
    fn literal(&self, character: char) -> Item {
        if self.has(BOTH_CASES) && character.is_ascii_alphabetic() {
            let letter = Characters(vec![(u32::from(character), u32::from(character))]);
            return Item::Characters(letter.of_both_cases());
        }
        Item::Character(character)
    }

    fn part(&mut self, item: Item) -> Part {
        Part::one(match item {
            Item::Character(character) => Instruction::Character(character.into()),
            Item::Characters(characters) => {
                self.classes.push(Class::new(&characters));
                Instruction::Characters(self.classes.len() as u32 - 1)
            }
            Item::Look(look) => Instruction::Look(look),
        })
    }

    /// Parses the text after a backslash.
    fn escape(&mut self) -> Option<Item> {
        let escaped = self.peek()?;
        if let 'x' | 'u' | 'U' = escaped {
            return self.hexadecimal(match escaped {
                'x' => 2,
                'u' => 4,
                _ => 8,
            });
        }
        self.next();
        let class = match escaped.to_ascii_lowercase() {
            'd' => Characters::posix("digit"),
            's' => Characters::posix("space"),
            'w' => Characters::posix("word"),
            _ => None,
        };
        if let Some(class) = class {
            let negated = escaped.is_ascii_uppercase();
            return Some(Item::Characters(if negated { class.negated() } else { class }));
        }
        Some(match escaped {
            'a' => Item::Character('\x07'),
            'f' => Item::Character('\x0c'),
            't' => Item::Character('\t'),
            'n' => Item::Character('\n'),
            'r' => Item::Character('\r'),
            'v' => Item::Character('\x0b'),
            'A' => Item::Look(Look::Start),
            'z' => Item::Look(Look::End),
            'b' => Item::Look(self.word_boundary()?),
            'B' => Item::Look(Look::Word(0b1001)),
            '<' => Item::Look(WORD_START),
            '>' => Item::Look(WORD_END),
            // Letters and digits are reserved.
            other if !other.is_ascii() || other.is_ascii_alphanumeric() => return None,
            other => self.literal(other),
        })
    }

    /// Parses the braces that may follow `\b`, unless they are a count.
    fn word_boundary(&mut self) -> Option<Look> {
        const ANY: Look = Look::Word(0b0110);
        let is_letter = |character: &char| character.is_ascii_alphabetic() || *character == '-';
        let rest = self.rest;
        if self.peek() != Some('{') {
            return Some(ANY);
        }
        if !self.skip() {
            return None;
        }
        let mut name = String::new();
        while let Some(letter) = self.peek().filter(is_letter) {
            name.push(letter);
            self.skip();
        }
        if name.is_empty() {
            self.rest = rest;
            return Some(ANY);
        }
        if !self.eat("}") {
            return None;
        }
        match name.as_str() {
            "start" => Some(WORD_START),
            "end" => Some(WORD_END),
            "start-half" => Some(Look::Word(0b0011)),
            "end-half" => Some(Look::Word(0b0101)),
            _ => None,
        }
    }

    /// Parses a character by its number, in braces or with this number of digits, after the letter.
    fn hexadecimal(&mut self, digits: usize) -> Option<Item> {
        self.skip();
        let in_braces = self.peek() == Some('{');
        if in_braces {
            self.skip();
        }
        let mut number = None;
        let mut count = 0;
        while in_braces || count < digits {
            let next = self.peek()?;
            if in_braces && next == '}' {
                self.skip();
                break;
            }
            let digit = next.to_digit(16)?;
            number = Some(number.unwrap_or(0_u32).checked_mul(16)?.checked_add(digit)?);
            count += 1;
            self.skip();
        }
        char::from_u32(number?).map(|character| self.literal(character))
    }

    /// Reads a class from its bracket on.
    fn class(&mut self) -> Option<Characters> {
        let mut ranges = Vec::new();
        self.skip();
        let negate = self.peek() == Some('^') && {
            self.skip();
            true
        };
        while self.peek() == Some('-') {
            ranges.push((u32::from('-'), u32::from('-')));
            self.skip();
        }
        if ranges.is_empty() && self.peek() == Some(']') {
            ranges.push((u32::from(']'), u32::from(']')));
            self.skip();
        }
        loop {
            self.skip_space();
            // Operations on sets, which the dialect does not have.
            if ["&&", "--", "~~"].iter().any(|operator| self.rest.starts_with(operator)) {
                return None;
            }
            match self.peek()? {
                '[' => ranges.extend(self.posix_class()?.0),
                ']' => break,
                _ => self.range(&mut ranges)?,
            }
        }
        self.next();
        let mut class = Characters::of(&ranges);
        if self.has(BOTH_CASES) {
            class = class.of_both_cases();
        }
        Some(if negate { class.negated() } else { class })
    }

    /// Reads `[:name:]` or `[:^name:]`.
    fn posix_class(&mut self) -> Option<Characters> {
        let (name, rest) = self.rest.strip_prefix("[:")?.split_once([']'])?;
        self.rest = rest;
        let name = name.strip_suffix(':')?;
        match name.strip_prefix('^') {
            Some(name) => Characters::posix(name).map(Characters::negated),
            None => Characters::posix(name),
        }
    }

    /// Reads a character of a class, a range of them or an escape.
    fn range(&mut self, ranges: &mut Vec<Range>) -> Option<()> {
        let first = self.item()?;
        self.skip_space();
        // A hyphen before the end stands for itself.
        if self.peek()? != '-' || matches!(self.peek_after_hyphen(), Some(']' | '-')) {
            match first {
                Item::Character(one) => ranges.push((u32::from(one), u32::from(one))),
                Item::Characters(class) => ranges.extend(class.0),
                Item::Look(_) => return None,
            }
            return Some(());
        }
        self.skip();
        let (Item::Character(first), Item::Character(last)) = (first, self.item()?) else {
            return None;
        };
        ranges.push((u32::from(first), u32::from(last)));
        (first <= last).then_some(())
    }

    /// The character after a hyphen. Of a comment only its sign is skipped, as in `regex-lite`.
    fn peek_after_hyphen(&self) -> Option<char> {
        let rest = self.rest.strip_prefix('-')?;
        if !self.has(SPACED) {
            return rest.chars().next();
        }
        let rest = rest.trim_start();
        rest.strip_prefix('#').map_or(rest, str::trim_start).chars().next()
    }

    fn item(&mut self) -> Option<Item> {
        match self.next()? {
            '\\' => self.escape(),
            character => Some(Item::Character(character)),
        }
    }
}
