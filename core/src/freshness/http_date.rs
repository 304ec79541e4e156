//! Parses dates of HTTP headers.

use crate::calendar;

/// `a` is a letter, `0` a digit.
const FORM: &[u8; 29] = b"aaa, 00 aaa 0000 00:00:00 GMT";

const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

/// Parses an IMF-fixdate such as `Sun, 06 Nov 1994 08:49:37 GMT` into epoch milliseconds; `None`
/// for any other text. The name of the weekday is not checked against the date.
pub(super) fn parse(text: &str) -> Option<f64> {
    let bytes: &[u8; 29] = text.as_bytes().try_into().ok()?;
    for (byte, form) in bytes.iter().zip(FORM) {
        let fits = match form {
            b'a' => byte.is_ascii_alphabetic(),
            b'0' => byte.is_ascii_digit(),
            _ => byte == form,
        };
        if !fits {
            return None;
        }
    }
    let number = |tens: u8, ones: u8| i64::from(tens - b'0') * 10 + i64::from(ones - b'0');
    let name = [bytes[8], bytes[9], bytes[10]];
    let month = MONTHS.chunks(3).position(|month| month == name)? as i64 + 1;
    let year = number(bytes[12], bytes[13]) * 100 + number(bytes[14], bytes[15]);
    let hour = number(bytes[17], bytes[18]);
    let minute = number(bytes[20], bytes[21]);
    let second = number(bytes[23], bytes[24]);
    // The second 60 is a leap second.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let days = calendar::days(year, month, number(bytes[5], bytes[6]))?;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) as f64 * 1000.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn only_the_fixed_form_is_a_date() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777.0),
            ("Tue, 29 Feb 2028 23:59:60 GMT", 1_835_481_600.0),
            ("Wed, 31 Dec 1969 23:59:59 GMT", -1.0),
        ] {
            assert_eq!(parse(text), Some(seconds * 1000.0), "{text}");
        }
        for text in [
            "",
            "0",
            "-1",
            "1994-11-06T08:49:37Z",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 anF 1994 08:49:37 GMT",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:37:01 GMT",
            "Sun, 06 Nov 1994 08:49:37 +0000",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            "Sun, 06 Nov 1994 +8:49:37 GMT",
            "Söñ, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_date_is_parsed_to_its_moment(seconds in 0_i64..253_402_300_799) {
            let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
            let (weekday, month) = (moment.weekday().to_string(), moment.month().to_string());
            let (hour, minute, second) = moment.to_hms();
            let text = format!(
                "{weekday:.3}, {:02} {month:.3} {:04} {hour:02}:{minute:02}:{second:02} GMT",
                moment.day(),
                moment.year(),
            );
            prop_assert_eq!(parse(&text), Some(seconds as f64 * 1000.0));
        }

        #[test]
        fn any_text_is_parsed_or_rejected(text in ".*") {
            let _ = parse(&text);
        }
    }
}
