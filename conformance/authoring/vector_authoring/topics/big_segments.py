"""Big segments: memberships and their status are given by the host."""

from __future__ import annotations

from ..document import ABSENT, clause, document, flag, in_segment, multi, rule, segment, user
from ..json_value import Json, Object
from ..outcome import detail, error, fell, malformed, off, prerequisite_failed, reason, ruled, wrong_type
from ..topic import Topic

BOTH = multi(user={"key": "alice", "plan": "gold"}, org={"key": "acme"})


def big(key: str = "big", generation: Json = 1, **given: Json) -> dict[str, Json]:
    """A big segment."""
    return segment(key, unbounded=True, generation=generation, **given)


def store(status: Json = "HEALTHY", /, **memberships: Json) -> dict[str, Json]:
    """What the host's store answered."""
    return {"status": status, "memberships": memberships}


def asks(*keys: str, **given: Json) -> dict[str, Json]:
    """A flag whose rule asks for the segments."""
    return flag(rules=[rule(in_segment(*keys, **given))])


def hit(status: str | None = "HEALTHY") -> dict[str, Json]:
    """The rule's answer with a status."""
    return ruled() if status is None else ruled(bigSegmentsStatus=status)


def miss(status: str | None = "HEALTHY") -> dict[str, Json]:
    """The fallthrough with a status."""
    return fell() if status is None else fell(bigSegmentsStatus=status)


IN: Json = {"big.g1": True}
OUT: Json = {"big.g1": False}
ALL: Json = [{"clauses": []}]
LOOP: Json = [{"clauses": [in_segment("big")]}]

Row = tuple[str, str, list[Object], list[Object], Json, Json, dict[str, Json]]

ROWS: list[Row] = [
    ("member", "D38", [asks("big")], [big()], user(), store(alice=IN), hit()),
    ("no-member", "6.1", [asks("big")], [big()], user(), store(alice=OUT), miss()),
    ("key-unknown", "6.1", [asks("big")], [big()], user(), store(), miss()),
    ("key-other", "6.1", [asks("big")], [big()], user(), store(bob=IN), miss()),
    ("membership-empty", "6.1", [asks("big")], [big()], user(), store(alice={}), miss()),
    ("member-negated", "6.1", [asks("big", negate=True)], [big()], user(), store(alice=IN), miss()),
    ("no-member-negated", "6.1", [asks("big", negate=True)], [big()], user(), store(alice=OUT), hit()),
    ("generation-two", "6.1", [asks("big")], [big(generation=2)], user(), store(alice={"big.g2": True}), hit()),
    ("generation-other", "6.1", [asks("big")], [big(generation=2)], user(), store(alice=IN), miss()),
    ("generation-zero", "6.1", [asks("big")], [big(generation=0)], user(), store(alice={"big.g0": True}), hit()),
    ("generation-float", "1.4", [asks("big")], [big(generation=3.0)], user(), store(alice={"big.g3": True}), hit()),
    ("generation-absent", "6.1", [asks("big")], [big(generation=ABSENT)], user(), store(alice=IN),
     miss("NOT_CONFIGURED")),
    ("generation-null", "6.1", [asks("big")], [big(generation=None)], user(), store(alice=IN), miss("NOT_CONFIGURED")),
    ("generation-absent-negated", "6.1", [asks("big", negate=True)], [big(generation=None)], user(), store(alice=IN),
     hit("NOT_CONFIGURED")),
    ("generation-absent-rules", "6.1", [asks("big")], [big(generation=None, rules=ALL)], user(), store(),
     miss("NOT_CONFIGURED")),
    ("generation-and-kind-absent", "D39", [asks("big")], [big(generation=None, unboundedContextKind="org")], user(),
     store(alice=IN), miss("NOT_CONFIGURED")),
    ("generation-and-kind-absent-negated", "D39",
     [asks("big", negate=True)], [big(generation=None, unboundedContextKind="org")], user(), store(),
     hit("NOT_CONFIGURED")),
    ("kind-absent", "6.1", [asks("big")], [big(unboundedContextKind="org")], user(), store(alice=IN), miss(None)),
    ("kind-absent-negated", "6.1", [asks("big", negate=True)], [big(unboundedContextKind="org")], user(),
     store(alice=IN), hit(None)),
    ("kind-absent-rules", "6.1", [asks("big")], [big(unboundedContextKind="org", rules=ALL)], user(), store(),
     miss(None)),
    ("kind-org", "6.1", [asks("big")], [big(unboundedContextKind="org")], BOTH, store(acme=IN), hit()),
    ("kind-org-user-key", "6.1", [asks("big")], [big(unboundedContextKind="org")], BOTH, store(alice=IN), miss()),
    ("kind-user-org-key", "6.1", [asks("big")], [big()], BOTH, store(acme=IN), miss()),
    ("kind-null", "1.3", [asks("big")], [big(unboundedContextKind=None)], user(), store(alice=IN), hit()),
    ("kind-empty", "1.3", [asks("big")], [big(unboundedContextKind="")], user(), store(alice=IN), hit()),
    ("same-key-two-kinds", "6.1", [asks("other", "big")],
     [big(), big("other", unboundedContextKind="org")], multi(user={"key": "same"}, org={"key": "same"}),
     store(same={"big.g1": True, "other.g1": False}), hit()),
    ("no-user-in-context", "6.1", [asks("big")], [big()], {"kind": "org", "key": "acme"}, store(acme=IN), miss(None)),
    ("included-ignored", "6.1", [asks("big")], [big(included=["alice"])], user(), store(), miss()),
    ("excluded-ignored", "6.1", [asks("big")], [big(excluded=["alice"])], user(), store(alice=IN), hit()),
    ("included-contexts-ignored", "6.1", [asks("big")],
     [big(includedContexts=[{"contextKind": "org", "values": ["acme"]}])], BOTH, store(), miss()),
    ("excluded-contexts-ignored", "6.1", [asks("big")],
     [big(excludedContexts=[{"contextKind": "user", "values": ["alice"]}], rules=ALL)], user(), store(), hit()),
    ("rules-when-absent", "6.1", [asks("big")], [big(rules=ALL)], user(), store(), hit()),
    ("rules-when-other-segment", "6.1", [asks("big")], [big(rules=ALL)], user(), store(alice={"x.g1": False}), hit()),
    ("no-member-beats-rules", "6.1", [asks("big")], [big(rules=ALL)], user(), store(alice=OUT), miss()),
    ("member-before-rules", "6.1", [asks("big")],
     [big(rules=[{"clauses": [clause("/a//b", "in", 1, contextKind="user")]}])], user(), store(alice=IN), hit()),
    ("rules-that-miss", "6.1", [asks("big")], [big(rules=[{"clauses": [clause("plan", "in", "gold")]}])], user(),
     store(), miss()),
    ("rules-that-hit", "6.1", [asks("big")], [big(rules=[{"clauses": [clause("plan", "in", "gold")]}])],
     user(plan="gold"), store(), hit()),
    ("stale", "6.1", [asks("big")], [big()], user(), store("STALE", alice=IN), hit("STALE")),
    ("stale-miss", "6.1", [asks("big")], [big()], user(), store("STALE"), miss("STALE")),
    ("store-error", "6.1", [asks("big")], [big()], user(), store("STORE_ERROR"), miss("STORE_ERROR")),
    ("store-error-rules", "6.1", [asks("big")], [big(rules=ALL)], user(), store("STORE_ERROR"), hit("STORE_ERROR")),
    ("not-configured", "6.1", [asks("big")], [big()], user(), None, miss("NOT_CONFIGURED")),
    ("not-configured-negated", "6.1", [asks("big", negate=True)], [big()], user(), None, hit("NOT_CONFIGURED")),
    ("not-configured-rules", "6.1", [asks("big")], [big(rules=ALL)], user(), None, hit("NOT_CONFIGURED")),
    ("not-asked-no-status", "6.1", [flag()], [big()], user(), store(alice=IN), miss(None)),
    ("deleted", "6", [asks("big")], [big(deleted=True)], user(), store(alice=IN), miss(None)),
    ("missing", "6", [asks("none")], [big()], user(), store(alice=IN), miss(None)),
    ("regular-no-status", "6.1", [asks("small")], [segment("small", included=["alice"])], user(), store(alice=IN),
     hit(None)),
    ("regular-then-big-not-asked", "6.1", [asks("small", "big")], [segment("small", included=["alice"]), big()], user(),
     store("STALE", alice=IN), hit(None)),
    ("big-then-regular", "6.1", [asks("big", "small")], [segment("small", included=["alice"]), big()], user(),
     store("STALE", alice=OUT), hit("STALE")),
    ("nested", "6.1", [asks("outer")], [segment("outer", rules=[{"clauses": [in_segment("big")]}]), big()], user(),
     store(alice=IN), hit()),
    ("nested-in-big", "6.1", [asks("outer")], [big("outer", rules=[{"clauses": [in_segment("big")]}]), big()], user(),
     store("STALE", alice=IN), hit("STALE")),
    ("cycle-through-big", "6", [asks("big")], [big(rules=LOOP)], user(), store(),
     malformed(bigSegmentsStatus="HEALTHY")),
    ("cycle-through-big-two", "6", [asks("big")],
     [big(rules=[{"clauses": [in_segment("b")]}]), segment("b", rules=LOOP)], user(), store("STALE"),
     malformed(bigSegmentsStatus="STALE")),
    ("cycle-cut-by-membership", "6.1", [asks("big")], [big(rules=LOOP)], user(), store(alice=IN), hit()),
    ("cycle-cut-by-generation", "6.1", [asks("big")], [big(generation=None, rules=LOOP)], user(), store(),
     miss("NOT_CONFIGURED")),
    ("error-keeps-status", "A4", [flag(rules=[rule(in_segment("big")),
     rule(clause("/a//b", "in", 1, contextKind="user"))])], [big()], user(), store("STALE"),
     malformed(bigSegmentsStatus="STALE")),
    ("range-error-keeps-status", "A4", [flag(rules=[rule(in_segment("big"), variation=7)])], [big()], user(),
     store(alice=IN), malformed(bigSegmentsStatus="HEALTHY")),
    ("merge-not-configured-last", "A4", [asks("big", "unready")], [big(), big("unready", None)], user(),
     store("STALE"), miss("NOT_CONFIGURED")),
    ("merge-not-configured-first", "A4", [asks("unready", "big")], [big(), big("unready", None)], user(),
     store("STALE"), miss("NOT_CONFIGURED")),
    ("merge-healthy-last", "A4", [asks("unready", "big")], [big(), big("unready", None)], user(), store(alice=IN),
     hit("NOT_CONFIGURED")),
    ("merge-error-last", "A4", [asks("unready", "big")], [big(), big("unready", None)], user(), store("STORE_ERROR"),
     miss("NOT_CONFIGURED")),
    ("prerequisite-status", "6.1",
     [flag(prerequisites=[{"key": "a", "variation": 1}]), flag("a", rules=[rule(in_segment("big"))])], [big()], user(),
     store("STALE", alice=IN), miss("STALE")),
    ("prerequisite-status-failed", "6.1",
     [flag(prerequisites=[{"key": "a", "variation": 1}]), flag("a", rules=[rule(in_segment("big"))])], [big()], user(),
     store("STALE"), prerequisite_failed("a", bigSegmentsStatus="STALE")),
    ("prerequisite-merge", "A4",
     [flag(prerequisites=[{"key": "a", "variation": 0}], rules=[rule(in_segment("big"))]),
      flag("a", rules=[rule(in_segment("unready"))])], [big(), big("unready", None)], user(), store(alice=IN),
     hit("NOT_CONFIGURED")),
    ("prerequisite-merge-reversed", "A4",
     [flag(prerequisites=[{"key": "a", "variation": 1}], rules=[rule(in_segment("unready"))]),
      flag("a", rules=[rule(in_segment("big"))])], [big(), big("unready", None)], user(), store(alice=IN),
     miss("NOT_CONFIGURED")),
    ("prerequisite-off-not-asked", "6.1",
     [flag(prerequisites=[{"key": "a", "variation": 1}]), flag("a", on=False, rules=[rule(in_segment("big"))])],
     [big()], user(), store(alice=IN), prerequisite_failed("a")),
    ("off-not-asked", "6.1", [flag(on=False, rules=[rule(in_segment("big"))])], [big()], user(), store(alice=IN),
     off()),
    ("target-not-asked", "6.1",
     [flag(targets=[{"variation": 1, "values": ["alice"]}], rules=[rule(in_segment("big"))])], [big()], user(),
     store(alice=IN), detail("yes", 1, reason("TARGET_MATCH"))),
    ("earlier-clause-not-asked", "6.1", [flag(rules=[rule(clause("plan", "in", "gold"), in_segment("big"))])], [big()],
     user(), store(alice=IN), miss(None)),
    ("weight-rule", "6.1", [asks("big")], [big(rules=[{"clauses": [], "weight": 100000}])], user(), store(), hit()),
    ("weight-rule-none", "6.1", [asks("big")], [big(rules=[{"clauses": [], "weight": 0}])], user(), store(), miss()),
    ("key-with-escapes", "6.1", [asks("big")], [big()], user("a:b%c"), store(**{"a:b%c": IN}), hit()),
    ("own-key-named", "6.1", [asks("big")], [big("big", generation=10)], user(), store(alice={"big.g10": True}),
     hit()),
]  # fmt: skip


def keys() -> Topic:
    """Which context keys an evaluation may ask for."""
    topic = Topic("big-segment-keys", "The context keys whose memberships a host fetches first")
    org = big("by-org", unboundedContextKind="org")
    rows: list[tuple[str, list[Object], Json, list[Json]]] = [
        ("none", [segment("small", included=["alice"])], user(), []),
        ("user", [big()], user(), ["alice"]),
        ("kind-absent", [org], user(), []),
        ("kind-org", [org], BOTH, ["acme"]),
        ("two-kinds", [big(), org], BOTH, ["acme", "alice"]),
        ("two-kinds-one-present", [big(), org], user(), ["alice"]),
        ("two-segments-one-key", [big(), big("second", 2)], user(), ["alice"]),
        ("two-kinds-same-key", [big(), org], multi(user={"key": "same"}, org={"key": "same"}), ["same"]),
        ("no-generation", [big(generation=None)], user(), []),
        ("deleted", [big(deleted=True)], user(), []),
        ("legacy", [big()], {"key": "alice"}, ["alice"]),
        ("raw-key", [big()], user("a:b%c"), ["a:b%c"]),
        ("sorted-by-code-unit", [big(), org], multi(user={"key": "\U0001f600"}, org={"key": "\uff00"}),
         ["\U0001f600", "\uff00"]),
        ("sorted-by-code-unit-reversed", [big(), org], multi(user={"key": "\uff00"}, org={"key": "\U0001f600"}),
         ["\U0001f600", "\uff00"]),
        ("sorted-letters", [big(), org], multi(user={"key": "b"}, org={"key": "a"}), ["a", "b"]),
        ("invalid-context", [big()], {"kind": "user"}, []),
    ]  # fmt: skip
    for slug, segments, context, expected in rows:
        names = [str(item["key"]) for item in segments]
        topic.case(slug, "6.1", slug.replace("-", " "), {"bigSegmentKeys": {}}, {"keys": expected},
                   document=document([asks(*names)], segments), context=context)  # fmt: skip
    return topic


def topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("big-segments", "Big segments: membership, generation, status and its merging")
    for slug, tag, flags, segments, context, given, answer in ROWS:
        extra: dict[str, Json] = {} if given is None else {"bigSegments": given}
        topic.case(slug, tag, slug.replace("-", " "), {"evaluate": {"flag": "flag", "default": "default"}}, answer,
                   document=document(flags, segments), context=context, **extra)  # fmt: skip
    topic.evaluate("wrong-type-drops-status", "9", "a wrong type replaces the whole reason", document(
        [asks("big")], [big()]), user(), wrong_type(False), default=False, type_="bool",
        bigSegments=store(alice=IN))  # fmt: skip
    topic.evaluate("right-type-keeps-status", "9", "a right type keeps the status", document(
        [asks("big")], [big()]), user(), hit("STALE"), type_="string", bigSegments=store("STALE", alice=IN))  # fmt: skip
    topic.evaluate("invalid-context", "2.5", "an invalid context asks for nothing", document([asks("big")], [big()]),
                   None, error("USER_NOT_SPECIFIED"), bigSegments=store(alice=IN))  # fmt: skip
    for status in ("HEALTHY", "STALE", "STORE_ERROR"):
        topic.case(f"state-{status.lower()}", "6.1", "the status stands in the reason of an all-flags state",
                   {"allFlagsState": {"withReasons": True}},
                   {"state": {"flag": "no", "$flagsState": {"flag": {"variation": 0, "version": 1, "reason": {
                       "kind": "FALLTHROUGH", "bigSegmentsStatus": status}}}, "$valid": True}},
                   document=document([asks("big")], [big()]), context=user(), bigSegments=store(status))  # fmt: skip
    return [topic, keys()]
