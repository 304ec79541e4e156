"""Runs all benchmarks in Python: ``python -m isobench``, as bench/run.sh does."""

from __future__ import annotations

import importlib.util

from . import cold, evaluation, growth, others, threads
from .blocks import Record
from .workload import Workload


def main() -> None:
    if importlib.util.find_spec("yaml"):
        raise SystemExit(
            "PyYAML is installed, which LaunchDarkly's SDK would parse JSON with; "
            "run bench/run.sh, which creates an environment without it"
        )
    workload = Workload()
    record = Record()
    contexts = 2000 if record.quick else 2500
    evaluation.measure(workload, record, contexts)
    evaluation.measure_public(workload, record, contexts // 2)
    others.measure(workload, record, contexts)
    evaluation.measure_every_flag(workload, record, 3 if record.quick else 20)
    evaluation.measure_document(workload, record, contexts)
    threads.measure(workload, record, 50 if record.quick else 500)
    cold.measure(record, workload, 3 if record.quick else 15)
    growth.measure(workload, record)


if __name__ == "__main__":
    main()
