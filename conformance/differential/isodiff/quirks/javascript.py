"""The JavaScript SDK: the one for Node."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from isodiff.quirks.sdk import JAVASCRIPT, NoAnswer, Sdk
from isodiff.spec import operators
from isodiff.spec.clauses import Path
from isodiff.spec.context import RESERVED, Context, InvalidContext, Malformed, Reference, unescaped
from isodiff.spec.document import Clause, Flag, Prerequisite, Rollout, Segment, SegmentRule
from isodiff.spec.flags import Detail
from isodiff.spec.operators import NUMERIC, STRING, VERSION, Version, search
from suite.canonical_json import Json

# The oracle's limit of segments in one evaluation, after which it takes a cycle for endless.
MOST_SEGMENT_VISITS = 300
LARGEST_INTEGER = 2**53 - 1
INHERITED = {"toString", "valueOf", "constructor", "toLocaleString"}
OPERATORS = {"in", "matches", "before", "after", *STRING, *NUMERIC, *VERSION}
SPACE = " \t\n\r\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
FULL_VERSION = re.compile(rf"v?{operators.NUMBER}\.{operators.NUMBER}\.{operators.NUMBER}{operators.REST}")
VERSION_NUMBERS = re.compile(r"[0-9]+(\.[0-9]+)?(\.[0-9]+)?")
DOT = "[^\\n\\r\u2028\u2029]"

PATTERNS: dict[str, tuple[str, str | None]] = {
    "a(?=b)": ("D26", "a(?=b)"),
    "a(?!b)": ("D26", "a(?!b)"),
    "(?<=a)b": ("D26", "(?<=a)b"),
    "(?<!a)b": ("D26", "(?<!a)b"),
    r"(a|b)\1": ("D26", r"(a|b)\1"),
    "(?i)ab": ("D28", None),
    "(?i)K": ("D28", None),
    r"\s": ("D30", f"[{SPACE}]"),
    r"\p{L}": ("D45", r"p\{L\}"),
    "p{L}": ("D45", r"p\{L\}"),
    r"\pL": ("D45", "pL"),
    r"(?P<n>a)b": ("D45", None),
    "[[:alpha:]]": ("D45", r"[\[:alph]\]"),
    r"a\Z": ("D45", "aZ"),
    r"a\z": ("D45", "az"),
    r"\x{61}": ("D45", "x{61}"),
    "a{,2}c": ("D45", r"a\{,2\}c"),
    "a{2": ("D45", r"a\{2"),
    "a++": ("D45", None),
    "a**": ("D45", None),
    "^.$": ("P15", rf"^{DOT}\Z"),
    "^..$": ("P15", rf"^{DOT}{{2}}\Z"),
    "^[^a]$": ("P15", r"^[^a]\Z"),
}
"""The patterns that JavaScript reads differently: the point, and the same for Python's ``re``."""


class JavaScript(Sdk):
    """Answers as LaunchDarkly's SDK for Node does."""

    points = JAVASCRIPT
    segment_visits: int

    # References

    def kind(self, kind: str | None) -> str:
        return "" if kind == "" and self.differs("P04") else super().kind(kind)

    def reference(self, text: str, *, literal: bool) -> Reference | None:
        if literal:
            return super().reference(text, literal=literal)
        if not text.startswith("/"):
            if "//" in text and self.differs("D31"):
                return None
            if text.endswith("~") and self.differs("D32"):
                return None
        parts = super().reference(text, literal=literal)
        if parts is not None and parts[0] == "_meta" and self.differs("D34"):
            return None
        return parts

    def path(self, text: str) -> Reference | None:
        shorter = text.removesuffix("/")
        if shorter in ("", text) or "" in shorter[1:].split("/") or not self.differs("D33"):
            return super().path(text)
        parts = super().path(shorter)
        return None if parts is None else (*parts, "")

    def component(self, component: str) -> str | None:
        if re.search(r"~(?![01])", component) and (re.search(r"~(?![01|^])", component) or not self.differs("P03")):
            return None
        if component.startswith(("~0", "~1")) and self.differs("P02"):
            return component
        return unescaped(component)

    # Contexts

    def read_context(self, raw: Json) -> Context:
        if raw and not isinstance(raw, (dict, list)) and self.differs("A5"):
            # `"kind" in 5` throws.
            raise NoAnswer
        if isinstance(raw, dict) and raw.get("kind", "") is None and self.differs("S4"):
            raw = {name: value for name, value in raw.items() if name != "kind"}
        return super().read_context(raw)

    def kind_name(self, kind: Json) -> str:
        return "multi" if kind == "multi" and self.differs("A5") else super().kind_name(kind)

    def single_kind(self, raw: dict[str, Json], kind: str) -> dict[str, Json]:
        attributes = super().single_kind(raw, kind)
        attributes["anonymous"] = truthy(raw.get("anonymous"))
        if "_meta" in raw and self.differs("D34"):
            attributes["_meta"] = raw["_meta"]
        return attributes

    def wrong_types(self, raw: dict[str, Json]) -> bool:
        wrong = super().wrong_types(raw)
        if not wrong or not self.differs("A5"):
            return wrong
        if isinstance(raw.get("_meta"), dict):
            map_names(raw["_meta"].get("privateAttributes"))
        return False

    def legacy_user(self, raw: dict[str, Json]) -> dict[str, Json]:
        if raw.get("key") is None:
            raise InvalidContext
        private = raw.get("privateAttributeNames")
        if self.wrong_legacy_types(raw):
            if not self.differs("A7"):
                raise InvalidContext
            map_names(private)
        custom = raw.get("custom")
        if isinstance(custom, list):
            custom = {str(index): item for index, item in enumerate(custom)}
        if not isinstance(custom, dict):
            custom = {}
        own = {name: custom[name] for name in RESERVED if name in custom}
        if own and not self.differs("A7"):
            own = {}
        if private is not None:
            own["_meta"] = {"privateAttributes": private}
        if "_meta" in own and not self.differs("D34"):
            del own["_meta"]
        anonymous = raw.get("anonymous")
        return {
            **own,
            **self.legacy_attributes(raw, custom),
            "key": string(raw["key"]),
            "anonymous": truthy(own.get("anonymous") if anonymous is None else anonymous),
        }

    # Flags

    def evaluate(self, *arguments: Json) -> Detail:
        self.segment_visits = 0
        return super().evaluate(*arguments)

    def first_path(self) -> list[str]:
        return [] if self.differs("D14") else super().first_path()

    def flag(self, flag: Flag, path: list[str]) -> Detail:
        detail = super().flag(flag, path)
        if detail.reason["kind"] == "ERROR" and self.differs("D10"):
            raise Malformed
        return detail

    def failed_prerequisite(self, flag: Flag, path: list[str]) -> Prerequisite | None:
        cyclic = False
        for wanted in flag.prerequisites:
            if wanted.key in path and self.differs("D14"):
                cyclic = True
            elif not self.holds(wanted, path):
                return wanted
        if cyclic:
            raise Malformed
        return None

    def holds(self, wanted: Prerequisite, path: list[str]) -> bool:
        if path == [self.requested] == [wanted.key] and path == self.first_path():
            self.list_prerequisite(wanted.key)
        return super().holds(wanted, path)

    def list_prerequisite(self, key: str) -> None:
        if self.document.flags.get(key) is None and self.differs("A3"):
            return
        if key != self.requested or self.differs("P16"):
            super().list_prerequisite(key)

    def client_side(self, flag: Flag) -> bool:
        own = super().client_side(flag)
        theirs = bool(flag.availability)
        return theirs if theirs != own and self.differs("A1") else own

    def debugging(self, flag: Flag, now: float) -> bool:
        own = super().debugging(flag, now)
        return own or (flag.debug_until is not None and self.differs("A2"))

    # Clauses and segments

    def all_match(self, clauses: Sequence[Clause] | None, path: Path) -> bool:
        if clauses is None:
            return not self.differs("D15")
        for clause in clauses:
            try:
                if not self.clause(clause, path):
                    return False
            except Malformed:
                if clause is clauses[-1] or not self.differs("P01"):
                    raise
        return True

    def segment_key(self, value: Json) -> str | None:
        key = super().segment_key(value)
        if key is None and spelling(value) in self.document.segments and self.differs("P12"):
            return spelling(value)
        return key

    def in_segment(self, segment: Segment, path: Path) -> bool:
        self.segment_visits += 1
        if self.segment_visits > MOST_SEGMENT_VISITS:
            raise NoAnswer
        return super().in_segment(segment, path)

    def key_is_among(self, kind: str, keys: Sequence[str]) -> bool:
        among = super().key_is_among(kind, keys)
        return among and not (self.context.key(kind) == "" and self.differs("A6"))

    def in_big_segment(self, segment: Segment, path: Path) -> bool:
        key = self.context.key(segment.unbounded_kind)
        if key == "" and self.differs("A6"):
            return False
        if segment.generation == 0 and self.differs("S1"):
            segment = replace(segment, generation=None)
        if segment.generation is None and key is None and self.differs("D39"):
            return False
        return super().in_big_segment(segment, () if self.differs("S2") else path)

    # Buckets

    def prefix(self, by: Rollout | SegmentRule, key: str, salt: str) -> str:
        if isinstance(by, Rollout) and by.seed == 0 and self.differs("D03"):
            by = replace(by, seed=None)
        return super().prefix(by, key, salt)

    def bucketing_value(self, kind: str, reference: Reference) -> Json:
        if reference == ("kind",) and self.differs("P18"):
            # An array of all kinds.
            return list(self.context.kinds)
        return super().bucketing_value(kind, reference)

    def digits(self, number: int | float) -> str:
        exact = super().digits(number)
        theirs = shortest_digits(float(number))
        return theirs if theirs != exact and self.differs("P08") else exact

    # Operators

    def matches(self, op: str, context: Json, clause: Json) -> bool:
        if op in INHERITED:
            return self.differs("A8")
        if op == "hasOwnProperty":
            if isinstance(context, dict) and "toString" in context and self.differs("A8"):
                # The object's `toString` is called, and is not a function.
                raise NoAnswer
            return isinstance(context, str) and context in OPERATORS and self.differs("A8")
        if op == "__proto__" and self.differs("A8"):
            raise NoAnswer
        return super().matches(op, context, clause)

    def date_text(self, text: str) -> Fraction | None:
        if ("t" in text or "z" in text) and self.differs("D19"):
            return None
        return super().date_text(text)

    def day_exists(self, year: int, month: int, day: int) -> bool:
        rolls_over = 1 <= month <= 12 and 1 <= day <= 31
        return super().day_exists(year, month, day) or (rolls_over and self.differs("D21"))

    def time_exists(self, hour: int, minute: int, second: int, fraction: str) -> bool:
        midnight = hour == 24 and minute == second == 0 and not fraction.strip("0")
        own = super().time_exists(hour, minute, second, fraction)
        return own or (midnight and self.differs("D43"))

    def fraction_digits(self, fraction: str) -> str:
        digits = super().fraction_digits(fraction)
        return digits[:3] if len(digits) > 3 and self.differs("D24") else digits

    def version_text(self, text: str) -> Version | None:
        version = super().version_text(text)
        if text != text.strip(SPACE) and not text.startswith("v") and self.differs("D25"):
            version = padded_version(text)
        if version is None:
            return None
        long = len(text.encode("utf-16-le")) // 2 > 256
        if (long or max(version.numbers) > LARGEST_INTEGER) and self.differs("P09"):
            return None
        return version

    def compare_identifiers(self, left: str, right: str) -> int:
        numbers = left.isdigit() and right.isdigit()
        if numbers and max(int(left), int(right)) > LARGEST_INTEGER and self.differs("P09"):
            return operators.compare(float(left), float(right))
        return super().compare_identifiers(left, right)

    def pattern_found(self, pattern: str, text: str) -> bool:
        point, translation = PATTERNS.get(pattern, ("", None))
        if point and self.differs(point):
            return search(translation, utf16(text) if point == "P15" else text)
        return super().pattern_found(pattern, text)


def truthy(value: Json) -> bool:
    """Returns ``!!value``."""
    return isinstance(value, (list, dict)) or bool(value)


def map_names(private: Json) -> None:
    """Calls ``map`` on the names of private attributes, which throws on anything but strings."""
    strings = isinstance(private, list) and all(isinstance(item, str) for item in private)
    if truthy(private) and not strings:
        raise NoAnswer


def spelling(value: Json) -> str:
    """Returns ``String(value)`` of a scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def string(value: Json) -> str:
    """Returns ``String(value)``, in which nulls of an array are empty."""
    if isinstance(value, list):
        return ",".join("" if item is None else string(item) for item in value)
    return "[object Object]" if isinstance(value, dict) else spelling(value)


def padded_version(text: str) -> Version | None:
    """Pads a short version as the SDK does, and trims it as its package does."""
    full = operators.read_version(FULL_VERSION, text.strip(SPACE))
    if full is not None:
        return full
    numbers = VERSION_NUMBERS.match(text)
    if numbers is None:
        return None
    padding = ".0" * sum(group is None for group in numbers.groups())
    padded = numbers[0] + padding + text[numbers.end() :]
    return operators.read_version(FULL_VERSION, padded.strip(SPACE))


def shortest_digits(number: float) -> str:
    """Returns ``String(number)`` of an integral double: the shortest digits, then zeros or an exponent."""
    if abs(number) < 1e16:
        return str(int(number))
    mantissa, _, exponent = f"{number!r}".partition("e")
    mantissa = mantissa.removesuffix(".0")
    if not exponent:
        return mantissa
    if abs(number) >= 1e21:
        return f"{mantissa}e+{int(exponent)}"
    sign = "-" if mantissa.startswith("-") else ""
    digits = mantissa.removeprefix("-").replace(".", "")
    return sign + digits.ljust(int(exponent) + 1, "0")


def utf16(text: str) -> str:
    """Returns the text with each UTF-16 code unit as a character."""
    data = text.encode("utf-16-le")
    return "".join(chr(int.from_bytes(data[i : i + 2], "little")) for i in range(0, len(data), 2))
