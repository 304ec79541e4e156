"""Runs all benchmarks in Python: ``python -m isobench [--quick]``, which bench/run.sh calls."""

from __future__ import annotations

import importlib.util
import sys

from . import cold, document, evaluation, every_flag, growth, public, threads
from .blocks import Record
from .others import measure as measure_others
from .workload import Workload


def main() -> None:
    if importlib.util.find_spec("yaml"):
        raise SystemExit(
            "PyYAML is installed, with which LaunchDarkly's SDK reads JSON as YAML; "
            "run bench/run.sh, which makes an environment without it"
        )
    quick = "--quick" in sys.argv
    workload = Workload()
    record = Record(3 if quick else 9)
    contexts = 2000 if quick else 2500
    evaluation.measure(workload, record, contexts)
    public.measure(workload, record, contexts // 2)
    every_flag.measure(workload, record, 3 if quick else 20)
    document.measure(workload, record, contexts)
    measure_others(workload, record, contexts)
    threads.measure(workload, record, 50 if quick else 500)
    cold.measure(record, 3 if quick else 15)
    growth.measure(workload, record)


if __name__ == "__main__":
    main()
