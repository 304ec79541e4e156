"""The protocol of a store, and the rules that every store keeps."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from isoflag.dynamodb_layout import FEATURES, SEGMENTS
from isoflag.sync.planning import Plan

__all__ = ["FEATURES", "SEGMENTS", "FeatureStore", "Kind", "UnfinishedWriteError"]

Kind: TypeAlias = Literal["features", "segments"]
"""What an item is; LaunchDarkly's stores call flags features."""


class UnfinishedWriteError(RuntimeError):
    """A plan that was carried out in part; the next one writes the rest."""

    written: int
    """How many operations are known to have been carried out."""

    planned: int
    """How many the plan has."""

    def __init__(self, message: str, *, written: int, planned: int) -> None:
        """Say how far it came."""
        super().__init__(message)
        self.written = written
        self.planned = planned


@runtime_checkable
class FeatureStore(Protocol):
    """Flags and segments by key, each with a version.

    Single items are taken by higher versions only, since they may come late; ``init`` and a plan
    bring a whole document, and may go back to lower ones.

    An item is the JSON object of a flag or segment: it has its ``key``, and counts as version 0
    where it has no integer ``version``. A deleted item leaves a tombstone, ``{"key", "version",
    "deleted": True}``, so that what arrives late does not bring it back.
    """

    @property
    def initialized(self) -> bool:
        """Whether a whole document has been written, by this store or by another."""

    def get(self, kind: Kind, key: str) -> dict[str, Any] | None:
        """Give an item, the caller's to keep; None where it is unknown or deleted."""

    def all(self, kind: Kind) -> dict[str, dict[str, Any]]:
        """Give every item that is not deleted, by key."""

    def init(self, all_data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace everything, whatever the versions.

        ``all_data`` has the items by kind and key, ``{"features": {...}, "segments": {...}}``, and
        may have a document's ``meta``.
        """

    def upsert(self, kind: Kind, item: Mapping[str, Any]) -> bool:
        """Write an item if its version is higher than the one held; say whether it was."""

    def delete(self, kind: Kind, key: str, version: int) -> bool:
        """Leave a tombstone if ``version`` is higher than the one held; say whether it was."""

    def document(self) -> dict[str, Any] | None:
        """Give everything, tombstones too: ``flags``, ``segments``, and ``meta`` if there is one.

        None where the store has not been initialized.
        """

    def write(self, plan: Plan) -> int:
        """Carry a plan out, in its order; give how many operations were taken.

        One that meets another version than it replaces, and no lower one, is left out: somebody
        else wrote meanwhile. Raises ``UnfinishedWriteError`` if it fails after some of them.
        """
