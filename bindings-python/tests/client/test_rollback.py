"""A document that goes back reaches each warm instance within one poll, and stale copies do not."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from config_pages import MIA, body_of
from documents import USER, document, document_in, flag
from dynamodb_tables import new_table
from isoflag import FlagClient, Flags
from isoflag.aws_http import Guard, config_response
from isoflag.client import StaleCopyError
from isoflag.gate_times import GateTimes
from isoflag.pins import Pins
from isoflag.source import (
    UNCHANGED,
    AppConfigAgentSource,
    AppConfigDataSource,
    ChainedSource,
    DynamoDbSource,
    Fetched,
    FileSource,
    HttpSource,
    S3Source,
    Source,
)
from isoflag.store import DynamoDbFeatureStore, InMemoryFeatureStore
from isoflag.sync import DocumentFetch, SyncError, handler, plan
from lambda_events import SCHEDULES, http_event
from local_server import scripted_server
from scripted import PATIENT, Clock, ScriptedSource, client

pytestmark = pytest.mark.usefixtures("aws_credentials")

KEY = "feature-x"
NOW = int(Clock().now)
SCHEDULE: dict[str, Any] = SCHEDULES["a rule"]


def release(number: int, *, on: bool, stamp: int | None = None) -> dict[str, Any]:
    """Returns a document as `isoflag stamp` writes it: a higher version and a later timestamp."""
    each = flag(KEY, True, False, on=on, offVariation=1, version=number)
    stamp = NOW - 86_400 + number * 60 if stamp is None else stamp
    return document(each, meta={"version": number, "lastModifiedTimestamp": stamp})


FIRST, SECOND = release(1, on=False), release(2, on=True)


# --- authoritative sources ---


class AppConfigData:
    """AppConfig's API: a session returns each document once."""

    def __init__(self) -> None:
        self.body = b""
        self._given = b""

    def start_configuration_session(self, **_: Any) -> Any:
        self._given = b""
        return {"InitialConfigurationToken": "token"}

    def get_latest_configuration(self, **_: Any) -> Any:
        body, self._given = (b"" if self.body == self._given else self.body), self.body
        return {
            "Configuration": body,
            "NextPollConfigurationToken": "token",
            "NextPollIntervalInSeconds": 60,
        }


Deployed = tuple[Source, Callable[[dict[str, Any]], object], Clock]
"""A source, a function that deploys a document to it, and its client's clock."""


@pytest.fixture(params=["file", "agent", "appconfigdata", "s3", "s3 versions", "dynamodb", "own"])
def deployed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployed]:
    clock = Clock()
    match request.param:
        case "file":
            path, mtimes = tmp_path / "flags.json", iter((300, 200, 100, 50))

            def write(each: dict[str, Any]) -> None:
                path.write_text(json.dumps(each))
                os.utime(path, (moment := next(mtimes), moment))

            yield FileSource(path), write, clock
        case "agent":
            with scripted_server() as agent:
                source = AppConfigAgentSource(
                    "shop", "prod", "flags", host="127.0.0.1", port=agent.port
                )

                def serve_again(each: dict[str, Any]) -> None:
                    agent.body = json.dumps(each).encode()
                    agent.headers = {"Configuration-Version": str(each["meta"]["version"])}

                yield source, serve_again, clock
        case "appconfigdata":
            api = AppConfigData()
            data = AppConfigDataSource("shop", "prod", "flags", client=api, clock=clock)
            yield data, lambda each: setattr(api, "body", json.dumps(each).encode()), clock
        case "s3" | "s3 versions":
            with mock_aws():
                yield *_bucket(versions=request.param == "s3 versions"), clock
        case "dynamodb":
            with mock_aws():
                store = DynamoDbFeatureStore(new_table(boto3.client("dynamodb"), "flags"))
                yield (
                    DynamoDbSource("flags", timeout=60.0),
                    lambda each: store.write(plan(store.document(), each)),
                    clock,
                )
        case "own":
            own = ScriptedSource(b"")
            yield own, lambda each: own.results.__setitem__(0, json.dumps(each).encode()), clock


def _bucket(*, versions: bool) -> tuple[Source, Callable[[dict[str, Any]], object]]:
    client = boto3.client("s3")
    client.create_bucket(Bucket="shop")
    written: dict[int, str] = {}
    if versions:
        client.put_bucket_versioning(Bucket="shop", VersioningConfiguration={"Status": "Enabled"})

    def put(each: dict[str, Any]) -> None:
        number = each["meta"]["version"]
        if versions and number in written:
            # Going back means deleting the later versions.
            for later in [other for other in written if other > number]:
                client.delete_object(Bucket="shop", Key="flags.json", VersionId=written.pop(later))
            return
        answer = client.put_object(Bucket="shop", Key="flags.json", Body=json.dumps(each))
        written[number] = answer.get("VersionId", "")

    return S3Source("shop", "flags.json", timeout=60.0), put


def test_a_rollback_reaches_a_warm_instance_within_one_poll(deployed: Deployed) -> None:
    source, deploy, clock = deployed
    warm = FlagClient(source, **PATIENT, clock=clock)
    # A rollback restores the same bytes.
    for each in (FIRST, SECOND, FIRST, SECOND):
        deploy(each)
        clock.advance(60)
        assert warm.bool_variation(KEY, USER, default=False) is (each is SECOND)
        assert warm.status.error is None
        assert warm.status.version == each["meta"]["version"]
        assert warm.status.digest == Flags.from_dict(each).digest


def test_a_broken_document_does_not_prevent_a_rollback() -> None:
    first = json.dumps(FIRST).encode()
    made, _, clock = client(json.dumps(SECOND).encode(), b"{", UNCHANGED, first, b"{", first)
    for failed in (False, True, True, False, True, False):
        made.refresh(force=True)
        assert (made.status.error is not None) is failed
        clock.advance(60)
    assert made.status.version == 1


# --- sources behind a cache ---


def at(seconds: float) -> str:
    moment = datetime.fromtimestamp(NOW + seconds, timezone.utc)
    return format_datetime(moment, usegmt=True)


def response(each: dict[str, Any], **times: Any) -> Fetched:
    return Fetched(json.dumps(each).encode(), times=times)


def test_a_stale_copy_is_ignored_and_a_later_rollback_is_accepted() -> None:
    made, source, clock = client(
        response(FIRST, last_modified=at(0)),
        response(SECOND, last_modified=at(60)),
        response(FIRST, last_modified=at(0)),
        response(SECOND, last_modified=at(60)),
        response(FIRST, last_modified=at(0)),
        response(FIRST, last_modified=at(120)),
        response(SECOND, last_modified=at(60)),
        # The same document, from a cache that stored it earlier.
        response(FIRST, last_modified=at(0)),
        response(SECOND, last_modified=at(60)),
    )
    seen = []
    for _ in range(9):
        made.refresh(force=True)
        seen.append((made.status.version, isinstance(made.status.error, StaleCopyError)))
        clock.advance(60)
    assert seen == [
        (1, False),
        (2, False),
        (2, True),
        (2, False),
        (2, True),
        (1, False),
        (1, True),
        (1, False),
        (1, True),
    ]
    assert "older copy than the current document" in str(made.status.error)
    # The source gets the held response as `previous`, not an ignored copy.
    assert source.fetches[3] == response(SECOND, last_modified=at(60))


def test_each_time_of_a_response_can_prove_a_stale_copy() -> None:
    for newer, older in (
        ({"date": at(60)}, {"date": at(0)}),
        ({"age": "0", "received_ms": 60_000}, {"age": "600", "received_ms": 120_000}),
        ({"last_modified": at(60), "date": at(90)}, {"last_modified": at(0), "date": at(120)}),
    ):
        made, _, _ = client(response(SECOND, **newer), response(FIRST, **older))
        made.refresh()
        made.refresh(force=True)
        assert (made.status.version, made.status.stale) == (2, True)
    made, _, _ = client(response(SECOND), response(FIRST))
    made.refresh()
    made.refresh(force=True)
    assert (made.status.version, made.status.error) == (1, None)


@pytest.mark.parametrize("chained", [False, True])
def test_a_response_without_a_document_confirms_that_it_is_current(chained: bool) -> None:
    with scripted_server() as server:
        source: Source = HttpSource(server.address, timeout=60.0)
        made = FlagClient(ChainedSource(source) if chained else source)
        seen = []
        for status, body, seconds in ((200, SECOND, 0), (304, None, 120), (200, FIRST, 60)):
            server.status = status
            server.body = b"" if body is None else json.dumps(body).encode()
            server.headers = {"ETag": "2", "Last-Modified": at(seconds)}
            made.refresh(force=True)
            seen.append((made.status.version, isinstance(made.status.error, StaleCopyError)))
        assert seen == [(2, False), (2, False), (2, True)]


# --- the gate ---


def test_after_a_rollback_the_gate_counts_from_its_arrival() -> None:
    taken_back = release(1, on=True)
    source = ScriptedSource(json.dumps(taken_back).encode())
    clock = Clock()
    made = FlagClient(source, **PATIENT, gate=GateTimes(900, 3000), clock=clock)
    guard = Guard(made, context=MIA)
    page = http_event("GET", "/config")

    def gate() -> tuple[bool, float | None]:
        found = made.consistency(KEY, USER)
        assert guard.bind(page).consistency(KEY) == found  # type: ignore[call-arg]
        body = body_of(config_response(page, made, context=MIA, form="plain", keys=[KEY], gate=KEY))
        assert body["isBackendConsistent"] is found.is_backend_consistent
        return found.is_backend_consistent, found.remaining_seconds

    # An instance that starts with the document has seen no change.
    assert gate() == (True, 0)
    assert made.status.stepped_back_at is None
    source.results = [json.dumps(release(2, on=True, stamp=NOW + 30)).encode()]
    clock.advance(60)
    assert gate() == (False, 870)
    source.results = [json.dumps(taken_back).encode()]
    clock.advance(60)
    assert gate() == (False, 900)
    assert made.status.stepped_back_at == clock.now
    clock.advance(900)
    assert gate() == (False, 1)
    clock.advance(1)
    assert gate() == (True, 0)
    # The next release has a later timestamp, and counts from that.
    source.results = [json.dumps(release(3, on=True, stamp=int(clock.now))).encode()]
    clock.advance(60)
    assert gate() == (False, 840)
    assert made.status.stepped_back_at is None


def test_a_clock_that_is_set_back_does_not_keep_the_gate_closed() -> None:
    made, _, clock = client(
        json.dumps(release(2, on=True)).encode(),
        json.dumps(release(1, on=True)).encode(),
        gate=GateTimes(60, 0),
    )
    made.refresh()
    clock.advance(60)
    made.refresh()
    clock.advance(-3600)
    assert made.consistency(KEY, USER).remaining_seconds == 60
    clock.advance(61)
    assert made.consistency(KEY, USER).is_backend_consistent


# --- pins behind the agent ---


def behind_the_agent(
    held: dict[str, Any], store: dict[str, bytes], *, is_current: bool = False
) -> tuple[Guard, Clock]:
    """Returns an instance whose agent lags, with an authoritative store."""
    clock = Clock(NOW)
    source = ScriptedSource(json.dumps(held).encode())
    if is_current:
        source.is_current = True  # type: ignore[attr-defined]
    pins = Pins(fetch=store.get)
    made = FlagClient(source, ttl=60, gate=GateTimes(900, 3000), pins=pins, clock=clock)
    made.refresh()
    clock.advance(60)
    return Guard(made, context=MIA), clock


def submitted(guard: Guard, pin: str) -> int:
    """Returns the status of a form that pins a document."""

    @guard.requires_flag(KEY)
    def submit(*_: Any) -> Any:
        return {"statusCode": 201}

    status: int = submit(http_event("POST", headers={"Isoflag-Document": pin}), None)["statusCode"]
    return status


@pytest.mark.parametrize("held_age", [100, 86_400])
def test_an_instance_that_is_behind_uses_a_newer_pinned_document(held_age: int) -> None:
    off = release(1, on=False, stamp=NOW - held_age)
    on = release(2, on=True, stamp=NOW)
    digest = Flags.from_dict(on).digest
    guard, clock = behind_the_agent(off, {digest: json.dumps(on).encode()})
    assert submitted(guard, digest) == 201
    # A request without a pin, or with a pin to the held document, uses that document.
    assert submitted(guard, Flags.from_dict(off).digest) == 503
    clock.now = NOW + 1803
    assert submitted(guard, digest) == 201
    clock.advance(0.001)
    assert submitted(guard, digest) == 409


def test_if_the_source_is_current_the_kill_switch_wins_after_a_rollback() -> None:
    """An instance that never held a rolled-back document does not treat it as newer."""
    off, withdrawn = release(1, on=False, stamp=NOW - 100), release(2, on=True, stamp=NOW)
    digest = Flags.from_dict(withdrawn).digest
    guard, _ = behind_the_agent(off, {digest: json.dumps(withdrawn).encode()}, is_current=True)
    assert submitted(guard, digest) == 503
    for source in (FileSource, S3Source, DynamoDbSource):
        assert source.is_current
    for lagging in (AppConfigAgentSource, AppConfigDataSource):
        assert not hasattr(lagging, "is_current")


def test_the_kill_switch_of_a_later_document_wins() -> None:
    off, on = release(1, on=False), release(2, on=True, stamp=NOW)
    digest = Flags.from_dict(on).digest
    for later in (release(3, on=False, stamp=NOW + 60), off):
        clock = Clock(NOW)
        source = ScriptedSource(*(json.dumps(each).encode() for each in (off, on, later)))
        made = FlagClient(source, ttl=900, gate=GateTimes(900, 3000), pins=Pins(), clock=clock)
        guard = Guard(made, context=MIA)
        for status in (201, 503):
            made.refresh()
            clock.advance(900)
            made.refresh()
            assert submitted(guard, digest) == status


def test_an_older_document_is_still_subject_to_the_kill_switch() -> None:
    on, off = release(1, on=True, stamp=NOW - 200), release(2, on=False, stamp=NOW - 100)
    digest = Flags.from_dict(on).digest
    guard, _ = behind_the_agent(off, {digest: json.dumps(on).encode()})
    assert submitted(guard, digest) == 503


def test_a_poll_makes_a_superseded_document_current() -> None:
    """A document that was superseded long ago becomes current again by a rollback."""
    first, second = release(1, on=True), release(2, on=True)
    clock = Clock(NOW)
    source = ScriptedSource(*(json.dumps(each).encode() for each in (first, second, first)))
    made = FlagClient(source, ttl=1e6, gate=GateTimes(900, 3000), pins=Pins(), clock=clock)
    for _ in range(2):
        made.refresh(force=True)
        clock.advance(10_000)
    assert submitted(Guard(made, context=MIA), Flags.from_dict(first).digest) == 201


# --- the pipeline ---


def test_a_rollback_at_the_source_of_truth_is_written() -> None:
    store = InMemoryFeatureStore()
    truth: list[dict[str, Any]] = []
    run = handler(store, lambda: truth[-1], secret="s")  # noqa: S106
    for each in (FIRST, SECOND, FIRST, SECOND):
        truth.append(each)
        assert run(SCHEDULE, None)["statusCode"] == 200
        held = document_in(store)
        assert Flags.from_dict(held).digest == Flags.from_dict(each).digest


def test_a_stale_copy_over_http_is_not_written() -> None:
    store = InMemoryFeatureStore()
    with scripted_server() as server:
        run = handler(store, DocumentFetch(server.address), secret="s")  # noqa: S106
        for each, modified, is_written, version in (
            (FIRST, 0, True, 1),
            (SECOND, 60, True, 2),
            (FIRST, 0, False, 2),
            (FIRST, 120, True, 1),
            (FIRST, 0, True, 1),
            (SECOND, 60, False, 1),
        ):
            server.body = json.dumps(each).encode()
            server.headers = {"Last-Modified": at(modified)}
            if is_written:
                assert run(SCHEDULE, None)["statusCode"] == 200
            else:
                with pytest.raises(SyncError, match="older"):
                    run(SCHEDULE, None)
            held = document_in(store)
            assert held["meta"]["version"] == version
    assert {each.headers["cache-control"] for each in server.requests} == {"no-cache"}
