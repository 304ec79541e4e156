"""SPEC.md defines each rule that a vector or DIVERGENCES.md cites."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from vector_authoring.__main__ import VECTORS

ROOT = VECTORS.parents[1]
SECTION = re.compile(r"^#{2,3} (\d+(?:\.\d+)?)\.? ", re.MULTILINE)
NAME = re.compile(r"\*\*(\w+?)\.?\*\*")
IN_A_HEADING = re.compile(r"^#{2,3} .*?\(`?(\w+)`?\)$", re.MULTILINE)
POINTS = re.compile(r"\b([DASP])(\d{1,2})(?:–[DASP](\d{1,2}))?\b")


def defined(spec: str) -> set[str]:
    names = {*SECTION.findall(spec), *NAME.findall(spec), *IN_A_HEADING.findall(spec)}
    for letter, first, last in POINTS.findall(spec):
        names |= {f"{letter}{number:0{len(first)}}" for number in range(int(first), int(last or first) + 1)}
    return names


def cited_by_vectors() -> set[str]:
    return {case["rule"] for path in VECTORS.glob("*.json") for case in json.loads(path.read_text(encoding="utf-8"))["cases"]}


def cited_by(path: Path) -> set[str]:
    return {letter + number for letter, number, _ in POINTS.findall(path.read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def rules() -> set[str]:
    return defined((ROOT / "SPEC.md").read_text(encoding="utf-8"))


def test_each_rule_of_a_vector_is_defined(rules: set[str]) -> None:
    assert cited_by_vectors() - rules == set()


def test_each_point_of_the_divergences_is_defined(rules: set[str]) -> None:
    assert cited_by(ROOT / "conformance" / "DIVERGENCES.md") - rules == set()


def test_a_rule_that_no_text_defines_is_missed() -> None:
    assert {"4.1", "isolation", "D20"} <= defined("## 4. Flags\n### 4.1 Prerequisites\n**isolation.** (D19–D21)")
    assert "D22" not in defined("(D19–D21)")
