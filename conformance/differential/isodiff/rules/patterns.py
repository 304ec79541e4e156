"""Regular expressions: what each engine makes of the patterns that the generator knows.

Outside :data:`SPECIAL` the generator uses only what all engines read alike; there Python's ``re`` in ASCII mode stands
for all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from isodiff.rules.switches import Switches


@dataclass(frozen=True)
class Special:
    """A pattern that engines read differently. ``None`` is a pattern that is refused.

    ``isoflag`` and ``javascript`` are patterns of Python's ``re``, in ASCII mode, that say what those engines do.
    """

    point: str
    isoflag: str | None
    javascript: str | None
    units: bool = False
    python_point: str = ""


# A class of the characters that JavaScript's `\s` means.
JAVASCRIPT_SPACE = "[ \\t\\n\\r\\v\\f\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
JAVASCRIPT_DOT = "[^\\n\\r\u2028\u2029]"

SPECIAL: dict[str, Special] = {
    "a(?=b)": Special("D26", None, "a(?=b)"),
    "a(?!b)": Special("D26", None, "a(?!b)"),
    "(?<=a)b": Special("D26", None, "(?<=a)b"),
    "(?<!a)b": Special("D26", None, "(?<!a)b"),
    r"(a|b)\1": Special("D26", None, r"(a|b)\1"),
    "(?i)ab": Special("D28", "(?i)ab", None),
    "(?i)K": Special("D28", "(?i)K", None, python_point="D45"),
    "ab$": Special("D29", r"ab\Z", r"ab\Z"),
    "^$": Special("D29", r"^\Z", r"^\Z"),
    "c$": Special("D29", r"c\Z", r"c\Z"),
    r"\d": Special("D30", r"\d", r"\d"),
    r"^\w+": Special("D30", r"^\w+", r"^\w+"),
    r"\bab": Special("D30", r"\bab", r"\bab"),
    r"\s": Special("D30", r"[ \t\n\r\v\f]", JAVASCRIPT_SPACE),
    r"\p{L}": Special("D45", None, r"p\{L\}"),
    "p{L}": Special("D45", None, r"p\{L\}"),
    r"\pL": Special("D45", None, "pL"),
    r"(?P<n>a)b": Special("D45", "(?P<n>a)b", None),
    r"(?<n>a)b": Special("D45", "(?P<n>a)b", "(?P<n>a)b"),
    "[[:alpha:]]": Special("D45", "[A-Za-z]", r"[\[:alph]\]"),
    r"a\Z": Special("D45", None, "aZ"),
    r"a\z": Special("D45", r"a\Z", "az"),
    r"\x{61}": Special("D45", "a", "x{61}"),
    "a{,2}c": Special("D45", None, r"a\{,2\}c"),
    "a{2": Special("D45", None, r"a\{2"),
    "a++": Special("D45", "(?:a+)+", None),
    "a**": Special("D45", "(?:a*)*", None),
    "^.$": Special("P15", r"^.\Z", rf"^{JAVASCRIPT_DOT}\Z", units=True),
    "^..$": Special("P15", r"^..\Z", rf"^{JAVASCRIPT_DOT}{{2}}\Z", units=True),
    "^[^a]$": Special("P15", r"^[^a]\Z", r"^[^a]\Z", units=True),
}


def search(pattern: str, text: str, switches: Switches) -> bool:
    special = SPECIAL.get(pattern)
    if special is None:
        return _search(pattern, text, ascii_only=True)
    if switches.javascript(special.point):
        if special.units:
            return _search(special.javascript, _units(text), ascii_only=True)
        return _search(special.javascript, text, ascii_only=True)
    if switches.sdk == "javascript" and special.javascript == special.isoflag:
        return _search(special.isoflag, text, ascii_only=True)
    if switches.sdk == "python":
        own = _search(special.isoflag, text, ascii_only=True)
        theirs = _search(pattern, text, ascii_only=False)
        point = special.python_point or special.point
        if own != theirs and special.isoflag is not None:
            # An anchored pattern may differ at a final newline whatever else it is for.
            point = "D29" if "$" in pattern and text.endswith("\n") else point
        return theirs if own != theirs and switches.python(point) else own
    return _search(special.isoflag, text, ascii_only=True)


def _search(pattern: str | None, text: str, *, ascii_only: bool) -> bool:
    compiled = None if pattern is None else _compiled(pattern, ascii_only)
    return compiled is not None and compiled.search(text) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str, ascii_only: bool) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, re.ASCII if ascii_only else 0)
    except (re.error, OverflowError, RecursionError):
        return None


def _units(text: str) -> str:
    """The text as JavaScript sees it: a pair of surrogates is two characters."""
    data = text.encode("utf-16-le")
    return "".join(chr(int.from_bytes(data[i : i + 2], "little")) for i in range(0, len(data), 2))
