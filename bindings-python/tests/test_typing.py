"""The module that `python -m isoflag types` generates, checked by mypy."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from isoflag.__main__ import main

DOCUMENT = {
    "flags": {
        "new-checkout": {"on": True, "variations": [True, False]},
        "dark": {"on": True, "variations": [False]},
        "banner": {"on": True, "variations": ["plain", "loud"]},
        "limit": {"on": True, "variations": [1, 2]},
        "ratio": {"on": True, "variations": [0.5]},
        "layout": {"on": True, "variations": [{"columns": 2}, {"columns": 3, "side-bar": None}]},
    }
}

USES = """
from typing import Literal

from flag_types import FlagKey, Layout, TypedBoundFlags, TypedFlags
from isoflag import Context, Flags

flags: TypedFlags = Flags.from_json("{}")
ada = Context("ada")

checkout: bool = flags.variation("new-checkout", ada, False)
banner: Literal["plain", "loud"] = flags.variation("banner", ada, "plain")
other: Literal["plain", "loud"] = flags.variation("banner", ada, "shrill")  # E: call-overload
limit: int = flags.variation("limit", {"key": "ada"}, 0)
ratio: float = flags.variation("ratio", ada, 0.0)
wrong: int = flags.variation("ratio", ada, 0)  # E: assignment
layout: Layout | None = flags.variation("layout", ada, None)
if layout is not None:
    columns: int = layout["columns"]
    layout["rows"]  # E: typeddict-item
    layout.get("side-bar")
flags.variation("new-chekout", ada, False)  # E: call-overload
text: str = flags.str_variation("banner", ada, "")
flags.str_variation("limit", ada, "")  # E: arg-type
flags.bool_variation("dark", ada, False)
flags.bool_variation("banner", ada, False)  # E: arg-type
flags.float_variation("limit", ada, 0.0)
flags.json_variation("layout", ada, None)
flags.explain("nothing", ada)  # E: arg-type

bound: TypedBoundFlags = flags.bind(ada)
again: TypedBoundFlags = Flags.from_json("{}").bind(ada)
detail = bound.variation_detail("banner", None)
value: Literal["plain", "loud"] | None = detail.value
bound.variation("nothing", False)  # E: call-overload
key: FlagKey = "dark"
key = "drak"  # E: assignment
"""


def write_types(document: Path, out: Path) -> int:
    return main(["types", str(document), "--lang", "python", "--out", str(out)])


def checked(folder: Path) -> list[str]:
    """Returns mypy's findings about the uses: line numbers and codes."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--no-pretty"]
    # With a separate configuration, since the project's applies to other files.
    (folder / "mypy.ini").write_text("[mypy]\n")
    done = subprocess.run(  # noqa: S603
        [*command, "--config-file=mypy.ini", "--warn-unused-ignores", "uses.py", "flag_types.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    lines = [line for line in done.stdout.splitlines() if ": error:" in line]
    return [f"{line.split(':')[1]} {line.rsplit('[', 1)[1].rstrip(']')}" for line in lines]


def test_mypy_takes_good_uses_and_refuses_bad_ones(tmp_path: Path) -> None:
    document = tmp_path / "flags.json"
    document.write_text(json.dumps(DOCUMENT))
    assert write_types(document, tmp_path / "flag_types.py") == 0
    (tmp_path / "uses.py").write_text(USES)
    expected = [
        f"{number} {line.split('# E: ')[1]}"
        for number, line in enumerate(USES.splitlines(), start=1)
        if "# E: " in line
    ]
    assert checked(tmp_path) == expected


@pytest.mark.parametrize(
    "flags", [{}, {"a": {"variations": []}}, {"a": {"variations": [1]}, "b-c": 7, '"': {}}]
)
def test_what_is_written_runs_and_is_typed(tmp_path: Path, flags: dict[str, object]) -> None:
    document = tmp_path / "flags.json"
    document.write_text(json.dumps({"flags": flags}))
    assert write_types(document, tmp_path / "flag_types.py") == 0
    (tmp_path / "uses.py").write_text(
        "from flag_types import TypedFlags\n"
        "from isoflag import Flags\n"
        "flags: TypedFlags = Flags.from_json('{}')\n"
    )
    assert checked(tmp_path) == []
    done = subprocess.run(
        [sys.executable, "-c", "import flag_types"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_program_is_run_with_what_it_was_given(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "flags.json"
    document.write_text(json.dumps(DOCUMENT))
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "isoflag", "keys", str(document)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.split()) == (0, sorted(DOCUMENT["flags"]))
    assert main(["keys", str(tmp_path / "none.json")]) == 2
    assert "none.json" in capfd.readouterr().err


def test_a_missing_program_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_args, **_named: None)
    assert main(["keys", "flags.json"]) == 2
    assert "pip install isoflag[cli]" in capsys.readouterr().err
