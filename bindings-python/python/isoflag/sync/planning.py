"""Computes the writes that bring a store to a new document, without I/O."""

from collections.abc import Callable, Mapping
from typing import Any

from isoflag.source.dynamodb_layout import FEATURES, META_KEY, SEGMENTS, ItemError
from isoflag.store.plan import INITED, META, Operation, Plan, Refusal, in_waves, item_version


class MassDeleteError(ValueError):
    """The document lacks all items, or most of those in the store."""


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

    Raises ``ValueError`` if ``new`` is in another form, such as a bare map of flags.
    """
    if new and not new.keys() & {"flags", "segments"}:
        raise ValueError(
            "the new document has neither `flags` nor `segments`; load other forms with `Flags`, "
            "and pass `json.loads(flags.to_json())`"
        )
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
