"""Time limits: deadlines, and calls that are abandoned when they pass."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeAlias, TypeVar, runtime_checkable

from isoflag._process import started

from .protocol import Fetched, Source, SourceTimeoutError, Unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Thread

__all__ = [
    "DEFAULT_SECONDS",
    "AbandonedError",
    "BoundedCalls",
    "BoundedSource",
    "Deadline",
    "LambdaContext",
    "TimeLeft",
    "bounded",
    "bounded_fetch",
    "seconds_left",
    "seconds_of",
    "until",
]

DEFAULT_SECONDS: Final = 2.0
"""Default timeout of a whole fetch; a Lambda function's default timeout is 3 seconds."""

_SHARE: Final = 0.5
# Longer than any fetch, and short enough for every operating system's wait functions.
_MAX_SECONDS: Final = 86_400.0


@runtime_checkable
class LambdaContext(Protocol):
    """The second argument of a Lambda handler."""

    def get_remaining_time_in_millis(self) -> int:
        """Returns the number of milliseconds before Lambda ends the invocation."""


class Deadline:
    """A point in time of the monotonic clock."""

    __slots__ = ("_end",)

    def __init__(self, seconds: float) -> None:
        """Sets the deadline ``seconds`` from now; a negative number or NaN counts as 0."""
        self._end = time.monotonic() + (min(seconds, _MAX_SECONDS) if seconds > 0 else 0.0)

    @property
    def left(self) -> float:
        """Seconds until the deadline, at least 0."""
        return max(0.0, self._end - time.monotonic())

    def check(self) -> None:
        """Raises ``TimeoutError`` if the deadline has passed."""
        if self.left <= 0:
            raise TimeoutError("the deadline has passed")


TimeLeft: TypeAlias = float | LambdaContext | Deadline
"""Seconds from now, or a Lambda context, which stands for half of its remaining time."""

_current: ContextVar[Deadline | None] = ContextVar("isoflag_deadline", default=None)


def seconds_left(limit: float) -> float:
    """Returns ``limit``, or less if the deadline of the current ``until`` block comes sooner."""
    deadline = _current.get()
    return limit if deadline is None else min(limit, deadline.left)


@contextmanager
def until(time_left: TimeLeft | None) -> Iterator[None]:
    """Limits the fetches of a block; None, or a context without a clock, sets no limit.

    Raises ``TypeError`` for any other object.
    """
    deadline = None if time_left is None else _deadline(time_left)
    if deadline is None:
        yield
        return
    outer = _current.get()
    token = _current.set(deadline if outer is None or deadline.left < outer.left else outer)
    try:
        yield
    finally:
        _current.reset(token)


def lambda_context(arguments: tuple[object, ...], named: dict[str, object]) -> LambdaContext | None:
    """Returns the Lambda context among a handler's arguments after the event, if any."""
    given = arguments[0] if arguments else named.get("context")
    return given if isinstance(given, LambdaContext) else None


def remaining_seconds(context: object) -> float | None:
    """Returns the remaining seconds of an invocation, or None if the object has no clock."""
    if not isinstance(context, LambdaContext):
        return None
    milliseconds: object = context.get_remaining_time_in_millis()
    # A mock in a test returns another mock.
    if not isinstance(milliseconds, int | float) or isinstance(milliseconds, bool):
        return None
    return milliseconds / 1000.0


def _deadline(time_left: TimeLeft) -> Deadline | None:
    if isinstance(time_left, Deadline):
        return time_left
    if isinstance(time_left, int | float) and not isinstance(time_left, bool):
        return Deadline(time_left)
    if not isinstance(time_left, LambdaContext):
        raise TypeError(
            f"invalid deadline `{time_left!r}`: expected seconds or the context of a Lambda handler"
        )
    remaining = remaining_seconds(time_left)
    return None if remaining is None else Deadline(remaining * _SHARE)


_T = TypeVar("_T")

_MAX_ABANDONED: Final = 4


class AbandonedError(TimeoutError):
    """The call is still running at its deadline, or could not be started."""


class BoundedCalls:
    """Runs each call in a daemon thread, and waits for it until a deadline.

    A DNS look-up, a credential search or a peer that sends one byte a second can block longer than
    any timeout of a client library, and cannot be interrupted. An abandoned call continues in its
    thread and its result is dropped. While four abandoned calls run, others fail immediately.
    """

    def __init__(self) -> None:
        """Creates an object without running calls."""
        # Each operation of a set is atomic.
        self._abandoned: set[Thread] = set()

    def run(self, work: Callable[[Deadline], _T], seconds: float) -> _T:
        """Returns the call's result; raises its error, or ``AbandonedError`` at the deadline."""
        # Threads of the parent are not alive in a forked process.
        self._abandoned -= {each for each in tuple(self._abandoned) if not each.is_alive()}
        if len(self._abandoned) >= _MAX_ABANDONED:
            raise AbandonedError(f"{_MAX_ABANDONED} earlier calls have not returned yet")
        if not seconds > 0:
            raise AbandonedError("there is no time left")
        deadline = Deadline(seconds)
        call = _Call(lambda: work(deadline))
        thread = started(call.run, "isoflag-fetch")
        if thread is None:
            return work(deadline)
        is_done = False
        try:
            is_done = call.done.wait(deadline.left)
        finally:
            # An interrupt abandons the call, too.
            if not is_done:
                self._abandoned.add(thread)
        if not is_done:
            raise AbandonedError("the deadline has passed")
        return call.result()


class BoundedSource:
    """A source whose ``fetch`` ends within ``timeout`` seconds even if a call blocks."""

    def __init__(self, timeout: float, where: str) -> None:
        """Takes the timeout of a whole fetch in seconds, and the source's name in messages."""
        if not isinstance(timeout, int | float) or not timeout > 0:
            raise ValueError(f"invalid timeout `{timeout}`: expected seconds, more than 0")
        self.timeout = timeout
        self._where = where
        self._calls = BoundedCalls()

    def _bounded(self, work: Callable[[Deadline], _T], hint: str) -> _T:
        """Runs a part of a fetch; raises ``SourceTimeoutError`` if it takes too long."""
        seconds = seconds_left(self.timeout)
        try:
            return self._calls.run(work, seconds)
        except TimeoutError as error:
            raise SourceTimeoutError(
                f"no complete response within {seconds:.3g} s ({error}); {hint}", where=self._where
            ) from error


def seconds_of(source: object) -> float:
    """Returns the timeout of a source in seconds."""
    timeout = getattr(source, "timeout", DEFAULT_SECONDS)
    return timeout if isinstance(timeout, int | float) and timeout > 0 else DEFAULT_SECONDS


def bounded_fetch(
    source: Source, calls: BoundedCalls, previous: Fetched | None
) -> Fetched | bytes | Unchanged:
    """Fetches from a source; raises ``SourceTimeoutError`` if it takes longer than its timeout."""
    return bounded(source, calls, lambda: source.fetch(previous))


def bounded(source: object, calls: BoundedCalls, work: Callable[[], _T]) -> _T:
    """Calls a source's method; raises ``SourceTimeoutError`` if it exceeds the source's timeout."""
    if isinstance(source, BoundedSource) or getattr(source, "in_memory", False):
        return work()
    seconds = seconds_left(seconds_of(source))
    try:
        return calls.run(lambda _: work(), seconds)
    except AbandonedError as error:
        raise SourceTimeoutError(
            f"no response within {seconds:.3g} s ({error}); set the source's attribute "
            "`timeout`, in seconds, to allow more",
            where=repr(source),
        ) from error


class _Call(Generic[_T]):
    """A call in another thread, and its outcome."""

    def __init__(self, work: Callable[[], _T]) -> None:
        self.done = Event()
        self._work = work
        self._returned: list[_T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._returned.append(self._work())
        except BaseException as error:  # noqa: BLE001 (raised again in the waiting thread)
            self._error = error
        finally:
            self.done.set()

    def result(self) -> _T:
        if self._error is not None:
            raise self._error
        return self._returned[0]
