"""The demo of a population: its report, its picture, and the counts of each engine."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

import isoflag
import isoflag.arrow
from test_engines import EXAMPLES, TOP

DEMO = runpy.run_path(str(EXAMPLES / "demo.py"))
OLD, NEW = (isoflag.Flags.from_dict(document) for document in DEMO["documents"]())
ROWS = 30_000
Counts = dict[str, Counter[tuple[int | None, int | None]]]


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("population") / "users.parquet"
    DEMO["write_users"](path, ROWS)
    return path


@pytest.fixture(scope="module")
def report(users: Path) -> dict[str, Any]:
    folder = users.parent
    for name, flags in (("old.json", OLD), ("new.json", NEW)):
        (folder / name).write_text(flags.to_json(), "utf-8")
    found: dict[str, Any] = json.loads(DEMO["output"](DEMO["impact"](folder, users, "--json")))
    return found


def with_polars(users: Path, keys: list[str]) -> Counts:
    frame = pl.read_parquet(users)
    before, after = (
        pl.DataFrame(isoflag.arrow.evaluate(flags, frame, keys, columns=["variation"]))
        for flags in (OLD, NEW)
    )
    return {
        key: Counter(zip(before[f"{key}.variation"], after[f"{key}.variation"], strict=True))
        for key in keys
    }


def with_duckdb(users: Path, keys: list[str]) -> Counts:
    connection = duckdb.connect()
    for name, flags in (("before", OLD), ("after", NEW)):
        relation = connection.cursor().read_parquet(str(users))
        answers = isoflag.arrow.evaluate(flags, relation, keys, columns=["variation"])
        connection.register(name, answers)
    counts: Counts = {}
    for key in keys:
        column = f'"{key}.variation"'
        rows = connection.sql(
            f"SELECT before.{column}, after.{column}, count(*) "  # noqa: S608
            "FROM before POSITIONAL JOIN after GROUP BY ALL"
        ).fetchall()
        counts[key] = Counter({(before, after): count for before, after, count in rows})
    return counts


@pytest.mark.parametrize("engine", [with_polars, with_duckdb])
def test_an_engine_gives_the_counts_of_the_report(
    engine: Callable[[Path, list[str]], Counts], users: Path, report: dict[str, Any]
) -> None:
    counted = DEMO["counted"](report)
    assert len(counted) >= 4
    assert engine(users, list(counted)) == counted


def test_the_demo_writes_the_picture_of_its_report(tmp_path: Path) -> None:
    path = tmp_path / "picture.svg"
    done = subprocess.run(
        [sys.executable, EXAMPLES / "demo.py", "--rows", str(ROWS), "--picture", path],
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=300,
    )
    assert "the counts of the first 10,000 users are those of a loop in Python" in done.stdout
    assert "of 30,000 contexts" in done.stdout
    texts = [element.text or "" for element in ET.fromstring(path.read_text("utf-8")).iter()]  # noqa: S314
    assert "of 30,000 users get another value" in "".join(texts)


def test_the_picture_in_the_documentation_is_that_of_a_million_users(
    report: dict[str, Any],
) -> None:
    picture = (TOP / "docs" / "population.svg").read_text("utf-8")
    assert "of 1,000,000 users get another value" in picture
    for flag in report["flags"]:
        assert (f"{flag['key']}: " in picture) == (flag["changed"] > 0)


def test_the_same_users_are_made_each_time(users: Path, tmp_path: Path) -> None:
    again = tmp_path / "users.parquet"
    DEMO["write_users"](again, ROWS)
    assert pq.read_table(again) == pq.read_table(users)
