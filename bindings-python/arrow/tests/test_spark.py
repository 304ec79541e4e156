"""Spark in local mode gives the counts of the same table without Spark."""

from __future__ import annotations

import json
import os
import runpy
import shutil
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from test_engines import EXAMPLES, FLAGS, USERS, printed_counts

KEYS = ["checkout-v2", "checkout-button", "free-shipping-from"]
ROWS = int(os.environ.get("POPULATION", "100000"))

pytestmark = [
    pytest.mark.skipif(
        not shutil.which("java") and "CI" not in os.environ,
        reason="Spark needs Java: apt-get install openjdk-17-jre-headless",
    ),
    # pyspark's own.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    # Otherwise the workers are those of PATH.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    with warnings.catch_warnings(action="ignore"):
        from pyspark.sql import SparkSession

        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.memory", "1g")
            .config("spark.log.level", "ERROR")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.ui.enabled", "false")
            .getOrCreate()
        )
        yield session
        session.stop()


@pytest.fixture(scope="module")
def users(spark: Any) -> Any:
    return spark.range(ROWS).selectExpr(
        "concat('user-', id) AS id",
        "element_at(array('DE', 'FR', 'US'), cast(id % 3 AS int) + 1) AS country",
        "named_struct('city', 'Oslo') AS address",
        "timestamp_seconds(1767225600 + id) AS createdAt",
    )


def test_spark_counts_like_the_table_without_spark(users: Any) -> None:
    import isoflag.spark

    context = {"key": "id"}
    answers = isoflag.spark.evaluate(users, FLAGS, KEYS, context=context, keep=True)
    assert answers.columns[:4] == users.columns
    group = ["country", KEYS[0], KEYS[1], f"{KEYS[2]}.variation", f"{KEYS[0]}.reason"]
    counted = answers.groupBy(*(f"`{name}`" for name in group)).count().collect()

    table = pa.table(
        {
            "id": [f"user-{n}" for n in range(ROWS)],
            "country": [("DE", "FR", "US")[n % 3] for n in range(ROWS)],
        }
    )
    plain = pa.table(isoflag.arrow.evaluate(FLAGS, table, KEYS, context=context, keep=True))
    expected = Counter(zip(*(plain[name].to_pylist() for name in group), strict=True))
    assert {tuple(row)[:-1]: tuple(row)[-1] for row in counted} == expected
    assert len(expected) > 4


def test_columns_that_are_left_out_stay_in_spark(users: Any) -> None:
    import isoflag.spark

    users = users.limit(1000)
    whole = users.selectExpr("*", """concat('{"kind": "user", "key": "', id, '"}') AS `c.c`""")
    # Both columns are `country` to Spark, and a dot or a backtick has a meaning.
    more = users.selectExpr(
        "*", "'DE' AS Country", "country AS `user.country`", "id AS `org.key`", "id AS `c``d`"
    )
    columns = ["id", "country", "address", "createdAt", "Country", "user.country", "org.key", "c`d"]
    cases: list[tuple[Any, Any, list[str]]] = [
        (more, {"key": "id"}, columns),
        (more, {"key": "id", "id": None, "country": None}, [columns[0], *columns[2:]]),
        (more, {"key": "c`d", "Country": None, "user.country": None}, [*columns[:4], *columns[6:]]),
        (whole, "c.c", ["c.c"]),
    ]
    for df, context, names in cases:
        handed, found = isoflag.spark._handed(df, context, keep=False)
        assert (found, len(handed.columns)) == (names, len(names))
        counts = [
            Counter(row[-1] for row in answers.collect())
            for answers in (
                isoflag.spark.evaluate(df, FLAGS, KEYS[:1], context=context, keep=keep)
                for keep in (False, True)
            )
        ]
        assert counts[0] == counts[1]
        assert counts[0].total() == 1000


def test_a_document_is_loaded_once_in_a_worker(users: Any) -> None:
    import isoflag.spark

    def count_loads(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Counts loads from now on; returns the count so far, -1 in a new worker."""
        import isoflag.spark

        module: Any = isoflag.spark
        counted = getattr(module, "counted_loads", None)
        if counted is None:
            from_json = isoflag.Flags.from_json

            def counting(text: str) -> isoflag.Flags:
                module.counted_loads.append(text)
                return from_json(text)

            module._loaded.clear()
            module.counted_loads = []
            module.isoflag = SimpleNamespace(Flags=SimpleNamespace(from_json=counting))
        for _ in batches:
            loads = -1 if counted is None else len(counted)
            yield pa.record_batch({"pid": [os.getpid()], "loads": [loads]})

    def counts() -> Counter[tuple[int, int]]:
        found = users.mapInArrow(count_loads, "pid long, loads long").distinct().collect()
        return Counter((row.pid, row.loads) for row in found)

    counts()
    parts = users.limit(1000).repartition(4).persist()
    for _ in range(3):
        isoflag.spark.evaluate(parts, FLAGS, KEYS, context={"key": "id"}).collect()
    loads = [loads for _, loads in counts() if loads != -1]
    assert loads
    assert max(loads) == 1


def test_a_worker_keeps_a_few_documents() -> None:
    import isoflag.spark

    class Broadcast:
        def __init__(self, number: int) -> None:
            self.reads = 0
            self.text = f'{{"flags": {{}}, "meta": {{"version": {number}}}}}'

        @property
        def value(self) -> str:
            self.reads += 1
            return self.text

    documents = [Broadcast(number) for number in range(3)]
    for _ in range(5):
        for number, document in enumerate(documents):
            assert isoflag.spark._load(f"digest {number}", document).version == number
    assert [document.reads for document in documents] == [1, 1, 1]
    for number in range(100):
        isoflag.spark._load(f"other {number}", documents[0])
    assert len(isoflag.spark._loaded) <= 4


def test_a_worker_that_dies_is_an_error_and_the_next_job_works(users: Any) -> None:
    import isoflag.spark

    def die(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield next(batches)
        os._exit(1)

    dying = users.mapInArrow(die, users.schema)
    answers = isoflag.spark.evaluate(dying, FLAGS, KEYS, context={"key": "id"})
    with pytest.raises(Exception, match=r"worker exited unexpectedly|crashed"):
        answers.count()
    answers = isoflag.spark.evaluate(users.limit(10), FLAGS, KEYS, context={"key": "id"})
    assert answers.count() == 10


def test_an_error_is_raised_before_a_job_starts(users: Any) -> None:
    import isoflag.spark

    with pytest.raises(ValueError, match="there is no column `key`"):
        isoflag.spark.evaluate(users, FLAGS, KEYS)
    with pytest.raises(ValueError, match="there is no flag `nope`"):
        isoflag.spark.evaluate(users, FLAGS, ["nope"], context={"key": "id"})


def test_the_example_prints_the_counts_of_the_other_examples(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert spark is not None
    path = tmp_path / "users.parquet"
    pq.write_table(USERS, path)
    monkeypatch.setattr(sys, "argv", ["", str(path)])
    runpy.run_path(str(EXAMPLES / "with_spark.py"), run_name="__main__")
    printed = capsys.readouterr().out.splitlines()
    assert printed[:5] == printed_counts()
    assert [line.split()[0] for line in printed[5:]] == ["DE", "FR", "US"]


def test_an_empty_frame_has_the_columns(users: Any) -> None:
    import isoflag.spark

    answers = isoflag.spark.evaluate(
        users.limit(0), FLAGS, KEYS[:1], context={"key": "id"}, columns=["value"]
    )
    assert (answers.columns, answers.count()) == (KEYS[:1], 0)


def test_spark_gives_the_counts_of_the_report_of_the_demo(spark: Any, tmp_path: Path) -> None:
    import isoflag.spark

    demo = runpy.run_path(str(EXAMPLES / "demo.py"))
    old, new = (isoflag.Flags.from_dict(document) for document in demo["documents"]())
    path = tmp_path / "users.parquet"
    demo["write_users"](path, 30_000)
    for name, flags in (("old.json", old), ("new.json", new)):
        (tmp_path / name).write_text(flags.to_json(), "utf-8")
    report = json.loads(demo["output"](demo["impact"](tmp_path, path, "--json")))
    expected = demo["counted"](report)
    answers = spark.read.parquet(str(path))
    for name, flags in (("before", old), ("after", new)):
        answers = isoflag.spark.evaluate(answers, flags, expected, columns=["variation"], keep=True)
        answers = answers.toDF(
            *(column.replace(".variation", f" {name}") for column in answers.columns)
        )
    for key, moves in expected.items():
        counts = answers.groupBy(f"`{key} before`", f"`{key} after`").count().collect()
        assert {(before, after): count for before, after, count in counts} == moves
