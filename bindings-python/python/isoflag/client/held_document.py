"""A client's current document, and the evidence for replacing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from isoflag._core import Flags
from isoflag.source.protocol import Fetched, SourceError

__all__ = ["HeldDocument", "StaleCopyError"]


class StaleCopyError(SourceError):
    """The response is a cached copy that is older than the current document."""


@dataclass(slots=True)
class HeldDocument:
    """A document that loaded, with its fetch result and times."""

    flags: Flags
    """The document, loaded."""

    fetched: Fetched
    """The document as the source returned it."""

    confirmed: float = 0.0
    """Time at which the source last confirmed the document, in seconds since 1970."""

    stepped_back_at: float | None = None
    """Time at which it replaced a later document, in seconds since 1970, or None."""

    _digest: str | None = None

    def digest(self) -> str:
        """Returns the document's digest, computed on first use and then cached."""
        if self._digest is None:
            self._digest = self.flags.digest
        return self._digest

    def confirmed_by(self, fetched: Fetched) -> "HeldDocument":
        """Returns the same document with the later of its two responses."""
        is_later = self.flags.supersedes(self.flags, evidence(fetched, self.fetched))
        kept = fetched if is_later else self.fetched
        return HeldDocument(
            self.flags, kept, stepped_back_at=self.stepped_back_at, _digest=self._digest
        )


def evidence(offered: Fetched, held: Fetched) -> Mapping[str, Any]:
    """Returns the evidence of two responses in the form that ``Flags.supersedes`` expects."""
    if offered.times is None:
        return {"authoritative": True}
    return {"offered": offered.times, "held": held.times}
