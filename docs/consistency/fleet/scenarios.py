"""The simulated changes, and the failures during them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CHANGED = 1_795_172_400
"""Time of the deployment of the change, in seconds since 1970."""

TTL = 15 * 60
"""Seconds between two polls of an instance."""


@dataclass(frozen=True, eq=False)
class Scenario:
    """One change, and the conditions of the fleet."""

    name: str
    before: dict[str, Any]
    after: dict[str, Any]
    poll_ms: int = 0
    """Duration of a poll."""
    failing: float = 0.0
    """The share of polls that fail, so that the instance keeps its document."""
    frozen: int = 0
    """Number of instances that are frozen at the change, and thaw one by one with their next request."""


def document(version: int, changed: int, serves: str | None, **lifecycle: Any) -> dict[str, Any]:
    """Returns a document whose only flag serves a value, or is off."""
    flag = {
        "key": "journey",
        "version": version,
        "on": serves is not None,
        "variations": ["none", "short form", "long form"],
        "offVariation": 0,
        "fallthrough": {"variation": 1 if serves is None else ["none", "short form", "long form"].index(serves)},
        "lifecycle": {"lastModifiedTimestamp": changed, **lifecycle},
    }
    return {"meta": {"version": version, "hash": "murmur3"}, "flags": {"journey": flag}}


LONG_AGO = CHANGED - 30 * 24 * 3600

OFF = document(1, LONG_AGO, None)
ON = document(2, CHANGED, "short form")
WAS_ON = document(1, LONG_AGO, "short form")

SCENARIOS = (
    Scenario("OFF to ON, all instances poll", OFF, ON),
    Scenario("OFF to ON, 20 instances frozen", OFF, ON, poll_ms=2000, frozen=20),
    Scenario("OFF to ON, one poll in ten fails", OFF, ON, poll_ms=500, failing=0.1),
    Scenario("ON to ON: another form", WAS_ON, document(2, CHANGED, "long form")),
    Scenario("ON to OFF: the kill switch", WAS_ON, document(2, CHANGED, None)),
    Scenario("ON to OFF, off waits for pins", WAS_ON, document(2, CHANGED, None, offWaitsForPins=True)),
)
