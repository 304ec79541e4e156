"""Buckets (SPEC.md 7)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import mmh3

from isodiff.spec.context import Malformed, Reference, Scope
from isodiff.spec.document import Rollout, SegmentRule
from isodiff.spec.operators import is_number
from suite.canonical_json import Json

BUCKETS = 100_000


@dataclass(frozen=True)
class Bucket:
    """A hash of ``scale`` possible ones."""

    hash: int
    scale: int

    @property
    def number(self) -> int:
        """The bucket, from 0 to 99999."""
        return self.hash * BUCKETS // self.scale


ZERO = Bucket(0, 1)


class Bucketing(Scope):
    """Finds the bucket of the context."""

    def bucket(self, by: Rollout | SegmentRule, key: str, salt: str) -> Bucket:
        """Returns the bucket for a rollout or a segment's rule (7)."""
        name = self.document.hash if by.hash is None else by.hash
        if name not in ("sha1", "murmur3"):
            raise Malformed
        experiment = isinstance(by, Rollout) and by.experiment
        if experiment or not by.bucket_by:
            reference: Reference = ("key",)
        else:
            reference = self.attribute(by.bucket_by, by.kind)
        kind = self.kind(by.kind)
        if kind not in self.context.kinds:
            return self.bucket_of_absent_kind(by)
        text = self.hashed_text(self.bucketing_value(kind, reference))
        if text is None:
            return ZERO
        return hashed(name, f"{self.prefix(by, key, salt)}.{text}".encode())

    def bucket_of_absent_kind(self, by: Rollout | SegmentRule) -> Bucket:
        """Returns bucket 0 (7, D01, D02, D36)."""
        return ZERO

    def prefix(self, by: Rollout | SegmentRule, key: str, salt: str) -> str:
        """Returns the text that is hashed before the value: the seed, or key and salt (7, D03)."""
        seed = by.seed if isinstance(by, Rollout) else None
        return f"{key}.{salt}" if seed is None else self.digits(int(seed))

    def bucketing_value(self, kind: str, reference: Reference) -> Json:
        """Returns the value to bucket by; of the attribute ``kind``, the name of the kind (P18)."""
        return self.context.value(kind, reference)

    def hashed_text(self, value: Json) -> str | None:
        """Returns a string or the digits of an integral number; ``None`` for any other value (7)."""
        if isinstance(value, str):
            return value
        return self.digits(value) if is_number(value) and float(value).is_integer() else None

    def digits(self, number: int | float) -> str:
        """Returns the exact decimal digits of an integral double (D08, D09, P08)."""
        return str(int(float(number)))

    def below(self, bucket: Bucket, weights: Sequence[int]) -> bool:
        """Returns whether the bucket is below the sum of the weights, in integers (7, D40)."""
        return bucket.number < sum(weights)


def hashed(name: str, data: bytes) -> Bucket:
    """Hashes by ``sha1`` or ``murmur3`` (7)."""
    if name == "murmur3":
        return Bucket(mmh3.hash(data, 0, signed=False), 2**32)
    return Bucket(int(hashlib.sha1(data).hexdigest()[:15], 16), 2**60)
