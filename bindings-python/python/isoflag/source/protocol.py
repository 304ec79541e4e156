"""The one method that a source has, and what it gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Protocol

__all__ = ["UNCHANGED", "Fetched", "Source", "Unchanged"]


class Unchanged(Enum):
    """The type of ``UNCHANGED``, its only value."""

    UNCHANGED = "unchanged"

    def __repr__(self) -> str:
        return self.name


UNCHANGED: Final = Unchanged.UNCHANGED
"""What a source gives where the document is the one of ``previous``."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document as a source gave it."""

    document: bytes
    """The text, as the source holds it."""

    etag: str | None = None
    """What the source wants to be asked with the next time, if it has such a thing."""

    version: str | None = None
    """What the source calls this version, for people to read."""

    times: Mapping[str, Any] | None = None
    """The times of the response, if a cache may have answered; None if the source is authoritative.

    ``last_modified``, ``date``, ``age`` and ``received_ms``, as ``Flags.supersedes`` takes them.
    """


class Source(Protocol):
    """Where a document comes from.

    A source belongs to one client, which calls it in a thread of its own, one call at a time. A
    call that takes longer than ``timeout`` seconds, an attribute of the source, or 2 seconds
    without one, is abandoned: what it returns is dropped, and it may still run when the next one
    begins. A source may keep a connection or a token, but not what it gave: that is ``previous``.

    A source that returns the current document says so by ``is_current = True``; any other may lag,
    as the AppConfig Agent does, and ``Pins`` rely on that. A source of other documents than
    isoflag's may have a method ``load_document`` from the bytes to ``Flags``, which a client calls
    instead of ``Flags.from_json``.
    """

    def fetch(self, previous: Fetched | None) -> Fetched | bytes | Unchanged:
        """Give the document, or ``UNCHANGED`` where it is that of ``previous``.

        ``previous`` is what this method gave last, None the first time; without it the document is
        given whole. Bytes alone are as good as a ``Fetched``. What is given is believed, also an
        earlier document, unless its ``times`` show that a cache gave an older copy. Raises a
        ``SourceError``.
        """
