"""The generated inputs of the benchmarks."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Case:
    """One flag evaluated for one context."""

    name: str
    flag: str
    context: dict[str, Any]
    document: str
    large: bool


class Workload:
    """The folder of generated files, which ``ISOFLAG_BENCH_DATA`` names."""

    def __init__(self) -> None:
        self.data = Path(os.environ["ISOFLAG_BENCH_DATA"])
        self.contexts: dict[str, dict[str, Any]] = self.json("contexts.json")
        index = self.json("index.json")
        self.growth: list[dict[str, Any]] = index["growth"]
        self.cases = [
            Case(
                row["case"],
                row["flag"],
                self.contexts[row["context"]],
                row["document"],
                row["large"],
            )
            for row in index["cases"]
        ]

    def text(self, name: str) -> bytes:
        return (self.data / name).read_bytes()

    def json(self, name: str) -> Any:
        return json.loads(self.text(name))
