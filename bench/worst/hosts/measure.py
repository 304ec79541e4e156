"""Measures the calls of a folder of inputs in Python: `measure.py FOLDER` prints a JSON line for each."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from isoflag import Context, DocumentError, Flags, replay


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


def main() -> None:
    """Runs the command line."""
    for path in sorted(Path(sys.argv[1]).glob("*.json")):
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


if __name__ == "__main__":
    main()
