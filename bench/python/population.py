"""Measures flags for a population: from a Parquet file to counts, beside a loop and `evaluate_many`.

    population.py WORKLOAD.json [--rows 1000000]

Run it with the Python of `.venv` after `make build-arrow`. It prints rows like the other
measurements; `cpu` is the time of all threads, which another process disturbs less.
"""

from __future__ import annotations

import argparse
import json
import resource
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


def measure(subject: str, rows: int, work: Callable[[], Any]) -> Any:
    """Prints the seconds of a million rows, by the clock and of all threads."""
    wall, cpu, result = [], [], None
    for _ in range(BLOCKS):
        start, busy = time.perf_counter(), time.process_time()
        result = work()
        wall.append((time.perf_counter() - start) * 1e6 / rows)
        cpu.append((time.process_time() - busy) * 1e6 / rows)
    for unit, samples in (("s", wall), ("cpu s", cpu)):
        row = {
            "host": "python",
            "group": "population",
            "case": "a million rows, ten flags",
            "subject": subject,
        }
        print(
            json.dumps({**row, "unit": unit, "samples": [round(sample, 3) for sample in samples]}),
            flush=True,
        )
    return result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("workload", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    arguments = parser.parse_args()
    flags = isoflag.Flags.from_json(arguments.workload.read_bytes())
    chosen = list(flags.keys())
    keys = chosen[:: max(1, len(chosen) // KEYS)][:KEYS]
    with tempfile.TemporaryDirectory() as folder:
        path, sample = Path(folder) / "users.parquet", Path(folder) / "sample.parquet"
        pq.write_table(users(range(min(arguments.rows, SAMPLE))), sample)
        with pq.ParquetWriter(path, pq.read_schema(sample)) as writer:
            for start in range(0, arguments.rows, 50_000):
                writer.write_table(users(range(start, min(start + 50_000, arguments.rows))))
        expected = arrow_counts(flags, sample, keys, 1)
        rows = min(arguments.rows, SAMPLE)
        for threads in (1, 2):
            work = partial(arrow_counts, flags, path, keys, threads)
            measure(f"isoflag.arrow, threads: {threads}", arguments.rows, work)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(
            json.dumps(
                {
                    "host": "python",
                    "group": "population",
                    "case": "peak memory",
                    "subject": "isoflag.arrow",
                    "unit": "KiB",
                    "samples": [peak],
                }
            )
        )
        many = measure(
            "evaluate_many, threads: 1", rows, lambda: many_counts(flags, sample, keys, 1)
        )
        loop = measure("bind and a loop", rows, lambda: loop_counts(flags, sample, keys))
        assert expected == many == loop, "the counts differ"


if __name__ == "__main__":
    main()
