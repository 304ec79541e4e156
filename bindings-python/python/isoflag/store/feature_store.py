"""The interface of feature stores, and a store in memory."""

import json
import threading
from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from isoflag._errors import Picklable
from isoflag.source.dynamodb_layout import FEATURES, SEGMENTS, ItemError

from .plan import INITED, META, Operation, Plan, check_kinds, item_version

__all__ = [
    "FEATURES",
    "SEGMENTS",
    "FeatureStore",
    "InMemoryFeatureStore",
    "Kind",
    "UnfinishedWriteError",
]

Kind: TypeAlias = Literal["features", "segments"]
"""The kind of an item; LaunchDarkly's stores call flags features."""


class UnfinishedWriteError(Picklable, RuntimeError):
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


class InMemoryFeatureStore:
    """A ``FeatureStore`` for tests and single processes; threads may share it."""

    def __init__(self) -> None:
        """Creates an empty store that is not initialized."""
        # Stored as text, so that callers cannot modify it.
        self._items: dict[str, dict[str, str]] = {FEATURES: {}, SEGMENTS: {}}
        self._meta: str | None = None
        self._initialized = False
        self._lock = threading.Lock()

    @property
    def initialized(self) -> bool:
        """Whether ``init`` or an initial plan has been executed."""
        return self._initialized

    def get(self, kind: Kind, key: str) -> dict[str, Any] | None:
        """Returns an item, or None if it is unknown or deleted."""
        text = self._items[kind].get(key)
        item: dict[str, Any] | None = None if text is None else json.loads(text)
        return None if item is None or item.get("deleted") is True else item

    def all(self, kind: Kind) -> dict[str, dict[str, Any]]:
        """Returns every item that is not deleted, by key."""
        with self._lock:
            texts = dict(self._items[kind])
        items = {key: json.loads(text) for key, text in texts.items()}
        return {key: item for key, item in items.items() if item.get("deleted") is not True}

    def init(self, all_data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replaces all items regardless of versions."""
        check_kinds(all_data)
        items = {
            kind: {key: _text(key, item) for key, item in all_data.get(kind, {}).items()}
            for kind in (FEATURES, SEGMENTS)
        }
        meta = _json(all_data[META], META) if META in all_data else None
        with self._lock:
            self._items, self._meta, self._initialized = items, meta, True

    def upsert(self, kind: Kind, item: Mapping[str, Any]) -> bool:
        """Writes an item if its version exceeds the stored one; returns whether it did."""
        return self._put(kind, item, replaces=None)

    def delete(self, kind: Kind, key: str, version: int) -> bool:
        """Writes a tombstone if ``version`` exceeds the stored one; returns whether it did."""
        tombstone = {"key": key, "version": version, "deleted": True}
        return self._put(kind, tombstone, replaces=None)

    def document(self) -> dict[str, Any] | None:
        """Returns the whole document with tombstones, or None if nothing has been written."""
        if not self._initialized:
            return None
        with self._lock:
            flags, segments = dict(self._items[FEATURES]), dict(self._items[SEGMENTS])
            meta = self._meta
        return {
            "flags": {key: json.loads(text) for key, text in flags.items()},
            "segments": {key: json.loads(text) for key, text in segments.items()},
            **({} if meta is None else {META: json.loads(meta)}),
        }

    def write(self, plan: Plan) -> int:
        """Executes a plan in its order; returns the number of operations that took effect."""
        if plan.initial:
            self.init(plan.all_data())
            return len(plan)
        written = 0
        for operation in plan:
            if operation.kind == META:
                written += self._put_meta(operation)
            elif operation.kind == INITED:
                self._initialized = True
                written += 1
            elif operation.item is not None:
                written += self._put(
                    operation.kind,
                    operation.item,
                    replaces=operation.replaces,
                    exact=operation.exact,
                )
        return written

    def _put_meta(self, operation: Operation) -> bool:
        text = None if operation.item is None else _json(operation.item, META)
        with self._lock:
            held = None if self._meta is None else item_version(json.loads(self._meta))
            if operation.exact and held != operation.replaces:
                return False
            self._meta = text
        return True

    def _put(
        self, kind: str, item: Mapping[str, Any], *, replaces: int | None, exact: bool = False
    ) -> bool:
        key = item.get("key")
        text = _text(key, item)
        with self._lock:
            held = self._items[kind].get(str(key))
            version = None if held is None else item_version(json.loads(held))
            is_newer = version is None or item_version(item) > version
            if version != replaces and (exact or not is_newer):
                return False
            self._items[kind][str(key)] = text
        return True


def _text(key: object, item: Mapping[str, Any]) -> str:
    named = item.get("key")
    if not isinstance(named, str) or not named:
        raise ItemError("a flag or segment lacks `key`; add it", key="")
    if named != key:
        raise ItemError(f"the `key` of the item `{key}` differs; make it equal", key=str(key))
    return _json(item, named)


def _json(item: Mapping[str, Any], key: str) -> str:
    try:
        return json.dumps(item, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ItemError(f"JSON cannot represent the item `{key}`: {error}", key=key) from error
