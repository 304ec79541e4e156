"""Reads the points on which LaunchDarkly's SDKs differ: the table of DIVERGENCES.md."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
