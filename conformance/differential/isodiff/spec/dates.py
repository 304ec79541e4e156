"""Dates (SPEC.md 5.3), as exact milliseconds since 1970."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from fractions import Fraction

from suite.canonical_json import Json

SHAPE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]+))?(?:[Zz]|([+-])([0-9]{2}):?([0-9]{2}))\Z"
)
DAY, HOUR, MINUTE, SECOND = 86_400_000, 3_600_000, 60_000, 1000
# The calendar repeats after 400 years: the year 0 is computed as the year 400.
CYCLE_YEARS, CYCLE_DAYS = 400, 146_097


class Dates:
    """Parses dates."""

    def date(self, value: Json) -> Fraction | None:
        """Returns the instant, or ``None`` if the value is not a date (5.3, D22, D23)."""
        if isinstance(value, str):
            return self.date_text(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        return Fraction(float(value))

    def date_text(self, text: str) -> Fraction | None:
        """Parses a date written as text (5.3, D19, D20, D41, P10)."""
        found = SHAPE.match(text)
        if found is None:
            return None
        year, month, day, hour, minute, second = map(int, found.groups()[:6])
        fraction = found[7] or ""
        if not self.day_exists(year, month, day):
            return None
        if not self.time_exists(hour, minute, second, fraction):
            return None
        instant = days(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second * SECOND
        if found[8]:
            offset_hour, offset_minute = int(found[9]), int(found[10])
            if offset_hour > 23 or offset_minute > 59:
                return None
            offset = offset_hour * HOUR + offset_minute * MINUTE
            instant += -offset if found[8] == "+" else offset
        milliseconds, rest = divmod(int(self.fraction_digits(fraction).ljust(9, "0")), 1_000_000)
        # The rest is a double, like that of a number (5.3).
        return instant + milliseconds + Fraction(rest / 1_000_000)

    def day_exists(self, year: int, month: int, day: int) -> bool:
        """Returns whether the month has the day (D21); the years 0 and 1 are years (D44, P11)."""
        return 1 <= month <= 12 and 1 <= day <= monthrange(year or CYCLE_YEARS, month)[1]

    def time_exists(self, hour: int, minute: int, second: int, fraction: str) -> bool:
        """Returns whether the day has the time (D43)."""
        return hour <= 23 and minute <= 59 and second <= 59

    def fraction_digits(self, fraction: str) -> str:
        """Drops the digits after the ninth (D24, D42)."""
        return fraction[:9]


def days(year: int, month: int, day: int) -> int:
    """Counts the days since 1970-01-01."""
    first = date(year or CYCLE_YEARS, month, 1).toordinal() - (0 if year else CYCLE_DAYS)
    return first + day - 1 - date(1970, 1, 1).toordinal()
