"""The random source of one document: the seed and the document's number decide everything in it."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from suite.canonical_json import Json

T = TypeVar("T")
Hint = tuple[str, str, Json]
"""An attribute that some context of the document has: its kind, its name and its value."""


class Source:
    def __init__(self, seed: str) -> None:
        # Seeding by text hashes it, so that neighbouring numbers have nothing in common.
        self.random = Random(seed)
        self.hints: list[Hint] = []

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def pick(self, items: Sequence[T]) -> T:
        return items[int(self.random.random() * len(items))]

    def between(self, low: int, high: int) -> int:
        return low + int(self.random.random() * (high - low + 1))

    def some(self, items: Sequence[T], most: int, least: int = 0) -> list[T]:
        return [self.pick(items) for _ in range(self.between(least, most))]

    def weighted(self, items: Sequence[tuple[int, T]]) -> T:
        left = self.random.random() * sum(weight for weight, _ in items)
        for weight, item in items:
            left -= weight
            if left < 0:
                return item
        return items[-1][1]
