"""Percentages, in exact integers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import mmh3

from isodiff.jsontext import Json
from isodiff.rules.switches import Switches

WHOLE = 100_000


@dataclass(frozen=True)
class Bucket:
    """A place on the line from 0 to 1, as ``hash / scale``; ``-1`` is before everything."""

    hash: int
    scale: int

    def below(self, weight: int) -> bool:
        return self.hash * WHOLE < weight * self.scale

    def below_sum(self, total: float) -> bool:
        return self.hash / self.scale < total


class Weights:
    """The running sum of weights: exact, or in doubles as the SDKs have it."""

    def __init__(self, switches: Switches) -> None:
        self.switches = switches
        self.exact = 0
        self.total = 0.0

    def reach(self, bucket: Bucket, weight: int) -> bool:
        self.exact += weight
        self.total += weight / 100000.0
        exact = bucket.below(self.exact)
        rounded = bucket.below_sum(self.total)
        if exact != rounded and (self.switches.python("D40") or self.switches.javascript("D40")):
            return rounded
        return exact


ZERO = Bucket(0, 1)
BEFORE = Bucket(-1, 1)


def bucket(name: str, prefix: str, value: Json, switches: Switches) -> Bucket:
    text = _text(value, switches)
    if text is None:
        return ZERO
    data = f"{prefix}.{text}".encode()
    if name == "murmur3":
        # (hash * 100000) >> 32 < weight, which for an integer weight is hash * 100000 < weight * 2^32.
        return Bucket(mmh3.hash(data, 0, signed=False), 2**32)
    return Bucket(int(hashlib.sha1(data).hexdigest()[:15], 16), 2**60)


def _text(value: Json, switches: Switches) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return digits(value, switches)


def digits(value: int | float, switches: Switches) -> str | None:
    """The decimal digits of an integral number that is hashed."""
    number = float(value)
    if not number.is_integer():
        return None
    if isinstance(value, float) and switches.python("D08"):
        return None
    if isinstance(value, int) and value != int(number) and switches.python("D09"):
        return str(value)
    exact = str(int(number))
    theirs = _javascript_digits(number)
    return theirs if theirs != exact and switches.javascript("P08") else exact


def _javascript_digits(number: float) -> str:
    """``Number.prototype.toString`` of an integral double: the shortest digits, then zeros or an exponent."""
    if abs(number) < 1e16:
        return str(int(number))
    mantissa, _, exponent = f"{number!r}".partition("e")
    mantissa = mantissa.removesuffix(".0")
    if not exponent:
        return mantissa
    if abs(number) >= 1e21:
        return f"{mantissa}e+{int(exponent)}"
    sign = "-" if mantissa.startswith("-") else ""
    shortest = mantissa.removeprefix("-").replace(".", "")
    return sign + shortest.ljust(int(exponent) + 1, "0")
