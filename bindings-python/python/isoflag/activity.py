"""Counts evaluations by flag, document and variation, to find flags that are no longer used.

A ``FlagClient`` counts only if you pass it an ``Activity``::

    activity = Activity()
    client = FlagClient(source, activity=activity)
    ...
    activity.flush(print)  # at the end of a handler, or periodically
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any, Final

from ._core import printable
from ._emf import canonical, emf
from ._process import register_after_fork, wall_clock
from ._text import is_well_formed

__all__ = ["Activity"]

_FORMAT: Final = 1
_DEFAULT: Final = "default"
_VARIATION: Final = re.compile(r"default|0|[1-9][0-9]*", re.ASCII)
_INTEGERS: Final = 2**53 - 1
"""The largest integer that JSON numbers represent exactly."""


class Activity:
    """In-memory counts by flag, document digest and variation.

    Threads may share one. A forked process starts empty; the parent flushes the counts from before
    the fork.
    """

    def __init__(self, *, clock: Callable[[], float] = wall_clock) -> None:
        """Creates an empty activity; ``clock`` returns seconds since 1970."""
        self._clock = clock
        self.after_fork()
        register_after_fork(self)

    def after_fork(self) -> None:
        """Resets the counts; called in a forked process."""
        self._lock = Lock()
        self._flags: dict[str, _Counted] = {}
        self._reported: dict[tuple[str, str, str], int] = {}

    def record(
        self, key: str, variation_index: int | None, digest: str, strategy: str | None = None
    ) -> None:
        """Counts one evaluation; the index is None if the default was returned.

        A client without a document counts under the digest ``none``. ``strategy`` is the name of
        the strategy that the document was evaluated under, if any. A key with a lone surrogate is
        ignored: JSON cannot represent it, so no flag has it.
        """
        if not (is_well_formed(key) and is_well_formed(digest)):
            return
        now = int(self._clock() * 1000)
        variation = _DEFAULT if variation_index is None else str(variation_index)
        with self._lock:
            counted = self._flags.get(key)
            if counted is None:
                counted = self._flags[key] = _Counted(now, now)
            counted.add(digest, variation, 1)
            if strategy is not None:
                counted.add_under(strategy, 1)
            counted.span(now, now)

    def merge(self, other: "Activity | Mapping[str, Any] | str | bytes") -> None:
        """Adds the counts of another activity, given as an object, a mapping or JSON.

        Raises ``ValueError`` and adds nothing if the argument is not a valid activity.
        """
        if isinstance(other, Activity):
            other = other.to_dict()
        elif isinstance(other, str | bytes):
            other = _loads(other)
        added = _parse(other)
        with self._lock:
            _merge(self._flags, added)

    def to_dict(self) -> dict[str, Any]:
        """Returns the counts: ``{"activity": 1, "flags": {<key>: {"counts", "first", "last"}}}``.

        ``counts`` maps digests to counts by variation index or ``"default"``; ``first`` and
        ``last`` are in milliseconds since 1970. If evaluations were made under strategies,
        ``strategies`` maps their names to counts.
        """
        with self._lock:
            return _as_json(self._flags)

    def to_json(self) -> str:
        """Returns the counts as canonical JSON (RFC 8785)."""
        return canonical(self.to_dict())

    def to_emf(self, namespace: str, *, environment: str | None = None) -> str:
        """Returns the counts since the last call as CloudWatch's embedded metric format.

        Print the lines at the end of each invocation of a Lambda function to record the metric
        ``evaluations`` of this namespace, with the dimensions ``environment``, if given, ``flag``
        and ``variation``. The counts of ``to_dict`` and ``flush`` are not reset.
        """
        now = self._clock()
        with self._lock:
            reported, self._reported = self._reported, _counts(self._flags)
            counts = self._reported
        named = {} if environment is None else {"environment": environment}
        return "\n".join(
            emf(
                namespace,
                {**named, "flag": key, "variation": variation},
                {"evaluations": (delta, "Count")},
                now=now,
                digest=digest,
            )
            for (key, digest, variation), count in counts.items()
            if (delta := count - reported.get((key, digest, variation), 0)) > 0
        )

    def flush(self, callback: Callable[[str], object]) -> None:
        """Passes the counts to ``callback`` as canonical JSON, and resets them.

        If the callback raises, the counts are kept and the exception propagates. It is not called
        if there are no counts.
        """
        with self._lock:
            flags, self._flags = self._flags, {}
            reported, self._reported = self._reported, {}
        if not flags:
            return
        try:
            callback(canonical(_as_json(flags)))
        except BaseException:
            with self._lock:
                _merge(self._flags, flags)
                for place, count in self._reported.items():
                    reported[place] = reported.get(place, 0) + count
                self._reported = reported
            raise


class _Counted:
    """The counts of one flag."""

    __slots__ = ("counts", "first", "last", "strategies")

    def __init__(self, first: int, last: int) -> None:
        self.counts: dict[str, dict[str, int]] = {}
        self.strategies: dict[str, int] = {}
        self.first = first
        self.last = last

    def add(self, digest: str, variation: str, count: int) -> None:
        of_digest = self.counts.setdefault(digest, {})
        of_digest[variation] = min(of_digest.get(variation, 0) + count, _INTEGERS)

    def add_under(self, strategy: str, count: int) -> None:
        self.strategies[strategy] = min(self.strategies.get(strategy, 0) + count, _INTEGERS)

    def span(self, first: int, last: int) -> None:
        self.first = min(self.first, first)
        self.last = max(self.last, last)


def _counts(flags: Mapping[str, _Counted]) -> dict[tuple[str, str, str], int]:
    """Returns the counts by flag, digest and variation."""
    return {
        (key, digest, variation): count
        for key, counted in flags.items()
        for digest, variations in counted.counts.items()
        for variation, count in variations.items()
    }


def _merge(flags: dict[str, _Counted], added: Mapping[str, _Counted]) -> None:
    for key, other in added.items():
        counted = flags.setdefault(key, _Counted(other.first, other.last))
        counted.span(other.first, other.last)
        for digest, variations in other.counts.items():
            for variation, count in variations.items():
                counted.add(digest, variation, count)
        for strategy, count in other.strategies.items():
            counted.add_under(strategy, count)


def _as_json(flags: Mapping[str, _Counted]) -> dict[str, Any]:
    return {
        "activity": _FORMAT,
        "flags": {
            key: {
                "counts": {digest: dict(counts) for digest, counts in counted.counts.items()},
                "first": counted.first,
                "last": counted.last,
                **({"strategies": dict(counted.strategies)} if counted.strategies else {}),
            }
            for key, counted in flags.items()
        },
    }


def _loads(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("the input is not a flag activity: it is nested too deeply") from error


def _parse(activity: Any) -> dict[str, _Counted]:
    try:
        if activity["activity"] != _FORMAT or isinstance(activity["activity"], bool):
            raise ValueError(
                f"invalid activity format `{printable(str(activity['activity']))}`: expected "
                f"{_FORMAT}"
            )
        flags = {}
        for key, flag in activity["flags"].items():
            counted = flags[_text(key)] = _Counted(_integer(flag["first"]), _integer(flag["last"]))
            if counted.first > counted.last:
                raise ValueError(f"`first` of `{printable(key)}` is later than `last`")
            for digest, variations in _nonempty(flag["counts"]):
                for variation, count in _nonempty(variations):
                    if not _VARIATION.fullmatch(variation):
                        raise ValueError(
                            f"invalid variation `{printable(variation)}`: expected an index or "
                            "`default`"
                        )
                    counted.add(_text(digest), variation, _count(count))
            if "strategies" in flag:
                for strategy, count in _nonempty(flag["strategies"]):
                    counted.add_under(_text(strategy), _count(count))
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"the input is not a flag activity: {error!r}") from error
    return flags


def _nonempty(members: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Returns the members of an object that must not be empty."""
    if not members:
        raise ValueError("an object of counts is empty; is this a flag activity?")
    return members.items()


def _count(value: object) -> int:
    number = _integer(value)
    if number < 1:
        raise ValueError(f"invalid count `{number}`: expected 1 or more")
    return number


def _integer(value: object) -> int:
    # JSON has one type of numbers: 1.0 is 1.
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int or abs(value) > _INTEGERS:
        raise ValueError(
            f"invalid number `{printable(str(value))}`: expected an integer of at most 2^53 - 1; "
            "is this a flag activity?"
        )
    return value


def _text(text: str) -> str:
    if not is_well_formed(text):
        raise ValueError(f"{text!a} contains a lone surrogate, which JSON cannot represent")
    return text
