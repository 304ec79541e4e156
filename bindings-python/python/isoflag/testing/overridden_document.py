"""A document with a test's overrides patched in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from isoflag import Flags

from .baseline import Baseline
from .flag_items import FlagFailure, Item, items, patched


@dataclass(frozen=True, slots=True)
class Override:
    """What one flag is to do."""

    value: Any
    """What was set: a value, or whether it is on."""

    item: Callable[[str, Item | None], Item]
    """Makes the flag of its key and of what the document has."""

    failure: FlagFailure | None = None
    """How it is broken; then there is no value."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What all flags are to do, at one moment."""

    baseline: Baseline = field(default_factory=Baseline)
    overrides: Mapping[str, Override] = field(default_factory=dict)

    def applied(self, base: Flags) -> Flags:
        """Give the document that does it."""
        flags = self.baseline.document(base)
        if not self.overrides:
            return flags
        held = items(flags)
        made = {key: each.item(key, held.get(key)) for key, each in self.overrides.items()}
        return patched(flags, made)


class OverriddenDocument:
    """The flags of the moment, made anew only where the plan is another."""

    def __init__(self, base: Flags, plan: Callable[[], Plan]) -> None:
        """Take the document as it is without overrides, and what tells the plan of the moment."""
        self._base = base
        self._plan = plan
        self._made: tuple[Plan, Flags] | None = None

    def present(self) -> Flags:
        """Give the flags of the moment."""
        plan, made = self._plan(), self._made
        if made is None or made[0] is not plan:
            made = self._made = plan, plan.applied(self._base)
        return made[1]

    def replace(self, base: Flags) -> None:
        """Start from another document."""
        self._base, self._made = base, None
