"""Collects the answers of the whole suite and writes them at the end of the run."""

from __future__ import annotations

import hashlib

import pytest

from answers import Answer, answer_lines
from vector_files import ANSWERS, all_cases

GIVEN = pytest.StashKey[dict[str, Answer]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[GIVEN] = {}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Writes the answers of a complete run; a partial run reports that it wrote none."""
    given = config.stash[GIVEN]
    if len(given) != len(all_cases()):
        terminalreporter.write_line(f"{len(given)} of {len(all_cases())} answers: none written")
        return
    text = answer_lines(given).encode()
    ANSWERS.mkdir(exist_ok=True)
    (ANSWERS / "python.jsonl").write_bytes(text)
    terminalreporter.write_line(f"Python: {len(given)} answers, SHA-256 {hashlib.sha256(text).hexdigest()}")
