"""isoflag-verify, installed beside the packages of dist/ in empty projects, and beside altered ones."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path

import pytest

from suite.cases import CONFORMANCE

DIST = CONFORMANCE.parent / "dist"
DIGEST = (CONFORMANCE / "DIGEST").read_text(encoding="utf-8")
Installed = tuple[list[str | Path], Callable[[], object]]
"""The command, and a function that alters answers of the installed package."""

pytestmark = pytest.mark.skipif(
    not list((DIST / "verify").glob("*.whl")) and "CI" not in os.environ, reason="`make dist-verify` has not built dist/verify"
)


def run(folder: Path, *words: str | Path, code: int = 0) -> str:
    done = subprocess.run(words, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def package(pattern: str) -> Path:
    (found,) = DIST.glob(pattern)
    return found


def in_python(folder: Path) -> Installed:
    run(folder, sys.executable, "-m", "venv", "venv")
    python = folder / "venv" / "bin" / "python"
    wheels = (package(f"isoflag-*_{os.uname().machine}.whl"), package("verify/isoflag_verify-*.whl"))
    run(folder, python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", *wheels)
    (site,) = (folder / "venv" / "lib").glob("python3*/site-packages")
    # Without a registry: the canonicalizer of this environment, and the CLI of this repository.
    canonicalizer = distribution("rfc8785")
    for file in canonicalizer.files or ():
        (site / file).parent.mkdir(exist_ok=True)
        shutil.copy(str(canonicalizer.locate_file(file)), site / file)
    (folder / "venv" / "bin" / "isoflag").symlink_to(Path(sys.executable).with_name("isoflag"))
    run(folder, python, "-m", "pip", "check")
    (extension,) = (site / "isoflag").glob("_core*.so")
    altered = extension.read_bytes().replace(b"PREREQUISITE_FAILED", b"PREREQUISITE_FAILEX")
    assert altered != extension.read_bytes()
    return [python, "-m", "isoflag_verify"], lambda: extension.write_bytes(altered)


def in_node(folder: Path) -> Installed:
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    packages = (package("isoflag-*.tgz"), package("verify/isoflag-verify-*.tgz"))
    run(folder, "npm", "install", "--offline", "--no-audit", "--no-fund", *packages)
    entry = folder / "node_modules" / "isoflag" / "dist" / "node.js"

    def alter() -> None:
        entry.rename(entry.with_name("unaltered.js"))
        entry.write_text('export * from "./unaltered.js";\nexport const parseTtl = () => 1;\n', encoding="utf-8")

    return ["npx", "--offline", "isoflag-verify"], alter


@pytest.mark.parametrize("install", [in_python, in_node])
def test_the_installed_package_has_the_published_digest_unless_it_is_altered(tmp_path: Path, install: Callable[[Path], Installed]) -> None:
    command, alter = install(tmp_path)
    first, digest = run(tmp_path, *command).split("\n", 1)
    assert first.startswith("isoflag ")
    assert digest == f"{DIGEST}This is the published digest.\n"

    alter()
    altered = run(tmp_path, *command, code=1)
    assert f"This is not the published digest:\n{DIGEST}" in altered
    assert altered.split("\n")[3] != DIGEST.split("\n")[2]
    assert re.search(r"^[1-9]\d* answers differ:\n  \{", altered, re.MULTILINE)
