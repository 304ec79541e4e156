"""Bad input is a named error before any row, or an invalid row: never a wrong row."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import isoflag
import isoflag.arrow
from row_by_row import answered

RULE = {
    "clauses": [{"attribute": "plan", "op": "in", "values": ["pro"]}],
    "variation": 1,
}
FLAG = {"on": True, "variations": [False, True], "fallthrough": {"variation": 0}, "rules": [RULE]}
FLAGS = isoflag.Flags.from_dict({"flags": {"f": FLAG, "plan": FLAG}})
NAMED = isoflag.Flags.from_dict(
    {
        "flags": {
            "f": {
                **FLAG,
                "rules": [
                    {
                        "clauses": [{"attribute": "name", "op": "in", "values": ["pro"]}],
                        "variation": 1,
                    }
                ],
            }
        }
    }
)
TABLE = pa.table({"key": ["a", "b"], "plan": ["pro", "free"]})


@pytest.mark.parametrize(
    ("table", "arguments", "message"),
    [
        (
            {"plan": ["pro"]},
            {},
            'there is no column `key`; pass context={"key": …} with one of `plan`',
        ),
        ({"key": ["a"]}, {"context": {"key": "id"}}, "there is no column `id`; there are `key`"),
        ({"key": ["a"]}, {"context": "c"}, "there is no column `c`"),
        ({"key": ["a"]}, {"context": {"clock": "at"}}, "there is no column `at`"),
        ({"key": [1]}, {}, "column `key` is Int64: the `key` of a context is text; cast it"),
        ({"key": ["a"], "kind": [1]}, {}, "column `kind` is Int64"),
        ({"key": ["a"], "name": [1]}, {}, "column `name` is Int64"),
        ({"key": ["a"], "anonymous": ["x"]}, {}, "column `anonymous` is Utf8"),
        ({"key": ["a"], "_meta": ["x"]}, {}, "column `_meta` is Utf8"),
        ({"key": ["a"], "plan": [b"pro"]}, {}, "column `plan` is read by a flag as `plan`"),
        (
            {"key": ["a"], "plan": [dt.datetime(2026, 1, 1)]},
            {},
            "a timestamp needs a time zone",
        ),
        ({"key": ["a"], "plan": [[{"x": b"y"}]]}, {}, "it contains Binary"),
        ({"key": ["a"], "user.key": ["a"]}, {}, "both `key` and `user.key`"),
        ({"key": ["a"], "at": ["x"]}, {"context": {"clock": "at"}}, "a clock is a timestamp"),
        ({"c": [1]}, {"context": "c"}, "whole contexts are JSON text or structs"),
        ({"key": ["a"]}, {"keys": ["nope"]}, "there is no flag `nope`"),
        ({"key": ["a"]}, {"keys": ["f", "f"]}, "two columns `f`: list each key and column once"),
        ({"key": ["a"]}, {"keys": []}, "`keys` or `columns` is empty"),
        ({"key": ["a"]}, {"columns": []}, "`keys` or `columns` is empty"),
        ({"key": ["a"]}, {"columns": ["valeu"]}, "invalid column `valeu`"),
        ({"key": ["a"], "plan": ["x"]}, {"keys": ["plan"], "keep": True}, "two columns `plan`"),
    ],
)
def test_an_error_names_the_column(table: Any, arguments: dict[str, Any], message: str) -> None:
    keys = arguments.pop("keys", ["f"])
    with pytest.raises(ValueError) as raised:  # noqa: PT011
        isoflag.arrow.evaluate(FLAGS, pa.table(table), keys, **arguments)
    assert message in str(raised.value)


ONE = pa.array(["x"])
UNMAPPABLE = {
    "Binary": pa.array([b"x"]),
    "LargeBinary": pa.array([b"x"], pa.large_binary()),
    "BinaryView": pa.array([b"x"], pa.binary_view()),
    "FixedSizeBinary(1)": pa.array([b"x"], pa.binary(1)),
    "Time32(s)": pa.array([1], pa.time32("s")),
    "Time64(µs)": pa.array([1], pa.time64("us")),
    "Duration(ms)": pa.array([1], pa.duration("ms")),
    "Interval(MonthDayNano)": pa.array([pa.MonthDayNano([1, 2, 3])]),
    "Timestamp(ns): a timestamp needs a time zone": pa.array([1], pa.timestamp("ns")),
    "RunEndEncoded": pa.RunEndEncodedArray.from_arrays([1], ONE),
    "Union(Sparse": pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [ONE]),
    "Union(Dense": pa.UnionArray.from_dense(
        pa.array([0], pa.int8()), pa.array([0], pa.int32()), [ONE]
    ),
    "the keys of a map are text": pa.array([[(1, "x")]], pa.map_(pa.int32(), pa.string())),
    "two members `a`": pa.StructArray.from_arrays([ONE, ONE], ["a", "a"]),
    # The storage of these is not their value.
    "the extension type `arrow.bool8`": pa.ExtensionArray.from_storage(
        pa.bool8(), pa.array([1], pa.int8())
    ),
    "the extension type `arrow.uuid`": pa.ExtensionArray.from_storage(
        pa.uuid(), pa.array([b"0" * 16], pa.binary(16))
    ),
    "the extension type `arrow.fixed_shape_tensor`": pa.ExtensionArray.from_storage(
        pa.fixed_shape_tensor(pa.int32(), [1]), pa.array([[1]], pa.list_(pa.int32(), 1))
    ),
}


@pytest.mark.parametrize(("part", "array"), UNMAPPABLE.items(), ids=UNMAPPABLE)
def test_a_column_that_cannot_be_an_attribute_is_an_error_only_if_it_is_read(
    part: str, array: pa.Array
) -> None:
    column = [array]
    if not isinstance(array, pa.UnionArray | pa.RunEndEncodedArray | pa.ExtensionArray):
        offsets = pa.array([0, 1], pa.int32())
        column += [
            pa.ListArray.from_arrays(offsets, array),
            pa.StructArray.from_arrays([array], ["a"]),
        ]
    for each in column:
        table = pa.Table.from_arrays([pa.array(["u"]), each], ["key", "plan"])
        with pytest.raises(ValueError, match="is read by a flag as `plan`") as raised:
            isoflag.arrow.evaluate(FLAGS, table, ["f"])
        assert part in str(raised.value)
        unread = answered(FLAGS, "f", table.rename_columns(["key", "other"]))
        left_out = answered(FLAGS, "f", table, context={"plan": None})
        assert unread == left_out == [(False, 0, {"kind": "FALLTHROUGH"})]
        with pytest.raises(ValueError, match="the `key` of a context is text"):
            isoflag.arrow.evaluate(FLAGS, table, ["f"], context={"key": "plan"})


def test_a_table_without_columns_has_no_key() -> None:
    empty = pa.table({"x": [1, 2]}).select([])
    for data in (empty, empty.to_batches()[0]):
        with pytest.raises(ValueError, match="there is no column `key`; the table has no columns"):
            isoflag.arrow.evaluate(FLAGS, data, ["f"])


def test_two_columns_of_one_name_are_an_error_if_they_are_read() -> None:
    twice = pa.Table.from_arrays([pa.array(["a"])] * 3, ["key", "plan", "plan"])
    with pytest.raises(ValueError, match="there are two columns `plan`: rename one"):
        isoflag.arrow.evaluate(FLAGS, twice, ["f"])
    unread = pa.Table.from_arrays([pa.array(["a"])] * 3, ["key", "x", "x"])
    assert answered(FLAGS, "f", unread)[0][0] is False


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"data": 3}, "`data` is a int: expected an Arrow table, batch or stream"),
        ({"data": pa.array([1])}, "pass a table"),
        ({"data": pa.array([{"key": "a"}, None])}, "pass a table"),
        ({"keys": "f"}, "`keys` is a str"),
        ({"columns": "value"}, "`columns` is a str"),
        ({"flags": {"flags": {}}}, "`flags` is a dict: expected isoflag.Flags"),
        ({"context": {"plan": dt.datetime.now(dt.timezone.utc)}}, "expected a column"),
    ],
)
def test_an_argument_of_another_type(arguments: dict[str, Any], message: str) -> None:
    arguments = {"flags": FLAGS, "data": TABLE, "keys": ["f"], **arguments}
    with pytest.raises(TypeError) as raised:
        isoflag.arrow.evaluate(**arguments)
    assert message in str(raised.value)


def test_a_clock_without_a_time_zone() -> None:
    clock = dt.datetime(2026, 1, 1)
    with pytest.raises(ValueError, match="set its `tzinfo`"):
        isoflag.arrow.evaluate(FLAGS, TABLE, ["f"], context={"clock": clock})


def test_columns_that_no_flag_reads_may_be_of_any_type() -> None:
    table = TABLE.append_column("photo", pa.array([b"x", b"y"])).append_column(
        "at", pa.array([0, 1], pa.timestamp("s"))
    )
    assert [value for value, _, _ in answered(FLAGS, "f", table)] == [True, False]


def test_rows_with_invalid_contexts_are_counted_and_the_others_answered() -> None:
    table = pa.table({"key": ["a", None, "", "d"], "plan": ["pro"] * 4})
    rows = answered(FLAGS, "f", table)
    assert [value for value, _, _ in rows] == [True, None, None, True]
    error = {"kind": "ERROR", "errorKind": "USER_NOT_SPECIFIED"}
    assert [reason for _, _, reason in rows[1:3]] == [error, error]


def test_all_keys_are_null() -> None:
    for type_ in (pa.null(), pa.string()):
        table = pa.table({"key": pa.array([None, None], type_)})
        assert [value for value, _, _ in answered(FLAGS, "f", table)] == [None, None]


def test_text_that_is_not_utf_8_is_absent_and_an_invalid_name_or_key() -> None:
    broken = pa.array([b"pro\xff", b"pro"]).cast(pa.string(), safe=False)
    table = pa.table({"key": ["a", "b"], "plan": broken})
    assert [value for value, _, _ in answered(FLAGS, "f", table)] == [False, True]
    names = pa.chunked_array([pa.array(["pro"]), broken]).combine_chunks()
    table = pa.table({"key": ["a", "b", "c"], "name": names})
    assert [value for value, _, _ in answered(NAMED, "f", table)] == [True, None, True]
    table = pa.table({"key": broken, "plan": ["pro", "pro"]})
    assert [value for value, _, _ in answered(FLAGS, "f", table)] == [None, True]


def test_an_empty_table_and_a_stream_without_batches() -> None:
    empty = TABLE.schema.empty_table()
    for data in (empty, pa.RecordBatchReader.from_batches(TABLE.schema, [])):
        answers = pa.table(isoflag.arrow.evaluate(FLAGS, data, ["f"], keep=True))
        assert (answers.num_rows, answers.column_names[:2]) == (0, ["key", "plan"])


@pytest.mark.parametrize("other", [{"key": ["c"]}, {"key": ["c"], "plan": [1]}])
def test_a_batch_whose_schema_differs_ends_the_stream(other: dict[str, list[Any]]) -> None:
    def batches() -> Any:
        yield from TABLE.to_batches()
        yield pa.record_batch(other)

    stream = pa.RecordBatchReader.from_batches(TABLE.schema, batches())
    answers = pa.RecordBatchReader.from_stream(isoflag.arrow.evaluate(FLAGS, stream, ["f"]))
    with pytest.raises(pa.ArrowInvalid, match="the columns changed in batch 1"):
        answers.read_all()


def test_a_batch_may_declare_that_it_has_no_nulls() -> None:
    fields = [pa.field("key", pa.string(), nullable=False), pa.field("plan", pa.string())]
    batches = [*TABLE.to_batches(), *TABLE.cast(pa.schema(fields)).to_batches()]
    stream = pa.RecordBatchReader.from_batches(TABLE.schema, iter(batches))
    assert [value for value, _, _ in answered(FLAGS, "f", stream)] == [True, False] * 2


def test_an_error_of_the_source_is_passed_on() -> None:
    def batches() -> Any:
        yield from TABLE.to_batches()
        raise RuntimeError("the disk is gone")

    stream = pa.RecordBatchReader.from_batches(TABLE.schema, batches())
    answers = pa.RecordBatchReader.from_stream(isoflag.arrow.evaluate(FLAGS, stream, ["f"]))
    with pytest.raises(Exception, match="the disk is gone"):
        answers.read_all()


def test_a_truncated_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "users.parquet"
    pq.write_table(pa.table({"key": [str(n) for n in range(100_000)]}), path, row_group_size=10_000)
    data = path.read_bytes()
    # The footer is whole, and a row group in the middle is not.
    path.write_bytes(data[: len(data) // 2] + bytes(1000) + data[len(data) // 2 + 1000 :])
    file = pq.ParquetFile(path)
    stream = pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches())
    answers = pa.RecordBatchReader.from_stream(isoflag.arrow.evaluate(FLAGS, stream, ["f"]))
    with pytest.raises((pa.ArrowException, OSError)):
        answers.read_all()


def test_a_stream_is_read_once_and_a_table_again() -> None:
    stream = pa.RecordBatchReader.from_batches(TABLE.schema, TABLE.to_batches())
    answers = isoflag.arrow.evaluate(FLAGS, stream, ["f"])
    # A consumer may look at the schema first.
    assert pa.RecordBatchReader.from_stream(answers).schema.names[0] == "f"
    assert pa.table(answers).num_rows == 2
    with pytest.raises(ValueError, match="the stream was read already"):
        pa.table(answers)
    answers = isoflag.arrow.evaluate(FLAGS, TABLE, ["f"])
    assert pa.table(answers) == pa.table(answers)


def test_another_specification_version_is_refused() -> None:
    program = "import isoflag; isoflag.SPEC_VERSION = 999; import isoflag.arrow"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False
    )
    assert "ImportError: isoflag-arrow" in done.stderr
    assert "isoflag 0.1.0 has 999: install the same version of both" in done.stderr
