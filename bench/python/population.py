"""Measures flags for a population: from a Parquet file to counts, beside loops in Python.

    population.py WORKLOAD.json [--rows 1000000] [--stream 10000000]

Run it with the Python of `.venv` after `make build-arrow`. It prints rows like the other
measurements; `cpu` is the time of all threads, which another process disturbs less. The loops run
over a sample of the rows. One thread is one core: pyarrow has no other threads then. Without Java,
Spark is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
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
# Jobs before those that are measured: Spark compiles its code.
WARM = 3


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


def opened(path: Path, threads: int) -> pa.RecordBatchReader:
    """Opens the file as a stream."""
    pa.set_cpu_count(threads)
    file = pq.ParquetFile(path)
    batches = file.iter_batches(use_threads=threads > 1)
    return pa.RecordBatchReader.from_batches(file.schema_arrow, batches)


def answered(
    flags: isoflag.Flags, data: Any, keys: list[str], threads: int
) -> pa.RecordBatchReader:
    """Evaluates the variations of a table or stream."""
    answers = isoflag.arrow._evaluate(
        flags, data, keys, None, ["variation"], keep=False, threads=threads
    )
    return pa.RecordBatchReader.from_stream(answers)


def evaluated(flags: isoflag.Flags, table: pa.Table, keys: list[str], threads: int) -> int:
    """Evaluates the rows of a table in memory, and nothing else."""
    return sum(batch.num_rows for batch in answered(flags, table, keys, threads))


def arrow_counts(
    flags: isoflag.Flags, path: Path, keys: list[str], threads: int
) -> list[Counter[Any]]:
    """Counts variations in a stream from the file."""
    counts: list[Counter[Any]] = [Counter() for _ in keys]
    for batch in answered(flags, opened(path, threads), keys, threads):
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


def spark(flags: isoflag.Flags, path: Path, keys: list[str]) -> None:
    """Counts combinations of variations in Spark and without it, in turns, and prints the ratios.

    A job that hands the rows to Python and returns nulls has the part of the time that is Spark's.
    """
    # Its workers are otherwise those of PATH, and each import of it warns.
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    warnings.simplefilter("ignore")
    import isoflag.spark
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.log.level": "ERROR",
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    columns = [f"{key}.variation" for key in keys]
    frame = session.read.parquet(str(path))

    def counted(answers: Any) -> dict[Any, int]:
        rows = answers.groupBy(*(f"`{name}`" for name in columns)).count().collect()
        return {tuple(row)[:-1]: row["count"] for row in rows}

    def evaluate() -> Any:
        return isoflag.spark.evaluate(frame, flags, keys, columns=["variation"])

    def nulls(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            column = pa.nulls(batch.num_rows, pa.int32())
            yield pa.RecordBatch.from_arrays([column] * len(columns), names=columns)

    def without() -> dict[Any, int]:
        answers = answered(flags, opened(path, 2), keys, 2).read_all()
        counted = answers.group_by(columns).aggregate([([], "count_all")])
        *names, counts = (counted[name].to_pylist() for name in (*columns, "count_all"))
        return dict(zip(zip(*names, strict=True), counts, strict=True))

    handed = frame.mapInArrow(nulls, evaluate().schema)
    times: list[list[float]] = []
    for _ in range(WARM + BLOCKS):
        start = time.perf_counter()
        expected = without()
        plain = time.perf_counter()
        assert counted(evaluate()) == expected, "the counts in Spark differ"
        evaluated = time.perf_counter()
        counted(handed)
        times.append([plain - start, evaluated - plain, time.perf_counter() - evaluated])
    session.stop()
    for case, index in (("once warm", 1), ("once warm, without evaluation", 2)):
        ratios = [block[0] / block[index] for block in times[WARM:]]
        printed("population-spark", f"a million rows, {case}", "times", isoflag=ratios)


def stream(flags: isoflag.Flags, keys: list[str], rows: int) -> None:
    """Counts variations in a stream of this length, and prints the peak of the memory."""
    batch = users(range(50_000)).to_batches()[0]
    reader = pa.RecordBatchReader.from_batches(batch.schema, (batch for _ in range(rows // 50_000)))
    answers = isoflag.arrow.evaluate(flags, reader, keys, columns=["variation"])
    assert sum(batch.num_rows for batch in pa.RecordBatchReader.from_stream(answers)) == rows
    # `ru_maxrss` would include the memory of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
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
        table = pq.read_table(path)
        memory_one, memory_two = (
            Measured(arguments.rows, partial(evaluated, flags, table, keys, threads))
            for threads in (1, 2)
        )
        del table
        many = Measured(rows, lambda: many_counts(flags, sample, keys, 1))
        loop = Measured(rows, lambda: loop_counts(flags, sample, keys))
        sdk = LaunchDarkly(text)
        launchdarkly = Measured(rows, lambda: launchdarkly_counts(sdk, sample, keys))
        expected = arrow_counts(flags, sample, keys, 1)
        if shutil.which("java"):
            spark(flags, path, keys)
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
        ("one core, evaluation alone", memory_one.wall, memory_two.wall),
    ):
        ratio = median(baseline) / median(faster)
        printed("population-times", f"over {name}", "times", isoflag=[ratio])
    # In a process of its own, since the peak is that of a whole process.
    sys.stdout.flush()
    subprocess.run([sys.executable, *sys.argv, "--only-stream"], check=True)


if __name__ == "__main__":
    main()
