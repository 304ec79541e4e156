"""Simulates journeys through a fleet: each begins at one instance and ends at another."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from .instance import Decision, Instance
from .scenarios import CHANGED, TTL, Scenario

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
