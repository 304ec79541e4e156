"""The commands with which README.md installs the packages of dist/, each run in an empty project."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "examples" / "first" / "flags.json"

IN_PYTHON = """
import json, pathlib, sys
from isoflag import Flags

flags = Flags.from_json(pathlib.Path(sys.argv[1]).read_text())
detail = flags.variation_detail("new-checkout", {"kind": "user", "key": "mia"}, None)
print(json.dumps([detail.value, detail.variation_index]))
"""
IN_NODE = """
import { readFileSync } from "node:fs";
import { Flags, ready } from "isoflag";

await ready();
const flags = Flags.fromJson(readFileSync(process.argv[2], "utf8"));
const { value, variationIndex } = flags.variationDetail("new-checkout", { kind: "user", key: "mia" }, null);
console.log(JSON.stringify([value, variationIndex]));
"""


def command(program: str) -> str:
    """Returns the first command of README.md by which the program installs a package of dist/."""
    # npm takes `dist/…` without `./` for a repository on GitHub.
    found = re.search(rf"^{program} install (\./)?dist/[^#\n]*", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert found is not None
    return found.group()


def run(folder: Path, *words: str | Path, text: str | None = None, **environment: str) -> str:
    done = subprocess.run(
        words, cwd=folder, input=text, env={**os.environ, **environment}, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(
    not list((ROOT / "dist").glob("isoflag-*.tgz")) and "CI" not in os.environ, reason="`make dist` has not built dist/"
)
def test_both_packages_install_as_readme_says_and_give_the_same_answer(tmp_path: Path) -> None:
    (tmp_path / "dist").symlink_to(ROOT / "dist")
    run(tmp_path, sys.executable, "-m", "venv", "venv")
    path = f"{tmp_path / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    run(tmp_path, "bash", "-c", command("pip"), PATH=path, PIP_NO_INDEX="1")
    run(tmp_path, "venv/bin/python", ROOT / "bindings-python" / "smoke.py")
    (tmp_path / "package.json").write_text('{"private": true, "type": "module"}', "utf-8")
    run(tmp_path, "bash", "-c", f"{command('npm')} --no-audit --no-fund --offline")

    (tmp_path / "evaluate.js").write_text(IN_NODE, "utf-8")
    in_python = run(tmp_path, "venv/bin/python", "-", DOCUMENT, text=IN_PYTHON)
    in_node = run(tmp_path, "node", "evaluate.js", DOCUMENT)
    assert json.loads(in_python) == json.loads(in_node)
