"""Runs the command-line tool with documents and activity as files."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from isoflag.__main__ import MISSING, find_cli
from isoflag._core import Flags
from isoflag.activity import Activity

Document: TypeAlias = Flags | str | bytes | bytearray | Mapping[str, Any]
Counted: TypeAlias = Activity | str | bytes | Mapping[str, Any]


class Files:
    """Writes input files for the CLI to a temporary folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._count = 0

    def document(self, given: Document) -> str:
        if isinstance(given, Mapping):
            given = Flags.from_dict(given)
        elif not isinstance(given, Flags):
            given = Flags.from_json(given)
        return self.written(given.to_json().encode())

    def activity(self, given: Counted) -> str:
        if not isinstance(given, Activity):
            counted = Activity()
            counted.merge(given)
            given = counted
        return self.written(given.to_json().encode())

    def written(self, content: bytes) -> str:
        self._count += 1
        path = Path(self._folder, f"{self._count}.json")
        path.write_bytes(content)
        return str(path)


def run(command: str, now: float | None, arguments: Sequence[str]) -> Any:
    """Returns the CLI's parsed output, also of a rejection, or raises its error message."""
    program = find_cli()
    if program is None:
        raise FileNotFoundError(f"isoflag: {MISSING}")
    clock = [] if now is None else ["--now", str(int(now))]
    done = subprocess.run(  # noqa: S603
        [program, command, "--json", *clock, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode not in {0, 1}:
        complaint = done.stderr.decode(errors="replace").strip()
        raise ValueError(complaint.removeprefix("error: ") or f"`isoflag {command}` failed")
    return json.loads(done.stdout)
