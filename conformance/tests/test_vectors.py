"""The oracles agree with published values, and the files are up to date."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import mmh3
import pytest
from jsonschema import Draft202012Validator

from authoring.__main__ import all_topics, text_of
from authoring.hashing import bucket, chosen, digest, secure_mode_hash
from suite.canonical_json import canonical
from suite.cases import VECTORS, Case, all_cases, read
from suite.runners import REPOSITORY

SCHEMA = Draft202012Validator(read(VECTORS.parent / "schema" / "vectors.schema.json"))
DECIDED = {f"D{number:02}" for number in range(1, 47)} - {"D07", "D16"} | {f"A{number}" for number in range(1, 9)}

FILES = sorted(VECTORS.glob("*.json"))


@pytest.mark.parametrize(
    ("text", "expected"), [("", 0), ("hello", 0x248BFA47), ("The quick brown fox jumps over the lazy dog", 0x2E4FF723)]
)
def test_published_murmur3_hashes(text: str, expected: int) -> None:
    assert mmh3.hash(text.encode(), 0, signed=False) == expected


def test_published_buckets_of_launchdarkly() -> None:
    # The vendor's documented example keys, as parts of 100000.
    assert bucket("sha1", "hashKey.saltyA", "userKeyA") == 42157
    assert bucket("sha1", "hashKey.saltyA", "userKeyB") == 67084
    assert bucket("sha1", "hashKey.saltyA", "userKeyC") == 10343


def test_the_last_entry_is_chosen_if_no_sum_exceeds_the_bucket() -> None:
    assert chosen(99_999, [10, 10]) == 1
    assert chosen(9, [10, 10]) == 0
    assert chosen(10, [10, 10]) == 1


def test_a_published_secure_mode_hash() -> None:
    assert secure_mode_hash("secret", "Message") == "aa747c502a898200f9e4fa21bac68136f886a0e27aec70ba06daf2e2a5cb5597"


def test_the_digest_of_an_empty_document() -> None:
    assert canonical({"segments": {}, "flags": {}}) == '{"flags":{},"segments":{}}'
    assert digest({}) == digest({"segments": {}, "flags": {}})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_matches_the_schema(path: Path) -> None:
    content = read(path)
    assert [f"{fault.json_path}: {fault.message[:200]}" for fault in SCHEMA.iter_errors(content)] == []
    assert content["subject"] == path.stem


def test_the_schema_rejects_an_unknown_call() -> None:
    bad = {"id": "x/y", "rule": "4", "description": "x", "call": {"unknown": {}}, "expect": {}}
    assert list(SCHEMA.iter_errors({"subject": "x", "description": "x", "cases": [bad]})) != []


def test_files_are_what_the_scripts_write() -> None:
    written = {f"{name}.json": text_of(name, *content) for name, content in all_topics().items()}
    found = {path.name: path.read_text(encoding="utf-8") for path in FILES}
    assert sorted(found) == sorted(written)
    assert [name for name in written if found[name] != written[name]] == []


def test_there_are_enough_cases_and_their_ids_are_unique() -> None:
    assert len(all_cases()) >= 5000
    assert len({case.id for case in all_cases()}) == len(all_cases())


def test_no_two_cases_are_the_same() -> None:
    given = Counter(json.dumps({**case.given, "id": "", "expect": case.expect}, sort_keys=True) for case in all_cases())
    assert [text for text, count in given.items() if count > 1] == []


def test_each_decided_point_is_cited() -> None:
    assert (DECIDED | {"isolation", "murmur3"}) - {case.rule for case in all_cases()} == set()


# --- the document schema accepts documents without findings and rejects those with errors of form ---


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
    if path.stem in ("flags", "rollouts", "segments")
    for name, document in read(path).get("documents", {}).items()
    if name != "ways"  # It has malformed flags.
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
