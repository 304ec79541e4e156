"""A document that is fetched from a source and kept fresh, on use."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, get_ident
from typing import Final

from ._core import Flags
from ._fork import tell_after_fork
from ._logs import logger
from .client_status import ClientStatus
from .held_document import HeldDocument
from .source.errors import SourceContentError, SourceError
from .source.protocol import UNCHANGED, Fetched, Source

__all__ = ["FreshDocument"]

_logger = logger("isoflag")

_LONGEST_PAUSE: Final = 300.0


class FreshDocument:
    """What ``FlagClient`` answers from: when the source is asked, what is kept, who is told.

    It knows no flag and no context. ``_fresh`` gives the document that is held, fetched first where
    that is due.
    """

    def __init__(
        self,
        source: Source,
        ttl: float,
        *,
        retry: float,
        load: Callable[[bytes], Flags],
        on_change: Callable[[Flags | None, Flags], object] | None,
        on_error: Callable[[Exception], object] | None,
        clock: Callable[[], float],
    ) -> None:
        """Take what ``FlagClient`` is given; a negative time is a ``ValueError``."""
        if not ttl >= 0 or not retry >= 0:
            raise ValueError(f"`ttl` and `retry` are seconds from 0 up, not `{ttl}` and `{retry}`")
        self._source = source
        self._ttl = ttl
        self._retry = retry
        self._load = load
        self._clock = clock
        self._listeners: tuple[_Listener, ...] = ()
        self._held: HeldDocument | None = None
        self._seen: Fetched | None = None
        self._refused: Exception | None = None
        self._trouble: _Trouble | None = None
        # Between these two times nothing is fetched. A clock that was set back is before both.
        self._since = 0.0
        self._next = 0.0
        if on_change is not None or on_error is not None:
            self.listen(on_change=on_change, on_error=on_error)
        self._lock = Lock()
        self._fetching: int | None = None
        tell_after_fork(self)

    def after_fork(self) -> None:
        """Let go of a lock that a thread of the parent holds, in a process that was forked."""
        self._lock = Lock()
        self._fetching = None

    @property
    def due(self) -> bool:
        """Whether the next evaluation would fetch."""
        return not self._since <= self._clock() < self._next

    @property
    def status(self) -> ClientStatus:
        """How the client is doing; asking fetches nothing."""
        held, trouble = self._held, self._trouble
        return ClientStatus(
            ready=held is not None,
            version=None if held is None else held.flags.version,
            digest=None if held is None else held.digest(),
            source_version=None if held is None else held.fetched.version,
            age=None if held is None else max(0.0, self._clock() - held.confirmed),
            error=None if trouble is None else trouble.error,
            error_since=None if trouble is None else trouble.since,
            failures=0 if trouble is None else trouble.failures,
        )

    def refresh(self, *, force: bool = False) -> ClientStatus:
        """Fetch if it is due, or in any case with ``force``; give the status after it.

        Called while a function starts, it takes the first fetch out of the first request.
        """
        self._refresh(force=force, wait=True)
        return self.status

    def listen(
        self,
        *,
        on_change: Callable[[Flags | None, Flags], object] | None = None,
        on_error: Callable[[Exception], object] | None = None,
        on_recovery: Callable[[], object] | None = None,
    ) -> Callable[[], None]:
        """Have these called as in the constructor; give what ends that.

        ``on_recovery`` is called with the first success after failures. All are called by the
        thread that fetched, after it.
        """
        listener = _Listener(on_change, on_error, on_recovery)
        self._listeners = (*self._listeners, listener)

        def forget() -> None:
            self._listeners = tuple(each for each in self._listeners if each is not listener)

        return forget

    def _take(self, flags: Flags, now_ms: float) -> None:
        """Told of each document before it is held."""

    def _fresh(self) -> HeldDocument | None:
        # As `due`, which would be one more call for each evaluation.
        if not self._since <= self._clock() < self._next:
            self._refresh(force=False, wait=self._held is None)
        return self._held

    def _refresh(self, *, force: bool, wait: bool) -> None:
        if self._fetching == get_ident():
            # A source, or the log that it writes to, asks for a flag: nothing to wait for.
            return
        if not self._lock.acquire(blocking=wait):
            return
        outcome: _Outcome | None = None
        try:
            self._fetching = get_ident()
            # Whoever waited may find that it has been done.
            if force or self.due:
                outcome = self._attempt()
        finally:
            self._fetching = None
            self._lock.release()
        if outcome is not None:
            self._report(outcome)

    def _attempt(self) -> "_Outcome":
        before, trouble = self._held, self._trouble
        try:
            held = self._fetch(before)
        except Exception as error:  # noqa: BLE001 (a source is anybody's)
            now = self._clock()
            self._trouble = _Trouble(
                error,
                since=now if trouble is None else trouble.since,
                failures=1 if trouble is None else trouble.failures + 1,
            )
            self._postpone(now, self._pause(self._trouble.failures))
            return _Outcome(before, before, error, first=trouble is None, recovered=False)
        now = self._clock()
        held.confirmed = now
        if before is None or before.flags is not held.flags:
            self._take(held.flags, now * 1000.0)
        self._held = held
        self._trouble = None
        self._postpone(now, self._ttl)
        return _Outcome(before, held, None, first=False, recovered=trouble is not None)

    def _pause(self, failures: int) -> float:
        longest = max(min(self._ttl, _LONGEST_PAUSE), self._retry)
        # Larger powers of two are no floats, and past any pause anyway.
        return min(longest, self._retry * 2.0 ** min(failures - 1, 1000))

    def _postpone(self, now: float, seconds: float) -> None:
        # In this order another thread finds it due once too often rather than never.
        self._next = now + seconds
        self._since = now

    def _fetch(self, held: HeldDocument | None) -> HeldDocument:
        """Give what is to be held from here on, or raise why it cannot be."""
        answer = self._source.fetch(self._seen)
        if answer is UNCHANGED:
            self._refuse_again()
            if held is None:
                raise SourceContentError(
                    "unchanged, but nothing was given yet; its `fetch` has to give the document "
                    "where `previous` is None",
                    where=repr(self._source),
                )
            return held
        fetched = answer if isinstance(answer, Fetched) else Fetched(bytes(answer))
        before, self._seen = self._seen, fetched
        if before is not None and before.document == fetched.document:
            self._refuse_again()
        if held is not None and held.fetched.document == fetched.document:
            self._refused = None
            return HeldDocument(held.flags, fetched)
        try:
            flags = self._load(fetched.document)
            if held is not None:
                held.check_successor(flags, fetched, where=repr(self._source))
        except Exception as error:
            self._refused = error
            raise
        self._refused = None
        return HeldDocument(flags, fetched)

    def _refuse_again(self) -> None:
        if self._refused is not None:
            # Its traceback would grow by each time that it is raised.
            raise self._refused.with_traceback(None)

    def _report(self, outcome: "_Outcome") -> None:
        error, before, after = outcome.error, outcome.before, outcome.after
        if error is not None:
            kept = "no flags yet" if before is None else "the last good document is kept"
            level = logging.WARNING if outcome.first else logging.DEBUG
            # An error of a source names it.
            where = "" if isinstance(error, SourceError) else f"{self._source!r}: "
            _logger.log(level, "flags cannot be refreshed, %s: %s%s", kept, where, error)
        elif outcome.recovered:
            _logger.info("flags are refreshed again")
        for listener in self._listeners:
            if error is not None and listener.on_error is not None:
                _call(listener.on_error, error)
            if outcome.recovered and listener.on_recovery is not None:
                _call(listener.on_recovery)
            if after is None or listener.on_change is None:
                continue
            if before is None or before.flags is not after.flags:
                _call(listener.on_change, None if before is None else before.flags, after.flags)


@dataclass(frozen=True, slots=True)
class _Listener:
    on_change: Callable[[Flags | None, Flags], object] | None
    on_error: Callable[[Exception], object] | None
    on_recovery: Callable[[], object] | None


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Failures since the last success."""

    error: Exception
    since: float
    failures: int


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What an attempt came to, for those who are told of it."""

    before: HeldDocument | None
    after: HeldDocument | None
    error: Exception | None
    first: bool
    recovered: bool


def _call(callback: Callable[..., object], *arguments: object) -> None:
    try:
        callback(*arguments)
    except Exception:
        _logger.exception("a callback of the flag client failed")
