"""Python objects made at random, each beside the JSON text that it stands for.

The text is built from digits and escapes of its own, never by isoflag or from the object.
"""

import collections
import datetime as dt
import decimal
import enum
import fractions
import gc
import json
import math
import types
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, NoReturn

import hostile


@dataclass(frozen=True)
class Made:
    """An object and its JSON text."""

    host: Any
    # None: it has no JSON form.
    text: str | None
    # The number of containers in each other.
    height: int = 0
    # Whether it converts strictly too: names that are not texts are skipped in evaluations only.
    is_strict: bool = True
    # Whether the text is that of the object: not if the object changes while it is read.
    is_known: bool = True


# --- strings ---

TEXTS = (
    *("", "a", "x", "ada", "key", "kind", "é", "\U0001f600", "\0", "\x7f", '"\\', "\ufffd"),
    *("2026-01-01T00:00:00Z", "1.2.3", "\u2028", "multi", "user", "org", "/x", "~1", "10"),
)
SURROGATES = ("\ud800", "\udfff", "a\ud800b", "\udc00\ud800", "\ud83d")


class Renamed(str):
    """A str that another class has, with every method overridden."""

    __slots__ = ()

    def __str__(self) -> NoReturn:
        raise RuntimeError("str")

    def __repr__(self) -> NoReturn:
        raise RuntimeError("repr")

    def encode(self, *_: Any) -> NoReturn:
        raise RuntimeError("encode")

    def __len__(self) -> int:
        return 10**6


def text_of(random: Random, limit: int = 5) -> str:
    return "".join(random.choice(TEXTS) for _ in range(random.randrange(limit)))


def as_text(text: str, random: Random) -> str:
    """Returns the JSON text of a str, written in one of several ways."""
    return json.dumps(text, ensure_ascii=random.random() < 0.5)


def string(random: Random) -> Made:
    if random.random() < 0.06:
        return Made(random.choice(SURROGATES), None)
    text = text_of(random)
    host = random.choice((str, str, str, hostile.LyingStr, Renamed))(text)
    if random.random() < 0.1:
        host = enum.Enum("Text", {"X": text}, type=str).X  # type: ignore[attr-defined]
    return Made(host, as_text(text, random))


# --- numbers ---

EDGES = (
    0,
    1,
    2,
    2**31,
    2**53 - 1,
    2**53,
    2**53 + 1,
    2**63,
    2**64,
    10**22,
    10**300,
    2**1024 - 2**971,
)


class Equal(int):
    """An int that is equal to everything, and whose hash is that of everything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __int__(self) -> int:
        return 5

    __index__ = __int__

    def __bool__(self) -> bool:
        raise RuntimeError("bool")


def number(random: Random) -> Made:
    sign = random.choice((1, -1))
    match random.randrange(7):
        case 0 | 1:
            integer = sign * (random.choice(EDGES) + random.randrange(3))
            integer = min(max(integer, -(2**1024 - 2**971)), 2**1024 - 2**971)
            return Made(random.choice((int, int, hostile.LyingInt, Equal))(integer), str(integer))
        case 2 | 3:
            value = random.choice((0.0, 0.1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 2.5))
            value = random.choice((value, value * random.random()))
            host: Any = random.choice((float, hostile.LyingFloat))(sign * value)
            return Made(host, repr(sign * value))
        case 4:
            digits = str(random.getrandbits(90))
            written = f"{'-' if sign < 0 else ''}{digits}E{random.randrange(-330, 280)}"
            return Made(decimal.Decimal(written), written)
        case 5:
            size = enum.IntEnum("Size", {"X": random.randrange(1, 9)}).X  # type: ignore[attr-defined]
            return Made(size, str(int(size)))
        case _:
            return random.choice((Made(True, "true"), Made(False, "false"), Made(None, "null")))


# --- values without a JSON form, and those of the standard library ---


class Hooked:
    """An object that runs code of its own whatever is done with it."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act

    def __getattribute__(self, name: str) -> Any:
        object.__getattribute__(self, "_act")()
        return object.__getattribute__(self, name)

    def __eq__(self, other: object) -> bool:
        object.__getattribute__(self, "_act")()
        return True

    def __hash__(self) -> int:
        object.__getattribute__(self, "_act")()
        return 1

    def __str__(self) -> str:
        object.__getattribute__(self, "_act")()
        return "hooked"

    __repr__ = __str__

    def __float__(self) -> float:
        raise RuntimeError("float")

    __int__ = __index__ = __bool__ = __float__


ODD: tuple[Callable[[], Any], ...] = (
    lambda: math.nan,
    lambda: math.inf,
    lambda: -math.inf,
    lambda: 10**400,
    lambda: -(2**1024 - 2**970),
    lambda: 10**5000,
    lambda: decimal.Decimal("NaN"),
    lambda: decimal.Decimal("sNaN"),
    lambda: decimal.Decimal("-Infinity"),
    lambda: decimal.Decimal("1e309"),
    lambda: fractions.Fraction(1, 3),
    lambda: 1j,
    lambda: {1, 2},
    lambda: frozenset("a"),
    lambda: b"a",
    lambda: bytearray(b"a"),
    lambda: memoryview(b"a"),
    lambda: (each for each in (1,)),
    lambda: iter([1]),
    {}.keys,
    lambda: range(2),
    lambda: collections.deque([1]),
    lambda: dt.datetime(2026, 1, 1),  # noqa: DTZ001
    lambda: dt.datetime.max.replace(tzinfo=dt.timezone(dt.timedelta(hours=-1))),
    lambda: dt.time(1),
    lambda: dt.timedelta(1),
    lambda: types.SimpleNamespace(a=1),
    lambda: print,
    lambda: int,
    lambda: Random,
    object,
    hostile.ClassRaises,
    hostile.Raising,
    hostile.cyclic_list,
    hostile.cyclic_dict,
    hostile.self_holding_enum,
    lambda: hostile.RaisingMember({"a": 1}, "b"),
    lambda: enum.Enum("Odd", {"X": {1}}).X,  # type: ignore[attr-defined]
)


def library(random: Random) -> Made:
    match random.randrange(4):
        case 0:
            offset = random.randrange(-14 * 60, 14 * 60)
            zone = dt.timezone(dt.timedelta(minutes=offset))
            day = dt.datetime(
                random.randrange(1900, 2200), random.randrange(1, 13), 3, 4, 5, tzinfo=zone
            )
            day = day.replace(microsecond=random.randrange(10**6))
            utc = day.replace(tzinfo=None) - dt.timedelta(minutes=offset)
            written = f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03}Z"
            return Made(day, f'"{written}"')
        case 1:
            date = dt.date(random.randrange(1000, 9999), 2, 28)
            return Made(date, f'"{date.year}-02-28"')
        case 2:
            bits = random.getrandbits(128)
            digits = f"{bits:032x}"
            spans = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
            return Made(uuid.UUID(int=bits), f'"{"-".join(digits[a:b] for a, b in spans)}"')
        case _:
            inner = scalar(random)
            if inner.text is None or isinstance(inner.host, enum.Enum):
                return inner
            holder = enum.Enum("Holder", {"X": 1}).X  # type: ignore[attr-defined]
            holder._value_ = inner.host
            return Made(holder, inner.text)


def scalar(random: Random) -> Made:
    draw = random.random()
    if draw < 0.4:
        return string(random)
    if draw < 0.8:
        return number(random)
    if draw < 0.93:
        return library(random)
    return Made(random.choice(ODD)(), None)


# --- containers ---


class Computed(Mapping[Any, Any]):
    """A mapping that reads a dict, after some code of its own."""

    def __init__(self, held: dict[Any, Any], act: Callable[[], object]) -> None:
        self._held = held
        self._act = act

    def __getitem__(self, key: Any) -> Any:
        self._act()
        return self._held[key]

    def __iter__(self) -> Iterator[Any]:
        self._act()
        for name in list(self._held):
            yield name
            self._act()

    def __len__(self) -> int:
        raise RuntimeError("len")

    def __eq__(self, other: object) -> NoReturn:
        raise RuntimeError("eq")

    __hash__ = None  # type: ignore[assignment]


class Name(str):
    """A name with a hash and an equality of its own."""

    __slots__ = ()
    act: Callable[[], object] = staticmethod(lambda: None)

    def __hash__(self) -> int:
        Name.act()
        return str.__hash__(self)

    def __eq__(self, other: object) -> bool:
        Name.act()
        return str.__eq__(self, other) is True


class Objects:
    """Makes objects. ``act`` is the code that hostile objects run: it evaluates, for example."""

    def __init__(self, random: Random, act: Callable[[], object]) -> None:
        self.random = random
        self._act = act
        Name.act = staticmethod(act)
        # The containers that are being built, whose members hostile objects change.
        self._open: list[dict[Any, Any] | list[Any]] = []
        # Complete objects, of which some are used twice.
        self._complete: list[Made] = []

    def value(self, levels: int = 4) -> Made:
        random = self.random
        draw = random.random()
        if draw < 0.03 and self._complete:
            return random.choice(self._complete)
        if levels == 0 or draw < 0.5:
            return scalar(random)
        if draw < 0.54:
            return self._nested(random.choice((2, 30, 100, 120, 125, 126, 127, 128, 129, 300)))
        if draw < 0.57:
            return Made(Hooked(self._act), None)
        if draw < 0.6 and self._open:
            return self._changing(random.choice(self._open))
        made = self._array(levels) if draw < 0.78 else self.object(levels)
        self._complete.append(made)
        return made

    def _nested(self, levels: int) -> Made:
        """Returns containers in each other, as many as given."""
        random, inner = self.random, scalar(self.random)
        host, text = inner.host, inner.text
        for _ in range(levels):
            kind = random.randrange(3)
            host = ([host], (host,), {"a": host})[kind]
            if text is not None:
                text = f'{{"a":{text}}}' if kind == 2 else f"[{text}]"
        return Made(host, text, inner.height + levels, inner.is_strict, inner.is_known)

    def _changing(self, victim: dict[Any, Any] | list[Any]) -> Made:
        """Returns a mapping that changes a container around it while it is read."""
        added = iter(range(100))

        def change() -> None:
            step = next(added, None)
            if step is None:
                return
            if self.random.random() < 0.3:
                victim.clear()
            elif isinstance(victim, dict):
                victim[f"added{step}"] = victim if step % 7 == 0 else [step]
            else:
                victim.append(victim if step % 7 == 0 else {"step": step})
            if step % 5 == 0:
                gc.collect(0)

        return Made(Computed({"a": 1, "b": [2]}, change), "{}", 2, is_known=False)

    def _array(self, levels: int) -> Made:
        random = self.random
        host: list[Any] = []
        self._open.append(host)
        parts = [self.value(levels - 1) for _ in range(random.randrange(4))]
        self._open.pop()
        host.extend(part.host for part in parts)
        made: Any = host
        match random.randrange(8):
            case 0:
                made = tuple(host)
            case 1:
                made = hostile.LyingList(host)
            case 2:
                names = [f"n{index}" for index in range(len(host))]
                made = collections.namedtuple("Named", names)(*host)  # noqa: PYI024
        texts = [part.text for part in parts]
        text = None if None in texts else f"[{','.join(map(str, texts))}]"
        return joined(made, text, parts)

    def object(self, levels: int) -> Made:
        random = self.random
        host: dict[Any, Any] = {}
        self._open.append(host)
        # By name, since a later member replaces an earlier one.
        parts: dict[Any, Made] = {}
        for _ in range(random.randrange(4)):
            name, part = self._name(), self.value(levels - 1)
            host[name] = part.host
            if not isinstance(name, str):
                # Hostile names may be equal to any other.
                parts[id(name)] = Made(None, "null", is_strict=False)
            else:
                parts[str.__str__(name)] = part
        self._open.pop()
        texts = {name: part.text for name, part in parts.items() if isinstance(name, str)}
        text: str | None = None
        if None not in texts.values() and not any(map(has_surrogate, texts)):
            members = (f"{as_text(name, random)}:{text}" for name, text in texts.items())
            text = f"{{{','.join(members)}}}"
        return joined(self.wrapped(host), text, list(parts.values()))

    def _name(self) -> Any:
        random = self.random
        draw = random.random()
        if draw < 0.03:
            return random.choice((1, None, b"a", 2.5, (1,), True, Hooked(self._act)))
        if draw < 0.06:
            return random.choice(SURROGATES)
        name = random.choice(("x", "y", "a", "b", "", "é", "/", "~", "key", text_of(random)))
        return Name(name) if draw < 0.15 else name

    def wrapped(self, host: dict[Any, Any]) -> Any:
        """Returns a mapping with the members of a dict."""
        mappings: tuple[Callable[[dict[Any, Any]], Any], ...] = (
            collections.OrderedDict,
            collections.UserDict,
            types.MappingProxyType,
            hostile.LyingDict,
            lambda host: Computed(host, self._act),
            lambda host: collections.defaultdict(list, host),
        )
        draw = self.random.randrange(2 * len(mappings))
        return mappings[draw](host) if draw < len(mappings) else host


def has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def joined(host: Any, text: str | None, parts: list[Made]) -> Made:
    height = 1 + max((part.height for part in parts), default=0)
    is_known = all(part.is_known for part in parts)
    return Made(host, text, height, all(part.is_strict for part in parts), is_known)
