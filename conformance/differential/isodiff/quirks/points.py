"""The points on which LaunchDarkly's SDKs differ from each other, or from isoflag.

``D``, ``A``: decided points of isoflag's specification. ``S``: a difference that its prose states. ``P``: found by these
runs and proposed. Each row has a situation and what each side answers; the overrides of an SDK are guarded by these names.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """One row of DIVERGENCES.md. What an SDK answers is empty where it answers as isoflag does."""

    name: str
    situation: str
    isoflag: str
    javascript: str = ""
    python: str = ""
    go: str = ""

    @property
    def proposed(self) -> bool:
        return self.name.startswith("P")


POINTS = (
    Point(
        "D01",
        "a segment rule's `rolloutContextKind` is absent from the context, weight above 0",
        "match (bucket 0)",
        go="no match",
    ),
    Point(
        "D04",
        "an entry of `contextTargets` for users that has its own values",
        "own values ignored",
        go="own values used",
    ),
    Point(
        "D05", "two entries of `targets` share a variation", "the first only", go="the first only"
    ),
    Point("D06", "`includedContexts` of kind `user`", "match", go="no match"),
    Point("D13", "a diamond of prerequisites, one of which failed", "legal", go="legal"),
    Point(
        "D18",
        "`in` null, and a null in the context's array",
        "match",
        go="no match",
    ),
    Point("D20", "a date with an hour of one digit", "not a date", go="a date"),
    Point("D22", "a date as a number with a fraction", "a date", go="not a date"),
    Point("D23", "a date as a number past the year 2262", "a date", go="wraps"),
    Point("D35", "`/kind` in a multi-kind context", "all kinds", go="its own kind"),
    Point("D37", "a negative weight of a segment rule", "no match", go="no match"),
    Point("D38", "big segments", "supported", go="supported"),
    Point("D41", "a date's offset without colon", "a date", go="not a date"),
    Point(
        "D42",
        "a date with more than 9 digits of fraction",
        "a date",
        go="not a date",
    ),
    Point("D44", "a date in the year 0001", "a date", go="unusable in a clause"),
    Point(
        "D02",
        "a segment rule's `rolloutContextKind` is absent from the context, weight 0 or less",
        "no match (bucket 0)",
        python="match (bucket -1)",
        go="no match",
    ),
    Point("D03", "`seed` is 0", "a seed", javascript="no seed: key and salt", go="a seed"),
    Point(
        "D08",
        "bucketing by a number written with a fraction or an exponent, `3.0`",
        '"3"',
        python="bucket 0",
        go='"3"',
    ),
    Point(
        "D09",
        "a number that is hashed is beyond 2^53 (bucketing value or seed)",
        "the digits of the double",
        python="the digits as written",
        go="the digits of the double",
    ),
    Point(
        "D10",
        "a prerequisite ends in a bad index or an empty rollout (D10 and D11)",
        "PREREQUISITE_FAILED",
        javascript="MALFORMED_FLAG",
        go="PREREQUISITE_FAILED",
    ),
    Point(
        "D14",
        "a cycle of prerequisites, and a later prerequisite that fails",
        "MALFORMED_FLAG",
        javascript="PREREQUISITE_FAILED",
        go="MALFORMED_FLAG",
    ),
    Point(
        "D15",
        "a rule without `clauses`",
        "matches everything",
        javascript="never matches",
        python="refuses the flag",
        go="matches everything",
    ),
    Point(
        "D17",
        "`in` on objects and arrays",
        "no match",
        python="deep equality",
        go="no match",
    ),
    Point(
        "D19", "a date with a lower-case `t` or `z`", "a date", javascript="not a date", go="a date"
    ),
    Point(
        "D21",
        "a day that its month has not, 31 February",
        "not a date",
        javascript="rolls over",
        go="rolls over",
    ),
    Point(
        "D24",
        "a fraction finer than milliseconds",
        "kept, to nanoseconds",
        javascript="dropped",
        python="kept, to microseconds",
        go="kept, to nanoseconds",
    ),
    Point(
        "D25",
        "spaces round a version",
        "not a version",
        javascript="a version",
        go="not a version",
    ),
    Point(
        "D26",
        "look-around or a back-reference in a pattern (D26 and D27)",
        "refused: no match; negated, a match",
        javascript="supported",
        python="supported",
        go="refused",
    ),
    Point("D28", "`(?i)`", "supported", javascript="refused", go="supported"),
    Point("D29", "`$` before a final newline", "no match", python="match", go="no match"),
    Point(
        "D30",
        "`\\d`, `\\w`, `\\b`, `\\s` on text that is not ASCII",
        "ASCII",
        javascript="ASCII, but `\\s` is Unicode",
        python="Unicode",
        go="ASCII",
    ),
    Point(
        "D31",
        "a reference without leading slash that has `//` in it",
        "a name",
        javascript="MALFORMED_FLAG",
        go="a name",
    ),
    Point(
        "D32",
        "a reference without leading slash that ends in `~`",
        "a name",
        javascript="MALFORMED_FLAG",
        go="a name",
    ),
    Point(
        "D33",
        "a reference that ends in a slash, `/a/`",
        "MALFORMED_FLAG",
        javascript="the member with the empty name",
        go="MALFORMED_FLAG",
    ),
    Point(
        "D34",
        "the attribute `_meta`",
        "absent",
        javascript="MALFORMED_FLAG as a reference; readable as a name",
        go="absent",
    ),
    Point(
        "D36",
        "the kind of a rollout is absent and its first weights are 0 or less",
        "bucket 0",
        python="bucket -1: the first entry",
        go="bucket 0",
    ),
    Point(
        "D39",
        "a big segment without generation, and its kind is absent",
        "NOT_CONFIGURED status",
        javascript="no status",
        go="NOT_CONFIGURED status",
    ),
    Point(
        "D40",
        "a sum of weights that doubles round",
        "exact integers",
        javascript="64-bit floating point",
        python="64-bit floating point",
        go="32-bit floating point",
    ),
    Point(
        "D43",
        "hour 24; a space for `T`",
        "not a date",
        javascript="hour 24 is the next midnight",
        python="a space is a date",
        go="not a date",
    ),
    Point(
        "D45",
        "regular expressions outside isoflag's dialect",
        "refused: no match",
        javascript="its own dialect",
        python="its own dialect",
        go="RE2",
    ),
    Point(
        "D46",
        "a version number above 2^64 - 1",
        "not a version",
        python="a version",
        go="not a version",
    ),
    Point(
        "A1",
        "all flags, `clientSideOnly`",
        "`clientSideAvailability`, else `clientSide`",
        javascript="only `clientSideAvailability`",
        python="only `clientSide`",
        go="both",
    ),
    Point(
        "A2",
        "all flags, `detailsOnlyForTrackedFlags` and a date for debugging that has passed",
        "details dropped",
        javascript="details kept",
        go="details dropped",
    ),
    Point(
        "A3",
        "all flags, a prerequisite that does not exist",
        "listed",
        javascript="not listed",
        go="listed",
    ),
    Point(
        "A4",
        "several big segment statuses in one evaluation",
        "the worst",
        python="the last",
        go="the worst",
    ),
    Point(
        "A5",
        "a context with a nested kind `multi`, or with built-ins of wrong types",
        "invalid",
        javascript="accepted",
        go="invalid",
    ),
    Point(
        "A6",
        "the empty key of a legacy user in lists and big segments",
        "a key like any other",
        javascript="never matches",
        python="refuses the flag",
        go="a key like any other",
    ),
    Point(
        "A7",
        "a legacy user, without `kind`",
        "accepted, strictly typed",
        javascript="accepted, converting types",
        python="an invalid context",
        go="accepted, strictly typed",
    ),
    Point(
        "A8",
        "an operator named `toString` or alike",
        "an unknown operator",
        javascript="the object's own function",
        go="an unknown operator",
    ),
    Point(
        "S1",
        "a big segment's generation is 0",
        "a generation",
        javascript="no generation",
        go="a generation",
    ),
    Point(
        "S2",
        "a cycle of segments that passes a big segment",
        "MALFORMED_FLAG",
        javascript="not detected: no answer, or a match",
        go="MALFORMED_FLAG",
    ),
    Point(
        "S3",
        "an error after a big segment was queried",
        "the status is kept",
        python="the status is dropped",
        go="the status is kept",
    ),
    Point(
        "S4",
        "a context whose `kind` is null",
        "invalid",
        javascript="a legacy user",
        go="invalid",
    ),
    Point(
        "S5",
        "a rule without `id`",
        "`ruleId` omitted",
        python="`ruleId` null",
        go="`ruleId` omitted",
    ),
    Point(
        "P01",
        "a bad reference or a cycle of segments in a clause that another clause follows",
        "MALFORMED_FLAG",
        javascript="the error is forgotten and the clause is a match",
        go="MALFORMED_FLAG",
    ),
    Point(
        "P02",
        "a reference with a component that begins with an escape, `/~1a`",
        "unescaped",
        javascript="not unescaped",
        go="unescaped",
    ),
    Point(
        "P03",
        "`~|` or `~^` in a reference",
        "MALFORMED_FLAG",
        javascript="accepted as it stands",
        go="MALFORMED_FLAG",
    ),
    Point(
        "P04",
        "an empty `contextKind` or `rolloutContextKind`",
        "`user`",
        javascript="a kind that no context has",
        go="`user`",
    ),
    Point(
        "P05",
        "an entry of `targets` with another kind than `user`",
        "matched by that kind's key",
        python="matched by the user's key",
        go="matched by that kind's key",
    ),
    Point(
        "P06",
        "a bad reference, and the kind that it would be read from is absent",
        "MALFORMED_FLAG",
        python="no match; in a rollout, bucket -1",
        go="MALFORMED_FLAG",
    ),
    Point(
        "P07",
        "`in` on integers beyond 2^53",
        "compared as doubles",
        python="compared exactly",
        go="compared as doubles",
    ),
    Point(
        "P08",
        "a number that is hashed is beyond 2^53",
        "every digit of the double, no exponent",
        javascript="the shortest digits, then zeros; an exponent from 10^21",
        go="every digit",
    ),
    Point(
        "P09",
        "a version number of 2^53 or more, or more than 256 characters",
        "exact up to 2^64 - 1",
        javascript="not a version; in a prerelease, compared as doubles",
    ),
    Point(
        "P10",
        "a date in another form of ISO 8601: week, basic, no seconds, comma, any separator, wide offset",
        "not a date",
        python="a date",
        go="not a date",
    ),
    Point("P11", "a date in the year 0000", "a date", python="not a date", go="a date"),
    Point(
        "P12",
        "a value of `segmentMatch` that is not a string",
        "no match",
        javascript="names the segment of the same spelling",
        go="no match",
    ),
    Point(
        "P13",
        "a rule whose `id` is the empty string",
        "`ruleId` omitted",
        javascript="`ruleId` empty",
        python="`ruleId` empty",
        go="`ruleId` omitted",
    ),
    Point(
        "P14",
        "a context with an attribute whose name is empty",
        "valid",
        python="an invalid context",
    ),
    Point(
        "P15",
        "a pattern's `.` or class on a character outside the basic plane, `.` on a line separator",
        "one character",
        javascript="two units",
        go="one character",
    ),
    Point(
        "P16",
        "all flags, a flag that is its own prerequisite",
        "the key is not listed",
        javascript="the key is listed",
    ),
    Point(
        "P17",
        "a newline in a version of fewer than three numbers",
        "not a version",
        python="cut at the newline",
    ),
    Point(
        "P18",
        "bucketing by `kind`",
        "the kind that the rollout is for",
        javascript="bucket 0",
        go="the kind that the rollout is for",
    ),
    Point(
        "P19",
        "`debugEventsUntilDate` is 0",
        "the number 0",
        go="no date",
    ),
    Point(
        "P20",
        "an entry of `contextTargets` for users whose entry in `targets` is of another kind",
        "matched by that kind's key",
        python="matched by the user's key",
        go="matched by that kind's key",
    ),
)

JAVASCRIPT = frozenset(point.name for point in POINTS if point.javascript)
PYTHON = frozenset(point.name for point in POINTS if point.python)
