"""Computes the writes that bring a store to a new document, without I/O."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from isoflag.dynamodb_layout import FEATURES, META_KEY, SEGMENTS, ItemError

META: Final = "meta"
"""The kind of the operation that writes a document's ``meta``."""

INITED: Final = "$inited"
"""The kind of the operation that marks the store as initialized."""


class MassDeleteError(ValueError):
    """The document lacks all items, or most of those in the store."""


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


def check_deletes(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> None:
    """Raises ``MassDeleteError`` if a document would empty a store or delete most of its items.

    That is the case if it has none of the stored flags, or lacks more than half of the stored flags
    and segments. An empty document is accepted for an empty store, but not for one that was never
    initialized, since all of its contents would be replaced.
    """
    lacking = {member: _lacking(old or {}, new, member) for member in ("flags", "segments")}
    held = sum(live for live, _ in lacking.values())
    deleted = sum(gone for _, gone in lacking.values())
    live_flags, gone_flags = lacking["flags"]
    if old is None and not any(_live(new, member) for member in lacking):
        what = "the document has no flags and no segments, and the store's contents are unknown"
    elif 0 < live_flags == gone_flags:
        what = f"the document has none of the {live_flags} flags in the store"
    elif 2 * deleted > held:
        what = f"the document lacks {deleted} of the {held} items in the store"
    else:
        return
    raise MassDeleteError(
        f"{what}; if it is the right document, pass `allow_mass_delete=True` for this run"
    )


def plan(
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any],
    *,
    check_item: Callable[[str, Mapping[str, Any]], object] | None = None,
) -> Plan:
    """Returns the writes that bring a store from the document ``old`` to ``new``.

    Both are documents, ``{"flags": {...}, "segments": {...}, "meta": {...}}``; ``old`` includes the
    store's tombstones, and is None if the store was never initialized. Equal items are not written,
    so planning again after the plan was executed returns an empty plan.

    The new document is authoritative: a changed item is written regardless of its version, since a
    rollback restores lower ones. Items that the new document lacks become tombstones. An item is
    refused if its ``key`` differs from its member name, or if ``check_item``, which is called with
    the kind and each item to write, raises ``ItemError``.

    Flags that were switched off come first: they depend on nothing, and may end an incident.
    """
    held = {} if old is None else old
    draft = _Draft(check_item)
    draft.switched_off(_items(held, "flags"), _items(new, "flags"))
    for kind, member in ((SEGMENTS, "segments"), (FEATURES, "flags")):
        draft.puts(kind, _items(held, member), _items(new, member))
    for kind, member in ((FEATURES, "flags"), (SEGMENTS, "segments")):
        draft.tombstones(kind, _items(held, member), _items(new, member))
    draft.meta(held.get("meta"), new.get("meta"))
    if old is None:
        draft.add(INITED, INITED, 0, None)
    return Plan(tuple(draft.operations), tuple(draft.refused), initial=old is None)


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


class _Draft:
    """Builds a plan."""

    def __init__(self, check_item: Callable[[str, Mapping[str, Any]], object] | None) -> None:
        self.operations: list[Operation] = []
        self.refused: list[Refusal] = []
        self._check_item = check_item
        self._switched_off: set[str] = set()
        self._wave = 0

    def add(
        self,
        kind: str,
        key: str,
        version: int,
        item: Mapping[str, Any] | None,
        replaces: int | None = None,
    ) -> None:
        """Adds a write in its own wave."""
        self._wave += 1
        self.operations.append(Operation(kind, key, version, item, replaces, self._wave))

    def switched_off(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Adds the flags that were on and are now off."""
        on = {key for key, item in old.items() if _is_on(item)}
        self._switched_off = {
            key for key in on & new.keys() if not _is_on(new[key]) and not _is_deleted(new[key])
        }
        for key in sorted(self._switched_off):
            self._put(FEATURES, key, old[key], new[key])

    def puts(self, kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Adds the new and changed items."""
        done = self._switched_off if kind == FEATURES else ()
        for wave in in_waves(kind, new):
            self._wave += 1
            for key in wave:
                if key in done:
                    continue
                self._put(kind, key, old.get(key), new[key])

    def tombstones(self, kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Adds the tombstones, dependents first."""
        for wave in reversed(in_waves(kind, old)):
            self._wave += 1
            for key in wave:
                if key in new or _is_deleted(old[key]):
                    continue
                version = item_version(old[key]) + 1
                tombstone = {"key": key, "version": version, "deleted": True}
                self.operations.append(Operation(kind, key, version, tombstone, None, self._wave))

    def meta(self, old: object, new: object) -> None:
        """Adds the write or removal of ``meta``; last, since it has the document's version."""
        if isinstance(new, Mapping):
            if not _equal(old, new):
                held = None if old is None else item_version(old)
                self.add(META, META_KEY, item_version(new), new, held)
        elif old is not None:
            self.add(META, META_KEY, 0, None)

    def _put(self, kind: str, key: str, old: Any, new: Any) -> None:
        if _equal(old, new):
            return
        if not isinstance(new, Mapping) or new.get("key") != key:
            reason = f"its `key` differs from its member name `{key}`; make them equal"
            self.refused.append(Refusal(kind, key, reason))
            return
        version = item_version(new)
        held = None if old is None else item_version(old)
        if held is not None and _is_deleted(old) and _is_deleted(new) and version <= held:
            return
        try:
            if self._check_item is not None:
                self._check_item(kind, new)
        except ItemError as error:
            self.refused.append(Refusal(kind, key, str(error)))
            return
        self.operations.append(Operation(kind, key, version, new, held, self._wave))


def _items(document: Mapping[str, Any], member: str) -> Mapping[str, Any]:
    items = document.get(member)
    return items if isinstance(items, Mapping) else {}


def _live(document: Mapping[str, Any], member: str) -> set[str]:
    return {key for key, item in _items(document, member).items() if not _is_deleted(item)}


def _lacking(old: Mapping[str, Any], new: Mapping[str, Any], member: str) -> tuple[int, int]:
    """Returns the number of stored items, and of those that the new document lacks."""
    live = _live(old, member)
    return len(live), len(live - _live(new, member))


def _is_on(item: Any) -> bool:
    return isinstance(item, Mapping) and item.get("on") is True


def _is_deleted(item: Any) -> bool:
    return isinstance(item, Mapping) and item.get("deleted") is True


def _equal(one: object, other: object) -> bool:
    """Compares JSON values: unlike in Python, True is not 1; 1 and 1.0 are equal."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and one == other


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
