"""Strategies: flags turned on and off by how far their features are, and which strategy a system chooses."""

from __future__ import annotations

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
    multi,
    off,
    reason,
    rollout,
    rule,
    segment,
    user,
    weights,
)
from ..hashing import digest
from ..topic import Topic

STATUSES: list[Json] = [ABSENT, "To Do", "Doing", "Staging", "Done", "Finished"]
TABLE = {
    "Flush Out": ("111111", "111111"),
    "Production State": ("000001", "000001"),
    "Next Release": ("000111", "000111"),
    "Custom": ("000000", "000000"),
    "Beta": ("r0000r", "r0001r"),
    "Production": ("rrrrrr", "rrrrrr"),
    "Custom Production": ("rrrrrr", "rrrrrr"),
}
"""The effect of a strategy for each status, without and with the feature in a deployed artifact: on, off, or its own rules."""

ON = detail("yes", 1, reason("FALLTHROUGH"))
ANSWERS: dict[str, Object] = {"1": ON, "0": off(), "r": fell()}


def lived(status: Json = ABSENT, deployed: Json = False, **given: Json) -> dict[str, Json]:
    """A flag with a status, for which variation 1 is on."""
    lifecycle: dict[str, Json] = {"onVariation": 1}
    if status != ABSENT:
        lifecycle["status"] = status
    if deployed:
        lifecycle["deployedTimestamp"] = 1_795_172_400
    return flag(lifecycle=lifecycle, **given)


def overlays() -> Topic:
    """What is answered under a strategy."""
    topic = Topic("strategies", "Documents under a strategy")

    def ask(slug: str, description: str, strategy: Json, made: Json, expect: Object, evaluated: str = "flag") -> None:
        call: dict[str, Json] = {"strategy": strategy, "then": {"evaluate": {"flag": evaluated, "default": "default"}}}
        topic.case(slug, "strategy", description, {"strategy": call}, dict(expect), document=made, context=user())

    def slug_of(name: str) -> str:
        return name.lower().replace(" ", "-")

    for strategy, rows in TABLE.items():
        for deployed, row in zip((False, True), rows, strict=True):
            for status, does in zip(STATUSES, row, strict=True):
                named = "none" if status == ABSENT else slug_of(str(status))
                slug = f"{slug_of(strategy)}-{named}{'-deployed' if deployed else ''}"
                where = "in the deployed artifact" if deployed else "in no deployed artifact"
                ask(slug, f"{strategy}: status {named}, {where}", strategy, document([lived(status, deployed)]), ANSWERS[does])
    for status in STATUSES:
        named = "none" if status == ABSENT else slug_of(str(status))
        made = document([lived(status)])
        for strategy in ("Custom", "Custom Production"):
            for list_, does in (("on", "1"), ("off", "0")):
                ask(f"{slug_of(strategy)}-{list_}-{named}", f"{strategy}: the flag is among those to be {list_}",
                    {"strategy": strategy, list_: ["flag"]}, made, ANSWERS[does])  # fmt: skip
    done, both = document([lived("Done", True)]), document([lived("Staging")])
    ask("custom-on-and-off", "named in both lists a flag is off", {"strategy": "Custom", "on": ["flag"], "off": ["flag"]}, both, off())
    ask("beta-deployed-list", "the list of deployed flags comes before the flag's own status", {"strategy": "Beta", "deployed": []}, done,
        off())  # fmt: skip
    ask("beta-deployed-named", "a flag is named as deployed", {"strategy": "Beta", "deployed": ["flag"]},
        document([lived("Done")]), ON)  # fmt: skip
    ask("kebab", "a name in another style", "next-release", both, ON)
    everybody: dict[str, Json] = {
        "prerequisites": [{"key": "other", "variation": 0}],
        "targets": [{"variation": 0, "values": ["alice"]}],
        "contextTargets": [{"contextKind": "user", "variation": 0, "values": ["alice"]}],
        "rules": [rule(clause("key", "in", "alice"), variation=0)],
    }
    ask("on-for-everybody", "what is turned on passes prerequisites, targets and rules by", "Flush Out",
        document([lived(**everybody), flag("other", on=False)]), ON)  # fmt: skip
    ask("on-although-malformed", "rules that cannot be read do not matter", "Flush Out", document([lived(rules=5)]), ON)
    ask("off-although-malformed", "neither while it is off", "Production State", document([lived("Done", rules=5)]), off())
    ask("off-without-variation", "off without an off variation is the caller's default", "Production State",
        document([lived(offVariation=ABSENT)]), detail("default", None, reason("OFF")))  # fmt: skip
    meanings: list[tuple[str, dict[str, Json], int]] = [
        ("fallthrough", {"fallthrough": {"variation": 1}}, 1),
        ("fallthrough-most", {"fallthrough": {"rollout": rollout(weights((0, 30_000), (1, 45_000), (2, 25_000)))}}, 1),
        ("fallthrough-most-together", {"fallthrough": {"rollout": rollout(weights((1, 30_000), (0, 40_000), (1, 30_000)))}}, 1),
        ("fallthrough-first-of-equals", {"fallthrough": {"rollout": rollout(weights((1, 50_000), (0, 50_000)))}}, 1),
        ("on-variation-null", {"fallthrough": {"variation": 1}, "lifecycle": {"onVariation": None}}, 1),
        ("two-not-off", {"variations": ["off", "yes"], "offVariation": 0, "fallthrough": {"variation": 0}}, 1),
        ("boolean", {"variations": [False, True], "fallthrough": {"variation": 0}, "offVariation": 1}, 1),
        ("one", {"variations": ["yes"], "offVariation": 0}, 0),
    ]
    for slug, given, expect in meanings:
        values = given.get("variations", ["no", "yes", "off"])
        assert isinstance(values, list)
        ask(f"on-{slug}", "what on means", "Flush Out", document([flag(**given)]),
            detail(values[expect], expect, reason("FALLTHROUGH")))  # fmt: skip
    ask("on-nothing", "without a meaning of on, a flag is unchanged", "Flush Out",
        document([flag(on=False, fallthrough=ABSENT)]), off())  # fmt: skip
    ask("on-variation-out-of-range", "neither does one that names no variation have any", "Flush Out",
        document([flag(on=False, lifecycle={"onVariation": 3})]), off())  # fmt: skip
    ask("tombstone", "a deleted flag remains deleted", "Flush Out", document([flag(deleted=True)]),
        detail("default", None, reason("ERROR", errorKind="FLAG_NOT_FOUND")))  # fmt: skip

    def load(slug: str, description: str, strategy: Json, made: Json, expect: Object) -> None:
        topic.case(slug, "strategy", description, {"strategy": {"strategy": strategy, "then": {"load": {}}}}, dict(expect), document=made)

    load("production-is-the-document", "under Production nothing changes", "Production", both, {"digest": digest(both)})
    written = document([lived("Staging", on=False)], meta={"version": 3})
    overlaid = document([lived("Staging", on=True, fallthrough={"variation": 1})],
                        meta={"version": 3, "strategy": {"strategy": "Next Release"}})  # fmt: skip
    load("overlay-as-a-document", "the overlay is a document that says what it is", "next-release", written,
         {"digest": digest(overlaid), "version": 3})  # fmt: skip
    custom: Json = {"strategy": "Custom Production", "on": [], "off": ["flag"], "deployed": []}
    overlaid = document([lived("Staging", on=False)],
                        meta={"strategy": {"strategy": "Custom Production", "off": ["flag"], "deployed": []}})  # fmt: skip
    load("overlay-of-a-custom-strategy", "and its parameters", custom, document([lived("Staging")]), {"digest": digest(overlaid)})
    refusals: list[tuple[str, Json, str, str]] = [
        ("unknown", "canary", "unknown-strategy", ""),
        ("number", 5, "not-a-strategy", ""),
        ("nameless", {"on": ["flag"]}, "not-a-strategy", "strategy"),
        ("list-of-numbers", {"strategy": "Custom", "on": ["flag", 1]}, "not-a-strategy", "on[1]"),
        ("list-of-none", {"strategy": "Custom", "off": "flag"}, "not-a-strategy", "off"),
        ("unknown-flag", {"strategy": "Custom", "on": ["flag", "flog"]}, "unknown-flag", "on"),
    ]
    for slug, told, code, path in refusals:
        refused: dict[str, Json] = {"code": code, "path": path}
        load(f"refused-{slug}", "a value that is not a strategy for the document", told, both, {"refused": refused})
    return topic


def selections() -> Topic:
    """Which strategy a system chooses."""
    topic = Topic("strategy-selection", "The strategies that systems choose by runtime context")
    request = {"contextKind": "request"}
    entries: dict[str, Json] = {
        "development": [
            {"strategy": "Beta"},
            {"strategy": "Flush Out", "clauses": [clause("remoteAddress", "in", "10.0.0.7", **request)]},
            {"strategy": "Custom", "on": ["flag"], "clauses": [clause("remoteAddress", "startsWith", "10.0.1.", "fd00:", **request)]},
            {
                "strategy": "Production State",
                "clauses": [clause("key", "in", "alice"), clause("remoteAddress", "in", "10.0.0.8", **request)],
            },
            {"strategy": "Next Release"},
        ],
        "production": [
            {"strategy": "Beta", "deployed": ["flag"], "clauses": [in_segment("qa")]},
            {"strategy": "Custom Production", "off": ["flag"], "clauses": [clause("plan", "in", "free")]},
        ],
    }
    made = topic.document("systems", document([flag()], [segment("qa", included=["grace"])], meta={"strategies": entries}))

    def ask(slug: str, description: str, system: str, who: Json, strategy: Json, of: Json = made) -> None:
        call: dict[str, Json] = {"system": system}
        topic.case(slug, "strategy", description, {"strategyFor": call}, {"strategy": strategy}, document=of, context=who)

    def at(address: Json, key: str = "alice") -> dict[str, Json]:
        return multi(user={"key": key}, request={"key": "r", "remoteAddress": address})

    custom: Json = {"strategy": "Custom", "on": ["flag"]}
    flush_out, next_release = {"strategy": "Flush Out"}, {"strategy": "Next Release"}
    chosen: list[tuple[str, Json, Json]] = [
        ("exact", at("10.0.0.7"), flush_out),
        ("longer", at("10.0.0.70"), next_release),
        ("prefix", at("10.0.1.200"), custom),
        ("prefix-v6", at("fd00::1"), custom),
        ("prefix-not", at("110.0.1.2"), next_release),
        ("both-clauses", at("10.0.0.8"), {"strategy": "Production State"}),
        ("one-clause", at("10.0.0.8", "bob"), next_release),
        ("no-address", user(), next_release),
        ("number", at(10), next_release),
        ("request-alone", context("request", "r", remoteAddress="10.0.0.7"), flush_out),
    ]
    for slug, who, strategy in chosen:
        ask(f"development-{slug}", "the first entry whose clauses all match; one of the other system does not count", "development", who,
            strategy)  # fmt: skip
    ask("production-segment", "a clause may ask a segment", "production", user("grace"), {"strategy": "Beta", "deployed": ["flag"]})
    ask("production-attribute", "or any attribute", "production", user(plan="free"), {"strategy": "Custom Production", "off": ["flag"]})
    ask("production-none", "no entry matches", "production", user(), None)
    ask("invalid-context", "an invalid context chooses nothing", "development", {"kind": "user"}, None)
    nothing: list[tuple[str, Json]] = [
        ("absent", ABSENT),
        ("null", {"strategies": None}),
        ("list", {"strategies": []}),
        ("empty", {"strategies": {"production": []}}),
        ("malformed-clauses", {"strategies": {"production": [{"strategy": "Beta", "clauses": 5}]}}),
        ("no-strategies", {"strategies": {"production": ["canary", 7, {}]}}),
    ]
    for slug, meta in nothing:
        ask(f"nothing-{slug}", "nothing to choose from", "production", user(), None, document([flag()], meta=meta))
    ask("name-alone", "a name is an entry for everybody", "production", user(), {"strategy": "Beta"},
        document([flag()], meta={"strategies": {"production": ["beta"]}}))  # fmt: skip
    ask("invalid-first", "an entry that is not a strategy of the system is skipped", "production", user(), {"strategy": "Beta"},
        document([flag()], meta={"strategies": {"production": ["canary", {"strategy": "Flush Out"}, "beta", "production"]}}))  # fmt: skip
    absent: dict[str, Json] = {"strategy": "Custom Production", "on": ["gone"]}
    ask("unknown-flag", "an entry that names a missing flag is chosen nevertheless", "production", user(), absent,
        document([flag()], meta={"strategies": {"production": [absent, "beta"]}}))  # fmt: skip
    return topic


def systems() -> Topic:
    """Answers under the strategy that a system chooses."""
    topic = Topic("strategy-systems", "Documents under the strategy that a system chooses for a context")
    beta: dict[str, Json] = {"strategy": "Beta", "clauses": [in_segment("qa")]}
    entries: dict[str, Json] = {
        "development": [{"strategy": "Custom", "on": ["flag"], "clauses": [clause("key", "in", "alice")]}, "Production State"],
        "production": [beta, {"strategy": "Custom Production", "on": ["gone"], "clauses": [clause("key", "in", "bob")]}],
    }

    def made(**meta: Json) -> dict[str, Json]:
        qa = [segment("qa", included=["grace"])]
        return document([lived("Done", True)], qa, meta={"strategies": entries, **meta})

    shared = topic.document("done", made())

    def ask(slug: str, description: str, system: str, who: Json, expect: Object, of: Json = shared, **more: Json) -> None:
        call: dict[str, Json] = {"system": system, "then": {"evaluate": {"flag": "flag", "default": "default"}}}
        topic.case(slug, "strategy", description, {"system": call}, dict(expect), document=of, context=who, **more)

    ask("production-qa", "a tester sees a feature that is done and deployed", "production", user("grace"), ON)
    ask("production-others", "the flag's own rules decide for others", "production", user(), fell())
    ask("production-missing-flag", "an entry that names a missing flag changes nothing", "production", user("bob"), fell())
    ask("development-named", "the other system has its own strategies", "development", user(), ON)
    ask("development-others", "the last entry is for everybody else", "development", user("grace"), off())
    ask("invalid-context", "an invalid context has no strategy", "production", {"kind": "user"},
        detail("default", None, reason("ERROR", errorKind="USER_NOT_SPECIFIED")))  # fmt: skip
    ask("already-under-a-strategy", "a document that is under a strategy chooses no other", "production", user("grace"), fell(),
        made(strategy={"strategy": "Production"}))  # fmt: skip
    ask("no-strategies", "without strategies the document decides", "production", user("grace"), fell(), document([lived("Done", True)]))
    big = segment("qa", unbounded=True, generation=1)
    ask("big-segment", "a clause uses memberships of big segments", "production", user("grace"), ON,
        document([lived("Done", True)], [big], meta={"strategies": {"production": [beta]}}),
        bigSegments={"status": "HEALTHY", "memberships": {"grace": {"qa.g1": True}}})  # fmt: skip
    load: dict[str, Json] = {"system": {"system": "production", "then": {"load": {}}}}
    topic.case("itself", "strategy", "without a strategy for the context it is the document itself", load, {"digest": digest(made())},
               document=shared, context=user())  # fmt: skip
    return topic


def topics() -> list[Topic]:
    """The topics of this module."""
    return [overlays(), selections(), systems()]
