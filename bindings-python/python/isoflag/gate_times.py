"""The times that back-end instances poll at, and how long a change takes to reach all of them."""

import os
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from isoflag._logs import logger

__all__ = ["AgentSettings", "GateTimes"]


class GateTimes(NamedTuple):
    """Times that the consistency gate and the age limit of pins use."""

    ttl_seconds: float
    """Longest time that an instance keeps using a document after a newer one is published."""

    poll_timeout_ms: float
    """Longest time of one poll."""

    @classmethod
    def from_environment(cls, client_ttl: float = 0.0) -> "GateTimes":
        """Reads the AppConfig Agent's interval from its variable, else uses 45 seconds.

        ``client_ttl`` is added: a client that polls the agent every ``client_ttl`` seconds picks up
        a change that much later.
        """
        settings = AgentSettings.from_environment()
        return cls(settings.poll_interval + client_ttl, settings.poll_timeout * 1000.0)


_logger = logger("isoflag")

_PREFIX: Final = "AWS_APPCONFIG_EXTENSION_"
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION: Final = re.compile(r"([0-9]+)(ms|s|m|h)?", re.ASCII)


class AgentSettings(NamedTuple):
    """The settings that the agent and its callers share."""

    port: int = 2772
    """The agent's port (``AWS_APPCONFIG_EXTENSION_HTTP_PORT``)."""

    poll_interval: float = 45.0
    """Seconds between two polls of AppConfig (``..._POLL_INTERVAL_SECONDS``)."""

    poll_timeout: float = 3.0
    """Timeout of one poll in seconds (``..._POLL_TIMEOUT_MILLIS``)."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "AgentSettings":
        """Reads the agent's variables, by default those of this process.

        A time is a number, or a number with ``ms``, ``s``, ``m`` or ``h``: ``45``, ``5m``. An
        invalid value is logged and replaced by the default.
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
        _logger.warning("invalid number `%s` in `%s`: using %g", text, _PREFIX + name, default)
        return default
    return int(parts[1]) * (1.0 if unit is None else _SECONDS[parts[2] or unit])
