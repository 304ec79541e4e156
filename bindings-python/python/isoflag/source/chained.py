"""Tries several sources in order, and keeps a copy of the last document for cold starts."""

import os
from pathlib import Path

from isoflag import Flags
from isoflag._logs import logger

from .bounded_call import BoundedCalls, bounded_fetch, seconds_of
from .protocol import UNCHANGED, Fetched, Source, SourceError, Unchanged

__all__ = ["ChainedSource"]

_logger = logger("isoflag")


class ChainedSource:
    """A source that uses later sources until an earlier one has responded.

    A process never falls back from a source that has responded: a later source may have an older
    document, and the client keeps the last good one anyway.

    ``copy`` is a file, such as ``/tmp/flags.json`` in a Lambda function, to which each new document
    is written, and which a new process reads if no source responds.
    """

    def __init__(self, *sources: Source, copy: str | os.PathLike[str] | None = None) -> None:
        """Takes the sources, the preferred one first; raises ``TypeError`` without any."""
        if not sources:
            raise TypeError("a chain needs a source")
        self._sources = sources
        self._copy = None if copy is None else Path(copy)
        self._calls = BoundedCalls()
        self._used: int | None = None
        self._last: Fetched | None = None

    def __repr__(self) -> str:
        copy = "" if self._copy is None else f", copy={os.fspath(self._copy)!r}"
        return f"ChainedSource({', '.join(map(repr, self._sources))}{copy})"

    @property
    def timeout(self) -> float:
        """The sum of the sources' timeouts, in seconds."""
        return sum(map(seconds_of, self._sources))

    @property
    def is_current(self) -> bool:
        """Whether the source in use always returns the current document."""
        used = None if self._used is None else self._sources[self._used]
        return getattr(used, "is_current", False) is True

    def load_document(self, document: bytes) -> Flags:
        """Loads a flag document, or a feature-flag profile of AppConfig."""
        return Flags._from_configuration(document)  # noqa: SLF001 (our own)

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        """Fetches from the first source that responds; raises the first source's error."""
        failure: Exception | None = None
        last = len(self._sources) - 1 if self._used is None else self._used
        for index, source in enumerate(self._sources[: last + 1]):
            # Tags and identities of another source's document mean nothing to this one.
            own = previous if index == self._used and previous is self._last else None
            try:
                result = bounded_fetch(source, self._calls, own)
            except Exception as error:  # noqa: BLE001 (sources are user code)
                failure = failure or error
                continue
            if result is UNCHANGED:
                return UNCHANGED
            self._used = index
            self._last = result if isinstance(result, Fetched) else Fetched(bytes(result))
            self._write_copy(self._last.document)
            return self._last
        copied = self._read_copy() if previous is None else None
        if copied is None:
            raise failure or SourceError("no source has responded", where=repr(self))
        _logger.warning("using the copy `%s`: %s", os.fspath(self._copy or ""), failure)
        return copied

    def _write_copy(self, document: bytes) -> None:
        copy = self._copy
        if copy is None:
            return
        # Processes may write at the same time, and each must replace a whole document.
        written = copy.with_name(f"{copy.name}.{os.getpid()}")
        try:
            if copy.exists() and copy.read_bytes() == document:
                return
            self.load_document(document)
            written.write_bytes(document)
            written.replace(copy)
        except (OSError, ValueError) as error:
            _logger.warning("cannot write the copy `%s`: %s", os.fspath(copy), error)

    def _read_copy(self) -> Fetched | None:
        try:
            return None if self._copy is None else Fetched(self._copy.read_bytes())
        except OSError:
            return None
