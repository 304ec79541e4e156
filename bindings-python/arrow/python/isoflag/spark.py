"""Evaluates flags for Spark DataFrames, in the workers, on Arrow batches.

For example::

    answers = isoflag.spark.evaluate(users, flags, ["checkout"], context={"key": "id"}, keep=True)
    answers.groupBy("country", "checkout").count().show()

The workers need isoflag-arrow too. The document is broadcast, and loaded once in each worker.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyspark.sql import types

import isoflag
from isoflag.arrow import COLUMNS, _evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from typing import Literal

    from pyspark.sql import DataFrame

__all__ = ["evaluate"]

# The documents of this worker that were loaded last, by their digests.
_loaded: dict[str, isoflag.Flags] = {}
_DOCUMENTS = 4


def evaluate(
    df: DataFrame,
    flags: isoflag.Flags,
    keys: Iterable[str],
    *,
    context: str | Mapping[str, str | datetime | None] | None = None,
    columns: Iterable[Literal["value", "variation", "reason"]] = COLUMNS,
    keep: bool = False,
) -> DataFrame:
    """Returns a DataFrame with the answers of each row.

    The arguments and the columns of the result are those of ``isoflag.arrow.evaluate``; text is a
    plain string. An error in them is raised here, before any job starts. Spark converts each cell
    of ``df`` for Python: leave out columns that no flag reads, with ``context={"photo": None}``.
    """
    keys, columns = list(keys), list(columns)

    def answers(flags: isoflag.Flags, data: Any, threads: int | None) -> pa.RecordBatchReader:
        evaluated = _evaluate(flags, data, keys, context, columns, keep=keep, threads=threads)
        return pa.RecordBatchReader.from_stream(evaluated)

    # Starts no job.
    empty = df.limit(0).toArrow()
    # The columns of the DataFrame come first and keep their types.
    kept = df.schema.fields if keep else []
    added = list(answers(flags, empty, None).schema)[len(kept) :]
    schema = types.StructType(
        [*kept, *(types.StructField(field.name, _spark_type(field.type)) for field in added)]
    )
    digest, text = flags.digest, flags.__reduce__()[1][0]
    document = df.sparkSession.sparkContext.broadcast(text)

    handed, names = _handed(df, context, keep=keep)

    def partition(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        named = (batch.rename_columns(names) for batch in batches)
        first = next(named, None)
        if first is None:
            return
        stream = pa.RecordBatchReader.from_batches(first.schema, itertools.chain([first], named))
        # Spark runs a worker for each core.
        for batch in answers(_load(digest, document), stream, 1):
            yield _plain(batch)

    return handed.mapInArrow(partition, schema)


def _handed(
    df: DataFrame, context: str | Mapping[str, str | datetime | None] | None, *, keep: bool
) -> tuple[DataFrame, list[str]]:
    """Returns the columns for the workers and their names: ``context`` leaves out the others.

    The columns are numbered: to Spark, a dot in a name is a struct, and case does not matter.
    """
    members = {} if isinstance(context, str) or context is None else context
    read = {context} if isinstance(context, str) else set(members.values())
    left_out = {name for name, column in members.items() if column is None} - read
    numbers = [
        number
        for number, name in enumerate(df.columns)
        if keep or (name in read if isinstance(context, str) else name not in left_out)
    ]
    numbered = df.toDF(*(f"c{number}" for number in range(len(df.columns))))
    names = [df.columns[number] for number in numbers]
    return numbered.select(*(f"c{number}" for number in numbers)), names


def _load(digest: str, document: Any) -> isoflag.Flags:
    """Returns the document, which a worker loads once for all partitions."""
    flags = _loaded.get(digest)
    if flags is None:
        flags = isoflag.Flags.from_json(document.value)
        while len(_loaded) >= _DOCUMENTS:
            del _loaded[next(iter(_loaded))]
        _loaded[digest] = flags
    return flags


def _spark_type(type_: pa.DataType) -> types.DataType:
    if pa.types.is_boolean(type_):
        return types.BooleanType()
    if pa.types.is_int64(type_):
        return types.LongType()
    if pa.types.is_int32(type_):
        return types.IntegerType()
    if pa.types.is_float64(type_):
        return types.DoubleType()
    return types.StringType()


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Decodes dictionaries, which Spark does not read."""
    columns = [
        column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
