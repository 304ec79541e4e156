"""Reports on tables: ``python -m isoflag.arrow impact old.json new.json users.parquet``.

It reads what pyarrow reads, and CSV and JSON Lines. It prints what ``isoflag impact --contexts``
prints.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from isoflag._core import printable

from isoflag import DocumentError, Flags

from ._core import Impact, Percentage

try:
    import pyarrow as pa
    import pyarrow.dataset as ds
except ModuleNotFoundError as missing:
    print("error: pyarrow reads the table: run `pip install pyarrow`", file=sys.stderr)  # noqa: T201
    raise SystemExit(2) from missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FORMATS = {".parquet": "parquet", ".feather": "feather", ".arrow": "ipc", ".orc": "orc"}
# Formats of contexts, which are read without pyarrow.
LINES = (".csv", ".jsonl", ".ndjson")
ROWS = 1 << 16
ERASE = "\r\x1b[K"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code: 1 if a bound is exceeded, 2 for an error."""
    try:
        return _impact(_parser().parse_args(arguments))
    except (ValueError, OSError) as error:
        _complain(f"error: {error}")
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m isoflag.arrow", allow_abbrev=False)
    impact = parser.add_subparsers(required=True).add_parser(
        "impact",
        allow_abbrev=False,
        help="show which answers change between two documents, from what to what, and for how "
        "many rows of a table",
    )
    impact.add_argument("old", metavar="OLD", help="old flag document")
    impact.add_argument("new", metavar="NEW", help="new flag document")
    impact.add_argument(
        "table",
        metavar="TABLE",
        type=Path,
        help=f"users ({', '.join([*FORMATS, *LINES])}), or a folder of Parquet files",
    )
    context = impact.add_mutually_exclusive_group()
    context.add_argument("--key", metavar="COLUMN", help="column with the key of the context")
    context.add_argument(
        "--context", metavar="COLUMN", help="column with whole contexts, as JSON or structs"
    )
    impact.add_argument(
        "--text",
        metavar="COLUMN",
        action="append",
        default=[],
        help="column of integers that is text, or CSV column that is text even if all its cells "
        "are numbers, such as versions",
    )
    impact.add_argument(
        "--by",
        metavar="ATTRIBUTE",
        action="append",
        default=[],
        help="group the rows by an attribute, such as `country`, `/address/city` or `org.plan`",
    )
    impact.add_argument(
        "--fail-over",
        metavar="SHARE",
        type=_percentage,
        help="exit with 1 if more than this share of the rows may get another value of any flag, "
        "such as `5%%`",
    )
    form = impact.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--markdown", action="store_true", help="print Markdown")
    return parser


def _percentage(text: str) -> Percentage:
    try:
        return Percentage(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _impact(arguments: argparse.Namespace) -> int:
    old, new = _document(arguments.old), _document(arguments.new)
    with _named(arguments.table):
        impact = _count(old, new, arguments)
        try:
            while (seen := impact.read()) is not None:
                _progress(f"{seen} contexts")
        finally:
            _progress("")
    # Raises if no row is valid.
    for line in impact.summary(str(arguments.table)):
        _complain(line)
    if arguments.json:
        print(printable(impact.to_json()))  # noqa: T201
    else:
        print(impact.to_markdown() if arguments.markdown else impact)  # noqa: T201
    complaints = [] if arguments.fail_over is None else impact.complaints(arguments.fail_over)
    for complaint in complaints:
        _complain(complaint)
    return 1 if complaints else 0


def _count(old: Flags, new: Flags, arguments: argparse.Namespace) -> Impact:
    table, key, context = arguments.table, arguments.key, arguments.context
    texts = arguments.text
    if table.suffix in LINES and not table.is_dir():
        if context is not None:
            raise ValueError("`--context` names a column of a table: write contexts as JSON Lines")
        key = (key or "key") if table.suffix == ".csv" else None
        return Impact.of_file(old, new, table, key, texts, arguments.by)
    if key is not None:
        context = [("key", key)]
    data = _read(table, [key or "key", *texts])
    return Impact(old, new, data, context=context, clock=None, by=arguments.by)


def _document(file: str) -> Flags:
    try:
        return Flags.from_json(Path(file).read_bytes())
    except DocumentError as error:
        raise ValueError(f"`{file}`: {error}") from error
    except OSError as error:
        raise ValueError(f"cannot read `{file}`: {error.strerror}") from error


def _read(table: Path, texts: list[str]) -> pa.RecordBatchReader:
    """Opens a table, of which a bounded number of rows is in memory."""
    format_ = "parquet" if table.is_dir() else FORMATS.get(table.suffix)
    if format_ is None:
        endings = ", ".join([*FORMATS, *LINES])
        raise ValueError(f"expected a folder, or a name that ends in {endings}")
    dataset = ds.dataset(table, format=format_, partitioning="hive" if table.is_dir() else None)
    first: pa.Schema | None = None
    # A column that some of the files lack would be null there without a word.
    for fragment in dataset.get_fragments() if table.is_dir() else []:
        schema = fragment.physical_schema
        if first is not None and schema != first:
            raise ValueError(
                f"the columns of `{fragment.path}` differ: expected {first.names} with the types "
                f"of the first file, found {schema.names}"
            )
        first = schema
    # Numbers are keys only as text.
    types = {field.name: field.type for field in dataset.schema}
    numbers = [name for name in texts if pa.types.is_integer(types.get(name, pa.null()))]
    columns = {name: ds.field(name) for name in types}
    columns |= {name: ds.field(name).cast(pa.string()) for name in numbers}
    scanner = dataset.scanner(
        columns if numbers else None,
        batch_size=ROWS,
        batch_readahead=2,
        fragment_readahead=1,
    )
    return scanner.to_reader()


@contextlib.contextmanager
def _named(table: Path) -> Iterator[None]:
    """Names the table in errors about it."""
    try:
        yield
    except FileNotFoundError:
        raise ValueError(f"cannot read `{table}`: no such file or folder") from None
    except (ValueError, OSError) as error:
        separator = "," if str(error).startswith("line ") else ":"
        raise ValueError(f"`{table}`{separator} {error}") from error


def _complain(text: str) -> None:
    print(printable(text), file=sys.stderr)  # noqa: T201


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"{ERASE}{text}", end="", file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
