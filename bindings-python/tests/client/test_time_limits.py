"""The time limit of a whole fetch, on every source, and of a waiting request."""

import asyncio
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from documents import USER
from isoflag import FlagClient, PinError
from isoflag.aws_http import Guard, config_response
from isoflag.pins import Pins
from isoflag.source import (
    AppConfigAgentSource,
    AppConfigDataSource,
    DynamoDbSource,
    Fetched,
    FileSource,
    S3Source,
    SourceTimeoutError,
)
from isoflag.source.deadline import AbandonedError, BoundedCalls, Deadline, seconds_left, until
from isoflag.store import InMemoryFeatureStore
from isoflag.sync import DocumentFetch, FetchError, Plan, SyncError, handler
from lambda_events import SCHEDULES, LambdaContext, http_event
from local_server import SLOW_RESPONSES, port_of, serve
from scripted import Clock, ScriptedSource, text

pytestmark = pytest.mark.usefixtures("aws_credentials")

LIMIT = 0.3
# A limit for each wait, attempt or call instead of the whole fetch would take longer than this: the
# servers need hours.
PATIENCE = 30.0


@contextmanager
def ends_soon() -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < PATIENCE


Make = Callable[[str, int], Any]

SOURCES: dict[str, Make] = {
    "AppConfig agent": lambda host, port: AppConfigAgentSource(
        "a", "e", "p", host=host, port=port, timeout=LIMIT
    ),
    "AppConfig": lambda *_: AppConfigDataSource("a", "e", "p", timeout=LIMIT),
    "DynamoDB": lambda *_: DynamoDbSource("t", timeout=LIMIT),
    "S3": lambda *_: S3Source("bucket", "key", timeout=LIMIT),
}


@pytest.mark.parametrize("response", SLOW_RESPONSES)
@pytest.mark.parametrize("source", SOURCES)
def test_a_whole_fetch_ends_at_its_time_limit(
    source: str, response: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(lambda _: SLOW_RESPONSES[response]) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        made = SOURCES[source]("127.0.0.1", port_of(address))
        with ends_soon(), pytest.raises(SourceTimeoutError, match=r"0\.3 s|in time"):
            made.fetch(None)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_reading_a_blocked_file_ends_at_the_time_limit(tmp_path: Path) -> None:
    pipe = tmp_path / "flags.json"
    os.mkfifo(pipe)
    with ends_soon(), pytest.raises(SourceTimeoutError, match=r"0\.3 s"):
        FileSource(pipe, timeout=LIMIT).fetch(None)
    # Releases the abandoned thread.
    os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))


def test_the_dns_look_up_is_part_of_the_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: go_on.wait(PATIENCE))
    try:
        with ends_soon(), pytest.raises(SourceTimeoutError):
            AppConfigAgentSource("a", "e", "p", host="name", timeout=LIMIT).fetch(None)
        with ends_soon(), pytest.raises(FetchError):
            DocumentFetch("http://name/", timeout=LIMIT)()
    finally:
        go_on.set()


def test_creating_the_aws_client_is_part_of_the_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr("boto3.session.Session", lambda: go_on.wait(PATIENCE))
    try:
        for make in (SOURCES["DynamoDB"], SOURCES["S3"], SOURCES["AppConfig"]):
            with ends_soon(), pytest.raises(SourceTimeoutError):
                make("", 0).fetch(None)
    finally:
        go_on.set()


class Blocked:
    """An AWS client whose calls block until they are released."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.calls = 0

    def __getattr__(self, _: str) -> Any:
        def call(**__: Any) -> Any:
            self.calls += 1
            self.go_on.wait(PATIENCE)
            return {}

        return call


def test_the_callers_own_client_has_the_time_limit() -> None:
    blocked = Blocked()
    for source in (
        DynamoDbSource("t", client=blocked, timeout=LIMIT),
        S3Source("b", "k", client=blocked, timeout=LIMIT),
        AppConfigDataSource("a", "e", "p", client=blocked, timeout=LIMIT),
    ):
        with ends_soon(), pytest.raises(SourceTimeoutError):
            source.fetch(None)
    blocked.go_on.set()


class Pages:
    """A table with endless pages, whose calls advance a manual clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.calls = 0
        monkeypatch.setattr("isoflag.source.deadline.time.monotonic", lambda: self.now)

    def get_item(self, **_: Any) -> Any:
        return self.query()

    def query(self, **_: Any) -> Any:
        self.now += 0.5
        self.calls += 1
        return {"Items": [], "LastEvaluatedKey": {"key": {"S": "x"}}}


def test_all_calls_of_a_fetch_share_its_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = Pages(monkeypatch)
    with pytest.raises(SourceTimeoutError):
        DynamoDbSource("t", client=pages, timeout=2.0).fetch(None)
    assert pages.calls == 4


@pytest.mark.parametrize(
    "source",
    [
        AppConfigAgentSource("a", "e", "p"),
        AppConfigDataSource("a", "e", "p"),
        DynamoDbSource("t"),
        S3Source("b", "k"),
        FileSource("f"),
    ],
)
def test_the_default_is_two_seconds(source: Any) -> None:
    assert source.timeout == 2.0


@pytest.mark.parametrize("timeout", [0, -1, math.nan, "5", None])
def test_a_time_limit_is_positive(timeout: Any) -> None:
    with pytest.raises(ValueError, match="invalid timeout"):
        FileSource("f", timeout=timeout)


def test_a_time_limit_may_be_infinite(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(text(1))
    assert FileSource(tmp_path / "f", timeout=math.inf).fetch(None) == Fetched(text(1))


def test_at_most_four_calls_are_abandoned() -> None:
    go_on, calls, started = threading.Event(), BoundedCalls(), []

    def block(_: Deadline) -> None:
        started.append(1)
        go_on.wait(PATIENCE)

    for _ in range(10):
        with pytest.raises(AbandonedError):
            calls.run(block, 0.01)
    assert len(started) == 4
    go_on.set()
    for thread in list(calls._abandoned):  # noqa: SLF001
        thread.join(PATIENCE)
    assert calls.run(lambda _: 5, PATIENCE) == 5


def test_any_number_of_calls_may_run_at_once() -> None:
    together, calls = threading.Barrier(12, timeout=PATIENCE), BoundedCalls()
    with ThreadPoolExecutor(12) as pool:
        waiting = [pool.submit(calls.run, lambda _: together.wait(), PATIENCE) for _ in range(12)]
    assert sorted(each.result() for each in waiting) == list(range(12))


# --- the deadline of an invocation ---


@pytest.mark.parametrize("timing", ["in_memory", "is_in_another_thread"])
def test_an_evaluation_while_the_interpreter_exits_returns(timing: str) -> None:
    program = f"""
from isoflag import FlagClient
class Source:
    {timing} = True
    def fetch(self, previous):
        return {text()!r}
class Last:
    def __init__(self):
        self.client = FlagClient(Source())
    def __del__(self):
        print(self.client.variation("a", {USER!r}, None))
last = Last()
"""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program],
        timeout=PATIENCE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True\n"


def test_a_fetch_takes_half_of_an_invocation_at_most() -> None:
    with until(LambdaContext(1000)):
        assert 0.0 < seconds_left(2.0) <= 0.5
    with until(LambdaContext(60_000)):
        assert seconds_left(2.0) == 2.0
    with until(LambdaContext(-1)):
        assert seconds_left(2.0) == 0.0
    with until(LambdaContext(object())), until(None):
        assert seconds_left(2.0) == 2.0
    with until(0.5), until(60):
        assert seconds_left(2.0) <= 0.5
    with pytest.raises(TypeError, match="deadline"), until("soon"):  # type: ignore[arg-type]
        pass


class Blocking:
    """A source that blocks until it is released, and counts its fetches."""

    timeout = 60.0

    def __init__(self, *documents: bytes) -> None:
        self.documents = list(documents)
        self.go_on = threading.Event()
        self.calls = 0
        self.threads: list[threading.Thread] = []
        self.left: list[float] = []

    def fetch(self, _: Fetched | None) -> bytes:
        self.calls += 1
        self.threads.append(threading.current_thread())
        self.left.append(seconds_left(60.0))
        if self.documents:
            return self.documents.pop(0)
        self.go_on.wait(PATIENCE)
        return text("new")


@pytest.fixture
def blocking() -> Iterator[Blocking]:
    source = Blocking(text("old"))
    yield source
    source.go_on.set()


def settled(made: FlagClient, value: Any) -> bool:
    """Waits until a refresh in the background is complete."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if made.variation("a", USER, None) == value:
            return True
        time.sleep(0.01)
    return False


def test_with_a_document_held_no_request_waits_for_the_source(blocking: Blocking) -> None:
    clock = Clock()
    made = FlagClient(blocking, clock=clock)
    assert made.variation("a", USER, None) == "old"
    clock.advance(60)
    with ends_soon():
        assert [made.variation("a", USER, None) for _ in range(1000)] == ["old"] * 1000
    # One refresh at a time, which continues in the background.
    assert blocking.calls == 2
    blocking.go_on.set()
    assert settled(made, "new")
    assert blocking.calls == 2


def test_without_a_document_a_request_waits_no_longer_than_the_time_limit(
    blocking: Blocking,
) -> None:
    blocking.documents.clear()
    blocking.timeout = LIMIT
    clock = Clock()
    made = FlagClient(blocking, clock=clock)
    with ends_soon():
        assert made.variation("a", USER, "default") == "default"
        while made.status.error is None:
            time.sleep(0.01)
    assert isinstance(made.status.error, SourceTimeoutError)
    blocking.go_on.set()
    clock.advance(1)
    assert settled(made, "new")


def test_a_source_without_a_time_limit_has_the_default() -> None:
    made = FlagClient(ScriptedSource(text(1)))
    assert made._whole_fetch() == 2.0  # noqa: SLF001


def test_a_refresh_ends_by_its_deadline(blocking: Blocking) -> None:
    made = FlagClient(blocking, clock=Clock())
    made.refresh()
    with ends_soon():
        status = made.refresh(force=True, deadline=LambdaContext(400))
        while status.error is None:
            time.sleep(0.01)
            status = made.status
    assert isinstance(status.error, SourceTimeoutError)
    assert status.stale
    assert 0 < blocking.left[-1] <= 0.2
    calls = blocking.calls
    assert made.refresh(force=True, deadline=0) == made.status
    assert blocking.calls == calls


def test_a_handler_limits_fetches_by_its_remaining_time(blocking: Blocking) -> None:
    made = FlagClient(blocking, clock=Clock())
    guard = Guard(made)

    @guard.requires_flag("a")
    def submit(*_: Any) -> str:
        return "done"

    submit(http_event("POST"), LambdaContext(2000))
    assert blocking.left[-1] <= 1.0
    other = FlagClient(Blocking(text("old")), clock=Clock())
    config_response(http_event("GET"), other, context=USER, deadline=LambdaContext(2000))
    assert other._source.left[-1] <= 1.0  # type: ignore[attr-defined] # noqa: SLF001


def test_fetching_a_pinned_document_has_a_time_limit() -> None:
    go_on = threading.Event()

    def fetch(_: str) -> None:
        go_on.wait(PATIENCE * 2)

    made = FlagClient(Blocking(text("old")), pins=Pins(fetch=fetch, timeout=LIMIT), clock=Clock())
    made.refresh()
    with ends_soon(), pytest.raises(PinError):
        made.bind(USER, pin="sha256:" + "0" * 64)
    go_on.set()
    with pytest.raises(ValueError, match="invalid timeout"):
        Pins(timeout=0)


class BlockingStore(InMemoryFeatureStore):
    """A store that blocks in one method until it is released."""

    def __init__(self, blocked: str) -> None:
        super().__init__()
        self.blocked = blocked
        self.go_on = threading.Event()

    def document(self) -> dict[str, Any] | None:
        if self.blocked == "document":
            self.go_on.wait(PATIENCE * 2)
        return super().document()

    def write(self, plan: Plan) -> int:
        if self.blocked == "write":
            self.go_on.wait(PATIENCE * 2)
        return super().write(plan)


@pytest.mark.parametrize(
    ("blocked", "message"),
    [("document", "nothing was written: the store"), ("write", "some of 3 changes may be written")],
)
def test_a_sync_ends_with_its_invocation(blocked: str, message: str) -> None:
    store = BlockingStore(blocked)
    run = handler(store, text, secret="s")  # noqa: S106
    with ends_soon(), pytest.raises(SyncError, match=message):
        run(SCHEDULES["a rule"], LambdaContext(600))
    store.go_on.set()


def test_a_sync_abandons_a_fetch_before_its_invocation_ends() -> None:
    go_on = threading.Event()

    def fetch() -> bytes:
        go_on.wait(PATIENCE * 2)
        return text()

    run = handler(InMemoryFeatureStore(), fetch, secret="s")  # noqa: S106
    with ends_soon(), pytest.raises(SyncError, match="the source did not respond before the end"):
        run(SCHEDULES["a rule"], LambdaContext(600))
    go_on.set()


def test_a_webhook_does_not_wait_for_its_secret_beyond_its_invocation() -> None:
    go_on = threading.Event()

    def secret() -> str:
        go_on.wait(PATIENCE * 2)
        return "s"

    run = handler(InMemoryFeatureStore(), text, secret=secret)
    with ends_soon():
        response = run(http_event("POST", body="{}"), LambdaContext(600))
    assert response["statusCode"] == 401
    go_on.set()


def test_a_refresh_does_not_block_the_event_loop(blocking: Blocking) -> None:
    clock = Clock()
    made = FlagClient(blocking, clock=clock, max_wait=PATIENCE)
    made.refresh()
    clock.advance(60)

    @Guard(made).requires_flag("a")
    async def submit(*_: Any) -> str:
        return "done"

    async def serve() -> Any:
        request = asyncio.create_task(submit(http_event("POST"), None))
        # The event loop keeps running, and only it can release the source.
        while blocking.calls < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        blocking.go_on.set()
        return await request

    with ends_soon():
        assert asyncio.run(serve())["statusCode"] == 503
    assert made.variation("a", USER, None) == "new"


def test_an_invalid_source_is_rejected() -> None:
    for wrong in ("flags.json", None, FileSource):
        with pytest.raises(TypeError, match="invalid source"):
            FlagClient(wrong)  # type: ignore[arg-type]


def test_a_long_outage_is_logged_every_five_minutes(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    made = FlagClient(ScriptedSource(OSError("down")), clock=clock, max_wait=PATIENCE)
    for _ in range(61):
        made.refresh(force=True)
        clock.advance(10)
    assert [record.levelname for record in caplog.records].count("WARNING") == 3
