"""The random source of one document, and the pools of values that it picks from.

The seed and the document's number decide everything in it. The pools are small, so that clauses match about half the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from isodiff.spec.operators import TRANSLATIONS
from suite.canonical_json import Json

T = TypeVar("T")
Hint = tuple[str, str, Json]
"""An attribute that some context of the document has: its kind, its name and its value."""


class Source:
    def __init__(self, seed: str) -> None:
        # Seeding by text hashes it, so that neighbouring numbers have nothing in common.
        self.random = Random(seed)
        self.hints: list[Hint] = []

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def pick(self, items: Sequence[T]) -> T:
        return items[int(self.random.random() * len(items))]

    def between(self, low: int, high: int) -> int:
        return low + int(self.random.random() * (high - low + 1))

    def some(self, items: Sequence[T], most: int, least: int = 0) -> list[T]:
        return [self.pick(items) for _ in range(self.between(least, most))]

    def weighted(self, items: Sequence[tuple[int, T]]) -> T:
        left = self.random.random() * sum(weight for weight, _ in items)
        for weight, item in items:
            left -= weight
            if left < 0:
                return item
        return items[-1][1]


KINDS = ("user", "org", "device", "A.b-c_9")
KEYS = ("a", "b", "c", "user-1", "user-2", "ü", "日本", "𝒳", "a:b", "50%", "x y", "3", "3.0", "true", "z" * 40)
STRINGS = (
    "", "a", "b", "ab", "abc", "cab", "A", "AB", "ab\n", "c\n", "ü", "é", "e\u0301", "日本", "𝒳", "𝒳𝒴", "a\u0000b", "\u2028",
    " a ", "3", "3.0", "true", "null", "K", "\u212a",
)  # fmt: skip
NUMBERS: tuple[Json, ...] = (
    0, -0.0, 1, 1.0, 2, 3, 3.0, 3.5, -1, -7.0, 0.1, 0.30000000000000004, 1e3, 99, 100, 1577836800000, 1577836800000.5,
    9007199254740991, 9007199254740992, 9007199254740993, -9007199254740993, 1152921504606846976, 9223372036854775807, 1e18,
    1e20, 123456789012345680000, 1e21, 1.5e300, 5e-324, 9300000000000000,
)  # fmt: skip
DATES = (
    "2020-01-01T00:00:00Z", "2020-01-01T00:00:00.000Z", "2020-01-01T00:00:00+00:00", "2020-01-01T00:00:00-00:00",
    "2020-01-01T02:00:00+02:00", "2020-01-01T02:00:00+0200", "2019-12-31T18:30:00-05:30", "2020-01-01T00:00:00.1Z",
    "2020-01-01T00:00:00.100Z", "2020-01-01T00:00:00.1001Z", "2020-01-01T00:00:00.1009999Z", "2020-01-01T00:00:00.100000001Z",
    "2020-01-01T00:00:00.1000000019Z", "2020-01-01T00:00:00.123456789012345Z", "2020-02-29T12:00:00Z", "2021-02-29T12:00:00Z",
    "2020-02-31T00:00:00Z", "2021-04-31T00:00:00Z", "2020-03-01T00:00:00Z", "2020-01-01t00:00:00Z", "2020-01-01T00:00:00z",
    "2020-01-01T0:00:00Z", "2020-01-01T24:00:00Z", "2020-01-02T00:00:00Z", "2020-01-01T23:59:60Z", "2020-01-01T23:60:00Z",
    "2020-01-01 00:00:00Z", "2020-01-01x00:00:00Z", "2020-01-01T00:00:00", "2020-01-01T00:00Z", "2020-01-01T00Z",
    "2020-01-01", "20200101T000000Z", "2020-W01-3T00:00:00Z", "2020-01-01T00:00:00,5Z", "2020-01-01T00:00:00.Z",
    "2020-01-01T00:00:00+02", "2020-01-01T00:00:00+2", "2020-01-01T00:00:00+02:60", "2020-01-01T00:00:00+02:00:30",
    "2020-01-01T00:00:00+24:00", "2020-01-01T00:00:00+23:59", "2020-01-01T00:00:00Zx", " 2020-01-01T00:00:00Z",
    "2020-01-01T00:00:00Z\n", "2020-13-01T00:00:00Z", "2020-00-01T00:00:00Z", "2020-01-00T00:00:00Z", "2020-01-32T00:00:00Z",
    "0001-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "0000-02-29T00:00:00Z", "1969-12-31T23:59:59.999Z",
    "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59", "+2020-01-01T00:00:00Z",
    "٢٠٢٠-01-01T00:00:00Z", "1577836800000", "",
)  # fmt: skip
INSTANTS: tuple[Json, ...] = (
    1577836800000, 1577836800000.5, 1577836800100, 1577836799999, -1, 0, 0.25, -62135596800000, 9.3e15, 1e300, True, None,
)  # fmt: skip
VERSIONS = (
    "2", "2.0", "2.0.0", "2.0.1", "2.1", "1.9.9", "10.0.0", "2-rc", "2.0-rc", "2.0.0-rc", "2.0.0-rc.1", "2.0.0-rc.2",
    "2.0.0-rc.10", "2.0.0-rc.1.1", "2.0.0-1", "2.0.0-a", "2.0.0-A", "2.0.0--", "2.0.0-0a", "2.0.0-rc.01", "2.0.0-rc..1",
    "2.0.0-", "2.0.0+build", "2.0.0+build.01", "2+build", "2.0.0-rc+build", "2.0.0+", "v2.0.0", "V2.0.0", " v2.0.0", " 2.0.0",
    "2.0.0 ", "2 ", "2.0\n", "2\nx", "2.0.0\n", "02.0.0", "2.00.0", "2.0.0.0", "2.", ".2", "2..0", "-2", "2.0.x", "", "abc",
    "9007199254740991.0.0", "9007199254740993.0.0", "9007199254740992.0.0", "18446744073709551615",
    "18446744073709551616.0.0", "2.0.0-9007199254740992", "2.0.0-9007199254740993", "2.0.0-99999999999999999999",
    "2.0.0-" + "a" * 300, "٢.0.0",
)  # fmt: skip
PATTERNS = (
    "a", "^a", "b", "^ab", "a|c", "a.c", "a.*b", "[abc]+", "[^a]", "^[A-Z]+", "(ab)+", "a{1,2}b", "a?b", "ü", "日.", "\\.",
    "^\\[", "", "(", "[", "a)", "*a",
)  # fmt: skip
SPECIAL_PATTERNS = tuple(TRANSLATIONS)
PATTERN_TEXTS = (
    *STRINGS, "ab c", "aab", "aa", "abab", "xaby", "٣", "a٣", "üab", "ab\u00a0c", "\u00a0", "\u000b", "k", "p{L}", "pL", "aZ",
    "az", "a{2", "a{,2}c", "x{61}", "_", "[:alph",
)  # fmt: skip
ATTRIBUTES = ("email", "age", "tags", "address", "plan")
ODD_ATTRIBUTES = (
    "a/b", "~t", "t~", "a//b", "/lead", "toString", "__proto__", "constructor", "ünï", "0", "kind", "key", "name",
    "anonymous",
)  # fmt: skip
REFERENCES = (
    "/address/city", "/address/geo/lat", "/address", "/email", "/age", "/tags", "/tags/0", "/a~1b", "/~0t", "/t~0", "/~1lead",
    "/address/~1x", "/address/y~0z", "/kind", "/key", "/name", "/anonymous", "/key/x", "/kind/x", "/email/length",
    "/__proto__", "/address/toString", "/address/0", "email", "a//b", "t~", "~t", "a/b", "/_meta", "_meta",
    "/_meta/privateAttributes", "", "/", "//", "/address/", "/address//city", "//email", "/a~2b", "/t~", "/a~|b", "/a~^b",
    "/a~~b",
)  # fmt: skip
OPERATORS = (
    "in", "startsWith", "endsWith", "contains", "lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual", "before",
    "after", "semVerEqual", "semVerLessThan", "semVerGreaterThan",
)  # fmt: skip
UNKNOWN_OPERATORS = ("", "unknown", "IN", "toString", "valueOf", "constructor", "hasOwnProperty", "__proto__")
FLAG_KEYS = ("alpha", "beta", "gamma", "delta", "flag-5", "Flag.6", "ünï", "toString", "9", "10", "𝒳", "\ufb33")
SEGMENT_KEYS = ("s1", "s2", "s3", "s4", "sé", "5", "constructor")
SALTS = ("", "salt", "ß", "0123456789abcdef")
SEEDS: tuple[Json, ...] = (0, 1, 61, -5, 2147483647, 9007199254740991, 9007199254740993, 10**21)
WEIGHTS = (0, 0, 1, 20000, 33333, 50000, 60000, 99999, 100000, -5, -50000, 200000)
VALUES: tuple[Json, ...] = (
    True, False, None, "on", "off", "", 0, 1, 1.5, -2, 1e21, 9007199254740993, {"a": 1, "b": [True, None]}, {}, [], [1, "x"],
    {"10": 1, "9": 2, "\ufb33": 3, "𝒳": 4},
)  # fmt: skip
