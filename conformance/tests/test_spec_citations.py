"""SPEC.md defines each rule that a vector, code or a document cites."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from suite.cases import VECTORS
from suite.runners import REPOSITORY

SECTION = re.compile(r"^#{2,3} (\d+(?:\.\d+)?)\.? ", re.MULTILINE)
NAME = re.compile(r"\*\*(\w+?)\.?\*\*")
POINTS = re.compile(r"\b([DACSP])(\d{1,2})(?:(?:–| to )[DASP]?(\d{1,2}))?\b")
POINTS_IN_CODE = re.compile(r"\b([DASP])(\d{2}|(?<=[AS])\d)(?:(?:–| to )[DASP](\d{1,2}))?\b")
SECTIONS_OF_SPEC = re.compile(r"(?:SPEC\.md(?:, section)?|[Ss]ections?) ((?:\d+(?:\.\d+)?(?:, | and | to )?)+)")
PARENTHESES = re.compile(r"\(((?:\d+(?:\.\d+)?|[DASP]\d{1,2})(?:, (?:\d+(?:\.\d+)?|[DASP]\d{1,2}(?: to [DASP]\d{1,2})?))*)\)")
CODE = {".rs", ".py", ".ts", ".js", ".mjs"}


def points(pattern: re.Pattern[str], text: str) -> set[str]:
    return {
        f"{letter}{number:0{len(first)}}"
        for letter, first, last in pattern.findall(text)
        for number in range(int(first), int(last or first) + 1)
    }


def defined(spec: str) -> set[str]:
    return {*SECTION.findall(spec), *NAME.findall(spec), *points(POINTS, spec)}


def cited(text: str, *, of_spec: bool) -> set[str]:
    """Returns the points that a text cites, and the sections if it is about SPEC.md."""
    found = points(POINTS_IN_CODE, text)
    if of_spec:
        documented = "\n".join(line for line in text.splitlines() if '"""' in line)
        for group in (*SECTIONS_OF_SPEC.findall(text), *PARENTHESES.findall(documented)):
            found |= set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", group))
    return found


def cited_by_vectors() -> set[str]:
    return {case["rule"] for path in VECTORS.glob("*.json") for case in json.loads(path.read_text(encoding="utf-8"))["cases"]}


def texts() -> Iterator[tuple[Path, bool]]:
    """Yields the files that may cite a rule, and whether their sections are those of SPEC.md."""
    listed = subprocess.run(("git", "ls-files"), cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    for name in map(Path, listed.splitlines()):
        code = name.suffix in CODE and "generate" not in name.parts and "tests" not in name.parts
        if (code or name.suffix == ".md") and (REPOSITORY / name).is_file():
            yield REPOSITORY / name, name.name == "SPEC.md" or "spec" in name.parts


@pytest.fixture(scope="module")
def rules() -> set[str]:
    return defined((REPOSITORY / "SPEC.md").read_text(encoding="utf-8"))


def test_each_rule_of_a_vector_is_defined(rules: set[str]) -> None:
    assert cited_by_vectors() - rules == set()


def test_each_citation_of_code_and_documents_is_defined(rules: set[str]) -> None:
    read = {path: cited(path.read_text(encoding="utf-8"), of_spec=of_spec) for path, of_spec in texts()}
    assert {path.name: found - rules for path, found in read.items() if found - rules} == {}
    assert len(set.union(*read.values())) > 80


def test_a_rule_that_no_text_defines_is_missed() -> None:
    rules = defined("## 4. Flags\n### 4.1 Prerequisites\n**isolation.** (D19–D21)")
    assert rules == {"4", "4.1", "isolation", "D19", "D20", "D21"}
    assert cited('"""(4.1, D10 to D12), see SPEC.md 9 and 10, section 5."""', of_spec=True) == {"4.1", "D10", "D11", "D12", "9", "10", "5"}
    assert cited("in S3, A4 and P07; 5.1", of_spec=False) == {"S3", "A4", "P07"}
