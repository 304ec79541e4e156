"""The document schema accepts documents without findings and rejects those with errors of form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from suite.cases import VECTORS

ROOT = VECTORS.parents[1]
SCHEMA = json.loads((ROOT / "docs" / "flag-document.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
EXAMPLES = sorted((ROOT / "examples").glob("*/*.json"))
DOCUMENTS = [path for path in EXAMPLES if "flags" in json.loads(path.read_text(encoding="utf-8"))]
WRONG = {"wrong-type", "not-an-object", "empty-rollout", "no-variation-or-rollout"}
"""Errors of a document's form, which the schema must reject."""


def loading() -> list[tuple[str, Any, set[str]]]:
    """Returns each document that the vectors load, with its expected codes."""
    found: list[Any] = []
    for path in sorted(VECTORS.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        for case in content["cases"]:
            document = case.get("document")
            if isinstance(document, str):
                document = content["documents"][document]
            if isinstance(document, dict) and "load" in case["call"] and "container" not in case:
                codes = {diagnostic["code"] for diagnostic in case["expect"].get("diagnostics", [])}
                found.append((case["id"], document, codes))
    return found


def shared() -> list[tuple[str, Any]]:
    """Returns the shared documents of vectors that are about results rather than errors."""
    topics = ["segments", "rollouts", "targets", "strategies", "consistency", "pins", "big-segments"]
    found: list[Any] = []
    for topic in topics:
        path = VECTORS / f"{topic}.json"
        if path.is_file():
            documents = json.loads(path.read_text(encoding="utf-8")).get("documents", {})
            found.extend((f"{topic}/{name}", document) for name, document in documents.items())
    return found


def faults(document: Any) -> list[str]:
    return [f"{fault.json_path}: {fault.message[:160]}" for fault in VALIDATOR.iter_errors(document)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_examples_are_taken(path: Path) -> None:
    assert faults(json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(("name", "document"), shared(), ids=lambda value: value if isinstance(value, str) else "")
def test_documents_of_vectors_are_taken(name: str, document: Any) -> None:
    assert faults(document) == [], name


@pytest.mark.parametrize(
    ("name", "document", "codes"),
    [case for case in loading() if case[2] & WRONG],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_documents_of_the_wrong_form_are_refused(name: str, document: Any, codes: set[str]) -> None:
    assert faults(document) != [], f"{name}: {codes}"


def test_there_is_something_to_test() -> None:
    assert len(DOCUMENTS) >= 3
    assert len(shared()) >= 1
    assert sum(1 for case in loading() if case[2] & WRONG) > 20
