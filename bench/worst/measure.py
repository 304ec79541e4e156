"""Measures the slowest inputs on the other host runtimes, and prints the table: `measure.py INPUTS`.

INPUTS has the inputs with their native costs. If an input ends a host runtime, its measurements so far are kept.
`measure.py --here INPUTS` measures them in this process, and prints a line of JSON for each.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from isoflag import Context, DocumentError, Flags, replay

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
NPM = HERE.parents[1] / "bindings-wasm" / "npm" / "dist"
HOSTS: dict[str, list[str | Path]] = {
    "inline": ["node", HERE / "measure.mjs", NPM / "inline.js"],
    "node": ["node", HERE / "measure.mjs", NPM / "node.js"],
    "python": [sys.executable, __file__, "--here"],
}


def call_of(case: dict[str, str]) -> Callable[[], object]:
    """Returns the call to measure, after its setup."""
    document, context = case["document"].encode(), case["context"].encode()
    if case["call"] == "load":
        return lambda: Flags.from_json(document)
    flags = Flags.from_json(document)
    if case["call"] == "context":
        members: dict[str, Any] = json.loads(context)
        return lambda: flags.variation("flag", members, None)
    user = Context.from_json(context)
    bound = flags.bind(user)
    if case["call"] == "replay":
        receipt = flags.receipt("flag", user).to_json()
        return lambda: replay(receipt, flags, user)
    calls: dict[str, Callable[[], object]] = {
        "evaluate": lambda: bound.variation("flag", None),
        "explain": lambda: bound.explain("flag").to_json(),
        "state": lambda: bound.all_flags_state(),
    }
    return calls[case["call"]]


def measured(host: str, inputs: str) -> dict[str, Any]:
    """Returns the measurements of a host runtime by the name of the input."""
    done = subprocess.run([*HOSTS[host], inputs], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        print(f"SKIPPED: the rest of {host}", file=sys.stderr)
    return {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}


def measure_here(inputs: str) -> None:
    """Measures the inputs in this process."""
    for path in sorted(Path(inputs).glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        start = 0.0
        try:
            call = call_of(case)
            start = time.process_time()
            call()
        except DocumentError:
            pass
        took = (time.process_time() - start) * 1000 if start else 0.0
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(
            json.dumps({"name": case["name"], "ms": round(took, 1), "process_mb": peak // 1000}),
            flush=True,
        )


def main() -> int:
    """Runs the command line."""
    if sys.argv[1] == "--here":
        measure_here(sys.argv[2])
        return 0
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
