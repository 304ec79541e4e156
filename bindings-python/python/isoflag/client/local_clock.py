"""The local time of a time zone, as a context of the kind ``clock``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from isoflag._core import Context, printable

__all__ = ["LocalClock", "TimezoneError"]


class TimezoneError(ValueError):
    """The time zone is unknown, or this machine has no database of time zones."""


class LocalClock:
    """Adds the kind ``clock`` to contexts, at the offset of a time zone."""

    def __init__(self, timezone: str) -> None:
        """Raises ``TimezoneError`` if the time zone cannot be found."""
        # Imported only by programs that use it.
        from zoneinfo import ZoneInfo, available_timezones  # noqa: PLC0415

        try:
            self._zone = ZoneInfo(timezone)
        except (KeyError, ValueError, OSError, TypeError) as error:
            remedy = (
                "use a name such as `Europe/Berlin`"
                if available_timezones()
                else "this machine has no time zones; run `pip install tzdata`"
            )
            shown = printable(str(timezone))
            raise TimezoneError(f"unknown time zone `{shown}`: {remedy}") from error

    def added(self, context: Context | Mapping[str, Any], now: float) -> Context:
        """Returns a context with the clock at ``now``, in seconds since 1970, unless it has one.

        Raises ``ContextError`` if the context is invalid.
        """
        parsed = Context._from_host(context)  # noqa: SLF001
        # The key of a user may look like that of a clock.
        if "clock:" in parsed.key:
            members = parsed.to_dict()
            if members["kind"] == "clock" or (members["kind"] == "multi" and "clock" in members):
                return parsed
        offset = datetime.fromtimestamp(now, self._zone).utcoffset()
        minutes = 0 if offset is None else int(offset.total_seconds() // 60)
        return parsed.with_clock(now * 1000.0, minutes)
