"""Semantic versions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ldclient.impl.model.value_parsing import parse_semver

from isodiff.jsontext import Json
from isodiff.rules.switches import Switches

_IDENTIFIER = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_REST = rf"(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\Z"
_NUMBER = r"(0|[1-9][0-9]*)"
SHORT = re.compile(rf"{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?{_REST}")
FULL = re.compile(rf"v?{_NUMBER}\.{_NUMBER}\.{_NUMBER}{_REST}")
JAVASCRIPT_COMPONENTS = re.compile(r"[0-9]+(\.[0-9]+)?(\.[0-9]+)?")
JAVASCRIPT_SPACE = " \t\n\r\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
LARGEST = 2**64 - 1
LARGEST_JAVASCRIPT = 2**53 - 1


@dataclass(frozen=True)
class Version:
    numbers: tuple[int, int, int]
    prerelease: tuple[str, ...]


def parse(value: Json, switches: Switches) -> Version | None:
    if not isinstance(value, str):
        return None
    if switches.sdk == "javascript":
        return _javascript(value, switches)
    own = _own(value)
    if switches.sdk == "python":
        theirs = _python(value)
        if theirs != own:
            point = "P17" if "\n" in value else "D46"
            return theirs if switches.python(point) else own
    return own


def _own(text: str) -> Version | None:
    version = _version(SHORT.match(text))
    if version is None or max(version.numbers) > LARGEST:
        return None
    return version


def _version(found: re.Match[str] | None) -> Version | None:
    if found is None:
        return None
    numbers = (int(found[1]), int(found[2] or 0), int(found[3] or 0))
    return Version(numbers, tuple(found[4].split(".")) if found[4] else ())


def _python(text: str) -> Version | None:
    parsed = parse_semver(text)
    if parsed is None:
        return None
    prerelease = tuple(parsed.prerelease.split(".")) if parsed.prerelease else ()
    return Version((parsed.major, parsed.minor, parsed.patch), prerelease)


def _javascript(text: str, switches: Switches) -> Version | None:
    own = _own(text)
    spaced = text != text.strip(JAVASCRIPT_SPACE)
    if spaced and switches.javascript("D25") and not text.startswith("v"):
        own = _padded(text)
    if own is None:
        return None
    long = len(text.encode("utf-16-le")) // 2 > 256
    if (long or max(own.numbers) > LARGEST_JAVASCRIPT) and switches.javascript("P09"):
        return None
    return own


def _padded(text: str) -> Version | None:
    """The SDK's padding of a short version, and the trimming of the package that reads it."""
    full = _version(FULL.match(text.strip(JAVASCRIPT_SPACE)))
    if full is not None:
        return full
    components = JAVASCRIPT_COMPONENTS.match(text)
    if components is None:
        return None
    padding = ".0" * sum(group is None for group in components.groups())
    padded = components[0] + padding + text[components.end() :]
    return _version(FULL.match(padded.strip(JAVASCRIPT_SPACE)))


def compare(a: Version, b: Version, switches: Switches) -> int:
    if a.numbers != b.numbers:
        return -1 if a.numbers < b.numbers else 1
    if not a.prerelease or not b.prerelease:
        return bool(b.prerelease) - bool(a.prerelease)
    for left, right in zip(a.prerelease, b.prerelease, strict=False):
        order = _identifiers(left, right, switches)
        if order:
            return order
    return _sign(len(a.prerelease) - len(b.prerelease))


def _identifiers(left: str, right: str, switches: Switches) -> int:
    if left.isdigit() and right.isdigit():
        x, y = int(left), int(right)
        if max(x, y) > LARGEST_JAVASCRIPT and switches.javascript("P09"):
            return _sign_of(float(x), float(y))
        return _sign(x - y)
    if left.isdigit() != right.isdigit():
        return -1 if left.isdigit() else 1
    return 0 if left == right else (-1 if left < right else 1)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _sign_of(left: float, right: float) -> int:
    return (left > right) - (left < right)
