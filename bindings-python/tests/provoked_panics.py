"""A program that provokes panics in the extension and prints the exception that each becomes.

It needs nothing but isoflag, so that ``arm64.py`` can run it too.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from isoflag import Context, Flags


class Raising(Mapping[str, object]):
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __getitem__(self, name: str) -> object:
        raise self.error

    def __iter__(self) -> Iterator[str]:
        raise self.error

    def __len__(self) -> int:
        return 1


FLAGS = Flags.from_json(
    '{"flags": {"f": {"key": "f", "version": 1, "on": true, "variations": ["a"],'
    '"fallthrough": {"variation": 0}}}}'
)
ADA = {"kind": "user", "key": "ada"}

# PyO3 creates its class when it first receives an exception from Python code.
FLAGS.variation("f", Raising(ValueError("broken")), None)
(PANIC,) = (found for found in BaseException.__subclasses__() if found.__name__ == "PanicException")

# PyO3 resumes an exception of that class from Python code as a Rust panic.
RAISING = Raising(PANIC("provoked"))

CALLS: dict[str, Callable[[], object]] = {
    "from_dict": lambda: Flags.from_dict(RAISING),
    "Context.from_dict": lambda: Context.from_dict(RAISING),
    "apply": lambda: FLAGS.apply(RAISING),
    "variation": lambda: FLAGS.variation("f", RAISING, None),
    "bind": lambda: FLAGS.bind(RAISING),
    "all_flags_state": lambda: FLAGS.all_flags_state(RAISING),
    "evaluate_many": lambda: FLAGS.evaluate_many(["f"], [ADA, RAISING], threads=2),
}


def provoke(name: str) -> str:
    try:
        CALLS[name]()
    except PANIC as error:
        return f"{name}: {error}"
    sys.exit(f"{name} did not panic")


if __name__ == "__main__":
    with ThreadPoolExecutor(2) as threads:
        for exception in [*map(provoke, CALLS), *threads.map(provoke, CALLS)]:
            print(exception)
    print(FLAGS.variation("f", ADA, None))
