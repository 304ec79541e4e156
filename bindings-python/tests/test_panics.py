"""A panic in the extension raises an exception; the process and its documents keep working."""

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).with_name("provoked_panics.py")

CALLS = [
    "from_dict",
    "Context.from_dict",
    "apply",
    "variation",
    "bind",
    "all_flags_state",
    "evaluate_many",
]


def test_a_panic_is_an_exception_and_the_process_goes_on() -> None:
    ended = subprocess.run(  # noqa: S603 - its own interpreter
        [sys.executable, PROGRAM], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == [*(f"{name}: provoked" for name in CALLS * 2), "a"]
