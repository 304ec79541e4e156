"""Measures flags for a population: from a Parquet file to counts, beside loops in Python.

    population.py WORKLOAD.json [--rows 1000000] [--stream 10000000]

Run it with the Python of `.venv` after `make build-arrow`. It prints rows like the other
measurements; `cpu` is the time of all threads, which another process disturbs less. The loops run
over a sample of the rows.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import isoflag
import isoflag.arrow
import pyarrow as pa
import pyarrow.parquet as pq
from isobench.launchdarkly import LaunchDarkly
from ldclient import Context

KEYS = 10
# Rows of the measurements that make a Python object for each.
SAMPLE = 20_000
BLOCKS = 3


def users(rows: range) -> pa.Table:
    """Builds some users: a key, two columns with few values, numbers and a version."""
    countries, plans = ["de", "fr", "no", "us", "jp"], ["free", "pro", "enterprise"]
    return pa.table(
        {
            "key": [f"user-{n}" for n in rows],
            "country": pa.array([countries[n % 5] for n in rows]).dictionary_encode(),
            "plan": [plans[n % 3] for n in rows],
            "age": pa.array([n % 90 if n % 50 else None for n in rows], pa.int32()),
            "appVersion": [f"{n % 4}.{n % 10}.0" for n in rows],
            "email": [f"user-{n}@{'example.com' if n % 2 else 'corp.example'}" for n in rows],
            "beta": [n % 7 == 0 for n in rows],
        }
    )


def arrow_counts(
    flags: isoflag.Flags, path: Path, keys: list[str], threads: int
) -> list[Counter[Any]]:
    """Counts variations in a stream from the file."""
    file = pq.ParquetFile(path)
    stream = pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches())
    answers = isoflag.arrow._evaluate(
        flags, stream, keys, None, ["variation"], keep=False, threads=threads
    )
    counts: list[Counter[Any]] = [Counter() for _ in keys]
    for batch in pa.RecordBatchReader.from_stream(answers):
        for count, column in zip(counts, batch.columns, strict=True):
            for entry in column.value_counts().to_pylist():
                count[entry["values"]] += entry["counts"]
    return counts


def contexts(path: Path) -> Iterator[dict[str, Any]]:
    for batch in pq.ParquetFile(path).iter_batches():
        for row in batch.to_pylist():
            yield {
                "kind": "user",
                **{name: value for name, value in row.items() if value is not None},
            }


def many_counts(
    flags: isoflag.Flags, path: Path, keys: list[str], threads: int
) -> list[Counter[Any]]:
    """Counts variations by `evaluate_many`."""
    rows = flags.evaluate_many(keys, list(contexts(path)), threads=threads)
    return [Counter(row[index].variation_index for row in rows) for index in range(len(keys))]


def loop_counts(flags: isoflag.Flags, path: Path, keys: list[str]) -> list[Counter[Any]]:
    """Counts variations one by one."""
    counts: list[Counter[Any]] = [Counter() for _ in keys]
    for context in contexts(path):
        bound = flags.bind(context)
        for count, key in zip(counts, keys, strict=True):
            count[bound.variation_detail(key, None).variation_index] += 1
    return counts


def launchdarkly_counts(sdk: LaunchDarkly, path: Path, keys: list[str]) -> list[Counter[Any]]:
    """Counts variations by LaunchDarkly's evaluator, with one context for each row."""
    counts: list[Counter[Any]] = [Counter() for _ in keys]
    for row in contexts(path):
        context = Context.from_dict(row)
        for count, key in zip(counts, keys, strict=True):
            count[sdk.evaluate(key, context).variation_index] += 1
    return counts


def printed(group: str, case: str, unit: str, **subjects: list[float]) -> None:
    for subject, samples in subjects.items():
        row = {"host": "python", "group": group, "case": case, "subject": subject, "unit": unit}
        print(json.dumps({**row, "samples": [round(sample, 3) for sample in samples]}), flush=True)


class Measured:
    """The result of some work, and the nanoseconds of a million rows by the clock and the CPU."""

    def __init__(self, rows: int, work: Callable[[], Any]) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []
        for _ in range(BLOCKS):
            start, busy = time.perf_counter_ns(), time.process_time_ns()
            self.result = work()
            self.wall.append((time.perf_counter_ns() - start) * 1e6 / rows)
            self.cpu.append((time.process_time_ns() - busy) * 1e6 / rows)


def stream(flags: isoflag.Flags, keys: list[str], rows: int) -> None:
    """Counts variations in a stream of this length, and prints the peak of the memory."""
    batch = users(range(50_000)).to_batches()[0]
    reader = pa.RecordBatchReader.from_batches(batch.schema, (batch for _ in range(rows // 50_000)))
    answers = isoflag.arrow.evaluate(flags, reader, keys, columns=["variation"])
    assert sum(batch.num_rows for batch in pa.RecordBatchReader.from_stream(answers)) == rows
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    printed("population-memory", "a long stream", "bytes", isoflag=[peak])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("workload", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--stream", type=int, default=10_000_000)
    parser.add_argument("--only-stream", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    text = arguments.workload.read_bytes()
    flags = isoflag.Flags.from_json(text)
    chosen = list(flags.keys())
    keys = chosen[:: max(1, len(chosen) // KEYS)][:KEYS]
    if arguments.only_stream:
        stream(flags, keys, arguments.stream)
        return
    with tempfile.TemporaryDirectory() as folder:
        path, sample = Path(folder) / "users.parquet", Path(folder) / "sample.parquet"
        rows = min(arguments.rows, SAMPLE)
        pq.write_table(users(range(rows)), sample)
        with pq.ParquetWriter(path, pq.read_schema(sample)) as writer:
            for start in range(0, arguments.rows, 50_000):
                writer.write_table(users(range(start, min(start + 50_000, arguments.rows))))
        one, two = (
            Measured(arguments.rows, partial(arrow_counts, flags, path, keys, threads))
            for threads in (1, 2)
        )
        many = Measured(rows, lambda: many_counts(flags, sample, keys, 1))
        loop = Measured(rows, lambda: loop_counts(flags, sample, keys))
        sdk = LaunchDarkly(text)
        launchdarkly = Measured(rows, lambda: launchdarkly_counts(sdk, sample, keys))
        expected = arrow_counts(flags, sample, keys, 1)
    assert one.result == two.result, "the counts of one thread and two differ"
    assert expected == many.result == loop.result == launchdarkly.result, "the counts differ"
    others = {"evaluate_many": many, "a loop over bind": loop, "launchdarkly": launchdarkly}
    case = "a million rows, ten flags"
    walls = {name: other.wall for name, other in others.items()}
    printed("population", f"{case}, two threads", "ns", isoflag=two.wall, **walls)
    cpus = {name: other.cpu for name, other in others.items()}
    printed("population", f"{case}, CPU", "ns", isoflag=one.cpu, **cpus)
    for name, baseline, faster in (
        ("evaluate_many, CPU", many.cpu, one.cpu),
        ("LaunchDarkly's SDK, CPU", launchdarkly.cpu, one.cpu),
        ("one core", one.wall, two.wall),
    ):
        ratio = median(baseline) / median(faster)
        printed("population-times", f"over {name}", "times", isoflag=[ratio])
    # In a process of its own, since the peak is that of a whole process.
    sys.stdout.flush()
    subprocess.run([sys.executable, *sys.argv, "--only-stream"], check=True)


if __name__ == "__main__":
    main()
