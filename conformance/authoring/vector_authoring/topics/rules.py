"""Rules, clauses of several kinds, reasons, and the off result."""

from __future__ import annotations

from ..document import ABSENT, clause, document, flag, multi, rollout, rule, user, weights
from ..json_value import Json
from ..outcome import detail, error, fell, malformed, matched, no_context, not_found, off, reason, ruled
from ..topic import Topic, diagnostic

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
        ("tenth-hit", "4", [*[rule(NORWAY) for _ in range(9)], rule(GOLD, id="tenth")], gold,
         ruled(rule=9, rule_id="tenth")),
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
        ("variation-over-rollout", "1.2", [rule(rollout=rollout(weights((0, 100000))), variation=1)], user(),
         matched(True)),
        ("rule-id-absent", "8", [rule(id=ABSENT)], user(), ruled(rule_id=None)),
        ("rule-id-empty", "8", [rule(id="")], user(), ruled(rule_id=None)),
        ("rule-id-null", "8", [rule(id=None)], user(), ruled(rule_id=None)),
        ("rule-id-spaces", "8", [rule(id=" ")], user(), ruled(rule_id=" ")),
        ("rule-id-shared", "8", [rule(GOLD, id="x"), rule(NORWAY, id="x")], user(country="no"),
         ruled(rule=1, rule_id="x")),
        ("rule-id-non-ascii", "8", [rule(id="r\u00e8gle \U0001f600")], user(), ruled(rule_id="r\u00e8gle \U0001f600")),
        ("variation-zero", "8", [rule(variation=0)], user(), ruled("no", 0)),
        ("negate-null", "1.2", [rule(clause("plan", "in", "gold", negate=None))], gold, matched(True)),
        ("negate-false", "1.2", [rule(clause("plan", "in", "gold", negate=False))], gold, matched(True)),
        ("negate-true", "1.2", [rule(clause("plan", "in", "gold", negate=True))], gold, matched(False)),
        ("values-absent", "1.4", [rule({"attribute": "plan", "op": "in"})], gold, matched(False)),
        ("values-absent-negated", "1.4", [rule({"attribute": "plan", "op": "in", "negate": True})], gold,
         matched(True)),
        ("values-null", "1.4", [rule({"attribute": "plan", "op": "in", "values": None})], gold, matched(False)),
        ("values-null-negated", "1.4", [rule({"attribute": "plan", "op": "in", "values": None, "negate": True})], gold,
         matched(True)),
        ("kind-org", "5", [rule(clause("country", "in", "no", contextKind="org"))], BOTH, matched(True)),
        ("kind-default-user", "5", [rule(NORWAY)], BOTH, matched(False)),
        ("kind-null-is-user", "5", [rule(clause("plan", "in", "gold", contextKind=None))], gold, matched(True)),
        ("kind-absent-context", "5", [rule(clause("plan", "in", "gold", contextKind="device"))], BOTH, matched(False)),
        ("kind-absent-negated", "5", [rule(clause("plan", "in", "x", contextKind="device", negate=True))], BOTH,
         matched(False)),
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
        ("variation-null-rollout", "1.2", [rule(variation=None, rollout=rollout(weights((1, 100000))))], user(),
         matched(True)),
        ("no-variation-unmatched", "8", [rule(GOLD, variation=ABSENT)], user(), fell()),
        ("empty-rollout", "7", [rule(variation=ABSENT, rollout=rollout([]))], user(), malformed()),
        ("rollout-without-variations", "7", [rule(variation=ABSENT, rollout={})], user(), malformed()),
        ("rollout-null", "7", [rule(variation=ABSENT, rollout=None)], user(), malformed()),
        ("rollout-index-too-high", "8", [rule(variation=ABSENT, rollout=rollout(weights((7, 100000))))], user(),
         malformed()),
        ("rollout-index-unchosen", "8", [rule(variation=ABSENT, rollout=rollout(weights((1, 100000), (7, 0))))], user(),
         matched(True)),
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
        ("variation-null-among", "1.1", flag(variations=["x", None], fallthrough={"variation": 1}),
         detail(None, 1, reason("FALLTHROUGH"))),
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
    topic.evaluate("missing-empty-key", "4", "the empty key is an ordinary missing key", name, user(), not_found(),
                   flag="")  # fmt: skip
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
    topic.load(
        "empty-rollout-diagnostic",
        "7",
        "an empty rollout is an error",
        document([flag(fallthrough={"rollout": {"variations": []}})]),
        {"diagnostics": [diagnostic("error", "empty-rollout")]},
    )
    topic.load(
        "no-variation-diagnostic",
        "8",
        "a rule that serves nothing is an error",
        document([flag(rules=[rule(variation=ABSENT)])]),
        {"diagnostics": [diagnostic("error", "no-variation-or-rollout")]},
    )
    return topic


def topics() -> list[Topic]:
    """The topics of this module."""
    return [rules(), results()]
