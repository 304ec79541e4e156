"""Runs the compared programs: one process each, a JSON line in, one or two lines out."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """A program: its name, how it is started, and how many lines it writes for each line it reads."""

    name: str
    arguments: tuple[str, ...]
    lines: int = 1


class Program:
    """A running program."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.process = subprocess.Popen(
            command.arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def answers(self, lines: Sequence[str]) -> list[tuple[str, ...]]:
        """Returns the program's answer to each line."""
        assert self.process.stdout is not None
        writer = threading.Thread(target=self._write, args=(lines,))
        writer.start()
        read = []
        for _ in lines:
            found = tuple(
                self.process.stdout.readline().decode().rstrip("\n")
                for _ in range(self.command.lines)
            )
            if not all(found):
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

    def close(self) -> None:
        if self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
        self.process.wait()
