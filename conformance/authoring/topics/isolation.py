"""One bad part: what it spoils, and what it leaves alone."""

from __future__ import annotations

from ..builders import (
    Json,
    clause,
    detail,
    document,
    fell,
    flag,
    in_segment,
    malformed,
    matched,
    not_found,
    off,
    reason,
    rule,
    segment,
    user,
)
from ..topic import Topic, diagnostic


def with_clause(**given: Json) -> dict[str, Json]:
    """A flag whose second rule has a clause of the given members; its first never matches."""
    return flag(rules=[rule(clause("key", "in", "nobody")), rule({"attribute": "key", "op": "in", "values": ["bob"], **given})])


def with_rollout(**given: Json) -> dict[str, Json]:
    """A flag that falls through to a rollout of the given members."""
    return flag(fallthrough={"rollout": {"variations": [{"variation": 0, "weight": 100000}], **given}})


def with_entry(**given: Json) -> dict[str, Json]:
    """A flag that falls through to a rollout with an entry of the given members."""
    return flag(fallthrough={"rollout": {"variations": [{"variation": 0, "weight": 50000, **given}]}})


def with_target(**given: Json) -> dict[str, Json]:
    """A flag with a target list of the given members."""
    return flag(targets=[{"variation": 1, "values": ["bob"], **given}])


def with_context_target(**given: Json) -> dict[str, Json]:
    """A flag with a target list of another kind."""
    return flag(contextTargets=[{"contextKind": "org", "variation": 1, "values": ["acme"], **given}])


CLAUSE = "rules[1].clauses[0]"
ROLLOUT = "fallthrough.rollout"
ENTRY = "fallthrough.rollout.variations[0]"

# (slug, the part's path below the flag, the flag): each such part makes a flag malformed if it is on.
PARTS: list[tuple[str, str, dict[str, Json]]] = [
    ("key-number", "key", flag(key=5)),
    ("salt-number", "salt", flag(salt=5)),
    ("salt-object", "salt", flag(salt={})),
    ("prerequisites-text", "prerequisites", flag(prerequisites="x")),
    ("prerequisites-object", "prerequisites", flag(prerequisites={})),
    ("prerequisite-text", "prerequisites[0]", flag(prerequisites=["other"])),
    ("prerequisite-key-number", "prerequisites[0].key", flag(prerequisites=[{"key": 5, "variation": 0}])),
    ("prerequisite-variation-text", "prerequisites[0].variation", flag(prerequisites=[{"key": "other", "variation": "0"}])),
    ("prerequisite-variation-fraction", "prerequisites[0].variation", flag(prerequisites=[{"key": "other", "variation": 0.5}])),
    ("targets-text", "targets", flag(targets="x")),
    ("targets-object", "targets", flag(targets={"values": []})),
    ("target-number", "targets[0]", flag(targets=[5])),
    ("target-values-text", "targets[0].values", with_target(values="bob")),
    ("target-value-number", "targets[0].values[1]", with_target(values=["bob", 5])),
    ("target-variation-text", "targets[0].variation", with_target(variation="1")),
    ("target-variation-fraction", "targets[0].variation", with_target(variation=1.5)),
    ("target-kind-number", "targets[0].contextKind", with_target(contextKind=5)),
    ("context-targets-text", "contextTargets", flag(contextTargets="x")),
    ("context-target-number", "contextTargets[0]", flag(contextTargets=[5])),
    ("context-target-values-object", "contextTargets[0].values", with_context_target(values={})),
    ("context-target-value-true", "contextTargets[0].values[0]", with_context_target(values=[True])),
    ("context-target-variation-text", "contextTargets[0].variation", with_context_target(variation="1")),
    ("context-target-kind-array", "contextTargets[0].contextKind", with_context_target(contextKind=["org"])),
    ("rules-text", "rules", flag(rules="x")),
    ("rules-object", "rules", flag(rules={"0": {}})),
    ("rule-number", "rules[0]", flag(rules=[5])),
    ("rule-id-number", "rules[0].id", flag(rules=[rule(clause("key", "in", "bob"), id=5)])),
    ("rule-variation-text", "rules[0].variation", flag(rules=[rule(clause("key", "in", "bob"), variation="1")])),
    ("rule-variation-fraction", "rules[0].variation", flag(rules=[rule(clause("key", "in", "bob"), variation=0.5)])),
    ("rule-variation-true", "rules[0].variation", flag(rules=[rule(clause("key", "in", "bob"), variation=True)])),
    ("rule-rollout-text", "rules[0].rollout", flag(rules=[rule(clause("key", "in", "bob"), rollout="x")])),
    ("rule-clauses-text", "rules[0].clauses", flag(rules=[rule(clauses="x")])),
    ("rule-clauses-object", "rules[0].clauses", flag(rules=[rule(clauses={})])),
    ("clause-number", "rules[0].clauses[0]", flag(rules=[rule(5)])),
    ("clause-attribute-number", f"{CLAUSE}.attribute", with_clause(attribute=5)),
    ("clause-op-number", f"{CLAUSE}.op", with_clause(op=5)),
    ("clause-op-true", f"{CLAUSE}.op", with_clause(op=True)),
    ("clause-values-text", f"{CLAUSE}.values", with_clause(values="bob")),
    ("clause-values-object", f"{CLAUSE}.values", with_clause(values={"0": "bob"})),
    ("clause-negate-text", f"{CLAUSE}.negate", with_clause(negate="true")),
    ("clause-negate-zero", f"{CLAUSE}.negate", with_clause(negate=0)),
    ("clause-kind-number", f"{CLAUSE}.contextKind", with_clause(contextKind=5)),
    ("fallthrough-text", "fallthrough", flag(fallthrough="x")),
    ("fallthrough-number", "fallthrough", flag(fallthrough=0)),
    ("fallthrough-array", "fallthrough", flag(fallthrough=[{"variation": 0}])),
    ("fallthrough-variation-text", "fallthrough.variation", flag(fallthrough={"variation": "0"})),
    ("fallthrough-variation-fraction", "fallthrough.variation", flag(fallthrough={"variation": 0.25})),
    ("rollout-text", ROLLOUT, flag(fallthrough={"rollout": "x"})),
    ("rollout-text-beside-variation", ROLLOUT, flag(fallthrough={"variation": 0, "rollout": "x"})),
    ("rollout-variations-object", f"{ROLLOUT}.variations", with_rollout(variations={})),
    ("rollout-kind-number", f"{ROLLOUT}.kind", with_rollout(kind=5)),
    ("rollout-context-kind-number", f"{ROLLOUT}.contextKind", with_rollout(contextKind=5)),
    ("rollout-bucket-by-number", f"{ROLLOUT}.bucketBy", with_rollout(bucketBy=5)),
    ("rollout-seed-text", f"{ROLLOUT}.seed", with_rollout(seed="61")),
    ("rollout-seed-fraction", f"{ROLLOUT}.seed", with_rollout(seed=1.5)),
    ("rollout-hash-number", f"{ROLLOUT}.hash", with_rollout(hash=5)),
    ("entry-number", ENTRY, flag(fallthrough={"rollout": {"variations": [0]}})),
    ("entry-variation-text", f"{ENTRY}.variation", with_entry(variation="0")),
    ("entry-variation-fraction", f"{ENTRY}.variation", with_entry(variation=0.5)),
    ("entry-weight-text", f"{ENTRY}.weight", with_entry(weight="50000")),
    ("entry-weight-fraction", f"{ENTRY}.weight", with_entry(weight=33333.5)),
    ("entry-weight-true", f"{ENTRY}.weight", with_entry(weight=True)),
    ("entry-untracked-text", f"{ENTRY}.untracked", with_entry(untracked="yes")),
]  # fmt: skip

# Members that evaluation does not need: a warning, read as absent.
TOLERATED: list[tuple[str, str, Json]] = [
    ("version-text", "version", "1"),
    ("version-fraction", "version", 1.5),
    ("version-object", "version", {}),
    ("track-events-text", "trackEvents", "yes"),
    ("track-events-number", "trackEvents", 1),
    ("debug-date-text", "debugEventsUntilDate", "2024-01-01"),
    ("debug-date-true", "debugEventsUntilDate", True),
    ("sampling-ratio-text", "samplingRatio", "1"),
    ("sampling-ratio-fraction", "samplingRatio", 0.5),
    ("migration-number", "migration", 5),
    ("migration-array", "migration", []),
    ("lifecycle-text", "lifecycle", "x"),
    ("lifecycle-array", "lifecycle", []),
]

SEGMENT_PARTS: list[tuple[str, str, Json]] = [
    ("not-an-object", "", 5),
    ("array", "", []),
    ("key-number", "key", segment("s", key=5)),
    ("salt-number", "salt", segment("s", salt=5)),
    ("included-text", "included", segment("s", included="alice")),
    ("included-value-number", "included[1]", segment("s", included=["bob", 5])),
    ("excluded-object", "excluded", segment("s", excluded={})),
    ("excluded-value-true", "excluded[0]", segment("s", excluded=[True])),
    ("included-contexts-text", "includedContexts", segment("s", includedContexts="x")),
    ("included-context-number", "includedContexts[0]", segment("s", includedContexts=[5])),
    ("included-context-values-text", "includedContexts[0].values", segment("s", includedContexts=[{"values": "x"}])),
    ("excluded-context-kind-number", "excludedContexts[0].contextKind", segment("s", excludedContexts=[{"contextKind": 5, "values": []}])),
    ("rules-object", "rules", segment("s", rules={})),
    ("rule-text", "rules[0]", segment("s", rules=["x"])),
    ("rule-clauses-text", "rules[0].clauses", segment("s", rules=[{"clauses": "x"}])),
    ("rule-clause-number", "rules[0].clauses[0]", segment("s", rules=[{"clauses": [5]}])),
    ("rule-clause-op-number", "rules[0].clauses[0].op", segment("s", rules=[{"clauses": [clause("key", "in") | {"op": 5}]}])),
    ("rule-weight-text", "rules[0].weight", segment("s", rules=[{"clauses": [], "weight": "5"}])),
    ("rule-weight-fraction", "rules[0].weight", segment("s", rules=[{"clauses": [], "weight": 0.5}])),
    ("rule-bucket-by-number", "rules[0].bucketBy", segment("s", rules=[{"clauses": [], "weight": 5, "bucketBy": 5}])),
    ("rule-kind-number", "rules[0].rolloutContextKind", segment("s", rules=[{"clauses": [], "weight": 5, "rolloutContextKind": 5}])),
    ("rule-hash-number", "rules[0].hash", segment("s", rules=[{"clauses": [], "weight": 5, "hash": 5}])),
    ("unbounded-text", "unbounded", segment("s", unbounded="true")),
    ("unbounded-kind-number", "unboundedContextKind", segment("s", unbounded=True, generation=1, unboundedContextKind=5)),
    ("generation-text", "generation", segment("s", unbounded=True, generation="1")),
    ("generation-fraction", "generation", segment("s", unbounded=True, generation=1.5)),
]  # fmt: skip


OF_OBJECTS = ("prerequisites[0]", "targets[0]", "contextTargets[0]", "rules[0]", "clauses[0]", "variations[0]", "Contexts[0]")


def code_at(path: str) -> str:
    """The code of a bad part: an element that should be an object has its own."""
    return "not-an-object" if path.endswith(OF_OBJECTS) else "wrong-type"


def flags() -> Topic:
    """Bad parts of flags."""
    topic = Topic("isolation-flags", "A part of a flag that cannot be read spoils that flag while it is on, and nothing else")
    other = flag("other")

    def both(made: Json) -> Json:
        return {"flags": {"flag": made, "other": other}}

    for slug, path, made in PARTS:
        topic.evaluate(f"{slug}-on", "isolation", f"on, with a bad `{path}`", both(made), user(), malformed())
        topic.evaluate(f"{slug}-off", "isolation", f"off, with a bad `{path}`", both({**made, "on": False}), user(), off())
        topic.load(f"{slug}-diagnostic", "isolation", f"a bad `{path}` is an error at its place", both(made),
                   {"keys": ["flag", "other"], "diagnostics": [diagnostic("error", code_at(path), f"flags.flag.{path}")]})  # fmt: skip
    for slug, off_by in (("absent", {}), ("null", {"on": None})):
        made = {name: item for name, item in flag(rules="x").items() if name != "on"}
        topic.evaluate(f"on-{slug}", "isolation", f"`on` {slug} is off, whatever else is wrong", both({**made, **off_by}), user(),
                       off())  # fmt: skip
    topic.evaluate("everything-bad-but-off", "isolation", "a kill switch works when all else is wrong", both(
        {"on": False, "variations": ["no", "yes", "off"], "offVariation": 2, "key": 1, "salt": 2, "prerequisites": 3,
         "targets": 4, "contextTargets": 5, "rules": 6, "fallthrough": 7}), user(), off())  # fmt: skip
    essentials: list[tuple[str, str, Json]] = [
        ("variations-text", "variations", "x"), ("variations-object", "variations", {}), ("variations-number", "variations", 5),
        ("off-variation-text", "offVariation", "2"), ("off-variation-fraction", "offVariation", 1.5),
        ("off-variation-true", "offVariation", True), ("off-variation-array", "offVariation", [2]),
    ]  # fmt: skip
    for slug, part, value in essentials:
        for on in (True, False):
            topic.evaluate(f"{slug}-{'on' if on else 'off'}", "isolation", f"a bad `{part}` spoils even an off flag",
                           both(flag(on=on, **{part: value})), user(), malformed())  # fmt: skip
        topic.load(f"{slug}-diagnostic", "isolation", f"a bad `{part}` is an error at its place", both(flag(on=False, **{part: value})),
                   {"keys": ["flag", "other"], "diagnostics": [diagnostic("error", "wrong-type", f"flags.flag.{part}")]})  # fmt: skip
    for slug, value in (("text", "true"), ("text-false", "false"), ("one", 1), ("zero", 0), ("array", []), ("object", {})):
        topic.evaluate(f"on-{slug}", "isolation", f"`on` of the wrong type: {slug}", both(flag(on=value)), user(), malformed())
    topic.load("on-diagnostic", "isolation", "`on` of the wrong type is an error at its place", both(flag(on="true")),
               {"diagnostics": [diagnostic("error", "wrong-type", "flags.flag.on")]})  # fmt: skip
    for slug, part, value in TOLERATED:
        made = flag(**{part: value})
        topic.evaluate(slug, "isolation", f"`{part}` of the wrong type is read as absent", both(made), user(), fell())
        topic.load(f"{slug}-diagnostic", "isolation", f"`{part}` of the wrong type is a warning at its place", both(made),
                   {"diagnostics": [diagnostic("warning", "ignored-type", f"flags.flag.{part}")]})  # fmt: skip
    for slug, value in (("number", 5), ("text", "x"), ("array", []), ("true", True)):
        topic.evaluate(f"flag-{slug}", "isolation", f"a flag that is a {slug}", both(value), user(), malformed())
        topic.load(f"flag-{slug}-diagnostic", "isolation", f"a flag that is a {slug} is an error at its place", both(value),
                   {"keys": ["flag", "other"], "diagnostics": [diagnostic("error", "not-an-object", "flags.flag")]})  # fmt: skip
    topic.evaluate("flag-null", "isolation", "a flag that is null is absent", both(None), user(), not_found())
    topic.evaluate("flag-empty", "isolation", "an empty flag is off and serves nothing", both({}), user(), off("default", None))
    for slug, bad in (("number", 5), ("bad-part", flag(rules="x")), ("bad-variations", flag(variations="x"))):
        topic.evaluate(f"neighbour-of-{slug}", "isolation", "the flag beside a bad one answers as ever", both(bad), user(),
                       fell(), flag="other")  # fmt: skip
    unwritten: list[tuple[str, dict[str, Json], dict[str, Json]]] = [
        ("target", flag(targets=[{"values": ["alice"]}]), detail("no", 0, reason("TARGET_MATCH"))),
        ("prerequisite", flag(prerequisites=[{"key": "other"}]), fell()),
        ("entry", flag(fallthrough={"rollout": {"variations": [{"weight": 100000}]}}), fell()),
        ("weight", flag(fallthrough={"rollout": {"variations": [{"variation": 1}, {"variation": 2, "weight": 100000}]}}), fell("off", 2)),
    ]
    for slug, made, answer in unwritten:
        topic.evaluate(f"unwritten-{slug}", "1.4", f"an index or weight that is not written is 0: {slug}", both(made), user(), answer)
    for slug, reached in (("reached", True), ("unreached", False)):
        made = flag(rules=[rule(clause("key", "in", "alice" if reached else "bob")), rule(clauses="x")])
        topic.evaluate(f"bad-part-{slug}-by-order", "isolation",
                       "a part that cannot be read counts even where the evaluation would not get there", both(made), user(),
                       malformed())  # fmt: skip
    return topic


def segments() -> Topic:
    """Bad parts of segments."""
    topic = Topic("isolation-segments", "A segment that cannot be read spoils the flags that reach it, and nothing else")
    dependent = flag(rules=[rule(in_segment("s"))])
    spared = flag("spared", rules=[rule(clause("key", "in", "nobody"), in_segment("s"))])

    def over(bad: Json) -> Json:
        return {**document([dependent, spared, flag("other")]), "segments": {"s": bad, "good": segment("good", included=["alice"])}}

    for slug, path, bad in SEGMENT_PARTS:
        place = f"segments.s.{path}" if path else "segments.s"
        topic.evaluate(f"{slug}-reached", "isolation", f"the flag that reaches it, with a bad `{path}`", over(bad), user(),
                       malformed())  # fmt: skip
        topic.evaluate(f"{slug}-unreached", "isolation", f"a flag that does not reach it, with a bad `{path}`", over(bad),
                       user(), fell(), flag="spared")  # fmt: skip
        code = code_at(path) if path else "not-an-object"
        topic.load(f"{slug}-diagnostic", "isolation", f"a bad `{path}` is an error at its place", over(bad),
                   {"keys": ["flag", "other", "spared"], "diagnostics": [diagnostic("error", code, place)]})  # fmt: skip
    topic.evaluate("null", "isolation", "a segment that is null is absent", over(None), user(), matched(False))
    topic.evaluate("version-text", "isolation", "a version of the wrong type is read as absent",
                   over(segment("s", version="1", included=["alice"])), user(), matched(True))  # fmt: skip
    nested: Json = {**document([dependent]), "segments": {"s": segment("s", rules=[{"clauses": [in_segment("t")]}]), "t": 5}}
    topic.evaluate("nested", "isolation", "a bad segment below another", nested, user(), malformed())
    hidden: Json = {**document([dependent]), "segments": {"s": segment("s", included=["alice"], rules=[{"clauses": [in_segment("t")]}]),
                                               "t": 5}}  # fmt: skip
    topic.evaluate("nested-unreached", "isolation", "a bad segment below another that is not reached", hidden, user(),
                   matched(True))  # fmt: skip
    first = flag(rules=[rule(in_segment("good", "s"))])
    topic.evaluate("after-a-hit", "isolation", "a bad segment behind one that matched", {**document([first]), "segments": {
        "s": 5, "good": segment("good", included=["alice"])}}, user(), matched(True))  # fmt: skip
    off_flag = flag(on=False, rules=[rule(in_segment("s"))])
    topic.evaluate("off", "isolation", "an off flag reaches no segment", {**document([off_flag]), "segments": {"s": 5}},
                   user(), off())  # fmt: skip
    return topic


def topics() -> list[Topic]:
    """The topics of this module."""
    return [flags(), segments()]
