"""Deadlines of fetches: their own timeout, or the end of an invocation if that is sooner."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DEFAULT_SECONDS", "Deadline", "LambdaContext", "TimeLeft", "seconds_left", "until"]

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
