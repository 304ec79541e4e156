//! Days of the Gregorian calendar. A crate would add far more to a page's download than these two
//! functions.

/// Days from 1 January of year 0 to the epoch, counted in years that begin with March.
const EPOCH: i64 = 719_468;
/// Days in 400 years, after which the calendar repeats itself.
const CYCLE: i64 = 146_097;

/// Returns the days since the epoch for a year, a month and a day (both from 1); `None` if there is
/// no such day.
pub(crate) fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    // In a year that begins with March, the leap day is the last day.
    let months = (month + 9) % 12;
    let years = year - i64::from(months > 9);
    let of_cycle = years.rem_euclid(400);
    let day_of_year = (153 * months + 2) / 5 + day - 1;
    let day_of_cycle = of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + day_of_year;
    let days = years.div_euclid(400) * CYCLE + day_of_cycle - EPOCH;
    (date(days) == (year, month, day)).then_some(days)
}

/// Returns year, month and day for a number of days since the epoch.
pub(crate) fn date(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH;
    let of_cycle = days.rem_euclid(CYCLE);
    let leap_days = of_cycle / 1460 - of_cycle / 36_524 + of_cycle / (CYCLE - 1);
    let years = (of_cycle - leap_days) / 365;
    let day_of_year = of_cycle - (365 * years + years / 4 - years / 100);
    let months = (5 * day_of_year + 2) / 153;
    let year = days.div_euclid(CYCLE) * 400 + years + i64::from(months > 9);
    (year, (months + 2) % 12 + 1, day_of_year - (153 * months + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::{Date, Month};

    use super::*;

    #[test]
    fn every_day_of_eight_centuries_round_trips() {
        let first = Date::from_calendar_date(1600, Month::January, 1).unwrap();
        for day in 0..8 * 36_525 {
            let theirs = first + time::Duration::days(day);
            let ours = days(1600, 1, 1).unwrap() + day;
            let expected =
                (theirs.year().into(), u8::from(theirs.month()).into(), theirs.day().into());
            assert_eq!(date(ours), expected);
            assert_eq!(days(expected.0, expected.1, expected.2), Some(ours));
        }
    }

    proptest! {
        #[test]
        fn days_are_valid_as_in_the_crate(year in -9999_i32..=9999, month in 0_u8..=13, day in 0_u8..=32) {
            let theirs = Month::try_from(month).ok().and_then(|month| Date::from_calendar_date(year, month, day).ok());
            let epoch = Date::from_calendar_date(1970, Month::January, 1).unwrap();
            let theirs = theirs.map(|date| (date - epoch).whole_days());
            prop_assert_eq!(days(year.into(), month.into(), day.into()), theirs);
        }
    }
}
