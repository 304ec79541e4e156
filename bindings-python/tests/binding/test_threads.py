"""Threads, forked processes and panics."""

import functools
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from documents import USER, clause, document, flag
from isoflag import Context, EvaluationDetail, Flags
from scripted import client, text

THREADS = 8
ROUNDS = 200


@pytest.fixture(autouse=True)
def eager_switches() -> Iterator[None]:
    """Makes threads switch far more often than usual."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def flags() -> Flags:
    rules = [{"id": "ada", "clauses": [clause("key", "in", "ada")], "variation": 1}]
    rollout = {"variations": [{"variation": n, "weight": 25_000} for n in range(4)]}
    return Flags.from_dict(
        document(
            *[flag(f"rule{n}", [n], {"n": n}, rules=rules) for n in range(100)],
            *[flag(f"roll{n}", 0, 1, 2, 3, fallthrough={"rollout": rollout}) for n in range(100)],
        )
    )


def at_once(work: Callable[[int], object]) -> list[Any]:
    barrier = threading.Barrier(THREADS)
    results: list[Any] = [None] * THREADS

    def run(index: int) -> None:
        barrier.wait()
        results[index] = work(index)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def parts(detail: EvaluationDetail[Any], _: int) -> tuple[Any, Any]:
    return detail.value, detail.reason


def test_bound_flags_are_shared() -> None:
    shared = flags()
    keys = shared.keys()
    alone = [shared.bind(Context("ada")).variation_detail(key, None) for key in keys]
    bound = shared.bind(Context("ada"))

    def work(start: int) -> list[EvaluationDetail[Any]]:
        order = keys[start * 20 :] + keys[: start * 20]
        details = {key: bound.variation_detail(key, None) for _ in range(5) for key in order}
        return [details[key] for key in keys]

    for details in at_once(work):
        assert details == alone


def test_flags_and_contexts_are_shared() -> None:
    shared, context = flags(), Context("ada")
    state = shared.all_flags_state(context, with_reasons=True, now=0)
    digest = flags().digest

    def work(_: int) -> bool:
        return all(
            shared.all_flags_state(context, with_reasons=True, now=0) == state
            and shared.digest == digest
            and shared.variation("rule7", context, None) == {"n": 7}
            for _ in range(ROUNDS // 20)
        )

    assert all(at_once(work))


def test_one_detail_is_read_by_all() -> None:
    bound = flags().bind(Context("ada"))
    for _ in range(ROUNDS):
        detail = bound.variation_detail("rule1", None)
        read = at_once(functools.partial(parts, detail))
        values, reasons = zip(*read, strict=True)
        assert all(value is values[0] for value in values)
        assert all(reason is reasons[0] for reason in reasons)
        assert values[0] == {"n": 1}


def test_threads_patch_a_shared_document() -> None:
    shared = flags()

    def work(index: int) -> list[object]:
        patch = {"flags": {"rule1": flag("rule1", index, version=2 + index)}}
        return [shared.apply(patch).variation("rule1", {"key": "eve"}, None) for _ in range(10)]

    assert at_once(work) == [[index] * 10 for index in range(THREADS)]
    assert shared.variation("rule1", {"key": "eve"}, None) == [1]


def lets_other_threads_run(work: Callable[[], object]) -> bool:
    """Returns whether another thread runs during some call of the function."""
    turns = 0
    done = threading.Event()

    def take_turns() -> None:
        nonlocal turns
        while not done.is_set():
            turns += 1
            time.sleep(0)

    other = threading.Thread(target=take_turns)
    other.start()
    # From here on the other thread runs only if this one releases the GIL.
    sys.setswitchinterval(1000)
    before = turns
    attempts = 0
    while turns == before and attempts < 1000:
        work()
        attempts += 1
    after = turns
    done.set()
    sys.setswitchinterval(1e-6)
    other.join()
    return after > before


def test_other_threads_run_while_a_large_text_is_loaded() -> None:
    text = '{"flags": {}, "large": "' + "x" * (4 << 20) + '"}'
    assert lets_other_threads_run(lambda: Flags.from_json(text))


@pytest.mark.parametrize("threads", [1, 2])
def test_other_threads_run_during_a_bulk_evaluation(threads: int) -> None:
    shared, contexts = flags(), [Context("ada")] * 20_000
    keys = shared.keys()[:7]
    assert lets_other_threads_run(lambda: shared.evaluate_many(keys, contexts, threads=threads))


def test_threads_inside_the_extension_let_the_interpreter_end() -> None:
    """The C library unwinds such a thread through frames without unwind tables."""
    program = """
import threading, time
from isoflag import Flags
flags = Flags.from_dict({"flags": {f"f{n}": {"key": f"f{n}", "on": False} for n in range(500)}})
contexts = [{"key": str(n)} for n in range(500)]
def work():
    while True:
        flags.evaluate_many(flags.keys(), contexts, threads=2)
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.1)
"""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


# --- a client among threads ---


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


def test_while_one_thread_fetches_others_use_the_current_document() -> None:
    gate = Gate(text(2))
    made, source, clock = client(text(1), gate)
    assert made.variation("a", USER, None) == 1
    clock.advance(60)
    fetching = threading.Thread(target=made.refresh)
    fetching.start()
    assert gate.entered.wait(60)
    assert [made.variation("a", USER, None) for _ in range(100)] == [1] * 100
    gate.open.set()
    fetching.join()
    assert made.variation("a", USER, None) == 2
    assert len(source.fetches) == 2


def test_without_a_document_all_threads_wait_for_one_fetch() -> None:
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
    assert len(source.fetches) == 1


FORKED = """
    import os, sys, threading
    sys.path.insert(0, sys.argv[1])
    from documents import USER
    from isoflag import FlagClient
    from isoflag.activity import Activity
    from scripted import PATIENT, Clock, ScriptedSource, text

    entered, go_on = threading.Event(), threading.Event()

    def slow():
        entered.set()
        go_on.wait(60)
        return text(2)

    clock, activity = Clock(), Activity()
    source = ScriptedSource(text(1), slow, text(3))
    client = FlagClient(source, **PATIENT, clock=clock, activity=activity)
    assert client.variation("a", USER, None) == 1
    clock.advance(60)
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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
def test_a_forked_process_fetches_for_itself() -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(FORKED), str(TESTS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


# --- panics ---


TESTS = Path(__file__).parents[1]
PROGRAM = TESTS / "provoked_panics.py"

CALLS = [
    "from_dict",
    "Context.from_dict",
    "apply",
    "variation",
    "bind",
    "all_flags_state",
    "evaluate_many",
]


def test_a_panic_is_an_exception_and_the_process_continues() -> None:
    ended = subprocess.run(  # noqa: S603 - its own interpreter
        [sys.executable, PROGRAM], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == [*(f"{name}: provoked" for name in CALLS * 2), "a"]
