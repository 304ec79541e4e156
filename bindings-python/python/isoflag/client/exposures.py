"""Reports the exposures of experiments, each once."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .evaluation_event import EvaluationEvent

__all__ = ["Exposures"]


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
