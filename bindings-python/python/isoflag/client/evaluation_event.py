"""The evaluations that a client passes to ``on_evaluation``, and the exposures among them."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, NamedTuple

from isoflag._logs import logger

__all__ = ["EvaluationEvent", "Exposures", "sampled"]

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


class Exposures:
    """Passes on the first evaluation of each variation of an experiment for each context.

    Pass it as ``on_evaluation`` of a client::

        client = FlagClient(source, on_evaluation=Exposures(queue.put))

    Evaluations outside of experiments are left out. Threads may share it.
    """

    def __init__(self, send: Callable[[EvaluationEvent], object], most: int = 10_000) -> None:
        """Creates a callback that calls ``send`` once for each exposure.

        The last ``most`` exposures are remembered; an older one is passed on again.
        """
        self._send = send
        self._most = most
        self._lock = Lock()
        self._seen: OrderedDict[tuple[str | None, str, int | None], None] = OrderedDict()

    def __call__(self, event: EvaluationEvent) -> None:
        """Passes on an evaluation if it is the first of its kind."""
        if not event.reason.get("inExperiment"):
            return
        exposure = (event.context_key, event.flag, event.variation)
        with self._lock:
            is_new = exposure not in self._seen
            self._seen[exposure] = None
            self._seen.move_to_end(exposure)
            if len(self._seen) > self._most:
                self._seen.popitem(last=False)
        if is_new:
            self._send(event)
