"""All-flags state: LaunchDarkly's bootstrap format and its options."""

from __future__ import annotations

from ..builders import ABSENT, Json, Object, clause, document, flag, rollout, rule, user, weights
from ..topic import Topic

NOW = 1700000000000
FELL: Json = {"kind": "FALLTHROUGH"}


def state(values: Object, metas: Object) -> dict[str, Json]:
    """A valid state."""
    return {"state": {**values, "$flagsState": metas, "$valid": True}}


def topics() -> list[Topic]:
    """The topics of this module."""
    topic = Topic("all-flags", "All-flags state: values, metadata, and three options")

    def case(slug: str, tag: str, description: str, flags: Json, values: Object, metas: Object, context: Json = None,
             **options: Json) -> None:  # fmt: skip
        topic.case(slug, tag, description, {"allFlagsState": options}, state(values, metas), document=flags,
                   context=user() if context is None else context)  # fmt: skip

    def one(slug: str, tag: str, description: str, made: Object, value: Json, meta: Json, **options: Json) -> None:
        case(slug, tag, description, document([made]), {"flag": value}, {"flag": meta}, **options)

    served: dict[str, Json] = {"variation": 0, "version": 1}
    case("empty", "10", "a document without flags", {"flags": {}}, {}, {})
    one("version", "10", "the flag's own version", flag(version=1234), "no", {"variation": 0, "version": 1234})
    one("off-nothing", "10", "an off flag without an off variation", flag(on=False, offVariation=ABSENT), None, {"version": 1})
    one("null-variation", "10", "a null variation has an index", flag(variations=[None]), None, served)
    one("object", "10", "an object", flag(variations=[{"a": [1, None]}]), {"a": [1, None]}, served)
    one("malformed", "10", "a malformed flag is kept, with null", flag(fallthrough={}), None, {"version": 1})
    one("malformed-reason", "10", "a malformed flag with reasons", flag(fallthrough={}), None,
        {"version": 1, "reason": {"kind": "ERROR", "errorKind": "MALFORMED_FLAG"}}, withReasons=True)  # fmt: skip
    one("isolated", "isolation", "a flag that cannot be read is kept, with null", flag(rules="x"), None, {"version": 1})
    one("isolated-off", "isolation", "an off flag that cannot be read in part", flag(on=False, rules="x"), "off",
        {"variation": 2, "version": 1})  # fmt: skip
    case("deleted", "10", "a tombstone is left out", document([flag(deleted=True), flag("other")]), {"other": "no"},
         {"other": served})  # fmt: skip
    case("several", "10", "several flags", document([flag("b"), flag("a", on=False), flag("c", rules=[rule()])]),
         {"a": "off", "b": "no", "c": "yes"},
         {"a": {"variation": 2, "version": 1}, "b": served, "c": {"variation": 1, "version": 1}})  # fmt: skip
    case("odd-keys", "10", "keys of every kind", document([flag("10"), flag("9"), flag("a.b"), flag("\u00e9"), flag("")]),
         {"10": "no", "9": "no", "a.b": "no", "\u00e9": "no", "": "no"},
         {"10": served, "9": served, "a.b": served, "\u00e9": served, "": served})  # fmt: skip
    case("filed-key", "own", "a flag is listed under the key it is filed under", {"flags": {"filed": flag("own")}},
         {"filed": "no"}, {"filed": served})  # fmt: skip
    case("no-key", "own", "a flag without a key is listed under the one it is filed under",
         {"flags": {"filed": {"version": 1, "on": True, "variations": ["no"], "fallthrough": {"variation": 0}}}},
         {"filed": "no"}, {"filed": served})  # fmt: skip
    invalid: Json = {"state": {"$flagsState": {}, "$valid": False}}
    for slug, context in (("null", None), ("no-key", {"kind": "user"}), ("text", "alice"), ("bad-kind", {"kind": "a b", "key": "x"})):
        topic.case(f"invalid-context-{slug}", "2.5", "an invalid context", {"allFlagsState": {}}, invalid,
                   document=document([flag()]), context=context)  # fmt: skip
    topic.case("invalid-context-options", "2.5", "an invalid context with every option",
               {"allFlagsState": {"clientSideOnly": True, "withReasons": True, "detailsOnlyForTrackedFlags": True, "now": NOW}},
               invalid, document=document([flag()]), context={"kind": "user", "key": ""})  # fmt: skip

    reasons: list[tuple[str, Object, Json, int | None, Json]] = [
        ("fallthrough", flag(), "no", 0, FELL),
        ("off", flag(on=False), "off", 2, {"kind": "OFF"}),
        ("off-nothing", flag(on=False, offVariation=ABSENT), None, None, {"kind": "OFF"}),
        ("target", flag(targets=[{"variation": 1, "values": ["alice"]}]), "yes", 1, {"kind": "TARGET_MATCH"}),
        ("rule", flag(rules=[rule()]), "yes", 1, {"kind": "RULE_MATCH", "ruleIndex": 0, "ruleId": "r"}),
        ("rule-no-id", flag(rules=[rule(id=ABSENT)]), "yes", 1, {"kind": "RULE_MATCH", "ruleIndex": 0}),
    ]
    for slug, made, value, index, why in reasons:
        meta: dict[str, Json] = {"version": 1} if index is None else {"variation": index, "version": 1}
        one(f"reason-{slug}", "10", "reasons if the option is set", made, value, {**meta, "reason": why}, withReasons=True)
        if slug not in {"fallthrough", "off-nothing"}:
            one(f"no-reason-{slug}", "10", "no reasons without the option", made, value, meta)
    one("prerequisite-failed", "10", "a failed prerequisite", flag(prerequisites=[{"key": "none", "variation": 0}]), "off",
        {"variation": 2, "version": 1, "prerequisites": ["none"],
         "reason": {"kind": "PREREQUISITE_FAILED", "prerequisiteKey": "none"}}, withReasons=True)  # fmt: skip

    trial = rollout(weights((1, 100000)), kind="experiment")
    untracked = rollout([{"variation": 1, "weight": 100000, "untracked": True}], kind="experiment")
    in_trial: Json = {"kind": "FALLTHROUGH", "inExperiment": True}
    by_rule: Json = {"kind": "RULE_MATCH", "ruleIndex": 0, "ruleId": "r"}
    tracked: dict[str, Json] = {"trackEvents": True, "trackReason": True}
    both: list[tuple[str, Object, Json, dict[str, Json]]] = [
        ("track-events", flag(trackEvents=True), "no", {**served, "trackEvents": True}),
        ("track-events-false", flag(trackEvents=False), "no", served),
        ("track-events-null", flag(trackEvents=None), "no", served),
        ("track-fallthrough", flag(trackEventsFallthrough=True), "no", {**served, **tracked, "reason": FELL}),
        ("track-fallthrough-rule", flag(trackEventsFallthrough=True, rules=[rule()]), "yes", {"variation": 1, "version": 1}),
        ("track-fallthrough-off", flag(trackEventsFallthrough=True, on=False), "off", {"variation": 2, "version": 1}),
        ("track-fallthrough-target", flag(trackEventsFallthrough=True, targets=[{"variation": 1, "values": ["alice"]}]),
         "yes", {"variation": 1, "version": 1}),
        ("track-rule", flag(rules=[rule(trackEvents=True)]), "yes", {"variation": 1, "version": 1, **tracked, "reason": by_rule}),
        ("track-rule-other", flag(rules=[rule(), rule(trackEvents=True)]), "yes", {"variation": 1, "version": 1}),
        ("track-rule-missed", flag(rules=[rule(clause("plan", "in", "x"), trackEvents=True)]), "no", served),
        ("experiment", flag(fallthrough={"rollout": trial}), "yes", {"variation": 1, "version": 1, **tracked, "reason": in_trial}),
        ("experiment-untracked", flag(fallthrough={"rollout": untracked}), "yes", {"variation": 1, "version": 1}),
        ("experiment-rule", flag(rules=[rule(variation=ABSENT, rollout=trial)]), "yes",
         {"variation": 1, "version": 1, **tracked, "reason": {"kind": "RULE_MATCH", "ruleIndex": 0, "ruleId": "r", "inExperiment": True}}),
        ("debug-future", flag(debugEventsUntilDate=NOW + 1), "no", {**served, "debugEventsUntilDate": NOW + 1}),
        ("debug-now", flag(debugEventsUntilDate=NOW), "no", {**served, "debugEventsUntilDate": NOW}),
        ("debug-past", flag(debugEventsUntilDate=NOW - 1), "no", {**served, "debugEventsUntilDate": NOW - 1}),
        ("debug-null", flag(debugEventsUntilDate=None), "no", served),
        ("debug-future-tracked", flag(debugEventsUntilDate=NOW + 1, trackEvents=True), "no",
         {**served, "debugEventsUntilDate": NOW + 1, "trackEvents": True}),
        ("plain", flag(), "no", served),
        ("plain-off", flag(on=False), "off", {"variation": 2, "version": 1}),
        ("plain-malformed", flag(fallthrough={}), None, {"version": 1}),
    ]  # fmt: skip
    why_of: dict[str, Json] = {
        "track-events": FELL, "track-events-false": FELL, "track-events-null": FELL, "track-fallthrough-rule": by_rule,
        "track-fallthrough-off": {"kind": "OFF"}, "track-fallthrough-target": {"kind": "TARGET_MATCH"},
        "track-rule-other": by_rule, "track-rule-missed": FELL, "experiment-untracked": FELL, "debug-future": FELL,
        "debug-now": FELL, "debug-past": FELL, "debug-null": FELL, "debug-future-tracked": FELL, "plain": FELL,
        "plain-off": {"kind": "OFF"}, "plain-malformed": {"kind": "ERROR", "errorKind": "MALFORMED_FLAG"},
    }  # fmt: skip
    for slug, made, value, meta in both:
        tag = "A2" if slug.startswith("debug") else "10"
        kept = bool(meta.get("trackEvents") or meta.get("trackReason") or slug in {"debug-future", "debug-future-tracked"})
        with_reason = {**meta, **({"reason": why_of[slug]} if slug in why_of else {})}
        bare = {name: item for name, item in meta.items() if name not in {"version", "reason"}}
        one(slug, tag, slug.replace("-", " "), made, value, meta, now=NOW)
        one(f"{slug}-reasons", tag, f"{slug.replace('-', ' ')}, with reasons", made, value, with_reason, withReasons=True,
            now=NOW)  # fmt: skip
        one(f"{slug}-details", tag, f"{slug.replace('-', ' ')}, details only for tracked flags", made, value,
            meta if kept else bare, detailsOnlyForTrackedFlags=True, now=NOW)  # fmt: skip
        one(f"{slug}-details-reasons", tag, f"{slug.replace('-', ' ')}, details only for tracked flags, with reasons", made,
            value, with_reason if kept else bare, detailsOnlyForTrackedFlags=True, withReasons=True, now=NOW)  # fmt: skip

    web: Json = {"usingEnvironmentId": True, "usingMobileKey": False}
    mobile: Json = {"usingEnvironmentId": False, "usingMobileKey": True}
    sides: list[tuple[str, dict[str, Json], bool]] = [
        ("neither", {"clientSide": ABSENT}, False),
        ("legacy-true", {"clientSide": True}, True),
        ("legacy-false", {"clientSide": False}, False),
        ("legacy-null", {"clientSide": None}, False),
        ("availability-web", {"clientSideAvailability": web}, True),
        ("availability-mobile", {"clientSideAvailability": mobile}, False),
        ("availability-empty", {"clientSideAvailability": {}}, False),
        ("availability-over-legacy-true", {"clientSideAvailability": mobile, "clientSide": True}, False),
        ("availability-over-legacy-false", {"clientSideAvailability": web, "clientSide": False}, True),
        ("availability-empty-over-legacy", {"clientSideAvailability": {}, "clientSide": True}, False),
        ("availability-null", {"clientSideAvailability": None, "clientSide": True}, True),
    ]
    for slug, given, shown in sides:
        made = document([flag(**given)])
        case(f"client-{slug}", "A1", f"client side only: {slug.replace('-', ' ')}", made,
             {"flag": "no"} if shown else {}, {"flag": served} if shown else {}, clientSideOnly=True)  # fmt: skip
        case(f"server-{slug}", "A1", f"without the option: {slug.replace('-', ' ')}", made, {"flag": "no"}, {"flag": served})
    one("client-malformed", "A1", "a malformed flag of the client side is kept", flag(clientSide=True, fallthrough={}), None,
        {"version": 1}, clientSideOnly=True)  # fmt: skip

    def needs(*keys: str) -> Json:
        return [{"key": key, "variation": 0} for key in keys]

    a, b = flag("a"), flag("b")
    off_a = flag("a", on=False)
    graphs: list[tuple[str, str, list[Object], dict[str, Json]]] = [
        ("one", "10", [flag(prerequisites=needs("a")), a], {"prerequisites": ["a"]}),
        ("two", "10", [flag(prerequisites=needs("b", "a")), a, b], {"prerequisites": ["b", "a"]}),
        ("direct-only", "10", [flag(prerequisites=needs("a")), flag("a", prerequisites=needs("b")), b], {"prerequisites": ["a"]}),
        ("stops", "10", [flag(prerequisites=needs("a", "b")), off_a, b], {"variation": 2, "prerequisites": ["a"]}),
        ("second-fails", "10", [flag(prerequisites=needs("b", "a")), off_a, b], {"variation": 2, "prerequisites": ["b", "a"]}),
        ("off", "10", [flag(on=False, prerequisites=needs("a")), a], {"variation": 2}),
        ("missing", "A3", [flag(prerequisites=needs("none"))], {"variation": 2, "prerequisites": ["none"]}),
        ("missing-second", "A3", [flag(prerequisites=needs("a", "none", "b")), a, b], {"variation": 2, "prerequisites": ["a", "none"]}),
        ("deleted", "A3", [flag(prerequisites=needs("a")), flag("a", deleted=True)], {"variation": 2, "prerequisites": ["a"]}),
        ("twice", "10", [flag(prerequisites=needs("a", "a")), a], {"prerequisites": ["a", "a"]}),
    ]  # fmt: skip
    for slug, tag, flags, given in graphs:
        listed = [{**item, "clientSide": item["key"] == "flag"} for item in flags]
        value = "off" if given.get("variation") == 2 else "no"
        case(f"prerequisites-{slug}", tag, f"prerequisites that were evaluated: {slug.replace('-', ' ')}", document(listed),
             {"flag": value}, {"flag": {**served, **given}}, clientSideOnly=True)  # fmt: skip
    case("prerequisites-chain", "10", "each flag lists its own direct ones", document(
        [flag("a", prerequisites=needs("b")), flag("b", prerequisites=needs("c")), flag("c")]),
        {"a": "no", "b": "no", "c": "no"}, {"a": {**served, "prerequisites": ["b"]}, "b": {**served, "prerequisites": ["c"]},
                                            "c": served})  # fmt: skip
    case("prerequisites-details", "10", "prerequisites are kept if details are dropped", document(
        [flag("a", prerequisites=needs("b")), flag("b")]), {"a": "no", "b": "no"},
        {"a": {"variation": 0, "prerequisites": ["b"]}, "b": {"variation": 0}}, detailsOnlyForTrackedFlags=True,
        now=NOW)  # fmt: skip
    case("multi-kind", "10", "a context of several kinds", document(
        [flag(rules=[rule(clause("key", "in", "acme", contextKind="org"))])]), {"flag": "yes"},
        {"flag": {"variation": 1, "version": 1}}, {"kind": "multi", "user": {"key": "a"}, "org": {"key": "acme"}})  # fmt: skip
    return [topic]
