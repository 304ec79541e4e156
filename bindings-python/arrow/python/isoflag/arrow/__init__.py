"""Evaluates flags for whole populations: Arrow columns in, Arrow columns out.

For example, with pyarrow::

    users = pyarrow.parquet.read_table("users.parquet")
    answers = pyarrow.table(isoflag.arrow.evaluate(flags, users, ["checkout", "dark-mode"]))

``data`` may be of any library with the Arrow PyCapsule interface: pyarrow, polars, pandas, DuckDB,
nanoarrow. No Python object is created for a row, and the GIL is not held.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import isoflag

from ._core import SPEC_VERSION, Answers, __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Answers", "evaluate"]

COLUMNS: tuple[Literal["value", "variation", "reason"], ...] = ("value", "variation", "reason")

if SPEC_VERSION != isoflag.SPEC_VERSION:
    _message = (
        f"isoflag-arrow {__version__} has SPEC_VERSION {SPEC_VERSION}, isoflag "
        f"{isoflag.__version__} has {isoflag.SPEC_VERSION}: install the same version of both"
    )
    raise ImportError(_message)


def evaluate(
    flags: isoflag.Flags,
    data: Any,
    keys: Iterable[str],
    *,
    context: str | Mapping[str, str | datetime | None] | None = None,
    columns: Iterable[Literal["value", "variation", "reason"]] = COLUMNS,
    keep: bool = False,
) -> Answers:
    """Returns the answers of each row of an Arrow table, batch or stream, itself an Arrow stream.

    The result has the columns ``<key>``, ``<key>.variation`` and ``<key>.reason`` of each flag,
    after the columns of ``data`` if ``keep`` is true. It is evaluated again each time a consumer
    reads it.

    ``context`` says how a row becomes a context:

    - By default each column is the attribute of its name, and ``key`` and ``kind`` are the
      context's. Columns such as ``org.key`` and ``org.plan`` make contexts of several kinds.
    - A dict names the columns of some members, such as ``{"key": "id"}``; None leaves a member out.
      Its member ``clock`` adds the kind ``clock``: a column of timestamps, or a ``datetime``.
    - A str is the column that holds whole contexts: JSON text or structs.
    """
    return _evaluate(flags, data, keys, context, columns, keep=keep, threads=None)


def _evaluate(
    flags: isoflag.Flags,
    data: Any,
    keys: Iterable[str],
    context: str | Mapping[str, str | datetime | None] | None,
    columns: Iterable[Literal["value", "variation", "reason"]],
    *,
    keep: bool,
    threads: int | None,
) -> Answers:
    if not isinstance(flags, isoflag.Flags):
        raise TypeError(f"`flags` is a {type(flags).__name__}: expected isoflag.Flags")
    for name, names in (("keys", keys), ("columns", columns)):
        if isinstance(names, str):
            raise TypeError(f"`{name}` is a str: pass a list of str")
    members, clock = _members(context)
    return Answers(
        flags,
        _checked(data),
        list(keys),
        context=members,
        clock=clock,
        columns=list(columns),
        keep=keep,
        threads=threads,
    )


def _checked(data: Any) -> Any:
    """Wraps a reader of pyarrow, which does not compare the schema of each batch with its own."""
    pyarrow = sys.modules.get("pyarrow")
    if pyarrow is None or not isinstance(data, pyarrow.RecordBatchReader):
        return data

    def batches() -> Iterator[Any]:
        for index, batch in enumerate(data):
            schema = batch.schema
            if (schema.names, schema.types) != (data.schema.names, data.schema.types):
                raise ValueError(
                    f"the columns changed in batch {index}: expected {data.schema.names} with the "
                    f"types of the first batch, found {schema.names}"
                )
            yield batch

    return pyarrow.RecordBatchReader.from_batches(data.schema, batches())


def _members(
    context: str | Mapping[str, str | datetime | None] | None,
) -> tuple[str | list[tuple[str, str | None]] | None, str | tuple[float, int] | None]:
    """Splits the argument ``context`` into members and the clock."""
    if context is None or isinstance(context, str):
        return context, None
    members: list[tuple[str, str | None]] = []
    clock: str | tuple[float, int] | None = None
    for name, column in context.items():
        if name == "clock" and isinstance(column, datetime):
            offset = column.utcoffset()
            if offset is None:
                raise ValueError("the clock needs a time zone: set its `tzinfo`")
            clock = (column.timestamp() * 1000, round(offset.total_seconds() / 60))
        elif isinstance(column, datetime):
            raise TypeError(f"`context` maps {name!r} to a datetime: expected a column")
        elif name == "clock":
            clock = column
        else:
            members.append((name, column))
    return members, clock
