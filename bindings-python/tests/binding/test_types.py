"""The types of the package as pyright sees them; mypy checks the same program with the tests."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pages import TOP

CONSUMER = TOP / "bindings-python/tests/typed_consumer.py"


def test_pyright_accepts_valid_uses_and_rejects_invalid_ones(tmp_path: Path) -> None:
    pytest.importorskip("pyright", reason="pyright is not installed")
    (tmp_path / "consumer.py").write_bytes(CONSUMER.read_bytes())
    rules = {"reportUnnecessaryTypeIgnoreComment": True, "typeCheckingMode": "strict"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(rules))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(  # noqa: S603
        [*command, "--project", str(tmp_path)], capture_output=True, text=True, check=False
    )
    if not done.stdout.startswith("{"):
        pytest.skip(f"pyright cannot start: {done.stderr or done.stdout}")
    found = json.loads(done.stdout)
    assert found["summary"]["filesAnalyzed"] == 1
    places = [
        (each["range"]["start"]["line"] + 1, each["message"])
        for each in found["generalDiagnostics"]
    ]
    assert places == []
