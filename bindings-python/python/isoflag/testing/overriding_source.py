"""The source that stands in for a client's own: the overridden document, or a failure."""

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from isoflag import Flags
from isoflag.source import (
    UNCHANGED,
    Fetched,
    SourceNotFoundError,
    SourceTimeoutError,
    SourceUnauthorizedError,
    SourceUnavailableError,
    Unchanged,
)

from .flag_items import document_text

__all__ = ["OverridingSource", "SourceFailure"]

SourceFailure: TypeAlias = Literal["down", "timeout", "unauthorized", "missing", "malformed"]
"""What can be wrong with a source."""

_WHERE: Final = "isoflag.testing"
_CUT_OFF: Final = b'{"flags": {'
_ERRORS: Final = {
    "down": SourceUnavailableError("is down, for this test", where=_WHERE),
    "timeout": SourceTimeoutError("takes too long, for this test", where=_WHERE),
    "unauthorized": SourceUnauthorizedError("may not be read, for this test", where=_WHERE),
    "missing": SourceNotFoundError("has no document, for this test", where=_WHERE),
}


class OverridingSource:
    """Gives the flags of the moment as a document, or fails as it is told to."""

    in_memory = True
    """Says to a client that there is nothing to wait for, so that no thread is needed."""

    def __init__(
        self, present: Callable[[], Flags], failure: Callable[[], SourceFailure | None]
    ) -> None:
        """Ask these two each time."""
        self._present = present
        self._failure = failure
        self._given: Flags | None = None

    def __repr__(self) -> str:
        return _WHERE

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        """Give the document, or raise."""
        failure = self._failure()
        if failure == "malformed":
            return Fetched(_CUT_OFF)
        if failure is not None:
            raise _ERRORS[failure].with_traceback(None)
        flags = self._present()
        if previous is not None and previous.document != _CUT_OFF and flags is self._given:
            return UNCHANGED
        self._given = flags
        return Fetched(document_text(flags).encode())


def check(failure: str) -> None:
    """Raise ``ValueError`` where there is no such failure."""
    if failure != "malformed" and failure not in _ERRORS:
        names = ", ".join(f"`{each}`" for each in (*_ERRORS, "malformed"))
        raise ValueError(f"`{failure}` is none of {names}")
