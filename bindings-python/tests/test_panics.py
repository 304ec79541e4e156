"""A panic in the extension raises an exception, and the process and its documents go on."""

import subprocess
import sys

PROGRAM = """
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from isoflag import Context, Flags


class Raising(Mapping):
    def __init__(self, error):
        self.error = error

    def __getitem__(self, name):
        raise self.error

    def __iter__(self):
        raise self.error

    def __len__(self):
        return 1


flags = Flags.from_json(
    '{"flags": {"f": {"key": "f", "version": 1, "on": true, "variations": ["a"],'
    '"fallthrough": {"variation": 0}}}}'
)

# PyO3 makes its class when it first takes an exception from Python.
flags.variation("f", Raising(ValueError("broken")), None)
(panic,) = (found for found in BaseException.__subclasses__() if found.__name__ == "PanicException")

# If Python code raises one of that class into the extension, PyO3 goes on with it as a Rust panic.
raising = Raising(panic("provoked"))
calls = {
    "from_dict": lambda: Flags.from_dict(raising),
    "Context.from_dict": lambda: Context.from_dict(raising),
    "apply": lambda: flags.apply(raising),
    "variation": lambda: flags.variation("f", raising, None),
    "bind": lambda: flags.bind(raising),
    "all_flags_state": lambda: flags.all_flags_state(raising),
    "evaluate_many": lambda: flags.evaluate_many(["f"], [{"key": "ada"}, raising], threads=2),
}


def provoke(name):
    try:
        calls[name]()
    except panic as error:
        return f"{name}: {error}"
    sys.exit(f"{name} did not panic")


with ThreadPoolExecutor(2) as threads:
    for said in [*map(provoke, calls), *threads.map(provoke, calls)]:
        print(said)
print(flags.variation("f", {"kind": "user", "key": "ada"}, None))
"""

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
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == [*(f"{name}: provoked" for name in CALLS * 2), "a"]
