"""Clauses (SPEC.md 5)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from isodiff.spec.context import Scope
from isodiff.spec.document import Clause
from isodiff.spec.operators import Operators

Path = tuple[str, ...]
"""The keys of the segments that led here."""


class Clauses(Scope, Operators, ABC):
    """Matches clauses."""

    @abstractmethod
    def in_any_segment(self, clause: Clause, path: Path) -> bool:
        """Returns whether ``segmentMatch`` matches (6)."""

    def all_match(self, clauses: Sequence[Clause] | None, path: Path) -> bool:
        """Returns whether each clause matches; without clauses they do (1.2, D15)."""
        return all(self.clause(clause, path) for clause in clauses or ())

    def clause(self, clause: Clause, path: Path) -> bool:
        """Returns whether the clause matches, in the steps of section 5."""
        if clause.op == "segmentMatch":
            return self.in_any_segment(clause, path) != clause.negate
        reference = self.attribute(clause.attribute, clause.kind)
        kind = self.kind(clause.kind)
        value = list(self.context.kinds) if reference == ("kind",) else self.context.value(kind, reference)
        if value is None:
            return False
        found = any(
            self.matches(clause.op, one, wanted) for one in (value if isinstance(value, list) else [value]) for wanted in clause.values
        )
        return found != clause.negate
