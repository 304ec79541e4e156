"""Fetches a document from a source and refreshes it on use."""

from __future__ import annotations

import math
import time
from contextvars import ContextVar, copy_context
from threading import Event, Lock
from types import CoroutineType
from typing import TYPE_CHECKING, Final, NamedTuple

from isoflag._core import Flags
from isoflag._logs import logger
from isoflag._process import register_after_fork, started
from isoflag.source.deadline import (
    AbandonedError,
    BoundedCalls,
    Deadline,
    TimeLeft,
    bounded_fetch,
    seconds_left,
    seconds_of,
    until,
)
from isoflag.source.protocol import (
    UNCHANGED,
    Fetched,
    Source,
    SourceContentError,
    SourceError,
    require_source,
)

from .held_document import ClientStatus, HeldDocument, StaleCopyError, evidence

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FreshDocument"]

_logger = logger("isoflag")

_MAX_PAUSE: Final = 300.0
_SECONDS_BETWEEN_WARNINGS: Final = 300.0
_GRACE: Final = 0.25
"""Extra seconds to wait for a fetch beyond its time limit, so that its error is recorded."""
_NOT_FETCHED: Final = Fetched(b"")
"""Stands for the result of a source in an initial document."""


class FreshDocument:
    """The refresh logic of ``FlagClient``: when to fetch, what to keep, which listeners to call.

    It is independent of flags and contexts. ``_fresh`` returns the current document, and fetches
    it first if a refresh is due.
    """

    def __init__(
        self,
        source: Source,
        ttl: float,
        *,
        retry: float,
        max_wait: float,
        load: Callable[[bytes], Flags],
        on_change: Callable[[Flags | None, Flags], object] | None,
        on_error: Callable[[Exception], object] | None,
        clock: Callable[[], float],
        initial: Flags | None = None,
    ) -> None:
        """Checks the arguments of ``FlagClient``; later an error would look like an outage."""
        for name, seconds in {"ttl": ttl, "retry": retry, "max_wait": max_wait}.items():
            if not isinstance(seconds, int | float):
                raise TypeError(f"invalid `{name}` `{seconds!r}`: expected a number of seconds")
            if not seconds >= 0:
                raise ValueError(f"invalid `{name}` `{seconds}`: expected seconds, at least 0")
        _require_functions(load=load, clock=clock)
        require_source(source)
        self._source = source
        self._max_wait = max_wait
        self._ttl = ttl
        self._retry = retry
        self._load = load
        self._clock = clock
        self._listeners: tuple[_Listener, ...] = ()
        if initial is not None and not isinstance(initial, Flags):
            raise TypeError(
                f"invalid `initial` of type `{type(initial).__name__}`: expected `Flags`, such as "
                "`Flags.from_json(text)`"
            )
        # The first fetch replaces it, and until then its age is unknown.
        self._held = None if initial is None else HeldDocument(initial, _NOT_FETCHED)
        self._last_fetched: Fetched | None = None
        self._load_error: Exception | None = None
        self._failures: _Failures | None = None
        self._fetch_seconds: float | None = None
        # No refresh is due between these times. A clock that was set back is before both.
        self._since = 0.0
        self._next = 0.0
        if on_change is not None or on_error is not None:
            self.listen(on_change=on_change, on_error=on_error)
        self._calls = BoundedCalls()
        self._lock = Lock()
        self._attempt: _Attempt | None = None
        register_after_fork(self)

    def after_fork(self) -> None:
        """Resets the lock and the parent's running refresh; called in a forked process."""
        self._lock = Lock()
        self._attempt = None

    @property
    def due(self) -> bool:
        """Whether the next evaluation would fetch."""
        return not self._since <= self._clock() < self._next

    @property
    def status(self) -> ClientStatus:
        """The client's status; reading it fetches nothing."""
        held, failures = self._held, self._failures
        return ClientStatus(
            ready=held is not None,
            version=None if held is None else held.flags.version,
            digest=None if held is None else held.digest(),
            source_version=None if held is None else held.fetched.version,
            stepped_back_at=None if held is None else held.stepped_back_at,
            age=None if not (held and held.confirmed) else max(0.0, self._clock() - held.confirmed),
            fetch_seconds=self._fetch_seconds,
            error=None if failures is None else failures.error,
            error_since=None if failures is None else failures.since,
            failures=0 if failures is None else failures.number,
        )

    def refresh(self, *, force: bool = False, deadline: TimeLeft | None = None) -> ClientStatus:
        """Fetches if a refresh is due, or always with ``force``; returns the resulting status.

        It takes at most the source's ``timeout``, by default 2 seconds, and at most ``deadline``:
        seconds from now, or the context of a Lambda handler, of whose remaining time at most half
        is used. A fetch that is not complete by then is abandoned.

        Call it during initialization so that the first request does not wait for the first fetch.
        """
        with until(deadline):
            self._refresh(force=force, seconds=self._whole_fetch())
        return self.status

    def listen(
        self,
        *,
        on_change: Callable[[Flags | None, Flags], object] | None = None,
        on_error: Callable[[Exception], object] | None = None,
        on_recovery: Callable[[], object] | None = None,
    ) -> Callable[[], None]:
        """Registers callbacks; returns a function that unregisters them.

        ``on_change`` and ``on_error`` are called as in the constructor, ``on_recovery`` after the
        first success that follows failures. The fetching thread calls them after its fetch.
        """
        _require_functions(on_change=on_change, on_error=on_error, on_recovery=on_recovery)
        listener = _Listener(on_change, on_error, on_recovery)
        self._listeners = (*self._listeners, listener)

        def forget() -> None:
            self._listeners = tuple(each for each in self._listeners if each is not listener)

        return forget

    def _take(self, held: HeldDocument, now_ms: float) -> None:
        """Called with each new document before it becomes current."""

    def _fresh(self) -> HeldDocument | None:
        # Inlines `due` to save a call for each evaluation.
        if not self._since <= self._clock() < self._next:
            self._refresh(force=False, seconds=None)
        return self._held

    def _whole_fetch(self) -> float:
        """Returns the number of seconds that a fetch may take now."""
        return seconds_left(seconds_of(self._source))

    def _refresh(self, *, force: bool, seconds: float | None) -> None:
        """Fetches if due and waits ``seconds``, or with None as long as a request may wait.

        One attempt runs at a time. Once a document has loaded, a request does not wait for another
        request's attempt, and at most ``max_wait`` for its own, which continues afterwards.
        """
        patient = seconds is not None or self._held is None
        left = self._whole_fetch() if seconds is None else seconds
        wait = Deadline(left + _GRACE if patient else min(self._max_wait, left))
        while left > 0:
            attempt, is_own = self._join(force=force)
            if attempt is None or not (is_own or patient):
                return
            if is_own:
                self._start(attempt)
            if not attempt.done.wait(wait.left):
                return
            if is_own:
                if attempt.interrupt is not None:
                    raise attempt.interrupt
                return

    def _join(self, *, force: bool) -> tuple[_Attempt | None, bool]:
        """Returns the running attempt, or a new one and True; None if no fetch is needed."""
        with self._lock:
            running = self._attempt
            if running is not None and running is _running.get():
                # The source, or its log handler, evaluates a flag: waiting would deadlock.
                return None, False
            now = self._clock()
            if running is not None and not (running.done.is_set() or now > running.expires):
                return running, False
            # The attempt that this thread waited for may have succeeded.
            if not force and not self.due:
                return None, False
            self._attempt = _Attempt(now + seconds_of(self._source) + _GRACE)
            return self._attempt, True

    def _start(self, attempt: _Attempt) -> None:
        """Runs an attempt in its own thread, or in this one if the source is in memory."""
        in_memory = getattr(self._source, "in_memory", False)
        # The thread outlives the request, and is frozen with the function.
        if in_memory or started(lambda: self._run(attempt), "isoflag-refresh") is None:
            copy_context().run(self._run, attempt)

    def _run(self, attempt: _Attempt) -> None:
        _running.set(attempt)
        try:
            outcome = self._outcome(attempt)
            if self._attempt is attempt:
                # Listeners may fetch again.
                self._attempt = None
            if outcome is not None:
                self._report(outcome)
        except Exception:
            # A clock or a `repr` of the caller; evaluations use the current document.
            _logger.exception("a refresh failed")
        except BaseException as error:  # noqa: BLE001 (raised again in the waiting thread)
            attempt.interrupt = error
        finally:
            attempt.done.set()

    def _outcome(self, attempt: _Attempt) -> _Outcome | None:
        """Fetches and stores the result; None if a test has replaced this client's source."""
        before, failures = self._held, self._failures
        began = time.monotonic()
        try:
            held = self._fetch(before, attempt)
        except Exception as error:  # noqa: BLE001 (sources are user code)
            if self._attempt is not attempt:
                return None
            now = self._clock()
            warn = failures is None or not 0 <= now - failures.warned < _SECONDS_BETWEEN_WARNINGS
            self._failures = _Failures(
                error,
                since=now if failures is None else failures.since,
                number=1 if failures is None else failures.number + 1,
                warned=now if failures is None or warn else failures.warned,
            )
            self._postpone(now, self._pause(self._failures))
            number = self._failures.number
            return _Outcome(before, before, error, warn=warn, recovered=False, failures=number)
        if self._attempt is not attempt:
            return None
        now = self._clock()
        self._fetch_seconds = time.monotonic() - began
        held.confirmed = now
        if held.stepped_back_at is not None:
            # A clock that was set back must not keep the gate closed.
            held.stepped_back_at = min(held.stepped_back_at, now)
        if before is None or before.flags is not held.flags:
            self._take(held, now * 1000.0)
        self._held = held
        self._failures = None
        self._postpone(now, self._ttl)
        return _Outcome(before, held, None, warn=False, recovered=failures is not None)

    def _pause(self, failures: _Failures) -> float:
        longest = max(min(self._ttl, _MAX_PAUSE), self._retry)
        # Larger powers of two overflow a float, and exceed any pause anyway.
        pause = self._retry * 2.0 ** min(failures.number - 1, 1000)
        retry_after = getattr(failures.error, "retry_after", None)
        if isinstance(retry_after, int | float):
            pause = max(pause, retry_after)
        return min(longest, pause)

    def _postpone(self, now: float, seconds: float) -> None:
        # In this order another thread may see an extra due refresh, but never miss one.
        self._next = now + seconds
        self._since = now

    def _fetch(self, held: HeldDocument | None, attempt: _Attempt) -> HeldDocument:
        """Returns the document to hold from now on, or raises.

        A stale copy leaves no trace: the origin may return the same document again.
        """
        result = bounded_fetch(self._source, self._calls, self._last_fetched)
        with self._lock:
            if self._attempt is not attempt:
                raise AbandonedError("another attempt has started")
            # Loading may take longer.
            attempt.expires = math.inf
        if result is UNCHANGED:
            self._raise_load_error()
            if held is None or held.fetched is _NOT_FETCHED:
                raise SourceContentError(
                    "`fetch` returned `UNCHANGED` before any document; return the document if "
                    "`previous` is None",
                    where=repr(self._source),
                )
            return held.confirmed_at(getattr(self._source, "times", None))
        fetched = self._as_fetched(result)
        before, self._last_fetched = self._last_fetched, fetched
        if before is not None and before.document == fetched.document:
            self._raise_load_error()
        is_fetched = held is not None and held.fetched is not _NOT_FETCHED
        if held is not None and is_fetched and held.fetched.document == fetched.document:
            self._load_error = None
            return held.confirmed_by(fetched)
        try:
            flags = self._load(_plain(fetched.document))
        except Exception as error:
            self._load_error = error
            raise
        if held is None:
            self._load_error = None
            return HeldDocument(flags, fetched)
        if not flags.supersedes(held.flags, evidence(fetched, held.fetched)):
            self._last_fetched = before
            raise StaleCopyError(
                "a cache returned an older copy than the current document; it is ignored",
                where=repr(self._source),
            )
        self._load_error = None
        stepped_back = flags.steps_back_from(held.flags)
        return HeldDocument(flags, fetched, stepped_back_at=self._clock() if stepped_back else None)

    def _as_fetched(self, result: object) -> Fetched:
        if isinstance(result, Fetched):
            return result
        # `bytes` would take a number or a list too.
        if isinstance(result, bytes | bytearray | memoryview):
            return Fetched(bytes(result))
        if isinstance(result, CoroutineType):
            result.close()
        raise SourceContentError(
            f"`fetch` returned a value of type `{type(result).__name__}`; it has to return "
            "`bytes`, a `Fetched` or `UNCHANGED`",
            where=repr(self._source),
        )

    def _raise_load_error(self) -> None:
        if self._load_error is not None:
            # Its traceback would grow by each time that it is raised.
            raise self._load_error.with_traceback(None)

    def _report(self, outcome: _Outcome) -> None:
        error, before, after = outcome.error, outcome.before, outcome.after
        if error is not None:
            kept = "no flags yet" if before is None else "the last good document is kept"
            # The message of a `SourceError` already names the source.
            where = "" if isinstance(error, SourceError) else f"{self._source!r}: "
            fields = {
                "source": repr(self._source),
                "error_type": type(error).__name__,
                "failures": outcome.failures,
            }
            log = _logger.warning if outcome.warn else _logger.debug
            log("cannot refresh flags, %s: %s%s", kept, where, error, extra=fields)
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


def _require_functions(**named: object) -> None:
    for name, function in named.items():
        if function is not None and not callable(function):
            raise TypeError(f"invalid `{name}` `{function!r}`: expected a function")


def _plain(document: bytes) -> bytes:
    """Returns the text of a document that may be compressed, such as a ``.json.gz`` in a bucket."""
    if not document.startswith(b"\x1f\x8b"):
        return document
    from isoflag._text import decompressed  # noqa: PLC0415

    return decompressed(document)


class _Listener(NamedTuple):
    on_change: Callable[[Flags | None, Flags], object] | None
    on_error: Callable[[Exception], object] | None
    on_recovery: Callable[[], object] | None


class _Failures(NamedTuple):
    """The failures since the last success."""

    error: Exception
    since: float
    number: int
    warned: float


class _Outcome(NamedTuple):
    """The result of an attempt, for listeners and the log."""

    before: HeldDocument | None
    after: HeldDocument | None
    error: Exception | None
    warn: bool
    recovered: bool
    failures: int = 0


class _Attempt:
    """A refresh that is running or has ended."""

    __slots__ = ("done", "expires", "interrupt")

    def __init__(self, expires: float) -> None:
        self.done = Event()
        # By the wall clock. Only a process that was frozen gets there: the time limit of a fetch
        # stands still meanwhile, and its connection dies.
        self.expires = expires
        self.interrupt: BaseException | None = None


_running: ContextVar[_Attempt | None] = ContextVar("isoflag_refresh", default=None)
"""The attempt that runs in this context."""


def _call(callback: Callable[..., object], *arguments: object) -> None:
    try:
        callback(*arguments)
    except Exception:
        _logger.exception("a callback of the flag client failed")
