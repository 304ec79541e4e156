"""The operators of clauses (SPEC.md 5.1), on one value of the context and one of the clause."""

from __future__ import annotations

import operator
from collections.abc import Callable

from isodiff.spec.dates import Dates
from isodiff.spec.patterns import Patterns
from isodiff.spec.versions import Versions
from suite.canonical_json import Json

STRING: dict[str, Callable[[str, str], bool]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": operator.contains,
}
NUMERIC: dict[str, Callable[[float, float], bool]] = {
    "lessThan": operator.lt,
    "lessThanOrEqual": operator.le,
    "greaterThan": operator.gt,
    "greaterThanOrEqual": operator.ge,
}
VERSION = {"semVerEqual": 0, "semVerLessThan": -1, "semVerGreaterThan": 1}


class Operators(Dates, Versions, Patterns):
    """Applies operators."""

    def matches(self, op: str, context: Json, clause: Json) -> bool:
        """Returns whether the operator matches; an unknown one does not (5.1, A8)."""
        if op == "in":
            return self.equal(context, clause)
        strings = isinstance(context, str) and isinstance(clause, str)
        if op in STRING:
            return strings and STRING[op](context, clause)
        if op == "matches":
            return strings and self.pattern_found(clause, context)
        if op in NUMERIC:
            return is_number(context) and is_number(clause) and NUMERIC[op](float(context), float(clause))
        if op in ("before", "after"):
            date, other = self.date(context), self.date(clause)
            if date is None or other is None:
                return False
            return date < other if op == "before" else date > other
        if op in VERSION:
            left, right = self.version(context), self.version(clause)
            if left is None or right is None:
                return False
            return self.compare_versions(left, right) == VERSION[op]
        return False

    def equal(self, context: Json, clause: Json) -> bool:
        """Applies ``in``: equal values of one JSON type, never objects or arrays (D17, D18, P07)."""
        if is_number(context) and is_number(clause):
            return float(context) == float(clause)
        if isinstance(context, (list, dict)):
            return False
        return type(context) is type(clause) and bool(context == clause)


def is_number(value: Json) -> bool:
    """Returns whether the value is a JSON number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
