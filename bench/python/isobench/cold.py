"""Measures new processes: imports and cold starts over a bare interpreter, and first evaluations."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

from .blocks import Record
from .workload import Workload

PEAK = """
for line in open("/proc/self/status"):
    if line.startswith("VmHWM"):
        print(int(line.split()[1]) * 1024)
"""

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
    "FlagClient": "from isoflag import FlagClient; from isoflag.source import AppConfigAgentSource",
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
    bare = []
    for _ in range(runs):
        time, _ = spawned("")
        bare.append(time)
        for name, script in scripts.items():
            took, peak = spawned(script)
            over[name].append(took - time)
            peaks[name].append(float(peak))
    record.row(group, "the bare interpreter itself", "python", "ms", bare)
    if "FlagClient" in over:
        case = "`FlagClient` and a source, over bare"
        record.row(group, case, "isoflag", "ms", over.pop("FlagClient"))
        record.row(group, case, "launchdarkly", "ms", over["launchdarkly"])
    for name in over:
        record.row(group, "over bare", name, "ms", over[name])
        if group == "cold":
            record.row("cold-memory", "peak", name, "bytes", peaks[name])


def of_isoflag(workload: Workload) -> Callable[[str], Any]:
    from isoflag import Flags

    evaluate = Flags.from_json(workload.text("workload.json")).variation_detail
    raw = workload.contexts["hit"]
    return lambda key: evaluate(key, raw, None).value


def of_launchdarkly(workload: Workload) -> Callable[[str], Any]:
    from . import launchdarkly

    client = launchdarkly.LaunchDarkly(workload.text("workload.json")).client()
    # Parsed before, unlike the dict that isoflag gets.
    context = launchdarkly.context(workload.contexts["hit"])
    return lambda key: client.variation_detail(key, context, None).value


def of_other(name: str) -> Callable[[Workload], Callable[[str], Any]]:
    def make(workload: Workload) -> Callable[[str], Any]:
        from . import others

        source = workload.json("workload.json")["flags"]
        raw = workload.contexts["hit"]
        evaluate = getattr(others, name)(source).evaluate
        return lambda key: evaluate(key, raw)

    return make


EVALUATORS: dict[str, Callable[[Workload], Callable[[str], Any]]] = {
    "isoflag": of_isoflag,
    "launchdarkly": of_launchdarkly,
    "eppo": of_other("Eppo"),
    "powertools": of_other("Powertools"),
}


def evaluate(subject: str, *keys: str) -> None:
    """Prints the nanoseconds of the first evaluations of this process, and the answers."""
    answer = EVALUATORS[subject](Workload())
    times, values = [], {}
    for key in keys:
        start = perf_counter_ns()
        value = answer(key)
        times.append(perf_counter_ns() - start)
        values[key] = value
    print(json.dumps({"times": times, "values": values}))
    sys.stdout.flush()
    os._exit(0)  # ends the threads of a client that is not closed


THREE = ("fallthrough", "rules-10", "rollout")
"""The flags that all peers can express."""


def first_evaluations(
    record: Record, runs: int, name: str, subjects: tuple[str, ...], keys: list[str]
) -> None:
    taken: dict[str, list[list[int]]] = {subject: [] for subject in subjects}
    for _ in range(runs):
        answers = {}
        for subject in subjects:
            command = [sys.executable, "-m", "isobench.cold", subject, *keys]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            printed = json.loads(done.stdout)
            taken[subject].append(printed["times"])
            answers[subject] = printed["values"]
        for subject, values in answers.items():
            for key, value in values.items():
                # Another hash assigns a context to another bucket.
                hashed = key == "rollout" and subject != "launchdarkly"
                if not hashed and value != answers["isoflag"][key]:
                    raise SystemExit(f"`{key}`: {subject} gives {value}; nothing is timed")
    for subject, rows in taken.items():
        record.row("first", name, subject, "ns", [float(sum(times)) for times in rows])
        if len(subjects) == 2:
            for index, key in enumerate(keys):
                each = [float(times[index]) for times in rows]
                record.row("first-each", key, subject, "ns", each)


def measure(record: Record, workload: Workload, runs: int) -> None:
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path[:1])
    if record.wants("import") or record.wants("cold"):
        over_bare("import", IMPORTS, record, runs)
        over_bare("cold", COLD, record, runs)
    if record.wants("first"):
        ten = [
            case.flag
            for case in workload.cases
            if case.document == "workload" and case.context is workload.contexts["hit"]
        ]
        pair = ("isoflag", "launchdarkly")
        first_evaluations(record, runs, "ten evaluations", pair, ten)
        everyone = tuple(EVALUATORS)
        first_evaluations(record, runs, "three evaluations", everyone, list(THREE))


if __name__ == "__main__":
    evaluate(*sys.argv[1:])
