"""What a store has to be told so that it holds another document, worked out without any I/O."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from isoflag.dynamodb_layout import FEATURES, META_KEY, SEGMENTS, ItemError

META: Final = "meta"
"""The kind of the operation that writes a document's ``meta``."""

INITED: Final = "$inited"
"""The kind of the operation that says that the store holds a whole document."""


class MassDeleteError(ValueError):
    """A document without items, or without most of those that the store holds."""


@dataclass(frozen=True)
class Operation:
    """One write: an item, a tombstone, ``meta`` or the marker that the store is initialized."""

    kind: str
    """``features``, ``segments``, ``meta`` or ``$inited``."""

    key: str
    """The flag's or segment's key; ``meta`` or ``$inited`` for those."""

    version: int
    """The item's version; for a tombstone one more than that of what it deletes."""

    item: Mapping[str, Any] | None
    """What is written; None removes ``meta``, and ``$inited`` has none."""

    replaces: int | None = None
    """The version held that is replaced, also by an item whose own version is no higher."""

    wave: int = 0
    """Operations of one wave depend on none of each other; waves are written in order."""

    @property
    def deletes(self) -> bool:
        """Whether a tombstone is written, or ``meta`` removed."""
        return self.kind != INITED and (self.item is None or self.item.get("deleted") is True)


@dataclass(frozen=True)
class Refusal:
    """An item of the new document that is not written, and why."""

    kind: str
    """``features`` or ``segments``."""

    key: str
    """The key that it stands under."""

    reason: str
    """What is wrong and what to do."""


@dataclass(frozen=True)
class Plan:
    """The operations that bring a store from one document to another, in the order to write them.

    A reader that comes between two of them never meets a flag before the segments and
    prerequisites that it was written with.
    """

    operations: tuple[Operation, ...]
    """Flags that were switched off, then segments, other flags, tombstones, ``meta``, ``$inited``;
    of each only what changes."""

    refused: tuple[Refusal, ...] = ()
    """The items that the store keeps as they are."""

    initial: bool = False
    """Whether the store held no document: then it is replaced whole, whatever lies in it."""

    def __iter__(self) -> Iterator[Operation]:
        """Give the operations in order."""
        return iter(self.operations)

    def __len__(self) -> int:
        """Count the operations."""
        return len(self.operations)

    def waves(self) -> list[list[Operation]]:
        """The operations, those that depend on none of each other together."""
        waves: dict[int, list[Operation]] = {}
        for operation in self.operations:
            waves.setdefault(operation.wave, []).append(operation)
        return [waves[wave] for wave in sorted(waves)]

    def all_data(self) -> dict[str, dict[str, Any]]:
        """What is written, by kind and key, as ``FeatureStore.init`` takes it."""
        data: dict[str, dict[str, Any]] = {FEATURES: {}, SEGMENTS: {}}
        for operation in self.operations:
            if operation.kind == META and operation.item is not None:
                data[META] = dict(operation.item)
            elif operation.kind in data and operation.item is not None:
                data[operation.kind][operation.key] = dict(operation.item)
        return data


def check_deletes(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> None:
    """Raise ``MassDeleteError`` if a document would empty a store or delete most of its items.

    Such is one that has no items, that has none of the flags held, or that lacks more than half of
    the flags and segments held. A store that holds nothing may be given an empty document; one that
    was never initialized may not, since whatever lies in it is replaced.
    """
    lacking = {member: _lacking(old or {}, new, member) for member in ("flags", "segments")}
    held = sum(live for live, _ in lacking.values())
    deleted = sum(gone for _, gone in lacking.values())
    live_flags, gone_flags = lacking["flags"]
    if old is None and not any(_live(new, member) for member in lacking):
        what = "the document has no flags and no segments, and what the store has is not known"
    elif 0 < live_flags == gone_flags:
        what = f"the document has none of the {live_flags} flags that the store holds"
    elif 2 * deleted > held:
        what = f"the document lacks {deleted} of the {held} items that the store holds"
    else:
        return
    raise MassDeleteError(
        f"{what}; is it the right one? If so, pass `allow_mass_delete=True` for this run"
    )


def plan(
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any],
    *,
    check_item: Callable[[str, Mapping[str, Any]], object] | None = None,
) -> Plan:
    """Give the writes that bring a store which holds ``old`` to hold ``new``.

    Both are documents, ``{"flags": {...}, "segments": {...}, "meta": {...}}``; ``old`` has the
    store's tombstones too, and is None where the store was never initialized. What is equal is
    not written, so that a plan that has been carried out leaves an empty one.

    The new document is the truth: an item that differs is written whatever its version, since a
    document that is rolled back brings lower ones. What the new document lacks becomes a tombstone.
    An item is refused if its ``key`` is not the name that it stands under, and if ``check_item``,
    which is called with the kind and each item that would be written, raises ``ItemError``.

    Flags that were switched off come first: they need nothing, and may be what stops an incident.
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
    """The version by which a store compares an item: 0 where it has no integer."""
    version = item.get("version") if isinstance(item, Mapping) else None
    return version if type(version) is int else 0


def in_waves(kind: str, items: Mapping[str, Any]) -> list[list[str]]:
    """Give the keys of flags or segments so that none comes before what it depends on.

    The keys of one list depend on none of each other. Those in a cycle, and what depends on them,
    come last, in the order of their keys.
    """
    uses = _prerequisites if kind == FEATURES else _segments_used
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for key in items:
        sorter.add(key, *(used for used in uses(items[key]) if used in items))
    # After the error it still gives what no cycle blocks.
    with suppress(CycleError):
        sorter.prepare()
    waves: list[list[str]] = []
    while ready := sorter.get_ready():
        waves.append(sorted(ready))
        sorter.done(*ready)
    given = {key for wave in waves for key in wave}
    return [*waves, *([key] for key in sorted(items.keys() - given))]


class _Draft:
    """The plan in the making."""

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
        """Plan a write in a wave of its own."""
        self._wave += 1
        self.operations.append(Operation(kind, key, version, item, replaces, self._wave))

    def switched_off(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Plan the flags that are off now and were on."""
        on = {key for key, item in old.items() if _is_on(item)}
        self._switched_off = {
            key for key in on & new.keys() if not _is_on(new[key]) and not _is_deleted(new[key])
        }
        for key in sorted(self._switched_off):
            self._put(FEATURES, key, old[key], new[key])

    def puts(self, kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Plan the items that are new or have changed."""
        done = self._switched_off if kind == FEATURES else ()
        for wave in in_waves(kind, new):
            self._wave += 1
            for key in wave:
                if key in done:
                    continue
                self._put(kind, key, old.get(key), new[key])

    def tombstones(self, kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Plan the deletes, dependents first."""
        for wave in reversed(in_waves(kind, old)):
            self._wave += 1
            for key in wave:
                if key in new or _is_deleted(old[key]):
                    continue
                version = item_version(old[key]) + 1
                tombstone = {"key": key, "version": version, "deleted": True}
                self.operations.append(Operation(kind, key, version, tombstone, None, self._wave))

    def meta(self, old: object, new: object) -> None:
        """Plan the write or removal of ``meta``; last, since it claims the document's version."""
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
            reason = f"its `key` is not `{key}`, the name that it stands under; make them equal"
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
    """Count the items held, and those of them that a document has not."""
    live = _live(old, member)
    return len(live), len(live - _live(new, member))


def _is_on(item: Any) -> bool:
    return isinstance(item, Mapping) and item.get("on") is True


def _is_deleted(item: Any) -> bool:
    return isinstance(item, Mapping) and item.get("deleted") is True


def _equal(one: object, other: object) -> bool:
    """Compare as JSON, where True is not 1; 1 and 1.0 are one number."""
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
