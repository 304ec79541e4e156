"""The evaluation that a client passes to ``on_evaluation``."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from isoflag._logs import logger

__all__ = ["EvaluationEvent", "sampled"]

_logger = logger("isoflag")


class EvaluationEvent(NamedTuple):
    """One evaluation of a flag."""

    flag: str
    """The key of the flag."""

    value: Any
    """The value that the caller got."""

    variation: int | None
    """Index of the variation, or None if the default was returned."""

    reason: Mapping[str, Any]
    """LaunchDarkly's reason, such as ``{"kind": "FALLTHROUGH"}``."""

    context_key: str | None
    """The fully-qualified key of the context, or None if it is invalid."""

    digest: str | None
    """The digest of the document, or None before the first one."""


def sampled(
    hook: Callable[[EvaluationEvent], object], sampling: float
) -> Callable[[Callable[[], EvaluationEvent]], None]:
    """Returns a function that passes a share of the evaluations to a hook, and logs its errors.

    Raises ``ValueError`` if ``sampling`` is not a share from 0 to 1.
    """
    if not 0 <= sampling <= 1:
        raise ValueError(f"invalid `sampling` `{sampling}`: expected a share from 0 to 1")
    from random import random  # noqa: PLC0415

    def observe(event: Callable[[], EvaluationEvent]) -> None:
        if random() >= sampling:  # noqa: S311
            return
        try:
            hook(event())
        except Exception:
            _logger.exception("`on_evaluation` failed")

    return observe
