"""Explanations and receipts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from suite.canonical_json import canonical

from ..builders import (
    ABSENT,
    Json,
    Object,
    clause,
    context,
    detail,
    document,
    fell,
    flag,
    in_segment,
    malformed,
    multi,
    no_context,
    not_found,
    off,
    prerequisite_failed,
    rollout,
    rule,
    ruled,
    segment,
    target,
    user,
    weights,
)
from ..hashing import HASHES, bucket, digest, prefix_of
from ..topic import Topic

# Explanations: what was looked at, in order, with the values, buckets and thresholds that decided.

PREFIX = prefix_of("flag", "salt")
CITY: dict[str, Json] = user("alice", plan="gold", address={"city": "Oslo"}, tags=["a", "b"])


def looked_at(rules: Sequence[Json], index: int | None, **given: Json) -> dict[str, Json]:
    """The trace of the flag `flag` with those rules."""
    return {"flag": "flag", "on": True, "rules": rules, "variationIndex": index, **given}


def explanations() -> Topic:
    """Traces."""
    topic = Topic("explanations", "What an evaluation looked at, and what decided it")

    def explain(slug: str, description: str, flags: Sequence[Object], answer: Object, trace: Json, context: Json = None,
                segments: Sequence[Object] = (), key: str = "flag", **given: Json) -> None:  # fmt: skip
        topic.case(slug, "explain", description, {"explain": {"flag": key}}, {"flag": key, "answer": answer, "trace": trace},
                   document=document(flags, segments), context=CITY if context is None else context, **given)  # fmt: skip

    yes, no = ruled(), fell()
    gold = clause("plan", "in", "silver", "gold")
    explain("fallthrough", "a flag that falls through", [flag()], no, {"flag": "flag", "on": True, "variationIndex": 0})
    explain("off", "an off flag looks at nothing", [flag(on=False, rules=[rule()])], off(),
            {"flag": "flag", "on": False, "variationIndex": 2})  # fmt: skip
    explain("off-nothing", "an off flag that serves nothing", [flag(on=False, offVariation=ABSENT)], off(None, None),
            {"flag": "flag", "on": False, "variationIndex": None})  # fmt: skip
    explain("missing", "a flag that is not there", [flag()], not_found(None), None, key="other")
    explain("deleted", "a tombstone", [flag(deleted=True)], not_found(None), None)
    topic.case("invalid-context", "explain", "an invalid context", {"explain": {"flag": "flag"}},
               {"flag": "flag", "contextKey": None, "answer": no_context(None), "trace": None}, document=document([flag()]),
               context={"kind": "user"})  # fmt: skip
    topic.case("context-key", "explain", "the context is named by its fully-qualified key", {"explain": {"flag": "flag"}},
               {"contextKey": "org:acme:user:a%3Ab"}, document=document([flag()]),
               context=multi(user={"key": "a:b"}, org={"key": "acme"}))  # fmt: skip
    hit: dict[str, Json] = {"op": "in", "attribute": "plan", "contextKind": "user", "negate": False, "match": True}
    explain("clause-hit", "a clause that matches shows the value and what it matched", [flag(rules=[rule(gold)])], yes,
            looked_at([{"index": 0, "id": "r", "match": True,
                        "clauses": [{**hit, "contextValue": "gold", "matchingValue": "gold"}]}], 1))  # fmt: skip
    explain("clause-miss", "a clause that does not match shows the value", [flag(rules=[rule(clause("plan", "in", "x"))])], no,
            looked_at([{"index": 0, "match": False, "clauses": [{"contextValue": "gold", "match": False}]}], 0))  # fmt: skip
    explain("clause-negated", "a negated clause", [flag(rules=[rule(clause("plan", "in", "x", negate=True))])], yes,
            looked_at([{"match": True, "clauses": [{"negate": True, "match": True, "contextValue": "gold"}]}], 1))  # fmt: skip
    explain("clause-array", "of an array the whole is shown, and the value that matched",
            [flag(rules=[rule(clause("tags", "in", "x", "b"))])], yes,
            looked_at([{"clauses": [{"contextValue": ["a", "b"], "matchingValue": "b", "match": True}]}], 1))  # fmt: skip
    explain("clause-path", "a path is shown as a reference",
            [flag(rules=[rule(clause("/address/city", "startsWith", "Os", contextKind="user"))])], yes,
            looked_at([{"clauses": [{"attribute": "/address/city", "op": "startsWith", "contextValue": "Oslo",
                                     "matchingValue": "Os"}]}], 1))  # fmt: skip
    explain("clauses-stop", "clauses after one that failed are not looked at", [flag(rules=[rule(clause("plan", "in", "x"), gold)])], no,
            looked_at([{"match": False, "clauses": [{"match": False}]}], 0))  # fmt: skip
    explain("rules-stop", "rules after one that matched are not looked at",
            [flag(rules=[rule(clause("plan", "in", "x"), id="first"), rule(gold), rule()])], ruled(rule=1),
            looked_at([{"index": 0, "id": "first", "match": False}, {"index": 1, "match": True}], 1))  # fmt: skip
    explain("private", "a private value is not shown", [flag(rules=[rule(gold)])], yes,
            looked_at([{"clauses": [{"contextValue": {"private": True}, "match": True}]}], 1),
            {**CITY, "_meta": {"privateAttributes": ["plan"]}})  # fmt: skip
    explain("private-path", "a private path is not shown",
            [flag(rules=[rule(clause("/address/city", "in", "Oslo", contextKind="user"))])], yes,
            looked_at([{"clauses": [{"contextValue": {"private": True}}]}], 1),
            {**CITY, "_meta": {"privateAttributes": ["/address/city"]}})  # fmt: skip
    explain("private-legacy", "a legacy user's private name is not shown", [flag(rules=[rule(clause("email", "endsWith", "y"))])],
            yes, looked_at([{"clauses": [{"contextValue": {"private": True}}]}], 1),
            {"key": "alice", "email": "x@y", "privateAttributeNames": ["email"]})  # fmt: skip
    explain("not-private", "what another kind marks private is shown", [flag(rules=[rule(gold)])], yes,
            looked_at([{"clauses": [{"contextValue": "gold"}]}], 1),
            multi(user={"key": "a", "plan": "gold"}, org={"key": "b", "_meta": {"privateAttributes": ["plan"]}}))  # fmt: skip
    explain("targets", "target lists up to the one that holds the key",
            [flag(targets=[{"variation": 0, "values": ["bob"]}, {"variation": 1, "values": ["alice"]},
                           {"variation": 2, "values": ["alice"]}])], target(),
            {"targets": [{"contextKind": "user", "variationIndex": 0, "match": False},
                         {"contextKind": "user", "variationIndex": 1, "match": True}], "variationIndex": 1})  # fmt: skip
    explain("prerequisite", "a prerequisite with its own trace",
            [flag(prerequisites=[{"key": "p", "variation": 1}]), flag("p", rules=[rule(gold)])], no,
            {"prerequisites": [{"flag": "p", "requiredVariation": 1, "variationIndex": 1, "holds": True,
                                "trace": {"flag": "p", "on": True, "rules": [{"match": True}]}}], "variationIndex": 0})  # fmt: skip
    explain("prerequisite-fails", "prerequisites up to the one that fails",
            [flag(prerequisites=[{"key": "p", "variation": 1}, {"key": "q", "variation": 0}]), flag("p"), flag("q")],
            prerequisite_failed("p"),
            {"prerequisites": [{"flag": "p", "holds": False, "variationIndex": 0}], "variationIndex": 2})  # fmt: skip
    explain("prerequisite-missing", "a prerequisite that is not there", [flag(prerequisites=[{"key": "p", "variation": 1}])],
            prerequisite_failed("p"), {"prerequisites": [{"flag": "p", "missing": True, "holds": False}]})  # fmt: skip
    explain("prerequisite-repeated", "a prerequisite that was evaluated before is not told twice",
            [flag(prerequisites=[{"key": "p", "variation": 0}, {"key": "q", "variation": 0}]),
             flag("p", prerequisites=[{"key": "q", "variation": 0}]), flag("q")], no,
            {"prerequisites": [{"flag": "p", "trace": {"prerequisites": [{"flag": "q", "trace": {"flag": "q"}}]}},
                               {"flag": "q", "repeated": True, "holds": True}]})  # fmt: skip
    member = flag(rules=[rule(in_segment("s"))])

    def decided(by: str, is_member: bool) -> Json:
        return looked_at([{"match": is_member, "clauses": [{"op": "segmentMatch", "segments": [
            {"segment": "s", "decidedBy": by, "member": is_member}], "match": is_member}]}], 1 if is_member else 0)  # fmt: skip

    explain("segment-included", "a key that is included", [member], yes, decided("included", True),
            segments=[segment("s", included=["alice"])])  # fmt: skip
    explain("segment-excluded", "a key that is excluded", [member], no, decided("excluded", False),
            segments=[segment("s", excluded=["alice"], rules=[{"clauses": []}])])  # fmt: skip
    explain("segment-rule", "a rule that matches", [member], yes, decided("rule", True),
            segments=[segment("s", rules=[{"clauses": [gold]}])])  # fmt: skip
    explain("segment-no-rule", "no rule that matches", [member], no, decided("noRule", False),
            segments=[segment("s", rules=[{"clauses": [clause("plan", "in", "x")]}])])  # fmt: skip
    explain("segment-missing", "a segment that is not there", [member], no, decided("missing", False))
    explain("segment-store", "a big segment's membership", [member],
            ruled(bigSegmentsStatus="HEALTHY"), decided("store", True), segments=[segment("s", unbounded=True, generation=1)],
            bigSegments={"status": "HEALTHY", "memberships": {"alice": {"s.g1": True}}})  # fmt: skip
    explain("segment-not-stored", "a big segment without a generation", [member],
            fell(bigSegmentsStatus="NOT_CONFIGURED"), decided("notStored", False), segments=[segment("s", unbounded=True)])  # fmt: skip
    explain("malformed-clause", "the place where an evaluation ended",
            [flag(rules=[rule(clause("/a//b", "in", "x", contextKind="user"))])], malformed(None),
            {"flag": "flag", "rules": [{"index": 0, "malformed": True}]})  # fmt: skip
    explain("malformed-flag", "a flag that cannot be read", [flag(rules="x")], malformed(None), {"flag": "flag", "malformed": True})
    for hash_name in HASHES:
        number = bucket(hash_name, PREFIX, "alice")
        chosen = number < 50000
        half = rollout(weights((1, 50000), (0, 50000)), hash=hash_name)
        explain(f"rollout-{hash_name}", f"a rollout's bucket and thresholds, by {hash_name}",
                [flag(fallthrough={"rollout": half})], fell("yes", 1) if chosen else no,
                {"rollout": {"kind": "rollout", "bucket": number, "hash": hash_name, "bucketBy": "key", "contextKind": "user",
                             "inExperiment": False,
                             "entries": [{"variationIndex": 1, "weight": 50000, "threshold": 50000, "chosen": chosen},
                                         {"variationIndex": 0, "weight": 50000, "threshold": 100000, "chosen": not chosen}]},
                 "variationIndex": 1 if chosen else 0})  # fmt: skip
        seeded = bucket(hash_name, "61", "alice")
        trial = rollout(weights((1, 100000)), kind="experiment", seed=61, hash=hash_name)
        explain(f"experiment-{hash_name}", f"an experiment's bucket, by {hash_name}", [flag(fallthrough={"rollout": trial})],
                detail("yes", 1, {"kind": "FALLTHROUGH", "inExperiment": True}),
                {"rollout": {"kind": "experiment", "bucket": seeded, "hash": hash_name, "inExperiment": True}})  # fmt: skip
        explain(f"rollout-rule-{hash_name}", f"a rule's rollout, by {hash_name}",
                [flag(rules=[rule(gold, variation=ABSENT, rollout=rollout(weights((1, 100000)), hash=hash_name))])], yes,
                {"rules": [{"match": True}], "rollout": {"bucket": number}, "variationIndex": 1})  # fmt: skip
        share = bucket(hash_name, prefix_of("s", "seg-salt"), "alice")
        explain(f"segment-weight-{hash_name}", f"a segment rule's bucket, by {hash_name}", [member], yes,
                looked_at([{"clauses": [{"segments": [{"decidedBy": "rule", "rules": [
                    {"index": 0, "match": True, "rollout": {"bucket": share, "threshold": share + 1, "hash": hash_name}}]}]}]}], 1),
                segments=[segment("s", rules=[{"clauses": [], "weight": share + 1, "hash": hash_name}])])  # fmt: skip
    nothing = rollout(weights((1, 1), (0, 99999)), bucketBy="none")
    explain("rollout-nothing", "a rollout without a value to hash has bucket 0", [flag(fallthrough={"rollout": nothing})],
            fell("yes", 1), {"rollout": {"bucket": 0, "bucketBy": "none"}})  # fmt: skip
    return topic


def explanations_topics() -> list[Topic]:
    """The topics of this module."""
    return [explanations()]


# Receipts, and replaying them.

SPEC_VERSION = 2


def context_hash(canonical_context: Json) -> str:
    """The hash of a context in its canonical form."""
    return "sha256:" + hashlib.sha256(canonical(canonical_context).encode()).hexdigest()


def receipt(made: Object, key: str, answer: Object, trace: Json, given: Json) -> dict[str, Json]:
    """A receipt, written down from the rules."""
    return {
        "digest": digest(made),
        "specVersion": SPEC_VERSION,
        "contextHash": None if given is None else context_hash(given),
        "flag": key,
        "answer": dict(answer),
        "trace": trace,
    }


def receipts_topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("receipts", "Receipts of answers, and what replaying them finds")
    alice = user()
    plain = document([flag()])
    trace: dict[str, Json] = {"flag": "flag", "on": True, "variationIndex": 0}
    simple = receipt(plain, "flag", fell(), trace, alice)

    def gives(slug: str, description: str, made: Object, expect: Object, given: Json, key: str = "flag", **more: Json) -> None:
        topic.case(f"gives-{slug}", "receipt", description, {"receipt": {"flag": key}}, dict(expect), document=dict(made),
                   context=given, **more)  # fmt: skip

    gives("fallthrough", "a flag that falls through", plain, simple, alice)
    turned_off = document([flag(on=False)])
    gives("off", "a flag that is off", turned_off, receipt(
        turned_off, "flag", off(), {"flag": "flag", "on": False, "variationIndex": 2}, alice), alice)  # fmt: skip
    gives("missing", "a flag that is not there", plain, receipt(plain, "other", not_found(None), None, alice), alice, "other")
    for slug, invalid in (("null", None), ("no-key", {"kind": "user"}), ("number", 5)):
        gives(f"invalid-{slug}", "an invalid context has no hash", plain, receipt(plain, "flag", no_context(None), None, None), invalid)
    gives("private", "a private value is in the hash and not in the trace", document([flag(rules=[rule(clause("plan", "in", "pro"))])]),
          {"contextHash": context_hash({**user(plan="pro"), "_meta": {"privateAttributes": ["plan"]}}), "answer": ruled()},
          {**user(plan="pro"), "_meta": {"privateAttributes": ["plan"]}})  # fmt: skip
    forms: list[tuple[str, Json, Json]] = [
        ("order", {"key": "alice", "kind": "user"}, alice),
        ("attributes", user(b=1, a=[1.0, {"z": None, "y": -0.0}]), {**alice, "b": 1, "a": [1, {"z": None, "y": 0}]}),
        ("multi-of-one", multi(user={"key": "alice"}), alice),
        ("multi", multi(user={"key": "alice"}, org={"key": "acme"}), multi(user={"key": "alice"}, org={"key": "acme"})),
        ("other-kind", context("org", "acme"), {"kind": "org", "key": "acme"}),
        ("legacy", {"key": "alice"}, alice),
        ("code-units", user(**{"\ufb33": 1, "\U0001f600": 2}), {**alice, "\ufb33": 1, "\U0001f600": 2}),
    ]
    for slug, given, canonical_form in forms:
        gives(f"context-{slug}", "the hash is over the canonical context", plain, {"contextHash": context_hash(canonical_form)}, given)
    share = document([flag(fallthrough={"rollout": rollout(weights((0, 100_000)))})])
    gives("rollout", "a bucket is part of the trace", share, {"digest": digest(share), "answer": fell()}, alice)

    def replays(slug: str, description: str, text: Json, expect: Object, made: Object = plain, given: Json = alice) -> None:
        topic.case(f"replay-{slug}", "receipt", description, {"replay": {"receipt": text}}, dict(expect), document=dict(made),
                   context=given)  # fmt: skip

    def refused(code: str, path: str = "") -> dict[str, Json]:
        return {"refused": {"code": code, "path": path}}

    def altered(**members: Json) -> str:
        return canonical({**simple, **members})

    text = canonical(simple)
    holds: dict[str, Json] = {"holds": True}
    replays("true", "what is true", text, holds)
    replays("true-other-form", "for another form of the context", text, holds, given=multi(user={"key": "alice"}))
    replays("true-off", "of a flag that is off", canonical(receipt(
        turned_off, "flag", off(), {"flag": "flag", "on": False, "variationIndex": 2}, alice)), holds, turned_off)  # fmt: skip
    replays("true-missing", "of a flag that is not there", canonical(receipt(plain, "other", not_found(None), None, alice)), holds)
    replays("true-invalid", "of an invalid context", canonical(receipt(plain, "flag", no_context(None), None, None)), holds, given={})
    other = document([flag(salt="other")])
    replays("other-document", "with another document", text, refused("other-document", "digest"), other)
    replays("other-context", "with another context", text, refused("other-context", "contextHash"), given=user("bob"))
    replays("other-attribute", "with another attribute", text, refused("other-context", "contextHash"), given=user(plan="pro"))
    replays("no-context", "with no context", text, refused("other-context", "contextHash"), given={})
    replays("forged-digest", "another digest", altered(digest=digest(other)), refused("other-document", "digest"))
    replays("forged-hash", "another hash", altered(contextHash=context_hash(user("bob"))), refused("other-context", "contextHash"))
    replays("forged-hash-null", "no hash", altered(contextHash=None), refused("other-context", "contextHash"))
    for version in (0, 1, 3, "2", None):
        replays(f"other-rules-{version}", "another version of the rules", altered(specVersion=version),
                refused("other-rules", "specVersion"))  # fmt: skip
    replays("other-rules-first", "other rules are named before another document",
            altered(specVersion=1, digest=digest(other)), refused("other-rules", "specVersion"))  # fmt: skip
    replays("other-document-before-context", "another document before another context", altered(contextHash=None),
            refused("other-document", "digest"), other)  # fmt: skip
    other_answer = "other-answer"
    steps: list[tuple[str, dict[str, Json], str]] = [
        ("flag", {"flag": "other"}, "trace"), ("trace-flag", {"trace": {**trace, "flag": "other"}}, "trace.flag"),
        ("trace-on", {"trace": {**trace, "on": False}}, "trace.on"),
        ("trace-index", {"trace": {**trace, "variationIndex": 1}}, "trace.variationIndex"),
        ("trace-null", {"trace": None}, "trace"), ("trace-list", {"trace": []}, "trace"),
        ("trace-more", {"trace": {**trace, "rules": []}}, "trace.rules"),
        ("trace-unknown", {"trace": {**trace, "x": 1}}, "trace.x"),
        ("trace-less", {"trace": {"flag": "flag", "on": True}}, "trace.variationIndex"),
        ("value", {"answer": detail("yes", 0, {"kind": "FALLTHROUGH"})}, "answer.value"),
        ("index", {"answer": detail("no", 1, {"kind": "FALLTHROUGH"})}, "answer.variationIndex"),
        ("reason", {"answer": detail("no", 0, {"kind": "OFF"})}, "answer.reason.kind"),
        ("reason-more", {"answer": detail("no", 0, {"kind": "FALLTHROUGH", "inExperiment": True})}, "answer.reason.inExperiment"),
        ("answer-null", {"answer": None}, "answer"),
        ("trace-before-answer", {"answer": None, "trace": {**trace, "variationIndex": 9}}, "trace.variationIndex"),
        ("on-before-index", {"trace": {**trace, "on": False, "variationIndex": 9}}, "trace.on"),
    ]  # fmt: skip
    for slug, members, path in steps:
        replays(f"differs-{slug}", "the first step that differs is named", altered(**members), refused(other_answer, path))
    broken: list[tuple[str, str]] = [
        ("empty", ""), ("null", "null"), ("list", "[]"), ("number", "1"), ("object", "{}"), ("cut", text[:-1]), ("space", text + " "),
        ("space-within", text.replace(":", ": ", 1)), ("line-feed", text + "\n"), ("bom", "\ufeff" + text),
        ("order", '{"specVersion":2,' + text[1:].replace('"specVersion":2,', "")), ("twice", '{"flag":"flag",' + text[1:]),
        ("spelling", text.replace('"specVersion":2', '"specVersion":2.0')),
        ("escape", text.replace('"flag":"flag"', '"flag":"\\u0066lag"')),
        ("more", canonical({**simple, "x": 1})), ("less", canonical({name: item for name, item in simple.items() if name != "trace"})),
        ("flag-number", altered(flag=1)), ("flag-null", altered(flag=None)),
        ("surrogate", text.replace('"flag":"flag"', '"flag":"\\ud800"')),
        ("explanation", canonical({"flag": "flag", "contextKey": "alice", "specVersion": SPEC_VERSION, "answer": fell(), "trace": trace})),
    ]  # fmt: skip
    for slug, written in broken:
        replays(f"broken-{slug}", "a text that is not a receipt", written, refused("not-a-receipt"))
    return [topic]
