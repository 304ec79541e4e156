"""Runs calls in threads and abandons them at a deadline, even if they block."""

from __future__ import annotations

from contextvars import copy_context
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from .deadline import DEFAULT_SECONDS, Deadline, seconds_left
from .protocol import Fetched, Source, SourceTimeoutError, Unchanged

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "AbandonedError",
    "BoundedCalls",
    "BoundedSource",
    "bounded",
    "bounded_fetch",
    "seconds_of",
]

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
        context = copy_context()
        thread = Thread(target=context.run, args=(call.run,), name="isoflag-fetch", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # This platform has no threads, or the interpreter is shutting down.
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
        if not timeout > 0:
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
