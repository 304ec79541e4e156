"""Who gets another answer if Norway joins the segment `europe` of the shop? demo.py [--picture FILE]

It makes a million users, prints the impact of the edit, and compares a part of its numbers with a plain loop.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from html import escape
from pathlib import Path
from typing import Any

import isoflag
import pyarrow as pa
import pyarrow.parquet as pq

SHOP = Path(__file__).parents[1] / "shop" / "flags.json"
ROWS, STEP, COMPARED = 1_000_000, 100_000, 10_000
COUNTRIES = {"DE": 30, "US": 20, "FR": 15, "NO": 12, "NL": 10, "PL": 8, "GB": 5}


def documents() -> tuple[dict[str, Any], dict[str, Any]]:
    """The shop's document before and after the edit."""
    before, after = json.loads(SHOP.read_text("utf-8")), json.loads(SHOP.read_text("utf-8"))
    after["segments"]["europe"]["rules"][0]["clauses"][0]["values"].append("NO")
    return before, after


def write_users(path: Path, rows: int) -> None:
    """Writes users, the same ones each time."""
    draw = random.Random(2026)
    schema = pa.schema(
        [
            ("key", pa.string()),
            ("country", pa.dictionary(pa.int8(), pa.string())),
            ("email", pa.string()),
            ("orders", pa.int32()),
        ]
    )
    names = pa.array(COUNTRIES)
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, rows, STEP):
            numbers = range(start, min(start + STEP, rows))
            count = len(numbers)
            countries = draw.choices(range(len(COUNTRIES)), [*COUNTRIES.values()], k=count)
            hosts = draw.choices(["mail.example", "harbour-roast.example"], [199, 1], k=count)
            columns = [
                pa.array([f"user-{n}" for n in numbers]),
                pa.DictionaryArray.from_arrays(pa.array(countries, pa.int8()), names),
                pa.array([f"user-{n}@{host}" for n, host in zip(numbers, hosts, strict=True)]),
                pa.array(draw.choices(range(40), range(40, 0, -1), k=count), pa.int32()),
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def impact(folder: Path, users: Path, *form: str) -> subprocess.Popen[str]:
    """Starts the command whose output the demo shows."""
    command = [sys.executable, "-m", "isoflag.arrow", "impact", "old.json", "new.json", str(users), *form]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, encoding="utf-8")


def output(process: subprocess.Popen[str]) -> str:
    text, _ = process.communicate()
    if process.returncode != 0:
        sys.exit(process.returncode)
    return text


def loop(old: isoflag.Flags, new: isoflag.Flags, users: Path) -> dict[str, Counter[Any]]:
    """Counts the answers before and after, one user after the other."""
    counts: dict[str, Counter[Any]] = {key: Counter() for key in new.keys()}  # noqa: SIM118
    for row in pq.read_table(users).to_pylist():
        context = {"kind": "user", **row}
        for key, count in counts.items():
            before, after = (flags.variation_detail(key, context, None) for flags in (old, new))
            count[before.variation_index, after.variation_index] += 1
    return counts


def counted(report: dict[str, Any]) -> dict[str, Counter[Any]]:
    """The answers before and after of each flag in a report."""
    return {
        flag["key"]: Counter(
            {(move["from"]["variation"], move["to"]["variation"]): move["count"] for move in flag["moves"]}
        )
        for flag in report["flags"]
    }


def picture(report: dict[str, Any]) -> str:
    """Draws the users who get another value, flag by flag."""
    moves = [
        (flag["key"], f"{json.dumps(move['from']['value'])} → {json.dumps(move['to']['value'])}", move["count"])
        for flag in report["flags"]
        for move in flag["moves"]
        if move["changed"]
    ]
    largest = max(count for _, _, count in moves)
    height = 74 + 44 * len(moves)
    title = f"Norway joins the segment europe: {report['changed']:,} of {report['contexts']:,} users get another value"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" width="760" height="{height}" '
        f'role="img" aria-label="{escape(title)}" font-family="sans-serif">',
        f'<rect width="760" height="{height}" rx="6" fill="#ffffff"/>',
        f'<text x="16" y="28" fill="#24292f" font-size="15">{escape(title)}</text>',
    ]
    for index, (key, move, count) in enumerate(moves):
        y, width = 52 + 44 * index, 520 * count / largest
        share = f"{count:,} ({count / report['contexts']:.1%})"
        lines += [
            f'<text x="16" y="{y + 10}" fill="#24292f" font-size="12">{escape(f"{key}: {move}")}</text>',
            f'<rect x="16" y="{y + 16}" width="{width:.1f}" height="14" fill="#b7410e"/>',
            f'<text x="{22 + width:.1f}" y="{y + 27}" fill="#24292f" font-size="12">{share}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--rows", type=int, default=ROWS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        users, few = folder / "users.parquet", folder / "few.parquet"
        for name, document in zip(("old.json", "new.json"), documents(), strict=True):
            (folder / name).write_text(json.dumps(document), "utf-8")
        write_users(users, arguments.rows)
        first = next(pq.ParquetFile(users).iter_batches(COMPARED))
        pq.write_table(pa.Table.from_batches([first]), few)

        print(f"{arguments.rows:,} users; the segment `europe` gets one more country, NO\n")
        start = time.perf_counter()
        shown, report = impact(folder, users, "--by", "country"), impact(folder, users, "--json")
        print(output(shown))
        numbers = json.loads(output(report))
        print(f"in {time.perf_counter() - start:.1f} s")

        old, new = (isoflag.Flags.from_dict(document) for document in documents())
        expected = loop(old, new, few)
        found = counted(json.loads(output(impact(folder, few, "--json"))))
        for key, count in expected.items():
            unchanged = all(before == after for before, after in count)
            assert found[key] == count if key in found else unchanged, f"the counts of `{key}` differ"
        print(f"the counts of the first {first.num_rows:,} users are those of a loop in Python")
    if arguments.picture:
        arguments.picture.write_text(picture(numbers), "utf-8")


if __name__ == "__main__":
    main()
