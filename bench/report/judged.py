"""Compares each row with its target: a ratio or a number of bytes, never a time, since machines differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import geometric_mean
from typing import Any

from .measured import Figure, Measured

ISOFLAG = "isoflag"
LAUNCHDARKLY = "launchdarkly"
NOT_MEASURED = "**not measured**"
NOT_MET = "**not met**"

Spec = dict[str, Any]


@dataclass
class Row:
    """One row of the report."""

    host: str
    group: str
    case: str
    unit: str
    value: float | None = None
    spread: float | None = None
    peers: dict[str, float] = field(default_factory=dict)
    least: float | None = None
    """The least ratio of the fastest peer's figure to isoflag's."""
    bound: float | None = None
    """The bound of the figure itself: a least one if `at_least`."""
    at_least: bool = False
    verdict: str = "reported"

    @property
    def ratio(self) -> float | None:
        """How many times isoflag's figure the best figure of the others is."""
        return min(self.peers.values()) / self.value if self.peers and self.value else None

    def judge(self) -> None:
        if self.value is None:
            return
        if self.least is not None and self.ratio is not None:
            self.verdict = "met" if self.ratio >= self.least else NOT_MET
        elif self.bound is not None:
            is_met = self.value >= self.bound if self.at_least else self.value <= self.bound
            self.verdict = "met" if is_met else NOT_MET


@dataclass
class Table:
    """Rows under one title."""

    title: str
    text: str
    rows: list[Row]
    group: str = ""


class Judge:
    """The targets, and the cases that they select."""

    def __init__(self, targets: Spec, cases: list[Spec]) -> None:
        self.targets = targets
        self.cases = cases

    def selected(self, rows: str | list[str]) -> list[str]:
        """Returns the names of rows, such as those of all cases whose answer is constant."""
        if not isinstance(rows, str):
            return rows
        choose: dict[str, Callable[[Spec], bool]] = {
            "cases": lambda case: True,
            "constant cases": lambda case: bool(case["constant"]),
            "other cases": lambda case: not case["constant"],
            "small cases": lambda case: not case["large"],
            "ten cases": lambda case: (case["document"], case["context"]) == ("workload", "hit"),
        }
        name = "flag" if rows == "ten cases" else "case"
        return [case[name] for case in self.cases if choose[rows](case)]

    def tables(self, measured: Measured) -> Iterator[Table]:
        for spec in self.targets["tables"]:
            rows: list[Row] = []
            for host in spec["hosts"]:
                if any(key[:2] == (host, spec["group"]) for key in measured.figures):
                    rows += self.rows(measured, spec, host)
                else:
                    rows.append(absent(measured, spec, host))
            yield Table(spec["title"], spec.get("text", ""), rows, spec["group"])
        yield relations(measured, self.targets["relations"])
        yield growth(measured, self.targets["growth"])

    def rows(self, measured: Measured, spec: Spec, host: str) -> Iterator[Row]:
        group, unit = spec["group"], spec.get("unit", "ns")
        for case in self.selected(spec["rows"]):
            figures = measured.of(host, group, case)
            if not figures and any(key[1:] == (group, case) for key in measured.figures):
                continue  # a case of other hosts, such as one of objects where this host has dicts
            row = row_of(host, group, case, unit, figures)
            row.least = self.least(spec, host, case)
            row.bound, row.at_least = spec.get("bounds", {}).get(case), unit == "times"
            if row.value is None:
                row.verdict = NOT_MEASURED
            row.judge()
            yield row

    def least(self, spec: Spec, host: str, case: str) -> float | None:
        """Returns the least ratio of a row: nobody may be ahead, unless the targets state another one."""
        for goal in self.targets["goals"]:
            if spec["group"] in goal["groups"]:
                worst: float = goal["worst"][host]
                return worst
        if "bounds" in spec:
            return None
        least = spec.get("least", {})
        return None if least is None else float(least.get(case, least.get(host, 1)))

    def goals(self, by_workload: dict[str, Measured]) -> Iterator[Goal]:
        """Returns the worst ratio and the mean on each host, for each workload."""
        for goal in self.targets["goals"]:
            of_mean = set(self.selected(goal["meanOf"]))
            for host in goal["worst"]:
                worst = Goal(host, goal["title"], "worst row", goal["worst"][host])
                mean = Goal(host, goal["title"], "geometric mean", goal["mean"][host])
                for name, measured in by_workload.items():
                    rows = [
                        row_of(host, key[1], key[2], "ns", figures)
                        for key, figures in measured.figures.items()
                        if key[0] == host and key[1] in goal["groups"]
                    ]
                    ratios = [(row.ratio, row.case) for row in rows if row.ratio]
                    if ratios:
                        worst.found[name] = min(ratios)
                        every = [ratio for ratio, case in ratios if case in of_mean]
                        mean.found[name] = (geometric_mean(every), "")
                yield worst
                yield mean


@dataclass
class Goal:
    """A ratio over many rows, by workload, with the row that it is of."""

    host: str
    title: str
    kind: str
    least: float
    found: dict[str, tuple[float, str]] = field(default_factory=dict)

    def verdict(self, workload: str) -> str:
        if workload not in self.found:
            return NOT_MEASURED
        return "met" if self.found[workload][0] >= self.least else NOT_MET


def row_of(host: str, group: str, case: str, unit: str, figures: dict[str, Figure]) -> Row:
    row = Row(host, group, case, unit)
    ours = figures.get(ISOFLAG)
    if ours is None and len(figures) == 1:
        (ours,) = figures.values()
    if ours is not None:
        row.value, row.spread = ours.median, ours.spread
    row.peers = {name: figure.median for name, figure in figures.items() if figure is not ours}
    return row


def absent(measured: Measured, spec: Spec, host: str) -> Row:
    """Returns a row that states that a host has no measurements of a group."""
    row = Row(host, spec["group"], "every case", spec.get("unit", "ns"))
    reasons = [why for key, why in measured.skipped.items() if key[0] == host]
    row.verdict = f"skipped: {reasons[0]}" if reasons else NOT_MEASURED
    return row


def quotient(host: str, group: str, case: str, value: float | None, at_most: float) -> Row:
    row = Row(host, group, case, "times", value, bound=at_most)
    if value is None:
        row.verdict = NOT_MEASURED
    row.judge()
    return row


def relations(measured: Measured, specs: list[Spec]) -> Table:
    rows = []
    for spec in specs:
        of, over = (measured.of(*spec[key]).get(ISOFLAG) for key in ("of", "over"))
        value = of.median / over.median if of and over else None
        rows.append(quotient(spec["of"][0], "relation", spec["title"], value, spec["atMost"]))
    return Table("Relations", "One of isoflag's figures over another.", rows)


def sizes(measured: Measured, host: str, group: str, axis: str, subject: str) -> dict[int, float]:
    """A curve: the median by size."""
    curve = {}
    for (found, name, case), figures in measured.figures.items():
        if (found, name) == (host, group) and case.startswith(f"{axis} ") and subject in figures:
            curve[int(case.split()[1])] = figures[subject].median
    return dict(sorted(curve.items()))


def growth(measured: Measured, spec: Spec) -> Table:
    rows = []
    for host in spec["hosts"]:

        def curve_of(group: str, host: str = host) -> dict[int, float]:
            return sizes(measured, host, group, "flags", ISOFLAG)

        evaluation, start = curve_of("growth-eval"), spec["evaluation"]["from"]
        largest = max(evaluation, default=0)
        value = evaluation[largest] / evaluation[start] if start in evaluation else None
        case = f"one evaluation, {largest:,} flags over {start:,}"
        rows.append(quotient(host, "growth", case, value, spec["evaluation"]["atMost"]))

        start = spec["perFlag"]["from"]
        for group, name in (("growth-load", "load time"), ("growth-memory", "memory")):
            curve = curve_of(group)
            each = [value / size for size, value in curve.items() if size >= start]
            value = max(each) / min(each) if len(each) > 1 else None
            span = f"{start:,} to {max(curve, default=0):,}"
            case = f"{name} for each flag, most over least, {span}"
            rows.append(quotient(host, "growth", case, value, spec["perFlag"]["atMost"]))

        at = spec["apply"]["at"]
        apply, load = curve_of("growth-apply").get(at), curve_of("growth-load").get(at)
        value = apply / load if apply is not None and load else None
        case = f"`apply` of one flag to {at:,}, over loading them"
        rows.append(quotient(host, "growth", case, value, spec["apply"]["atMost"]))
        for (found, group, case), reason in measured.skipped.items():
            if found == host and group.startswith("growth"):
                rows.append(Row(host, "growth", case, "times", verdict=f"skipped: {reason}"))
    return Table("Growth", "The curves are in growth.svg.", rows)
