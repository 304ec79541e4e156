"""Semantic versions (SPEC.md 5.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from suite.canonical_json import Json

IDENTIFIER = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
REST = rf"(?:-({IDENTIFIER}(?:\.{IDENTIFIER})*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\Z"
NUMBER = r"(0|[1-9][0-9]*)"
SHAPE = re.compile(rf"{NUMBER}(?:\.{NUMBER})?(?:\.{NUMBER})?{REST}")
LARGEST = 2**64 - 1


@dataclass(frozen=True)
class Version:
    """A version without its build metadata, which does not count."""

    numbers: tuple[int, int, int]
    prerelease: tuple[str, ...]


class Versions:
    """Parses and compares versions."""

    def version(self, value: Json) -> Version | None:
        """Returns the version, or ``None`` if the value is not one (5.4)."""
        return self.version_text(value) if isinstance(value, str) else None

    def version_text(self, text: str) -> Version | None:
        """Parses a version (D25, D46, P09, P17)."""
        version = read_version(SHAPE, text)
        return None if version is None or max(version.numbers) > LARGEST else version

    def compare_versions(self, left: Version, right: Version) -> int:
        """Returns -1, 0 or 1 by the precedence of SemVer 2.0 (5.4)."""
        if left.numbers != right.numbers:
            return compare(left.numbers, right.numbers)
        if not left.prerelease or not right.prerelease:
            return bool(right.prerelease) - bool(left.prerelease)
        for one, other in zip(left.prerelease, right.prerelease, strict=False):
            order = self.compare_identifiers(one, other)
            if order:
                return order
        return compare(len(left.prerelease), len(right.prerelease))

    def compare_identifiers(self, left: str, right: str) -> int:
        """Compares two identifiers of a prerelease: numbers by value and before others (5.4)."""
        if left.isdigit() and right.isdigit():
            return compare(int(left), int(right))
        if left.isdigit() != right.isdigit():
            return -1 if left.isdigit() else 1
        return compare(left, right)


def read_version(shape: re.Pattern[str], text: str) -> Version | None:
    """Reads a version from the groups of its shape: three numbers and the prerelease."""
    found = shape.match(text)
    if found is None:
        return None
    numbers = (int(found[1]), int(found[2] or 0), int(found[3] or 0))
    return Version(numbers, tuple(found[4].split(".")) if found[4] else ())


def compare(left: Json, right: Json) -> int:
    """Returns -1, 0 or 1."""
    return int(left > right) - int(left < right)
