"""Explains an SDK's answer by the smallest set of points that gives it."""

from __future__ import annotations

from collections.abc import Callable

from isodiff.quirks import SDKS
from isodiff.quirks.sdk import NoAnswer, Sdk
from isodiff.spec.states import Spec

NO_ANSWER = "no answer"
Answer = Callable[[Spec], str]


def explained(sdk: str, theirs: str, answer: Answer) -> tuple[str, ...] | None:
    """Returns the points without which ``answer`` is not ``theirs``; ``None`` if no set gives it."""
    rules = SDKS[sdk]()
    if answer_as(answer, rules) != theirs:
        return None
    active = needed = frozenset(rules.touched)
    for name in sorted(needed):
        if answer_as(answer, SDKS[sdk](active - {name})) == theirs:
            active -= {name}
    return tuple(sorted(active))


def answer_as(answer: Answer, rules: Sdk) -> str:
    """Returns the answer by the rules with an SDK's quirks."""
    try:
        return answer(rules)
    except NoAnswer:
        return NO_ANSWER
