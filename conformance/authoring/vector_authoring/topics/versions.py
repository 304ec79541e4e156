"""Semantic versions: which texts are one, and how two compare."""

from __future__ import annotations

import itertools

from ..document import clause, document, flag, rule, user
from ..json_value import Json
from ..outcome import matched
from ..topic import Topic, diagnostic

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

EQUAL: list[tuple[str, str, str]] = [
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

INVALID: list[tuple[str, str, Json]] = [
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


def compare(topic: Topic, slug: str, tag: str, description: str, op: str, left: Json, right: Json, hit: bool) -> None:
    """One comparison."""
    made = document([flag(rules=[rule(clause("version", op, right))])])
    topic.evaluate(slug, tag, description, made, user(version=left), matched(hit))


def topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("operators-version", "`semVerEqual`, `semVerLessThan` and `semVerGreaterThan`")
    for number, (lower, higher) in enumerate(itertools.pairwise(ASCENDING)):
        description = f"{lower} is below {higher}"
        compare(topic, f"order-{number:02}-less", "5.4", description, "semVerLessThan", lower, higher, True)
        compare(topic, f"order-{number:02}-greater", "5.4", description, "semVerGreaterThan", higher, lower, True)
        compare(topic, f"order-{number:02}-not-less", "5.4", description, "semVerLessThan", higher, lower, False)
        compare(topic, f"order-{number:02}-not-equal", "5.4", description, "semVerEqual", lower, higher, False)
    for slug, left, right in EQUAL:
        tag = "D46" if "+" in left else "5.4"
        for op, order in OPERATORS.items():
            description = f"{left} and {right} have the same precedence"
            compare(topic, f"equal-{slug}-{op}", tag, description, op, left, right, order == 0)
        if left != right:
            compare(topic, f"equal-{slug}-swapped", tag, description, "semVerEqual", right, left, True)
    for slug, tag, text in INVALID:
        compare(topic, f"invalid-{slug}-attribute", tag, f"{slug} is not a version in a context", "semVerGreaterThan",
                text, "0.0.0-0", False)  # fmt: skip
        compare(topic, f"invalid-{slug}-clause", tag, f"{slug} is not a version in a clause", "semVerLessThan",
                "0.0.0-0", text, False)  # fmt: skip
        made = document([flag(rules=[rule(clause("version", "semVerEqual", text, negate=True))])])
        topic.evaluate(f"invalid-{slug}-equal-negated", tag, f"{slug} does not even equal itself, so negated it matches",
                       made, user(version=text), matched(True))  # fmt: skip
    compare(topic, "prerelease-longer-number", "5.4", "numeric identifiers compare as numbers at any length",
            "semVerLessThan", "1.0.0-9", "1.0.0-100000000000000000000", True)  # fmt: skip
    made = document([flag(rules=[rule(clause("version", "semVerEqual", "x", 2, "2.0.0"))])])
    topic.evaluate("any-value", "5.4", "one readable clause value is enough", made, user(version="2"), matched(True))
    made = document([flag(rules=[rule(clause("version", "semVerGreaterThan", "2"))])])
    topic.evaluate("any-element", "5.4", "one element of an array is enough", made, user(version=["x", 3, "3.1"]),
                   matched(True))  # fmt: skip
    for number, text in enumerate(("v2", "2.0.0.0")):
        topic.load(
            f"diagnostic-{number}",
            "5.4",
            "a clause value that is not a version is a warning at its place",
            document([flag(rules=[rule(clause("version", "semVerEqual", "1", text))])]),
            {"diagnostics": [diagnostic("warning", "invalid-version", "flags.flag.rules[0].clauses[0].values[1]")]},
        )
    return [topic]
