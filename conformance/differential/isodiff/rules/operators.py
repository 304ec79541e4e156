"""The operators of a clause on one value of the context and one of the clause."""

from __future__ import annotations

import operator
from collections.abc import Callable

from isodiff.jsontext import Json
from isodiff.rules import dates, patterns, versions
from isodiff.rules.context import NoAnswer
from isodiff.rules.switches import Switches

NUMERIC: dict[str, Callable[[float, float], bool]] = {
    "lessThan": operator.lt,
    "lessThanOrEqual": operator.le,
    "greaterThan": operator.gt,
    "greaterThanOrEqual": operator.ge,
}
STRING: dict[str, Callable[[str, str], bool]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": lambda context, clause: clause in context,
}
VERSION = {"semVerEqual": 0, "semVerLessThan": -1, "semVerGreaterThan": 1}
INHERITED = {"toString", "valueOf", "constructor", "toLocaleString"}
MEMBERS = {
    "in",
    "endsWith",
    "startsWith",
    "matches",
    "contains",
    *NUMERIC,
    "before",
    "after",
    *VERSION,
}


def matches(op: str, context: Json, clause: Json, switches: Switches) -> bool:
    if op == "in":
        return _in(context, clause, switches)
    if op in STRING:
        return isinstance(context, str) and isinstance(clause, str) and STRING[op](context, clause)
    if op in NUMERIC:
        return _number(context) and _number(clause) and NUMERIC[op](float(context), float(clause))
    if op in ("before", "after"):
        a, b = dates.instant(context, switches), dates.instant(clause, switches)
        if a is None or b is None:
            return False
        return a < b if op == "before" else a > b
    if op in VERSION:
        left, right = versions.parse(context, switches), versions.parse(clause, switches)
        if left is None or right is None:
            return False
        return versions.compare(left, right, switches) == VERSION[op]
    if op == "matches":
        strings = isinstance(context, str) and isinstance(clause, str)
        return strings and patterns.search(clause, context, switches)
    return _inherited(op, context, switches)


def _inherited(op: str, context: Json, switches: Switches) -> bool:
    """What an unknown operator finds on a JavaScript object."""
    if op in INHERITED:
        return switches.javascript("A8")
    if op == "hasOwnProperty":
        if isinstance(context, dict) and "toString" in context and switches.javascript("A8"):
            # The object is asked for its text, and has something else in that place.
            raise NoAnswer
        return isinstance(context, str) and context in MEMBERS and switches.javascript("A8")
    if op == "__proto__" and switches.javascript("A8"):
        raise NoAnswer
    return False


def _number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _in(context: Json, clause: Json, switches: Switches) -> bool:
    if isinstance(context, (list, dict)) or isinstance(clause, (list, dict)):
        same = type(context) is type(clause) and context == clause
        return same and switches.python("D17")
    if isinstance(context, bool) or isinstance(clause, bool):
        return context is clause
    if _number(context) and _number(clause):
        if context != clause and float(context) == float(clause):
            return not switches.python("P07")
        return float(context) == float(clause)
    return type(context) is type(clause) and context == clause
