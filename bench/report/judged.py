"""Compares each row with its target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .measured import Figure, Measured

ISOFLAG = "isoflag"
LAUNCHDARKLY = "launchdarkly"
NOT_MEASURED = "**not measured**"
NOT_MET = "**not met**"


@dataclass
class Row:
    """One row of the report."""

    host: str
    case: str
    unit: str
    value: float | None = None
    spread: float | None = None
    peers: dict[str, float] = field(default_factory=dict)
    target: float | None = None
    at_least: bool = False
    verdict: str = "reported"

    @property
    def ratio(self) -> float | None:
        """How many times LaunchDarkly's figure is isoflag's."""
        theirs = self.peers.get(LAUNCHDARKLY)
        return theirs / self.value if theirs is not None and self.value else None


@dataclass
class Table:
    """Rows under one title."""

    title: str
    text: str
    group: str
    rows: list[Row]


def judge(row: Row, within: float) -> None:
    """Sets the verdict: times have a tolerance, bytes and ratios do not."""
    if row.value is None or row.target is None:
        return
    if row.at_least:
        row.verdict = "met" if row.value >= row.target else NOT_MET
    elif row.value <= row.target:
        row.verdict = "met"
    elif row.unit in ("ns", "ms") and row.value <= row.target * within:
        row.verdict = f"met, within {within - 1:.0%}"
    else:
        row.verdict = NOT_MET


def row_of(host: str, case: str, unit: str, figures: dict[str, Figure]) -> Row:
    row = Row(host, case, unit)
    ours = figures.get(ISOFLAG)
    if ours is None and len(figures) == 1:
        (ours,) = figures.values()
    if ours is not None:
        row.value, row.spread = ours.median, ours.spread
    row.peers = {name: figure.median for name, figure in figures.items() if figure is not ours}
    return row


def tables(measured: Measured, targets: dict[str, Any]) -> Iterator[Table]:
    for spec in targets["tables"]:
        rows: list[Row] = []
        for index, host in enumerate(spec["hosts"]):
            if any(key[:2] == (host, spec["group"]) for key in measured.figures):
                rows += rows_of(measured, spec, host, index, targets["within"])
            else:
                rows.append(absent(measured, spec, host))
        yield Table(spec["title"], spec.get("text", ""), spec["group"], rows)
    yield growth(measured, targets["growth"])


def absent(measured: Measured, spec: dict[str, Any], host: str) -> Row:
    """Returns a row that states that a host has no measurements of a group."""
    row = Row(host, "every case", spec.get("unit", "ns"))
    reasons = [why for key, why in measured.skipped.items() if key[0] == host]
    row.verdict = f"skipped: {reasons[0]}" if reasons else NOT_MEASURED
    return row


def rows_of(
    measured: Measured, spec: dict[str, Any], host: str, index: int, within: float
) -> Iterator[Row]:
    group = spec["group"]
    for case, wanted in spec["rows"].items():
        figures = measured.of(host, group, case)
        reason = measured.skipped.get((host, group, case))
        target = wanted[index] if index < len(wanted) else None
        elsewhere = any(key[1:] == (group, case) for key in measured.figures)
        if not figures and reason is None and target is None and elsewhere:
            continue  # a case of other hosts, such as one of objects where this host has dicts
        row = row_of(host, case, spec.get("unit", "ns"), figures)
        row.target = target
        row.at_least = spec.get("atLeast", False)
        slack = within
        if "over" in spec:
            base = measured.of(host, spec["over"]["group"], case).get(ISOFLAG)
            row.target = base.median + spec["over"]["by"] if base else None
        if "below" in spec:
            row.target = row.peers.get(spec["below"])
            slack = 1.0
        if row.value is None:
            row.verdict = f"skipped: {reason}" if reason else NOT_MEASURED
        judge(row, slack)
        yield row


def sizes(measured: Measured, host: str, group: str, axis: str, subject: str) -> dict[int, float]:
    """A curve: the median by size."""
    curve = {}
    for (found, name, case), figures in measured.figures.items():
        if (found, name) == (host, group) and case.startswith(f"{axis} ") and subject in figures:
            curve[int(case.split()[1])] = figures[subject].median
    return dict(sorted(curve.items()))


def growth(measured: Measured, spec: dict[str, Any]) -> Table:
    rows = []

    def add(host: str, case: str, value: float | None, at_most: float | None) -> None:
        row = Row(host, case, "times", value, target=at_most)
        if value is None:
            row.verdict = NOT_MEASURED
        judge(row, 1.0)
        rows.append(row)

    for host in spec["hosts"]:
        evaluation = sizes(measured, host, "growth-eval", "flags", ISOFLAG)
        start = spec["evaluation"]["from"]
        largest = max(evaluation, default=0)
        value = evaluation[largest] / evaluation[start] if start in evaluation else None
        title = f"one evaluation, {largest:,} flags over {start:,}"
        add(host, title, value, spec["evaluation"]["atMost"])

        start = spec["perFlag"]["from"]
        for group, title in (("growth-load", "load time"), ("growth-memory", "memory")):
            curve = sizes(measured, host, group, "flags", ISOFLAG)
            each = [value / size for size, value in curve.items() if size >= start]
            value = max(each) / min(each) if len(each) > 1 else None
            title = (
                f"{title} for each flag, most over least, {start:,} to {max(curve, default=0):,}"
            )
            add(host, title, value, spec["perFlag"]["atMost"])

        at = spec["apply"]["at"]
        apply = sizes(measured, host, "growth-apply", "flags", ISOFLAG).get(at)
        load = sizes(measured, host, "growth-load", "flags", ISOFLAG).get(at)
        value = apply / load if apply is not None and load else None
        add(
            host,
            f"`apply` of one flag to {at:,}, over loading them",
            value,
            spec["apply"]["atMost"],
        )

        spread = sizes(measured, host, "growth-spread", "flags", ISOFLAG)
        if len(spread) > 1:
            low, high = min(spread), max(spread)
            title = f"flags from all over the document, {high:,} over {low:,}"
            add(host, title, spread[high] / spread[low], None)
        for (found, group, case), reason in measured.skipped.items():
            if found == host and group.startswith("growth"):
                rows.append(Row(host, case, "times", verdict=f"skipped: {reason}"))
    text = "The curves are in growth.svg."
    return Table("Growth", text, "growth", rows)
