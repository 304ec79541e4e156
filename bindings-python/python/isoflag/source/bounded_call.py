"""Runs calls in threads and abandons them at a deadline, even if they block."""

from __future__ import annotations

from contextvars import copy_context
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from .deadline import DEFAULT_SECONDS, Deadline, seconds_left
from .protocol import Fetched, Source, SourceTimeoutError, Unchanged

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AbandonedError", "BoundedCalls", "BoundedSource", "bounded_fetch", "seconds_of"]

_T = TypeVar("_T")

_MAX_ABANDONED: Final = 4


class AbandonedError(TimeoutError):
    """The call is still running at its deadline, or could not be started."""


class BoundedCalls:
    """Runs each call in a daemon thread, and waits for it until a deadline.

    A DNS look-up, a credential search or a peer that sends one byte a second can block longer than
    any timeout of a client library, and cannot be interrupted. An abandoned call continues in its
    thread and its result is dropped. At most four calls can be abandoned; while all of them run,
    further calls fail immediately.
    """

    def __init__(self) -> None:
        """Creates an object without running calls."""
        self._threads: list[Thread] = []

    def run(self, work: Callable[[Deadline], _T], seconds: float) -> _T:
        """Returns the call's result; raises its error, or ``AbandonedError`` at the deadline."""
        # Threads of the parent are not alive in a forked process.
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        if len(self._threads) >= _MAX_ABANDONED:
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
        self._threads.append(thread)
        if not call.done.wait(deadline.left):
            raise AbandonedError("the deadline has passed")
        # The thread may remain alive for a moment after its call is done.
        self._threads.remove(thread)
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
    if isinstance(source, BoundedSource) or getattr(source, "in_memory", False):
        return source.fetch(previous)
    seconds = seconds_left(seconds_of(source))
    try:
        return calls.run(lambda _: source.fetch(previous), seconds)
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
