"""The points of an SDK, each active or not, and the quirks that both SDKs share.

The points are the table of DIVERGENCES.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from isodiff.spec.bucketing import Bucket
from isodiff.spec.context import Result
from isodiff.spec.document import Rule
from isodiff.spec.flags import Reason, Spec
from suite.cases import CONFORMANCE

DIVERGENCES = CONFORMANCE / "DIVERGENCES.md"


@dataclass(frozen=True)
class Point:
    """A row: what each side answers in a situation; empty if an SDK answers as isoflag does."""

    name: str
    situation: str
    isoflag: str
    javascript: str
    python: str
    go: str


def points() -> tuple[Point, ...]:
    """Returns the rows of the table."""
    rows = re.findall(r"^\| ([DASP]\d+ \|.*) \|$", DIVERGENCES.read_text(encoding="utf-8"), re.MULTILINE)
    return tuple(Point(*(cell.strip() for cell in re.split(r"(?<!\\)\|", row))) for row in rows)


POINTS = points()
JAVASCRIPT = frozenset(point.name for point in POINTS if point.javascript)
PYTHON = frozenset(point.name for point in POINTS if point.python)


class NoAnswer(Exception):
    """The SDK throws, or never answers."""


class Sdk(Spec):
    """Answers as an SDK does on the active points, and as isoflag does on the others."""

    points: ClassVar[frozenset[str]]
    """The points on which the SDK differs."""

    def __init__(self, active: frozenset[str] | None = None) -> None:
        self.active = self.points if active is None else active
        self.touched: set[str] = set()
        """The active points that the evaluations have reached."""

    def differs(self, point: str) -> bool:
        """Returns whether the point is active, and records that it was reached."""
        if point in self.active:
            self.touched.add(point)
        return point in self.active

    def once(self, name: tuple[str, str], compute: Callable[[], Result]) -> Result:
        # The SDKs compute it each time, which shows in their errors.
        return compute()

    def below(self, bucket: Bucket, weights: Sequence[int]) -> bool:
        exact = super().below(bucket, weights)
        total = 0.0
        for weight in weights:
            total += weight / 100000.0
        rounded = bucket.hash / bucket.scale < total
        return rounded if rounded != exact and self.differs("D40") else exact

    def rule_reason(self, rule: Rule, index: int) -> Reason:
        reason = super().rule_reason(rule, index)
        return {**reason, "ruleId": ""} if rule.id == "" and self.differs("P13") else reason
