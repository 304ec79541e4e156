"""Runs pyright; a test is skipped visibly if it is not installed or cannot start."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def pyright(folder: Path, mode: str = "strict") -> list[tuple[str, int, str]]:
    """Returns the findings in a folder: the file, the line and the message."""
    pytest.importorskip("pyright", reason="pyright is not installed")
    rules = {"reportUnnecessaryTypeIgnoreComment": True, "typeCheckingMode": mode}
    (folder / "pyrightconfig.json").write_text(json.dumps(rules))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(  # noqa: S603
        [*command, "--project", str(folder)], capture_output=True, text=True, check=False
    )
    if not done.stdout.startswith("{"):
        pytest.skip(f"pyright cannot start: {done.stderr or done.stdout}")
    found = json.loads(done.stdout)
    assert found["summary"]["filesAnalyzed"] > 0
    return [
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1, each["message"])
        for each in found["generalDiagnostics"]
    ]
