"""Rules, targets and typed variations of a flag."""

from __future__ import annotations

import math

from ..builders import (
    ABSENT,
    Json,
    clause,
    detail,
    document,
    error,
    fell,
    flag,
    malformed,
    matched,
    multi,
    no_context,
    not_found,
    off,
    prerequisite_failed,
    reason,
    rollout,
    rule,
    ruled,
    target,
    user,
    weights,
    wrong_type,
)
from ..topic import Topic, diagnostic

# Rules, clauses of several kinds, reasons, and the off result.

GOLD = clause("plan", "in", "gold")
NORWAY = clause("country", "in", "no")
BOTH = multi(user={"key": "alice", "plan": "gold"}, org={"key": "acme", "plan": "gold", "country": "no"})


def rules() -> Topic:
    """Which rule answers."""
    topic = Topic("rules", "Rules in order, clauses together, and the reason they give")
    gold = user(plan="gold")
    norwegian = user(plan="gold", country="no")
    rows: list[tuple[str, str, list[Json], dict[str, Json], dict[str, Json]]] = [
        ("none", "4", [], gold, fell()),
        ("one-hit", "4", [rule(GOLD)], gold, matched(True)),
        ("one-miss", "4", [rule(GOLD)], user(), matched(False)),
        ("first-wins", "4", [rule(GOLD, id="a"), rule(GOLD, id="b", variation=0)], gold, ruled(rule_id="a")),
        ("second-hit", "4", [rule(NORWAY, id="a"), rule(GOLD, id="b")], gold, ruled(rule=1, rule_id="b")),
        ("tenth-hit", "4", [*[rule(NORWAY) for _ in range(9)], rule(GOLD, id="tenth")], gold, ruled(rule=9, rule_id="tenth")),
        ("and-both", "1.2", [rule(GOLD, NORWAY)], norwegian, matched(True)),
        ("and-first-only", "1.2", [rule(GOLD, NORWAY)], gold, matched(False)),
        ("and-second-only", "1.2", [rule(NORWAY, GOLD)], gold, matched(False)),
        ("and-negated", "1.2", [rule(GOLD, clause("country", "in", "se", negate=True))], norwegian, matched(True)),
        ("no-clauses", "1.2", [rule()], user(), matched(True)),
        ("clauses-absent", "D15", [rule(clauses=ABSENT)], user(), matched(True)),
        ("clauses-null", "D15", [rule(clauses=None)], user(), matched(True)),
        ("clauses-absent-after-miss", "D15", [rule(GOLD), rule(clauses=ABSENT)], user(), ruled(rule=1)),
        ("clauses-absent-rollout", "D15", [rule(clauses=ABSENT, variation=ABSENT,
                                                rollout=rollout(weights((1, 100000))))], user(), matched(True)),
        ("variation-over-rollout", "1.2", [rule(rollout=rollout(weights((0, 100000))), variation=1)], user(), matched(True)),
        ("rule-id-absent", "8", [rule(id=ABSENT)], user(), ruled(rule_id=None)),
        ("rule-id-empty", "8", [rule(id="")], user(), ruled(rule_id=None)),
        ("rule-id-null", "8", [rule(id=None)], user(), ruled(rule_id=None)),
        ("rule-id-spaces", "8", [rule(id=" ")], user(), ruled(rule_id=" ")),
        ("rule-id-shared", "8", [rule(GOLD, id="x"), rule(NORWAY, id="x")], user(country="no"), ruled(rule=1, rule_id="x")),
        ("rule-id-non-ascii", "8", [rule(id="r\u00e8gle \U0001f600")], user(), ruled(rule_id="r\u00e8gle \U0001f600")),
        ("variation-zero", "8", [rule(variation=0)], user(), ruled("no", 0)),
        ("negate-null", "1.2", [rule(clause("plan", "in", "gold", negate=None))], gold, matched(True)),
        ("negate-false", "1.2", [rule(clause("plan", "in", "gold", negate=False))], gold, matched(True)),
        ("negate-true", "1.2", [rule(clause("plan", "in", "gold", negate=True))], gold, matched(False)),
        ("values-absent", "1.4", [rule({"attribute": "plan", "op": "in"})], gold, matched(False)),
        ("values-absent-negated", "1.4", [rule({"attribute": "plan", "op": "in", "negate": True})], gold, matched(True)),
        ("values-null", "1.4", [rule({"attribute": "plan", "op": "in", "values": None})], gold, matched(False)),
        ("values-null-negated", "1.4", [rule({"attribute": "plan", "op": "in", "values": None, "negate": True})], gold, matched(True)),
        ("kind-org", "5", [rule(clause("country", "in", "no", contextKind="org"))], BOTH, matched(True)),
        ("kind-default-user", "5", [rule(NORWAY)], BOTH, matched(False)),
        ("kind-null-is-user", "5", [rule(clause("plan", "in", "gold", contextKind=None))], gold, matched(True)),
        ("kind-absent-context", "5", [rule(clause("plan", "in", "gold", contextKind="device"))], BOTH, matched(False)),
        ("kind-absent-negated", "5", [rule(clause("plan", "in", "x", contextKind="device", negate=True))], BOTH, matched(False)),
        ("kind-letter-case", "2.1", [rule(clause("plan", "in", "gold", contextKind="Org"))], BOTH, matched(False)),
        ("kind-two-kinds", "5", [rule(GOLD, clause("country", "in", "no", contextKind="org"))], BOTH, matched(True)),
        ("kind-no-user-in-context", "5", [rule(GOLD)], {"kind": "org", "key": "acme", "plan": "gold"}, matched(False)),
        ("key-attribute", "3", [rule(clause("key", "in", "alice"))], gold, matched(True)),
        ("key-attribute-org", "3", [rule(clause("key", "in", "acme", contextKind="org"))], BOTH, matched(True)),
        ("index-too-high", "4", [rule(variation=3)], user(), malformed()),
        ("index-negative", "4", [rule(variation=-1)], user(), malformed()),
        ("index-too-high-unmatched", "4", [rule(GOLD, variation=3)], user(), fell()),
        ("no-variation-or-rollout", "8", [rule(variation=ABSENT)], user(), malformed()),
        ("variation-null", "8", [rule(variation=None)], user(), malformed()),
        ("variation-null-rollout", "1.2", [rule(variation=None, rollout=rollout(weights((1, 100000))))], user(), matched(True)),
        ("no-variation-unmatched", "8", [rule(GOLD, variation=ABSENT)], user(), fell()),
        ("empty-rollout", "7", [rule(variation=ABSENT, rollout=rollout([]))], user(), malformed()),
        ("rollout-without-variations", "7", [rule(variation=ABSENT, rollout={})], user(), malformed()),
        ("rollout-null", "7", [rule(variation=ABSENT, rollout=None)], user(), malformed()),
        ("rollout-index-too-high", "8", [rule(variation=ABSENT, rollout=rollout(weights((7, 100000))))], user(), malformed()),
        ("rollout-index-unchosen", "8", [rule(variation=ABSENT, rollout=rollout(weights((1, 100000), (7, 0))))], user(), matched(True)),
        ("track-events-ignored", "10", [rule(trackEvents=True)], user(), matched(True)),
        ("unknown-members", "1", [rule({**GOLD, "comment": "x"}, note=[1], description="x")], gold, matched(True)),
    ]  # fmt: skip
    for slug, tag, made, context, answer in rows:
        topic.evaluate(slug, tag, slug.replace("-", " "), document([flag(rules=made)]), context, answer)
    topic.load("clauses-absent-diagnostic", "D15", "a rule without clauses is a warning at its place",
               document([flag(rules=[rule(), rule(clauses=ABSENT)])]),
               {"diagnostics": [diagnostic("warning", "rule-without-clauses", "flags.flag.rules[1]")]})  # fmt: skip
    return topic


def results() -> Topic:
    """Off, fallthrough, missing flags and indices."""
    topic = Topic("results", "Off results, fallthrough, missing flags, variation indices and null variations")
    rows: list[tuple[str, str, dict[str, Json], dict[str, Json]]] = [
        ("off", "4", flag(on=False), off()),
        ("off-ignores-everything", "4", flag(on=False, rules=[rule()], targets=[{"variation": 1, "values": ["alice"]}],
         prerequisites=[{"key": "none", "variation": 0}]), off()),
        ("on-absent", "1.1", flag(on=ABSENT), off()),
        ("on-null", "1.4", flag(on=None), off()),
        ("off-variation-absent", "4", flag(on=False, offVariation=ABSENT), off("default", None)),
        ("off-variation-null", "4", flag(on=False, offVariation=None), off("default", None)),
        ("off-variation-zero", "4", flag(on=False, offVariation=0), off("no", 0)),
        ("off-variation-too-high", "4", flag(on=False, offVariation=3), malformed()),
        ("off-variation-negative", "4", flag(on=False, offVariation=-1), malformed()),
        ("off-variation-float", "1.4", flag(on=False, offVariation=1.0), off("yes", 1)),
        ("off-variation-unused", "4", flag(offVariation=9), fell()),
        ("off-no-variations", "4", flag(on=False, variations=[], offVariation=0), malformed()),
        ("off-variations-absent", "4", flag(on=False, variations=ABSENT, offVariation=ABSENT), off("default", None)),
        ("fallthrough", "4", flag(), fell()),
        ("fallthrough-second", "4", flag(fallthrough={"variation": 1}), fell("yes", 1)),
        ("fallthrough-absent", "1.1", flag(fallthrough=ABSENT), malformed()),
        ("fallthrough-null", "1.4", flag(fallthrough=None), malformed()),
        ("fallthrough-empty", "1.1", flag(fallthrough={}), malformed()),
        ("fallthrough-absent-unreached", "1.1", flag(fallthrough=ABSENT, rules=[rule()]), matched(True)),
        ("fallthrough-too-high", "4", flag(fallthrough={"variation": 3}), malformed()),
        ("fallthrough-negative", "4", flag(fallthrough={"variation": -1}), malformed()),
        ("fallthrough-variation-null", "8", flag(fallthrough={"variation": None}), malformed()),
        ("fallthrough-float", "1.4", flag(fallthrough={"variation": 1.0}), fell("yes", 1)),
        ("fallthrough-empty-rollout", "7", flag(fallthrough={"rollout": {"variations": []}}), malformed()),
        ("fallthrough-rollout-no-variations", "7", flag(fallthrough={"rollout": {}}), malformed()),
        ("fallthrough-both", "1.2", flag(fallthrough={"variation": 1, "rollout": {"variations": []}}), fell("yes", 1)),
        ("variations-empty", "4", flag(variations=[]), malformed()),
        ("variations-absent", "1.1", flag(variations=ABSENT), malformed()),
        ("variation-null", "1.1", flag(variations=[None]), detail(None, 0, reason("FALLTHROUGH"))),
        ("variation-null-among", "1.1", flag(variations=["x", None], fallthrough={"variation": 1}), detail(None, 1, reason("FALLTHROUGH"))),
        ("deleted", "1.1", flag(deleted=True), not_found()),
        ("deleted-off", "1.1", flag(deleted=True, on=False), not_found()),
        ("deleted-false", "1.1", flag(deleted=False), fell()),
        ("deleted-null", "1.1", flag(deleted=None), fell()),
        ("salt-absent", "1.1", flag(salt=ABSENT), fell()),
        ("sel-ignored", "1.1", flag(sel="abc"), fell()),
        ("unknown-members", "1", flag(tags=["a"], maintainer={"email": "x"}, **{"$x": 1}), fell()),
        ("events-only-members", "1.1", flag(samplingRatio=0, excludeFromSummaries=True, migration={"checkRatio": 5},
         trackEvents=True, debugEventsUntilDate=5), fell()),
        ("lists-null", "1.4", flag(rules=None, targets=None, contextTargets=None, prerequisites=None), fell()),
    ]  # fmt: skip
    for slug, tag, made, answer in rows:
        topic.evaluate(slug, tag, slug.replace("-", " "), document([made]), user(), answer)
    topic.evaluate("tombstone", "1.1", "a tombstone needs no key", {"flags": {"flag": {"version": 3, "deleted": True}}},
                   user(), not_found())  # fmt: skip
    name = topic.document("small", document([flag(), flag("Flag"), flag("odd key/\u00e9", fallthrough={"variation": 1})]))
    topic.evaluate("missing", "4", "a flag that is not there", name, user(), not_found(), flag="other")
    topic.evaluate("missing-empty-key", "4", "the empty key is an ordinary missing key", name, user(), not_found(), flag="")  # fmt: skip
    topic.evaluate("missing-letter-case", "4", "keys keep their case", name, user(), not_found(), flag="FLAG")
    topic.evaluate("missing-inherited", "4", "names that objects inherit are no flags", name, user(), not_found(),
                   flag="toString")  # fmt: skip
    topic.evaluate("missing-proto", "4", "`__proto__` is not a flag", name, user(), not_found(), flag="__proto__")
    topic.evaluate("odd-key", "4", "any text can be a key", name, user(), fell("yes", 1), flag="odd key/\u00e9")
    defaults: list[tuple[str, Json]] = [
        ("null", None), ("true", True), ("number", 1.5), ("object", {"a": [1]}), ("array", [1, "x", None])
    ]  # fmt: skip
    for slug, default in defaults:
        topic.evaluate(f"default-{slug}", "4", "the default comes back as it is", name, user(),
                       not_found(default), flag="other", default=default)  # fmt: skip
        topic.evaluate(f"default-{slug}-off", "4", "without an off variation the default comes back", document(
            [flag(on=False, offVariation=ABSENT)]), user(), off(default, None), default=default)  # fmt: skip
    invalid: list[tuple[str, Json]] = [
        ("null", None), ("string", "alice"), ("number", 5), ("array", []), ("empty", {}), ("no-key", {"kind": "user"}),
        ("empty-key", {"kind": "user", "key": ""}), ("bad-kind", {"kind": "a b", "key": "x"}),
        ("empty-multi", {"kind": "multi"}),
    ]  # fmt: skip
    for slug, context in invalid:
        topic.evaluate(f"context-{slug}", "2.5", "an invalid context gets the default", name, context, no_context())
    topic.evaluate("context-before-missing", "4", "the context is looked at before the flag", name, {"kind": "user"},
                   no_context(), flag="other")  # fmt: skip
    topic.evaluate("context-before-off", "4", "the context is looked at before an off flag", document([flag(on=False)]),
                   None, no_context())  # fmt: skip
    topic.case("key-lone-surrogate", "values", "a key that is not a well-formed text is not a flag",
               {"evaluate": {"flagText": '"\\ud800"', "default": "default"}}, error("FLAG_NOT_FOUND"), document=name,
               context=user())  # fmt: skip
    topic.case("key-lone-low-surrogate", "values", "a key with a lone low surrogate is not a flag",
               {"evaluate": {"flagText": '"flag\\udc00"', "default": 1}}, error("FLAG_NOT_FOUND", 1), document=name,
               context=user())  # fmt: skip
    for slug, path, made in (
        ("off-variation", "flags.flag.offVariation", flag(offVariation=9)),
        ("fallthrough", "flags.flag.fallthrough.variation", flag(fallthrough={"variation": 3})),
        ("rule", "flags.flag.rules[0].variation", flag(rules=[rule(variation=-1)])),
        ("target", "flags.flag.targets[1].variation", flag(targets=[
            {"variation": 0, "values": []}, {"variation": 5, "values": ["a"]}])),
        ("context-target", "flags.flag.contextTargets[0].variation", flag(contextTargets=[
            {"contextKind": "org", "variation": 5, "values": ["a"]}])),
        ("rollout", "flags.flag.fallthrough.rollout.variations[1].variation", flag(fallthrough={
            "rollout": rollout(weights((0, 1), (3, 99999)))})),
    ):  # fmt: skip
        topic.load(f"range-diagnostic-{slug}", "4", "an index out of range is an error at its place", document([made]),
                   {"diagnostics": [diagnostic("error", "variation-out-of-range", path)]})  # fmt: skip
    for slug, path, made in (
        ("target", "flags.flag.targets[0].variation", flag(targets=[{"values": ["a"]}])),
        ("prerequisite", "flags.flag.prerequisites[0].variation", flag(prerequisites=[{"key": "flag"}])),
        ("rollout", "flags.flag.fallthrough.rollout.variations[0].variation", flag(fallthrough={
            "rollout": {"variations": [{"weight": 100000}]}})),
    ):  # fmt: skip
        topic.load(f"missing-variation-diagnostic-{slug}", "4", "a missing index is a warning at its place", document([made]),
                   {"diagnostics": [diagnostic("warning", "missing-variation", path)]})  # fmt: skip
    topic.load("empty-rollout-diagnostic", "7", "an empty rollout is an error",
        document([flag(fallthrough={"rollout": {"variations": []}})]), {"diagnostics": [diagnostic("error", "empty-rollout")]})  # fmt: skip
    topic.load("no-variation-diagnostic", "8", "a rule that serves nothing is an error", document([flag(rules=[rule(variation=ABSENT)])]),
        {"diagnostics": [diagnostic("error", "no-variation-or-rollout")]})  # fmt: skip
    return topic


def rules_topics() -> list[Topic]:
    """The topics of this module."""
    return [rules(), results()]


# Individual targets.


def entry(variation: int, *values: Json, kind: str | None = None) -> dict[str, Json]:
    """A target list."""
    made: dict[str, Json] = {"variation": variation, "values": list(values)}
    if kind is not None:
        made["contextKind"] = kind
    return made


def hit(index: int) -> dict[str, Json]:
    """The answer of a target list."""
    return detail(["no", "yes", "off", "more"][index], index, reason("TARGET_MATCH"))


TARGETS_BOTH = multi(user={"key": "alice"}, org={"key": "acme"})
FOUR: list[Json] = ["no", "yes", "off", "more"]


def targets_topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("targets", "Both target lists, their order, and what they are not consulted for")
    rows: list[tuple[str, str, list[Json] | None, list[Json] | None, dict[str, Json], dict[str, Json]]] = [
        ("user-hit", "4.2", [entry(1, "alice")], None, user(), hit(1)),
        ("user-second-value", "4.2", [entry(1, "bob", "alice")], None, user(), hit(1)),
        ("user-miss", "4.2", [entry(1, "bob")], None, user(), fell()),
        ("user-letter-case", "4.2", [entry(1, "Alice")], None, user(), fell()),
        ("user-no-trim", "4.2", [entry(1, " alice")], None, user(), fell()),
        ("user-first-list-wins", "4.2", [entry(1, "alice"), entry(3, "alice")], None, user(), hit(1)),
        ("user-second-list", "4.2", [entry(1, "bob"), entry(3, "alice")], None, user(), hit(3)),
        ("user-empty-list", "4.2", [entry(1)], None, user(), fell()),
        ("user-in-multi", "4.2", [entry(1, "alice")], None, TARGETS_BOTH, hit(1)),
        ("user-other-kind-same-key", "4.2", [entry(1, "acme")], None, {"kind": "org", "key": "acme"}, fell()),
        ("targets-with-kind", "4.2", [entry(1, "acme", kind="org")], None, TARGETS_BOTH, hit(1)),
        ("targets-with-kind-miss", "4.2", [entry(1, "alice", kind="org")], None, TARGETS_BOTH, fell()),
        ("targets-with-kind-absent", "4.2", [entry(1, "alice", kind="device")], None, TARGETS_BOTH, fell()),
        ("targets-mixed-order", "4.2", [entry(1, "acme", kind="org"), entry(3, "alice")], None, TARGETS_BOTH, hit(1)),
        ("targets-mixed-order-other", "4.2", [entry(3, "alice"), entry(1, "acme", kind="org")], None, TARGETS_BOTH, hit(3)),
        ("targets-empty-kind", "4.2", [entry(1, "alice", kind="")], None, user(), hit(1)),
        ("context-targets-empty", "4.2", [entry(1, "alice")], [], user(), hit(1)),
        ("context-hit", "4.2", [], [entry(1, "acme", kind="org")], TARGETS_BOTH, hit(1)),
        ("context-miss", "4.2", [], [entry(1, "other", kind="org")], TARGETS_BOTH, fell()),
        ("context-kind-absent", "4.2", [], [entry(1, "alice", kind="device")], TARGETS_BOTH, fell()),
        ("context-single-kind", "4.2", [], [entry(1, "acme", kind="org")], {"kind": "org", "key": "acme"}, hit(1)),
        ("context-order-org-first", "4.2", [entry(3, "alice")],
         [entry(1, "acme", kind="org"), entry(3, kind="user")], TARGETS_BOTH, hit(1)),
        ("context-order-user-first", "4.2", [entry(3, "alice")],
         [entry(3, kind="user"), entry(1, "acme", kind="org")], TARGETS_BOTH, hit(3)),
        ("context-user-looks-up", "4.2", [entry(1, "bob"), entry(3, "alice")], [entry(3, kind="user")], user(), hit(3)),
        ("context-user-looks-up-miss", "4.2", [entry(1, "bob"), entry(3, "eve")], [entry(3, kind="user")], user(), fell()),
        ("context-user-no-such-list", "4.2", [entry(1, "alice")], [entry(3, kind="user")], user(), fell()),
        ("context-user-kind-absent", "4.2", [entry(3, "alice")], [entry(3)], user(), hit(3)),
        ("context-user-kind-empty", "4.2", [entry(3, "alice")], [entry(3, kind="")], user(), hit(3)),
        ("targets-unmentioned", "4.2", [entry(1, "alice")], [entry(3, "acme", kind="org")], user(), fell()),
        ("targets-unmentioned-multi", "4.2", [entry(1, "alice")], [entry(3, "zzz", kind="org")], TARGETS_BOTH, fell()),
        ("own-values-ignored", "D04", [], [entry(1, "alice", kind="user")], user(), fell()),
        ("own-values-ignored-other-list", "D04", [entry(1, "bob")], [entry(1, "alice", kind="user")], user(), fell()),
        ("own-values-ignored-looks-up", "D04", [entry(1, "alice")], [entry(1, "bob", kind="user")], user(), hit(1)),
        ("own-values-ignored-kind-absent", "D04", [], [entry(1, "alice")], user(), fell()),
        ("own-values-ignored-then-next", "D04", [entry(3, "alice")],
         [entry(1, "alice", kind="user"), entry(3, kind="user")], user(), hit(3)),
        ("shared-variation-first", "D05", [entry(1, "alice"), entry(1, "bob")], [entry(1, kind="user")], user(), hit(1)),
        ("shared-variation-second", "D05", [entry(1, "bob"), entry(1, "alice")], [entry(1, kind="user")], user(), fell()),
        ("shared-variation-twice-asked", "D05", [entry(1, "bob"), entry(1, "alice")],
         [entry(1, kind="user"), entry(1, kind="user")], user(), fell()),
        ("shared-variation-no-context-targets", "D05", [entry(1, "bob"), entry(1, "alice")], None, user(), hit(1)),
        ("legacy-user", "4.2", [entry(1, "alice")], None, {"key": "alice"}, hit(1)),
        ("legacy-empty-key", "A6", [entry(1, "")], None, {"key": ""}, hit(1)),
        ("legacy-empty-key-miss", "A6", [entry(1, "x")], None, {"key": ""}, fell()),
        ("legacy-empty-key-looked-up", "A6", [entry(1, "")], [entry(1, kind="user")], {"key": ""}, hit(1)),
        ("non-ascii-key", "4.2", [entry(1, "\u00e5sa\U0001f600")], None, user("\u00e5sa\U0001f600"), hit(1)),
        ("composed-key", "4.2", [entry(1, "e\u0301")], None, user("\u00e9"), fell()),
        ("index-too-high", "4", [entry(9, "alice")], None, user(), malformed()),
        ("index-negative", "4", [entry(-1, "alice")], None, user(), malformed()),
        ("index-too-high-context", "4", [], [entry(4, "acme", kind="org")], TARGETS_BOTH, malformed()),
        ("index-too-high-unreached", "4", [entry(1, "alice"), entry(9, "alice")], None, user(), hit(1)),
        ("index-too-high-miss", "4", [entry(9, "bob")], None, user(), fell()),
    ]  # fmt: skip
    for slug, tag, targets, context_targets, context, answer in rows:
        given: dict[str, Json] = {"variations": FOUR}
        if targets is not None:
            given["targets"] = targets
        if context_targets is not None:
            given["contextTargets"] = context_targets
        topic.evaluate(slug, tag, slug.replace("-", " "), document([flag(**given)]), context, answer)
    # Entry k of 40 holds 25 keys: a few keys looked for in a large list.
    lists: list[Json] = [entry(n % 4, *[f"user-{n * 25 + i}" for i in range(25)]) for n in range(40)]
    name = topic.document("many", document([flag(targets=lists, variations=FOUR)]))
    for number in (0, 24, 25, 499, 975, 999):
        topic.evaluate(f"many-{number}", "4.2", "one of a thousand keys", name, user(f"user-{number}"), hit(number // 25 % 4))  # fmt: skip
    topic.evaluate("many-1000", "4.2", "a key past a thousand", name, user("user-1000"), fell())
    name = topic.document("order", document(
        [flag(targets=[entry(0, "alice")], rules=[rule()]), flag("off", on=False, targets=[entry(0, "alice")]),
         flag("blocked", targets=[entry(0, "alice")], prerequisites=[{"key": "off", "variation": 2}])]))  # fmt: skip
    topic.evaluate("before-rules", "4", "targets come before rules", name, user(), hit(0))
    topic.evaluate("after-miss-rules", "4", "without a target the rules decide", name, user("bob"), matched(True))
    topic.evaluate("not-when-off", "4", "an off flag looks at no targets", name, user(), off(), flag="off")
    topic.evaluate("after-prerequisites", "4", "prerequisites come before targets", name, user(),
                   prerequisite_failed("off"), flag="blocked")  # fmt: skip
    return [topic]


# Typed getters.

VALUES: list[tuple[str, Json, str]] = [
    ("true", True, "bool"),
    ("false", False, "bool"),
    ("integer", 42, "number"),
    ("zero", 0, "number"),
    ("negative", -7, "number"),
    ("fraction", 2.75, "number"),
    ("string", "text", "string"),
    ("empty-string", "", "string"),
    ("digit-string", "5", "string"),
    ("object", {"a": [1, {"b": None}]}, "json"),
    ("empty-object", {}, "json"),
    ("array", [1, "a", None], "json"),
    ("empty-array", [], "json"),
    ("null", None, "null"),
]

ACCEPTS = {"bool": {"bool"}, "int": {"number"}, "float": {"number"}, "string": {"string"}}
DEFAULTS: dict[str, Json] = {"bool": True, "int": 9, "float": 9.5, "string": "default", "json": {"d": 1}, "any": "any"}


def typed_topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("typed", "Typed getters: every type against every value, and every way to a default")
    for type_, default in DEFAULTS.items():
        for slug, value, kind in VALUES:
            made = document([flag(variations=[value], offVariation=0)])
            if type_ in ACCEPTS and kind not in ACCEPTS[type_]:
                answer = wrong_type(default)
            elif type_ == "int" and isinstance(value, float):
                answer = fell(math.trunc(value), 0)
            else:
                answer = fell(value, 0)
            topic.evaluate(f"{type_}-{slug}", "9", f"{type_} getter, {slug.replace('-', ' ')} served", made, user(), answer,
                           default=default, type_=type_)  # fmt: skip
    fractions: list[tuple[str, float, int]] = [
        ("just-below", 2.9999999999, 2), ("negative", -2.7, -2), ("half", 0.5, 0), ("negative-half", -0.5, 0),
        ("large", 1234567890.75, 1234567890), ("integral-float", 3.0, 3), ("tiny", 5e-324, 0), ("minus-zero", -0.0, 0),
        ("safe-limit", 9007199254740991.0, 9007199254740991), ("negative-safe-limit", -9007199254740991.0, -9007199254740991),
    ]  # fmt: skip
    for slug, number, integer in fractions:
        made = document([flag(variations=[number], offVariation=0)])
        topic.evaluate(f"truncate-{slug}", "9", f"an int getter truncates toward zero: {slug.replace('-', ' ')}", made, user(),
                       fell(integer, 0), default=1, type_="int")  # fmt: skip
        topic.evaluate(f"keep-{slug}", "9", f"a float getter keeps the number: {slug.replace('-', ' ')}", made, user(),
                       fell(number, 0), default=1.5, type_="float")  # fmt: skip
    bools: Json = [False, True, True]
    name = topic.document("ways", document([
        flag(variations=bools),
        flag("off", on=False, variations=bools),
        flag("no-off", on=False, offVariation=ABSENT, variations=bools),
        flag("rule", variations=bools, rules=[rule()]),
        flag("target", variations=bools, targets=[{"variation": 1, "values": ["alice"]}]),
        flag("blocked", variations=bools, prerequisites=[{"key": "off", "variation": 0}]),
        flag("blocked-no-off", offVariation=ABSENT, variations=bools, prerequisites=[{"key": "off", "variation": 0}]),
        flag("bad", variations=bools, fallthrough={}),
        flag("mixed", variations=["text", 5, {"a": 1}], rules=[rule()]),
        flag("mixed-off", on=False, variations=[True, "text", 5]),
    ]))  # fmt: skip
    ways: list[tuple[str, str, str, Json, dict[str, Json]]] = [
        ("bool", "flag", "bool", True, fell(False, 0)),
        ("off", "off", "bool", False, off(True, 2)),
        ("rule", "rule", "bool", False, ruled(True, 1)),
        ("target", "target", "bool", False, target(True, 1)),
        ("blocked", "blocked", "bool", False, prerequisite_failed("off", True, 2)),
        ("no-off", "no-off", "bool", True, off(True, None)),
        ("no-off-int", "no-off", "int", 5, off(5, None)),
        ("no-off-string", "no-off", "string", "d", off("d", None)),
        ("no-off-json", "no-off", "json", {"a": 1}, off({"a": 1}, None)),
        ("blocked-no-off", "blocked-no-off", "float", 2.5, prerequisite_failed("off", 2.5, None)),
        ("missing-bool", "none", "bool", True, not_found(True)),
        ("missing-int", "none", "int", 5, not_found(5)),
        ("missing-float", "none", "float", 5.5, not_found(5.5)),
        ("missing-string", "none", "string", "d", not_found("d")),
        ("missing-json", "none", "json", [1], not_found([1])),
        ("malformed", "bad", "bool", True, malformed(True)),
        ("malformed-string", "bad", "string", "d", malformed("d")),
        ("mixed-rule-int", "mixed", "int", 1, ruled(5, 1)),
        ("mixed-rule-string", "mixed", "string", "d", wrong_type("d")),
        ("mixed-off-int", "mixed-off", "int", 1, off(5, 2)),
        ("mixed-off-bool", "mixed-off", "bool", False, wrong_type(False)),
    ]
    for slug, key, type_, default, answer in ways:
        topic.evaluate(f"way-{slug}", "9", f"a {type_} getter: {slug.replace('-', ' ')}", name, user(), answer, flag=key,
                       default=default, type_=type_)  # fmt: skip
    for type_, default in DEFAULTS.items():
        topic.evaluate(f"context-invalid-{type_}", "9", f"a {type_} getter without a valid context", name, {"kind": "user"},
                       no_context(default), default=default, type_=type_)  # fmt: skip
    topic.evaluate("boolean-is-no-number", "9", "a boolean is not a number, and an index is dropped with the value", document(
        [flag(variations=[True])]), user(), detail(0, None, {"kind": "ERROR", "errorKind": "WRONG_TYPE"}), default=0,
        type_="int")  # fmt: skip
    return [topic]
