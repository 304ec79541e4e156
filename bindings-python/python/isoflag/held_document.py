"""A document that a client holds, and what may take its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ._core import Flags
from .source.errors import SourceError
from .source.protocol import Fetched

__all__ = ["HeldDocument", "StaleCopyError"]


class StaleCopyError(SourceError):
    """A copy from a cache that its origin made before the document held."""


@dataclass(slots=True)
class HeldDocument:
    """A document that was good when it was fetched."""

    flags: Flags
    """The document, loaded."""

    fetched: Fetched
    """The document as its source gave it."""

    confirmed: float = 0.0
    """When the source last said that this is its document, in seconds since 1970."""

    stepped_back_at: float | None = None
    """When it replaced a later document, in seconds since 1970; the gate counts from then."""

    _digest: str | None = None

    def digest(self) -> str:
        """The document's digest, which takes a while for a large one and is then kept."""
        if self._digest is None:
            self._digest = self.flags.digest
        return self._digest

    def confirmed_by(self, fetched: Fetched) -> "HeldDocument":
        """Hold the same document as another response gave it, unless that is an older copy."""
        is_later = self.flags.supersedes(self.flags, evidence(fetched, self.fetched))
        kept = fetched if is_later else self.fetched
        return HeldDocument(
            self.flags, kept, stepped_back_at=self.stepped_back_at, _digest=self._digest
        )


def evidence(offered: Fetched, held: Fetched) -> Mapping[str, Any]:
    """What two answers of a source show, as ``Flags.supersedes`` takes it."""
    if offered.times is None:
        return {"authoritative": True}
    return {"offered": offered.times, "held": held.times}
