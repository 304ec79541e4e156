"""Builds wheels: ``wheels.py FOLDER [--publish] [ARCHITECTURE...]``.

By default it builds isoflag for this machine's architecture. With ``--publish`` it builds and tries
everything for PyPI: also isoflag without the GIL, the command-line tool and the source
distribution. It needs the packages of requirements-build.txt, on Linux also of
requirements-linux.txt.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZipFile

from recompress import recompress

ROOT = Path(__file__).resolve().parent.parent
PYTHON = Path("bindings-python")
FREE_THREADED = "python3.14t"

BUDGET = 1064 * 1024
"""Bytes of isoflag's wheel: a function starts no sooner than its archive has arrived."""

GLIBC = (2, 17)
"""The glibc of manylinux2014. Lambda's Python 3.10 and 3.11 run on Amazon Linux 2, with 2.26."""


ARROW = """
import isoflag.arrow
try:
    isoflag.arrow.evaluate(isoflag.Flags.from_dict({"flags": {}}), 1, [])
except TypeError:
    print(f"isoflag-arrow {isoflag.arrow.__version__} works")
else:
    raise SystemExit("an int was accepted as a table")
"""
"""Tries isoflag-arrow without another library of Arrow."""


def run(*command: str | Path, **environment: str) -> str:
    """Runs a command and returns its output, or prints it and exits if the command fails."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    program = shutil.which(command[0], path=path) or command[0]
    done = subprocess.run(
        [program, *command[1:]],
        cwd=ROOT,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{done.stdout}{done.stderr}`{' '.join(map(str, command))}` failed")
    return done.stdout.strip()


def host() -> str:
    """Returns the target triple of this machine."""
    return run("rustc", "-vV").partition("host: ")[2].split()[0]


def build(package: Path, target: str, folder: Path, *arguments: str) -> None:
    """Builds one wheel with maturin.

    On Linux zig links it against glibc 2.17, as manylinux2014 requires, so that Amazon Linux 2
    can load it.
    """
    if target != host():
        run("rustup", "target", "add", target)
    # Otherwise paths of this machine would be part of the wheel.
    cargo = os.environ.get("CARGO_HOME", str(Path.home() / ".cargo"))
    rust = run("rustc", "--print", "sysroot")
    paths = {str(ROOT): "isoflag", cargo: "cargo", rust: "rust"}
    # The name that its sources have if they are not installed: the same bytes in both cases.
    commit = run("rustc", "-vV").partition("commit-hash: ")[2].split()[0]
    paths[f"{rust}/lib/rustlib/src/rust"] = f"/rustc/{commit}"
    remap = [f"--remap-path-prefix={path}={name}" for path, name in paths.items()]
    zig = ["--zig", "--compatibility", "manylinux2014"] if target.endswith("-linux-gnu") else []
    manifest = str(package / "Cargo.toml")
    command = ["maturin", "build", "--manifest-path", manifest, "--target", target]
    flags = " ".join([os.environ.get("RUSTFLAGS", ""), *remap])
    # An incremental build is larger.
    run(*command, "--out", folder, *zig, *arguments, RUSTFLAGS=flags, CARGO_INCREMENTAL="0")


def faults(wheel: Path) -> list[str]:
    """Yields each reason not to publish the wheel."""
    found = []
    size = wheel.stat().st_size
    if size > BUDGET and not wheel.name.startswith("isoflag_"):
        found.append(
            f"`{wheel.name}` has {size:,} bytes, {size - BUDGET:,} more than its budget of "
            f"{BUDGET:,}; take something out, or build a part of it for size in Cargo.toml"
        )
    needed = glibc(wheel)
    if needed > GLIBC:
        found.append(
            f"`{wheel.name}` needs glibc {needed[0]}.{needed[1]}, but {GLIBC[0]}.{GLIBC[1]} is the "
            "latest that manylinux2014 allows; link it with zig, as wheels.py does"
        )
    return found


def glibc(wheel: Path) -> tuple[int, int]:
    """Returns the latest glibc symbol version that the wheel's extensions require."""
    with ZipFile(wheel) as archive:
        extensions = [archive.read(name) for name in archive.namelist() if name.endswith(".so")]
    named = (version for text in extensions for version in re.findall(rb"GLIBC_(\d+)\.(\d+)", text))
    return max(((int(major), int(minor)) for major, minor in named), default=(0, 0))


def check(wheel: Path) -> None:
    """Exits if the wheel must not be published."""
    if found := faults(wheel):
        sys.exit("\n".join(found))
    if "linux" in wheel.name:
        # auditwheel parses ELF itself, so it can check another architecture too.
        tag = run("auditwheel", "show", wheel)
        if "manylinux_2_17_" not in tag.replace("\n", " "):
            sys.exit(tag)
        if "-abi3-" in wheel.name:
            run("abi3audit", "--strict", wheel)


def try_installed(interpreter: str, folder: Path, *packages: str | Path) -> None:
    """Installs packages in an empty environment and tries them."""
    with tempfile.TemporaryDirectory() as venv:
        run(interpreter, "-m", "venv", venv)
        programs = Path(venv, "Scripts" if os.name == "nt" else "bin")
        run(programs / "python", "-m", "pip", "install", "--find-links", folder, *packages)
        print(run(programs / "python", PYTHON / "smoke.py"))
        if packages[-1] == "isoflag[arrow]":
            print(run(programs / "python", "-c", ARROW))
        if packages[-1] == "isoflag[cli]":
            print(run(programs / "isoflag", "--version"))


def publish(targets: list[str], folder: Path) -> None:
    """Builds the other packages for PyPI into the folder."""
    for target in targets:
        print(f"wheels: without the GIL, the CLI and isoflag-arrow, for {target} (four minutes)")
        build(PYTHON, target, folder, "--no-default-features", "--interpreter", FREE_THREADED)
        build(Path("cli"), target, folder, "--release")
        build(PYTHON / "arrow", target, folder)
    run("maturin", "sdist", "--manifest-path", PYTHON / "Cargo.toml", "--out", folder)


def try_all(folder: Path) -> None:
    """Tries all packages that can be imported on this machine, and lists their sizes."""
    (sdist,) = folder.glob("isoflag-*.tar.gz")
    try_installed(sys.executable, folder, "--no-index", "isoflag[cli]")
    try_installed(sys.executable, folder, "--no-index", "isoflag[arrow]")
    try_installed(sys.executable, folder, sdist)
    if shutil.which(FREE_THREADED):
        try_installed(FREE_THREADED, folder, "--no-index", "isoflag")
    else:
        print(f"SKIPPED: importing the free-threaded wheel; there is no {FREE_THREADED}")
    for package in sorted(folder.iterdir()):
        print(f"{package.stat().st_size:12,}  {package.name}")


def main() -> None:
    """Builds into a temporary folder, and moves what passes the checks."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--publish", action="store_true")
    parser.add_argument("architectures", nargs="*", default=[host().split("-")[0]])
    arguments = parser.parse_args()
    destination = arguments.folder.resolve()
    destination.mkdir(parents=True, exist_ok=True)
    names = ["aarch64" if name == "arm64" else name for name in arguments.architectures]
    targets = [f"{name}-{host().partition('-')[2]}" for name in names]

    with tempfile.TemporaryDirectory() as built:
        folder = Path(built)
        for target in targets:
            build(PYTHON, target, folder)
        if arguments.publish:
            publish(targets, folder)
        for wheel in folder.glob("*.whl"):
            recompress(wheel)
        for wheel in [*folder.glob("isoflag-*.whl"), *folder.glob("isoflag_arrow-*.whl")]:
            check(wheel)
        for package in folder.iterdir():
            # Replaces the wheel of another version.
            name, *_, platform = package.name.split("-")
            if package.suffix == ".whl" and not arguments.publish:
                for old in destination.glob(f"{name}-*-{platform}"):
                    old.unlink()
            shutil.move(package, destination / package.name)

    if arguments.publish:
        try_all(destination)


if __name__ == "__main__":
    main()
