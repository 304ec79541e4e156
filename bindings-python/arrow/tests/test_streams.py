"""Streams of any length take bounded memory, on threads, and end with Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

import isoflag
import isoflag.arrow

PROGRAM = """
import resource, sys
import pyarrow as pa
import isoflag, isoflag.arrow

flags = isoflag.Flags.from_json(open(sys.argv[1]).read())
keys = list(flags.keys())
schema = pa.schema([("key", pa.string()), ("plan", pa.string())])
batch = pa.record_batch(
    {"key": [f"user-{n}" for n in range(20_000)], "plan": ["pro", "free"] * 10_000}, schema
)

def batches(count):
    for _ in range(count):
        yield batch

def peak(count):
    stream = pa.RecordBatchReader.from_batches(schema, batches(count))
    rows = 0
    for answers in pa.RecordBatchReader.from_stream(isoflag.arrow.evaluate(flags, stream, keys)):
        rows += answers.num_rows
    assert rows == count * 20_000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

peak(5)
print("ready", flush=True)
print(peak(5), peak(int(sys.argv[2])))
"""
SHOP = Path(__file__).resolve().parents[3] / "examples" / "shop" / "flags.json"


def test_a_long_stream_takes_no_more_memory_than_a_short_one() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, SHOP, "50"],
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=300,
    )
    short, long = map(int, done.stdout.split()[1:])
    # In KiB; a batch of answers has five megabytes.
    assert long - short < 20_000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_ends_an_evaluation_in_the_middle() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, SHOP, "1000000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert "KeyboardInterrupt" in errors
    assert process.returncode != 0


def test_threads_may_read_the_same_answers() -> None:
    flags = isoflag.Flags.from_json(SHOP.read_text("utf-8"))
    table = pa.table({"key": [f"user-{n}" for n in range(50_000)]})
    answers = isoflag.arrow.evaluate(flags, table, flags.keys())
    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda _: pa.table(answers), range(4)))
    assert all(result == results[0] for result in results)


def test_other_threads_run_while_rows_are_evaluated() -> None:
    flags = isoflag.Flags.from_json(SHOP.read_text("utf-8"))
    batch = pa.record_batch({"key": [f"user-{n}" for n in range(500_000)]})
    pulled, ended = threading.Event(), threading.Event()

    def batches() -> Iterator[pa.RecordBatch]:
        pulled.set()
        yield batch

    def evaluate() -> None:
        stream = pa.RecordBatchReader.from_batches(batch.schema, batches())
        pa.table(isoflag.arrow.evaluate(flags, stream, flags.keys(), columns=["variation"]))
        ended.set()

    thread = threading.Thread(target=evaluate)
    thread.start()
    assert pulled.wait(60)
    turns = 0
    while not ended.wait(0.001):
        turns += 1
    thread.join()
    # Half a million rows take many turns; a thread that holds the GIL leaves none.
    assert turns >= 3


def test_a_stream_that_is_left_in_the_middle_releases_its_rows() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEFT, SHOP],
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=120,
    )
    assert done.stdout == "released\n"


LEFT = """
import sys, time, weakref
import numpy as np
import pyarrow as pa
import isoflag, isoflag.arrow

flags = isoflag.Flags.from_json(open(sys.argv[1]).read())
alive = []

class Numbers(np.ndarray):
    pass

def batches():
    keys = pa.array([f"user-{n}" for n in range(50_000)])
    while True:
        numbers = np.arange(50_000).view(Numbers)
        alive.append(weakref.ref(numbers))
        # The memory of these numbers is released with the GIL.
        yield pa.record_batch({"key": keys, "n": pa.array(numbers)})

schema = pa.schema([("key", pa.string()), ("n", pa.int64())])
answers = isoflag.arrow._evaluate(
    flags,
    pa.RecordBatchReader.from_batches(schema, batches()),
    list(flags.keys()),
    None,
    ["variation"],
    keep=False,
    threads=4,
)
reader = pa.RecordBatchReader.from_stream(answers)
assert reader.read_next_batch().num_rows > 0
assert any(each() is not None for each in alive)
del reader, answers
deadline = time.monotonic() + 60
while any(each() is not None for each in alive) and time.monotonic() < deadline:
    time.sleep(0.01)
print("held" if any(each() is not None for each in alive) else "released")
"""


def test_small_batches_are_answered_in_order() -> None:
    flags = isoflag.Flags.from_json(SHOP.read_text("utf-8"))
    keys = [f"user-{n}" for n in range(60_000)]
    # Of no row, one, some and many.
    sizes = [0, 1, 3000, 20_000, 1, 16_384, 0, 15_000]
    schema = pa.schema([("key", pa.string())])

    def batches() -> Iterator[pa.RecordBatch]:
        start = 0
        for size in sizes:
            yield pa.record_batch({"key": keys[start : start + size]}, schema)
            start += size

    for threads in (1, 2, 5):
        stream = pa.RecordBatchReader.from_batches(schema, batches())
        answers = isoflag.arrow._evaluate(
            flags, stream, flags.keys(), None, ["variation"], keep=True, threads=threads
        )
        table = pa.table(answers)
        assert table["key"].to_pylist() == keys[: sum(sizes)]
        one = pa.table(isoflag.arrow.evaluate(flags, table.select(["key"]), flags.keys()))
        name = f"{next(iter(flags.keys()))}.variation"
        assert table[name].to_pylist() == one[name].to_pylist()


def test_a_large_batch_is_answered_in_order() -> None:
    flags = isoflag.Flags.from_json(SHOP.read_text("utf-8"))
    keys = [f"user-{n}" for n in range(100_000)]
    answers = isoflag.arrow._evaluate(
        flags, pa.record_batch({"key": keys}), flags.keys(), None, ["value"], keep=True, threads=3
    )
    table = pa.table(answers)
    assert table["key"].to_pylist() == keys
    assert max(chunk.num_rows for chunk in table.to_batches()) < 20_000
