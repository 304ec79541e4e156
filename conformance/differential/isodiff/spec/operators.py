"""The operators of clauses, on one value of the context and one of the clause (SPEC.md 5.1 and 5.3 to 5.5)."""

from __future__ import annotations

import operator
import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

from suite.canonical_json import Json

DATE_SHAPE = re.compile(
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
        found = DATE_SHAPE.match(text)
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


IDENTIFIER = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
REST = rf"(?:-({IDENTIFIER}(?:\.{IDENTIFIER})*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\Z"
NUMBER = r"(0|[1-9][0-9]*)"
VERSION_SHAPE = re.compile(rf"{NUMBER}(?:\.{NUMBER})?(?:\.{NUMBER})?{REST}")
LARGEST = 2**64 - 1


@dataclass(frozen=True)
class Version:
    """A version without its build metadata, which does not count."""

    numbers: tuple[int, int, int]
    prerelease: tuple[str, ...]


class Versions:
    """Parses and compares versions."""

    def version(self, value: Json) -> Version | None:
        """Returns the version, or ``None`` if the value is not one (5.4)."""
        return self.version_text(value) if isinstance(value, str) else None

    def version_text(self, text: str) -> Version | None:
        """Parses a version (D25, D46, P09, P17)."""
        version = read_version(VERSION_SHAPE, text)
        return None if version is None or max(version.numbers) > LARGEST else version

    def compare_versions(self, left: Version, right: Version) -> int:
        """Returns -1, 0 or 1 by the precedence of SemVer 2.0 (5.4)."""
        if left.numbers != right.numbers:
            return compare(left.numbers, right.numbers)
        if not left.prerelease or not right.prerelease:
            return bool(right.prerelease) - bool(left.prerelease)
        for one, other in zip(left.prerelease, right.prerelease, strict=False):
            order = self.compare_identifiers(one, other)
            if order:
                return order
        return compare(len(left.prerelease), len(right.prerelease))

    def compare_identifiers(self, left: str, right: str) -> int:
        """Compares two identifiers of a prerelease: numbers by value and before others (5.4)."""
        if left.isdigit() and right.isdigit():
            return compare(int(left), int(right))
        if left.isdigit() != right.isdigit():
            return -1 if left.isdigit() else 1
        return compare(left, right)


def read_version(shape: re.Pattern[str], text: str) -> Version | None:
    """Reads a version from the groups of its shape: three numbers and the prerelease."""
    found = shape.match(text)
    if found is None:
        return None
    numbers = (int(found[1]), int(found[2] or 0), int(found[3] or 0))
    return Version(numbers, tuple(found[4].split(".")) if found[4] else ())


def compare(left: Json, right: Json) -> int:
    """Returns -1, 0 or 1."""
    return int(left > right) - int(left < right)


TRANSLATIONS: dict[str, str | None] = {
    "a(?=b)": None,
    "a(?!b)": None,
    "(?<=a)b": None,
    "(?<!a)b": None,
    r"(a|b)\1": None,
    "(?i)ab": "(?i)ab",
    "(?i)K": "(?i)K",
    "ab$": r"ab\Z",
    "^$": r"^\Z",
    "c$": r"c\Z",
    r"\d": r"\d",
    r"^\w+": r"^\w+",
    r"\bab": r"\bab",
    r"\s": r"[ \t\n\r\v\f]",
    r"\p{L}": None,
    "p{L}": None,
    r"\pL": None,
    r"(?P<n>a)b": "(?P<n>a)b",
    r"(?<n>a)b": "(?P<n>a)b",
    "[[:alpha:]]": "[A-Za-z]",
    r"a\Z": None,
    r"a\z": r"a\Z",
    r"\x{61}": "a",
    "a{,2}c": None,
    "a{2": None,
    "a++": "(?:a+)+",
    "a**": "(?:a*)*",
    "^.$": r"^.\Z",
    "^..$": r"^..\Z",
    "^[^a]$": r"^[^a]\Z",
}
"""The patterns that engines read differently; ``None`` is refused."""


class Patterns:
    """Searches for patterns."""

    def pattern_found(self, pattern: str, text: str) -> bool:
        """Returns whether the text has a match; a refused pattern never matches (5.5)."""
        return search(TRANSLATIONS.get(pattern, pattern), text)


def search(pattern: str | None, text: str, flags: re.RegexFlag = re.ASCII) -> bool:
    """Searches with ``re``; ``None`` and a text that ``re`` refuses do not match."""
    compiled = None if pattern is None else _compiled(pattern, flags)
    return compiled is not None and compiled.search(text) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str, flags: re.RegexFlag) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, flags)
    except (re.error, OverflowError, RecursionError):
        return None


STRING: dict[str, Callable[[str, str], bool]] = {"startsWith": str.startswith, "endsWith": str.endswith, "contains": operator.contains}
NUMERIC: dict[str, Callable[[float, float], bool]] = {
    "lessThan": operator.lt,
    "lessThanOrEqual": operator.le,
    "greaterThan": operator.gt,
    "greaterThanOrEqual": operator.ge,
}
VERSION = {"semVerEqual": 0, "semVerLessThan": -1, "semVerGreaterThan": 1}


class Operators(Dates, Versions, Patterns):
    """Applies operators."""

    def matches(self, op: str, context: Json, clause: Json) -> bool:
        """Returns whether the operator matches; an unknown one does not (5.1, A8)."""
        if op == "in":
            return self.equal(context, clause)
        strings = isinstance(context, str) and isinstance(clause, str)
        if op in STRING:
            return strings and STRING[op](context, clause)
        if op == "matches":
            return strings and self.pattern_found(clause, context)
        if op in NUMERIC:
            return is_number(context) and is_number(clause) and NUMERIC[op](float(context), float(clause))
        if op in ("before", "after"):
            date, other = self.date(context), self.date(clause)
            if date is None or other is None:
                return False
            return date < other if op == "before" else date > other
        if op in VERSION:
            left, right = self.version(context), self.version(clause)
            if left is None or right is None:
                return False
            return self.compare_versions(left, right) == VERSION[op]
        return False

    def equal(self, context: Json, clause: Json) -> bool:
        """Applies ``in``: equal values of one JSON type, never objects or arrays (D17, D18, P07)."""
        if is_number(context) and is_number(clause):
            return float(context) == float(clause)
        if isinstance(context, (list, dict)):
            return False
        return type(context) is type(clause) and bool(context == clause)


def is_number(value: Json) -> bool:
    """Returns whether the value is a JSON number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
