"""Memberships of big segments that a client reads from its source."""

import asyncio
import base64
import hashlib
import json
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from openfeature.evaluation_context import EvaluationContext

from documents import USER, clause, document, flag
from isoflag import AsyncFlagClient, FlagClient
from isoflag.aws_http import Guard
from isoflag.openfeature import IsoflagProvider
from isoflag.source import ChainedSource, DynamoDbSource, SourceUnavailableError, big_segments
from isoflag.source import dynamodb_layout as layout
from isoflag.source.deadline import until
from lambda_events import http_event
from scripted import PATIENT, Clock, ScriptedSource


class Table:
    """A minimal DynamoDB client of a table with a big segment."""

    def __init__(self, synchronized: float) -> None:
        self.down = False
        self.attempts = 0
        self.keys: list[str] = []
        hashed = base64.b64encode(hashlib.sha256(b"ada").digest()).decode()
        marker = "shop:big_segments_metadata"
        segment = {"key": "large", "version": 1, "unbounded": True, "generation": 2}
        rule = {"clauses": [clause("", "segmentMatch", "large")], "variation": 1}
        namespaced: list[Any] = [
            layout.encode_item("shop:features", flag("f", False, True, rules=[rule])),
            layout.encode_item("shop:segments", segment),
            layout.inited_item("shop"),
            {**layout.item_key(marker, marker), "synchronizedOn": {"N": f"{synchronized:.0f}"}},
            {
                **layout.item_key("shop:big_segments_user", hashed),
                "included": {"SS": ["large.g2"]},
                "excluded": {"SS": ["large.g2", "other.g1"]},
            },
        ]
        self.items = {(each["namespace"]["S"], each["key"]["S"]): each for each in namespaced}

    def get_item(self, *, Key: Any, **_: Any) -> Any:  # noqa: N803
        self.attempts += 1
        if self.down:
            raise RuntimeError("boom")
        self.keys.append(Key["key"]["S"])
        item = self.items.get((Key["namespace"]["S"], Key["key"]["S"]))
        return {} if item is None else {"Item": item}

    def query(self, *, ExpressionAttributeValues: Any, **_: Any) -> Any:  # noqa: N803
        name = ExpressionAttributeValues[":namespace"]["S"]
        return {"Items": [item for (of, _), item in self.items.items() if of == name]}


def test_the_client_reads_memberships_of_big_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(big_segments, "wall_clock", clock)
    table = Table(clock.now * 1000)
    source = DynamoDbSource("flags", prefix="shop", client=table, timeout=60.0)
    flags = FlagClient(source, **PATIENT, clock=clock)
    detail = flags.bool_variation_detail("f", USER, default=False)
    assert (detail.value, detail.reason["bigSegmentsStatus"]) == (True, "HEALTHY")
    assert flags.bind({**USER, "key": "jonas"}).bool_variation("f", None) is False
    coroutine_client = AsyncFlagClient(source, **PATIENT)
    assert asyncio.run(coroutine_client.bool_variation("f", USER, None)) is True
    del table.keys[:]
    assert flags.bool_variation("f", USER, None) is True
    assert table.keys == []
    own = {"status": "HEALTHY", "memberships": {}}
    assert flags.bool_variation("f", USER, None, big_segments=own) is False
    clock.advance(121)
    assert flags.bool_variation_detail("f", USER, None).reason["bigSegmentsStatus"] == "STALE"
    table.down = True
    clock.advance(5)
    detail = flags.bool_variation_detail("f", USER, default=False)
    assert (detail.value, detail.reason["bigSegmentsStatus"]) == (False, "STORE_ERROR")


def test_memberships_are_kept_within_a_bound() -> None:
    read: list[Any] = []
    reader = big_segments.BigSegmentReader(None, read.append)
    for key in [*map(str, range(1200)), "1199", "0"]:
        assert reader.read([key])["memberships"] == {key: {}}
    users = [each for each in read if each["namespace"]["S"] == "big_segments_user"]
    assert len(users) == 1201


def test_a_table_that_is_down_is_not_read_for_five_seconds(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    monkeypatch.setattr(big_segments, "wall_clock", clock)
    table = Table(clock.now * 1000)
    source = DynamoDbSource("flags", prefix="shop", client=table, timeout=60.0)
    assert source.big_segments(["ada"])["status"] == "HEALTHY"
    table.down = True
    for key in ("a", "b", "c"):
        assert source.big_segments([key])["status"] == "STORE_ERROR"
    assert table.attempts == 3
    # Memberships in the cache are used.
    assert source.big_segments(["ada"])["status"] == "HEALTHY"
    table.down = False
    clock.advance(5)
    assert source.big_segments(["a"])["status"] == "HEALTHY"
    assert caplog.text.count("cannot read big segments") == 1


def test_the_end_of_an_invocation_is_not_an_outage() -> None:
    table = Table(time.time() * 1000)
    source = DynamoDbSource("flags", prefix="shop", client=table, timeout=60.0)
    with until(0.0):
        assert source.big_segments(["ada"])["status"] == "STORE_ERROR"
    assert source.big_segments(["ada"])["status"] == "HEALTHY"


def test_memberships_are_read_by_many_threads_at_once() -> None:
    together = threading.Barrier(12, timeout=60)

    class Meeting(Table):
        def get_item(self, *, Key: Any, **named: Any) -> Any:  # noqa: N803
            if "user" in Key["namespace"]["S"]:
                together.wait()
            return super().get_item(Key=Key, **named)

    table = Meeting(time.time() * 1000)
    source = DynamoDbSource("flags", prefix="shop", client=table, timeout=60.0)
    with ThreadPoolExecutor(12) as pool:
        read = list(pool.map(lambda n: source.big_segments([f"user-{n}"]), range(12)))
    assert [each["status"] for each in read] == ["HEALTHY"] * 12


def test_threads_evict_memberships_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(big_segments, "_MOST", 1)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        reader = big_segments.BigSegmentReader(None, lambda _: {})
        with ThreadPoolExecutor(8) as pool:
            read = list(pool.map(lambda n: reader.read([str(n)]), range(4000)))
    finally:
        sys.setswitchinterval(before)
    # Without the marker of a writer memberships are stale.
    assert {each["status"] for each in read} == {"STALE"}


def test_an_async_guard_reads_memberships() -> None:
    table = Table(time.time() * 1000)
    source = DynamoDbSource("flags", prefix="shop", client=table, timeout=60.0)
    client = FlagClient(source, **PATIENT)
    client.refresh()

    @Guard(client, context=USER).requires_flag("f")
    async def submit(*_: Any) -> str:
        return "done"

    assert asyncio.run(submit(http_event("POST"), None)) == "done"


def test_openfeature_reads_memberships_outside_the_event_loop() -> None:
    table = Table(time.time() * 1000)
    client = FlagClient(DynamoDbSource("flags", prefix="shop", client=table), **PATIENT)
    client.refresh()
    evaluating: list[str] = []

    class Provider(IsoflagProvider):
        def _bind(self, context: EvaluationContext | None) -> Any:
            evaluating.append(threading.current_thread().name)
            return super()._bind(context)

    provider = Provider(client)
    resolved = asyncio.run(
        provider.resolve_boolean_details_async("f", False, EvaluationContext("ada"))
    )
    assert resolved.value is True
    assert evaluating != [threading.current_thread().name]


# --- a source of the caller ---


class Memberships(ScriptedSource):
    """A source whose memberships a function returns."""

    def __init__(self, read: Callable[[Sequence[str]], Any], timeout: float = 60.0) -> None:
        segment = {"key": "large", "version": 1, "unbounded": True, "generation": 2}
        rule = {"clauses": [clause("", "segmentMatch", "large")], "variation": 1}
        contents = document(flag("f", False, True, rules=[rule]), segments={"large": segment})
        super().__init__(json.dumps(contents).encode())
        self.read = read
        self.timeout = timeout

    def big_segments(self, context_keys: Sequence[str]) -> Any:
        return self.read(context_keys)


def member(keys: Sequence[str]) -> Any:
    return {"status": "HEALTHY", "memberships": {key: {"large.g2": True} for key in keys}}


def status_of(client: FlagClient, key: str = "ada") -> str:
    detail = client.bool_variation_detail("f", {"kind": "user", "key": key}, default=False)
    assert detail.value is (detail.reason["bigSegmentsStatus"] == "HEALTHY")
    return str(detail.reason["bigSegmentsStatus"])


@pytest.mark.parametrize("bad", ["raises", "another type", "an unknown status"])
def test_an_error_of_the_source_is_a_store_error(
    bad: str, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[Sequence[str]] = []

    def read(keys: Sequence[str]) -> Any:
        calls.append(keys)
        if bad == "raises":
            raise RuntimeError("\x1bboom")
        return [5] if bad == "another type" else {"status": "fine"}

    source, clock = Memberships(read), Clock()
    client = FlagClient(source, **PATIENT, clock=clock)
    assert [status_of(client, key) for key in ("ada", "mia", "jonas")] == ["STORE_ERROR"] * 3
    assert calls == [["ada"]]
    clock.advance(5)
    assert status_of(client) == "STORE_ERROR"
    assert caplog.text.count("cannot read big segments") == 1
    assert "\x1b" not in caplog.text
    source.read = member
    clock.advance(5)
    assert status_of(client) == "HEALTHY"


def test_a_source_that_hangs_is_abandoned_and_not_asked_again() -> None:
    release, calls = threading.Event(), []

    def read(keys: Sequence[str]) -> Any:
        calls.append(keys)
        release.wait(60)
        return member(keys)

    client = FlagClient(Memberships(read, timeout=0.2), **PATIENT, clock=Clock())
    client.refresh(force=True)
    try:
        assert [status_of(client, key) for key in ("ada", "mia")] == ["STORE_ERROR"] * 2
    finally:
        release.set()
    assert calls == [["ada"]]


def test_a_chain_reads_the_memberships_of_the_source_in_use() -> None:
    without = ScriptedSource(SourceUnavailableError("down", where="script"))
    assert status_of(FlagClient(ChainedSource(Memberships(member)), **PATIENT)) == "HEALTHY"
    client = FlagClient(ChainedSource(without, Memberships(member)), **PATIENT)
    assert status_of(client) == "HEALTHY"
    bare = FlagClient(ChainedSource(ScriptedSource(*Memberships(member).results)), **PATIENT)
    assert status_of(bare) == "NOT_CONFIGURED"
