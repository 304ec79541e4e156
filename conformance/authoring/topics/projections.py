"""Projections: the document of a client, folded by what is known of a context, answers like the whole document."""

from __future__ import annotations

from hashlib import sha1

from suite.canonical_json import canonical

from ..builders import (
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
    reason,
    rollout,
    rule,
    ruled,
    segment,
    target,
    user,
    weights,
)
from ..hashing import digest
from ..topic import Topic
from .explanations import looked_at, receipt

VISIBLE: dict[str, Json] = {"usingEnvironmentId": True, "usingMobileKey": True}
ALICE: Object = {"user": {"key": "alice"}}
NEVER: Object = {"attribute": "kind", "op": "in", "values": []}


def seen(key: str = "flag", /, **given: Json) -> dict[str, Json]:
    """A flag that browsers may see."""
    return flag(key, **{"clientSideAvailability": VISIBLE, **given})


def answers() -> Topic:
    """What a projection answers."""
    topic = Topic("projections", "Answers of projections")

    def ask(slug: str, description: str, made: Json, known: Json, who: Json, expect: Object, private: Json = (), **given: Json) -> None:
        then: Object = {"evaluate": {"flag": "flag", "default": "default"}}
        call: dict[str, Json] = {"project": {"known": known, "private": private, "then": then}}
        topic.case(slug, "projection", description, call, dict(expect), document=made, context=who, **given)

    pro = document([seen(rules=[rule(clause("plan", "in", "pro", "team"))])])
    ask("true-clause", "a clause that is true disappears", pro, {"user": {"plan": "team"}}, user(plan="team"), ruled())
    ask("false-rule", "a rule that is false never matches", pro, {"user": {"plan": "free"}}, user(plan="free"), fell())
    ask("absent-attribute", "null is an attribute that the context lacks", pro, {"user": {"plan": None}}, user(), fell())
    ask("absent-kind", "null is a kind that the context lacks", pro, {"user": None}, context("organization", "acme"), fell())
    ask("unknown", "an unknown attribute still decides", pro, None, user(plan="pro"), ruled())
    two = document([seen(rules=[rule(clause("plan", "in", "pro"), id="a"), rule(clause("country", "in", "DE"), id="b")])])
    ask("rule-index", "a later rule keeps its index and id", two, {"user": {"plan": "free"}}, user(plan="free", country="DE"),
        ruled(rule=1, rule_id="b"))  # fmt: skip
    negated = document([seen(rules=[rule(clause("plan", "in", "pro", negate=True))])])
    ask("negated", "a negated clause on an absent attribute does not match", negated, {"user": {"plan": None}}, user(), fell())
    kinds = document([seen(rules=[rule(clause("kind", "in", "device"))])])
    ask("kind-known", "a clause on kinds matches a known kind", kinds, {"device": {}}, context("device", "d"), ruled())
    ask("kind-added", "the context may have other kinds than the known ones", kinds, ALICE,
        multi(user={"key": "alice"}, device={"key": "d"}), ruled())  # fmt: skip
    listed = document([seen(targets=[{"variation": 1, "values": ["bob", "alice"]}])])
    ask("targeted", "a target list that has the known key", listed, ALICE, user(), target())
    ask("not-targeted", "a target list without the known key", listed, {"user": {"key": "eve"}}, user("eve"), fell())
    ordered = document([seen(targets=[{"variation": 1, "values": ["alice"]}], contextTargets=[
        {"contextKind": "organization", "variation": 0, "values": ["acme"]}, {"contextKind": "user", "variation": 1, "values": []}])])  # fmt: skip
    ask("target-order", "a list of an unknown kind is still searched first", ordered, ALICE,
        multi(user={"key": "alice"}, organization={"key": "acme"}), target("no", 0))  # fmt: skip
    half = rollout(weights((0, 50_000), (1, 50_000)), seed=61)
    split = document([seen(fallthrough={"rollout": half})])
    for who in ("alice", "bob", "carol", "dave"):
        served = bucket_of(f"61.{who}") >= 50_000
        expect = detail("yes" if served else "no", int(served), reason("FALLTHROUGH"))
        ask(f"bucket-{who}", "the bucket of a known key is decided", split, {"user": {"key": who}}, user(who), expect)
    trial = document([seen(fallthrough={"rollout": {**half, "kind": "experiment"}})])
    served = bucket_of("61.alice") >= 50_000
    ask("experiment", "a decided experiment is still an experiment", trial, ALICE, user(),
        detail("yes" if served else "no", int(served), reason("FALLTHROUGH", inExperiment=True)))  # fmt: skip
    ask("experiment-absent-kind", "a context without the kind takes no part", trial, {"user": None}, context("device", "d"), fell())
    beta = segment("beta", included=["alice"], excluded=["eve"], rules=[{"clauses": [clause("plan", "in", "pro")]}])
    members = document([seen(rules=[rule(in_segment("beta"))])], [beta])
    ask("included", "a known key is in a segment", members, ALICE, user(), ruled())
    ask("excluded", "or not, whatever the rules", members, {"user": {"key": "eve"}}, user("eve", plan="pro"), fell())
    ask("segment-rule", "or a rule still decides", members, {"user": {"key": "bob"}}, user("bob", plan="pro"), ruled())
    big = segment("big", unbounded=True, generation=3)
    stored = document([seen(rules=[rule(in_segment("big"), clause("plan", "in", "pro"))])], [big])
    ask("store-error", "the status of the store is in the reason, even if the rule is false", stored, {"user": {"plan": "free"}},
        user(plan="free"), fell(bigSegmentsStatus="STORE_ERROR"), bigSegments={"status": "STORE_ERROR", "memberships": {}})  # fmt: skip
    needed = flag("needed", rules=[rule(clause("plan", "in", "pro"))])
    needs = seen(prerequisites=[{"key": "needed", "variation": 1}, {"key": "gone", "variation": 0}])
    depends = document([needs, needed])
    failed = reason("PREREQUISITE_FAILED", prerequisiteKey="needed")
    ask(
        "prerequisite",
        "a prerequisite that fails is named",
        depends,
        {"user": {"plan": "free"}},
        user(plan="free"),
        detail("off", 2, failed),
    )
    missing = reason("PREREQUISITE_FAILED", prerequisiteKey="gone")
    ask("missing-prerequisite", "and one that is missing", depends, {"user": {"plan": "pro"}}, user(plan="pro"), detail("off", 2, missing))
    cycle = document(
        [seen(prerequisites=[{"key": "other", "variation": 0}]), flag("other", prerequisites=[{"key": "flag", "variation": 0}])]
    )
    ask("cycle", "a cycle is still one", cycle, ALICE, user(), malformed())
    ask("off", "a flag that is off", document([seen(on=False, rules=[rule(clause("plan", "in", "pro"))])]), ALICE, user(), off())
    broken = document([seen(rules=5)])
    ask("malformed", "a malformed flag is still malformed", broken, ALICE, user(), malformed())
    invalid = document([seen(rules=[rule(clause("//", "in", "x", contextKind="user"))])])
    ask("invalid-reference", "and so is one with an invalid reference", invalid, ALICE, user(), malformed())
    mail = document([seen(rules=[rule(clause("email", "endsWith", "@acme.example"))])])
    ask("hidden", "a flag that browsers may not see is left out", document([flag()]), None, user(), not_found())
    ask("private", "a flag that shows a private value is left out", mail, ALICE, user(), not_found(), ["user.email"])
    ask("private-known", "unless the value is known", mail, {"user": {"email": "a@acme.example"}}, user(email="a@acme.example"), ruled(),
        ["user.email"])  # fmt: skip
    return topic


def bucket_of(text: str) -> int:
    """The bucket by SHA-1 of a text, in integers."""
    return (int(sha1(text.encode()).hexdigest()[:15], 16) * 100_000) >> 60


def documents() -> Topic:
    """What a projection contains."""
    topic = Topic("projected", "The documents of projections")

    def load(slug: str, description: str, made: Object, known: Json, flags: Object, private: Json = (), meta: Object | None = None) -> None:
        expected: Object = {"flags": flags, "meta": {"parentDigest": digest(made), **(meta or {})}}
        answer: Object = {"keys": sorted(flags), "digest": digest(expected)}
        call: dict[str, Json] = {"project": {"known": known, "private": private, "then": {"load": {}}}}
        topic.case(slug, "projection", description, call, answer, document=made)

    def folded(key: str = "flag", /, **members: Json) -> dict[str, Json]:
        base: Object = {"key": key, "version": 1, "clientSide": True, "on": True}
        return {**base, "fallthrough": {"variation": 0}, "variations": ["no"], **members}

    two = [rule(clause("plan", "in", "pro"), id="a"), rule(clause("country", "in", "DE"), id="b", description="Germans")]
    made = document([seen(rules=two, description="why", lifecycle={"owner": "team"})], meta={"version": 3, "environment": "live"})
    never: Object = {"clauses": [NEVER], "variation": 0}
    kept: Object = {"id": "b", "clauses": [clause("country", "in", "DE")], "variation": 1}
    load("placeholder", "a rule that is false before one that decides", made, {"user": {"plan": "free"}},
         {"flag": folded(rules=[never, kept], variations=["no", "yes"])}, meta={"version": 3})  # fmt: skip
    decided: Object = {"id": "a", "clauses": [], "variation": 1}
    load("decided", "a decided flag is its answer", made, {"user": {"plan": "pro"}},
         {"flag": folded(rules=[decided], variations=[None, "yes"])}, meta={"version": 3})  # fmt: skip
    load("malformed", "a malformed flag has no text", document([seen(rules=["secret"])]), None,
         {"flag": {"key": "flag", "version": 1, "clientSide": True, "on": True, "variations": False}})  # fmt: skip
    load("target", "a target list that has the known key has no other", document([seen(targets=[{"variation": 1, "values": ["bob", "alice"]}])]),
         ALICE, {"flag": folded(targets=[{"variation": 1, "values": ["alice"]}], variations=[None, "yes"])})  # fmt: skip
    mail = rule(clause("email", "endsWith", "@acme.example"))
    load("refused", "a flag that shows a private value is left out, and flags that depend on it",
         document([seen(rules=[mail]), seen("dependent", prerequisites=[{"key": "flag", "variation": 0}]), seen("free"), flag("server")]), ALICE,
         {"free": folded("free")}, ["user.email"])  # fmt: skip
    return topic


def receipts() -> Topic:
    """Receipts of projections, which the whole document and other projections replay too."""
    topic = Topic("projected-receipts", "Receipts of projections")
    free = user(plan="free")
    known: Object = {"user": {"key": "alice", "plan": "free"}}
    whole = document([seen(rules=[rule(clause("plan", "in", "pro"))])])
    parent = {"parentDigest": digest(whole)}
    folded: Object = {"key": "flag", "version": 1, "clientSide": True, "on": True, "fallthrough": {"variation": 0}, "variations": ["no"]}
    projected: Object = {"flags": {"flag": folded}, "meta": parent}
    missed: dict[str, Json] = {
        "op": "in",
        "attribute": "plan",
        "contextKind": "user",
        "negate": False,
        "contextValue": "free",
        "match": False,
    }
    of_whole = receipt(whole, "flag", fell(), looked_at([{"index": 0, "id": "r", "match": False, "clauses": [missed]}], 0), free)
    own = {**receipt(projected, "flag", fell(), {"flag": "flag", "on": True, "variationIndex": 0}, free), **parent}

    def ask(
        slug: str, description: str, then: Object, expect: Object, made: Object = whole, given: Json = free, known: Json = known
    ) -> None:
        call: dict[str, Json] = {"project": {"known": known, "private": [], "then": then}}
        topic.case(slug, "receipt", description, call, dict(expect), document=made, context=given)

    def replayed(text: Json) -> dict[str, Json]:
        return {"replay": {"receipt": text}}

    def refused(code: str, path: str) -> dict[str, Json]:
        return {"refused": {"code": code, "path": path}}

    def altered(**members: Json) -> str:
        return canonical({**own, **members})

    holds: Object = {"holds": True}
    ask("gives", "both digests are in the receipt of a projection", {"receipt": {"flag": "flag"}}, own)
    invalid = {**own, "contextHash": None, "answer": no_context(None), "trace": None}
    ask("gives-invalid", "also for an invalid context", {"receipt": {"flag": "flag"}}, invalid, given={})
    ask("own", "the receipt of a projection, with the projection", replayed(canonical(own)), holds)
    topic.case("whole", "receipt", "the receipt of a projection, with the whole document", replayed(canonical(own)), dict(holds),
               document=whole, context=free)  # fmt: skip
    ask("of-whole", "the receipt of the whole document, with a projection", replayed(canonical(of_whole)), holds)
    ask(
        "other-projection",
        "the receipt of a projection, with another one of the same document",
        replayed(canonical(own)),
        holds,
        known=None,
    )
    ask("invalid", "of an invalid context", replayed(canonical(invalid)), holds, given={})
    other = document([seen(rules=[rule(clause("plan", "in", "pro"))], salt="other")])
    ask("other-document", "with a projection of another document", replayed(canonical(own)), refused("other-document", "digest"), other)
    topic.case("other-whole", "receipt", "with another document", replayed(canonical(own)), refused("other-document", "digest"),
               document=other, context=free)  # fmt: skip
    ask("forged-parent", "another parent, with the projection itself", replayed(altered(parentDigest=digest(other))),
        refused("other-document", "parentDigest"))  # fmt: skip
    ask("forged-digest", "another digest with the same parent is another projection", replayed(altered(digest=digest(other))), holds)
    ask(
        "other-context",
        "with another context",
        replayed(canonical(own)),
        refused("other-context", "contextHash"),
        given=user("bob", plan="free"),
    )
    ask("other-rules", "another version of the rules", replayed(altered(specVersion=1)), refused("other-rules", "specVersion"))
    ask("forged-trace", "another trace, with the projection itself", replayed(altered(trace={**looked_at([], 0)})),
        refused("other-answer", "trace.rules"))  # fmt: skip
    lie = detail("yes", 0, {"kind": "FALLTHROUGH"})
    ask(
        "forged-answer",
        "another answer, with the projection itself",
        replayed(altered(answer=lie)),
        refused("other-answer", "answer.value"),
    )
    topic.case("forged-answer-whole", "receipt", "another answer, with the whole document", replayed(altered(answer=lie)),
               refused("other-answer", "answer.value"), document=whole, context=free)  # fmt: skip
    ask("forged-whole", "another answer of the whole document, with a projection", replayed(canonical({**of_whole, "answer": lie})),
        refused("other-answer", "answer.value"))  # fmt: skip
    return topic


def topics() -> list[Topic]:
    """The topics of this module."""
    return [answers(), documents(), receipts()]
