"""One instance of the back end: what it holds, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from isoflag import Consistency, DocumentHistory, Flags, PinError

from .scenarios import CHANGED, TTL, Scenario

KEY = "journey"
USER = {"kind": "user", "key": "mia"}


@dataclass(frozen=True)
class Decision:
    """What a page decides with."""

    value: object
    digest: str
    gate: Consistency


@dataclass
class Instance:
    """An instance that holds the documents it has seen, as isoflag's adapters do."""

    scenario: Scenario
    thaws_ms: float = 0
    history: DocumentHistory = field(default_factory=DocumentHistory)

    def __post_init__(self) -> None:
        self.history.add(self.scenario.before, 0)
        self._notice()

    def latest(self, now_ms: float) -> dict[str, object]:
        """What a poll that begins now finds."""
        return self.scenario.before if now_ms < CHANGED * 1000 else self.scenario.after

    def take(self, document: dict[str, object], now_ms: float) -> None:
        """Takes what a poll has found."""
        self.history.add(document, now_ms)
        self._notice()

    def _notice(self) -> None:
        newest = self.history.newest
        assert newest is not None
        self._bound = newest.bind(USER)
        self._digest = newest.digest

    def decide(self, now_ms: float) -> Decision:
        """What `/config` says."""
        gate = self._bound.consistency(KEY, now_ms, TTL)
        return Decision(self._bound.variation(KEY, None), self._digest, gate)

    def submit(self) -> object:
        """What the endpoint at the end of a journey goes by."""
        return self._bound.variation(KEY, None)

    def submit_pinned(self, digest: str, now_ms: float, poll_succeeds: bool) -> object:
        """The same for a page that sends the digest it has decided with; None where that is not held."""
        flags = self._pinned(digest, now_ms)
        if flags is None and poll_succeeds:
            # The page may know a newer document than this instance does.
            self.take(self.latest(now_ms), now_ms)
            flags = self._pinned(digest, now_ms)
        return None if flags is None else flags.variation(KEY, USER, None)

    def _pinned(self, digest: str, now_ms: float) -> Flags | None:
        try:
            return self.history.pinned(digest, now_ms, TTL).flags
        except PinError:
            return None
