"""Independent oracles: buckets, HMACs and digests by hashlib, mmh3 and rfc8785."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence

import mmh3

from suite.canonical_json import canonical

from .builders import Json

HASHES = ("sha1", "murmur3")


def prefix_of(key: str, salt: str, seed: int | None = None) -> str:
    """Returns the text that is hashed before the value."""
    return str(seed) if seed is not None else f"{key}.{salt}"


def sha1_number(prefix: str, value: str) -> int:
    """The first 60 bits of the SHA-1."""
    return int(hashlib.sha1(f"{prefix}.{value}".encode()).hexdigest()[:15], 16)


def murmur3_number(prefix: str, value: str) -> int:
    """The 32-bit murmur3 hash with murmur's own seed 0."""
    return int(mmh3.hash(f"{prefix}.{value}".encode(), 0, signed=False))


def bucket(hash_name: str, prefix: str, value: str) -> int:
    """Returns the integer bucket from 0 to 99999; a weight above it includes the value."""
    if hash_name == "sha1":
        return sha1_number(prefix, value) * 100_000 >> 60
    return murmur3_number(prefix, value) * 100_000 >> 32


def chosen(bucket_number: int, weights: Sequence[int]) -> int:
    """Returns the index of the entry that contains the bucket, or the last one."""
    for position, cumulative in enumerate(itertools.accumulate(weights)):
        if bucket_number < cumulative:
            return position
    return len(weights) - 1


def single(number: float) -> float:
    """The number rounded to single precision."""
    return float(struct.unpack("f", struct.pack("f", number))[0])


def chosen_in_single_precision(prefix: str, value: str, weights: Sequence[int]) -> int:
    """Returns the choice of a scheme with 32-bit floats, used to find keys on which it errs."""
    position_of = single(single(float(sha1_number(prefix, value))) / single(float(0xFFFFFFFFFFFFFFF)))
    total = 0.0
    for position, weight in enumerate(weights):
        total = single(total + single(single(float(weight)) / single(100_000.0)))
        if position_of < total:
            return position
    return len(weights) - 1


def keys_where(test: Callable[[str], bool], stem: str = "key") -> Iterator[str]:
    """The keys `stem-0`, `stem-1`, … that pass the test."""
    return (key for key in (f"{stem}-{number}" for number in itertools.count()) if test(key))


def first_key(test: Callable[[str], bool], stem: str = "key") -> str:
    """The first key that passes the test."""
    return next(keys_where(test, stem))


def digest(normalised: Mapping[str, Json]) -> str:
    """The digest of a document that is already normalised but for absent flags and segments."""
    whole = {"flags": {}, "segments": {}, **normalised}
    return "sha256:" + hashlib.sha256(canonical(whole).encode()).hexdigest()


def secure_mode_hash(sdk_key: str, context_key: str) -> str:
    """HMAC-SHA256 in lower-case hex."""
    return hmac.new(sdk_key.encode(), context_key.encode(), hashlib.sha256).hexdigest()
