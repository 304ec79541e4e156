"""The effect of each mechanism in numbers, and that the figure and the table are up to date."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fleet import SCENARIOS, Mechanism, Outcome, Scenario, simulate

POLLING, FROZEN, FAILING, ON_TO_ON, KILLED, WAITING = SCENARIOS


def broken(scenario: Scenario, mechanism: Mechanism, seed: int = 1, rate: int = 2) -> int:
    """Returns the number of broken journeys."""
    found: Outcome = simulate(scenario, mechanism, seed=seed, rate=rate)
    assert found.begun.total() > 1000
    return found.broken.total()


@pytest.mark.parametrize(("rate", "seed"), [(10, 1), (10, 2), (10, 3), (100, 1)])
def test_no_journey_breaks_behind_the_gate_while_all_instances_poll(rate: int, seed: int) -> None:
    assert broken(POLLING, Mechanism.GATE, seed, rate) == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_journeys_break_without_the_gate(seed: int) -> None:
    assert broken(POLLING, Mechanism.NONE, seed) > 0


@pytest.mark.parametrize("mechanism", [Mechanism.SETTLED, Mechanism.PIN])
def test_no_journey_breaks_behind_the_settled_gate_or_a_pin(mechanism: Mechanism) -> None:
    assert broken(POLLING, mechanism) == 0


def test_the_gate_opens_one_time_to_live_after_the_change() -> None:
    begun = simulate(POLLING, Mechanism.GATE, rate=2).begun
    assert min(begun) == 15
    assert min(simulate(POLLING, Mechanism.SETTLED, rate=2).begun) == 30


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_frozen_instance_breaks_few_behind_the_gate_and_none_behind_a_pin(seed: int) -> None:
    without, gate = broken(FROZEN, Mechanism.NONE, seed, 10), broken(FROZEN, Mechanism.GATE, seed, 10)
    assert 0 < gate * 10 < without
    assert broken(FROZEN, Mechanism.PIN, seed, 10) == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_failed_poll_breaks_some_behind_the_gate_and_few_once_it_has_settled(seed: int) -> None:
    without, gate = broken(FAILING, Mechanism.NONE, seed, 10), broken(FAILING, Mechanism.GATE, seed, 10)
    assert 0 < gate < without
    assert broken(FAILING, Mechanism.SETTLED, seed, 10) < gate
    assert broken(FAILING, Mechanism.PIN, seed, 10) < gate


@pytest.mark.parametrize("scenario", [ON_TO_ON, KILLED], ids=lambda scenario: scenario.name)
def test_the_gate_does_not_protect_a_flag_that_is_already_on(scenario: Scenario) -> None:
    assert broken(scenario, Mechanism.GATE) > 0
    assert broken(scenario, Mechanism.SETTLED) > 0


def test_a_pin_ends_journeys_as_they_began() -> None:
    assert broken(ON_TO_ON, Mechanism.PIN) == 0


def test_the_kill_switch_wins_over_a_pin_unless_off_waits() -> None:
    assert broken(KILLED, Mechanism.PIN) > 0
    assert broken(WAITING, Mechanism.PIN) == 0


def test_the_figure_matches_the_simulation() -> None:
    folder = Path(__file__).resolve().parent
    done = subprocess.run([sys.executable, "fleet.py", "--check"], cwd=folder, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
