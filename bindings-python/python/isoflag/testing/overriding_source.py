"""A source for tests, which returns the overridden document or fails."""

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
"""A way in which a source can fail."""

_WHERE: Final = "isoflag.testing"
_CUT_OFF: Final = b'{"flags": {'
_ERRORS: Final = {
    "down": SourceUnavailableError("simulated failure: down", where=_WHERE),
    "timeout": SourceTimeoutError("simulated failure: timeout", where=_WHERE),
    "unauthorized": SourceUnauthorizedError("simulated failure: unauthorized", where=_WHERE),
    "missing": SourceNotFoundError("simulated failure: missing document", where=_WHERE),
}


class OverridingSource:
    """Returns the current flags as a document, or raises the simulated failure."""

    in_memory = True
    """Lets a client fetch in the calling thread, since nothing blocks."""

    def __init__(
        self, present: Callable[[], Flags], failure: Callable[[], SourceFailure | None]
    ) -> None:
        """Takes functions that return the current flags and the current failure, if any."""
        self._present = present
        self._failure = failure
        self._given: Flags | None = None

    def __repr__(self) -> str:
        return _WHERE

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        """Returns the document, or raises the simulated failure."""
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
    """Raises ``ValueError`` for an unknown failure."""
    if failure != "malformed" and failure not in _ERRORS:
        names = ", ".join(f"`{each}`" for each in (*_ERRORS, "malformed"))
        raise ValueError(f"invalid failure `{failure}`: expected one of {names}")
