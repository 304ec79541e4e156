"""Bulk evaluation returns the same results as single evaluations."""

import pickle
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

import hostile
from documents import USER, clause, document, flag
from isoflag import Context, EvaluationDetail, EvaluationDetails, Flags

KEYS = ["rule", "json", "missing", "off", "rule", hostile.LONE_SURROGATE, "members"]
ASKED: list[Any] = [
    USER,
    Context("bob", attributes={"plan": "pro"}),
    {"kind": "user", "key": ""},
    None,
    {"kind": "user", "key": "eve", "plan": "pro"},
]
MEMBERS = {"status": "STALE", "memberships": {"eve": {"members.g1": True}}}


def flags() -> Flags:
    rules = [{"id": "pro", "clauses": [clause("plan", "in", "pro")], "variation": 1}]
    member = [{"clauses": [clause("", "segmentMatch", "members")], "variation": 1}]
    segment = {"key": "members", "version": 1, "unbounded": True, "generation": 1}
    flags = [
        flag("rule", "free", "pro", rules=rules),
        flag("json", {"a": [1]}),
        flag("off", 1, 2, on=False, offVariation=1),
        flag("members", False, True, rules=member),
    ]
    return Flags.from_dict(document(*flags) | {"segments": {"members": segment}})


def one_by_one(flags: Flags, contexts: list[Any], **how: Any) -> list[list[EvaluationDetail[Any]]]:
    return [[flags.variation_detail(key, one, None, **how) for key in KEYS] for one in contexts]


@pytest.mark.parametrize("threads", [None, 1, 2, 3, 64, 1000])
@pytest.mark.parametrize("many", [0, 1, 5, 1000])
def test_each_row_is_what_its_context_is_answered(many: int, threads: int | None) -> None:
    shared = flags()
    contexts = (ASKED * 200)[:many]
    rows = shared.evaluate_many(KEYS, contexts, threads=threads)
    assert rows == one_by_one(shared, contexts)
    assert [len(row) for row in rows] == [len(KEYS)] * many


def test_big_segments_are_evaluated() -> None:
    shared = flags()
    rows = shared.evaluate_many(KEYS, ASKED, big_segments=MEMBERS)
    assert rows == one_by_one(shared, ASKED, big_segments=MEMBERS)
    assert [row[-1].value for row in rows] == [False, False, None, None, True]


def test_iterables_are_read_once() -> None:
    shared = flags()
    assert shared.evaluate_many(iter(KEYS), iter(ASKED)) == one_by_one(shared, ASKED)


def test_a_row_is_a_sequence() -> None:
    row = flags().evaluate_many(KEYS, [USER])[0]
    details = list(row)
    assert row[0] == details[0] == row[-len(KEYS)]
    assert row[1:3] == details[1:3]
    assert row[::-1] == details[::-1] == list(reversed(row))
    assert row == details
    assert row != details[1:]
    assert row != tuple(details)
    assert repr(row) == f"EvaluationDetails({details})"
    assert pickle.loads(pickle.dumps(row)) == details
    for index in (len(KEYS), -len(KEYS) - 1, 1 << 40):
        with pytest.raises(IndexError):
            row[index]
    with pytest.raises(TypeError):
        row["rule"]  # type: ignore[call-overload]


def test_a_value_belongs_to_its_detail() -> None:
    row = flags().evaluate_many(["json"], [USER])[0]
    row[0].value["a"].append(2)
    assert row[0].value == {"a": [1]}


def test_invalid_arguments_are_rejected() -> None:
    shared = flags()
    with pytest.raises(TypeError, match="`keys` must hold keys"):
        shared.evaluate_many("rule", [USER])
    with pytest.raises(TypeError, match="`contexts` must hold contexts"):
        shared.evaluate_many(KEYS, USER)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        shared.evaluate_many([1], [USER])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="`threads` must be 1 or more"):
        shared.evaluate_many(KEYS, [USER], threads=0)


@pytest.fixture
def switch_never() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("switch_never")
@pytest.mark.parametrize("threads", [1, 2])
def test_other_threads_run_meanwhile(threads: int) -> None:
    shared, contexts = flags(), [Context("ada")] * 20_000
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
    rows: list[EvaluationDetails] = []
    while turns == before and attempts < 1000:
        rows = shared.evaluate_many(KEYS, contexts, threads=threads)
        attempts += 1
    after = turns
    done.set()
    other.join()
    assert after > before
    assert len(rows) == len(contexts)
