"""The answers of LaunchDarkly's SDKs, as :mod:`isodiff.spec` with methods overridden: one module for each SDK.

Each override is guarded by its point, so that a difference can be explained by the points that cause it.
"""

from __future__ import annotations

from collections.abc import Callable

from isodiff.quirks.javascript import JavaScript
from isodiff.quirks.python import Python
from isodiff.quirks.sdk import NoAnswer, Sdk
from isodiff.spec.flags import Spec

SDKS: dict[str, type[Sdk]] = {"javascript": JavaScript, "python": Python}
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
