"""A document with a test's overrides applied."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from isoflag import Flags

from .baseline import Baseline
from .flag_items import FlagFailure, Item, items, patched


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
