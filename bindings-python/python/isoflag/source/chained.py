"""Tries several sources in order, and keeps a copy of the last document for cold starts."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import get_ident
from typing import Any

from isoflag import Flags
from isoflag._logs import logger
from isoflag._text import decompressed

from .deadline import BoundedCalls, bounded, bounded_fetch, seconds_left, seconds_of, until
from .protocol import UNCHANGED, Fetched, Source, SourceError, Unchanged, require_source

__all__ = ["ChainedSource"]

_logger = logger("isoflag")


class _Chained(Fetched):
    """The result of a source of a chain, which each client keeps."""

    own: Fetched
    source: Source


class ChainedSource:
    """A source that uses later sources until an earlier one has responded.

    A process never falls back from a source that has responded: a later source may have an older
    document, and the client keeps the last good one anyway. If less time is left than all timeouts
    together, the sources share it in proportion to their timeouts.

    ``copy`` is a file, such as ``/tmp/flags.json`` in a Lambda function, to which each new document
    is written, and which a new process reads if no source responds.
    """

    def __init__(self, *sources: Source, copy: str | os.PathLike[str] | None = None) -> None:
        """Takes the sources, the preferred one first; raises ``TypeError`` without any."""
        if not sources:
            raise TypeError("a chain needs a source")
        for source in sources:
            require_source(source)
        self._sources = sources
        self._copy = None if copy is None else Path(copy)
        # A source that hangs must not use up the calls of another.
        self._calls = tuple(BoundedCalls() for _ in sources)
        self._used: int | None = None

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

    @property
    def times(self) -> Mapping[str, Any] | None:
        """The times of the last response of the source in use, if a cache may have answered."""
        return None if self._used is None else getattr(self._sources[self._used], "times", None)

    def load_document(self, document: bytes) -> Flags:
        """Loads a flag document, or a feature-flag profile of AppConfig."""
        return Flags._from_configuration(document)  # noqa: SLF001 (our own)

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        """Fetches from the first source that responds; raises the first source's error."""
        failure: Exception | None = None
        last = len(self._sources) - 1 if self._used is None else self._used
        timeouts = [seconds_of(source) for source in self._sources[: last + 1]]
        for index, timeout in enumerate(timeouts):
            source, whole = self._sources[index], sum(timeouts[index:])
            # Tags and identities of another source's document mean nothing to this one.
            own = None
            if isinstance(previous, _Chained) and previous.source is source:
                own = previous.own
            try:
                with until(timeout / whole * seconds_left(whole)):
                    result = bounded_fetch(source, self._calls[index], own)
            except Exception as error:  # noqa: BLE001 (sources are user code)
                failure = failure or error
                continue
            if result is UNCHANGED:
                return UNCHANGED
            self._used = index
            fetched = result if isinstance(result, Fetched) else Fetched(bytes(result))
            self._write_copy(fetched.document)
            chained = _Chained(*fetched)
            chained.own, chained.source = fetched, source
            return chained
        copied = self._read_copy() if previous is None else None
        if copied is None:
            raise failure or SourceError("no source has responded", where=repr(self))
        _logger.warning("using the copy `%s`: %s", os.fspath(self._copy or ""), failure)
        return copied

    def big_segments(self, context_keys: Sequence[str]) -> Mapping[str, Any] | None:
        """Returns the memberships of the source in use, or None if it has none."""
        index = self._used or 0
        source: Any = self._sources[index]
        memberships: Mapping[str, Any] | None = None
        if hasattr(source, "big_segments"):
            memberships = bounded(
                source, self._calls[index], lambda: source.big_segments(context_keys)
            )
        return memberships

    def _write_copy(self, document: bytes) -> None:
        copy = self._copy
        if copy is None:
            return
        # Processes and threads may write at the same time, each a whole document.
        written = copy.with_name(f"{copy.name}.{os.getpid()}.{get_ident()}")
        try:
            if copy.exists() and copy.read_bytes() == document:
                return
            self.load_document(decompressed(document))
            try:
                written.write_bytes(document)
                written.replace(copy)
            except OSError:
                # Half a copy would fill the disk further.
                written.unlink(missing_ok=True)
                raise
        except (OSError, ValueError) as error:
            _logger.warning("cannot write the copy `%s`: %s", os.fspath(copy), error)

    def _read_copy(self) -> Fetched | None:
        try:
            return None if self._copy is None else Fetched(self._copy.read_bytes())
        except OSError:
            return None
