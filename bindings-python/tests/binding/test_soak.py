"""Many evaluations take no more memory than a few: `SOAK` is their number."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

EVALUATIONS = int(os.environ.get("SOAK", "200000"))

PROGRAM = """
import gc, json, os, sys, threading
from concurrent.futures import ThreadPoolExecutor
from isoflag import Context, Flags

EVALUATIONS = int(sys.argv[1])
THREADS = 20
CLAUSE = {"attribute": "plan", "op": "in", "values": ["pro"]}
TEXT = json.dumps({"flags": {f"f{n}": {
    "key": f"f{n}", "version": 1, "on": True, "variations": [{"n": [n]}, "b"], "salt": "s",
    "rules": [{"clauses": [CLAUSE], "variation": 0}],
    "fallthrough": {"rollout": {"variations": [{"variation": 1, "weight": 100000}]}},
} for n in range(5)}})
FLAGS = Flags.from_json(TEXT)

def plain(turn):
    plan = "pro" if turn % 2 else None
    context = {"kind": "user", "key": f"u{turn}", "plan": plan, "list": [{}, 1.5, "é"]}
    for n in range(90):
        detail = FLAGS.variation_detail(f"f{n % 5}", context, None)
        assert detail.value == ({"n": [n % 5]} if turn % 2 else "b"), detail
        assert detail.reason["kind"] == ("RULE_MATCH" if turn % 2 else "FALLTHROUGH")
    return 90

def bound(turn):
    bound = FLAGS.bind(Context(f"u{turn}", attributes={"plan": "pro"}))
    for n in range(800):
        assert bound.variation("f1", None) == {"n": [1]}
    return 800 + len(bound.all_flags_state()) - 2

def many(turn):
    contexts = [{"kind": "user", "key": f"u{turn}-{n}"} for n in range(20)]
    rows = FLAGS.evaluate_many(FLAGS.keys(), contexts, threads=2)
    assert all(detail.value == "b" for row in rows for detail in row)
    return 100

def errors(turn):
    user = {"kind": "user"}
    for context in (None, user, {**user, "key": "a", "x": {1, 2}}, {**user, "key": 5}):
        FLAGS.variation_detail("f1", context, None)
    try:
        Flags.from_json('{"flags": {"a": ')
    except ValueError:
        pass
    return 4

def documents(turn):
    patched = FLAGS.apply({"flags": {"f1": {"key": "f1", "version": 2 + turn, "deleted": True}}})
    assert patched.variation("f1", {"kind": "user", "key": "a"}, turn) == turn
    for _ in range(5):
        loaded = Flags.from_json(TEXT)
        assert loaded.digest == FLAGS.digest
    return 1 + (loaded.explain("f1", {"kind": "user", "key": "a"}).to_json() != "")

WORK = (plain, bound, many, errors, documents)

def evaluate(evaluations):
    done = turn = 0
    while done < evaluations:
        turn += 1
        for work in WORK:
            done += work(turn)
    return done

def resident():
    gc.collect()
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def on_threads(evaluations):
    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(evaluate, [evaluations // THREADS] * THREADS))

# The allocator of each thread keeps some memory: it has that before the first measurement.
first = on_threads(max(EVALUATIONS // 4, 100_000))
before = resident()
done = on_threads(EVALUATIONS)
after = resident()
print(done, after - before, before)
"""

# The memory that allocators keep, whatever the number of evaluations.
ALLOWED = 8 << 20


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_memory_is_flat() -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(PROGRAM), str(EVALUATIONS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    evaluations, growth, before = map(int, done.stdout.split())
    print(f"{evaluations} evaluations: {growth:+} bytes of {before}")  # noqa: T201
    assert evaluations >= EVALUATIONS * 0.99
    assert growth < ALLOWED, f"{growth} bytes after {evaluations} evaluations"
