"""What every flag does unless a test says otherwise."""

from collections.abc import Mapping
from typing import Any

from isoflag import Flags

from .flag_items import Item, boolean, items, patched, switched

__all__ = ["AllOff", "AllOn", "Baseline", "UnderStrategy"]


class Baseline:
    """The document as it is; a subclass makes another of it."""

    def document(self, flags: Flags) -> Flags:
        """Give the document that tests start from."""
        return flags

    def unknown(self, key: str) -> Item | None:  # noqa: ARG002 (for subclasses)
        """Give the flag of a boolean getter's key that the document has not; None leaves it so."""
        return None


class AllOff(Baseline):
    """Every flag off, so that each serves its ``offVariation``."""

    def document(self, flags: Flags) -> Flags:
        """Switch every flag off."""
        return _all(flags, on=False)

    def unknown(self, key: str) -> Item:
        """Make up a flag that is off and serves False."""
        return boolean(key, on=False)


class AllOn(Baseline):
    """Every flag on; one that can serve True serves it to everybody."""

    def document(self, flags: Flags) -> Flags:
        """Switch every flag on."""
        return _all(flags, on=True)

    def unknown(self, key: str) -> Item:
        """Make up a flag that is on and serves True."""
        return boolean(key, on=True)


class UnderStrategy(Baseline):
    """Every flag as a strategy has it, such as "Production State"."""

    def __init__(self, strategy: str | Mapping[str, Any]) -> None:
        """Take a strategy by its name, or with its keys as ``Flags.with_strategy`` does."""
        self._strategy = strategy

    def document(self, flags: Flags) -> Flags:
        """Lay the strategy over the document; raises ``StrategyError`` where there is none."""
        return flags.with_strategy(self._strategy)


def _all(flags: Flags, *, on: bool) -> Flags:
    return patched(flags, {key: switched(key, item, on=on) for key, item in items(flags).items()})
