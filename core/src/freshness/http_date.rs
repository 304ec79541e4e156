//! Parses dates of HTTP headers.

use crate::calendar;

const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";

/// Parses an IMF-fixdate such as `Sun, 06 Nov 1994 08:49:37 GMT` into epoch milliseconds; none for
/// any other text. The name of the weekday is not compared with the date.
pub(super) fn parse(text: &str) -> Option<f64> {
    let (weekday, rest) = text.split_once(", ")?;
    let mut fields = rest.split(' ');
    let day = digits(fields.next()?, 2)?;
    let month = month(fields.next()?)?;
    let year = digits(fields.next()?, 4)?;
    let mut clock = fields.next()?.split(':');
    let hour = digits(clock.next()?, 2)?;
    let minute = digits(clock.next()?, 2)?;
    let second = digits(clock.next()?, 2)?;
    let is_whole =
        fields.next() == Some("GMT") && fields.next().is_none() && clock.next().is_none();
    let is_weekday = weekday.len() == 3 && weekday.bytes().all(|byte| byte.is_ascii_alphabetic());
    // The second 60 is a leap second.
    if !is_whole || !is_weekday || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let days = calendar::days(year, month, day)?;
    Some(((days * 24 + hour) * 60 + minute) as f64 * 60_000.0 + second as f64 * 1000.0)
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let is_number = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn month(name: &str) -> Option<i64> {
    let place = MONTHS.find(name).filter(|place| name.len() == 3 && place % 3 == 0)?;
    Some(place as i64 / 3 + 1)
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
        fn a_date_is_the_moment_that_it_names(seconds in 0_i64..253_402_300_799) {
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
        fn any_text_is_a_date_or_none(text in ".*") {
            let _ = parse(&text);
        }
    }
}
