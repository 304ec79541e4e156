"""Lets Atheris choose the objects; ``make guided`` runs it.

Its choices are guided by the coverage of the extension, which is compiled for that. The options
are those of libFuzzer.
"""

import logging
import os
import sys
import warnings
from pathlib import Path
from random import Random

# The extension finds the functions of the fuzzer in the process.
sys.setdlopenflags(os.RTLD_NOW | os.RTLD_GLOBAL)
import atheris  # noqa: E402

sys.path.insert(0, str(Path(__file__).parents[1]))
from host_objects.judge import JUDGES  # noqa: E402


class Choices(Random):
    """Random choices that bytes decide; zero after the last byte."""

    def __init__(self, data: bytes) -> None:
        super().__init__(0)
        self._data = data
        self._next = 0

    def getrandbits(self, k: int, /) -> int:
        length = (k + 7) // 8
        taken = self._data[self._next : self._next + length]
        self._next += length
        return int.from_bytes(taken.ljust(length, b"\0"), "little") & ((1 << k) - 1)

    def random(self) -> float:
        return self.getrandbits(16) / (1 << 16)


def judge_bytes(data: bytes) -> None:
    choices = Choices(data)
    JUDGES[choices.randrange(len(JUDGES))](choices)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable()
    atheris.Setup(sys.argv, judge_bytes)
    atheris.Fuzz()
