"""Limits of a row's context, and bounded time and memory for hostile tables."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pyarrow as pa
import pytest

import isoflag
import isoflag.arrow
from row_by_row import answered, expected, present

CONTAINERS = 1 << 17
BYTES = 1 << 20
SECONDS = 240
"""A hard limit for work that takes a second if it is linear, and hours otherwise."""


def serving(attribute: str, kind: str = "user") -> isoflag.Flags:
    """A flag that serves true if the attribute is "pro"."""
    clause = {"contextKind": kind, "attribute": attribute, "op": "in", "values": ["pro"]}
    flag = {
        "on": True,
        "variations": [False, True],
        "fallthrough": {"variation": 0},
        "rules": [{"clauses": [clause], "variation": 1}],
    }
    return isoflag.Flags.from_dict({"flags": {"f": flag}})


PRO = serving("plan")


def multi(row: dict[str, Any]) -> dict[str, Any]:
    """The context of a row with the columns of a user, and of an org."""
    row = present(row)
    org = {name.removeprefix("org."): row.pop(name) for name in [*row] if name.startswith("org.")}
    return {"kind": "multi", "user": row, "org": org} if org else {"kind": "user", **row}


@pytest.mark.parametrize("name", ["tags", "plan", "org.tags"])
def test_the_arrays_and_objects_of_a_row_have_a_limit(name: str) -> None:
    rows = [
        # The context, in it two or three objects, and the list.
        {"key": "a", "plan": "pro", "org.key": "o", name: [[]] * (CONTAINERS - spared)}
        for spared in (5, 4, 3, 2)
    ]
    types = dict.fromkeys(rows[0], pa.string()) | {name: pa.list_(pa.list_(pa.int8()))}
    schema = pa.schema(list(types.items()))
    table = pa.Table.from_pylist(rows, schema)
    answers = answered(PRO, "f", table)
    assert answers == expected(PRO, "f", [multi(row) for row in table.to_pylist()])
    assert [variation is None for _, variation, _ in answers] == [False, False, True, True]


def test_the_bytes_of_all_kinds_have_one_limit() -> None:
    half = BYTES // 2
    table = pa.table(
        {
            "key": ["a"] * 3,
            "plan": ["pro"] * 3,
            "text": ["x" * length for length in (half, half, half)],
            "org.key": ["o"] * 3,
            "org.text": ["x" * length for length in (half - 1000, half - 97, half)],
        }
    )
    contexts = [multi(row) for row in table.to_pylist()]
    rows = answered(PRO, "f", table)
    assert rows == expected(PRO, "f", contexts)
    assert [value for value, _, _ in rows] == [True, True, None]


def test_the_limits_hold_for_whole_contexts() -> None:
    texts = ["x" * length for length in (100, BYTES - 100, BYTES)]
    contexts = [{"kind": "user", "key": "a", "plan": "pro", "text": text} for text in texts]
    table = pa.table({"c": pa.array(contexts)})
    assert answered(PRO, "f", table, context="c") == expected(PRO, "f", contexts)


def test_an_attribute_that_nests_too_deep_is_absent() -> None:
    def nested(levels: int) -> tuple[pa.DataType, Any]:
        type_: pa.DataType = pa.string()
        value: Any = "pro"
        for _ in range(levels):
            type_, value = pa.struct([("a", type_)]), {"a": value}
        return type_, value

    for levels in (124, 125, 126, 127, 128):
        flags = serving("/x" + "/a" * levels)
        type_, value = nested(levels)
        columns = {"key": pa.array(["a"]), "x": pa.array([value], type_)}
        for org in (False, True):
            table = pa.table(columns | ({"org.key": pa.array(["o"])} if org else {}))
            context = multi({"key": "a", "x": value} | ({"org.key": "o"} if org else {}))
            assert answered(flags, "f", table) == expected(flags, "f", [context])


@pytest.mark.parametrize("plan", ["pro", 7])
def test_keys_kinds_and_names_that_are_not_utf_8_make_a_row_invalid(plan: Any) -> None:
    broken = pa.array([b"pro\xff", b"pro", None]).cast(pa.string(), safe=False)
    whole = pa.array(["a", "b", "c"])
    reads = [plan] * 3

    def served(**columns: Any) -> list[Any]:
        table = pa.table({name.replace("_", "."): column for name, column in columns.items()})
        return [value for value, _, _ in answered(PRO, "f", table)]

    is_pro = plan == "pro"
    assert served(key=whole, plan=reads, org_key=broken) == [None, is_pro, is_pro]
    assert served(key=whole, plan=reads, kind=broken) == [None, False, is_pro]
    # No flag reads the name.
    assert served(key=whole, plan=reads, name=broken) == [None, is_pro, is_pro]
    dictionary = pa.DictionaryArray.from_arrays([0, 1, None], broken)
    assert served(key=whole, plan=reads, org_key=dictionary) == [None, is_pro, is_pro]


def test_a_prefix_is_the_kind_whatever_its_column_kind_holds() -> None:
    flags = serving("plan", "org")
    table = pa.table({"org.key": ["o"], "org.kind": ["device"], "org.plan": ["pro"]})
    # One clock makes each row a context of its own.
    for context in ({}, {"clock": "at"}):
        at = pa.array([0], pa.timestamp("s", "UTC"))
        assert answered(flags, "f", table.append_column("at", at), context=context)[0][0] is True


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", HEAD + program],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


HEAD = """
import json, resource
import pyarrow as pa
import isoflag, isoflag.arrow

def serving(*attributes):
    rules = [
        {"variation": 1, "clauses": [{"attribute": each, "op": "in", "values": ["pro"]}]}
        for each in attributes
    ]
    flag = {"on": True, "variations": [False, True], "fallthrough": {"variation": 0}}
    return isoflag.Flags.from_dict({"flags": {"f": {**flag, "rules": rules}}})

def served(flags, data, **arguments):
    return pa.table(isoflag.arrow.evaluate(flags, data, ["f"], **arguments))["f"].to_pylist()
"""


def test_rows_that_share_a_long_list_are_not_read() -> None:
    run("""
rows = 20_000
elements = pa.array(range(4_000_000), pa.int32())
shared = pa.ListViewArray.from_arrays([0] * rows, [len(elements)] * rows, elements)
table = pa.table({"key": ["a"] * rows, "plan": ["pro"] * rows, "list": shared})
assert served(serving("plan"), table) == [None] * rows
assert served(serving("plan", "list"), table) == [None] * rows
""")


def test_lengths_whose_product_exceeds_an_integer_are_too_large() -> None:
    run("""
inner = pa.Array.from_buffers(pa.null(), 1 << 60, [None])
for length in (1 << 60, (1 << 60) - 1):
    for rows in (15, 16):
        views = pa.LargeListViewArray.from_arrays(
            pa.array([0] * rows, pa.int64()), pa.array([length] * rows, pa.int64()), inner
        )
        lists = pa.ListViewArray.from_arrays([0], [rows], views)
        table = pa.table({"key": ["a"], "plan": ["pro"], "list": lists})
        assert served(serving("plan", "list"), table) == [None]
""")


def test_a_table_of_many_columns_takes_linear_time() -> None:
    run("""
count = 150_000
columns = {"key": ["a"], "plan": ["pro"]}
columns |= {f"kind{n}.key": [None] for n in range(count)}
columns |= {f"attribute{n}": [None] for n in range(count)}
table = pa.table({
    name: pa.array(cells, pa.string() if name.endswith("key") else None)
    for name, cells in columns.items()
})
assert served(serving("plan"), table) == [True]
renamed = {f"attribute{n}": f"attribute{n + 1}" for n in range(count - 1)}
assert served(serving("plan"), table, context={**renamed, "key": "key"}) == [True]
""")


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of the process from /proc")
def test_long_texts_are_not_kept() -> None:
    unread, read = run("""
import os
import pyarrow.compute as pc

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def batch(numbers, length):
    texts = pc.utf8_rpad(pa.array(map(str, numbers)), length, "x")
    return pa.record_batch({"key": ["a"] * len(texts), **dict.fromkeys("abc", texts)})

def resident_after_long_texts(*attributes):
    found = []

    def batches():
        yield batch(range(2500), 40_000)
        # The long texts are evaluated, and released, before the last batch.
        yield batch([0] * 70_000, 1)
        yield batch([0] * 70_000, 1)
        found.append(resident())

    schema = pa.schema([(name, pa.string()) for name in ("key", *"abc")])
    stream = pa.RecordBatchReader.from_batches(schema, batches())
    for _ in pa.RecordBatchReader.from_stream(isoflag.arrow._evaluate(
        serving(*attributes), stream, ["f"], None, ["value"], keep=False, threads=1
    )):
        pass
    return found[0]

print(resident_after_long_texts("d"), resident_after_long_texts("a", "b", "c"))
""").split()
    # The kept texts of the three attributes would have 60 MB.
    assert int(read) - int(unread) < 25_000_000


def test_a_source_that_is_released_may_call_its_answers() -> None:
    run("""
table = pa.table({"key": ["a"], "plan": ["pro"]})

class Batches:
    def __iter__(self):
        return iter(table.to_batches())

    def __del__(self):
        answers.__arrow_c_stream__()
        released.append(self)

class Data:
    def __arrow_c_stream__(self, requested_schema=None):
        batches = Batches() if len(released) == 0 else table.to_batches()
        reader = pa.RecordBatchReader.from_batches(table.schema, Wrapped(batches))
        return reader.__arrow_c_stream__(requested_schema)

class Wrapped:
    def __init__(self, batches):
        self.batches = batches
        self.each = iter(batches)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.each)

released = []
answers = isoflag.arrow.evaluate(serving("plan"), Data(), ["f"])
first, second = answers.__arrow_c_stream__(), answers.__arrow_c_stream__()
# Both give back a source that nobody has read; the answers keep one.
del first
del second
import gc; gc.collect()
assert released
assert pa.table(answers)["f"].to_pylist() == [True]
""")
