"""The document that a warm function wrote last, which a stale copy must not replace."""

from collections.abc import Mapping
from typing import Any

from isoflag import Flags

from .fetching import FetchError


class LastWritten:
    """The last document and the times of its response; empty when a function starts."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._flags: Flags | None = None
        self._times: Mapping[str, Any] | None = None

    def check(self, flags: Flags, times: Mapping[str, Any] | None) -> None:
        """Raise ``FetchError`` if a cache gave another document than the last, made before it."""
        if self._flags is None or self._flags.digest == flags.digest:
            return
        if not flags.supersedes(self._flags, self._evidence(times)):
            raise FetchError(
                "the source sent a copy from a cache that is older than what was written last"
            )

    def keep(self, flags: Flags, times: Mapping[str, Any] | None) -> None:
        """Remember what was written, unless it is an older copy of the same document."""
        if flags.supersedes(self._flags, self._evidence(times)):
            self._flags, self._times = flags, times

    def _evidence(self, times: Mapping[str, Any] | None) -> Mapping[str, Any]:
        if times is None:
            return {"authoritative": True}
        return {"offered": times, "held": self._times}
