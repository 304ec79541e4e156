"""Other evaluators, on the cases that their models can express with equivalent documents."""

from __future__ import annotations

from typing import Any, Protocol

from isoflag import Flags

from ..blocks import Record, Subject
from ..workload import Workload
from .eppo import Eppo
from .powertools import Powertools


class Other(Protocol):
    """An evaluator that is ready."""

    name: str

    def evaluate(self, key: str, raw: dict[str, Any]) -> Any:
        """Makes the call of an application."""

    def close(self) -> None:
        """Releases its resources."""


CASES = ("fallthrough", "rules-10", "rollout")


def measure(workload: Workload, record: Record, calls: int) -> None:
    flags = Flags.from_json(workload.text("workload.json"))
    raw = workload.contexts["hit"]
    source = workload.json("workload.json")["flags"]
    bound = flags.bind(raw)
    others: list[Other] = [Eppo(source), Powertools(source)]
    for case in CASES:
        served = flags.bool_variation(case, raw, False)
        subjects = []
        for other in others:
            # Another hash assigns a context to another bucket.
            if case != "rollout" and other.evaluate(case, raw) != served:
                raise SystemExit(f"`{case}`: {other.name} does not give {served}; nothing is timed")
            subjects.append(
                Subject(other.name, lambda: raw, loop(other.evaluate, case, calls), calls)
            )

        def ours(key: str, context: dict[str, Any]) -> Any:
            return flags.bool_variation(key, context, False)

        def ours_bound(key: str, _: dict[str, Any]) -> Any:
            return bound.bool_variation(key, False)

        mine = [
            Subject("isoflag", lambda: raw, loop(ours, case, calls), calls),
            Subject("isoflag bound", lambda: raw, loop(ours_bound, case, calls), calls),
        ]
        record.timed("others", case, *mine, *subjects)
    for other in others:
        other.close()


def loop(evaluate: Any, key: str, calls: int) -> Any:
    def block(raw: dict[str, Any]) -> None:
        for _ in range(calls):
            evaluate(key, raw)

    return block
