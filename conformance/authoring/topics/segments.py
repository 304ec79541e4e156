"""Segments and big segments."""

from __future__ import annotations

from ..builders import (
    ABSENT,
    Json,
    Object,
    clause,
    detail,
    document,
    error,
    fell,
    flag,
    in_segment,
    malformed,
    matched,
    multi,
    off,
    prerequisite_failed,
    reason,
    rule,
    ruled,
    segment,
    user,
    wrong_type,
)
from ..hashing import HASHES, bucket, first_key, prefix_of
from ..topic import Topic, diagnostic

# Segments: lists, rules, nesting, weights.

BOTH = multi(user={"key": "alice", "plan": "gold"}, org={"key": "acme", "plan": "free"})
GOLD = clause("plan", "in", "gold")


def of_kind(kind: str, *values: Json) -> dict[str, Json]:
    """A list of context keys of one kind."""
    return {"contextKind": kind, "values": list(values)}


def in_segments(*keys: Json, **given: Json) -> dict[str, Json]:
    """A flag whose rule tests for the segments."""
    return flag(rules=[rule(in_segment(*keys, **given))])


def lists() -> Topic:
    """Includes, excludes, rules, nesting."""
    topic = Topic("segments", "Regular segments: lists, rules, nesting, cycles and depth")
    all_of: dict[str, Json] = {"rules": [{"id": "all", "clauses": []}]}
    rows: list[tuple[str, str, dict[str, Json], dict[str, Json], bool]] = [
        ("empty", "6", {}, user(), False),
        ("included", "6", {"included": ["alice"]}, user(), True),
        ("included-other", "6", {"included": ["bob"]}, user(), False),
        ("included-letter-case", "6", {"included": ["Alice"]}, user(), False),
        ("included-multi", "6", {"included": ["alice"]}, BOTH, True),
        ("included-is-for-users", "6", {"included": ["acme"]}, BOTH, False),
        ("included-other-kind", "6", {"included": ["acme"]}, {"kind": "org", "key": "acme"}, False),
        ("included-legacy-user", "A7", {"included": ["alice"]}, {"key": "alice"}, True),
        ("included-empty-key", "A6", {"included": [""]}, {"key": ""}, True),
        ("excluded-empty-key", "A6", {"excluded": [""], **all_of}, {"key": ""}, False),
        ("included-context", "6", {"includedContexts": [of_kind("org", "acme")]}, BOTH, True),
        ("included-context-second-list", "6", {"includedContexts": [of_kind("org", "x"), of_kind("org", "acme")]}, BOTH, True),
        ("included-context-second-value", "6", {"includedContexts": [of_kind("org", "x", "acme")]}, BOTH, True),
        ("included-context-miss", "6", {"includedContexts": [of_kind("org", "alice")]}, BOTH, False),
        ("included-context-kind-absent", "6", {"includedContexts": [of_kind("device", "alice")]}, BOTH, False),
        ("included-context-user", "D06", {"includedContexts": [of_kind("user", "alice")]}, user(), True),
        ("included-context-user-multi", "D06", {"includedContexts": [of_kind("user", "alice")]}, BOTH, True),
        ("included-context-default-kind", "D06", {"includedContexts": [{"values": ["alice"]}]}, user(), True),
        ("included-context-user-miss", "D06", {"includedContexts": [of_kind("user", "bob")]}, user(), False),
        ("excluded-context-user", "D06", {"excludedContexts": [of_kind("user", "alice")], **all_of}, user(), False),
        ("excluded", "6", {"excluded": ["alice"], **all_of}, user(), False),
        ("excluded-other", "6", {"excluded": ["bob"], **all_of}, user(), True),
        ("excluded-is-for-users", "6", {"excluded": ["acme"], **all_of}, BOTH, True),
        ("excluded-context", "6", {"excludedContexts": [of_kind("org", "acme")], **all_of}, BOTH, False),
        ("excluded-context-miss", "6", {"excludedContexts": [of_kind("org", "x")], **all_of}, BOTH, True),
        ("include-beats-exclude", "6", {"included": ["alice"], "excluded": ["alice"]}, user(), True),
        ("include-beats-context-exclude", "6", {"included": ["alice"], "excludedContexts": [of_kind("org", "acme")]}, BOTH, True),
        ("context-include-beats-exclude", "6", {"includedContexts": [of_kind("org", "acme")], "excluded": ["alice"]}, BOTH, True),
        ("context-include-beats-context-exclude", "6", {"includedContexts": [of_kind("org", "acme")],
         "excludedContexts": [of_kind("org", "acme")]}, BOTH, True),
        ("rule-hit", "6", {"rules": [{"clauses": [GOLD]}]}, user(plan="gold"), True),
        ("rule-miss", "6", {"rules": [{"clauses": [GOLD]}]}, user(), False),
        ("rule-second", "6", {"rules": [{"clauses": [GOLD]}, {"clauses": [clause("plan", "in", "x")]}]}, user(plan="x"), True),
        ("rule-two-clauses", "6", {"rules": [{"clauses": [GOLD, clause("key", "in", "bob")]}]}, user(plan="gold"), False),
        ("rule-no-clauses", "6", all_of, user(), True),
        ("rule-clauses-absent", "D15", {"rules": [{"id": "x"}]}, user(), True),
        ("rule-other-kind", "6", {"rules": [{"clauses": [clause("plan", "in", "free", contextKind="org")]}]}, BOTH, True),
        ("rule-negated", "6", {"rules": [{"clauses": [clause("plan", "in", "x", negate=True)]}]}, user(plan="gold"), True),
        ("rule-negated-absent", "5", {"rules": [{"clauses": [clause("plan", "in", "x", negate=True)]}]}, user(), False),
        ("lists-null", "1.4", {"included": None, "excluded": None, "includedContexts": None, "excludedContexts": None,
                               "rules": None}, user(), False),
        ("unknown-members", "1", {"included": ["alice"], "name": "x", "tags": [1]}, user(), True),
        ("deleted", "6", {"included": ["alice"], "deleted": True}, user(), False),
        ("unbounded-false", "6", {"included": ["alice"], "unbounded": False, "generation": 1}, user(), True),
        ("unbounded-null", "1.3", {"included": ["alice"], "unbounded": None, "generation": None}, user(), True),
    ]  # fmt: skip
    for slug, tag, members, context, hit in rows:
        for negate in (False, True):
            given: dict[str, Json] = {"negate": True} if negate else {}
            topic.evaluate(f"{slug}{'-negated' if negate else ''}", tag, slug.replace("-", " "),
                           document([in_segments("s", **given)], [segment("s", **members)]), context,
                           matched(hit != negate))  # fmt: skip
    inc = segment("in", included=["alice"])
    out = segment("out", included=["bob"])
    clauses: list[tuple[str, str, dict[str, Json], list[Object], dict[str, Json], bool]] = [
        ("any-first", "6", in_segments("in", "out"), [inc, out], user(), True),
        ("any-second", "6", in_segments("out", "in"), [inc, out], user(), True),
        ("any-none", "6", in_segments("out"), [inc, out], user(), False),
        ("any-negated", "6", in_segments("out", "in", negate=True), [inc, out], user(), False),
        ("missing", "6", in_segments("none"), [], user(), False),
        ("missing-negated", "6", in_segments("none", negate=True), [], user(), True),
        ("missing-then-hit", "6", in_segments("none", "in"), [inc], user(), True),
        ("no-values", "6", in_segments(), [inc], user(), False),
        ("no-values-negated", "6", in_segments(negate=True), [inc], user(), True),
        ("not-a-string", "6", in_segments(5, None, True, {"key": "in"}, ["in"]), [inc], user(), False),
        ("not-a-string-then-hit", "6", in_segments(5, None, "in"), [inc], user(), True),
        ("not-a-string-negated", "6", in_segments(5, negate=True), [inc], user(), True),
        ("inherited-name", "6", in_segments("toString", "__proto__", "constructor"), [inc], user(), False),
        ("kind-of-clause-ignored", "6", in_segments("in", contextKind="org"), [inc], user(), True),
        ("kind-absent-negated", "6", in_segments("in", negate=True), [inc], {"kind": "org", "key": "acme"}, True),
        ("attribute-ignored", "6", flag(rules=[rule(clause("/a//b", "segmentMatch", "in", contextKind="user"))]), [inc], user(), True),
        ("attribute-absent", "6", flag(rules=[rule(clause(ABSENT, "segmentMatch", "in"))]), [inc], user(), True),
        ("two-clauses", "6", flag(rules=[rule(in_segment("in"), in_segment("out", negate=True))]), [inc, out], user(), True),
        ("nested", "6", in_segments("a"), [segment("a", rules=[{"clauses": [in_segment("in")]}]), inc], user(), True),
        ("nested-negated", "6", in_segments("a"), [segment("a", rules=[{"clauses": [in_segment("in", negate=True)]}]), inc], user("bob"), True),
        ("nested-three", "6", in_segments("a"), [segment("a", rules=[{"clauses": [in_segment("b")]}]),
         segment("b", rules=[{"clauses": [in_segment("in")]}]), inc], user(), True),
        ("nested-missing", "6", in_segments("a"), [segment("a", rules=[{"clauses": [in_segment("none")]}])], user(), False),
        ("nested-diamond", "6", in_segments("a"), [segment("a", rules=[{"clauses": [in_segment("b"), in_segment("c")]}]),
         segment("b", rules=[{"clauses": [in_segment("in")]}]),
         segment("c", rules=[{"clauses": [in_segment("in")]}]), inc], user(), True),
        ("twice-in-one-rule", "6", flag(rules=[rule(in_segment("in"), in_segment("in"))]), [inc], user(), True),
    ]  # fmt: skip
    for slug, tag, made, segments, context, hit in clauses:
        topic.evaluate(slug, tag, slug.replace("-", " "), document([made], segments), context, matched(hit))

    loop = segment("s", rules=[{"clauses": [in_segment("s")]}])
    two: list[Object] = [segment("a", rules=[{"clauses": [in_segment("b")]}]), segment("b", rules=[{"clauses": [in_segment("a")]}])]
    broken = segment("broken", rules=[{"clauses": [clause("/a//b", "in", "x", contextKind="user")]}])
    errors: list[tuple[str, str, dict[str, Json], list[Object], dict[str, Json]]] = [
        ("cycle-self", "6", in_segments("s"), [loop], malformed()),
        ("cycle-self-negated", "6", in_segments("s", negate=True), [loop], malformed()),
        ("cycle-two", "6", in_segments("a"), two, malformed()),
        ("cycle-two-other-end", "6", in_segments("b"), two, malformed()),
        ("cycle-below", "6", in_segments("c"), [segment("c", rules=[{"clauses": [in_segment("a")]}]), *two], malformed()),
        ("cycle-hidden-by-include", "6", in_segments("s"), [{**loop, "included": ["alice"]}], matched(True)),
        ("cycle-hidden-by-exclude", "6", in_segments("s"), [{**loop, "excluded": ["alice"]}], matched(False)),
        ("cycle-hidden-by-rule", "6", in_segments("s"), [segment("s", rules=[
            {"clauses": []}, {"clauses": [in_segment("s")]}])], matched(True)),
        ("cycle-hidden-by-clause", "6", in_segments("s"), [segment("s", rules=[
            {"clauses": [clause("key", "in", "bob"), in_segment("s")]}])], matched(False)),
        ("cycle-behind-hit", "6", in_segments("in", "s"), [inc, loop], matched(True)),
        ("cycle-before-hit", "6", in_segments("s", "in"), [inc, loop], malformed()),
        ("cycle-deleted", "6", in_segments("s"), [{**loop, "deleted": True}], matched(False)),
        ("broken-clause", "8", in_segments("broken"), [broken], malformed()),
        ("broken-clause-negated", "8", in_segments("broken", negate=True), [broken], malformed()),
        ("broken-clause-hidden", "8", in_segments("broken"), [{**broken, "included": ["alice"]}], matched(True)),
        ("broken-clause-nested", "8", in_segments("a"), [segment("a", rules=[{"clauses": [in_segment("broken")]}]), broken], malformed()),
    ]  # fmt: skip
    for slug, tag, made, segments, answer in errors:
        topic.evaluate(slug, tag, slug.replace("-", " "), document([made], segments), user(), answer)

    def chain(length: int) -> list[Object]:
        links: list[Object] = [segment(f"s{n}", rules=[{"clauses": [in_segment(f"s{n + 1}")]}])
                               for n in range(1, length)]  # fmt: skip
        return [*links, segment(f"s{length}", included=["alice"])]

    name = topic.document("chain-64", document([in_segments("s1")], chain(64)))
    topic.evaluate("depth-64", "limits", "64 segments below the flag", name, user(), matched(True))
    name = topic.document("chain-65", document([in_segments("s1"), flag("lower", rules=[rule(in_segment("s2"))])], chain(65)))
    topic.evaluate("depth-65", "limits", "the 65th segment below is one too many", name, user(), malformed())
    topic.evaluate("depth-65-from-below", "limits", "the same chain evaluated from one segment further down", name, user(),
                   matched(True), flag="lower")  # fmt: skip
    levels: list[Object] = [
        segment(f"d{n}", rules=[{"clauses": [in_segment(f"d{n + 1}"), clause("key", "in", "nobody")]},
                                {"clauses": [in_segment(f"d{n + 1}")]}]) for n in range(40)]  # fmt: skip
    name = topic.document("diamonds", document([in_segments("d0")], [*levels, segment("d40", included=["alice"])]))
    topic.evaluate("diamonds-40", "limits", "forty levels, each reached twice: every segment is computed once", name,
                   user(), matched(True))  # fmt: skip
    topic.evaluate("diamonds-40-miss", "limits", "the same without a hit", name, user("bob"), matched(False))
    many = document([in_segments("big")], [segment("big", included=[f"user-{n}" for n in range(0, 2000, 2)])])
    name = topic.document("thousand", many)
    for number in (0, 998, 1998):
        topic.evaluate(f"thousand-{number}", "6", "one of a thousand keys", name, user(f"user-{number}"), matched(True))
    topic.evaluate("thousand-999", "6", "none of a thousand keys", name, user("user-999"), matched(False))
    topic.load("missing-diagnostic", "6", "a segment that is not there is a warning", document([in_segments("none")]),
               {"diagnostics": [diagnostic("warning", "missing-segment")]})  # fmt: skip
    topic.load("cycle-diagnostic", "6", "a cycle of segments is an error", document([in_segments("a")], two),
               {"keys": ["flag"], "diagnostics": [diagnostic("error", "segment-cycle")]})  # fmt: skip
    return topic


def weights() -> Topic:
    """Segment rules with a weight."""
    topic = Topic("segment-weights", "Percentages in segment rules")
    for hash_name in HASHES:
        number = bucket(hash_name, prefix_of("s", "seg-salt"), "alice")
        by_plan = bucket(hash_name, prefix_of("s", "seg-salt"), "gold")
        by_org = bucket(hash_name, prefix_of("s", "seg-salt"), "acme")
        nothing = bucket(hash_name, prefix_of("s", ""), "alice")
        low = first_key(lambda key, name=hash_name: bucket(name, "s.seg-salt", key) == 0, "zero")  # type: ignore[misc]
        high = first_key(lambda key, name=hash_name: bucket(name, "s.seg-salt", key) == 99999, "top")  # type: ignore[misc]
        rows: list[tuple[str, str, dict[str, Json], dict[str, Json], bool]] = [
            ("all", "6", {"weight": 100000}, user(), True),
            ("none", "6", {"weight": 0}, user(), False),
            ("absent", "6", {}, user(), True),
            ("null", "6", {"weight": None}, user(), True),
            ("at-bucket", "D40", {"weight": number}, user(), False),
            ("above-bucket", "D40", {"weight": number + 1}, user(), True),
            ("below-bucket", "D40", {"weight": number - 1}, user(), False),
            ("float-weight", "1.4", {"weight": float(number + 1)}, user(), True),
            ("bucket-zero-weight-one", "D40", {"weight": 1}, user(low), True),
            ("bucket-zero-weight-zero", "D40", {"weight": 0}, user(low), False),
            ("bucket-top-weight-all", "D40", {"weight": 100000}, user(high), True),
            ("bucket-top-weight-less", "D40", {"weight": 99999}, user(high), False),
            ("negative", "D37", {"weight": -1}, user(), False),
            ("negative-large", "D37", {"weight": -100000}, user(), False),
            ("negative-kind-absent", "D37", {"weight": -1, "rolloutContextKind": "org"}, user(), False),
            ("kind-absent", "D01", {"weight": 1, "rolloutContextKind": "org"}, user(), True),
            ("kind-absent-all", "D01", {"weight": 100000, "rolloutContextKind": "org"}, user(), True),
            ("kind-absent-weight-zero", "D02", {"weight": 0, "rolloutContextKind": "org"}, user(), False),
            ("kind-absent-bucket-by", "D01", {"weight": 1, "rolloutContextKind": "org", "bucketBy": "plan"}, user(), True),
            ("no-user-in-context", "D01", {"weight": 1}, {"kind": "org", "key": "acme"}, True),
            ("by-attribute", "6", {"weight": by_plan + 1, "bucketBy": "plan"}, user(plan="gold"), True),
            ("by-attribute-at", "6", {"weight": by_plan, "bucketBy": "plan"}, user(plan="gold"), False),
            ("by-absent-attribute", "6", {"weight": 1, "bucketBy": "plan"}, user(), True),
            ("by-absent-attribute-zero", "6", {"weight": 0, "bucketBy": "plan"}, user(), False),
            ("by-boolean", "6", {"weight": 1, "bucketBy": "plan"}, user(plan=True), True),
            ("by-fraction", "6", {"weight": 1, "bucketBy": "plan"}, user(plan=1.5), True),
            ("by-other-kind", "6", {"weight": by_org + 1, "rolloutContextKind": "org"}, BOTH, True),
            ("by-other-kind-at", "6", {"weight": by_org, "rolloutContextKind": "org"}, BOTH, False),
            ("never-seed", "6", {"weight": number + 1, "seed": 61}, user(), True),
            ("never-seed-at", "6", {"weight": number, "seed": 61}, user(), False),
        ]  # fmt: skip
        for slug, tag, given, context, hit in rows:
            seg = segment("s", rules=[{"id": "w", "clauses": [], "hash": hash_name, **given}])
            topic.evaluate(f"{slug}-{hash_name}", tag, f"{slug.replace('-', ' ')}, by {hash_name}",
                           document([in_segments("s")], [seg]), context, matched(hit))  # fmt: skip
        for hit in (False, True):
            ending = "" if hit else "-at"
            seg = segment("s", salt=ABSENT, rules=[{"clauses": [], "weight": nothing + hit, "hash": hash_name}])
            topic.evaluate(f"salt-absent{ending}-{hash_name}", "1.3", "an absent salt is the empty text",
                           document([in_segments("s")], [seg]), user(), matched(hit))  # fmt: skip
            seg = segment("s", key=ABSENT, rules=[{"clauses": [], "weight": number + hit, "hash": hash_name}])
            topic.evaluate(f"key-absent{ending}-{hash_name}", "1.3", "a segment without a key has the one it is under",
                           {"flags": {"flag": in_segments("s")}, "segments": {"s": seg}}, user(), matched(hit))  # fmt: skip
            other = bucket(hash_name, prefix_of("own", "seg-salt"), "alice")
            seg = segment("own", rules=[{"clauses": [], "weight": other + hit, "hash": hash_name}])
            topic.evaluate(f"key-own{ending}-{hash_name}", "1.3", "a segment's own key is what is hashed",
                           {"flags": {"flag": in_segments("s")}, "segments": {"s": seg}}, user(), matched(hit))  # fmt: skip
        clauses_first = segment("s", rules=[{"clauses": [GOLD], "weight": 100000, "hash": hash_name}])
        topic.evaluate(f"clauses-first-{hash_name}", "6", "a weight does not help where a clause fails",
                       document([in_segments("s")], [clauses_first]), user(), matched(False))  # fmt: skip
        next_rule = segment("s", rules=[{"clauses": [], "weight": 0, "hash": hash_name}, {"clauses": []}])
        topic.evaluate(f"next-rule-{hash_name}", "6", "after a weight that leaves it out the next rule is evaluated",
                       document([in_segments("s")], [next_rule]), user(), matched(True))  # fmt: skip
        by_meta = segment("s", rules=[{"clauses": [], "weight": number + 1}])
        topic.evaluate(f"meta-hash-{hash_name}", "murmur3", "the document's hash governs a segment rule without one",
                       document([in_segments("s")], [by_meta], meta={"hash": hash_name}), user(), matched(True))  # fmt: skip
        by_meta = segment("s", rules=[{"clauses": [], "weight": number}])
        topic.evaluate(f"meta-hash-at-{hash_name}", "murmur3", "the document's hash, at the boundary",
                       document([in_segments("s")], [by_meta], meta={"hash": hash_name}), user(), matched(False))  # fmt: skip
    seg = segment("s", rules=[{"clauses": [], "weight": 50000, "hash": "md5"}])
    topic.evaluate("unknown-hash", "murmur3", "an unknown hash in a segment rule", document([in_segments("s")], [seg]), user(),
                   malformed())  # fmt: skip
    seg = segment("s", rules=[{"clauses": [], "weight": 50000}])
    topic.evaluate("unknown-meta-hash", "murmur3", "an unknown hash of the document", document(
        [in_segments("s")], [seg], meta={"hash": "md5"}), user(), malformed())  # fmt: skip
    seg = segment("s", included=["alice"], rules=[{"clauses": [], "weight": 50000, "hash": "md5"}])
    topic.evaluate("unknown-hash-unreached", "murmur3", "an unknown hash that is not reached", document(
        [in_segments("s")], [seg]), user(), matched(True))  # fmt: skip
    return topic


def segments_topics() -> list[Topic]:
    """The topics of this module."""
    return [lists(), weights()]


# Big segments: memberships and their status are given by the host.

BIG_SEGMENTS_BOTH = multi(user={"key": "alice", "plan": "gold"}, org={"key": "acme"})


def big(key: str = "big", generation: Json = 1, **given: Json) -> dict[str, Json]:
    """A big segment."""
    return segment(key, unbounded=True, generation=generation, **given)


def store(status: Json = "HEALTHY", /, **memberships: Json) -> dict[str, Json]:
    """What the host's store answered."""
    return {"status": status, "memberships": memberships}


def in_big_segments(*keys: str, **given: Json) -> dict[str, Json]:
    """A flag whose rule tests for the segments."""
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
    ("member", "D38", [in_big_segments("big")], [big()], user(), store(alice=IN), hit()),
    ("no-member", "6.1", [in_big_segments("big")], [big()], user(), store(alice=OUT), miss()),
    ("key-unknown", "6.1", [in_big_segments("big")], [big()], user(), store(), miss()),
    ("key-other", "6.1", [in_big_segments("big")], [big()], user(), store(bob=IN), miss()),
    ("membership-empty", "6.1", [in_big_segments("big")], [big()], user(), store(alice={}), miss()),
    ("member-negated", "6.1", [in_big_segments("big", negate=True)], [big()], user(), store(alice=IN), miss()),
    ("no-member-negated", "6.1", [in_big_segments("big", negate=True)], [big()], user(), store(alice=OUT), hit()),
    ("generation-two", "6.1", [in_big_segments("big")], [big(generation=2)], user(), store(alice={"big.g2": True}), hit()),
    ("generation-other", "6.1", [in_big_segments("big")], [big(generation=2)], user(), store(alice=IN), miss()),
    ("generation-zero", "6.1", [in_big_segments("big")], [big(generation=0)], user(), store(alice={"big.g0": True}), hit()),
    ("generation-float", "1.4", [in_big_segments("big")], [big(generation=3.0)], user(), store(alice={"big.g3": True}), hit()),
    ("generation-absent", "6.1", [in_big_segments("big")], [big(generation=ABSENT)], user(), store(alice=IN), miss("NOT_CONFIGURED")),
    ("generation-null", "6.1", [in_big_segments("big")], [big(generation=None)], user(), store(alice=IN), miss("NOT_CONFIGURED")),
    ("generation-absent-negated", "6.1", [in_big_segments("big", negate=True)], [big(generation=None)], user(), store(alice=IN),
     hit("NOT_CONFIGURED")),
    ("generation-absent-rules", "6.1", [in_big_segments("big")], [big(generation=None, rules=ALL)], user(), store(),
     miss("NOT_CONFIGURED")),
    ("generation-and-kind-absent", "D39", [in_big_segments("big")], [big(generation=None, unboundedContextKind="org")], user(),
     store(alice=IN), miss("NOT_CONFIGURED")),
    ("generation-and-kind-absent-negated", "D39",
     [in_big_segments("big", negate=True)], [big(generation=None, unboundedContextKind="org")], user(), store(),
     hit("NOT_CONFIGURED")),
    ("kind-absent", "6.1", [in_big_segments("big")], [big(unboundedContextKind="org")], user(), store(alice=IN), miss(None)),
    ("kind-absent-negated", "6.1", [in_big_segments("big", negate=True)], [big(unboundedContextKind="org")], user(),
     store(alice=IN), hit(None)),
    ("kind-absent-rules", "6.1", [in_big_segments("big")], [big(unboundedContextKind="org", rules=ALL)], user(), store(), miss(None)),
    ("kind-org", "6.1", [in_big_segments("big")], [big(unboundedContextKind="org")], BIG_SEGMENTS_BOTH, store(acme=IN), hit()),
    ("kind-org-user-key", "6.1", [in_big_segments("big")], [big(unboundedContextKind="org")], BIG_SEGMENTS_BOTH, store(alice=IN), miss()),
    ("kind-user-org-key", "6.1", [in_big_segments("big")], [big()], BIG_SEGMENTS_BOTH, store(acme=IN), miss()),
    ("kind-null", "1.3", [in_big_segments("big")], [big(unboundedContextKind=None)], user(), store(alice=IN), hit()),
    ("kind-empty", "1.3", [in_big_segments("big")], [big(unboundedContextKind="")], user(), store(alice=IN), hit()),
    ("same-key-two-kinds", "6.1", [in_big_segments("other", "big")],
     [big(), big("other", unboundedContextKind="org")], multi(user={"key": "same"}, org={"key": "same"}),
     store(same={"big.g1": True, "other.g1": False}), hit()),
    ("no-user-in-context", "6.1", [in_big_segments("big")], [big()], {"kind": "org", "key": "acme"}, store(acme=IN), miss(None)),
    ("included-ignored", "6.1", [in_big_segments("big")], [big(included=["alice"])], user(), store(), miss()),
    ("excluded-ignored", "6.1", [in_big_segments("big")], [big(excluded=["alice"])], user(), store(alice=IN), hit()),
    ("included-contexts-ignored", "6.1", [in_big_segments("big")],
     [big(includedContexts=[{"contextKind": "org", "values": ["acme"]}])], BIG_SEGMENTS_BOTH, store(), miss()),
    ("excluded-contexts-ignored", "6.1", [in_big_segments("big")],
     [big(excludedContexts=[{"contextKind": "user", "values": ["alice"]}], rules=ALL)], user(), store(), hit()),
    ("rules-when-absent", "6.1", [in_big_segments("big")], [big(rules=ALL)], user(), store(), hit()),
    ("rules-when-other-segment", "6.1", [in_big_segments("big")], [big(rules=ALL)], user(), store(alice={"x.g1": False}), hit()),
    ("no-member-beats-rules", "6.1", [in_big_segments("big")], [big(rules=ALL)], user(), store(alice=OUT), miss()),
    ("member-before-rules", "6.1", [in_big_segments("big")],
     [big(rules=[{"clauses": [clause("/a//b", "in", 1, contextKind="user")]}])], user(), store(alice=IN), hit()),
    ("rules-that-miss", "6.1", [in_big_segments("big")], [big(rules=[{"clauses": [clause("plan", "in", "gold")]}])], user(),
     store(), miss()),
    ("rules-that-hit", "6.1", [in_big_segments("big")], [big(rules=[{"clauses": [clause("plan", "in", "gold")]}])],
     user(plan="gold"), store(), hit()),
    ("stale", "6.1", [in_big_segments("big")], [big()], user(), store("STALE", alice=IN), hit("STALE")),
    ("stale-miss", "6.1", [in_big_segments("big")], [big()], user(), store("STALE"), miss("STALE")),
    ("store-error", "6.1", [in_big_segments("big")], [big()], user(), store("STORE_ERROR"), miss("STORE_ERROR")),
    ("store-error-rules", "6.1", [in_big_segments("big")], [big(rules=ALL)], user(), store("STORE_ERROR"), hit("STORE_ERROR")),
    ("not-configured", "6.1", [in_big_segments("big")], [big()], user(), None, miss("NOT_CONFIGURED")),
    ("not-configured-negated", "6.1", [in_big_segments("big", negate=True)], [big()], user(), None, hit("NOT_CONFIGURED")),
    ("not-configured-rules", "6.1", [in_big_segments("big")], [big(rules=ALL)], user(), None, hit("NOT_CONFIGURED")),
    ("not-asked-no-status", "6.1", [flag()], [big()], user(), store(alice=IN), miss(None)),
    ("deleted", "6", [in_big_segments("big")], [big(deleted=True)], user(), store(alice=IN), miss(None)),
    ("missing", "6", [in_big_segments("none")], [big()], user(), store(alice=IN), miss(None)),
    ("regular-no-status", "6.1", [in_big_segments("small")], [segment("small", included=["alice"])], user(), store(alice=IN), hit(None)),
    ("regular-then-big-not-asked", "6.1", [in_big_segments("small", "big")], [segment("small", included=["alice"]), big()], user(),
     store("STALE", alice=IN), hit(None)),
    ("big-then-regular", "6.1", [in_big_segments("big", "small")], [segment("small", included=["alice"]), big()], user(),
     store("STALE", alice=OUT), hit("STALE")),
    ("nested", "6.1", [in_big_segments("outer")], [segment("outer", rules=[{"clauses": [in_segment("big")]}]), big()], user(),
     store(alice=IN), hit()),
    ("nested-in-big", "6.1", [in_big_segments("outer")], [big("outer", rules=[{"clauses": [in_segment("big")]}]), big()], user(),
     store("STALE", alice=IN), hit("STALE")),
    ("cycle-through-big", "6", [in_big_segments("big")], [big(rules=LOOP)], user(), store(), malformed(bigSegmentsStatus="HEALTHY")),
    ("cycle-through-big-two", "6", [in_big_segments("big")],
     [big(rules=[{"clauses": [in_segment("b")]}]), segment("b", rules=LOOP)], user(), store("STALE"),
     malformed(bigSegmentsStatus="STALE")),
    ("cycle-cut-by-membership", "6.1", [in_big_segments("big")], [big(rules=LOOP)], user(), store(alice=IN), hit()),
    ("cycle-cut-by-generation", "6.1", [in_big_segments("big")], [big(generation=None, rules=LOOP)], user(), store(),
     miss("NOT_CONFIGURED")),
    ("error-keeps-status", "A4", [flag(rules=[rule(in_segment("big")),
     rule(clause("/a//b", "in", 1, contextKind="user"))])], [big()], user(), store("STALE"),
     malformed(bigSegmentsStatus="STALE")),
    ("range-error-keeps-status", "A4", [flag(rules=[rule(in_segment("big"), variation=7)])], [big()], user(),
     store(alice=IN), malformed(bigSegmentsStatus="HEALTHY")),
    ("merge-not-configured-last", "A4", [in_big_segments("big", "unready")], [big(), big("unready", None)], user(),
     store("STALE"), miss("NOT_CONFIGURED")),
    ("merge-not-configured-first", "A4", [in_big_segments("unready", "big")], [big(), big("unready", None)], user(),
     store("STALE"), miss("NOT_CONFIGURED")),
    ("merge-healthy-last", "A4", [in_big_segments("unready", "big")], [big(), big("unready", None)], user(), store(alice=IN),
     hit("NOT_CONFIGURED")),
    ("merge-error-last", "A4", [in_big_segments("unready", "big")], [big(), big("unready", None)], user(), store("STORE_ERROR"),
     miss("NOT_CONFIGURED")),
    ("prerequisite-status", "6.1",
     [flag(prerequisites=[{"key": "a", "variation": 1}]), flag("a", rules=[rule(in_segment("big"))])], [big()], user(),
     store("STALE", alice=IN), miss("STALE")),
    ("prerequisite-status-failed", "6.1",
     [flag(prerequisites=[{"key": "a", "variation": 1}]), flag("a", rules=[rule(in_segment("big"))])], [big()], user(),
     store("STALE"), prerequisite_failed("a", bigSegmentsStatus="STALE")),
    ("prerequisite-merge", "A4", [flag(prerequisites=[{"key": "a", "variation": 0}], rules=[rule(in_segment("big"))]),
      flag("a", rules=[rule(in_segment("unready"))])], [big(), big("unready", None)], user(), store(alice=IN),
     hit("NOT_CONFIGURED")),
    ("prerequisite-merge-reversed", "A4", [flag(prerequisites=[{"key": "a", "variation": 1}], rules=[rule(in_segment("unready"))]),
      flag("a", rules=[rule(in_segment("big"))])], [big(), big("unready", None)], user(), store(alice=IN),
     miss("NOT_CONFIGURED")),
    ("prerequisite-off-not-asked", "6.1",
     [flag(prerequisites=[{"key": "a", "variation": 1}]), flag("a", on=False, rules=[rule(in_segment("big"))])],
     [big()], user(), store(alice=IN), prerequisite_failed("a")),
    ("off-not-asked", "6.1", [flag(on=False, rules=[rule(in_segment("big"))])], [big()], user(), store(alice=IN), off()),
    ("target-not-asked", "6.1", [flag(targets=[{"variation": 1, "values": ["alice"]}], rules=[rule(in_segment("big"))])], [big()], user(),
     store(alice=IN), detail("yes", 1, reason("TARGET_MATCH"))),
    ("earlier-clause-not-asked", "6.1", [flag(rules=[rule(clause("plan", "in", "gold"), in_segment("big"))])], [big()],
     user(), store(alice=IN), miss(None)),
    ("weight-rule", "6.1", [in_big_segments("big")], [big(rules=[{"clauses": [], "weight": 100000}])], user(), store(), hit()),
    ("weight-rule-none", "6.1", [in_big_segments("big")], [big(rules=[{"clauses": [], "weight": 0}])], user(), store(), miss()),
    ("key-with-escapes", "6.1", [in_big_segments("big")], [big()], user("a:b%c"), store(**{"a:b%c": IN}), hit()),
    ("own-key-named", "6.1", [in_big_segments("big")], [big("big", generation=10)], user(), store(alice={"big.g10": True}), hit()),
]  # fmt: skip


def keys() -> Topic:
    """The context keys that an evaluation may look up."""
    topic = Topic("big-segment-keys", "The context keys whose memberships a host fetches first")
    org = big("by-org", unboundedContextKind="org")
    rows: list[tuple[str, list[Object], Json, list[Json]]] = [
        ("none", [segment("small", included=["alice"])], user(), []),
        ("user", [big()], user(), ["alice"]),
        ("kind-absent", [org], user(), []),
        ("kind-org", [org], BIG_SEGMENTS_BOTH, ["acme"]),
        ("two-kinds", [big(), org], BIG_SEGMENTS_BOTH, ["acme", "alice"]),
        ("two-kinds-one-present", [big(), org], user(), ["alice"]),
        ("two-segments-one-key", [big(), big("second", 2)], user(), ["alice"]),
        ("two-kinds-same-key", [big(), org], multi(user={"key": "same"}, org={"key": "same"}), ["same"]),
        ("no-generation", [big(generation=None)], user(), []),
        ("deleted", [big(deleted=True)], user(), []),
        ("legacy", [big()], {"key": "alice"}, ["alice"]),
        ("raw-key", [big()], user("a:b%c"), ["a:b%c"]),
        ("sorted-by-code-unit", [big(), org], multi(user={"key": "\U0001f600"}, org={"key": "\uff00"}), ["\U0001f600", "\uff00"]),
        ("sorted-by-code-unit-reversed", [big(), org], multi(user={"key": "\uff00"}, org={"key": "\U0001f600"}), ["\U0001f600", "\uff00"]),
        ("sorted-letters", [big(), org], multi(user={"key": "b"}, org={"key": "a"}), ["a", "b"]),
        ("invalid-context", [big()], {"kind": "user"}, []),
    ]  # fmt: skip
    for slug, segments, context, expected in rows:
        names = [str(item["key"]) for item in segments]
        topic.case(slug, "6.1", slug.replace("-", " "), {"bigSegmentKeys": {}}, {"keys": expected},
                   document=document([in_big_segments(*names)], segments), context=context)  # fmt: skip
    return topic


def big_segments_topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("big-segments", "Big segments: membership, generation, status and its merging")
    for slug, tag, flags, segments, context, given, answer in ROWS:
        extra: dict[str, Json] = {} if given is None else {"bigSegments": given}
        topic.case(slug, tag, slug.replace("-", " "), {"evaluate": {"flag": "flag", "default": "default"}}, answer,
                   document=document(flags, segments), context=context, **extra)  # fmt: skip
    topic.evaluate("wrong-type-drops-status", "9", "a wrong type replaces the whole reason", document(
        [in_big_segments("big")], [big()]), user(), wrong_type(False), default=False, type_="bool",
        bigSegments=store(alice=IN))  # fmt: skip
    topic.evaluate("right-type-keeps-status", "9", "a right type keeps the status", document(
        [in_big_segments("big")], [big()]), user(), hit("STALE"), type_="string", bigSegments=store("STALE", alice=IN))  # fmt: skip
    topic.evaluate("invalid-context", "2.5", "an invalid context makes no query", document([in_big_segments("big")], [big()]),
                   None, error("USER_NOT_SPECIFIED"), bigSegments=store(alice=IN))  # fmt: skip
    for status in ("HEALTHY", "STALE", "STORE_ERROR"):
        topic.case(f"state-{status.lower()}", "6.1", "the status stands in the reason of an all-flags state",
                   {"allFlagsState": {"withReasons": True}},
                   {"state": {"flag": "no", "$flagsState": {"flag": {"variation": 0, "version": 1, "reason": {
                       "kind": "FALLTHROUGH", "bigSegmentsStatus": status}}}, "$valid": True}},
                   document=document([in_big_segments("big")], [big()]), context=user(), bigSegments=store(status))  # fmt: skip
    return [topic, keys()]
