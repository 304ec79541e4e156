"""The runners: one process for each host runtime, a JSON line in, a JSON line out."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from suite.cases import CONFORMANCE

REPOSITORY = CONFORMANCE.parent
RUNNERS = CONFORMANCE / "runners"


@dataclass(frozen=True)
class Command:
    """A program that answers lines; `tools` is false if it runs `core.wasm`."""

    name: str
    arguments: tuple[str, ...]
    tools: bool = True


def python() -> Command:
    """Returns the runner of Python."""
    return Command("python", (sys.executable, str(RUNNERS / "python.py")))


def hosts(profile: str) -> list[Command]:
    """Returns the runner of each host runtime; without Chromium, says so, or fails if `CI` is set."""
    target = os.environ.get("CARGO_TARGET_DIR") or str(REPOSITORY / "target")
    node = str(RUNNERS / "node" / "runner.js")
    found = [
        Command("rust", (f"{target}/{profile}/isoflag-conformance",)),
        python(),
        Command("node", ("node", node)),
        Command("node-core", ("node", node, "core"), tools=False),
    ]
    chromium = subprocess.run(("node", str(REPOSITORY / ".ci" / "chromium.mjs")), stdout=subprocess.DEVNULL)
    if chromium.returncode == 0:
        page = str(RUNNERS / "chromium" / "runner.js")
        found.append(Command("chromium", ("node", page)))
        found.append(Command("chromium-core", ("node", page, "core"), tools=False))
    elif os.environ.get("CI"):
        sys.exit(1)
    return found


class Program:
    """A running program."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.process = subprocess.Popen(command.arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def answers(self, lines: Sequence[str]) -> list[str]:
        """Returns the program's answer to each line."""
        assert self.process.stdout is not None
        writer = threading.Thread(target=self._write, args=(lines,))
        writer.start()
        read = []
        for _ in lines:
            found = self.process.stdout.readline().decode().rstrip("\n")
            if not found:
                writer.join()
                sys.exit(f"{self.command.name} ended early: exit code {self.process.wait()}")
            read.append(found)
        writer.join()
        return read

    def _write(self, lines: Sequence[str]) -> None:
        assert self.process.stdin is not None
        try:
            for line in lines:
                self.process.stdin.write(f"{line}\n".encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            # The reader reports it.
            return

    def close(self) -> int:
        """Ends the program; returns its exit code."""
        if self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
        return self.process.wait()
