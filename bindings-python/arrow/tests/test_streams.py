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
    schema = pa.schema([("key", pa.string())])
    batch = pa.record_batch({"key": [f"user-{n}" for n in range(16_384)]}, schema)
    pulled, ended = threading.Event(), threading.Event()

    def batches() -> Iterator[pa.RecordBatch]:
        yield from [batch] * 32
        pulled.set()

    def evaluate() -> None:
        # More threads than batches: all rows are evaluated after the last batch was pulled.
        answers = isoflag.arrow._evaluate(
            flags,
            pa.RecordBatchReader.from_batches(schema, batches()),
            flags.keys(),
            None,
            ["variation"],
            keep=False,
            threads=64,
        )
        pa.table(answers)
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


def test_a_large_batch_is_answered_in_order() -> None:
    flags = isoflag.Flags.from_json(SHOP.read_text("utf-8"))
    keys = [f"user-{n}" for n in range(100_000)]
    answers = isoflag.arrow._evaluate(
        flags, pa.record_batch({"key": keys}), flags.keys(), None, ["value"], keep=True, threads=3
    )
    table = pa.table(answers)
    assert table["key"].to_pylist() == keys
    assert max(chunk.num_rows for chunk in table.to_batches()) < 20_000
