"""The Lambda handler of planned rollouts: its events, its writes, and lost races."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3
import pytest

from dynamodb_tables import CREDENTIALS, client_of, new_table
from isoflag.store import DynamoDbFeatureStore, FeatureStore, InMemoryFeatureStore
from isoflag.store.plan import Plan
from isoflag.sync import CloudWatchAlarms, SyncError, plan, rollout_handler
from lambda_events import SCHEDULES, http_event

SCHEDULE: dict[str, Any] = SCHEDULES["a rule"]
NOW = 1_795_172_400
STAGES = [{"share": 5, "duration": "1h"}, {"share": 25, "duration": "1h"}, {"share": 100}]


def planned(key: str = "new", **rollout: Any) -> dict[str, Any]:
    """A flag that is off, with a plan."""
    return {
        "key": key,
        "version": 3,
        "on": False,
        "variations": [True, False],
        "offVariation": 1,
        "fallthrough": {"variation": 0},
        "salt": "s",
        "lifecycle": {"rollout": {"stages": STAGES, "alarms": ["errors"], **rollout}},
    }


def filled(store: FeatureStore, *flags: dict[str, Any]) -> FeatureStore:
    flags = flags or (planned(), {**planned("plain"), "lifecycle": {}, "big": 2**60})
    document = {
        "flags": {each["key"]: each for each in flags},
        "segments": {},
        "meta": {"version": 7},
    }
    store.write(plan(None, document))
    return store


@pytest.fixture(scope="module")
def table_client(endpoint: str) -> Any:
    return client_of(endpoint)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> FeatureStore:
    if request.param == "memory":
        return filled(InMemoryFeatureStore())
    client = request.getfixturevalue("table_client")
    return filled(DynamoDbFeatureStore(new_table(client), client=client))


def states(**given: str) -> Callable[[Sequence[str]], Mapping[str, str]]:
    return lambda names: {name: given[name] for name in names if name in given}


def call(
    store: FeatureStore, event: Mapping[str, Any] = SCHEDULE, *, now: float = NOW, **given: str
) -> dict[str, Any]:
    return rollout_handler(store, states(**given), now=lambda: now)(event, None)


def alarm_event(state: str, name: str = "errors") -> dict[str, Any]:
    detail = {"alarmName": name, "state": {"value": state}}
    return {
        "source": "aws.cloudwatch",
        "detail-type": "CloudWatch Alarm State Change",
        "detail": detail,
    }


def flag_in(store: FeatureStore, key: str = "new") -> dict[str, Any]:
    item = store.get("features", key)
    assert item is not None
    return item


def weight_in(store: FeatureStore) -> int:
    weight: int = flag_in(store)["fallthrough"]["rollout"]["variations"][0]["weight"]
    return weight


def test_a_flag_that_requires_an_advanced_one_is_marked() -> None:
    needs = {"prerequisites": [{"key": "new", "variation": 0}], "on": True}
    marked = {**planned("marked"), **needs, "lifecycle": {"lastModifiedTimestamp": 5}}
    store = filled(InMemoryFeatureStore(), planned(), marked)
    assert call(store, errors="OK")["written"] == 3
    after = flag_in(store, "marked")
    assert (after["version"], after["lifecycle"]) == (4, {"lastModifiedTimestamp": NOW})


def test_a_schedule_advances_the_plans_of_a_store(store: FeatureStore) -> None:
    before = flag_in(store, "plain")
    answer = call(store, errors="OK")
    assert [each["decision"] for each in answer["decisions"]] == ["next stage"]
    assert answer["written"] == 2
    assert (flag_in(store)["version"], weight_in(store)) == (4, 5000)
    assert flag_in(store)["lifecycle"]["rollout"]["state"] == "running"
    document = store.document()
    assert document is not None
    assert document["meta"] == {"version": 8, "lastModifiedTimestamp": NOW}
    # A number that a double cannot represent is not rewritten.
    assert flag_in(store, "plain") == before
    assert call(store, now=NOW + 5, errors="OK")["written"] == 0
    for step in range(1, 4):
        call(store, now=NOW + step * 3600, errors="OK")
    assert flag_in(store)["lifecycle"]["rollout"]["state"] == "complete"
    assert weight_in(store) == 100_000


def action(state: str) -> dict[str, Any]:
    """The event of an alarm's action, without EventBridge."""
    data = {"alarmName": "errors", "state": {"value": state}}
    return {"source": "aws.cloudwatch", "alarmArn": "arn:…", "alarmData": data}


@pytest.mark.parametrize("event_of", [alarm_event, action])
def test_an_alarm_takes_a_rollout_back_even_if_its_state_cannot_be_read(
    store: FeatureStore, event_of: Callable[[str], dict[str, Any]]
) -> None:
    def fail(_: Sequence[str]) -> dict[str, str]:
        raise RuntimeError("no access")

    call(store, errors="OK")
    call(store, now=NOW + 3600, errors="OK")
    assert weight_in(store) == 25_000
    handle = rollout_handler(store, fail, now=lambda: NOW + 3700)
    with pytest.raises(SyncError, match="the states of alarms are unknown: no access"):
        handle(event_of("ALARM"), None)
    assert weight_in(store) == 5000
    # The state that is read may be older or newer: the alarm counts.
    call(store, event_of("ALARM"), now=NOW + 7301, errors="OK")
    assert flag_in(store)["on"] is False
    answer = call(store, event_of("OK"), now=NOW + 7400, errors="ALARM")
    assert [each["decision"] for each in answer["decisions"]] == ["alarm"]


def test_a_plan_waits_while_the_states_of_its_alarms_are_unknown(store: FeatureStore) -> None:
    answer = call(store, alarm_event("OK", name="other"))
    assert answer["decisions"][0]["reason"] == "the state of `errors` is unknown; pass it"
    assert answer["written"] == 0


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"source": "aws.s3"},
        http_event("POST", "/", body="{}"),
        None,
        [],
        {"source": ["aws.events"]},
    ],
)
def test_an_event_of_another_kind_is_rejected(event: Any) -> None:
    store = filled(InMemoryFeatureStore())
    with pytest.raises(SyncError, match="neither a schedule nor the change of an alarm"):
        call(store, event, errors="OK")
    assert flag_in(store)["version"] == 3


@pytest.mark.parametrize(
    "detail",
    [
        None,
        5,
        {},
        {"alarmName": 5, "state": {"value": "OK"}},
        {"alarmName": "errors", "state": "OK"},
    ],
)
def test_an_alarm_event_without_a_state_reads_the_states(detail: Any) -> None:
    store = filled(InMemoryFeatureStore())
    call(store, {"source": "aws.cloudwatch", "detail": detail}, errors="OK")
    assert weight_in(store) == 5000


class Raced:
    """A store in which another writer is faster a number of times."""

    def __init__(
        self, store: FeatureStore, races: int, other: Callable[[FeatureStore], object]
    ) -> None:
        self._store, self._races, self._other = store, races, other

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def write(self, planned: Plan) -> int:
        if self._races:
            self._races -= 1
            self._other(self._store)
        return self._store.write(planned)


def turn_off(store: FeatureStore) -> None:
    item = flag_in(store)
    store.upsert("features", {**item, "version": item["version"] + 1, "on": False})


def go_back(store: FeatureStore) -> None:
    document = store.document()
    assert document is not None
    flags = {**document["flags"], "new": {**planned(), "version": 1, "lifecycle": {}}}
    store.write(plan(document, {**document, "flags": flags}))


def test_a_lost_race_is_decided_again(
    store: FeatureStore, caplog: pytest.LogCaptureFixture
) -> None:
    call(store, errors="OK")
    raced: Any = Raced(store, 1, turn_off)
    answer = call(raced, now=NOW + 3600, errors="OK")
    assert [each["decision"] for each in answer["decisions"]] == ["waits"]
    assert flag_in(store)["on"] is False
    assert "another writer was faster" in caplog.text


def test_a_document_that_went_back_meanwhile_is_kept(store: FeatureStore) -> None:
    raced: Any = Raced(store, 1, go_back)
    assert call(raced, errors="OK")["decisions"] == []
    assert (flag_in(store)["version"], flag_in(store)["lifecycle"]) == (1, {})


def test_races_that_are_lost_again_and_again_are_an_error(store: FeatureStore) -> None:
    def bump(store: FeatureStore) -> None:
        item = flag_in(store)
        store.upsert("features", {**item, "version": item["version"] + 1})

    raced: Any = Raced(store, 9, bump)
    with pytest.raises(SyncError, match="other writers were faster 5 times"):
        call(raced, errors="OK")
    assert flag_in(store)["on"] is False


def test_a_malformed_plan_is_logged_and_the_others_advance(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "isoflag.rollout")
    store = filled(InMemoryFeatureStore(), planned("bad", stages=[]), planned())
    assert call(store, errors="OK")["written"] == 2
    assert "bad: malformed plan: the plan has no stages" in caplog.text
    assert "new: next stage: stage 1 of 3, 5%" in caplog.text


def test_a_store_that_fails_or_is_empty_is_an_error() -> None:
    with pytest.raises(SyncError, match="the store was never initialized"):
        call(InMemoryFeatureStore())

    class Failing(InMemoryFeatureStore):
        def document(self) -> dict[str, Any] | None:
            raise OSError("unreachable")

    with pytest.raises(SyncError, match="OSError: unreachable"):
        call(Failing())


def test_states_are_read_from_cloudwatch(endpoint: str) -> None:
    client = boto3.client("cloudwatch", endpoint_url=endpoint, **CREDENTIALS)
    names = [f"alarm {number}" for number in range(120)]
    for name in names:
        client.put_metric_alarm(
            AlarmName=name,
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            MetricName="Errors",
            Namespace="AWS/Lambda",
            Period=60,
            Statistic="Sum",
            Threshold=1,
        )
    client.set_alarm_state(AlarmName="alarm 7", StateValue="ALARM", StateReason="test")
    client.set_alarm_state(
        AlarmName="alarm 110", StateValue="INSUFFICIENT_DATA", StateReason="test"
    )
    found = CloudWatchAlarms(client=client)([*names, "missing"])
    expected = dict.fromkeys(names, "OK") | {"alarm 7": "ALARM", "alarm 110": "INSUFFICIENT_DATA"}
    assert found == expected
