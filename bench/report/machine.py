"""Describes the machine and the versions of a measurement."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path

BENCH = Path(__file__).parent.parent


def output_of(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=BENCH)
    return done.stdout.strip()


def processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    found = re.search(r"model name\s*: (.+)", text)
    return found[1].strip() if found else platform.machine()


def commit() -> str:
    changed = output_of("git", "status", "--porcelain", "--untracked-files=no", "--", "..")
    return output_of("git", "rev-parse", "--short=12", "HEAD") + (" and changes" if changed else "")


def packages() -> list[str]:
    node = json.loads((BENCH / "node/package.json").read_text())["devDependencies"]
    tools = ("@noble/hashes", "@openfeature/core")
    listed = [f"{name} {version}" for name, version in node.items() if name not in tools]
    for line in (BENCH / "python/packages.in").read_text().splitlines():
        if "==" in line and ";" not in line:
            listed.append(line.replace("==", " "))
    crates = (BENCH / "rust/Cargo.lock").read_text()
    name = "launchdarkly-server-sdk-evaluation"
    if found := re.search(rf'name = "{name}"\nversion = "([^"]+)"', crates):
        listed.append(f"{name} {found[1]}")
    npm = json.loads((BENCH / "../bindings-wasm/npm/package.json").read_text())
    listed.append(f"binaryen {npm['devDependencies']['binaryen']}")
    return sorted(listed)


def describe(versions: list[str], load: str) -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    hosts = [output_of("rustc", "--version"), f"Node {output_of('node', '--version')}", *versions]
    return {
        "Date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "Commit": commit(),
        "Machine": f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}",
        "Load of the machine before": load,
        "Hosts": ", ".join([*hosts, f"Python {platform.python_version()}"]),
        "Packages": ", ".join(packages()),
    }
