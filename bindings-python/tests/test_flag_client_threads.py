"""A client among threads, and in a process that was forked."""

import subprocess
import sys
import textwrap
import threading
from typing import Any

import pytest

from documents import USER
from scripted import client, text


class Gate:
    """A response that another thread waits for."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.entered = threading.Event()
        self.open = threading.Event()

    def __call__(self) -> bytes:
        self.entered.set()
        assert self.open.wait(60)
        return self.answer


def test_while_one_thread_fetches_others_are_answered_from_what_is_held() -> None:
    gate = Gate(text(2))
    made, source, clock = client(text(1), gate)
    assert made.variation("a", USER, None) == 1
    clock.pass_by(60)
    fetching = threading.Thread(target=made.refresh)
    fetching.start()
    assert gate.entered.wait(60)
    assert [made.variation("a", USER, None) for _ in range(100)] == [1] * 100
    gate.open.set()
    fetching.join()
    assert made.variation("a", USER, None) == 2
    assert len(source.asked) == 2


def test_without_a_document_threads_wait_for_the_one_that_fetches() -> None:
    gate = Gate(text(1))
    made, source, _ = client(gate)
    answers: list[Any] = []

    def ask() -> None:
        answers.append(made.variation("a", USER, None))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert gate.entered.wait(60)
    gate.open.set()
    for thread in threads:
        thread.join()
    assert answers == [1] * 8
    assert len(source.asked) == 1


FORKED = """
    import os, sys, threading
    sys.path.insert(0, sys.argv[1])
    from documents import USER
    from isoflag import FlagClient
    from isoflag.activity import Activity
    from scripted import Clock, ScriptedSource, text

    entered, go_on = threading.Event(), threading.Event()

    def slow():
        entered.set()
        go_on.wait(60)
        return text(2)

    clock, activity = Clock(), Activity()
    source = ScriptedSource(text(1), slow, text(3))
    client = FlagClient(source, ttl=60, clock=clock, activity=activity)
    assert client.variation("a", USER, None) == 1
    clock.pass_by(60)
    thread = threading.Thread(target=client.refresh)
    thread.start()
    entered.wait(60)
    child = os.fork()
    if child == 0:
        # The lock is held by a thread that this process does not have.
        assert client.variation("a", USER, None) == 3
        counted = activity.to_dict()["flags"]["a"]["counts"]
        os._exit(0 if list(counted.values()) == [{"0": 1}] else 2)
    go_on.set()
    thread.join()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, status
    assert client.variation("a", USER, None) == 2
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no fork")
def test_a_forked_process_fetches_for_itself() -> None:
    folder = __file__.rpartition("/")[0]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(FORKED), folder],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
