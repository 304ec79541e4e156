"""Prints the summary of a run and its failures, and records a full run in DIVERGENCES.md."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from importlib.metadata import version

from isodiff.compare import Failure, Tally
from isodiff.quirks import SDKS
from isodiff.quirks.sdk import DIVERGENCES
from suite.canonical_json import Json
from suite.cases import CONFORMANCE

ORDER = "DASP"


def summary(tally: Tally, seconds: float) -> str:
    """Returns a few lines for the terminal."""
    reasons = ", ".join(f"{name} {count}" for name, count in sorted(tally.reasons.items()))
    lines = [
        f"{tally.cases} cases in {tally.documents} documents, {seconds:.0f} s",
        f"reasons: {reasons}",
        f"all flags states {tally.states}, typed variations {tally.typed}",
        f"equal to both SDKs: {tally.agreed}",
    ]
    for sdk in SDKS:
        points = ", ".join(f"{name} {count}" for name, count in sorted(tally.points[sdk].items(), key=_place))
        lines.append(f"{sdk} differs {tally.diverged[sdk]} times: {points}")
    return "\n".join(lines)


def _place(counted: tuple[str, int]) -> tuple[int, str]:
    name, _ = counted
    return (ORDER.find(name[0]) if name[1:].isdigit() else len(ORDER), name)


def case(line: Json, failure: Failure) -> str:
    """Returns a failing case in the form of a vector."""
    shown = {
        "what": failure.what,
        "flag": failure.flag,
        **{k: v for k, v in line.items() if k not in ("theme", "flags", "text")},
        "answers": {name: _parsed(text) for name, text in failure.answers},
    }
    return json.dumps(shown, ensure_ascii=False, indent=1)


def print_failures(failed: Iterable[tuple[Json, Failure]], minimal: Callable[[Json, Failure], str]) -> None:
    """Prints the first failure of each kind, reduced."""
    shown: set[str] = set()
    for line, failure in failed:
        if failure.what not in shown:
            shown.add(failure.what)
            print(f"\ndocument {failure.number}:\n{minimal(line, failure)}", flush=True)


def _parsed(text: str) -> Json:
    try:
        return json.loads(text)
    except ValueError:
        return text


def write_latest_run(tally: Tally, seed: str) -> None:
    """Replaces the last table of DIVERGENCES.md."""
    node = subprocess.run(("node", "--version"), capture_output=True, text=True, check=True).stdout.strip()[1:]
    package = CONFORMANCE / "node_modules" / "@launchdarkly" / "node-server-sdk" / "package.json"
    javascript = json.loads(package.read_text(encoding="utf-8"))["version"]
    rows = {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "seed": f"`{seed}`",
        "cases: one flag of one document for one context": str(tally.cases),
        "answers equal to both SDKs'": str(tally.agreed),
        "differences that nothing explains": str(len(tally.failures)),
        "JavaScript": f"@launchdarkly/node-server-sdk {javascript}, Node {node}",
        "Python": f"launchdarkly-server-sdk {version('launchdarkly-server-sdk')}, Python {platform.python_version()}",
    }
    kept, heading, _ = DIVERGENCES.read_text(encoding="utf-8").partition("## Latest full run\n")
    table = "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())])
    DIVERGENCES.write_text(f"{kept}{heading}\n{table}\n", encoding="utf-8")
    print(f"wrote {DIVERGENCES}")
