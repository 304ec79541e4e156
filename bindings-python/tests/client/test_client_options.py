"""Options of a client: an initial document, the local time, big segments, hooks, and coroutines."""

import asyncio
import base64
import hashlib
import json
import logging
import threading
from datetime import datetime
from typing import Any

import pytest

from documents import USER, clause, document, flag, load
from isoflag import AsyncFlagClient, FlagClient, Flags
from isoflag.client import EvaluationEvent, TimezoneError, local_clock
from isoflag.source import DynamoDbSource, SourceUnavailableError, big_segments
from isoflag.source import dynamodb_layout as layout
from isoflag.testing import FlagOverrides
from scripted import PATIENT, Clock, ScriptedSource, client, text

DOWN = SourceUnavailableError("down", where="script")


# --- an initial document ---


def test_an_initial_document_is_used_until_the_first_fetch_succeeds() -> None:
    initial = Flags.from_json(text("packaged", version=9))
    flags, source, clock = client(DOWN, text("fetched", version=2), initial=initial)
    assert source.fetches == []
    assert flags.variation("a", USER, None) == "packaged"
    assert (flags.status.ready, flags.status.version, flags.status.age) == (True, 9, None)
    assert flags.status.error is DOWN
    clock.advance(60)
    assert flags.variation("a", USER, None) == "fetched"
    assert source.fetches == [None, None]
    assert flags.status.age == 0


def test_an_initial_document_does_not_let_requests_wait_for_the_first_one() -> None:
    held = threading.Event()

    def hanging() -> bytes:
        held.wait(60)
        return text("fetched")

    flags = FlagClient(
        ScriptedSource(hanging), max_wait=0.01, initial=Flags.from_json(text("packaged"))
    )
    assert flags.variation("a", USER, None) == "packaged"
    held.set()


def test_an_initial_document_must_be_loaded() -> None:
    with pytest.raises(TypeError, match="`initial`"):
        FlagClient(ScriptedSource(DOWN), initial=text(1))  # type: ignore[arg-type]


# --- the local time ---


def evening() -> bytes:
    evening = {
        "contextKind": "clock",
        "attribute": "minuteOfDay",
        "op": "greaterThanOrEqual",
        "values": [18 * 60],
    }
    rule = {"clauses": [evening], "variation": 1}
    return json.dumps(document(flag("late", False, True, rules=[rule]))).encode()


@pytest.mark.parametrize(
    ("utc", "late"),
    [
        ("2026-01-10T16:59+00:00", False),
        ("2026-01-10T17:00+00:00", True),
        # In summer the clock is an hour ahead.
        ("2026-07-10T15:59+00:00", False),
        ("2026-07-10T16:00+00:00", True),
    ],
)
def test_rules_can_test_the_local_time(utc: str, late: bool) -> None:
    clock = Clock(datetime.fromisoformat(utc).timestamp())
    flags = FlagClient(ScriptedSource(evening()), timezone="Europe/Berlin", clock=clock)
    for context in (USER, {"kind": "multi", "user": {"key": "ada"}, "org": {"key": "acme"}}):
        assert flags.bool_variation("late", context, None) is late
        assert flags.bind(context).bool_variation("late", None) is late
    reason = flags.variation_detail("late", {"kind": "user"}, None).reason
    assert reason["errorKind"] == "USER_NOT_SPECIFIED"


def test_an_unknown_time_zone_has_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TimezoneError, match="`Europe/Berlim`: use a name such as"):
        FlagClient(ScriptedSource(DOWN), timezone="Europe/Berlim")
    monkeypatch.setattr("zoneinfo.available_timezones", set)
    with pytest.raises(TimezoneError, match="pip install tzdata"):
        local_clock.LocalClock("Nowhere/Else")


# --- big segments ---


class Table:
    """A minimal DynamoDB client of a table with a big segment."""

    def __init__(self, synchronized: float) -> None:
        self.down = False
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
    assert asyncio.run(coroutine_client(source).bool_variation("f", USER, None)) is True
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


# --- the hook ---


def test_each_evaluation_is_passed_to_the_hook() -> None:
    events: list[EvaluationEvent] = []
    flags, _, clock = client(DOWN, text(7), on_evaluation=events.append)
    flags.int_variation("a", USER, 1)
    clock.advance(60)
    flags.int_variation("a", {"kind": "org", "key": "acme"}, 1)
    flags.bind({"kind": "user"}).variation("a", "default")
    flags.all_flags_state(USER)
    flags.explain("a", USER)
    digest = flags.flags.digest
    not_ready = {"kind": "ERROR", "errorKind": "CLIENT_NOT_READY"}
    invalid = {"kind": "ERROR", "errorKind": "USER_NOT_SPECIFIED"}
    assert events == [
        ("a", 1, None, not_ready, "ada", None),
        ("a", 7, 0, {"kind": "OFF"}, "org:acme", digest),
        ("a", "default", None, invalid, None, digest),
    ]
    with FlagOverrides(document(flag("a", 8))):
        assert flags.variation("a", USER, None) == 8
    assert (events[3].value, len(events)) == (8, 4)


def test_a_failing_hook_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def failing(_: EvaluationEvent) -> None:
        raise RuntimeError("boom")

    flags, _, _ = client(text(7), on_evaluation=failing)
    assert flags.variation("a", USER, None) == 7
    assert "`on_evaluation` failed" in caplog.text


def test_the_hook_gets_a_share_of_the_evaluations() -> None:
    events: list[EvaluationEvent] = []
    for sampling, least, most in ((0.0, 0, 0), (0.5, 300, 700), (1.0, 1000, 1000)):
        flags, _, _ = client(text(7), on_evaluation=events.append, sampling=sampling)
        for _ in range(1000):
            flags.variation("a", USER, None)
        assert least <= len(events) <= most
        del events[:]
    with pytest.raises(ValueError, match="`sampling`"):
        client(text(7), on_evaluation=events.append, sampling=2.0)


# --- coroutines ---


def coroutine_client(source: Any, **options: Any) -> AsyncFlagClient:
    return AsyncFlagClient(source, **{**PATIENT, **options})


def test_coroutines_evaluate_like_a_client() -> None:
    threads: list[int] = []

    def slow() -> bytes:
        threads.append(threading.get_ident())
        return text(7)

    async def evaluate(flags: AsyncFlagClient) -> list[Any]:
        bound = await flags.bind(USER)
        return [
            await flags.variation("a", USER, None),
            (await flags.int_variation_detail("a", USER, 0)).reason["kind"],
            await flags.str_variation("a", USER, "default"),
            (await flags.all_flags_state(USER))["a"],
            str(await flags.explain("a", USER)).startswith("a: 7"),
            (await flags.consistency("a", USER)).enabled,
            bound.variation("a", None),
            (await flags.flags()).keys(),
            (await flags.refresh()).ready,
            flags.status.failures,
        ]

    flags = coroutine_client(ScriptedSource(slow))
    answers = asyncio.run(evaluate(flags))
    assert answers[:4] == [7, "OFF", "default", 7]
    assert answers[5:] == [False, 7, ["a"], True, 0]
    assert threads != []
    assert threading.get_ident() not in threads


def test_coroutines_have_the_methods_of_a_client() -> None:
    public = {name for name in dir(FlagClient) if not name.startswith("_")}
    own = {"after_fork", "due", "gate", "pins"}
    assert public - own <= set(dir(AsyncFlagClient))


def test_a_slow_source_does_not_block_the_event_loop() -> None:
    fetching, release = threading.Event(), threading.Event()

    def slow() -> bytes:
        fetching.set()
        assert release.wait(60)
        return text(7)

    async def run() -> Any:
        evaluating = asyncio.create_task(
            coroutine_client(ScriptedSource(slow)).variation("a", USER, None)
        )
        await asyncio.to_thread(fetching.wait, 60)
        release.set()
        return await evaluating

    assert asyncio.run(run()) == 7


# --- health ---


def test_the_health_of_a_client_is_a_dict_and_a_metric() -> None:
    flags, _, clock = client(text(1, version=3), DOWN)
    empty = json.loads(flags.status.to_emf("Shop"))
    assert empty["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[]]
    assert (empty["failures"], empty.keys() & {"age", "version", "fetchTime"}) == (0, set())
    flags.refresh()
    clock.advance(60)
    status = flags.refresh()
    health = status.to_dict()
    assert json.loads(json.dumps(health)) == health
    assert (health["error"], health["failures"], health["stale"]) == ("script: down", 1, True)
    line = json.loads(status.to_emf("Shop/Flags", environment="live"))
    (metrics,) = line["_aws"]["CloudWatchMetrics"]
    assert metrics["Namespace"] == "Shop/Flags"
    assert metrics["Dimensions"] == [["environment"]]
    assert {each["Name"]: each["Unit"] for each in metrics["Metrics"]} == {
        "failures": "Count",
        "age": "Seconds",
        "version": "None",
        "fetchTime": "Milliseconds",
    }
    assert (line["environment"], line["failures"], line["age"], line["version"]) == (
        "live",
        1,
        60,
        3,
    )
    assert line["fetchTime"] >= 0


def test_warnings_of_overridden_clients_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with FlagOverrides(document(flag("a", 8))) as overrides:
        overrides.client.str_variation("a", USER, "default")
    assert "does not serve a str" in caplog.text
    assert load(flag("a", 1)).keys() == ["a"]
