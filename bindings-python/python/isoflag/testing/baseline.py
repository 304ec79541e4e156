"""Baselines: the state of all flags that a test does not override."""

from collections.abc import Mapping
from typing import Any

from isoflag import Flags

from .flag_items import Item, boolean, items, patched, switched

__all__ = ["AllOff", "AllOn", "Baseline", "UnderStrategy"]


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
