"""A document that a client holds, and what may take its place."""

import json
from dataclasses import dataclass

from ._core import Flags
from .source.errors import SourceError
from .source.protocol import Fetched

__all__ = ["HeldDocument", "OlderVersionError"]


class OlderVersionError(SourceError):
    """A document whose ``meta.version`` is lower than that of the one held, and no later rollback.

    It is taken where its ``meta.lastModifiedTimestamp`` is later: then somebody went back on
    purpose.
    """


@dataclass(slots=True)
class HeldDocument:
    """A document that was good when it was fetched."""

    flags: Flags
    """The document, loaded."""

    fetched: Fetched
    """The document as its source gave it."""

    confirmed: float = 0.0
    """When the source last said that this is its document, in seconds since 1970."""

    _digest: str | None = None

    def digest(self) -> str:
        """The document's digest, which takes a while for a large one and is then kept."""
        if self._digest is None:
            self._digest = self.flags.digest
        return self._digest

    def stamp_ms(self) -> float | None:
        """When the document was changed last, in milliseconds since 1970, where it says so."""
        try:
            stamp = _stamp(self.fetched.document)
        except ValueError:
            # What a client's own `load` reads need be no JSON.
            return None
        return stamp * 1000.0 if stamp >= 0 else None

    def check_successor(self, flags: Flags, fetched: Fetched, *, where: str) -> None:
        """Raise ``OlderVersionError`` where another document is older than this one."""
        held, given = self.flags.version, flags.version
        if held is None or given is None or given >= held:
            return
        if _stamp(fetched.document) > _stamp(self.fetched.document):
            return
        raise OlderVersionError(
            f"gives version {given}, version {held} is held and kept; whoever goes back on purpose "
            "writes a later `meta.lastModifiedTimestamp`",
            where=where,
        )


def _stamp(document: bytes) -> float:
    """The document's `meta.lastModifiedTimestamp`, or less than any."""
    value = json.loads(document)
    if isinstance(value, dict) and value.get("path") == "/" and "flags" not in value:
        value = value.get("data")
    meta = value.get("meta") if isinstance(value, dict) else None
    stamp = meta.get("lastModifiedTimestamp") if isinstance(meta, dict) else None
    return float(stamp) if isinstance(stamp, int | float) else float("-inf")
