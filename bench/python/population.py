"""Measures flags for a population: from a Parquet file to counts, beside loops in Python.

    population.py WORKLOAD.json [--rows 1000000] [--stream 10000000]

Run it with the Python of `.venv` after `make build-arrow`. It prints rows like the other
measurements; `cpu` is the time of all threads, which another process disturbs less. The loops run
over a sample of the rows. At the end it compares the ratios with their targets, and exits with 1 if
one is missed.
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
# The subjects, and what each measurement must reach.
ARROW, MANY, LOOP, LAUNCHDARKLY = (
    "isoflag.arrow",
    "evaluate_many, threads: 1",
    "bind and a loop",
    "LaunchDarkly's SDK and a loop",
)
TARGETS = {
    "seconds of a million rows, on two threads": ("most", 3.0),
    "times as fast as evaluate_many, by CPU": ("least", 5.0),
    "times as fast as LaunchDarkly's SDK, by CPU": ("least", 50.0),
    "times as fast on a second core": ("least", 1.8),
    "MB at the peak of a long stream": ("most", 300.0),
}


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


def printed(case: str, subject: str, unit: str, samples: list[float]) -> None:
    row = {"host": "python", "group": "population", "case": case, "subject": subject, "unit": unit}
    print(json.dumps({**row, "samples": [round(sample, 3) for sample in samples]}), flush=True)


class Measured:
    """The result of some work, and the least seconds of a million rows."""

    def __init__(self, subject: str, rows: int, work: Callable[[], Any]) -> None:
        wall, cpu = [], []
        for _ in range(BLOCKS):
            start, busy = time.perf_counter(), time.process_time()
            self.result = work()
            wall.append((time.perf_counter() - start) * 1e6 / rows)
            cpu.append((time.process_time() - busy) * 1e6 / rows)
        printed("a million rows, ten flags", subject, "s", wall)
        printed("a million rows, ten flags", subject, "cpu s", cpu)
        self.seconds, self.cpu = min(wall), min(cpu)


def stream(flags: isoflag.Flags, keys: list[str], rows: int) -> None:
    """Counts variations in a stream of this length, and prints the peak of the memory."""
    batch = users(range(50_000)).to_batches()[0]
    reader = pa.RecordBatchReader.from_batches(batch.schema, (batch for _ in range(rows // 50_000)))
    answers = isoflag.arrow.evaluate(flags, reader, keys, columns=["variation"])
    assert sum(batch.num_rows for batch in pa.RecordBatchReader.from_stream(answers)) == rows
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    printed(f"peak memory of {rows:,} rows", ARROW, "MB", [peak])


def missed(found: dict[str, float]) -> list[str]:
    """Prints each ratio with its target, and returns the missed ones."""
    for name, (bound, target) in TARGETS.items():
        print(f"{found[name]:8.2f} {name} (at {bound} {target:g})", file=sys.stderr)
    return [
        name
        for name, (bound, target) in TARGETS.items()
        if (found[name] > target if bound == "most" else found[name] < target)
    ]


def main() -> int:
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
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path, sample = Path(folder) / "users.parquet", Path(folder) / "sample.parquet"
        rows = min(arguments.rows, SAMPLE)
        pq.write_table(users(range(rows)), sample)
        with pq.ParquetWriter(path, pq.read_schema(sample)) as writer:
            for start in range(0, arguments.rows, 50_000):
                writer.write_table(users(range(start, min(start + 50_000, arguments.rows))))
        one, two = (
            Measured(
                f"{ARROW}, threads: {threads}",
                arguments.rows,
                partial(arrow_counts, flags, path, keys, threads),
            )
            for threads in (1, 2)
        )
        many = Measured(MANY, rows, lambda: many_counts(flags, sample, keys, 1))
        loop = Measured(LOOP, rows, lambda: loop_counts(flags, sample, keys))
        sdk = LaunchDarkly(text)
        other = Measured(LAUNCHDARKLY, rows, lambda: launchdarkly_counts(sdk, sample, keys))
        expected = arrow_counts(flags, sample, keys, 1)
    assert one.result == two.result, "the counts of one thread and two differ"
    assert expected == many.result == loop.result == other.result, "the counts differ"
    # In a process of its own, since the peak is that of a whole process.
    command = [sys.executable, *sys.argv, "--only-stream"]
    peak = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    print(peak, end="", flush=True)
    names = missed(
        dict(
            zip(
                TARGETS,
                [
                    two.seconds,
                    many.cpu / one.cpu,
                    other.cpu / one.cpu,
                    one.seconds / two.seconds,
                    json.loads(peak)["samples"][0],
                ],
                strict=True,
            )
        )
    )
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main())
