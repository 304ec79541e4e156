"""A test's document with its overrides applied, and the source that returns it to clients."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from isoflag import Flags
from isoflag.source import (
    UNCHANGED,
    Fetched,
    SourceNotFoundError,
    SourceTimeoutError,
    SourceUnauthorizedError,
    SourceUnavailableError,
    Unchanged,
)

from .baseline import Baseline
from .flag_items import FlagFailure, Item, items, patched

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
        raise ValueError(f"invalid failure `{failure}`: expected one of {names}")
