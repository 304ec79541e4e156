"""A process that is frozen and resumed, as between requests of a Lambda function.

The wall clock jumps, the monotonic clock may stand still, and connections die. The first request
afterwards gets the current document without waiting, and starts one fetch.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from threading import enumerate as enumerate_threads

import pytest

from documents import USER
from isoflag import Flags
from isoflag.source import Fetched
from local_server import Request, Response, serve
from scripted import Clock, client, text

PROGRAM = """
import sys, time
from isoflag import FlagClient
from isoflag.source import HttpSource

frozen = 0.0
flags = FlagClient(
    HttpSource(sys.argv[1], timeout=60), ttl=600, max_wait=0, clock=lambda: time.time() + frozen
)
flags.refresh()
for line in sys.stdin:
    frozen += float(line)
    print(flags.variation("a", {"kind": "user", "key": "ada"}, None), flush=True)
"""


class Frozen:
    """A process with a client, which is frozen unless it handles a request."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def answer(self, *, after: float = 0) -> str:
        """Freezes the process, and evaluates when it was frozen for these seconds of wall time."""
        os.kill(self._process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{after}\n")
        self._process.stdin.flush()
        os.kill(self._process.pid, signal.SIGCONT)
        return self._process.stdout.readline().strip()

    def later(self, value: str) -> bool:
        """Evaluates until the answer has this value."""
        for _ in range(3_000):
            if self.answer() == value:
                return True
            time.sleep(0.01)
        return False


@contextmanager
def frozen(address: str) -> Iterator[Frozen]:
    command = [sys.executable, "-c", PROGRAM, address]
    with subprocess.Popen(command, text=True, stdin=-1, stdout=-1) as process:  # noqa: S603
        try:
            yield Frozen(process)
        finally:
            process.kill()


class Server:
    """A server of one document; the requests with a number in ``stuck`` get no response."""

    def __init__(self) -> None:
        self.document = text("before")
        self.requests = 0
        self.stuck: set[int] = set()
        self.closing = Event()
        self.arrived = Event()

    def respond(self, _: Request) -> Response:
        self.requests += 1
        self.arrived.set()
        if self.requests in self.stuck:
            self.closing.wait()
            return b""
        return 200, {}, self.document


@pytest.fixture
def server() -> Iterator[tuple[Server, str]]:
    made = Server()
    with serve(made.respond) as address:
        yield made, address
        made.closing.set()


def test_after_an_hour_one_fetch_replaces_the_document(server: tuple[Server, str]) -> None:
    made, address = server
    with frozen(address) as process:
        assert [process.answer() for _ in range(3)] == ["before"] * 3
        made.document = text("after")
        assert process.answer(after=3600) == "before"
        assert process.later("after")
        assert [process.answer() for _ in range(3)] == ["after"] * 3
    # Six times to live have passed.
    assert made.requests == 2


def test_a_fetch_that_was_frozen_is_not_waited_for(server: tuple[Server, str]) -> None:
    made, address = server
    with frozen(address) as process:
        assert process.answer() == "before"
        made.document = text("after")
        made.stuck = {2}
        made.arrived.clear()
        assert process.answer(after=3600) == "before"
        made.arrived.wait()
        # Its connection is dead, and would time out a minute later.
        assert process.answer(after=3600) == "before"
        assert process.later("after")
    assert made.requests == 3


def test_a_fetch_that_was_frozen_changes_nothing_later() -> None:
    thawed, is_fetching = Event(), Event()

    def slow() -> bytes:
        is_fetching.set()
        thawed.wait()
        return text("slow")

    made, source, clock = client(text("old"), slow, text("new"), max_wait=0)
    made.refresh()
    clock.advance(60)
    assert made.variation("a", USER, None) == "old"
    is_fetching.wait()
    # Within its time limit it is the only one.
    clock.advance(2)
    assert made.variation("a", USER, None) == "old"
    assert len(source.fetches) == 2
    clock.advance(60)
    assert made.refresh().failures == 0
    assert made.variation("a", USER, None) == "new"
    thawed.set()
    for thread in enumerate_threads():
        if thread.name.startswith("isoflag"):
            thread.join()
    assert made.variation("a", USER, None) == "new"
    assert made.refresh(force=True).failures == 0
    assert source.fetches == [
        None,
        Fetched(text("old")),
        Fetched(text("old")),
        Fetched(text("new")),
    ]


def test_a_document_that_loads_slowly_is_not_fetched_again() -> None:
    loads, is_loading, loaded = [], Event(), Event()

    def load(document: bytes) -> Flags:
        if document == text("new"):
            is_loading.set()
            loaded.wait()
        loads.append(document)
        return Flags.from_json(document)

    clock = Clock()
    made, source, _ = client(text("old"), text("new"), max_wait=0, load=load, clock=clock)
    made.refresh()
    clock.advance(60)
    assert made.variation("a", USER, None) == "old"
    is_loading.wait()
    clock.advance(60)
    assert made.variation("a", USER, None) == "old"
    loaded.set()
    assert made.refresh().ready
    assert len(source.fetches) == len(loads) == 2
