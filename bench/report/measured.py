"""Reads the measurements of all host runtimes into one form."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One subject in one row."""

    samples: tuple[float, ...]
    unit: str

    @property
    def median(self) -> float:
        return median(self.samples)

    @property
    def spread(self) -> float | None:
        """Half of the range of the middle half, as a share of the median."""
        if len(self.samples) < 3 or not self.median:
            return None
        low, _, high = quantiles(self.samples, n=4, method="inclusive")
        return abs((high - low) / 2 / self.median)


Key = tuple[str, str, str]


@dataclass
class Measured:
    """Figures by host, group and case, then by subject."""

    figures: dict[Key, dict[str, Figure]] = field(default_factory=dict)
    skipped: dict[Key, str] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: list[str] = field(default_factory=list)

    def take(self, line: dict[str, Any]) -> None:
        host = line["host"]
        if "version" in line:
            self.versions.append(line["version"])
        elif "answer" in line:
            self.answers.setdefault(line["case"], {})[host] = json.loads(line["answer"])
        elif "skipped" in line:
            self.skipped[host, line["group"], line["case"]] = line["skipped"]
        else:
            row = self.figures.setdefault((host, line["group"], line["case"]), {})
            row[line["subject"]] = Figure(tuple(line["samples"]), line["unit"])

    def of(self, host: str, group: str, case: str) -> dict[str, Figure]:
        return self.figures.get((host, group, case), {})


def read(raw: Path) -> Measured:
    measured = Measured()
    for file in sorted(raw.glob("*.jsonl")):
        for text in file.read_text().splitlines():
            measured.take(json.loads(text))
    for case, answers in measured.answers.items():
        first, *others = answers.values()
        if any(other != first for other in others):
            raise SystemExit(f"`{case}`: the hosts give different answers: {answers}")
    return measured
