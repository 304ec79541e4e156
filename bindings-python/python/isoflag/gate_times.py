"""Polling times of back-end instances, which bound how long a change takes to propagate."""

from typing import NamedTuple

from .source.agent_settings import AgentSettings

__all__ = ["GateTimes"]


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
