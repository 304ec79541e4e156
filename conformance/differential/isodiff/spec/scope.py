"""What the rules of one evaluation share: its inputs, and the names of kinds and attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from isodiff.spec.context import Context, Contexts, Reference, References
from isodiff.spec.document import Document
from suite.canonical_json import Json

Result = TypeVar("Result")


class Malformed(Exception):
    """The whole evaluation is MALFORMED_FLAG (4.1)."""


class Scope(Contexts, References):
    """The document and the context of the current evaluation."""

    document: Document
    context: Context
    big_segments: Json
    """The answer of the store: ``status`` and ``memberships``."""
    results: dict[tuple[str, str], Json]
    """The results of flags and segments in this evaluation."""

    def once(self, name: tuple[str, str], compute: Callable[[], Result]) -> Result:
        """Computes the result of a flag or a segment once in an evaluation (4.1, 6)."""
        if name not in self.results:
            self.results[name] = compute()
        result: Result = self.results[name]
        return result

    def kind(self, kind: str | None) -> str:
        """Returns the kind that a member names: ``user`` if it is absent or empty (1.2, P04)."""
        return kind or "user"

    def attribute(self, text: str, kind: str | None) -> Reference:
        """Returns the attribute that a text next to a kind names; an invalid one is an error (1.2)."""
        reference = self.reference(text, literal=not kind)
        if reference is None:
            raise Malformed
        return reference
