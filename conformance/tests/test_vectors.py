"""The oracles agree with published values, and the files are up to date."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import mmh3
import pytest
from jsonschema import Draft202012Validator

from authoring.__main__ import all_topics, text_of
from authoring.hashing import bucket, chosen, digest, secure_mode_hash
from suite.canonical_json import canonical
from suite.cases import VECTORS, all_cases, read

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
    assert content["topic"] == path.stem
    assert all(case["id"].startswith(f"{path.stem}/") for case in content["cases"])


def test_the_schema_rejects_an_unknown_call() -> None:
    bad = {"id": "x/y", "rule": "4", "description": "x", "call": {"unknown": {}}, "expect": {}}
    assert list(SCHEMA.iter_errors({"topic": "x", "description": "x", "cases": [bad]})) != []


def test_files_are_what_the_scripts_write() -> None:
    written = {f"{topic.name}.json": text_of(topic) for topic in all_topics()}
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
