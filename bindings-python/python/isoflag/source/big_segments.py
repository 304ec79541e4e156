"""Reads big-segment memberships from the items that LaunchDarkly's Relay Proxy writes."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, Final

from isoflag._logs import logger
from isoflag._process import register_after_fork, wall_clock

from .deadline import seconds_left
from .dynamodb_layout import item_key, namespace

_logger = logger("isoflag")

_METADATA: Final = "big_segments_metadata"
_USERS: Final = "big_segments_user"
_SECONDS: Final = 5.0
_MOST: Final = 1000
_STALE_AFTER: Final = 120.0
_SECONDS_BETWEEN_WARNINGS: Final = 300.0


class BigSegmentReader:
    """Reads memberships, and keeps those of the last thousand contexts for five seconds.

    The table is not read for five seconds after a failure, since each attempt may take long.
    """

    def __init__(self, prefix: str | None, get: Callable[[Mapping[str, Any]], Any]) -> None:
        """Takes the table's prefix, and a function that returns an item of the table or None."""
        self._prefix = prefix
        self._get = get
        self._known: dict[str, tuple[float, Any]] = {}
        self._lock = Lock()
        self._failure: tuple[float, Exception] | None = None
        self._warned = 0.0
        register_after_fork(self)

    def after_fork(self) -> None:
        """Releases a lock that a thread of the parent holds; called in a forked process."""
        self._lock = Lock()

    def read(self, context_keys: Sequence[str]) -> dict[str, Any]:
        """Returns the status and the memberships, in the form of ``big_segments``."""
        try:
            memberships = {key: self._membership(key) for key in context_keys}
            status = "HEALTHY" if self._is_current() else "STALE"
        except Exception as error:  # noqa: BLE001 (an evaluation never raises)
            now = wall_clock()
            if not 0 <= now - self._warned < _SECONDS_BETWEEN_WARNINGS:
                self._warned = now
                _logger.warning("cannot read big segments: %s", error)
            return {"status": "STORE_ERROR", "memberships": {}}
        return {"status": status, "memberships": memberships}

    def _is_current(self) -> bool:
        marker = namespace(_METADATA, self._prefix)
        synchronized = self._cached(marker, marker).get("synchronizedOn", {}).get("N", "0")
        return wall_clock() - float(synchronized) / 1000.0 < _STALE_AFTER

    def _membership(self, context_key: str) -> dict[str, bool]:
        digest = hashlib.sha256(context_key.encode("utf-8", "surrogatepass")).digest()
        hashed = base64.b64encode(digest).decode()
        item = self._cached(namespace(_USERS, self._prefix), hashed)
        excluded = dict.fromkeys(item.get("excluded", {}).get("SS", ()), False)
        return {**excluded, **dict.fromkeys(item.get("included", {}).get("SS", ()), True)}

    def _cached(self, partition: str, sort: str) -> Mapping[str, Any]:
        now, place = wall_clock(), f"{partition}\0{sort}"
        known = self._known.get(place)
        if known is None or not 0 <= now - known[0] < _SECONDS:
            known = now, self._read_item(partition, sort, now) or {}
        with self._lock:
            self._known.pop(place, None)
            self._known[place] = known
            if len(self._known) > _MOST:
                # The first is the one that was used least recently.
                del self._known[next(iter(self._known))]
        item: Mapping[str, Any] = known[1]
        return item

    def _read_item(self, partition: str, sort: str, now: float) -> Any:
        failure = self._failure
        if failure is not None and 0 <= now - failure[0] < _SECONDS:
            # Its traceback would grow by each time that it is raised.
            raise failure[1].with_traceback(None)
        try:
            return self._get(item_key(partition, sort))
        except Exception as error:
            # The end of an invocation says nothing about the table.
            if seconds_left(1.0) > 0:
                self._failure = wall_clock(), error
            raise
