"""The output that README.md quotes, and the commands with which it installs the packages of dist/.

`python test_readme.py` writes the quoted output again, with the Python of `.venv` after `make build`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import mmh3
import pytest

import isoflag

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
DOCUMENT = ROOT / "examples" / "first" / "flags.json"


def run(folder: Path, *words: str | Path, text: str | None = None, **environment: str) -> str:
    done = subprocess.run(
        words, cwd=folder, input=text, env={**os.environ, **environment}, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def demo() -> str:
    """Returns the first screen of `make demo`."""
    return run(ROOT, sys.executable, ROOT / "examples" / "demo.py").split("\nA shop:")[0].rstrip()


def bucket() -> str:
    """Computes one bucket with each hash, without isoflag, and compares it with the explanation."""
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    (flag,) = document["flags"].values()
    key = "mia"
    hashed = f"{flag['key']}.{flag['salt']}.{key}"

    digest = hashlib.sha1(hashed.encode()).hexdigest()
    by_sha1 = int(digest[:15], 16) * 100_000 // 2**60
    murmur = mmh3.hash(hashed.encode(), 0, signed=False)
    by_murmur3 = murmur * 100_000 // 2**32

    for name, expected in (("sha1", by_sha1), ("murmur3", by_murmur3)):
        document["meta"]["hash"] = name
        explained = isoflag.Flags.from_dict(document).explain(flag["key"], {"kind": "user", "key": key})
        assert explained.to_dict()["trace"]["rollout"]["bucket"] == expected
    return "\n".join(
        [
            f'text     = key + "." + salt + "." + value = "{hashed}"',
            "",
            f"sha1     : sha1(text) = {digest[:15]}…, of which the first 15 hex digits count",
            f"           n = 0x{digest[:15]} = {int(digest[:15], 16)}",
            f"           bucket = floor(n * 100000 / 2^60) = {by_sha1}",
            "",
            f"murmur3  : h = murmur3_x86_32(text, seed 0) = 0x{murmur:08x} = {murmur}",
            f"           bucket = floor(h * 100000 / 2^32) = {by_murmur3}",
        ]
    )


def quoted(readme: str, name: str, text: str) -> str:
    """Returns the README with one quoted block replaced."""
    block = re.compile(rf"(<!-- {name}: .*? -->\n```text\n).*?(\n```\n)", re.DOTALL)
    replaced, count = block.subn(lambda match: match[1] + text + match[2], readme)
    assert count == 1, f"README.md has no block `{name}`"
    return replaced


def current() -> str:
    """Returns the README with the current output."""
    return quoted(quoted(README.read_text(encoding="utf-8"), "demo", demo()), "bucket", bucket())


def test_the_quoted_output_is_current() -> None:
    assert README.read_text(encoding="utf-8") == current(), "run .venv/bin/python docs/test_readme.py"


# --- installation ---


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
    found = re.search(rf"^{program} install (\./)?dist/[^#\n]*", README.read_text("utf-8"), re.MULTILINE)
    assert found is not None
    return found.group()


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


if __name__ == "__main__":
    README.write_text(current(), encoding="utf-8")
