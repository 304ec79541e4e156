"""Attribute references, literal names, and how they resolve."""

from __future__ import annotations

from ..builders import (
    ABSENT,
    Json,
    clause,
    detail,
    document,
    fell,
    flag,
    malformed,
    matched,
    multi,
    reason,
    rollout,
    rule,
    segment,
    user,
    weights,
)
from ..topic import Topic, diagnostic

ODD_NAMES: dict[str, Json] = {
    "a/b": "slash",
    "/a/b": "slashes",
    "a~b": "tilde",
    "a~": "tilde at the end",
    "m~n/o": "both",
    "~1": "tilde one",
    "": "empty name",
    "/": "slash only",
    "//": "two slashes",
    "a//b": "double slash",
    "0": "zero",
    "with space": "space",
    "caf\u00e9": "accent",
    "/plan": "slash plan",
    "deep": {"a/b": {"c~d": "found"}, "~1": "plain"},
    "null": "word null",
    "length": "word length",
    "__proto__x": "proto-like",
    "constructor": "word constructor",
}
RICH: dict[str, Json] = user(
    "alice",
    name="Alice",
    anonymous=True,
    plan="gold",
    address={"city": "Oslo", "geo": {"lat": 59.9, "0": "zero"}, "": "nothing", "n": None},
    tags=["a", "b"],
    nested=[{"x": "inside"}],
    **ODD_NAMES,
)

# With a contextKind: (slug, rule, reference, expected value, ABSENT, or None if the reference is invalid)
REFERENCES: list[tuple[str, str, str, Json]] = [
    ("plain", "3", "plan", "gold"),
    ("slash-plain", "3", "/plan", "gold"),
    ("key", "3", "key", "alice"),
    ("slash-key", "3", "/key", "alice"),
    ("name", "3", "/name", "Alice"),
    ("anonymous", "3", "/anonymous", True),
    ("letter-case", "3", "Plan", ABSENT),
    ("nested", "3", "/address/city", "Oslo"),
    ("nested-twice", "3", "/address/geo/lat", 59.9),
    ("nested-missing", "3", "/address/street", ABSENT),
    ("nested-null", "3", "/address/n", ABSENT),
    ("nested-too-deep", "3", "/address/city/x", ABSENT),
    ("nested-numeric-name", "3", "/address/geo/0", "zero"),
    ("plain-is-no-path", "3", "address/city", ABSENT),
    ("array-index", "3", "/tags/0", ABSENT),
    ("array-index-one", "3", "/tags/1", ABSENT),
    ("array-length", "3", "/tags/length", ABSENT),
    ("array-of-objects", "3", "/nested/x", ABSENT),
    ("array-index-then-member", "3", "/nested/0/x", ABSENT),
    ("string-index", "3", "/plan/0", ABSENT),
    ("string-length", "3", "/plan/length", ABSENT),
    ("below-key", "3", "/key/x", ABSENT),
    ("below-name", "3", "/name/x", ABSENT),
    ("below-anonymous", "3", "/anonymous/x", ABSENT),
    ("numeric-name", "3", "0", "zero"),
    ("numeric-name-slash", "3", "/0", "zero"),
    ("escaped-slash", "3", "/a~1b", "slash"),
    ("escaped-tilde", "3", "/a~0b", "tilde"),
    ("escaped-both", "3", "/m~0n~1o", "both"),
    ("escaped-tilde-one", "3", "/~01", "tilde one"),
    ("escaped-leading-slash", "3", "/~1plan", "slash plan"),
    ("escaped-nested", "3", "/deep/a~1b/c~0d", "found"),
    ("escaped-nested-order", "3", "/deep/~01", "plain"),
    ("plain-keeps-tilde", "3", "a~b", "tilde"),
    ("plain-keeps-slash", "3", "a/b", "slash"),
    ("plain-keeps-both", "3", "m~n/o", "both"),
    ("plain-escape-not-undone", "3", "a~1b", ABSENT),
    ("plain-double-slash", "D31", "a//b", "double slash"),
    ("plain-final-tilde", "D32", "a~", "tilde at the end"),
    ("plain-leading-tilde", "D32", "~1", "tilde one"),
    ("space", "3", "with space", "space"),
    ("space-slash", "3", "/with space", "space"),
    ("non-ascii", "3", "/caf\u00e9", "accent"),
    ("word-null", "3", "null", "word null"),
    ("word-length", "3", "length", "word length"),
    ("word-constructor", "3", "constructor", "word constructor"),
    ("inherited-to-string", "3", "toString", ABSENT),
    ("inherited-proto", "3", "__proto__", ABSENT),
    ("inherited-nested", "3", "/address/toString", ABSENT),
    ("inherited-nested-constructor", "3", "/address/constructor", ABSENT),
    ("meta", "D34", "_meta", ABSENT),
    ("meta-slash", "D34", "/_meta", ABSENT),
    ("meta-nested", "D34", "/_meta/privateAttributes", ABSENT),
    ("empty", "3", "", None),
    ("slash", "3", "/", None),
    ("double-slash", "3", "//", None),
    ("leading-double-slash", "3", "//plan", None),
    ("inner-double-slash", "3", "/address//city", None),
    ("trailing-slash", "D33", "/plan/", None),
    ("trailing-slash-nested", "D33", "/address/city/", None),
    ("trailing-slash-short", "D33", "/a/", None),
    ("bad-escape", "3", "/a~2b", None),
    ("bad-escape-letter", "3", "/a~b", None),
    ("bad-escape-end", "3", "/a~", None),
    ("bad-escape-only", "3", "/~", None),
    ("bad-escape-double", "3", "/a~~0", None),
    ("bad-escape-nested", "3", "/address/ci~ty", None),
    ("bad-escape-before-slash", "3", "/a~/b", None),
]

# Without a contextKind: the name is literal, whatever it looks like.
LITERALS: list[tuple[str, str, str, Json]] = [
    ("plain", "1.2", "plan", "gold"),
    ("leading-slash", "1.2", "/plan", "slash plan"),
    ("slash-path", "1.2", "/address/city", ABSENT),
    ("slashes", "1.2", "/a/b", "slashes"),
    ("escape-kept", "1.2", "a~1b", ABSENT),
    ("tilde", "1.2", "a~b", "tilde"),
    ("slash-only", "1.2", "/", "slash only"),
    ("two-slashes", "1.2", "//", "two slashes"),
    ("double-slash", "D31", "a//b", "double slash"),
    ("final-tilde", "D32", "a~", "tilde at the end"),
    ("bad-escape-is-a-name", "1.2", "/a~2b", ABSENT),
    ("trailing-slash-is-a-name", "1.2", "/plan/", ABSENT),
    ("slash-key", "1.2", "/key", ABSENT),
    ("meta", "D34", "_meta", ABSENT),
]


def expect(value: Json, negate: bool) -> dict[str, Json]:
    """The answer if the clause tests for the value itself."""
    if value is None:
        return malformed()
    if value == ABSENT:
        return matched(False)
    return matched(not negate)


def clauses() -> Topic:
    """References and literal names in clauses."""
    topic = Topic("references", "Attribute references and literal names in clauses")
    with_meta = {**RICH, "_meta": {"privateAttributes": ["plan"]}}
    for slug, tag, reference, value in REFERENCES:
        for negate in (False, True):
            tested: Json = "gold" if value in (ABSENT, None) else value
            made = clause(reference, "in", tested, contextKind="user", negate=negate)
            topic.evaluate(f"{slug}{'-negated' if negate else ''}", tag, f"reference `{reference}`{', negated' if negate else ''}",
                document([flag(rules=[rule(made)])]), with_meta, expect(value, negate))  # fmt: skip
    for slug, tag, name, value in LITERALS:
        for kind in (ABSENT, ""):
            given: dict[str, Json] = {} if kind == ABSENT else {"contextKind": ""}
            made = clause(name, "in", "gold" if value == ABSENT else value, **given)
            topic.evaluate(f"literal-{slug}{'' if kind == ABSENT else '-empty-kind'}", tag,
                f"literal name `{name}`, contextKind {'absent' if kind == ABSENT else 'empty'}", document([flag(rules=[rule(made)])]),
                with_meta, expect(value, False))  # fmt: skip
    topic.evaluate("literal-empty", "5", "an empty literal name is malformed",
                   document([flag(rules=[rule(clause("", "in", "x"))])]), RICH, malformed())  # fmt: skip
    topic.evaluate("attribute-absent", "5", "a clause without an attribute is malformed when it is reached",
                   document([flag(rules=[rule(clause(ABSENT, "in", "x"))])]), RICH, malformed())  # fmt: skip
    topic.evaluate("anonymous-absent-is-false", "2.1", "an absent anonymous is addressable as false",
                   document([flag(rules=[rule(clause("anonymous", "in", False))])]), user(), matched(True))  # fmt: skip
    topic.evaluate("anonymous-absent-negated", "2.1", "an absent anonymous is present as false for a negated clause",
                   document([flag(rules=[rule(clause("anonymous", "in", True, negate=True))])]), user(),
                   matched(True))  # fmt: skip
    topic.evaluate("anonymous-nested-kind", "2.1", "anonymous of another kind", document(
        [flag(rules=[rule(clause("anonymous", "in", True, contextKind="org"))])]),
        multi(user={"key": "a"}, org={"key": "b", "anonymous": True}), matched(True))  # fmt: skip
    topic.evaluate("name-absent", "3", "an absent name is absent", document(
        [flag(rules=[rule(clause("name", "in", "x", negate=True))])]), user(), matched(False))  # fmt: skip
    topic.evaluate("name-null", "2.1", "a null name is absent", document(
        [flag(rules=[rule(clause("name", "in", "x", negate=True))])]), user(name=None), matched(False))  # fmt: skip
    topic.evaluate("unreached-invalid", "5", "an invalid reference after a clause that failed is not reached", document(
        [flag(rules=[rule(clause("plan", "in", "none"), clause("/a//b", "in", "x", contextKind="user"))])]),
        RICH, fell())  # fmt: skip
    topic.evaluate("unreached-invalid-rule", "5", "an invalid reference in a later rule is not reached", document(
        [flag(rules=[rule(clause("plan", "in", "gold")), rule(clause("/", "in", "x", contextKind="user"))])]),
        RICH, matched(True))  # fmt: skip
    topic.evaluate("invalid-kind-absent", "5", "an invalid reference is malformed even without such a context", document(
        [flag(rules=[rule(clause("/a//b", "in", "x", contextKind="org"))])]), RICH, malformed())  # fmt: skip
    for slug, reference in (("double-slash", "/a//b"), ("bad-escape", "/a~2"), ("slash", "/")):
        topic.load(f"diagnostic-{slug}", "3", "an invalid reference is an error at its place",
            document([flag(rules=[rule(clause(reference, "in", "x", contextKind="user"))])]),
            {"diagnostics": [diagnostic("error", "invalid-reference", "flags.flag.rules[0].clauses[0].attribute")]})  # fmt: skip
    return topic


def bucket_by() -> Topic:
    """References and literal names in `bucketBy`: an absent attribute takes the first entry with a weight."""
    topic = Topic("references-bucket-by", "Attribute references and literal names in `bucketBy`")
    odd: dict[str, Json] = {"/plan": "slash", "address": {"city": "Oslo"}, "/": "slash only"}
    context = user("alice", plan="gold", **odd)
    # The weights put bucket 0 alone into entry 1 and everything else into entry 2.
    entries = weights((1, 1), (0, 99999))
    rows: list[tuple[str, str, dict[str, Json], bool | None]] = [
        ("default", "7", {}, True),
        ("plain", "7", {"bucketBy": "plan"}, True),
        ("literal-slash", "1.2", {"bucketBy": "/plan"}, True),
        ("literal-path", "1.2", {"bucketBy": "/address/city"}, False),
        ("literal-slash-only", "1.2", {"bucketBy": "/"}, True),
        ("literal-empty-kind", "1.2", {"bucketBy": "/plan", "contextKind": ""}, True),
        ("reference-path", "1.2", {"bucketBy": "/address/city", "contextKind": "user"}, True),
        ("reference-slash", "1.2", {"bucketBy": "/plan", "contextKind": "user"}, True),
        ("reference-missing", "7", {"bucketBy": "/address/street", "contextKind": "user"}, False),
        ("reference-object", "7", {"bucketBy": "/address", "contextKind": "user"}, False),
        ("reference-double-slash", "7", {"bucketBy": "/a//b", "contextKind": "user"}, None),
        ("reference-trailing-slash", "7", {"bucketBy": "/plan/", "contextKind": "user"}, None),
        ("reference-slash-only", "7", {"bucketBy": "/", "contextKind": "user"}, None),
        ("reference-bad-escape", "7", {"bucketBy": "/a~2", "contextKind": "user"}, None),
        ("empty", "7", {"bucketBy": "", "contextKind": "user"}, True),
        ("null", "7", {"bucketBy": None}, True),
    ]
    for hash_name in ("sha1", "murmur3"):
        for slug, tag, given, used in rows:
            made = document([flag(fallthrough={"rollout": rollout(entries, hash=hash_name, **given)})])
            answer = malformed() if used is None else fell() if used else fell("yes", 1)
            topic.evaluate(f"{slug}-{hash_name}", tag, f"bucketBy: {slug.replace('-', ' ')}, by {hash_name}", made,
                           context, answer)  # fmt: skip
    in_segment: list[tuple[str, dict[str, Json], bool | None]] = [
        ("plain", {"bucketBy": "plan"}, True),
        ("literal-slash", {"bucketBy": "/plan"}, True),
        ("literal-path", {"bucketBy": "/address/city"}, False),
        ("reference-path", {"bucketBy": "/address/city", "rolloutContextKind": "user"}, True),
        ("invalid", {"bucketBy": "/a//b", "rolloutContextKind": "user"}, None),
    ]
    for slug, given, used in in_segment:
        seg = segment("s", rules=[{"clauses": [], "weight": 1, **given}])
        made = document([flag(rules=[rule(clause("", "segmentMatch", "s"))])], [seg])
        answer = malformed() if used is None else matched(not used)
        topic.evaluate(f"segment-{slug}", "1.2", f"bucketBy of a segment rule: {slug.replace('-', ' ')}", made, context,
                       answer)  # fmt: skip
    made = document([flag(fallthrough={"rollout": rollout(entries, kind="experiment", bucketBy="/a//b", contextKind="user")})])  # fmt: skip
    topic.evaluate("experiment-ignores-invalid", "7", "an experiment ignores even an invalid bucketBy", made, context,
                   detail("no", 0, reason("FALLTHROUGH", inExperiment=True)))  # fmt: skip
    topic.load("diagnostic", "7", "an invalid bucketBy is an error at its place",
        document([flag(fallthrough={"rollout": rollout(entries, bucketBy="/a//b", contextKind="user")})]),
        {"diagnostics": [diagnostic("error", "invalid-reference", "flags.flag.fallthrough.rollout.bucketBy")]})  # fmt: skip
    return topic


def topics() -> list[Topic]:
    """The topics of this module."""
    return [clauses(), bucket_by()]
