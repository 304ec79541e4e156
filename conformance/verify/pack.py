"""Builds the packages isoflag-verify for PyPI and npm: ``python verify/pack.py FOLDER`` in ``conformance/``.

Both contain the cases, with the start of the SHA-256 of each answer, and the runner of their language as it is. The answers are those
of the npm package in this repository; they must have the digest in DIGEST.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from suite.__main__ import DIGEST, answered, without_message
from suite.cases import CONFORMANCE, all_cases
from suite.runners import REPOSITORY, RUNNERS, Command

HERE = Path(__file__).resolve().parent
LICENSE = REPOSITORY / "LICENSE"


def cases() -> bytes:
    """Returns a line for each case, in the order of the digest, compressed."""
    ordered = sorted(all_cases(), key=lambda case: case.id.encode("utf-16-be"))
    given = [json.dumps(case.given) for case in ordered]
    answers = [without_message(line) for line in answered(Command("node", ("node", str(RUNNERS / "node" / "runner.js"))), given)]
    whole = hashlib.sha256("".join(f"{line}\n" for line in answers).encode()).hexdigest()
    if f"cases {len(answers)}\nsha256 {whole}\n" not in DIGEST.read_text("utf-8"):
        sys.exit(f"the {len(answers)} answers have the digest {whole}, which is not that of DIGEST; run conformance/run.sh")
    hashes = [hashlib.sha256(f"{line}\n".encode()).hexdigest()[:16] for line in answers]
    lines = [json.dumps({"given": case.given, "sha256": each}) for case, each in zip(ordered, hashes, strict=True)]
    return gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0)


def stage_python(folder: Path, packed: bytes) -> None:
    """Writes the sources of the wheel into the folder."""
    shutil.copytree(HERE / "python", folder, ignore=shutil.ignore_patterns("__pycache__"))
    module = folder / "isoflag_verify"
    for name in ("runners/python.py", "suite/canonical_json.py"):
        (module / "conformance" / name).parent.mkdir(parents=True)
        shutil.copy(CONFORMANCE / name, module / "conformance" / name)
    (module / "cases.jsonl.gz").write_bytes(packed)
    shutil.copy(DIGEST, module)
    shutil.copy(LICENSE, folder)
    shutil.copy(HERE / "README.md", folder)


def stage_npm(folder: Path, packed: bytes) -> None:
    """Writes the files of the npm package into the folder."""
    shutil.copytree(HERE / "npm", folder)
    shutil.copytree(CONFORMANCE / "node_modules" / "canonicalize", folder / "node_modules" / "canonicalize")
    (folder / "cases.jsonl.gz").write_bytes(packed)
    for file in (RUNNERS / "node" / "case.js", DIGEST, LICENSE, HERE / "README.md"):
        shutil.copy(file, folder)


def check_versions() -> None:
    """Exits if a package does not have the version of the repository."""
    found = re.search(r'^version = "(.*)"$', (REPOSITORY / "Cargo.toml").read_text("utf-8"), re.MULTILINE)
    assert found is not None
    version = found[1]
    for file, text in {
        "python/isoflag_verify/__init__.py": f'__version__ = "{version}"',
        "python/pyproject.toml": f'"isoflag[cli]=={version}"',
        "npm/package.json": f'"version": "{version}"',
    }.items():
        if text not in (HERE / file).read_text("utf-8"):
            sys.exit(f"conformance/verify/{file} lacks `{text}`")


def main() -> None:
    destination = Path(sys.argv[1]).resolve()
    check_versions()
    os.environ["NODE_ENV"] = "production"
    packed = cases()
    with tempfile.TemporaryDirectory() as built:
        folder = Path(built)
        stage_python(folder / "python", packed)
        stage_npm(folder / "npm", packed)
        shutil.rmtree(destination, ignore_errors=True)
        destination.mkdir(parents=True)
        build = (sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-build-isolation", "--no-deps")
        subprocess.run([*build, "--wheel-dir", destination, folder / "python"], check=True)
        subprocess.run(
            ["npm", "pack", "--silent", "--pack-destination", destination], cwd=folder / "npm", check=True, stdout=subprocess.DEVNULL
        )


if __name__ == "__main__":
    main()
