"""Operators over every type of value, plain and negated."""

from __future__ import annotations

from ..builders import ABSENT, Json, clause, document, flag, malformed, matched, multi, rule, segment, user
from ..topic import Topic, diagnostic

# (slug, attribute's value or ABSENT, clause values, whether they match)
Row = tuple[str, Json, list[Json], bool]

IN: list[Row] = [
    ("same-string", "a", ["a"], True),
    ("second-value", "b", ["a", "b"], True),
    ("last-of-many", "z", ["a", "b", "c", 1, None, True, "z"], True),
    ("other-string", "a", ["b"], False),
    ("letter-case", "a", ["A"], False),
    ("empty-string", "", [""], True),
    ("empty-string-other", "", [" "], False),
    ("trailing-space", "a ", ["a"], False),
    ("composed-letter", "\u00e9", ["e\u0301"], False),
    ("astral", "\U0001f600", ["\U0001f600"], True),
    ("number", 3, [3], True),
    ("number-fraction-zero", 3, [3.0], True),
    ("number-tenth", 0.1, [0.1], True),
    ("number-sum-is-not-tenth", 0.30000000000000004, [0.3], False),
    ("number-minus-zero", -0.0, [0], True),
    ("number-zero-minus-zero", 0, [-0.0], True),
    ("number-exponent", 1000, [1e3], True),
    ("number-other", 3, [4], False),
    ("number-large", 1e300, [1e300], True),
    ("number-beyond-2-53", 9007199254740993, [9007199254740992], True),
    ("number-string", 3, ["3"], False),
    ("string-number", "3", [3], False),
    ("true", True, [True], True),
    ("false", False, [False], True),
    ("true-false", True, [False], False),
    ("true-one", True, [1], False),
    ("one-true", 1, [True], False),
    ("false-zero", False, [0], False),
    ("zero-false", 0, [False], False),
    ("true-string", True, ["true"], False),
    ("string-true", "true", [True], False),
    ("string-null", "null", [None], False),
    ("array-first", ["a", "x"], ["a"], True),
    ("array-last", ["x", "y", "a"], ["b", "a"], True),
    ("array-none", ["x", "y"], ["a", "b"], False),
    ("array-mixed", [1, "a", True], ["1", True], True),
    ("array-empty-several-values", [], ["a", None, ""], False),
    ("array-empty-no-values", [], [], False),
    ("array-nested-not-flattened", [["a"]], ["a"], False),
    ("array-number", [1, 2], [2.0], True),
    ("array-object-element", [{"a": 1}], ["a"], False),
]

# The SDKs disagree: objects and arrays never match, a null element matches a null value.
IN_DECIDED: list[tuple[str, str, Json, list[Json], bool]] = [
    ("D17", "object-equal", {"a": 1}, [{"a": 1}], False),
    ("D17", "object-empty", {}, [{}], False),
    ("D17", "object-nested", {"a": {"b": [1]}}, [{"a": {"b": [1]}}], False),
    ("D17", "object-in-array", [{"a": 1}], [{"a": 1}], False),
    ("D17", "object-among-values", {"a": 1}, ["a", {"a": 1}, 1], False),
    ("D17", "array-element-array", [["a"]], [["a"]], False),
    ("D17", "array-against-array-value", ["a"], [["a"]], False),
    ("D18", "null-element", [None], [None], True),
    ("D18", "null-element-among-others", ["x", None], ["y", None], True),
    ("D18", "null-element-no-null-value", [None], ["null", 0, False, ""], False),
    ("D18", "null-value-no-null-element", ["null", 0, False, ""], [None], False),
    ("D18", "nested-null-element", [[None]], [None], False),
]

STARTS_WITH: list[Row] = [
    ("prefix", "isoflag", ["iso"], True),
    ("whole", "iso", ["iso"], True),
    ("empty-prefix", "iso", [""], True),
    ("empty-empty", "", [""], True),
    ("longer-than-value", "iso", ["isoflag"], False),
    ("letter-case", "Isoflag", ["iso"], False),
    ("in-the-middle", "xiso", ["iso"], False),
    ("at-the-end", "flag-iso", ["iso"], False),
    ("second-value", "flag", ["iso", "fl"], True),
    ("astral-prefix", "\U0001f600x", ["\U0001f600"], True),
    ("combining-not-split", "e\u0301", ["e"], True),
    ("pattern-is-literal", "a.c", ["a.c"], True),
    ("pattern-is-not-regex", "abc", ["a.c"], False),
    ("number-value", 123, ["1"], False),
    ("number-clause", "123", [1], False),
    ("true-value", True, ["t"], False),
    ("null-clause", "null", [None], False),
    ("array-one-hits", ["x", "isoflag"], ["iso"], True),
    ("array-none-hits", ["x", "y"], ["iso"], False),
    ("object-value", {"iso": "iso"}, ["iso"], False),
    ("array-clause", "iso", [["iso"]], False),
]

ENDS_WITH: list[Row] = [
    ("suffix", "isoflag", ["flag"], True),
    ("whole", "flag", ["flag"], True),
    ("empty-suffix", "flag", [""], True),
    ("longer-than-value", "flag", ["isoflag"], False),
    ("letter-case", "isoFLAG", ["flag"], False),
    ("in-the-middle", "flagx", ["flag"], False),
    ("trailing-newline", "flag\n", ["flag"], False),
    ("second-value", "x.org", [".com", ".org"], True),
    ("astral-suffix", "x\U0001f600", ["\U0001f600"], True),
    ("pattern-is-not-regex", "axc", ["a.c"], False),
    ("number-value", 123, ["3"], False),
    ("number-clause", "123", [3], False),
    ("false-value", False, ["e"], False),
    ("array-one-hits", ["x", "isoflag"], ["flag"], True),
    ("array-none-hits", ["x", "y"], ["flag"], False),
    ("object-value", {"a": "flag"}, ["flag"], False),
]

CONTAINS: list[Row] = [
    ("middle", "an isoflag here", ["isoflag"], True),
    ("start", "isoflag", ["iso"], True),
    ("end", "isoflag", ["flag"], True),
    ("whole", "isoflag", ["isoflag"], True),
    ("empty-needle", "isoflag", [""], True),
    ("empty-both", "", [""], True),
    ("empty-value", "", ["a"], False),
    ("scattered", "i-s-o", ["iso"], False),
    ("letter-case", "ISOFLAG", ["iso"], False),
    ("value-in-clause", "iso", ["isoflag"], False),
    ("second-value", "isoflag", ["x", "sofl"], True),
    ("sharp-s-is-not-ss", "stra\u00dfe", ["ss"], False),
    ("pattern-is-literal", "a*b", ["*"], True),
    ("number-value", 123, ["2"], False),
    ("number-clause", "123", [2], False),
    ("true-value", True, ["ru"], False),
    ("array-is-not-a-container", ["iso", "flag"], ["isoflag"], False),
    ("array-one-hits", ["x", "isoflag"], ["sof"], True),
    ("array-with-numbers", [12, "12"], ["1"], True),
    ("object-value", {"a": "iso"}, ["iso"], False),
]

# Pairs of numbers: (slug, context, clause, their order, or None if they are not comparable)
NUMBERS: list[tuple[str, Json, Json, int | None]] = [
    ("below", 1, 2, -1),
    ("equal", 2, 2, 0),
    ("above", 3, 2, 1),
    ("negative-below", -3, -2, -1),
    ("negative-above", -1, -2, 1),
    ("minus-zero", -0.0, 0, 0),
    ("fraction-below", 1.5, 1.75, -1),
    ("fraction-equal-integer", 2.0, 2, 0),
    ("tenths", 0.30000000000000004, 0.3, 1),
    ("exponent", 1e3, 1000, 0),
    ("huge", 1e308, 1e307, 1),
    ("tiny", 5e-324, 0, 1),
    ("rounded-to-the-same-double", 9007199254740993, 9007199254740992, 0),
    ("string-digits-left", "1", 2, None),
    ("string-digits-right", 1, "2", None),
    ("strings", "1", "2", None),
    ("true-left", True, 2, None),
    ("true-right", 0, True, None),
    ("null-right", -1, None, None),
    ("object-left", {"a": 1}, 2, None),
    ("array-right", 1, [2], None),
]

ORDERS = {"lessThan": {-1}, "lessThanOrEqual": {-1, 0}, "greaterThan": {1}, "greaterThanOrEqual": {0, 1}}

UNKNOWN = ["equals", "IN", "in ", "", "toString", "constructor", "__proto__", "hasOwnProperty", "semVerLessThanOrEqual"]


def both_signs(topic: Topic, op: str, slug: str, tag: str, description: str, value: Json, values: list[Json], hit: bool) -> None:
    """The pair of cases, plain and negated, of one comparison in which the attribute is present."""
    for negate in (False, True):
        given: dict[str, Json] = {"negate": True} if negate else {}
        made = clause("attr", op, *values, **given)
        context = user() if value == ABSENT else user(attr=value)
        topic.evaluate(f"{slug}{'-negated' if negate else ''}", tag, f"{description}{', negated' if negate else ''}",
            document([flag(rules=[rule(made)])]), context, matched(hit != negate))  # fmt: skip


def equality() -> Topic:
    """`in`."""
    topic = Topic("operator-in", "Equality of the same JSON type, element by element where the attribute is an array")
    for slug, value, values, hit in IN:
        both_signs(topic, "in", slug, "5.1", f"in: {slug.replace('-', ' ')}", value, values, hit)
    for tag, slug, value, values, hit in IN_DECIDED:
        both_signs(topic, "in", slug, tag, f"in: {slug.replace('-', ' ')}", value, values, hit)
    return topic


def strings() -> Topic:
    """`startsWith`, `endsWith`, `contains`."""
    topic = Topic("operators-string", "Operators over two strings; anything else is not a match")
    for op, rows in (("startsWith", STARTS_WITH), ("endsWith", ENDS_WITH), ("contains", CONTAINS)):
        for slug, value, values, hit in rows:
            both_signs(topic, op, f"{op}-{slug}", "5.1", f"{op}: {slug.replace('-', ' ')}", value, values, hit)
    return topic


def numbers() -> Topic:
    """The four comparisons of numbers."""
    topic = Topic("operators-number", "Comparisons of two numbers as doubles; numeric strings do not count")
    for op, accepted in ORDERS.items():
        for slug, left, right, order in NUMBERS:
            hit = order in accepted
            description = f"{op}: {slug.replace('-', ' ')}"
            if order is None:
                both_signs(topic, op, f"{op}-{slug}", "5.1", description, left, [right], hit)
            else:
                topic.evaluate(f"{op}-{slug}", "5.1", description, document([flag(rules=[rule(clause("attr", op, right))])]),
                    user(attr=left), matched(hit))  # fmt: skip
        both_signs(topic, op, f"{op}-any-element", "5.1", f"{op}: one element of an array is enough", [-5, 5], [0], True)
        both_signs(topic, op, f"{op}-any-value", "5.1", f"{op}: one clause value is enough", 5, ["x", 0, 9], True)
        both_signs(topic, op, f"{op}-no-element", "5.1", f"{op}: an array without numbers", ["1", None, True], [0], False)
        both_signs(topic, op, f"{op}-equal-integers", "5.1", f"{op}: equal integers", 7, [7], 0 in accepted)
    return topic


def presence() -> Topic:
    """What an absent attribute, an empty array and an unknown operator do under every operator."""
    topic = Topic("operators-presence", "Absent attributes, empty arrays and unknown operators, plain and negated")
    sample: dict[str, Json] = {
        "in": "a",
        "startsWith": "a",
        "endsWith": "a",
        "contains": "a",
        "matches": "a",
        "lessThan": 5,
        "lessThanOrEqual": 5,
        "greaterThan": 5,
        "greaterThanOrEqual": 5,
        "before": "2030-01-01T00:00:00Z",
        "after": "2030-01-01T00:00:00Z",
        "semVerEqual": "2.0.0",
        "semVerLessThan": "2.0.0",
        "semVerGreaterThan": "2.0.0",
    }
    for op, value in sample.items():
        for negate in (False, True):
            given: dict[str, Json] = {"negate": negate}
            made = document([flag(rules=[rule(clause("attr", op, value, **given))])])
            ending = "-negated" if negate else ""
            topic.evaluate(
                f"{op}-absent{ending}", "5", f"{op}: an absent attribute is not a match, whatever negate says", made, user(), matched(False)
            )
            topic.evaluate(f"{op}-empty-array{ending}", "5", f"{op}: an empty array is present and none of its elements matches", made,
                user(attr=[]), matched(negate))  # fmt: skip
        both_signs(topic, op, f"{op}-no-values", "5", f"{op}: a clause without values", value, [], False)
        both_signs(topic, op, f"{op}-boolean", "5.1", f"{op}: a boolean is of the wrong type", True, [value], False)
        made = document([flag(rules=[rule(clause("attr", op, value, negate=True))])])
        topic.evaluate(f"{op}-null-negated", "5", f"{op}: null counts as absent", made, user(attr=None), matched(False))
        other_kind = document([flag(rules=[rule(clause("attr", op, value, contextKind="org", negate=True))])])
        topic.evaluate(f"{op}-kind-absent-negated", "5", f"{op}: without a context of the clause's kind there is no match, negated or not",
            other_kind, user(attr=value), matched(False))  # fmt: skip
    for op in UNKNOWN:
        tag = "A8" if op in {"toString", "constructor", "__proto__", "hasOwnProperty"} else "5"
        name = op.strip() or "empty"
        slug = f"unknown-{name}{'-space' if op.endswith(' ') else ''}"
        both_signs(topic, op, slug, tag, f"operator `{op}` is unknown: an ordinary false", "a", ["a"], False)
        made = document([flag(rules=[rule(clause("attr", op, "a", negate=True))])])
        topic.evaluate(f"{slug}-absent-negated", tag, f"operator `{op}` on an absent attribute", made, user(), matched(False))
    topic.load("unknown-operator-diagnostic", "5", "an unknown operator is a warning at its place",
        document([flag(rules=[rule(clause("attr", "in", "a"), clause("attr", "equals", "a"))])]), {"keys": ["flag"],
        "diagnostics": [{"severity": "warning", "code": "unknown-operator", "path": "flags.flag.rules[0].clauses[1].op"}]})  # fmt: skip
    usable_and_not: list[tuple[str, list[Json], list[Json]]] = [
        ("in", ["a", 5, True, None], [["a"], {"a": "a"}]),
        ("startsWith", ["a"], [5, None]),
        ("contains", ["a"], [True]),
        ("lessThan", [5], ["5", None]),
        ("segmentMatch", ["s"], [5, None]),
    ]
    for op, usable, others in usable_and_not:
        path = "flags.flag.rules[0].clauses[0].values"
        topic.load(f"{op}-unusable-diagnostic", "5", f"a value that {op} never matches is a warning at its place",
            document([flag(rules=[rule(clause("attr", op, *usable, *others))])], [segment("s")]),
            {"diagnostics": [diagnostic("warning", "unusable-value", f"{path}[{len(usable) + index}]") for index in range(len(others))]})  # fmt: skip
        topic.load(f"{op}-usable-diagnostic", "5", f"values that {op} may match are no warning",
            document([flag(rules=[rule(clause("attr", op, *usable))])], [segment("s")]),
            {"keys": ["flag"], "absentDiagnostics": [{"code": "unusable-value"}]})  # fmt: skip
    return topic


def kinds() -> Topic:
    """The attribute `kind`."""
    topic = Topic("operators-kind", "Clauses on the attribute `kind` look at every individual context")
    single = user("alice")
    both = multi(user={"key": "alice"}, org={"key": "acme"})
    rows: list[tuple[str, str, str, list[Json], dict[str, Json], dict[str, Json], bool]] = [
        ("single-hit", "5.2", "in", ["user"], {}, single, True),
        ("single-miss", "5.2", "in", ["org"], {}, single, False),
        ("multi-first", "5.2", "in", ["org"], {}, both, True),
        ("multi-last", "5.2", "in", ["user"], {}, both, True),
        ("multi-none", "5.2", "in", ["device"], {}, both, False),
        ("multi-is-not-a-kind", "5.2", "in", ["multi"], {}, both, False),
        ("always-true", "5.2", "in", [""], {"negate": True}, both, True),
        ("always-true-single", "5.2", "in", [""], {"negate": True}, single, True),
        ("negated-hit", "5.2", "in", ["org"], {"negate": True}, both, False),
        ("context-kind-ignored", "5.2", "in", ["user"], {"contextKind": "org"}, single, True),
        ("context-kind-ignored-negated", "5.2", "in", ["user"], {"contextKind": "org", "negate": True}, single, False),
        ("context-kind-absent-negated", "5.2", "in", ["org"], {"contextKind": "org", "negate": True}, single, True),
        ("starts-with", "5.2", "startsWith", ["or"], {}, both, True),
        ("ends-with", "5.2", "endsWith", ["ser"], {}, both, True),
        ("contains", "5.2", "contains", ["rg"], {}, single, False),
        ("matches", "5.2", "matches", ["^o.g$"], {}, both, True),
        ("less-than", "5.2", "lessThan", [5], {}, both, False),
        ("letter-case", "5.2", "in", ["User"], {}, single, False),
    ]
    for slug, tag, op, values, given, context, hit in rows:
        made = document([flag(rules=[rule(clause("kind", op, *values, **given))])])
        topic.evaluate(slug, tag, f"attribute kind: {slug.replace('-', ' ')}", made, context, matched(hit))
    reference: list[tuple[str, str, dict[str, Json], list[Json], dict[str, Json], bool]] = [
        ("reference-multi", "/kind", {"contextKind": "user"}, ["org"], both, True),
        ("reference-multi-own", "/kind", {"contextKind": "user"}, ["user"], both, True),
        ("reference-multi-none", "/kind", {"contextKind": "user"}, ["device"], both, False),
        ("reference-multi-negated", "/kind", {"contextKind": "user", "negate": True}, ["org"], both, False),
        ("reference-single", "/kind", {"contextKind": "user"}, ["user"], single, True),
        ("reference-kind-absent", "/kind", {"contextKind": "device"}, ["org"], both, True),
        ("literal-slash-kind", "/kind", {}, ["user"], single, False),
    ]
    for slug, attribute, given, values, context, hit in reference:
        made = document([flag(rules=[rule(clause(attribute, "in", *values, **given))])])
        topic.evaluate(slug, "D35", f"`/kind`: {slug.replace('-', ' ')}", made, context, matched(hit))
    topic.evaluate("below-kind", "3", "a path below kind leads nowhere",
        document([flag(rules=[rule(clause("/kind/x", "in", "user", contextKind="user", negate=True))])]), single, matched(False))  # fmt: skip
    topic.evaluate("empty-reference-before-kind", "5", "an empty attribute is malformed even where every kind would do",
        document([flag(rules=[rule(clause("", "in", "user"))])]), single, malformed())  # fmt: skip
    return topic


def topics() -> list[Topic]:
    """The topics of this module."""
    return [equality(), strings(), numbers(), presence(), kinds()]
