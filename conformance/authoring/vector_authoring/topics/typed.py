"""Typed getters."""

from __future__ import annotations

import math

from ..document import ABSENT, document, flag, rule, user
from ..json_value import Json
from ..outcome import (
    detail,
    fell,
    malformed,
    no_context,
    not_found,
    off,
    prerequisite_failed,
    ruled,
    target,
    wrong_type,
)
from ..topic import Topic

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


def topics() -> list[Topic]:
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
