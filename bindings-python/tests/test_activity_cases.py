"""Runs the cases of ``conformance/activity``, which every activity recorder must pass."""

import json
from pathlib import Path
from typing import Any

import pytest

from isoflag.activity import Activity
from scripted import Clock

CASES = json.loads(
    (Path(__file__).parents[2] / "conformance" / "activity" / "cases.json").read_bytes()
)


def named(kind: str) -> pytest.MarkDecorator:
    cases = CASES[kind]
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


@named("record")
def test_it_records(case: dict[str, Any]) -> None:
    clock = Clock(0.0)
    activity = Activity(clock=clock)
    for answer in case["records"]:
        clock.now = answer["at"] / 1000
        activity.record(answer["key"], answer["variation"], answer["digest"] or "none")
    assert activity.to_json() == case["canonical"]
    again = Activity()
    again.merge(case["canonical"])
    assert again.to_json() == case["canonical"]


@named("merge")
@pytest.mark.parametrize("step", [1, -1], ids=["forwards", "backwards"])
def test_it_merges(case: dict[str, Any], step: int) -> None:
    activity = Activity()
    for text in case["activities"][::step]:
        activity.merge(text)
    assert activity.to_json() == case["canonical"]


@named("refuse")
def test_it_refuses(case: dict[str, Any]) -> None:
    activity = Activity()
    with pytest.raises(ValueError):  # noqa: PT011 (json's own is one)
        activity.merge(case["activity"])
    assert activity.to_json() == Activity().to_json()
