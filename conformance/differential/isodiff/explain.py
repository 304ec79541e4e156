"""Finds the points that explain an SDK's answer: the smallest set of switches that yields it."""

from __future__ import annotations

from collections.abc import Callable

from isodiff.rules.context import NoAnswer
from isodiff.rules.switches import Switches, sdk_switches

NO_ANSWER = "no answer"


def explained(sdk: str, theirs: str, answer: Callable[[Switches], str]) -> tuple[str, ...] | None:
    """Returns the points that turn ``answer`` into ``theirs``, or ``None`` if no set of points does."""
    switches = sdk_switches(sdk)
    if _answer(answer, switches) != theirs:
        return None
    needed = sorted(switches.touched)
    without = switches.active - switches.touched
    for name in list(needed):
        fewer = without | {name}
        trial = sdk_switches(sdk, frozenset(sdk_switches(sdk).active & fewer))
        if _answer(answer, trial) == theirs:
            without = fewer
            needed.remove(name)
    return tuple(needed)


def _answer(answer: Callable[[Switches], str], switches: Switches) -> str:
    try:
        return answer(switches)
    except NoAnswer:
        return NO_ANSWER
