"""Writes to a store: a plan of operations, and the order in which items depend on each other."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from isoflag._core import printable
from isoflag.source.dynamodb_layout import FEATURES, SEGMENTS

META: Final = "meta"
"""The kind of the operation that writes a document's ``meta``."""

INITED: Final = "$inited"
"""The kind of the operation that marks the store as initialized."""


@dataclass(frozen=True)
class Operation:
    """One write: an item, a tombstone, ``meta`` or the marker that the store is initialized."""

    kind: str
    """``features``, ``segments``, ``meta`` or ``$inited``."""

    key: str
    """The flag's or segment's key; ``meta`` or ``$inited`` for those."""

    version: int
    """The item's version; for a tombstone one more than that of the deleted item."""

    item: Mapping[str, Any] | None
    """The item to write; None removes ``meta``, and is the value of ``$inited``."""

    replaces: int | None = None
    """The stored version to replace, even if the item's own version is not higher."""

    wave: int = 0
    """Waves are written in order; operations of one wave do not depend on each other."""

    exact: bool = False
    """Whether no other stored version is replaced, not even a lower one."""

    @property
    def deletes(self) -> bool:
        """Whether the operation writes a tombstone or removes ``meta``."""
        return self.kind != INITED and (self.item is None or self.item.get("deleted") is True)


@dataclass(frozen=True)
class Refusal:
    """An item of the new document that cannot be written, and the reason."""

    kind: str
    """``features`` or ``segments``."""

    key: str
    """The member name of the item in the document."""

    reason: str
    """The problem and its remedy."""


@dataclass(frozen=True)
class Plan:
    """The operations that bring a store from one document to another, in write order.

    Between two operations a reader never sees a flag without the segments and prerequisites of its
    document.
    """

    operations: tuple[Operation, ...]
    """Flags that were switched off, then segments, other flags, tombstones, ``meta``, ``$inited``;
    only changes."""

    refused: tuple[Refusal, ...] = ()
    """The items that cannot be written and remain unchanged in the store."""

    initial: bool = False
    """Whether the store was not initialized: then all of its contents are replaced."""

    def __iter__(self) -> Iterator[Operation]:
        """Iterates over the operations in order."""
        return iter(self.operations)

    def __len__(self) -> int:
        """Returns the number of operations."""
        return len(self.operations)

    def waves(self) -> list[list[Operation]]:
        """Returns the operations grouped by wave."""
        waves: dict[int, list[Operation]] = {}
        for operation in self.operations:
            waves.setdefault(operation.wave, []).append(operation)
        return [waves[wave] for wave in sorted(waves)]

    def all_data(self) -> dict[str, dict[str, Any]]:
        """Returns the items to write by kind and key, the argument of ``FeatureStore.init``."""
        data: dict[str, dict[str, Any]] = {FEATURES: {}, SEGMENTS: {}}
        for operation in self.operations:
            if operation.kind == META and operation.item is not None:
                data[META] = dict(operation.item)
            elif operation.kind in data and operation.item is not None:
                data[operation.kind][operation.key] = dict(operation.item)
        return data


def check_kinds(all_data: Mapping[str, object]) -> None:
    """Raises ``ValueError`` if a member is not a kind of item; ``init`` would delete its items."""
    for kind in all_data:
        if kind not in {FEATURES, SEGMENTS, META}:
            raise ValueError(
                f"invalid kind `{printable(kind)}`: expected `{FEATURES}`, `{SEGMENTS}` or `{META}`"
            )


def item_version(item: object) -> int:
    """Returns the version that a store compares: 0 if the item has no integer ``version``."""
    version = item.get("version") if isinstance(item, Mapping) else None
    return version if type(version) is int else 0


def in_waves(kind: str, items: Mapping[str, Any]) -> list[list[str]]:
    """Returns the keys of flags or segments in topological order, dependencies first.

    The keys of one list do not depend on each other. Members of a cycle and their dependents come
    last, in key order.
    """
    uses = _prerequisites if kind == FEATURES else _segments_used
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for key in items:
        sorter.add(key, *(used for used in uses(items[key]) if used in items))
    # After the error the sorter still returns the nodes that no cycle blocks.
    with suppress(CycleError):
        sorter.prepare()
    waves: list[list[str]] = []
    while ready := sorter.get_ready():
        waves.append(sorted(ready))
        sorter.done(*ready)
    given = {key for wave in waves for key in wave}
    return [*waves, *([key] for key in sorted(items.keys() - given))]


def _prerequisites(flag: Any) -> Iterator[str]:
    for prerequisite in _list(flag, "prerequisites"):
        if isinstance(prerequisite, Mapping) and isinstance(prerequisite.get("key"), str):
            yield prerequisite["key"]


def _segments_used(segment: Any) -> Iterator[str]:
    for rule in _list(segment, "rules"):
        for clause in _list(rule, "clauses"):
            if isinstance(clause, Mapping) and clause.get("op") == "segmentMatch":
                yield from (key for key in _list(clause, "values") if isinstance(key, str))


def _list(value: Any, member: str) -> Iterable[Any]:
    items = value.get(member) if isinstance(value, Mapping) else None
    return items if isinstance(items, list) else ()
