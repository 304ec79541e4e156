"""Writes the summary of a run, and conformance/DIVERGENCES.md."""

from __future__ import annotations

import json
import platform
import re
import subprocess
from collections import Counter
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from canonical_json import Json
from isodiff.compare import LOADING, OWN, Failure, Tally
from isodiff.quirks import SDKS
from isodiff.quirks.points import POINTS, Point

HERE = Path(__file__).resolve().parent.parent
ORDER = "DASP"
SAME = "as isoflag"

HEADER = """\
# Where LaunchDarkly's SDKs and isoflag differ

This file is written by `make differential` and by nothing else. That run makes up flag documents and contexts from a
seed, asks isoflag on every host and LaunchDarkly's own SDKs for Node and Python, and compares every answer: value,
variation and reason. The SDKs are used to check against; isoflag does not depend on them.

isoflag replaces the JavaScript and the Python SDK. Where those two agree, it answers as they do. Where they do not, it
answers as the Go SDK does, unless the table says otherwise. Each difference that the run met is put down to one or
more of the points below: the points are switches of a second, plain implementation of the rules, and a difference counts
as explained only if exactly these switches turn isoflag's answer into the SDK's. Anything else fails the run.
"""

NOTES = """\
How to read it: `D` and `A` are decided points of isoflag's rules of evaluation, `S` are differences that those rules
state in passing, `P` are points found by these runs and proposed. The last two columns count the answers of this run
for which the point was needed; one answer may need several. The Go column was read in that SDK's source, not run.
"""


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
        points = ", ".join(f"{name} {count}" for name, count in _sorted(tally.points[sdk]))
        lines.append(f"{sdk} differs {tally.diverged[sdk]} times: {points}")
    return "\n".join(lines)


def _sorted(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: _place(item[0]))


def _place(name: str) -> tuple[int, str]:
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


def _parsed(text: str) -> Json:
    try:
        return json.loads(text)
    except ValueError:
        return text


def divergences(tally: Tally, seed: str, hosts: list[str]) -> str:
    """Returns the text of DIVERGENCES.md."""
    parts = [
        HEADER,
        _facts(tally, seed, hosts),
        "## The points\n",
        NOTES,
        _table(tally),
        _other(tally),
    ]
    return "\n".join(parts)


def _facts(tally: Tally, seed: str, hosts: list[str]) -> str:
    rows = [
        ("date", datetime.now(timezone.utc).date().isoformat()),
        ("seed", f"`{seed}`"),
        ("cases: one flag of one document for one context", str(tally.cases)),
        ("documents", str(tally.documents)),
        ("answers equal to both SDKs'", str(tally.agreed)),
        ("states of all flags", str(tally.states)),
        ("typed variations", str(tally.typed)),
        ("differences that nothing explains", str(len(tally.failures))),
        ("isoflag", f"{_isoflag_version()} on {', '.join(hosts) or 'no host'}"),
        (
            "JavaScript",
            f"@launchdarkly/node-server-sdk {_npm('node-server-sdk')}, "
            f"@launchdarkly/js-server-sdk-common {_npm('js-server-sdk-common')}, Node {_node()}",
        ),
        (
            "Python",
            f"launchdarkly-server-sdk {version('launchdarkly-server-sdk')}, "
            f"pyRFC3339 {version('pyRFC3339')}, semver {version('semver')}, Python {platform.python_version()}",
        ),
    ]
    body = "\n".join(f"| {name} | {value} |" for name, value in rows)
    return f"## This run\n\n| | |\n|---|---|\n{body}\n"


def _table(tally: Tally) -> str:
    head = (
        "| point | situation | isoflag | JavaScript | Python | Go | JavaScript differed | Python differed |\n"
        "|---|---|---|---|---|---|---|---|\n"
    )
    rows = [_row(point, tally) for point in sorted(POINTS, key=lambda point: _place(point.name))]
    return head + "\n".join(rows) + "\n"


def _row(point: Point, tally: Tally) -> str:
    cells = (
        point.name + (" (proposed)" if point.proposed else ""),
        point.situation,
        point.isoflag,
        point.javascript or SAME,
        point.python or SAME,
        SAME if point.go == point.isoflag else point.go or "not read",
        str(tally.points["javascript"][point.name]),
        str(tally.points["python"][point.name]),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _other(tally: Tally) -> str:
    def counts(name: str) -> str:
        return " | ".join(str(tally.points[sdk][name]) for sdk in SDKS)

    return (
        "\n## Not a matter of evaluation\n\n"
        "| | JavaScript | Python |\n|---|---|---|\n"
        "| the SDK refuses or misreads a malformed flag or segment that the answer depends on; isoflag isolates it "
        f"| {counts(LOADING)} |\n"
        f"| the document uses `hash`, isoflag's own addition | {counts(OWN)} |\n"
    )


def _npm(name: str) -> str:
    path = HERE.parent / "node_modules" / "@launchdarkly" / name / "package.json"
    return str(json.loads(path.read_text())["version"])


def _node() -> str:
    return (
        subprocess.run(("node", "--version"), capture_output=True, text=True, check=True)
        .stdout.strip()
        .removeprefix("v")
    )


def _isoflag_version() -> str:
    text = (HERE.parent.parent / "Cargo.toml").read_text()
    found = re.search(r'^version = "([^"]+)"', text, re.MULTILINE)
    return found[1] if found else "unknown"
