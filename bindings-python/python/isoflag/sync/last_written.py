"""Remembers the document that a warm function wrote last, to reject stale copies."""

from collections.abc import Mapping
from typing import Any

from isoflag import Flags

from .fetching import FetchError


class LastWritten:
    """The last document and the times of its response; empty when a function starts."""

    def __init__(self) -> None:
        """Creates an empty record."""
        self._flags: Flags | None = None
        self._times: Mapping[str, Any] | None = None

    def check(self, flags: Flags, times: Mapping[str, Any] | None) -> None:
        """Raises ``FetchError`` if the document is an older copy from a cache."""
        if self._flags is None or self._flags.digest == flags.digest:
            return
        if not flags.supersedes(self._flags, self._evidence(times)):
            raise FetchError(
                "the response is a cached copy that is older than the last written document"
            )

    def keep(self, flags: Flags, times: Mapping[str, Any] | None) -> None:
        """Records the written document, unless it is an older copy of the same one."""
        if flags.supersedes(self._flags, self._evidence(times)):
            self._flags, self._times = flags, times

    def _evidence(self, times: Mapping[str, Any] | None) -> Mapping[str, Any]:
        if times is None:
            return {"authoritative": True}
        return {"offered": times, "held": self._times}
