"""The operators on dates and on semantic versions."""

from __future__ import annotations

import itertools

from ..builders import Json, clause, document, flag, matched, rule, user
from ..topic import Topic, diagnostic

# Dates: which texts are one, and how two instants compare.

MIDNIGHT = "2024-02-29T12:00:00Z"
MIDNIGHT_MS = 1709208000000

# Texts that are the instant 2024-02-29T12:00:00Z exactly.
SAME: list[tuple[str, str, str]] = [
    ("zulu", "5.3", "2024-02-29T12:00:00Z"),
    ("offset-plus", "5.3", "2024-02-29T14:00:00+02:00"),
    ("offset-minus", "5.3", "2024-02-29T04:00:00-08:00"),
    ("offset-half-hour", "5.3", "2024-02-29T17:30:00+05:30"),
    ("offset-quarter-hour", "5.3", "2024-02-29T17:45:00+05:45"),
    ("offset-zero", "5.3", "2024-02-29T12:00:00+00:00"),
    ("offset-minus-zero", "5.3", "2024-02-29T12:00:00-00:00"),
    ("offset-next-day", "5.3", "2024-03-01T02:00:00+14:00"),
    ("offset-previous-day", "5.3", "2024-02-29T00:00:00-12:00"),
    ("fraction-one-digit", "5.3", "2024-02-29T12:00:00.0Z"),
    ("fraction-three-digits", "5.3", "2024-02-29T12:00:00.000Z"),
    ("fraction-nine-digits", "5.3", "2024-02-29T12:00:00.000000000Z"),
    ("lower-case-t", "D19", "2024-02-29t12:00:00Z"),
    ("lower-case-z", "D19", "2024-02-29T12:00:00z"),
    ("lower-case-both", "D19", "2024-02-29t12:00:00z"),
    ("offset-without-colon", "D41", "2024-02-29T14:00:00+0200"),
    ("offset-without-colon-minus", "D41", "2024-02-29T06:30:00-0530"),
    ("offset-without-colon-fraction", "D41", "2024-02-29T14:00:00.000+0200"),
    ("ten-digit-fraction", "D42", "2024-02-29T12:00:00.0000000009Z"),
    ("twenty-digit-fraction", "D42", "2024-02-29T12:00:00.00000000099999999999Z"),
]

# Texts that are no date.
INVALID: list[tuple[str, str, str]] = [
    ("empty", "5.3", ""),
    ("digits", "5.3", "1709208000000"),
    ("digits-small", "5.3", "1000"),
    ("date-only", "5.3", "2024-02-29"),
    ("time-only", "5.3", "12:00:00Z"),
    ("no-offset", "5.3", "2024-02-29T12:00:00"),
    ("no-offset-fraction", "5.3", "2024-02-29T12:00:00.000"),
    ("no-seconds", "5.3", "2024-02-29T12:00Z"),
    ("no-minutes", "5.3", "2024-02-29T12Z"),
    ("fraction-no-digits", "5.3", "2024-02-29T12:00:00.Z"),
    ("offset-hours-only", "5.3", "2024-02-29T12:00:00+02"),
    ("offset-name", "5.3", "2024-02-29T12:00:00 GMT"),
    ("words", "5.3", "yesterday"),
    ("rfc-2822", "5.3", "Thu, 29 Feb 2024 12:00:00 GMT"),
    ("slashes", "5.3", "2024/02/29T12:00:00Z"),
    ("two-digit-year", "5.3", "24-02-29T12:00:00Z"),
    ("five-digit-year", "5.3", "02024-02-29T12:00:00Z"),
    ("signed-year", "5.3", "+002024-02-29T12:00:00Z"),
    ("month-13", "5.3", "2024-13-01T12:00:00Z"),
    ("month-0", "5.3", "2024-00-01T12:00:00Z"),
    ("day-0", "5.3", "2024-02-00T12:00:00Z"),
    ("day-32", "5.3", "2024-01-32T12:00:00Z"),
    ("minute-60", "5.3", "2024-02-29T12:60:00Z"),
    ("hour-25", "5.3", "2024-02-29T25:00:00Z"),
    ("leading-space", "5.3", " 2024-02-29T12:00:00Z"),
    ("trailing-space", "5.3", "2024-02-29T12:00:00Z "),
    ("trailing-newline", "5.3", "2024-02-29T12:00:00Z\n"),
    ("trailing-text", "5.3", "2024-02-29T12:00:00Zulu"),
    ("two-suffixes", "5.3", "2024-02-29T12:00:00Z+00:00"),
    ("arabic-digits", "5.3", "\u0662\u0660\u0662\u0664-02-29T12:00:00Z"),
    ("basic-format", "5.3", "20240229T120000Z"),
    ("one-digit-month", "5.3", "2024-2-29T12:00:00Z"),
    ("one-digit-day", "5.3", "2024-02-9T12:00:00Z"),
    ("one-digit-hour", "D20", "2024-02-29T9:00:00Z"),
    ("one-digit-hour-zero", "D20", "2024-02-29T0:00:00Z"),
    ("one-digit-minute", "D20", "2024-02-29T09:0:00Z"),
    ("31-february", "D21", "2024-02-31T12:00:00Z"),
    ("30-february", "D21", "2024-02-30T12:00:00Z"),
    ("29-february-common-year", "D21", "2023-02-29T12:00:00Z"),
    ("29-february-1900", "D21", "1900-02-29T12:00:00Z"),
    ("31-april", "D21", "2024-04-31T12:00:00Z"),
    ("31-november", "D21", "2024-11-31T12:00:00Z"),
    ("second-60", "D43", "2016-12-31T23:59:60Z"),
    ("second-60-any-minute", "D43", "2024-02-29T12:00:60Z"),
    ("second-61", "D43", "2024-02-29T12:00:61Z"),
    ("hour-24", "D43", "2024-02-29T24:00:00Z"),
    ("space-for-t", "D43", "2024-02-29 12:00:00Z"),
    ("underscore-for-t", "D43", "2024-02-29_12:00:00Z"),
]

# (slug, rule, earlier, later): strictly in that order.
PAIRS: list[tuple[str, str, Json, Json]] = [
    ("one-second", "5.3", "2024-02-29T12:00:00Z", "2024-02-29T12:00:01Z"),
    ("across-midnight", "5.3", "2024-12-31T23:59:59Z", "2025-01-01T00:00:00Z"),
    ("across-leap-day", "5.3", "2024-02-29T23:59:59Z", "2024-03-01T00:00:00Z"),
    ("offsets-reverse-the-text", "5.3", "2024-02-29T12:00:00+09:00", "2024-02-29T04:00:00Z"),
    ("number-number", "5.3", 1000, 1001),
    ("number-string", "5.3", 1709207999999, "2024-02-29T12:00:00Z"),
    ("string-number", "5.3", "2024-02-29T12:00:00Z", 1709208000001),
    ("before-the-epoch", "5.3", "1969-12-31T23:59:59Z", 0),
    ("negative-numbers", "5.3", -2, -1),
    ("century-leap-year", "D21", "2000-02-29T00:00:00Z", "2000-03-01T00:00:00Z"),
    ("fractional-number", "D22", 1, 1.5),
    ("fractional-numbers", "D22", 1000.25, 1000.5),
    ("fractional-number-string", "D22", 1709208000000.5, "2024-02-29T12:00:00.001Z"),
    ("string-fractional-number", "D22", "2024-02-29T12:00:00Z", 1709208000000.5),
    ("negative-fraction", "D22", -0.5, 0),
    ("past-2262-numbers", "D23", 9223372036854, 9223372036855),
    ("past-2262-not-wrapped", "D23", 1709208000000, 9300000000000),
    ("past-2262-string-number", "D23", "2262-04-11T23:47:16Z", 9300000000000),
    ("past-2262-strings", "D23", "2262-04-12T00:00:00Z", "2500-01-01T00:00:00Z"),
    ("last-year", "D23", "2300-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
    ("huge-number", "D23", "9999-12-31T23:59:59Z", 1e18),
    ("huge-numbers", "D23", 1e20, 1e21),
    ("hugely-negative", "D23", -1e18, "0001-01-01T00:00:00Z"),
    ("microsecond", "D24", "2024-02-29T12:00:00.000Z", "2024-02-29T12:00:00.000001Z"),
    ("nanosecond", "D24", "2024-02-29T12:00:00.000000001Z", "2024-02-29T12:00:00.000000002Z"),
    ("nanosecond-against-number", "D24", MIDNIGHT_MS, "2024-02-29T12:00:00.000000001Z"),
    ("nanosecond-before-epoch", "D24", "1969-12-31T23:59:59.999999998Z", "1969-12-31T23:59:59.999999999Z"),
    ("tenth-digit-cut", "D42", "2024-02-29T12:00:00.0000000019Z", "2024-02-29T12:00:00.0000000020Z"),
    ("year-1", "D44", "0001-01-01T00:00:00Z", "0001-01-01T00:00:01Z"),
    ("year-1-today", "D44", "0001-01-01T00:00:00Z", "2024-02-29T12:00:00Z"),
    ("year-1-number", "D44", "0001-01-01T00:00:00Z", 0),
    ("year-1-fraction", "D44", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.5Z"),
]

# Equal instants in two notations, beside those of SAME.
EQUAL: list[tuple[str, str, Json, Json]] = [
    ("number-number", "5.3", 1000, 1000),
    ("number-string", "5.3", MIDNIGHT_MS, MIDNIGHT),
    ("number-float", "5.3", 1709208000000.0, MIDNIGHT),
    ("epoch", "5.3", 0, "1970-01-01T00:00:00Z"),
    ("millisecond", "5.3", 1709208000123, "2024-02-29T12:00:00.123Z"),
    ("half-millisecond", "D22", 1709208000000.5, "2024-02-29T12:00:00.0005Z"),
    ("quarter-millisecond", "D22", 0.25, "1970-01-01T00:00:00.00025Z"),
    ("before-epoch-fraction", "D22", -0.5, "1969-12-31T23:59:59.9995Z"),
    ("past-2262", "D23", 9300000000000, "2264-09-14T21:20:00Z"),
    ("year-9999", "D23", 253402300799000, "9999-12-31T23:59:59Z"),
    ("year-1", "D44", -62135596800000, "0001-01-01T00:00:00Z"),
    ("trailing-zeros", "D24", "2024-02-29T12:00:00.1Z", "2024-02-29T12:00:00.100000000Z"),
    ("tenth-digit-cut", "D42", "2024-02-29T12:00:00.1234567891Z", "2024-02-29T12:00:00.1234567899Z"),
]

NOT_A_TIME: list[tuple[str, Json]] = [
    ("true", True),
    ("false", False),
    ("null-element", [None]),
    ("object", {"year": 2024}),
    ("array-of-booleans", [True, False]),
    ("array-of-arrays", [[MIDNIGHT]]),
]


def compare(topic: Topic, slug: str, tag: str, description: str, op: str, left: Json, right: Json, hit: bool) -> None:
    """One comparison."""
    made = document([flag(rules=[rule(clause("at", op, right))])])
    topic.evaluate(slug, tag, description, made, user(at=left), matched(hit))


def dates_topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("operators-date", "`before` and `after`: RFC 3339 texts and epoch milliseconds")
    for slug, tag, text in SAME:
        compare(topic, f"same-{slug}-after", tag, f"{slug}: later than a nanosecond earlier", "after", text,
                "2024-02-29T11:59:59.999999999Z", True)  # fmt: skip
        compare(topic, f"same-{slug}-before", tag, f"{slug}, in the clause: not later than itself", "before", MIDNIGHT,
                text, False)  # fmt: skip
        compare(topic, f"same-{slug}-next", tag, f"{slug}, in the clause: earlier than the next nanosecond", "after",
                "2024-02-29T12:00:00.000000001Z", text, True)  # fmt: skip
    for slug, tag, text in INVALID:
        compare(topic, f"invalid-{slug}-attribute", tag, f"{slug} is not a date in a context", "after", text, -1e15, False)
        compare(topic, f"invalid-{slug}-clause", tag, f"{slug} is not a date in a clause", "before", -1e15, text, False)
    for slug, tag, earlier, later in PAIRS:
        compare(topic, f"order-{slug}-before", tag, f"{slug}: before", "before", earlier, later, True)
        compare(topic, f"order-{slug}-before-reversed", tag, f"{slug}: not before", "before", later, earlier, False)
        compare(topic, f"order-{slug}-after", tag, f"{slug}: after", "after", later, earlier, True)
    for slug, tag, left, right in EQUAL:
        compare(topic, f"equal-{slug}-before", tag, f"{slug}: equal instants, before", "before", left, right, False)
        compare(topic, f"equal-{slug}-after", tag, f"{slug}: equal instants, after", "after", left, right, False)
    for slug, value in NOT_A_TIME:
        compare(topic, f"type-{slug}", "5.3", f"{slug} is not a time", "after", value, 0, False)
    made = document([flag(rules=[rule(clause("at", "before", "nonsense", negate=True))])])
    topic.evaluate(
        "invalid-negated", "5.3", "a date that cannot be read is a plain false, so negated it matches", made,
        user(at=MIDNIGHT), matched(True),
    )  # fmt: skip
    made = document([flag(rules=[rule(clause("at", "before", "nonsense", 5, MIDNIGHT))])])
    topic.evaluate("any-value", "5.3", "one readable clause value is enough", made, user(at=6), matched(True))
    made = document([flag(rules=[rule(clause("at", "after", MIDNIGHT))])])
    topic.evaluate("any-element", "5.3", "one element of an array is enough", made,
                   user(at=["nonsense", 7, "2024-03-01T00:00:00Z"]), matched(True))  # fmt: skip
    for slug, text in (("31-february", "2024-02-31T12:00:00Z"), ("words", "yesterday")):
        topic.load(f"diagnostic-{slug}", "D21" if slug == "31-february" else "5.3",
            "a clause value that is not a date is a warning at its place",
            document([flag(rules=[rule(clause("at", "before", MIDNIGHT, text))])]),
            {"diagnostics": [diagnostic("warning", "invalid-date", "flags.flag.rules[0].clauses[0].values[1]")]})  # fmt: skip
    return [topic]


# Semantic versions: which texts are one, and how two compare.

BIG = str(2**64 - 1)

# From the lowest to the highest; each is compared with its neighbour.
ASCENDING: list[str] = [
    "0.0.0-0",
    "0.0.0",
    "0.0.1",
    "0.1.0",
    "1.0.0-0",
    "1.0.0-1",
    "1.0.0-2",
    "1.0.0-10",
    "1.0.0--",
    "1.0.0-A",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.1.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0-rc1",
    "1.0.0",
    "1.0.1-rc",
    "1.0.1",
    "1.0.9",
    "1.0.10",
    "1.2.0",
    "1.10.0",
    "2.0.0-rc.2.green",
    "2.0.0-rc.3",
    "2.0.0",
    "10.0.0",
    f"10.0.{BIG}",
    f"10.{BIG}.0",
    f"{BIG}.0.0",
]

VERSIONS_EQUAL: list[tuple[str, str, str]] = [
    ("same", "1.2.3", "1.2.3"),
    ("minor-and-patch-absent", "2", "2.0.0"),
    ("patch-absent", "2.0", "2.0.0"),
    ("both-short", "2", "2.0"),
    ("short-prerelease", "2-rc", "2.0.0-rc"),
    ("short-prerelease-minor", "2.0-rc", "2.0.0-rc"),
    ("short-prerelease-dots", "2-rc.1.x", "2.0.0-rc.1.x"),
    ("short-build", "2+linux", "2.0.0"),
    ("short-prerelease-build", "2-rc+linux", "2.0.0-rc"),
    ("build-ignored", "2.0.0+a", "2.0.0+b"),
    ("build-against-none", "2.0.0+a", "2.0.0"),
    ("build-leading-zeros", "2.0.0+001", "2.0.0"),
    ("build-with-hyphens", "2.0.0+a-b.c-d", "2.0.0"),
    ("prerelease-and-build", "2.0.0-rc+a", "2.0.0-rc+b"),
    ("prerelease-zero", "2.0.0-0", "2.0.0-0"),
    ("prerelease-of-hyphens", "2.0.0---", "2.0.0---"),
    ("prerelease-digits-and-letters", "2.0.0-0a", "2.0.0-0a"),
]

VERSIONS_INVALID: list[tuple[str, str, Json]] = [
    ("empty", "5.4", ""),
    ("number", "5.4", 2),
    ("number-fraction", "5.4", 2.0),
    ("true", "5.4", True),
    ("word", "5.4", "latest"),
    ("v-prefix", "5.4", "v2.0.0"),
    ("upper-v-prefix", "5.4", "V2"),
    ("equals-prefix", "5.4", "=2.0.0"),
    ("leading-zero-major", "5.4", "02.0.0"),
    ("leading-zero-minor", "5.4", "2.00.0"),
    ("leading-zero-patch", "5.4", "2.0.00"),
    ("leading-zero-prerelease", "5.4", "2.0.0-01"),
    ("fourth-component", "5.4", "2.0.0.0"),
    ("trailing-dot", "5.4", "2."),
    ("trailing-dot-minor", "5.4", "2.0."),
    ("leading-dot", "5.4", ".2"),
    ("double-dot", "5.4", "2..0"),
    ("empty-prerelease", "5.4", "2.0.0-"),
    ("empty-prerelease-short", "5.4", "2-"),
    ("empty-prerelease-part", "5.4", "2.0.0-a..b"),
    ("empty-build", "5.4", "2.0.0+"),
    ("empty-build-part", "5.4", "2.0.0+a..b"),
    ("two-builds", "5.4", "2.0.0+a+b"),
    ("negative", "5.4", "-2.0.0"),
    ("letter-in-core", "5.4", "2.x.0"),
    ("underscore", "5.4", "2.0.0-rc_1"),
    ("non-ascii-digit", "5.4", "\u0662.0.0"),
    ("non-ascii-prerelease", "5.4", "2.0.0-\u00e9"),
    ("star", "5.4", "2.*"),
    ("leading-space", "D25", " 2.0.0"),
    ("trailing-space", "D25", "2.0.0 "),
    ("inner-space", "D25", "2. 0.0"),
    ("trailing-newline", "D25", "2.0.0\n"),
    ("leading-tab", "D25", "\t2.0.0"),
    ("major-too-large", "D46", f"{2**64}.0.0"),
    ("minor-too-large", "D46", f"2.{2**64}.0"),
    ("patch-too-large", "D46", f"2.0.{2**64}"),
    ("major-much-too-large", "D46", "9" * 40),
]

OPERATORS = {"semVerEqual": 0, "semVerLessThan": -1, "semVerGreaterThan": 1}


def versions_compare(topic: Topic, slug: str, tag: str, description: str, op: str, left: Json, right: Json, hit: bool) -> None:
    """One comparison."""
    made = document([flag(rules=[rule(clause("version", op, right))])])
    topic.evaluate(slug, tag, description, made, user(version=left), matched(hit))


def versions_topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("operators-version", "`semVerEqual`, `semVerLessThan` and `semVerGreaterThan`")
    for number, (lower, higher) in enumerate(itertools.pairwise(ASCENDING)):
        description = f"{lower} is below {higher}"
        versions_compare(topic, f"order-{number:02}-less", "5.4", description, "semVerLessThan", lower, higher, True)
        versions_compare(topic, f"order-{number:02}-greater", "5.4", description, "semVerGreaterThan", higher, lower, True)
        versions_compare(topic, f"order-{number:02}-not-less", "5.4", description, "semVerLessThan", higher, lower, False)
        versions_compare(topic, f"order-{number:02}-not-equal", "5.4", description, "semVerEqual", lower, higher, False)
    for slug, left, right in VERSIONS_EQUAL:
        tag = "D46" if "+" in left else "5.4"
        for op, order in OPERATORS.items():
            description = f"{left} and {right} have the same precedence"
            versions_compare(topic, f"equal-{slug}-{op}", tag, description, op, left, right, order == 0)
        if left != right:
            versions_compare(topic, f"equal-{slug}-swapped", tag, description, "semVerEqual", right, left, True)
    for slug, tag, text in VERSIONS_INVALID:
        versions_compare(topic, f"invalid-{slug}-attribute", tag, f"{slug} is not a version in a context", "semVerGreaterThan",
                text, "0.0.0-0", False)  # fmt: skip
        versions_compare(topic, f"invalid-{slug}-clause", tag, f"{slug} is not a version in a clause", "semVerLessThan",
                "0.0.0-0", text, False)  # fmt: skip
        made = document([flag(rules=[rule(clause("version", "semVerEqual", text, negate=True))])])
        topic.evaluate(f"invalid-{slug}-equal-negated", tag, f"{slug} does not even equal itself, so negated it matches",
                       made, user(version=text), matched(True))  # fmt: skip
    versions_compare(topic, "prerelease-longer-number", "5.4", "numeric identifiers compare as numbers at any length",
            "semVerLessThan", "1.0.0-9", "1.0.0-100000000000000000000", True)  # fmt: skip
    made = document([flag(rules=[rule(clause("version", "semVerEqual", "x", 2, "2.0.0"))])])
    topic.evaluate("any-value", "5.4", "one readable clause value is enough", made, user(version="2"), matched(True))
    made = document([flag(rules=[rule(clause("version", "semVerGreaterThan", "2"))])])
    topic.evaluate("any-element", "5.4", "one element of an array is enough", made, user(version=["x", 3, "3.1"]),
                   matched(True))  # fmt: skip
    for number, text in enumerate(("v2", "2.0.0.0")):
        topic.load(f"diagnostic-{number}", "5.4", "a clause value that is not a version is a warning at its place",
            document([flag(rules=[rule(clause("version", "semVerEqual", "1", text))])]),
            {"diagnostics": [diagnostic("warning", "invalid-version", "flags.flag.rules[0].clauses[0].values[1]")]})  # fmt: skip
    return [topic]
