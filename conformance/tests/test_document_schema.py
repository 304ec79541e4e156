"""The document schema accepts documents without findings and rejects those with errors of form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from suite.cases import VECTORS, Case, all_cases, read
from suite.runners import REPOSITORY

VALIDATOR = Draft202012Validator(read(REPOSITORY / "docs" / "flag-document.schema.json"))
EXAMPLES = sorted((REPOSITORY / "examples").glob("*/*.json"))
DOCUMENTS = [path for path in EXAMPLES if "flags" in read(path)]
WRONG = {"wrong-type", "not-an-object", "empty-rollout", "no-variation-or-rollout"}
"""Errors of a document's form, which the schema must reject."""
MALFORMED = [
    case
    for case in all_cases()
    if case.call == "load"
    and isinstance(case.given.get("document"), dict)
    and "container" not in case.given
    and WRONG & {diagnostic["code"] for diagnostic in case.expect.get("diagnostics", [])}
]
SHARED = [
    (f"{path.stem}/{name}", document)
    for path in sorted(VECTORS.glob("*.json"))
    if path.stem in ("segments", "rollouts", "targets", "strategies", "consistency", "pins", "big-segments")
    for name, document in read(path).get("documents", {}).items()
]


def faults(document: Any) -> list[str]:
    return [f"{fault.json_path}: {fault.message[:160]}" for fault in VALIDATOR.iter_errors(document)]


def test_the_schema_is_valid() -> None:
    Draft202012Validator.check_schema(VALIDATOR.schema)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_it_accepts_the_examples(path: Path) -> None:
    assert faults(read(path)) == []


@pytest.mark.parametrize(("name", "document"), SHARED, ids=lambda value: value if isinstance(value, str) else "")
def test_it_accepts_the_documents_of_vectors(name: str, document: Any) -> None:
    assert faults(document) == [], name


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: case.id)
def test_it_rejects_documents_of_the_wrong_form(case: Case) -> None:
    assert faults(case.given["document"]) != []


def test_there_are_documents_of_each_sort() -> None:
    assert len(DOCUMENTS) >= 3
    assert len(SHARED) >= 1
    assert len(MALFORMED) > 20
