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
from suite.cases import VECTORS

SCHEMA = VECTORS.parent / "schema" / "vectors.schema.json"
DECIDED = {f"D{number:02}" for number in range(1, 47)} - {"D07", "D16"} | {f"A{number}" for number in range(1, 9)}

FILES = sorted(VECTORS.glob("*.json"))


@pytest.mark.parametrize(
    ("text", "expected"), [("", 0), ("hello", 0x248BFA47), ("The quick brown fox jumps over the lazy dog", 0x2E4FF723)]
)
def test_murmur3_published_vectors(text: str, expected: int) -> None:
    assert mmh3.hash(text.encode(), 0, signed=False) == expected


def test_known_launchdarkly_buckets() -> None:
    # The vendor's documented example keys, as parts of 100000.
    assert bucket("sha1", "hashKey.saltyA", "userKeyA") == 42157
    assert bucket("sha1", "hashKey.saltyA", "userKeyB") == 67084
    assert bucket("sha1", "hashKey.saltyA", "userKeyC") == 10343


def test_chosen_takes_the_last_entry_when_none_does() -> None:
    assert chosen(99_999, [10, 10]) == 1
    assert chosen(9, [10, 10]) == 0
    assert chosen(10, [10, 10]) == 1


def test_hmac_known_vector() -> None:
    assert secure_mode_hash("secret", "Message") == "aa747c502a898200f9e4fa21bac68136f886a0e27aec70ba06daf2e2a5cb5597"


def test_digest_of_nothing() -> None:
    assert canonical({"segments": {}, "flags": {}}) == '{"flags":{},"segments":{}}'
    assert digest({}) == digest({"segments": {}, "flags": {}})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_schema(path: Path) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    content = json.loads(path.read_text(encoding="utf-8"))
    faults = [f"{fault.json_path}: {fault.message[:200]}" for fault in Draft202012Validator(schema).iter_errors(content)]
    assert faults == []
    assert content["topic"] == path.stem
    assert all(case["id"].startswith(f"{path.stem}/") for case in content["cases"])


def test_files_are_what_the_scripts_write() -> None:
    written = {f"{topic.name}.json": text_of(topic) for topic in all_topics()}
    found = {path.name: path.read_text(encoding="utf-8") for path in FILES}
    assert sorted(found) == sorted(written)
    assert [name for name in written if found[name] != written[name]] == []


def cases() -> list[dict[str, Any]]:
    return [case for path in FILES for case in json.loads(path.read_text(encoding="utf-8"))["cases"]]


def test_there_are_enough_cases_and_their_ids_are_unique() -> None:
    found = cases()
    assert len(found) >= 1600
    assert [name for name, count in Counter(case["id"] for case in found).items() if count > 1] == []


def test_no_two_cases_ask_the_same() -> None:
    asked = Counter(
        json.dumps({name: item for name, item in case.items() if name not in {"id", "rule", "description"}}, sort_keys=True)
        + case["id"].split("/")[0] * isinstance(case.get("document"), str)
        for case in cases()
    )
    doubles = [text for text, count in asked.items() if count > 1]
    assert doubles == []


def test_every_decided_point_is_named() -> None:
    named = {case["rule"] for case in cases()}
    assert (DECIDED | {"isolation", "murmur3"}) - named == set()
