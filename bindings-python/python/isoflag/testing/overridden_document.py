"""A test's document: its baseline, its overrides, and the source that returns it to clients."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from isoflag import Flags
from isoflag._core import printable
from isoflag.source import (
    UNCHANGED,
    Fetched,
    SourceNotFoundError,
    SourceTimeoutError,
    SourceUnauthorizedError,
    SourceUnavailableError,
    Unchanged,
)

from .flag_items import FlagFailure, Item, boolean, items, patched, switched

SourceFailure: TypeAlias = Literal["down", "timeout", "unauthorized", "missing", "malformed"]
"""A way in which a source can fail."""

_WHERE: Final = "isoflag.testing"
_CUT_OFF: Final = b'{"flags": {'
_ERRORS: Final = {
    "down": SourceUnavailableError("simulated failure: down", where=_WHERE),
    "timeout": SourceTimeoutError("simulated failure: timeout", where=_WHERE),
    "unauthorized": SourceUnauthorizedError("simulated failure: unauthorized", where=_WHERE),
    "missing": SourceNotFoundError("simulated failure: missing document", where=_WHERE),
}


class Baseline:
    """The unchanged document; subclasses transform it."""

    def document(self, flags: Flags) -> Flags:
        """Returns the document that tests start from."""
        return flags

    def unknown(self, key: str) -> Item | None:  # noqa: ARG002 (for subclasses)
        """Returns a flag for a boolean getter's key that the document lacks, or None."""
        return None


class AllOff(Baseline):
    """Every flag off, so that each serves its ``offVariation``."""

    def document(self, flags: Flags) -> Flags:
        """Switches every flag off."""
        return _all(flags, on=False)

    def unknown(self, key: str) -> Item:
        """Returns a new flag that is off and serves False."""
        return boolean(key, on=False)


class AllOn(Baseline):
    """Every flag on; a flag with the variation True serves it to every context."""

    def document(self, flags: Flags) -> Flags:
        """Switches every flag on."""
        return _all(flags, on=True)

    def unknown(self, key: str) -> Item:
        """Returns a new flag that is on and serves True."""
        return boolean(key, on=True)


class UnderStrategy(Baseline):
    """Every flag as under a strategy, such as "Production State"."""

    def __init__(self, strategy: str | Mapping[str, Any]) -> None:
        """Takes a strategy: its name, or a mapping as for ``Flags.with_strategy``."""
        self._strategy = strategy

    def document(self, flags: Flags) -> Flags:
        """Applies the strategy to the document; raises ``StrategyError`` if it is invalid."""
        return flags.with_strategy(self._strategy)


def _all(flags: Flags, *, on: bool) -> Flags:
    return patched(flags, {key: switched(key, item, on=on) for key, item in items(flags).items()})


@dataclass(frozen=True, slots=True)
class Override:
    """The override of one flag."""

    value: Any
    """The value that was set, or whether the flag is on."""

    item: Callable[[str, Item | None], Item]
    """Builds the flag from its key and the document's flag, if any."""

    failure: FlagFailure | None = None
    """The simulated failure; then there is no value."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A baseline and the overrides of a test, as one immutable snapshot."""

    baseline: Baseline = field(default_factory=Baseline)
    overrides: Mapping[str, Override] = field(default_factory=dict)

    def applied(self, base: Flags) -> Flags:
        """Returns the document with the baseline and the overrides applied."""
        flags = self.baseline.document(base)
        if not self.overrides:
            return flags
        held = items(flags)
        made = {key: each.item(key, held.get(key)) for key, each in self.overrides.items()}
        return patched(flags, made)


class OverriddenDocument:
    """The current flags of a test, rebuilt only if the plan has changed."""

    def __init__(self, base: Flags, plan: Callable[[], Plan]) -> None:
        """Takes the document without overrides, and a function that returns the current plan."""
        self._base = base
        self._plan = plan
        self._made: tuple[Plan, Flags] | None = None

    def present(self) -> Flags:
        """Returns the current flags."""
        plan, made = self._plan(), self._made
        if made is None or made[0] is not plan:
            made = self._made = plan, plan.applied(self._base)
        return made[1]

    def replace(self, base: Flags) -> None:
        """Replaces the document without overrides."""
        self._base, self._made = base, None


class OverridingSource:
    """Returns the current flags as a document, or raises the simulated failure."""

    in_memory = True
    """Lets a client fetch in the calling thread, since nothing blocks."""

    def __init__(
        self, present: Callable[[], Flags], failure: Callable[[], SourceFailure | None]
    ) -> None:
        """Takes functions that return the current flags and the current failure, if any."""
        self._present = present
        self._failure = failure
        self._given: Flags | None = None

    def __repr__(self) -> str:
        return _WHERE

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        """Returns the document, or raises the simulated failure."""
        failure = self._failure()
        if failure == "malformed":
            return Fetched(_CUT_OFF)
        if failure is not None:
            raise _ERRORS[failure].with_traceback(None)
        flags = self._present()
        if previous is not None and previous.document != _CUT_OFF and flags is self._given:
            return UNCHANGED
        self._given = flags
        return Fetched(flags.to_json().encode())


def check_failure(failure: str) -> None:
    """Raises ``ValueError`` for an unknown failure."""
    if failure != "malformed" and failure not in _ERRORS:
        names = ", ".join(f"`{each}`" for each in (*_ERRORS, "malformed"))
        raise ValueError(f"invalid failure `{printable(str(failure))}`: expected one of {names}")
