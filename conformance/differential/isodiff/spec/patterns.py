"""Patterns (SPEC.md 5.5), by translation to Python's ``re`` in ASCII mode.

``re`` reads a pattern that is not in :data:`TRANSLATIONS` as isoflag does; the generator uses no others.
"""

from __future__ import annotations

import re
from functools import lru_cache

TRANSLATIONS: dict[str, str | None] = {
    "a(?=b)": None,
    "a(?!b)": None,
    "(?<=a)b": None,
    "(?<!a)b": None,
    r"(a|b)\1": None,
    "(?i)ab": "(?i)ab",
    "(?i)K": "(?i)K",
    "ab$": r"ab\Z",
    "^$": r"^\Z",
    "c$": r"c\Z",
    r"\d": r"\d",
    r"^\w+": r"^\w+",
    r"\bab": r"\bab",
    r"\s": r"[ \t\n\r\v\f]",
    r"\p{L}": None,
    "p{L}": None,
    r"\pL": None,
    r"(?P<n>a)b": "(?P<n>a)b",
    r"(?<n>a)b": "(?P<n>a)b",
    "[[:alpha:]]": "[A-Za-z]",
    r"a\Z": None,
    r"a\z": r"a\Z",
    r"\x{61}": "a",
    "a{,2}c": None,
    "a{2": None,
    "a++": "(?:a+)+",
    "a**": "(?:a*)*",
    "^.$": r"^.\Z",
    "^..$": r"^..\Z",
    "^[^a]$": r"^[^a]\Z",
}
"""The patterns that engines read differently; ``None`` is refused."""


class Patterns:
    """Searches for patterns."""

    def pattern_found(self, pattern: str, text: str) -> bool:
        """Returns whether the text has a match; a refused pattern has none (5.5)."""
        return search(TRANSLATIONS.get(pattern, pattern), text)


def search(pattern: str | None, text: str, flags: re.RegexFlag = re.ASCII) -> bool:
    """Searches with ``re``; ``None`` and a text that ``re`` refuses do not match."""
    compiled = None if pattern is None else _compiled(pattern, flags)
    return compiled is not None and compiled.search(text) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str, flags: re.RegexFlag) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, flags)
    except (re.error, OverflowError, RecursionError):
        return None
