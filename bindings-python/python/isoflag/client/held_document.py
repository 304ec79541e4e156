"""A client's current document, and the evidence for replacing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isoflag.source.protocol import Fetched, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isoflag._core import Flags

__all__ = ["HeldDocument", "StaleCopyError"]


class StaleCopyError(SourceError):
    """The response is a cached copy that is older than the current document."""


class HeldDocument:
    """A document that loaded, with its fetch result and times."""

    __slots__ = ("_digest", "confirmed", "fetched", "flags", "stepped_back_at")

    def __init__(
        self,
        flags: Flags,
        fetched: Fetched,
        *,
        stepped_back_at: float | None = None,
        digest: str | None = None,
    ) -> None:
        """Takes the loaded document, and the result of the source."""
        self.flags = flags
        self.fetched = fetched
        self.confirmed = 0.0
        """Time at which the source last confirmed the document, in seconds since 1970."""
        self.stepped_back_at = stepped_back_at
        """Time at which it replaced a later document, in seconds since 1970, or None."""
        self._digest = digest

    def digest(self) -> str:
        """Returns the document's digest, computed on first use and then cached."""
        if self._digest is None:
            self._digest = self.flags.digest
        return self._digest

    def changed(self, change: Callable[[Flags], Flags]) -> HeldDocument:
        """Returns the result of a function with the times of this document."""
        flags = change(self.flags)
        digest = self._digest if flags is self.flags else None
        return HeldDocument(
            flags, self.fetched, stepped_back_at=self.stepped_back_at, digest=digest
        )

    def confirmed_by(self, fetched: Fetched) -> HeldDocument:
        """Returns the same document with the later of its two responses."""
        is_later = self.flags.supersedes(self.flags, evidence(fetched, self.fetched))
        kept = fetched if is_later else self.fetched
        return HeldDocument(
            self.flags, kept, stepped_back_at=self.stepped_back_at, digest=self._digest
        )


def evidence(offered: Fetched, held: Fetched) -> Mapping[str, Any]:
    """Returns the evidence of two responses in the form that ``Flags.supersedes`` expects."""
    if offered.times is None:
        return {"authoritative": True}
    return {"offered": offered.times, "held": held.times}
