"""The writes of a pipeline run: order, rejections and failures."""

import json
import logging
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from documents import document, flag
from isoflag.source import UNCHANGED, DynamoDbSource, dynamodb
from isoflag.source.dynamodb_layout import SIZE_LIMIT, encode_item, item_size
from isoflag.store import FEATURES, SEGMENTS, DynamoDbFeatureStore, InMemoryFeatureStore
from isoflag.sync import MassDeleteError, SyncError, handler, plan
from isoflag.sync.planning import check_deletes
from lambda_events import SCHEDULES, LambdaContext
from scripted import Clock, fetched_from

SECRET = "the webhook's secret"  # noqa: S105
SCHEDULE: dict[str, Any] = SCHEDULES["a rule"]


class ConditionalCheckFailedError(Exception):
    response: Any = {"Error": {"Code": "ConditionalCheckFailedException"}}  # noqa: RUF012


class Table:
    """A minimal DynamoDB client that fails after some writes."""

    def __init__(self, failing_after: int | None = None) -> None:
        self.items: dict[tuple[str, str], Any] = {}
        self.written: list[str] = []
        self.failing_after = failing_after
        self._lock = threading.Lock()

    def get_item(self, *, Key: Any, **_: Any) -> Any:  # noqa: N803
        item = self.items.get((Key["namespace"]["S"], Key["key"]["S"]))
        return {} if item is None else {"Item": item}

    def put_item(self, *, Item: Any, ConditionExpression: str = "", **_: Any) -> Any:  # noqa: N803
        assert item_size(Item) <= SIZE_LIMIT
        key = (Item["namespace"]["S"], Item["key"]["S"])
        with self._lock:
            if ConditionExpression == "attribute_exists(#revision)" and (
                "revision" not in self.items.get(key, {})
            ):
                raise ConditionalCheckFailedError
            if key[1] != "$inited":
                if len(self.written) == self.failing_after:
                    raise RuntimeError("boom")
                self.written.append(key[1])
            self.items[key] = Item

    def delete_item(self, *, Key: Any, **_: Any) -> Any:  # noqa: N803
        self.items.pop((Key["namespace"]["S"], Key["key"]["S"]), None)

    def batch_write_item(self, *, RequestItems: Any) -> Any:  # noqa: N803
        for requests in RequestItems.values():
            for request in requests:
                if "PutRequest" in request:
                    self.put_item(Item=request["PutRequest"]["Item"])
                else:
                    self.delete_item(Key=request["DeleteRequest"]["Key"])
        return {}

    def get_paginator(self, _: str) -> "Table":
        return self

    def paginate(self, *, ExpressionAttributeValues: Any, **_: Any) -> Any:  # noqa: N803
        name = ExpressionAttributeValues[":namespace"]["S"]
        return [{"Items": [item for (of, _), item in self.items.items() if of == name]}]


def filled(document: Mapping[str, Any], *, failing_after: int | None = None) -> Any:
    """Returns a table with a document, and its store."""
    table = Table()
    store = DynamoDbFeatureStore("flags", client=table)
    store.write(plan(None, document))
    table.written.clear()
    table.failing_after = failing_after
    return table, store


def run(store: Any, new: Mapping[str, Any], **options: Any) -> dict[str, Any]:
    response = handler(store, lambda: new, secret=SECRET, **options)(SCHEDULE, None)
    assert response["statusCode"] == 200
    answer: dict[str, Any] = json.loads(response["body"])
    return answer


def thirty(version: int) -> dict[str, Any]:
    return document(*(flag(f"f{n:02}", version, version=version) for n in range(30)))


# --- a failure half-way ---


@pytest.mark.parametrize("initial", [False, True])
def test_a_run_that_fails_half_way_reports_the_number_of_writes(
    initial: bool, caplog: pytest.LogCaptureFixture
) -> None:
    if initial:
        table = Table(failing_after=25)
        store, message = DynamoDbFeatureStore("flags", client=table), "after 25 of 31 changes"
    else:
        table, store = filled(thirty(3), failing_after=5)
        message = "after 5 of 30 changes"
    with pytest.raises(SyncError, match=message) as raised:
        run(store, thirty(4))
    assert "boom" in str(raised.value)
    assert str(raised.value) in caplog.text
    assert "nothing was written" not in caplog.text
    table.failing_after = None
    assert run(store, thirty(4))["written"] == (31 if initial else 25)
    assert store.all(FEATURES) == thirty(4)["flags"]


def test_a_run_whose_first_write_fails_does_not_claim_that_nothing_was_written() -> None:
    # A write without a response may have been executed.
    _, store = filled(thirty(3), failing_after=0)
    with pytest.raises(SyncError, match=r"none of 30 changes is known to be written: .*boom"):
        run(store, thirty(4))


def test_no_write_begins_at_the_end_of_an_invocation() -> None:
    table, store = filled(thirty(3))
    lost = handler(store, lambda: thirty(4), secret=SECRET)
    with pytest.raises(SyncError, match="about to end"):
        lost(SCHEDULE, LambdaContext(0))
    assert table.written == []
    assert lost(SCHEDULE, LambdaContext(60_000))["statusCode"] == 200
    assert lost(SCHEDULE, object())["statusCode"] == 200


# --- items that are too large ---


def of_size(key: str, size: int, **properties: Any) -> dict[str, Any]:
    """Returns a flag whose item has ``size`` bytes."""
    empty = item_size(encode_item(FEATURES, flag(key, "", **properties)))
    return flag(key, "x" * (size - empty), **properties)


@pytest.mark.parametrize("initial", [False, True])
@pytest.mark.parametrize("prefix", [None, "a-prefix"])
def test_an_oversized_item_is_refused_and_the_rest_is_written(
    initial: bool, prefix: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    table = Table()
    store = DynamoDbFeatureStore("flags", prefix=prefix, client=table)
    if not initial:
        store.write(plan(None, document(flag("big", 1), flag("b", 1))))
    most = SIZE_LIMIT - len("" if prefix is None else f"{prefix}:")
    new = document(
        of_size("big", most + 1, version=2), of_size("fits", most), flag("b", 2, version=2)
    )
    refused = run(store, new)["refused"]
    assert list(refused) == ["features/big"]
    assert f"{SIZE_LIMIT + 1} bytes" in refused["features/big"]
    assert "`big`" in caplog.text
    held = {"big": flag("big", 1)} if not initial else {}
    assert store.all(FEATURES) == {**held, "fits": new["flags"]["fits"], "b": new["flags"]["b"]}


@pytest.mark.parametrize(
    "bad", [flag("k" * 1025, 1), flag("é" * 513, 1), flag("a", 1, version=10**38)]
)
def test_an_item_beyond_a_limit_of_dynamodb_is_refused(bad: dict[str, Any]) -> None:
    store = DynamoDbFeatureStore("flags", client=Table())
    assert list(run(store, document(bad, flag("b", 1)))["refused"]) == [f"features/{bad['key']}"]
    assert store.all(FEATURES) == {"b": flag("b", 1)}


# By the rules of "DynamoDB item sizes and formats" in its developer guide.
SIZES: dict[str, tuple[Mapping[str, Any], int]] = {
    "text": ({"a": {"S": "bc"}}, 3),
    "text beyond ASCII": ({"é": {"S": "日😀"}}, 2 + 3 + 4),
    "an empty text": ({"a": {"S": ""}}, 1),
    "a number": ({"a": {"N": "12345"}}, 1 + 4),
    "a number with zeros": ({"a": {"N": "1200"}}, 1 + 2),
    "a small number": ({"a": {"N": "0.0012"}}, 1 + 2),
    "a negative number": ({"a": {"N": "-1"}}, 1 + 3),
    "a boolean": ({"a": {"BOOL": False}}, 2),
    "null": ({"a": {"NULL": True}}, 2),
    "a list": ({"a": {"L": [{"S": "b"}, {"BOOL": True}]}}, 1 + 3 + 2 + 2),
    "a map": ({"a": {"M": {"bc": {"S": "d"}}}}, 1 + 3 + 1 + 2 + 1),
    "a set": ({"a": {"SS": ["b", "cd"]}}, 1 + 3),
    "bytes": ({"a": {"B": b"123"}}, 4),
}


@pytest.mark.parametrize("case", SIZES)
def test_the_size_of_an_item_is_that_of_dynamodb(case: str) -> None:
    item, size = SIZES[case]
    assert item_size(item) == size


def test_a_deeply_nested_item_is_measured() -> None:
    value: Any = {"S": "x"}
    for _ in range(100_000):
        value = {"L": [value]}
    assert item_size({"a": value}) == 1 + 1 + 100_000 * 4


# --- flags that were switched off ---


def test_flags_that_were_switched_off_are_written_first() -> None:
    used = {"key": "s", "version": 1, "rules": []}
    table, store = filled(
        {
            **document(flag("a", 1), flag("needed", 1), flag("z", 1), flag("was-off", 1, on=False)),
            "segments": {"s": used},
        }
    )
    needing = {"prerequisites": [{"key": "needed", "variation": 0}]}
    new = {
        **document(
            flag("a", 2, version=2),
            flag("needed", 2, version=2),
            flag("z", 2, version=2, on=False, **needing),
            flag("was-off", 2, version=2, on=False),
            flag("new", 1, on=False),
        ),
        "segments": {"s": {**used, "version": 2}},
    }
    run(store, new)
    assert table.written[:2] == ["z", "s"]
    assert sorted(table.written) == ["a", "needed", "new", "s", "was-off", "z"]
    assert store.document() == new


def test_a_kill_switch_is_written_even_if_the_rest_fails() -> None:
    old = document(*(flag(f"f{n}", 1) for n in range(5)), flag("z", 1))
    new = document(
        *(flag(f"f{n}", 2, version=2) for n in range(5)), flag("z", 1, version=2, on=False)
    )
    _, store = filled(old, failing_after=1)
    with pytest.raises(SyncError):
        run(store, new)
    assert store.get(FEATURES, "z") == new["flags"]["z"]


def test_a_switched_off_flag_that_is_not_newer_is_written_once() -> None:
    planned = plan(document(flag("a", 1, version=2)), document(flag("a", 1, version=2, on=False)))
    assert not planned.refused
    assert [(each.key, each.replaces) for each in planned] == [("a", 2)]


# --- deletes ---


def held(flags: int, segments: int) -> dict[str, Any]:
    return {
        **document(*(flag(f"f{n}", 1) for n in range(flags))),
        "segments": {f"s{n}": {"key": f"s{n}", "version": 1} for n in range(segments)},
    }


DEAD = {"key": "f0", "version": 9, "deleted": True}

DELETES: dict[str, tuple[Mapping[str, Any] | None, Mapping[str, Any], bool]] = {
    "no item": (held(4, 0), held(4, 0), True),
    "half": (held(4, 0), held(2, 0), True),
    "more than half": (held(5, 0), held(2, 0), False),
    "more than half, as tombstones": (held(1, 0), {"flags": {"f0": DEAD}}, False),
    "all": (held(4, 0), held(0, 0), False),
    "all, without the members": (held(4, 0), {}, False),
    "all, with malformed members": (held(4, 0), {"flags": []}, False),
    "all flags and few items": (held(2, 8), held(0, 8), False),
    "all segments and few items": (held(8, 2), held(8, 0), True),
    "an empty document for an empty store": (held(0, 0), held(0, 0), True),
    "an empty document for a store of tombstones": ({"flags": {"f0": DEAD}}, held(0, 0), True),
    "an empty document for a store that was never initialized": (None, held(0, 0), False),
    "the first document": (None, held(1, 0), True),
}


@pytest.mark.parametrize("case", DELETES)
def test_a_document_that_deletes_too_much_is_rejected(case: str) -> None:
    old, new, allowed = DELETES[case]
    if allowed:
        check_deletes(old, new)
    else:
        with pytest.raises(MassDeleteError, match="allow_mass_delete=True"):
            check_deletes(old, new)


@pytest.mark.parametrize(
    "store", [InMemoryFeatureStore(), DynamoDbFeatureStore("f", client=Table())]
)
def test_a_mass_delete_needs_allow_mass_delete(
    store: Any, caplog: pytest.LogCaptureFixture
) -> None:
    run(store, held(3, 2))
    empty = {"flags": {}, "meta": {"version": 9}}
    with (
        caplog.at_level(logging.ERROR),
        pytest.raises(SyncError, match=r"^nothing was written: .*none of the 3 flags"),
    ):
        run(store, empty)
    assert "allow_mass_delete" in caplog.text
    assert len(store.all(FEATURES)) == 3
    assert run(store, empty, allow_mass_delete=True)["written"] == 6
    assert store.all(FEATURES) == store.all(SEGMENTS) == {}


# --- parallel writes, and the revision that saves readers a read ---


def test_writes_run_in_parallel_within_a_bound_and_waves_in_order() -> None:
    class Slow(Table):
        running, most = 0, 0
        waves: list[set[str]]

        def put_item(self, *, Item: Any, **named: Any) -> Any:  # noqa: N803
            with self._lock:
                self.running += 1
                self.most = max(self.most, self.running)
            if self.failing_after is None and Item["key"]["S"].startswith("f"):
                # Eight writes meet here, and no ninth.
                barrier.wait()
            with self._lock:
                self.running -= 1
            return super().put_item(Item=Item, **named)

    barrier = threading.Barrier(8, timeout=60)
    table = Slow(failing_after=-1)
    store = DynamoDbFeatureStore("flags", client=table)
    flags = [flag(f"f{n}", 1, version=1) for n in range(16)]
    user = flag("user", 1, version=1, prerequisites=[{"key": "f0", "variation": 0}])
    store.write(plan(None, document(*flags, user)))
    table.failing_after, table.most = None, 0
    table.written.clear()
    new = document(*({**each, "version": 2} for each in flags), {**user, "version": 2})
    assert store.write(plan(store.document(), new)) == 17
    assert table.most == 8
    assert table.written[-1] == "user"
    assert store.all(FEATURES) == new["flags"]


def source_of(table: Any) -> tuple[DynamoDbSource, list[Any]]:
    """Returns a source of a table, and its queries."""
    queries: list[Any] = []

    def query(*, ExpressionAttributeValues: Any, **_: Any) -> Any:  # noqa: N803
        queries.append(ExpressionAttributeValues)
        (page,) = table.paginate(ExpressionAttributeValues=ExpressionAttributeValues)
        return page

    table.query = query
    return DynamoDbSource("flags", client=table, timeout=60.0), queries


def test_an_unchanged_table_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(dynamodb, "wall_clock", clock)
    table, store = filled(thirty(3))
    source, queries = source_of(table)
    first = fetched_from(source)
    assert source.fetch(first) is UNCHANGED
    assert len(queries) == 2
    # A change of the pipeline, and one of a single item.
    run(store, thirty(4))
    second = fetched_from(source, first)
    assert source.fetch(second) is UNCHANGED
    assert len(queries) == 4
    store.upsert(FEATURES, flag("f00", 5, version=5))
    third = fetched_from(source, second)
    # The writer of a single item leaves no revision.
    assert source.fetch(third) is UNCHANGED
    assert len(queries) == 8
    # A run that fails half-way leaves none either.
    table.failing_after = len(table.written) + 1
    with pytest.raises(SyncError):
        run(store, thirty(6))
    fourth = fetched_from(source, third)
    assert fourth.etag is None
    table.failing_after = None
    run(store, thirty(6))
    fifth = fetched_from(source, fourth)
    # Another program does not change the revision.
    table.put_item(Item=encode_item(FEATURES, flag("f01", 7, version=7)))
    assert source.fetch(fifth) is UNCHANGED
    clock.advance(300)
    assert source.fetch(fifth) is not UNCHANGED


def test_clients_of_one_source_read_the_table_in_their_own_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr(dynamodb, "wall_clock", clock)
    table, _ = filled(thirty(3))
    source, queries = source_of(table)
    one = fetched_from(source)
    table.put_item(Item=encode_item(FEATURES, flag("f01", 7, version=7)))
    clock.advance(200)
    other = fetched_from(source)
    assert other.document != one.document
    clock.advance(200)
    assert source.fetch(other) is UNCHANGED
    assert fetched_from(source, one).document == other.document
    assert len(queries) == 6


def test_an_init_that_fails_half_way_leaves_no_revision() -> None:
    table, store = filled(thirty(3))
    source, _ = source_of(table)
    first = fetched_from(source)
    table.failing_after = len(table.written) + 1
    with pytest.raises(RuntimeError, match="boom"):
        store.init({FEATURES: thirty(4)["flags"]})
    second = fetched_from(source, first)
    assert second.etag is None
    assert b'"version":4' in second.document
