"""Measures the slowest inputs on the other host runtimes, and prints the table: `table.py INPUTS`.

INPUTS has the inputs with their native costs. If an input ends a host runtime, its measurements so far are kept.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

BOUNDS_MS = {
    "context": (50, 150),
    "load": (2000, None),
    "evaluate": (250, None),
    "explain": (250, None),
    "state": (1000, None),
    "replay": (2000, None),
}
"""Bounds by call: natively and in Python, and in WebAssembly; None means reported only.

A replay also parses the receipt, which is as long as a long document.
"""
BYTES_PER_BYTE = 12
"""Memory bound for each byte of a loaded document, the limit of `core/src/limits.rs`."""
BYTES_OF_ANY = 64 << 20
"""The memory that any document may take."""


HERE = Path(__file__).parent
NPM = HERE.parents[2] / "bindings-wasm" / "npm" / "dist"
HOSTS: dict[str, list[str | Path]] = {
    "inline": ["node", HERE / "measure.mjs", NPM / "inline.js"],
    "node": ["node", HERE / "measure.mjs", NPM / "node.js"],
    "python": [sys.executable, HERE / "measure.py"],
}


def measured(host: str, inputs: str) -> dict[str, Any]:
    """Returns the measurements of a host runtime by the name of the input."""
    done = subprocess.run([*HOSTS[host], inputs], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        print(f"SKIPPED: the rest of {host}", file=sys.stderr)
    return {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}


def main() -> int:
    """Runs the command line."""
    inputs = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(Path(sys.argv[1]).glob("*.json"))
    ]
    hosts = {host: measured(host, sys.argv[1]) for host in HOSTS}
    print(
        "| input | call | bytes | native ms | memory / bytes | "
        + "".join(f"{host} ms | " for host in hosts)
    )
    print("|---|---|---:|---:|---:|" + "---:|" * len(hosts))
    exceeding: list[str] = []
    for case in inputs:
        name, native = case["name"], case["native"]
        processor, module = BOUNDS_MS[case["call"]]
        factor = native["bytes"] / max(case["size"], 1)
        cells = [f"{native['ms']}", f"{factor:.1f}"]
        if native["ms"] > processor:
            exceeding.append(f"{name}: {native['ms']} ms natively, at most {processor}")
        if case["call"] == "load" and factor > BYTES_PER_BYTE and native["bytes"] > BYTES_OF_ANY:
            exceeding.append(f"{name}: {factor:.1f} times its bytes, at most {BYTES_PER_BYTE}")
        for host, rows in hosts.items():
            row = rows.get(name, {"ms": None})
            ms, error = row["ms"], row.get("error", "")
            cells.append(f"{'' if ms is None else ms} {error}".strip())
            bound = processor if host == "python" else module
            if ms is not None and bound is not None and ms > bound:
                exceeding.append(f"{name}: {ms} ms in {host}, at most {bound}")
        print(f"| {name} | {case['call']} | {case['size']} | {' | '.join(cells)} |")
    print()
    for line in exceeding:
        print(f"exceeds its bound: {line}")
    print(f"{len(inputs)} inputs, {len(exceeding)} figures exceed their bound")
    return 0


if __name__ == "__main__":
    sys.exit(main())
