"""The generated inputs of the benchmarks."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


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
        self.growth: list[dict[str, Any]] = self.json("index.json")["growth"]
        self.cases = [
            Case(
                raw["case"],
                raw["flag"],
                self.contexts[raw["context"]],
                raw.get("document", "workload"),
                raw.get("large", False),
            )
            for raw in json.loads((HERE / "../../cases.json").read_bytes())
        ]

    def text(self, name: str) -> bytes:
        return (self.data / name).read_bytes()

    def json(self, name: str) -> Any:
        return json.loads(self.text(name))
