"""Polars, DuckDB, pandas and nanoarrow-like producers give the counts of a plain loop."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pages import Page

import isoflag
import isoflag.arrow

TOP = Path(__file__).resolve().parents[3]
EXAMPLES = TOP / "examples" / "population"
FLAGS = isoflag.Flags.from_json((TOP / "examples" / "shop" / "flags.json").read_text("utf-8"))
ROWS = 30_000
USERS = pa.table(
    {
        "id": [f"user-{n}" for n in range(ROWS)],
        "country": [("DE", "FR", "US")[n % 3] for n in range(ROWS)],
    }
)


@pytest.fixture
def users(tmp_path: Path) -> Path:
    path = tmp_path / "users.parquet"
    pq.write_table(USERS, path)
    return path


def printed_counts() -> list[str]:
    """Counts in a plain loop, as the examples print them."""
    counts: Counter[tuple[str, bool]] = Counter()
    for row in USERS.to_pylist():
        context = {"kind": "user", "key": row["id"], "country": row["country"]}
        counts[row["country"], FLAGS.bool_variation("checkout-v2", context, False)] += 1
    return [f"{country} {value} {count}" for (country, value), count in sorted(counts.items())]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_an_example_prints_the_counts_of_a_loop(engine: str, users: Path) -> None:
    # A wait inside an engine cannot be interrupted: only the end of its process ends it.
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"with_{engine}.py", users],
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=120,
    )
    assert done.stdout.splitlines() == printed_counts()
    assert len(printed_counts()) == 5


def test_frames_go_in_and_out() -> None:
    plain = pa.table(isoflag.arrow.evaluate(FLAGS, USERS, ["wishlist-v1"], context={"key": "id"}))
    expected = plain["wishlist-v1"].to_pylist()
    for data in (pl.from_arrow(USERS), pd.DataFrame(USERS.to_pydict()), USERS.to_batches()[0]):
        answers = isoflag.arrow.evaluate(FLAGS, data, ["wishlist-v1"], context={"key": "id"})
        assert pl.DataFrame(answers)["wishlist-v1"].to_list() == expected
        assert pd.DataFrame.from_arrow(answers)["wishlist-v1"].to_list() == expected


def test_the_code_of_the_readme_runs(users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(users.parent)
    names = Page(str(TOP / "bindings-python/arrow/README.md")).run({"flags": FLAGS})
    assert names["answers"].num_rows == ROWS
