"""The record of fuzzing is the sum of its runs, and the kept inputs are the useful ones."""

import platform
from pathlib import Path

import pytest
import run
from keep import Covering, chosen
from run import Counts, Record

TARGETS = ["json", "in-place", "never"]


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(run, "RESULTS", tmp_path / "RESULTS.md")
    return tmp_path / "RESULTS.md"


def counts(seconds: int, edges: int, findings: int = 0) -> Counts:
    return Counts(seconds=seconds, executions=10 * seconds, edges=edges, inputs=edges, findings=findings, memory=edges, blocks=edges)


def test_runs_of_one_specification_are_summed(results: Path) -> None:
    for target, made in [("json", counts(3600, 7)), ("in-place", counts(1, 2, 1)), ("json", counts(1800, 5, 1))]:
        Record.held(2).with_run(target, made, 99).write(TARGETS)
    held = Record.held(2)
    assert held.rows["json"] == Counts(seconds=5400, executions=54000, edges=7, inputs=7, findings=1, memory=7, blocks=7)
    assert list(held.rows) == ["json", "in-place"]
    assert held.edges == 99
    assert results.read_text().endswith(f"1.50 hours of processor time, 54010 executions and 2 findings in all, on {platform.machine()}.\n")


def test_another_specification_starts_anew(results: Path) -> None:
    Record.held(2).with_run("json", counts(9, 9), 9).write(TARGETS)
    Record.held(3).with_run("json", counts(1, 1), 9).write(TARGETS)
    assert Record.held(3).rows == {"json": counts(1, 1)}
    assert Record.held(2).rows == {}
    assert "version 3 of the specification" in results.read_text()


def test_the_kept_inputs_have_features_that_the_seeds_lack(tmp_path: Path) -> None:
    def covering(name: str, size: int, *features: int) -> Covering:
        (tmp_path / name).write_bytes(b"x" * size)
        return Covering(tmp_path / name, frozenset(features))

    inputs = [
        covering("seed-0", 1, 1, 2),
        covering("a", 100, 1, 2, 3),
        covering("b", 10, 3, 4),
        covering("c", 9999, 5),
        covering("d", 1, 2),
    ]
    assert [file.name for file in chosen(inputs, 5)] == ["b"]
    assert chosen(inputs, 0) == []
