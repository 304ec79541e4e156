"""How long the instances of a back end may go without noticing a change."""

from dataclasses import dataclass

from .source.agent_settings import AgentSettings

__all__ = ["GateTimes"]


@dataclass(frozen=True, slots=True)
class GateTimes:
    """What the consistency gate goes by, and how old a pin may be."""

    ttl_seconds: float
    """The longest that an instance answers by a document after a newer one is there."""

    poll_timeout_ms: float
    """How long one poll may take."""

    @classmethod
    def from_environment(cls, client_ttl: float = 0.0) -> "GateTimes":
        """Read the agent's interval: its variable, else 45 seconds.

        A client that asks the agent, or whatever else polls, every ``client_ttl`` seconds may
        notice that much later.
        """
        settings = AgentSettings.from_environment()
        return cls(settings.poll_interval + client_ttl, settings.poll_timeout * 1000.0)
