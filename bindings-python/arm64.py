"""Runs the aarch64 wheels of a folder on another machine, under qemu: ``arm64.py FOLDER``.

It runs the smoke test, panics, and every answer of the conformance suite with Debian's Python for
arm64. Debian's packages are unpacked into .tools/arm64; nothing is installed. It runs with the
Python of .venv, whose version of rfc8785 it installs beside the wheels.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

from wheels import run

PYTHON = Path(__file__).resolve().parent
ROOT = PYTHON.parent
UNPACKED = ROOT / ".tools" / "arm64"
PACKAGES = ["python3-minimal", "libpython3-stdlib", "qemu-user-static:amd64"]

APT = """
APT::Architecture "arm64";
APT::Architectures { "arm64"; "amd64"; };
APT::Sandbox::User "root";
Debug::NoLocking "true";
Dir::Cache "WORK/cache";
Dir::State::lists "WORK/lists";
Dir::State::status "WORK/status";
"""
"""A configuration that knows no installed package, and writes nothing outside its folder."""


def unpack_debian(folder: Path) -> None:
    """Unpacks Debian's packages and what they depend on."""
    with tempfile.TemporaryDirectory() as work:
        for partial in ("lists/partial", "cache/archives/partial"):
            Path(work, partial).mkdir(parents=True)
        Path(work, "status").touch()
        configuration = Path(work, "apt.conf")
        configuration.write_text(APT.replace("WORK", work), encoding="utf-8")
        environment = {"APT_CONFIG": str(configuration)}
        download = ["-y", "--no-install-recommends", "--download-only", "install"]
        run("apt-get", "update", **environment)
        run("apt-get", *download, *PACKAGES, **environment)
        folder.mkdir(parents=True)
        for package in Path(work, "cache", "archives").glob("*.deb"):
            run("dpkg-deb", "-x", package, folder)


def main() -> None:
    """Installs the wheels beside each other and runs them."""
    if platform.machine() != "x86_64" or not shutil.which("apt-get"):
        print("SKIPPED: emulating arm64 takes an x86-64 machine with Debian's packages")
        return
    if not UNPACKED.exists():
        print("arm64: unpacking Debian's qemu, and its Python for arm64 (half a minute)")
        unpack_debian(UNPACKED.with_suffix(".new"))
        UNPACKED.with_suffix(".new").rename(UNPACKED)
    qemu = [str(UNPACKED / "usr/bin/qemu-aarch64-static"), "-L", str(UNPACKED)]

    with tempfile.TemporaryDirectory() as work:
        packages, programs = Path(work, "packages"), Path(work, "bin")
        programs.mkdir()
        for wheel in Path(sys.argv[1]).glob("isoflag*_aarch64.whl"):
            if "-cp314t-" not in wheel.name:
                ZipFile(wheel).extractall(packages)
        # Some answers need `isoflag[cli]`: the command-line tool, emulated as well.
        (program,) = packages.glob("isoflag_cli-*.data/scripts/isoflag")
        program.chmod(0o755)
        wrapper = programs / "isoflag"
        wrapper.write_text(f'#!/bin/sh\nexec {" ".join(qemu)} "{program}" "$@"\n', encoding="utf-8")
        wrapper.chmod(0o755)
        rfc8785 = f"rfc8785=={version('rfc8785')}"
        run(sys.executable, "-m", "pip", "install", "--target", packages, rfc8785)

        environment = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONHOME": str(UNPACKED / "usr"),
            "PYTHONPATH": str(packages),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        print("arm64: panics, then every answer of the suite, emulated (a minute)", flush=True)
        python = UNPACKED / "usr/bin/python3"
        run(*qemu, python, PYTHON / "tests/provoked_panics.py", **environment)
        print(run(*qemu, python, PYTHON / "smoke.py", ROOT / "conformance", **environment))


if __name__ == "__main__":
    main()
