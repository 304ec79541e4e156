//! The tokens of JSON.

use std::borrow::Cow;

use super::decimal::Decimal;
use super::error::JsonErrorKind;

/// An error in a text, and the byte that follows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) kind: JsonErrorKind,
    pub(super) message: &'static str,
    pub(super) offset: usize,
}

/// Ends parsing; the scanner stores the [`Fault`], so that results are small.
#[derive(Clone, Copy, Debug)]
pub(super) struct Invalid;

pub(super) const EOF_IN_VALUE: &str = "the text ends within a value";
const EOF_IN_STRING: &str = "the text ends within a string";
const INVALID_ESCAPE: &str = "invalid escape";
const INVALID_NUMBER: &str = "invalid number";

/// A number token; an integer is more precise than its double.
pub(super) enum Number {
    Integer(u64),
    Double(f64),
}

/// The tokens of a JSON text.
pub(super) struct Scanner<'t> {
    text: &'t [u8],
    offset: usize,
    fault: Fault,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t [u8]) -> Scanner<'t> {
        let fault = Fault { kind: JsonErrorKind::Syntax, message: "", offset: 0 };
        Scanner { text, offset: 0, fault }
    }

    /// Returns the error, after a result was [`Invalid`].
    pub(super) fn found_fault(&self) -> Fault {
        self.fault
    }

    /// Stores a fault of this kind in the bytes read so far.
    pub(super) fn fault_of(&mut self, kind: JsonErrorKind, message: &'static str) -> Invalid {
        self.fault = Fault { kind, message, offset: self.offset };
        Invalid
    }

    /// Stores a fault in the bytes read so far.
    pub(super) fn fault(&mut self, message: &'static str) -> Invalid {
        self.fault_of(JsonErrorKind::Syntax, message)
    }

    /// Stores a fault in the next byte.
    pub(super) fn fault_ahead(&mut self, message: &'static str) -> Invalid {
        self.offset = self.text.len().min(self.offset + 1);
        self.fault(message)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.offset).copied()
    }

    /// Returns the next byte that is not white space.
    pub(super) fn peek_token(&mut self) -> Option<u8> {
        loop {
            match self.text.get(self.offset) {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.offset += 1,
                next => return next.copied(),
            }
        }
    }

    pub(super) fn skip(&mut self) {
        self.offset += 1;
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.offset += 1;
        Some(byte)
    }

    /// Reads the rest of `null`, `true` or `false`.
    pub(super) fn literal(&mut self, rest: &[u8]) -> Result<(), Invalid> {
        for expected in rest {
            match self.next() {
                None => return Err(self.fault(EOF_IN_VALUE)),
                Some(byte) if byte != *expected => {
                    return Err(self.fault("expected `null`, `true` or `false`"));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Reads a number whose sign has been read.
    pub(super) fn number(&mut self) -> Result<Number, Invalid> {
        let start = self.offset;
        match self.next() {
            None => return Err(self.fault(EOF_IN_VALUE)),
            Some(b'0') if self.peek().is_some_and(|byte| byte.is_ascii_digit()) => {
                return Err(self.fault_ahead(INVALID_NUMBER));
            }
            Some(b'0'..=b'9') => self.offset = start,
            Some(_) => return Err(self.fault(INVALID_NUMBER)),
        }
        let mut number = Decimal::default();
        self.digits(&mut number);
        let mut integer = true;
        if self.peek() == Some(b'.') {
            integer = false;
            self.skip();
            let fraction = self.offset;
            self.digits(&mut number);
            number.exponent = fraction as i64 - self.offset as i64;
            if number.exponent == 0 {
                let end = self.peek().is_none();
                return Err(self.fault_ahead(if end { EOF_IN_VALUE } else { INVALID_NUMBER }));
            }
        }
        number.source = self.text.get(start..self.offset).unwrap_or_default();
        if let Some(b'e' | b'E') = self.peek() {
            integer = false;
            self.skip();
            let exponent = self.exponent(number.source)?;
            number.exponent = number.exponent.saturating_add(exponent);
        }
        if integer && number.dropped == 0 {
            return Ok(Number::Integer(number.significand));
        }
        let number = number.to_double();
        if number.is_infinite() { Err(self.out_of_range()) } else { Ok(Number::Double(number)) }
    }

    /// Reads digits; digits after the first 19 are only counted.
    fn digits(&mut self, number: &mut Decimal<'_>) {
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            let digit = u64::from(digit - b'0');
            if number.significand < 10_u64.pow(18) {
                number.significand = number.significand * 10 + digit;
            } else {
                number.dropped += 1;
                number.inexact |= digit > 0;
            }
            self.skip();
        }
    }

    /// Reads the exponent of a number whose digits are `digits`.
    fn exponent(&mut self, digits: &[u8]) -> Result<i64, Invalid> {
        let negative = self.peek() == Some(b'-');
        if let Some(b'+' | b'-') = self.peek() {
            self.skip();
        }
        let mut exponent = match self.next() {
            None => return Err(self.fault(EOF_IN_VALUE)),
            Some(digit @ b'0'..=b'9') => i32::from(digit - b'0'),
            Some(_) => return Err(self.fault(INVALID_NUMBER)),
        };
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            self.skip();
            let digit = i32::from(digit - b'0');
            let longer = exponent.checked_mul(10).and_then(|tens| tens.checked_add(digit));
            if longer.is_none()
                && !negative
                && digits.iter().any(|byte| matches!(byte, b'1'..=b'9'))
            {
                return Err(self.out_of_range());
            }
            exponent = longer.unwrap_or(i32::MAX);
        }
        Ok(i64::from(if negative { -exponent } else { exponent }))
    }

    fn out_of_range(&mut self) -> Invalid {
        let message = "a number is outside the range of a double";
        self.fault_of(JsonErrorKind::NumberRange, message)
    }

    /// Reads the bytes of a string whose opening quote has been read.
    pub(super) fn string(&mut self) -> Result<Cow<'t, [u8]>, Invalid> {
        let mut bytes = Cow::Borrowed(self.plain()?);
        while self.next() != Some(b'"') {
            self.escape(bytes.to_mut())?;
            bytes.to_mut().extend_from_slice(self.plain()?);
        }
        Ok(bytes)
    }

    /// Reads up to a quote or a backslash.
    fn plain(&mut self) -> Result<&'t [u8], Invalid> {
        let rest = self.text.get(self.offset..).unwrap_or_default();
        let length = plain_length(rest);
        self.offset += length;
        match rest.get(length) {
            None => Err(self.fault(EOF_IN_STRING)),
            Some(b'"' | b'\\') => Ok(rest.get(..length).unwrap_or_default()),
            Some(_) => {
                let message = "a control character in a string; escape it";
                Err(self.fault_ahead(message))
            }
        }
    }

    /// Returns the bytes of the string that was read last as text.
    pub(super) fn utf8<'s>(&mut self, bytes: &'s [u8]) -> Result<&'s str, Invalid> {
        std::str::from_utf8(bytes).map_err(|error| {
            // After escapes, which are longer than the characters they represent, the column is
            // approximate.
            let column = column(self.text.get(..self.offset).unwrap_or_default());
            self.offset -= column.min(bytes.len() - error.valid_up_to());
            self.fault("a string that is not UTF-8")
        })
    }

    /// Reads what follows a backslash.
    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), Invalid> {
        let escaped = match self.next() {
            None => return Err(self.fault(EOF_IN_STRING)),
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => return self.unicode_escape(out),
            Some(_) => return Err(self.fault(INVALID_ESCAPE)),
        };
        out.push(escaped);
        Ok(())
    }

    fn unicode_escape(&mut self, out: &mut Vec<u8>) -> Result<(), Invalid> {
        const LONE: &str = "a lone surrogate, which is half of a character";
        let mut unit = self.four_hex_digits()?;
        if let 0xd800..=0xdbff = unit {
            for expected in *b"\\u" {
                match self.next() {
                    None => return Err(self.fault(EOF_IN_STRING)),
                    Some(byte) if byte != expected => {
                        return Err(self.fault(LONE));
                    }
                    Some(_) => {}
                }
            }
            let low = self.four_hex_digits()?;
            if !(0xdc00..=0xdfff).contains(&low) {
                return Err(self.fault(LONE));
            }
            unit = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        }
        let Some(character) = char::from_u32(unit) else { return Err(self.fault(LONE)) };
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn four_hex_digits(&mut self) -> Result<u32, Invalid> {
        let Some(digits) = self.text.get(self.offset..self.offset + 4) else {
            self.offset = self.text.len();
            return Err(self.fault(EOF_IN_STRING));
        };
        self.offset += 4;
        let value = digits.iter().try_fold(0, |value, digit| {
            char::from(*digit).to_digit(16).map(|digit| value << 4 | digit)
        });
        value.ok_or_else(|| self.fault(INVALID_ESCAPE))
    }
}

/// Returns the number of bytes after the last line break.
pub(super) fn column(text: &[u8]) -> usize {
    text.iter().rev().take_while(|byte| **byte != b'\n').count()
}

/// How many bytes stand before a quote, a backslash or a control character.
fn plain_length(text: &[u8]) -> usize {
    // Eight bytes at a time: a byte's high bit is set where a subtraction borrows.
    const ONES: u64 = u64::MAX / 255;
    let (chunks, _) = text.as_chunks::<8>();
    for (index, chunk) in chunks.iter().enumerate() {
        let bytes = u64::from_le_bytes(*chunk);
        let quotes = bytes ^ (ONES * u64::from(b'"'));
        let backslashes = bytes ^ (ONES * u64::from(b'\\'));
        let controls = bytes.wrapping_sub(ONES * 0x20) & !bytes;
        let found = (controls
            | (quotes.wrapping_sub(ONES) & !quotes)
            | (backslashes.wrapping_sub(ONES) & !backslashes))
            & (ONES << 7);
        if found != 0 {
            return index * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let rest = chunks.len() * 8;
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    text.iter().skip(rest).position(ends).map_or(text.len(), |length| rest + length)
}
