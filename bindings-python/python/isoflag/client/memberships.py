"""Reads memberships of big segments from a client's source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from isoflag._logs import logger
from isoflag.source.deadline import bounded, seconds_left

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isoflag.source.deadline import BoundedCalls

__all__ = ["Memberships"]

_T = TypeVar("_T")

_STORE_ERROR: Final[Mapping[str, Any]] = {"status": "STORE_ERROR", "memberships": {}}
_SECONDS_WITHOUT_MEMBERSHIPS: Final = 5.0
_SECONDS_BETWEEN_WARNINGS: Final = 300.0

_logger = logger("isoflag")


class Memberships:
    """The memberships of a source.

    An error of the source becomes ``STORE_ERROR``, for five seconds: each attempt may take as long
    as the source's timeout.
    """

    def __init__(self, source: Any, calls: BoundedCalls, clock: Callable[[], float]) -> None:
        """Takes the source, the pool of its calls and the client's clock."""
        self._source = source
        self._calls = calls
        self._clock = clock
        # Read by no evaluation until this time, and not reported before that one.
        self._failed = (0.0, 0.0)

    def bound(self, keys: list[str], bind: Callable[[Mapping[str, Any]], _T]) -> _T:
        """Binds to the memberships of context keys, or to ``STORE_ERROR`` if either fails."""
        now = self._clock()
        failed_at, warned_at = self._failed
        if not 0 <= now - failed_at < _SECONDS_WITHOUT_MEMBERSHIPS:
            try:
                read = bounded(self._source, self._calls, lambda: self._source.big_segments(keys))
                return bind(read)
            except Exception as error:  # noqa: BLE001 (sources are user code)
                if not 0 <= now - warned_at < _SECONDS_BETWEEN_WARNINGS:
                    _logger.warning("cannot read big segments: %s", error)
                    warned_at = now
                # The end of an invocation says nothing about the source.
                if seconds_left(1.0) > 0:
                    failed_at = self._clock()
                self._failed = (failed_at, warned_at)
        return bind(_STORE_ERROR)
