"""One instance of the back end: its documents and its responses."""

from __future__ import annotations

from dataclasses import dataclass, field

from isoflag import Consistency, DocumentHistory, Flags, PinError

from .scenarios import CHANGED, TTL, Scenario

KEY = "journey"
USER = {"kind": "user", "key": "mia"}


@dataclass(frozen=True)
class Decision:
    """The response of `/config` to a page."""

    value: object
    digest: str
    gate: Consistency


@dataclass
class Instance:
    """An instance that holds the documents it has seen, like isoflag's adapters."""

    scenario: Scenario
    thaws_ms: float = 0
    history: DocumentHistory = field(default_factory=DocumentHistory)

    def __post_init__(self) -> None:
        self.history.add(self.scenario.before, 0)
        self._notice()

    def latest(self, now_ms: float) -> dict[str, object]:
        """Returns the document that a poll at this time finds."""
        return self.scenario.before if now_ms < CHANGED * 1000 else self.scenario.after

    def take(self, document: dict[str, object], now_ms: float) -> None:
        """Takes the result of a poll."""
        self.history.add(document, now_ms)
        self._notice()

    def _notice(self) -> None:
        newest = self.history.newest
        assert newest is not None
        self._bound = newest.bind(USER)
        self._digest = newest.digest

    def decide(self, now_ms: float) -> Decision:
        """Returns the response of `/config`."""
        gate = self._bound.consistency(KEY, now_ms, TTL)
        return Decision(self._bound.variation(KEY, None), self._digest, gate)

    def submit(self) -> object:
        """Returns the value that the endpoint at the end of a journey uses."""
        return self._bound.variation(KEY, None)

    def submit_pinned(self, digest: str, now_ms: float, poll_succeeds: bool) -> object:
        """Returns that value for a page that pins a digest, or None if the document is not held."""
        flags = self._pinned(digest, now_ms)
        if flags is None and poll_succeeds:
            # The page may have a newer document than this instance.
            self.take(self.latest(now_ms), now_ms)
            flags = self._pinned(digest, now_ms)
        return None if flags is None else flags.variation(KEY, USER, None)

    def _pinned(self, digest: str, now_ms: float) -> Flags | None:
        try:
            return self.history.pinned(digest, now_ms, TTL).flags
        except PinError:
            return None
