//! A text that a simple regular expression matches. The caller tests it: constructs that are not
//! understood make a text that does not match.

use std::iter::Peekable;
use std::str::Chars;

/// The groups inside each other that are read.
const DEEPEST: usize = 16;

/// The longest text that is made.
const LONGEST: usize = 1_000;

/// Returns a text that the pattern probably matches.
pub(super) fn sample(pattern: &str) -> Option<String> {
    let mut letters = pattern.chars().peekable();
    let text = alternatives(&mut letters, 0)?;
    // A closing parenthesis without an opening one.
    letters.peek().is_none().then_some(text)
}

/// Reads alternatives up to the end or a closing parenthesis; returns a text for the first.
fn alternatives(letters: &mut Peekable<Chars<'_>>, depth: usize) -> Option<String> {
    if depth > DEEPEST {
        return None;
    }
    let first = sequence(letters, depth)?;
    while letters.next_if_eq(&'|').is_some() {
        sequence(letters, depth)?;
    }
    Some(first)
}

fn sequence(letters: &mut Peekable<Chars<'_>>, depth: usize) -> Option<String> {
    let mut text = String::new();
    while let Some(letter) = letters.next_if(|letter| !matches!(letter, '|' | ')')) {
        let part = match letter {
            '^' | '$' => continue,
            '.' => "a".to_owned(),
            '[' => class(letters)?.to_string(),
            '(' => {
                if letters.next_if_eq(&'?').is_some() {
                    // `?:` and flags such as `?i:`; a name ends with `>`.
                    letters.find(|letter| matches!(letter, ':' | '>'))?;
                }
                let inner = alternatives(letters, depth + 1)?;
                letters.next_if_eq(&')')?;
                inner
            }
            '\\' => match escaped(letters.next()?) {
                Some(letter) => letter.to_string(),
                None => continue,
            },
            letter => letter.to_string(),
        };
        text.push_str(&part.repeat(repetitions(letters, part.len())?));
        if text.len() > LONGEST {
            return None;
        }
    }
    Some(text)
}

/// The letter for an escape; `None` for an assertion.
fn escaped(letter: char) -> Option<char> {
    match letter {
        'd' => Some('1'),
        'w' | 'D' | 'S' => Some('a'),
        's' => Some(' '),
        'W' => Some('-'),
        'b' | 'B' | 'A' | 'z' => None,
        't' => Some('\t'),
        'n' => Some('\n'),
        other => Some(other),
    }
}

/// Reads a class after `[`, and returns its first letter; for a negated one, a letter outside.
fn class(letters: &mut Peekable<Chars<'_>>) -> Option<char> {
    let negated = letters.next_if_eq(&'^').is_some();
    let mut ranges: Vec<(char, char)> = Vec::new();
    while let Some(letter) = letters.next_if(|letter| *letter != ']') {
        let first = if letter == '\\' { escaped(letters.next()?)? } else { letter };
        let is_range = letters.next_if_eq(&'-').is_some();
        let end = letters.next_if(|letter| is_range && *letter != ']');
        ranges.push((first, end.unwrap_or(first)));
        if is_range && end.is_none() {
            // A hyphen before the end of the class.
            ranges.push(('-', '-'));
        }
    }
    letters.next_if_eq(&']')?;
    let contains =
        |letter: &char| ranges.iter().any(|(first, last)| (first..=last).contains(&letter));
    match negated {
        true => ['a', 'A', '1', '-', ' '].into_iter().find(|letter| !contains(letter)),
        false => ranges.first().map(|(first, _)| *first),
    }
}

/// Reads a quantifier, and returns the least number of repetitions.
fn repetitions(letters: &mut Peekable<Chars<'_>>, length: usize) -> Option<usize> {
    let least = match letters.peek() {
        Some('*' | '?') => 0,
        Some('+') => 1,
        Some('{') => {
            letters.next();
            let mut least = 0_usize;
            while let Some(digit) = letters.next_if(char::is_ascii_digit) {
                least = least.checked_mul(10)?.checked_add(digit.to_digit(10)? as usize)?;
            }
            letters.find(|letter| *letter == '}')?;
            letters.next_if_eq(&'?');
            return (least.saturating_mul(length) <= LONGEST).then_some(least);
        }
        _ => return Some(1),
    };
    letters.next();
    letters.next_if_eq(&'?');
    Some(least)
}

#[cfg(test)]
mod tests {
    use super::sample;

    #[test]
    fn a_sample_is_made_of_the_first_alternatives() {
        for (pattern, expected) in [
            ("^[^@]+@(shop|club)\\.example$", Some("a@shop.example")),
            ("\\d{3}-[A-F]?x*", Some("111-")),
            ("(?i:ab)+c{2,}", Some("abcc")),
            ("[\\w-]+", Some("a")),
            ("a|b", Some("a")),
            ("", Some("")),
            ("a)", None),
            ("(a", None),
            ("[a", None),
            ("a{9999999}", None),
        ] {
            assert_eq!(sample(pattern).as_deref(), expected, "{pattern}");
        }
    }
}
