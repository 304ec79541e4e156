"""Measures new processes: the import alone and a cold Lambda start, minus a bare interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
from time import perf_counter_ns

from .blocks import Record

PEAK = """
for line in open("/proc/self/status"):
    if line.startswith("VmHWM"):
        print(int(line.split()[1]) * 1024)
"""

BARE = ""

COLD = {
    "isoflag": """
import os
from isoflag import Flags
data = os.environ["ISOFLAG_BENCH_DATA"]
flags = Flags.from_json(open(data + "/workload.json", "rb").read())
context = {"kind": "user", "key": "user-000777", "country": "de", "appVersion": "4.2.1"}
flags.variation_detail("fallthrough", context, None).value
""",
    "launchdarkly": """
import os
from isobench.launchdarkly import LaunchDarkly
from ldclient import Context
data = os.environ["ISOFLAG_BENCH_DATA"]
client = LaunchDarkly(open(data + "/workload.json", "rb").read()).client()
context = Context.from_dict({"kind": "user", "key": "user-000777", "country": "de", "appVersion": "4.2.1"})
client.variation_detail("fallthrough", context, None).value
""",
}

IMPORTS = {
    "isoflag": "import isoflag",
    "launchdarkly": "import ldclient",
    "eppo": "import eppo_client",
    "powertools": "import aws_lambda_powertools.utilities.feature_flags",
}


def spawned(script: str) -> tuple[float, int]:
    """Returns milliseconds from start to end, and the peak memory."""
    start = perf_counter_ns()
    # The last line ends the threads of a client that is not closed.
    script += PEAK + "import os, sys\nsys.stdout.flush()\nos._exit(0)\n"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return (perf_counter_ns() - start) / 1e6, int(done.stdout.split()[-1])


def over_bare(group: str, scripts: dict[str, str], record: Record, runs: int) -> None:
    over: dict[str, list[float]] = {name: [] for name in scripts}
    peaks: dict[str, list[float]] = {name: [] for name in scripts}
    for name in scripts:
        spawned(scripts[name])  # not measured: it compiles and caches
    bare_time, bare_peak = [], []
    for _ in range(runs):
        time, peak = spawned(BARE)
        bare_time.append(time)
        bare_peak.append(float(peak))
        for name, script in scripts.items():
            took, peak = spawned(script)
            over[name].append(took - time)
            peaks[name].append(float(peak))
    record.row(group, "the bare interpreter itself", "python", "ms", bare_time)
    record.row(f"{group}-memory", "the bare interpreter itself", "python", "bytes", bare_peak)
    for name in scripts:
        record.row(group, "over bare", name, "ms", over[name])
        record.row(f"{group}-memory", "peak", name, "bytes", peaks[name])


def measure(record: Record, runs: int) -> None:
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path[:1])
    over_bare("import", IMPORTS, record, runs)
    over_bare("cold", COLD, record, runs)
