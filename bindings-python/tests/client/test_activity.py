"""Counts of evaluations: format, merging, threads, flushing, and the shared cases."""

import json
import threading
from typing import Any

import pytest

from isoflag.activity import Activity
from pages import TOP
from scripted import Clock

DIGEST = "sha256:" + "0" * 64
OTHER = "sha256:" + "1" * 64


def counted(*evaluations: tuple[str, int | None, str], now: float = 1.0) -> Activity:
    activity = Activity(clock=Clock(now))
    for key, index, digest in evaluations:
        activity.record(key, index, digest)
    return activity


@pytest.mark.parametrize("form", [lambda a: a, Activity.to_dict, Activity.to_json])
def test_merging_adds_counts_and_widens_times(form: Any) -> None:
    total = counted(("a", 0, DIGEST), ("b", 1, DIGEST), now=2)
    total.merge(form(counted(("a", 0, DIGEST), ("a", None, OTHER), now=1)))
    total.merge(form(counted(("c", 2, DIGEST), ("a", 0, DIGEST), now=3)))
    assert total.to_dict()["flags"] == {
        "a": {"counts": {DIGEST: {"0": 3}, OTHER: {"default": 1}}, "first": 1000, "last": 3000},
        "b": {"counts": {DIGEST: {"1": 1}}, "first": 2000, "last": 2000},
        "c": {"counts": {DIGEST: {"2": 1}}, "first": 3000, "last": 3000},
    }


def test_a_flush_returns_the_counts_once() -> None:
    activity, taken = counted(("a", 0, DIGEST)), list[str]()
    expected = activity.to_json()
    activity.flush(taken.append)
    activity.flush(taken.append)
    assert taken == [expected]
    activity.record("a", 0, DIGEST)
    activity.flush(taken.append)
    assert len(taken) == 2


def test_a_flush_that_fails_loses_nothing() -> None:
    activity = counted(("a", 0, DIGEST))
    expected = activity.to_json()

    def fail(_: str) -> None:
        activity.record("a", 1, DIGEST)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        activity.flush(fail)
    counts = activity.to_dict()["flags"]["a"]["counts"]
    assert counts == {DIGEST: {"0": 1, "1": 1}}
    assert activity.to_json() != expected


def test_threads_lose_no_count() -> None:
    activity, flushed = Activity(), Activity()
    start = threading.Barrier(8)

    def count(index: int) -> None:
        start.wait()
        for round_ in range(500):
            activity.record("a", index % 2, DIGEST)
            if round_ % 50 == 0:
                activity.flush(flushed.merge)

    threads = [threading.Thread(target=count, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    activity.flush(flushed.merge)
    assert flushed.to_dict()["flags"]["a"]["counts"] == {DIGEST: {"0": 2000, "1": 2000}}


def test_each_count_is_a_line_of_the_embedded_metric_format() -> None:
    activity = counted(("a", 0, DIGEST), ("a", 0, DIGEST), ("b", None, DIGEST), now=1.5)
    lines = [json.loads(line) for line in activity.to_emf("Shop/Flags").splitlines()]
    metric = {
        "Namespace": "Shop/Flags",
        "Dimensions": [["flag", "variation"]],
        "Metrics": [{"Name": "evaluations", "Unit": "Count"}],
    }
    head = {"Timestamp": 1500, "CloudWatchMetrics": [metric]}
    assert lines == [
        {"_aws": head, "flag": "a", "variation": "0", "digest": DIGEST, "evaluations": 2},
        {"_aws": head, "flag": "b", "variation": "default", "digest": DIGEST, "evaluations": 1},
    ]
    for line in lines:
        # The format requires a root member for each name that is used.
        for directive in line["_aws"]["CloudWatchMetrics"]:
            names = [each["Name"] for each in directive["Metrics"]]
            assert all(isinstance(line[name], int | float) for name in names)
            assert all(isinstance(line[name], str) for of in directive["Dimensions"] for name in of)
    assert Activity().to_emf("Shop/Flags") == ""


def test_lines_have_the_counts_since_the_last_ones() -> None:
    activity = counted(("a", 0, DIGEST), ("a", 0, DIGEST))

    def lines() -> list[tuple[str, int]]:
        read = map(json.loads, activity.to_emf("Shop", environment="live").splitlines())
        return [(line["flag"], line["evaluations"]) for line in read]

    (first,) = map(json.loads, activity.to_emf("Shop", environment="live").splitlines())
    assert first["environment"] == "live"
    dimensions = first["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
    assert dimensions == [["environment", "flag", "variation"]]
    assert lines() == []
    activity.record("a", 0, DIGEST)
    activity.record("b", 0, DIGEST)
    assert lines() == [("a", 1), ("b", 1)]
    activity.record("a", 0, DIGEST)

    def failing(_: str) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        activity.flush(failing)
    assert lines() == [("a", 1)]
    # Counts that are flushed before they are printed are in the flushed ones only.
    activity.record("a", 0, DIGEST)
    activity.flush(lambda _: None)
    activity.record("a", 0, DIGEST)
    assert lines() == [("a", 1)]


# --- the cases of conformance/activity ---


CASES = json.loads((TOP / "conformance" / "activity" / "cases.json").read_bytes())


def named(kind: str) -> pytest.MarkDecorator:
    cases = CASES[kind]
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


@named("record")
def test_an_activity_records_the_shared_cases(case: dict[str, Any]) -> None:
    clock = Clock(0.0)
    activity = Activity(clock=clock)
    for answer in case["records"]:
        clock.now = answer["at"] / 1000
        under = (answer["strategy"],) if "strategy" in answer else ()
        activity.record(answer["key"], answer["variation"], answer["digest"] or "none", *under)
    assert activity.to_json() == case["canonical"]
    again = Activity()
    again.merge(case["canonical"])
    assert again.to_json() == case["canonical"]


@named("merge")
@pytest.mark.parametrize("step", [1, -1], ids=["forwards", "backwards"])
def test_an_activity_merges_the_shared_cases(case: dict[str, Any], step: int) -> None:
    activity = Activity()
    for text in case["activities"][::step]:
        activity.merge(text)
    assert activity.to_json() == case["canonical"]


@named("refuse")
def test_an_activity_rejects_the_shared_cases(case: dict[str, Any]) -> None:
    activity = Activity()
    with pytest.raises(ValueError):  # noqa: PT011 (json's own is one)
        activity.merge(case["activity"])
    assert activity.to_json() == Activity().to_json()


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"activity":' * 100_000, "9" * 100_000, "", "[]", b"\xff"]
)
def test_activity_that_is_not_activity_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the parser's own message in most cases)
        Activity().merge(text)
