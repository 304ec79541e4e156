"""The vectors match their schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from vector_files import CONFORMANCE, VECTORS, read

SCHEMA = read(CONFORMANCE / "schema" / "vectors.schema.json")


@pytest.mark.parametrize("path", sorted(VECTORS.glob("*.json")), ids=lambda path: path.stem)
def test_schema(path: Path) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    content = read(path)
    faults = [
        f"{fault.json_path}: {fault.message[:200]}" for fault in Draft202012Validator(SCHEMA).iter_errors(content)
    ]
    assert faults == []
    assert content["topic"] == path.stem


def test_the_schema_refuses_what_is_no_case() -> None:
    bad = {"topic": "x", "description": "x", "cases": [{"id": "x/y", "call": {"unknown": {}}, "expect": {}}]}
    assert list(Draft202012Validator(SCHEMA).iter_errors(bad)) != []
