"""Edits of a document's text, flags carried into it, and conversions of other tools' flags."""

from __future__ import annotations

import json

from ..builders import Json, rollout, weights
from ..topic import Topic

NOW = 900

FLAG = '"flag" : { "key": "flag", "version": 3e0, "on": true, "variations": [true, false], "offVariation": 1, "fallthrough": { "variation": 0 }TIME }'
OTHER = '"other": {"version": 1, "on": ON, "variations": ["a", "\\u0062"], "prerequisites": [{"key": "REQUIRED", "variation": 0}]}'


def text(flag: str = FLAG, other: str = OTHER, version: int = 7, on: str = "false", required: str = "missing", time: str = "") -> str:
    """The text of a document, with unusual white space and spelling."""
    other = other.replace("ON", on).replace("REQUIRED", required)
    flag = flag.replace("TIME", time)
    return f'{{ "meta":{{"version" :{version}, "lastModifiedTimestamp": 5}},\r\n\t"flags": {{\r\n\t\t{flag},\r\n\t\t{other}\r\n\t}}}}\n'


def edits() -> Topic:
    """Edits that are written, and edits that are rejected."""
    topic = Topic("edits", "Edits of flags in the text of a document")
    time = f', "lifecycle": {{"lastModifiedTimestamp": {NOW}}}'

    def ask(slug: str, description: str, made: list[Json], expect: dict[str, Json], document: str | None = None) -> None:
        call: Json = {"edit": {"text": text() if document is None else document, "edits": made, "now": NOW}}
        topic.case(slug, "lifecycle", description, call, expect)

    def written(slug: str, description: str, made: Json, flag: str, more: str = time) -> None:
        assert isinstance(made, dict)
        ask(slug, description, [{"key": "flag", **made}], {"text": text(flag.replace("3e0", "4"), version=8, time=more)})

    shares = '{ "rollout": {"variations": [{"variation": 0, "weight": FIRST}, {"variation": 1, "weight": SECOND}]} }'

    def rolled_out(first: int) -> str:
        return FLAG.replace('{ "variation": 0 }', shares.replace("FIRST", str(first)).replace("SECOND", str(100_000 - first)))

    written("off", "only the members of the edit change", {"op": "off"}, FLAG.replace('true, "v', 'false, "v'))
    written("percent", "the other variation gets the rest", {"op": "rollout", "percent": 12.5}, rolled_out(12_500))
    written("percent-of", "a share of another variation", {"op": "rollout", "variation": 1, "percent": 30},
            FLAG.replace('{ "variation": 0 }', '{ "rollout": {"variations": [{"variation": 1, "weight": 30000}, {"variation": 0, "weight": 70000}]} }'))  # fmt: skip
    written(
        "weights",
        "all shares",
        {"op": "rollout", "weights": [{"variation": 0, "weight": 99999}, {"variation": 1, "weight": 1}]},
        rolled_out(99_999),
    )
    written("target", "keys get a variation", {"op": "target", "variation": 1, "values": ["ada"]}, FLAG,
            f'{time}, "targets": [{{"variation": 1, "values": ["ada"]}}]')  # fmt: skip
    written("target-kind", "keys of another kind", {"op": "target", "variation": 1, "values": ["ada"], "contextKind": "org"}, FLAG,
            f'{time}, "contextTargets": [{{"contextKind": "org", "variation": 1, "values": ["ada"]}}]')  # fmt: skip
    ask("on", "a flag that has the state already keeps its version", [{"op": "on", "key": "flag"}], {"text": text()})
    ask("none", "no edit changes nothing", [], {"text": text()})
    # The document changes, although no flag is left to carry the time.
    removed = '{ "meta":{"version" :8, "lastModifiedTimestamp": 900},\r\n\t"flags": {\r\n\t\t' + FLAG.replace("TIME", "") + "\r\n\t}}\n"
    ask("remove", "a removed flag leaves no comma", [{"op": "remove", "key": "other"}], {"text": removed})
    plain = '{"flags":{}}'
    added = (
        f'{{"meta":{{"version": 1, "lastModifiedTimestamp": 900}},"flags":{{"new": {{"key": "new", "lifecycle": {{"createdTimestamp": {NOW}, '
        f'"lastModifiedTimestamp": {NOW}}}, "version": 1, "on": false, "variations": [false, true], "offVariation": 0, '
        '"fallthrough": {"variation": 1}, "salt": "new"}}}'
    )
    ask("add", "a new flag is off", [{"op": "add", "key": "new"}], {"text": added}, plain)
    ask("add-on", "edits of one call are one step", [{"op": "on", "key": "new"}, {"op": "add", "key": "new"}],
        {"text": added.replace('"on": false', '"on": true')}, plain)  # fmt: skip
    required = text(on="true", required="flag")
    ask("off-required", "a flag that a flag which is on requires is not turned off", [{"op": "off", "key": "flag"}],
        {"error": {"code": "required-flag", "path": "flags.flag", "messageContains": "`other`"}}, required)  # fmt: skip
    ask("off-forced", "unless it is forced; the time of the document counts for the other flag", [{"op": "off", "key": "flag", "force": True}],
        {"text": text(FLAG.replace('true, "v', 'false, "v').replace("3e0", "4"), version=8, time=time, on="true", required="flag")
            .replace('Timestamp": 5', f'Timestamp": {NOW}')}, required)  # fmt: skip
    refusals: list[tuple[str, list[Json], str, str]] = [
        ("unknown-flag", [{"op": "on", "key": "none"}], "unknown-flag", "flags.none"),
        ("existing-flag", [{"op": "add", "key": "flag"}], "existing-flag", "flags.flag"),
        ("malformed-flag", [{"op": "on", "key": "other"}], "malformed-flag", "flags.other.fallthrough"),
        ("unknown-variation", [{"op": "rollout", "key": "flag", "percent": 5, "variation": 2}], "unknown-variation", "edits[0]"),
        ("sum", [{"op": "rollout", "key": "flag", "weights": [{"variation": 0, "weight": 99999}]}], "invalid-edit", "edits[0].weights"),
        ("percent", [{"op": "rollout", "key": "flag", "percent": -1}], "invalid-edit", "edits[0].percent"),
        ("on-and-off", [{"op": "off", "key": "flag"}, {"op": "on", "key": "flag"}], "conflicting-edits", "edits[1]"),
        ("add-and-remove", [{"op": "add", "key": "new"}, {"op": "remove", "key": "new"}], "conflicting-edits", "edits[1]"),
        ("operation", [{"op": "toggle", "key": "flag"}], "invalid-edit", "edits[0].op"),
        ("member", [{"op": "on", "key": "flag", "percent": 5}], "invalid-edit", "edits[0].percent"),
        ("edit", [7], "invalid-edit", "edits[0]"),
    ]
    for slug, made, code, path in refusals:
        ask(f"refused-{slug}", "an edit that is invalid or does not fit", made, {"error": {"code": code, "path": path}})
    serves = '"variations": [true, false], "fallthrough": {"variation": 0}'
    pair = '{"flags": {"new": {"on": false, SERVES, "prerequisites": [{"key": "old", "variation": 0}]}, "old": {"on": true, OLD}}}'
    pair = pair.replace("SERVES", serves)
    for slug, description, old, path in (
        ("cycle", "a flag that is on would be a prerequisite of itself", f'{serves}, "prerequisites": [{{"key": "new", "variation": 0}}]',
         "flags.new.prerequisites"),
        ("prerequisite", "a flag that is on would need one that cannot answer", '"variations": [true]', "flags.old.fallthrough"),
    ):  # fmt: skip
        ask(f"refused-{slug}", description, [{"op": "on", "key": "new"}], {"error": {"code": "malformed-flag", "path": path}},
            pair.replace("OLD", old))  # fmt: skip
    ask("refused-value", "a flag of `flagValues` has no members", [{"op": "off", "key": "a"}],
        {"error": {"code": "not-editable", "path": ""}}, '{"flagValues": {"a": true}}')  # fmt: skip
    ask("refused-text", "a text that is not a document", [], {"error": {"code": "not-json"}}, "{")
    return topic


PLAN: Json = {"clauses": [{"attribute": "plan", "op": "in", "values": ["pro"]}], "id": "pro", "variation": 0}
PLAN_TEXT = '{"variation": 0, "clauses": [{"attribute": "plan", "op": "in", "values": ["pro"]}], "id": "pro"}'


def promotions() -> Topic:
    """Flags of another document in the text of a document."""
    topic = Topic("promotions", "Flags carried from one document to another")
    time = f', "lifecycle": {{"lastModifiedTimestamp": {NOW}}}'
    own: dict[str, Json] = {
        "key": "flag",
        "version": 9,
        "on": False,
        "variations": [True, False],
        "offVariation": 1,
        "fallthrough": {"variation": 0},
    }

    def source(**members: Json) -> Json:
        return {"flags": {"flag": {**own, **members}}}

    def ask(slug: str, description: str, made: Json, document: str, expect: dict[str, Json], **options: Json) -> None:
        call: dict[str, Json] = {"from": made, "text": document, "now": NOW, **options}
        topic.case(slug, "lifecycle", description, {"promote": call}, expect)

    def note(code: str, path: str) -> Json:
        return {"code": code, "path": path}

    def carried(slug: str, description: str, made: Json, flag: str, *notes: Json, more: str = "", **options: Json) -> None:
        """The flag of the text with another form, and members after it."""
        after = text(flag.replace("3e0", "4"), version=8, time=f"{time}{more}")
        ask(slug, description, made, text(), {"text": after, "notes": list(notes)}, features=["flag"], **options)

    unchanged: dict[str, Json] = {"text": text(), "notes": []}
    ask("same", "equal definitions change nothing", source(), text(), unchanged, features=["flag"])
    ask("own", "what an environment decides is kept", source(salt="x", offVariation=0, trackEvents=True,
        lifecycle={"status": "Done", "statusTimestamp": 5}, targets=[{"variation": 1, "values": ["ada"]}],
        fallthrough={"rollout": rollout(weights((0, 50_000), (1, 50_000)))}), text(), unchanged, features=["flag"])  # fmt: skip
    carried("rules", "rules are part of the definition", source(rules=[PLAN]), FLAG, more=f', "rules": [{PLAN_TEXT}]')
    carried("on", "whether it is on is carried if it is requested", source(), FLAG.replace('true, "v', 'false, "v'), withOn=True)
    carried("rollout", "percentages are carried if it is requested", source(fallthrough={"variation": 1}),
            FLAG.replace('"variation": 0', '"variation": 1'), withRollout=True)  # fmt: skip
    carried("targets", "targets are carried if it is requested", source(targets=[{"variation": 1, "values": ["ada"]}]), FLAG,
            more=', "targets": [{"variation": 1, "values": ["ada"]}]', withTargets=True)  # fmt: skip
    swapped = FLAG.replace("[true, false]", "[false, true]").replace('"offVariation": 1', '"offVariation": 0')
    carried(
        "order", "a kept index follows its value", source(variations=[False, True]), swapped.replace('"variation": 0', '"variation": 1')
    )
    carried(
        "edited",
        "a value that is replaced in its place keeps its index",
        source(variations=[True, 5]),
        FLAG.replace("[true, false]", "[true, 5]"),
    )
    new: Json = {"flags": {"new": {**own, "key": "new", "on": True, "fallthrough": {"rollout": rollout(weights((0, 50_000), (1, 50_000)))},
                                   "targets": [{"variation": 0, "values": ["ada"]}]}}}  # fmt: skip
    added = (
        '{"meta":{"version": 1, "lastModifiedTimestamp": 900},"flags":{"new": {"key": "new", "lifecycle": {"lastModifiedTimestamp": 900}, '
        '"version": 1, "on": false, "variations": [true, false], "offVariation": 1, "fallthrough": {"variation": 1}}}}'
    )
    ask("new", "a new flag is off, and serves no percentage and no target", new, '{"flags":{}}',
        {"text": added, "notes": [note("rollout-left-out", "flags.new.fallthrough"), note("targets-left-out", "flags.new.targets")]})  # fmt: skip
    broken: Json = {"flags": {"flag": {**own, "on": True, "rules": 7}}}
    refusals: list[tuple[str, Json, str, str, dict[str, Json]]] = [
        ("unknown-flag", source(), "unknown-flag", "flags.none", {"features": ["none"]}),
        ("malformed-source", broken, "malformed-flag", "flags.flag", {"features": ["flag"]}),
        ("lost-value", source(variations=[True], offVariation=0), "unknown-variation", "flags.flag.offVariation", {"features": ["flag"]}),
    ]
    for slug, made, code, path, options in refusals:
        ask(f"refused-{slug}", "flags that do not fit are not carried", made, text(), {"error": {"code": code, "path": path}}, **options)
    requires: Json = {**own, "prerequisites": [{"key": "other", "variation": 0}]}
    cyclic = text(other=OTHER.replace('"on"', '"fallthrough": {"variation": 0}, "on"'), on="true", required="flag")
    ask("refused-cycle", "a flag that is on would be a prerequisite of itself", {"flags": {"flag": requires}}, cyclic,
        {"error": {"code": "malformed-flag", "path": "flags.flag.prerequisites"}}, features=["flag"])  # fmt: skip
    ask("refused-text", "a text that is not a document", source(), "{", {"error": {"code": "not-json"}})
    ask("refused-source", "a source that is not a document", {"neither": 1}, text(), {"error": {"code": "not-a-document"}})
    return topic


def conversions() -> Topic:
    """Flags of other tools."""
    topic = Topic("conversions", "Conversions of the flags of other tools")

    def ask(slug: str, description: str, source: str, given: Json, expect: dict[str, Json]) -> None:
        topic.case(slug, "lifecycle", description, {"convert": {"text": json.dumps(given), "source": source}}, expect)

    def clause(attribute: str, op: str, *values: Json, kind: str = "user", **more: Json) -> Json:
        return {"contextKind": kind, "attribute": attribute, "op": op, "values": list(values), **more}

    def feature(*conditions: Json) -> Json:
        rule: Json = {"when_match": True, "conditions": list(conditions)}
        return {"flag": {"default": False, "rules": {"rule": rule}}}

    def document(*clauses: list[Json]) -> Json:
        rules: Json = [{"id": "rule", "clauses": each, "variation": 1} for each in clauses]
        flag: Json = {
            "key": "flag", "version": 1, "on": True, "variations": [False, True], "offVariation": 0, "fallthrough": {"variation": 0},
            "rules": rules, "salt": "flag",
        }  # fmt: skip
        return {"meta": {"version": 1}, "flags": {"flag": flag}, "segments": {}}

    def condition(action: str, value: Json, key: str = "plan") -> Json:
        return {"action": action, "key": key, "value": value}

    translated: list[tuple[str, Json, Json]] = [
        ("EQUALS", "pro", clause("plan", "in", "pro")),
        ("NOT_EQUALS", 5, clause("plan", "in", 5, negate=True)),
        ("KEY_GREATER_THAN_VALUE", 5, clause("plan", "greaterThan", 5)),
        ("KEY_GREATER_THAN_OR_EQUAL_VALUE", 5, clause("plan", "greaterThanOrEqual", 5)),
        ("KEY_LESS_THAN_VALUE", 5, clause("plan", "lessThan", 5)),
        ("KEY_LESS_THAN_OR_EQUAL_VALUE", 5, clause("plan", "lessThanOrEqual", 5)),
        ("STARTSWITH", "p", clause("plan", "startsWith", "p")),
        ("ENDSWITH", "p", clause("plan", "endsWith", "p")),
        ("IN", ["a", 1], clause("plan", "in", "a", 1)),
        ("KEY_IN_VALUE", ["a", 1], clause("plan", "in", "a", 1)),
        ("NOT_IN", ["a"], clause("plan", "in", "a", negate=True)),
        ("KEY_NOT_IN_VALUE", ["a"], clause("plan", "in", "a", negate=True)),
        ("VALUE_IN_KEY", "a", clause("plan", "in", "a")),
        ("VALUE_NOT_IN_KEY", "a", clause("plan", "in", "a", negate=True)),
        ("ANY_IN_VALUE", ["a"], clause("plan", "in", "a")),
        ("NONE_IN_VALUE", ["a"], clause("plan", "in", "a", negate=True)),
        ("SCHEDULE_BETWEEN_DAYS_OF_WEEK", {"DAYS": ["MONDAY", "SUNDAY"]}, clause("dayOfWeek", "in", 1, 7, kind="clock")),
    ]
    for action, value, converted in translated:
        ask(action.lower().replace("_", "-"), "an action with an operator", "powertools", feature(condition(action, value)),
            {"document": document([converted]), "notes": []})  # fmt: skip
    start, end = (
        clause("minuteOfDay", "greaterThanOrEqual", 1320, kind="clock"),
        clause("minuteOfDay", "lessThanOrEqual", 240, kind="clock"),
    )
    night = condition("SCHEDULE_BETWEEN_TIME_RANGE", {"START": "22:00", "END": "04:00"})
    plan = clause("plan", "in", "pro")
    ask("night", "a time range that crosses midnight becomes two rules", "powertools", feature(condition("EQUALS", "pro"), night),
        {"document": document([plan, start], [plan, end]), "notes": []})  # fmt: skip
    untranslated: list[tuple[str, str, str, Json]] = [
        ("unknown-action", "SOMETIMES", "unknown-action", 1),
        ("modulo", "MODULO_RANGE", "untranslated-condition", {"BASE": 2, "START": 0, "END": 0}),
        ("all", "ALL_IN_VALUE", "untranslated-condition", [1]),
        ("array", "EQUALS", "untranslated-condition", [1]),
    ]
    for slug, action, code, value in untranslated:
        ask(f"left-out-{slug}", "a rule without an equivalent is left out", "powertools", feature(condition(action, value)),
            {"document": document(), "notes": [{"code": code, "path": "flag.rules.rule.conditions[0]"}]})  # fmt: skip
    ask("variants", "variants are left out", "appconfig", {"flag": {"_variants": []}},
        {"document": {"flags": {}, "segments": {}}, "notes": [{"code": "variants", "path": "flag._variants"}]})  # fmt: skip
    ask("refused", "a list is not a map of features", "powertools", [], {"error": {"code": "not-a-document"}})
    return topic


def topics() -> list[Topic]:
    """The topics of this module."""
    return [edits(), promotions(), conversions()]
