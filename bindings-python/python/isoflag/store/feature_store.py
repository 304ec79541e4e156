"""The protocol of a store, and the rules that every store follows."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from isoflag.source.dynamodb_layout import FEATURES, SEGMENTS

from .plan import Plan

__all__ = ["FEATURES", "SEGMENTS", "FeatureStore", "Kind", "UnfinishedWriteError"]

Kind: TypeAlias = Literal["features", "segments"]
"""The kind of an item; LaunchDarkly's stores call flags features."""


class UnfinishedWriteError(RuntimeError):
    """A plan was executed only in part; the next one writes the rest."""

    written: int
    """Number of operations known to have been executed."""

    planned: int
    """Number of operations in the plan."""

    def __init__(self, message: str, *, written: int, planned: int) -> None:
        """Creates the error after ``written`` of ``planned`` operations."""
        super().__init__(message)
        self.written = written
        self.planned = planned


@runtime_checkable
class FeatureStore(Protocol):
    """Flags and segments by key, each with a version.

    A single item is accepted only with a higher version, since it may arrive late; ``init`` and a
    plan write a whole document, and may go back to lower versions.

    An item is the JSON object of a flag or segment: it has its ``key``, and counts as version 0
    without an integer ``version``. A deleted item leaves a tombstone, ``{"key", "version",
    "deleted": True}``, so that a late item does not restore it.
    """

    @property
    def initialized(self) -> bool:
        """Whether a whole document has been written, by this process or another."""

    def get(self, kind: Kind, key: str) -> dict[str, Any] | None:
        """Returns a copy of an item, or None if it is unknown or deleted."""

    def all(self, kind: Kind) -> dict[str, dict[str, Any]]:
        """Returns every item that is not deleted, by key."""

    def init(self, all_data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replaces all items regardless of versions.

        ``all_data`` has the items by kind and key, ``{"features": {...}, "segments": {...}}``, and
        may have a document's ``meta``. Raises ``ValueError`` for any other kind, such as a
        document's ``flags``.
        """

    def upsert(self, kind: Kind, item: Mapping[str, Any]) -> bool:
        """Writes an item if its version exceeds the stored one; returns whether it did."""

    def delete(self, kind: Kind, key: str, version: int) -> bool:
        """Writes a tombstone if ``version`` exceeds the stored one; returns whether it did."""

    def document(self) -> dict[str, Any] | None:
        """Returns ``flags``, ``segments`` and ``meta``, if any, with tombstones.

        Returns None if the store has not been initialized.
        """

    def write(self, plan: Plan) -> int:
        """Executes a plan in its order; returns the number of operations that took effect.

        An operation is skipped if the stored version is neither the one that it replaces nor lower
        than its own: another writer was faster. An ``exact`` operation replaces no other version.
        Raises ``UnfinishedWriteError`` if the store fails after some operations.
        """
