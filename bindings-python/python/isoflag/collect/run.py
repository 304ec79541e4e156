"""Collects documents in parallel, writes them and reports each of them."""

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import uuid4

from isoflag._core import printable

from .accounts import Account, AccountsError, read_accounts
from .origin import fetch_document

__all__ = ["Collected", "Report", "collect", "main"]

_WORKERS: Final = 16


class Collected(NamedTuple):
    """The result for one document."""

    name: str
    """The name of its environment or account."""

    file: str
    """The file to which it is written; after a failure, it has an earlier document, if any."""

    flags: int | None = None
    """The number of its flags; None after a failure."""

    version: int | None = None
    """``meta.version``."""

    digest: str | None = None
    """Its digest."""

    error: str | None = None
    """Why it could not be collected: one line."""

    def __str__(self) -> str:
        if self.error is not None:
            return f"{self.name}: error: {self.error}"
        plural = "" if self.flags == 1 else "s"
        return f"{self.name}: {self.flags} flag{plural}, version {self.version}, {self.digest}"


class Report(NamedTuple):
    """The results for all documents, in the order of the accounts."""

    documents: tuple[Collected, ...]
    """The result for each document."""

    @property
    def failed(self) -> list[str]:
        """The names of the documents that could not be collected."""
        return [each.name for each in self.documents if each.error is not None]

    def to_dict(self) -> dict[str, Any]:
        """Returns ``{documents, collected, failed}``."""
        failed = self.failed
        return {
            "documents": [each._asdict() for each in self.documents],
            "collected": len(self.documents) - len(failed),
            "failed": failed,
        }


def collect(accounts: Sequence[Account], out: Path) -> Report:
    """Collects the documents at the same time into a folder, with a ``report.json``.

    Each becomes ``<name>.json``. A file is replaced as a whole, and only by a document that was
    fetched and loads. Raises ``OSError`` if the folder cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(min(_WORKERS, max(len(accounts), 1))) as pool:
        documents = tuple(pool.map(lambda account: _collected(account, out), accounts))
    report = Report(documents)
    text = json.dumps(report.to_dict(), indent=2, ensure_ascii=True)
    _replace(out / "report.json", (text + "\n").encode())
    return report


def _collected(account: Account, out: Path) -> Collected:
    file = out / f"{account.name}.json"
    try:
        text, flags = fetch_document(account)
        _replace(file, text)
    except Exception as error:  # noqa: BLE001 (one failure must not stop the others)
        message = str(error) or type(error).__name__
        if file.exists():
            message += "; the earlier file is kept"
        return Collected(account.name, str(file), error=_line(message))
    count = len(flags.keys())
    return Collected(account.name, str(file), count, flags.version, flags.digest)


def _line(message: str) -> str:
    return printable(" ".join(message.split()))


def _replace(file: Path, contents: bytes) -> None:
    temporary = file.with_name(f".isoflag-{uuid4().hex}")
    try:
        with temporary.open("xb") as stream:
            stream.write(contents)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs ``python -m isoflag collect``; returns 1 if a document could not be collected."""
    parser = argparse.ArgumentParser(
        prog="python -m isoflag collect",
        description="Collect the flag documents of all environments and accounts into a folder.",
        epilog="The exit code is 1 if a document could not be collected, and 2 for wrong usage.",
    )
    parser.add_argument("accounts", type=Path, help="TOML or JSON file that lists the documents")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for the documents and report.json"
    )
    options = parser.parse_args(arguments)
    try:
        report = collect(read_accounts(options.accounts), options.out)
    except AccountsError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"cannot write `{options.out}`: {error.strerror or error}")
    for each in report.documents:
        print(printable(str(each)))  # noqa: T201
    return 1 if report.failed else 0


def _fail(message: str) -> int:
    print(f"error: {printable(message)}", file=sys.stderr)  # noqa: T201
    return 2
