"""Python objects that are hard to read."""

import datetime as dt
import enum
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

LONE_SURROGATE = "\ud800"


class Raising(Mapping[str, Any]):
    """A mapping that raises for every access."""

    def __getitem__(self, key: str) -> NoReturn:
        raise RuntimeError(key)

    def __iter__(self) -> NoReturn:
        raise RuntimeError("iter")

    def __len__(self) -> NoReturn:
        raise RuntimeError("len")


class RaisingMember(Mapping[str, Any]):
    """A mapping of the given members and one that raises."""

    def __init__(self, held: Mapping[str, Any], raising: str) -> None:
        self._held = held
        self._raising = raising

    def __getitem__(self, key: str) -> Any:
        if key == self._raising:
            raise KeyError(key)
        return self._held[key]

    def __iter__(self) -> Iterator[str]:
        yield from self._held
        yield self._raising

    def __len__(self) -> int:
        return len(self._held) + 1


class Endless(Mapping[Any, Any]):
    """A mapping with infinitely many names."""

    def __init__(self, name: Any) -> None:
        self._name = name

    def __getitem__(self, key: Any) -> Any:
        return key

    def __iter__(self) -> Iterator[Any]:
        while True:
            yield self._name

    def __len__(self) -> int:
        return 1


class Interrupting(Mapping[str, Any]):
    """A mapping that raises KeyboardInterrupt while it is read."""

    def __getitem__(self, key: str) -> NoReturn:
        raise KeyboardInterrupt

    def __iter__(self) -> NoReturn:
        raise KeyboardInterrupt

    def __len__(self) -> int:
        return 1


class LyingDict(dict[str, Any]):
    """A dict that overrides every method of reading."""

    def __getitem__(self, key: str) -> NoReturn:
        raise RuntimeError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(("lies",))

    def __len__(self) -> int:
        return 10**9

    def keys(self) -> NoReturn:
        raise RuntimeError("keys")

    def items(self) -> NoReturn:
        raise RuntimeError("items")

    def get(self, *_: Any) -> NoReturn:
        raise RuntimeError("get")


class LyingList(list[Any]):
    def __getitem__(self, index: Any) -> NoReturn:
        raise RuntimeError(index)

    def __iter__(self) -> NoReturn:
        raise RuntimeError("iter")

    def __len__(self) -> int:
        return 0


class LyingStr(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "lies"

    def encode(self, *_: Any) -> NoReturn:
        raise RuntimeError("encode")


class LyingInt(int):
    def __int__(self) -> int:
        return 666

    def __index__(self) -> int:
        return 666

    def __float__(self) -> float:
        return 6.66


class LyingFloat(float):
    def __float__(self) -> float:
        return 6.66


class Colour(str, enum.Enum):
    RED = "red"


class Size(enum.IntEnum):
    LARGE = 3


class Mood(enum.Enum):
    GOOD = ("good", 1)


def self_holding_enum() -> enum.Enum:
    class Holding(enum.Enum):
        X = 1

    vars(Holding.X)["_value_"] = Holding.X
    return Holding.X


class LyingDateTime(dt.datetime):
    def astimezone(self, tz: Any = None) -> Any:
        raise NotImplementedError

    def isoformat(self, *arguments: Any, **named: Any) -> str:  # noqa: ARG002
        return "lie"


class ClassRaises:
    """An object that raises in `isinstance`."""

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        raise RuntimeError("class")


class Shrinking(Mapping[str, Any]):
    """A mapping that empties its parent dict while it is read."""

    def __init__(self, victim: dict[str, Any] | list[Any]) -> None:
        self._victim = victim

    def __getitem__(self, key: str) -> Any:
        return key

    def __iter__(self) -> Iterator[str]:
        self._victim.clear()
        return iter(())

    def __len__(self) -> int:
        return 0


def cyclic_list() -> list[Any]:
    cycle: list[Any] = []
    cycle.extend((cycle, cycle))
    return cycle


def cyclic_dict() -> dict[str, Any]:
    cycle: dict[str, Any] = {}
    cycle["a"] = cycle["b"] = cycle
    return cycle


def nested(
    levels: int, wrap: Callable[[Any], Any] = lambda inner: [inner], value: Any = "x"
) -> Any:
    """Returns a value wrapped in this number of containers, by default lists."""
    for _ in range(levels):
        value = wrap(value)
    return value


def shared(levels: int) -> list[Any]:
    """Returns nested lists that contain each list twice: 2**levels when written out."""
    inner: list[Any] = []
    for _ in range(levels):
        inner = [inner, inner]
    return inner
