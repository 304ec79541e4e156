"""What the environment tells the AppConfig Agent, and so whoever asks it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from isoflag._logs import logger

__all__ = ["AgentSettings"]

_logger = logger("isoflag")

_PREFIX: Final = "AWS_APPCONFIG_EXTENSION_"
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION: Final = re.compile(r"([0-9]+)(ms|s|m|h)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """What the environment tells the agent, and so its callers."""

    port: int = 2772
    """Where the agent listens (``AWS_APPCONFIG_EXTENSION_HTTP_PORT``)."""

    poll_interval: float = 45.0
    """Seconds between two looks at AppConfig (``..._POLL_INTERVAL_SECONDS``)."""

    poll_timeout: float = 3.0
    """Seconds that one look may take (``..._POLL_TIMEOUT_MILLIS``)."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "AgentSettings":
        """Read the agent's variables, by default those of this process.

        A time is a number, or a number with ``ms``, ``s``, ``m`` or ``h``: ``45``, ``5m``. What
        cannot be read counts as absent, with a line in the log.
        """
        given = os.environ if environment is None else environment
        return cls(
            port=int(_read(given, "HTTP_PORT", 2772.0, unit=None)),
            poll_interval=_read(given, "POLL_INTERVAL_SECONDS", 45.0, unit="s"),
            poll_timeout=_read(given, "POLL_TIMEOUT_MILLIS", 3.0, unit="ms"),
        )


def _read(environment: Mapping[str, str], name: str, default: float, *, unit: str | None) -> float:
    text = environment.get(_PREFIX + name, "").strip()
    if not text:
        return default
    parts = _DURATION.fullmatch(text)
    if parts is None or int(parts[1]) == 0 or (unit is None and parts[2]):
        _logger.warning("`%s` is `%s`, which is no such number; using %g", name, text, default)
        return default
    return int(parts[1]) * (1.0 if unit is None else _SECONDS[parts[2] or unit])
