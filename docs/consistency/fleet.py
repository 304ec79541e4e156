"""Simulates a fleet of instances that pick up a changed document at different times, and its users' journeys.

Each journey begins at one instance and ends at another. `python fleet.py` writes the figure of README.md and prints
the shares of broken journeys; `--check` compares with the file.
"""

from __future__ import annotations

import argparse
import heapq
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from html import escape
from pathlib import Path
from typing import Any

from isoflag import Consistency, DocumentHistory, Flags, PinError

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


INSTANCES = 100
BEFORE_MS, AFTER_MS = 10 * 60_000, 45 * 60_000
"""The period around the change in which journeys begin."""
FILLING_MS = (30_000, 600_000)
"""Seconds that a user takes to fill in a form."""


class Mechanism(Enum):
    """The rule by which a journey begins, and the way it ends."""

    NONE = "none"
    GATE = "gate"
    SETTLED = "gate and settled"
    PIN = "pin"

    def opens(self, decision: Decision) -> bool:
        """Returns whether the page lets the journey begin."""
        gate = decision.gate
        if self is Mechanism.GATE:
            return gate.is_backend_consistent
        if self is Mechanism.SETTLED:
            return gate.enabled and gate.settled
        return gate.enabled


@dataclass
class Outcome:
    """The number of journeys that began in each minute after the change, and of those that broke."""

    begun: Counter[int] = field(default_factory=Counter)
    broken: Counter[int] = field(default_factory=Counter)

    def share(self) -> float:
        """Returns the share of broken journeys."""
        return self.broken.total() / max(1, self.begun.total())


@dataclass
class Fleet:
    """The instances of a scenario, and the routing of requests."""

    scenario: Scenario
    chance: random.Random

    def __post_init__(self) -> None:
        count, frozen = INSTANCES, self.scenario.frozen
        thaws = sorted(CHANGED * 1000 + self.chance.uniform(300_000, 2_400_000) for _ in range(frozen))
        self.awake = [Instance(self.scenario) for _ in range(count - frozen)]
        self._frozen = [Instance(self.scenario, thaws_ms=moment) for moment in thaws]

    def polls(self) -> Iterator[tuple[float, Instance]]:
        """Returns the first poll of each instance after the change, each at its own time."""
        for instance in self.awake:
            yield CHANGED * 1000 + self.chance.uniform(0, TTL * 1000), instance

    def route(self, now_ms: float) -> tuple[Instance, bool]:
        """Returns an instance for a request, and whether the request has thawed it."""
        if self._frozen and self._frozen[0].thaws_ms <= now_ms:
            self.awake.append(self._frozen.pop(0))
            return self.awake[-1], True
        return self.chance.choice(self.awake), False


def simulate(scenario: Scenario, mechanism: Mechanism, *, rate: int = 10, seed: int = 1) -> Outcome:
    """Simulates all journeys of a scenario, `rate` a second; equal seeds return equal outcomes everywhere."""
    chance = random.Random(f"{scenario.name} {rate} {seed}")
    fleet, outcome = Fleet(scenario, chance), Outcome()
    # Events by time; the number keeps the order of simultaneous events.
    agenda: list[tuple[float, int, str, object]] = []
    number = 0

    def plan(moment: float, kind: str, what: object) -> None:
        nonlocal number
        number += 1
        heapq.heappush(agenda, (moment, number, kind, what))

    def routed(now_ms: float) -> Instance:
        instance, thawed = fleet.route(now_ms)
        if thawed:
            # The overdue poll begins now, too late for this request.
            plan(now_ms, "poll", instance)
        return instance

    for moment, instance in fleet.polls():
        plan(moment, "poll", instance)
    begins = CHANGED * 1000 - BEFORE_MS
    for count in range((BEFORE_MS + AFTER_MS) * rate // 1000):
        plan(begins + count * 1000 / rate, "begin", None)
    ends = CHANGED * 1000 + AFTER_MS + FILLING_MS[1]
    while agenda:
        now, _, kind, what = heapq.heappop(agenda)
        if kind == "poll" and isinstance(what, Instance):
            if chance.random() >= scenario.failing:
                plan(now + scenario.poll_ms, "found", (what, what.latest(now)))
            if now < ends:
                plan(now + TTL * 1000, "poll", what)
        elif kind == "found" and isinstance(what, tuple):
            what[0].take(what[1], now)
        elif kind == "begin":
            decision = routed(now).decide(now)
            if mechanism.opens(decision):
                minute = int((now - CHANGED * 1000) // 60_000)
                outcome.begun[minute] += 1
                plan(now + chance.uniform(*FILLING_MS), "end", (minute, decision))
        elif kind == "end" and isinstance(what, tuple):
            minute, decision = what
            instance = routed(now)
            if mechanism is Mechanism.PIN:
                served = instance.submit_pinned(decision.digest, now, chance.random() >= scenario.failing)
            else:
                served = instance.submit()
            outcome.broken[minute] += served != decision.value
    return outcome


COLOURS = {
    Mechanism.NONE: "#b7410e",
    Mechanism.GATE: "#3465a4",
    Mechanism.SETTLED: "#9467bd",
    Mechanism.PIN: "#2e8b57",
}
WIDTH, HEIGHT, LEFT, TOP = 380, 190, 46, 64
FIRST, LAST = -BEFORE_MS // 60_000, AFTER_MS // 60_000


def draw(found: Mapping[Scenario, Mapping[Mechanism, Outcome]]) -> str:
    """Returns the figure as SVG."""
    rows = (len(found) + 1) // 2
    width, height = 2 * (WIDTH + LEFT) + 20, TOP + rows * (HEIGHT + 60)
    title = "Journeys that break, by the minute after the change in which they begin"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(title)}" font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" rx="6" fill="#ffffff"/>',
        text(16, 26, title, size=15),
    ]
    for place, (mechanism, colour) in enumerate(COLOURS.items()):
        parts.append(f'<rect x="{16 + place * 150}" y="38" width="10" height="10" fill="{colour}"/>')
        parts.append(text(31 + place * 150, 47, mechanism.value))
    for place, (scenario, outcomes) in enumerate(found.items()):
        parts += panel(
            LEFT + place % 2 * (WIDTH + LEFT), TOP + place // 2 * (HEIGHT + 60) + 24, scenario.name, outcomes
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def panel(left: int, top: int, name: str, outcomes: Mapping[Mechanism, Outcome]) -> list[str]:
    """Draws one scenario."""
    parts = [text(left, top - 8, name, size=13)]
    for percent in (0, 25, 50, 75, 100):
        y = top + HEIGHT * (1 - percent / 100)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{left + WIDTH - 20}" y2="{y:.1f}" stroke="#d0d7de"/>')
        parts.append(text(left - 6, y + 4, f"{percent} %", anchor="end", size=10))
    for minute in range(FIRST, LAST + 1, 5):
        x = place_of(left, minute)
        parts.append(text(x, top + HEIGHT + 14, str(minute), anchor="middle", size=10))
    x = place_of(left, 0)
    parts.append(f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{top + HEIGHT}" stroke="#57606a"/>')
    for mechanism, outcome in outcomes.items():
        style = f'stroke="{COLOURS[mechanism]}" stroke-width="2" fill="none"'
        parts += [f'<polyline points="{" ".join(points)}" {style}/>' for points in lines(left, top, outcome)]
    return parts


def lines(left: int, top: int, outcome: Outcome) -> list[list[str]]:
    """Returns the points of each run of minutes in which journeys began."""
    runs: list[list[str]] = [[]]
    for minute in range(FIRST, LAST):
        if outcome.begun[minute]:
            share = outcome.broken[minute] / outcome.begun[minute]
            runs[-1].append(f"{place_of(left, minute + 0.5):.1f},{top + HEIGHT * (1 - share):.1f}")
        elif runs[-1]:
            runs.append([])
    return [points for points in runs if points]


def place_of(left: int, minute: float) -> float:
    """Returns the position of a minute on the axis."""
    return left + (minute - FIRST) / (LAST - FIRST) * (WIDTH - 20)


def text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12) -> str:
    """Draws a line of text."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#24292f" font-size="{size}">{escape(words)}</text>'
    )


FIGURE = Path(__file__).with_name("broken-journeys.svg")


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(
        description="Simulates journeys during a change, and draws the share of those that break."
    )
    parser.add_argument("--check", action="store_true", help="fail if the figure is out of date")
    arguments = parser.parse_args()
    found = {scenario: {mechanism: simulate(scenario, mechanism) for mechanism in Mechanism} for scenario in SCENARIOS}
    figure = draw(found)
    if arguments.check:
        return int(FIGURE.read_text(encoding="utf-8") != figure)
    FIGURE.write_text(figure, encoding="utf-8")
    for scenario, outcomes in found.items():
        for mechanism, outcome in outcomes.items():
            print(f"{scenario.name}, {mechanism.value}: {outcome.share():.2%} of {outcome.begun.total():,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
