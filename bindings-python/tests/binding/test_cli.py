"""The CLI from Python: inventories and retirements, and generated types."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from isoflag import DocumentError, Flags
from isoflag.__main__ import main
from isoflag.activity import Activity
from isoflag.reports import inventory, retirements
from pages import Page
from type_checkers import pyright

OLD_AND_NEW = {
    "flags": {
        "old": {
            "key": "old",
            "on": True,
            "variations": [True, False],
            "fallthrough": {"variation": 0},
            "lifecycle": {
                "owner": "web",
                "feedback": "good",
                "openIssues": 0,
                "changePlanned": False,
                "needed": False,
            },
        },
        "new": {"key": "new", "on": False, "variations": [1], "offVariation": 0},
    }
}
NOW = 10_000_000
PAGE = Page("docs/lifecycle.md")


def counted(key: str) -> Activity:
    activity = Activity(clock=lambda: NOW - 1)
    activity.record(key, 0, "sha256:0e")
    return activity


def test_an_inventory_lists_each_flag_in_each_environment() -> None:
    found = inventory(
        {"dev": OLD_AND_NEW, "prod": Flags.from_dict(OLD_AND_NEW)},
        now=NOW,
        activity={"prod": counted("old")},
    )
    assert (found["now"], found["flags"]) == (NOW, 2)
    assert found["attention"]["no-owner"] == 1
    assert [(row["key"], row["environment"]) for row in found["rows"]] == [
        ("new", "dev"),
        ("new", "prod"),
        ("old", "dev"),
        ("old", "prod"),
    ]
    assert [each["counted"] for each in found["environments"]] == [False, True]
    last = found["rows"][3]
    assert (last["owner"], last["served"][0]["value"]) == ("web", True)
    assert last["lastEvaluated"]["evaluations"] == 1


def test_missing_evidence_is_unknown_in_a_retirement() -> None:
    new, old = retirements(OLD_AND_NEW, now=NOW)
    assert (new["key"], new["verdict"], old["verdict"]) == ("new", "ask", "ask")
    assert old["rules"]["constant"] == "unknown"
    assert old["constant"] == {"value": True}
    new, old = retirements(OLD_AND_NEW, now=NOW, weeks=1, history=[(0, OLD_AND_NEW)])
    assert (old["verdict"], old["stableSince"]) == ("remove", {"moment": 0, "exact": False})
    assert old["callSites"] is None
    assert "calledAt" not in old


def test_code_references_are_counted(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text('flags.variation("old", user, False)\n')
    new, old = retirements(
        OLD_AND_NEW, now=NOW, code=[tmp_path], activity=[counted("new").to_json()]
    )
    assert (new["callSites"], old["callSites"]) == (0, 1)
    assert old["calledAt"][0].endswith("app.py:1")
    assert new["rules"]["unused"] == "no"


def test_invalid_report_input_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(DocumentError):
        inventory({"prod": "{"})
    with pytest.raises(ValueError, match="invalid document name `a=b`"):
        inventory({"a=b": OLD_AND_NEW})
    with pytest.raises(
        ValueError, match="`activity` names `prod`, which is missing in `documents`"
    ):
        inventory({"dev": OLD_AND_NEW}, activity={"prod": counted("old")})
    with pytest.raises(ValueError, match=r"^cannot read .*none"):
        retirements(OLD_AND_NEW, code=[tmp_path / "none"])


def test_a_report_without_the_cli_names_the_package_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_args, **_named: None)
    with pytest.raises(FileNotFoundError, match=r"pip install isoflag\[cli\]"):
        inventory({"dev": OLD_AND_NEW})


def test_the_values_on_the_lifecycle_page_are_correct(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("src").mkdir()
    tmp_path.joinpath("src", "app.py").write_text('flags.variation("old", user, False)\n')
    stamped = {**OLD_AND_NEW, "meta": {"lastModifiedTimestamp": 0}}
    names = PAGE.run({"development": OLD_AND_NEW, "production": stamped})
    claims = PAGE.claims()
    assert len(claims) == 2
    for code, value in claims:
        assert eval(code, names) == ast.literal_eval(value), code  # noqa: S307


# --- generated types ---


TYPED = {
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

from flag_types import FlagKey, Layout, TypedBoundFlags, TypedFlagClient, TypedFlags, typed
from isoflag import Context, FlagClient, Flags
from isoflag.source import FileSource

flags = typed(Flags.from_json("{}"))
same: TypedFlags = Flags.from_json("{}")
client = typed(FlagClient(FileSource("flags.json")))
likewise: TypedFlagClient = FlagClient(FileSource("flags.json"))
client.bool_variation("new-chekout", {"key": "ada"}, False)  # E: arg-type
client.str_variation("banner", {"key": "ada"}, "")
client.bind({"key": "ada"}).bool_variation("dark", False)
client.bind({"key": "ada"}).bool_variation("drak", False)  # E: arg-type
ready: bool = client.refresh().ready and client.status.ready
flags.status  # E: attr-defined
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


def test_mypy_accepts_valid_uses_and_rejects_invalid_ones(tmp_path: Path) -> None:
    document = tmp_path / "flags.json"
    document.write_text(json.dumps(TYPED))
    assert write_types(document, tmp_path / "flag_types.py") == 0
    (tmp_path / "uses.py").write_text(USES)
    expected = [
        f"{number} {line.split('# E: ')[1]}"
        for number, line in enumerate(USES.splitlines(), start=1)
        if "# E: " in line
    ]
    assert checked(tmp_path) == expected


def test_pyright_agrees_with_mypy_about_generated_types(tmp_path: Path) -> None:
    document = tmp_path / "flags.json"
    document.write_text(json.dumps(TYPED))
    assert write_types(document, tmp_path / "flag_types.py") == 0
    (tmp_path / "uses.py").write_text(USES)
    lines = [line for line, text in enumerate(USES.splitlines(), start=1) if "# E: " in text]
    found = pyright(tmp_path, "standard")
    assert sorted({(file, line) for file, line, _ in found}) == [("uses.py", n) for n in lines]


@pytest.mark.parametrize(
    "flags", [{}, {"a": {"variations": []}}, {"a": {"variations": [1]}, "b-c": 7, '"': {}}]
)
def test_the_generated_module_imports_and_type_checks(
    tmp_path: Path, flags: dict[str, object]
) -> None:
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


def test_the_module_passes_its_arguments_to_the_cli(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "flags.json"
    document.write_text(json.dumps(TYPED))
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "isoflag", "keys", str(document)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.split()) == (0, sorted(TYPED["flags"]))
    assert main(["keys", str(tmp_path / "none.json")]) == 2
    assert "none.json" in capfd.readouterr().err


def test_the_module_without_the_cli_names_the_package_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_args, **_named: None)
    assert main(["keys", "flags.json"]) == 2
    assert "pip install isoflag[cli]" in capsys.readouterr().err
