"""Answers each case of the suite with the installed package, and compares the digest with the published one.

Prints the lines of DIGEST for this machine. The exit code is 1 if any answer differs.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import isoflag

from . import __version__

FOLDER = Path(__file__).resolve().parent
MOST_SHOWN = 20


def runner() -> ModuleType:
    """Imports the suite's runner, which is packed as it is."""
    spec = importlib.util.spec_from_file_location("isoflag_verify_runner", FOLDER / "conformance" / "runners" / "python.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cases() -> Iterator[tuple[dict[str, Any], str]]:
    """Yields each case, and the start of the SHA-256 of its answer, in the order of the digest."""
    with gzip.open(FOLDER / "cases.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            yield case["given"], case["sha256"]


def main() -> int:
    """Runs the suite; returns the exit code."""
    published = (FOLDER / "DIGEST").read_text(encoding="utf-8")
    print(
        f"isoflag {isoflag.__version__} on {platform.python_implementation()} {platform.python_version()}, {platform.platform()}",
        flush=True,
    )
    if isoflag.__version__ != __version__:
        print(f"isoflag-verify {__version__} verifies isoflag {__version__}: install the same version of both")
    program, whole, count, differing = runner(), hashlib.sha256(), 0, []
    for given, expected in cases():
        answered = json.loads(program.answer_line(json.dumps(given)))
        # Each host runtime words the messages of errors in its own way.
        answered.pop("message", None)
        line = program.canonical(answered)
        whole.update(f"{line}\n".encode())
        count += 1
        if not hashlib.sha256(f"{line}\n".encode()).hexdigest().startswith(expected):
            differing.append(line)
    found = f"spec {isoflag.SPEC_VERSION}\ncases {count}\nsha256 {whole.hexdigest()}\n"
    print(found, end="")
    if found == published and not differing:
        print("This is the published digest.")
        return 0
    print(
        "\n".join(
            [
                f"This is not the published digest:\n{published}{len(differing)} answers differ:",
                *(f"  {line[:500]}" for line in differing[:MOST_SHOWN]),
            ]
        )
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
