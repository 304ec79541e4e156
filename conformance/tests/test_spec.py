"""The spec alone gives what the vectors expect of each evaluation."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from isodiff.spec.document import Document
from isodiff.spec.flags import Spec
from isodiff.spec.operators import TRANSLATIONS
from suite.canonical_json import canonical
from suite.cases import VECTORS, Case, all_cases
from suite.runners import REPOSITORY

TYPES = {"bool": "boolean", "int": "integer", "float": "number", "string": "string"}
TYPES |= {"json": "json", "any": "json"}
TRANSLATED = re.compile(r"[\\$?{]|\[\[|\+\+|\*\*")
"""What Python's ``re`` may read differently from isoflag."""


def skipped(case: Case) -> str | None:
    """Returns why the spec does not answer the case."""
    if case.call not in ("evaluate", "allFlagsState"):
        return f"the call `{case.call}`"
    if case.rule == "limits":
        return "a limit, which the spec leaves out"
    if case.given.get("container") == "appconfig":
        return "the container of AWS AppConfig, which SPEC.md does not define"
    if any(pattern not in TRANSLATIONS and TRANSLATED.search(pattern) for pattern in patterns(raw_document(case))):
        return "a pattern that Python's `re` may read differently, and that the spec does not translate"
    return None


def raw_document(case: Case) -> Any:
    raw = case.given.get("document", {"flags": {}})
    if "documentText" in case.given:
        raw = json.loads(case.given["documentText"])
    return {"flags": raw} if case.given.get("container") == "flagMap" else raw


def patterns(value: Any) -> Iterator[str]:
    """Finds the patterns of all clauses."""
    if isinstance(value, dict):
        if value.get("op") == "matches":
            yield from (each for each in value["values"] if isinstance(each, str))
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from patterns(item)


def answer(case: Case) -> dict[str, Any]:
    ((name, call),) = case.given["call"].items()
    context = case.given.get("context")
    if "contextText" in case.given:
        context = json.loads(case.given["contextText"])
    document, big_segments, rules = (Document(raw_document(case)), case.given.get("bigSegments"), Spec())
    if name == "allFlagsState":
        options = {"clientSideOnly": False, "withReasons": False, "detailsOnlyForTrackedFlags": False, **call}
        state = rules.all_flags_state(document, context, big_segments, options, call.get("now", 0))
        return {"state": state}
    key = json.loads(call["flagText"]) if "flagText" in call else call["flag"]
    detail = rules.evaluate(document, context, big_segments, key)
    flag = document.flags.get(key)
    found: Any = [None, call["default"], detail.reason]
    if flag is not None:
        found = rules.typed(flag, detail, TYPES[call.get("type", "json")], call["default"])
    return dict(zip(("variationIndex", "value", "reason"), found, strict=True))


ANSWERED = [case for case in all_cases() if skipped(case) is None]


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case.id)
def test_the_spec_answers_as_a_vector_expects(case: Case) -> None:
    found = answer(case)
    expected = {name: case.expect[name] for name in found if name in case.expect}
    assert expected
    assert canonical({name: found[name] for name in expected}) == canonical(expected)


def test_most_evaluations_are_answered() -> None:
    evaluations = [case for case in all_cases() if case.call == "evaluate"]
    assert sum(case.call == "evaluate" for case in ANSWERED) > 0.95 * len(evaluations)


# --- SPEC.md defines each rule that a vector, code or a document cites ---


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
