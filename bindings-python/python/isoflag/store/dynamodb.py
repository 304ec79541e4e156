"""A store in a DynamoDB table, compatible with LaunchDarkly's SDKs and Relay Proxy."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import copy_context
from threading import Lock
from typing import Any, Final

from isoflag._core import printable
from isoflag._errors import Picklable
from isoflag._logs import logger
from isoflag.source.aws import AwsClient, error_code
from isoflag.source.deadline import DEFAULT_SECONDS, seconds_left
from isoflag.source.dynamodb_layout import (
    FEATURES,
    PARTITION_KEY,
    REVISION,
    SEGMENTS,
    SORT_KEY,
    Item,
    ItemError,
    decode_item,
    encode_item,
    encode_meta,
    inited_item,
    inited_key,
    item_key,
    meta_key,
    namespace,
)
from isoflag.source.protocol import require_text

from .feature_store import Kind, UnfinishedWriteError
from .plan import INITED, META, Operation, Plan, check_kinds, in_waves

_BATCH: Final = 25
_PARALLEL: Final = 8
"""Writes at a time; botocore keeps ten connections."""
_ATTEMPTS: Final = 10
_FIRST_DELAY: Final = 0.05
_MAX_DELAY: Final = 2.0

_log = logger("isoflag.store")


class UnprocessedItemsError(Picklable, RuntimeError):
    """DynamoDB repeatedly left items of a batch unwritten; retry later."""

    count: int
    """Number of unwritten items."""

    def __init__(self, message: str, *, count: int) -> None:
        """Creates the error for ``count`` unwritten items."""
        super().__init__(message)
        self.count = count


class DynamoDbFeatureStore:
    """A ``FeatureStore`` in a table with the keys ``namespace`` and ``key``, both strings.

    It writes LaunchDarkly's current layout, and reads that of 2018 too. Several environments can
    share a table with different ``prefix`` values. ``client`` is boto3's ``dynamodb`` client; by
    default one is created on first use, with ``timeout`` seconds for connecting and for each
    response. Reads are consistent. AWS errors are raised as botocore's exceptions.

    An item of the table that is not a flag or segment is logged, and counts as deleted.
    """

    def __init__(
        self,
        table: str,
        *,
        prefix: str | None = None,
        client: Any = None,
        timeout: float = DEFAULT_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Creates a store; nothing is read yet. Raises ``ValueError`` for an empty name."""
        require_text(table=table)
        self._table = table
        self._prefix = prefix
        self._lazy_client = AwsClient(
            "dynamodb", client, timeout=timeout, where=f"dynamodb:{table}"
        )
        self._sleep = sleep

    @property
    def initialized(self) -> bool:
        """Whether the table has the marker ``$inited``, which is written last."""
        return bool(self._get_item(inited_key(self._prefix)))

    def get(self, kind: Kind, key: str) -> dict[str, Any] | None:
        """Returns an item, or None if it is unknown or deleted."""
        item = self._get_item(item_key(self._namespace(kind), key))
        data = None if item is None else _decoded(item)
        return None if data is None or data.get("deleted") is True else data

    def all(self, kind: Kind) -> dict[str, dict[str, Any]]:
        """Returns every item that is not deleted, by key."""
        items = self._read(kind)
        return {key: item for key, item in items.items() if item.get("deleted") is not True}

    def init(self, all_data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replaces all items regardless of versions; the marker ``$inited`` is written last.

        Items are written before their dependents, then all other items are deleted. Raises
        ``ItemError`` before writing anything if an item cannot be written, and
        ``UnprocessedItemsError`` if DynamoDB repeatedly leaves items unwritten.
        """
        check_kinds(all_data)
        self._init(all_data, _Progress())

    def _init(self, all_data: Mapping[str, Mapping[str, Any]], progress: "_Progress") -> None:
        waves = self._encoded_waves(all_data)
        written = {_key_of(item) for wave in waves for item in wave}
        left = [key for key in self._keys() if _key_of(key) not in written]
        self._forget_revision()
        for wave in waves:
            self._write_batches([{"PutRequest": {"Item": item}} for item in wave], progress)
        self._write_batches([{"DeleteRequest": {"Key": key}} for key in left], _Progress())
        self._put_revision()
        progress.written += 1

    def upsert(self, kind: Kind, item: Mapping[str, Any]) -> bool:
        """Writes an item if its version exceeds the stored one; returns whether it did."""
        self._forget_revision()
        return self._put(encode_item(self._namespace(kind), item), None)

    def delete(self, kind: Kind, key: str, version: int) -> bool:
        """Writes a tombstone if ``version`` exceeds the stored one; returns whether it did."""
        return self.upsert(kind, {"key": key, "version": version, "deleted": True})

    def document(self) -> dict[str, Any] | None:
        """Returns the whole document with tombstones, or None if the table lacks ``$inited``."""
        if not self.initialized:
            return None
        document: dict[str, Any] = {"flags": self._read(FEATURES), "segments": self._read(SEGMENTS)}
        meta = self._get_item(meta_key(self._prefix))
        if meta is not None:
            document[META] = _decoded(meta)
        return document

    def write(self, plan: Plan) -> int:
        """Executes a plan in its order; returns the number of operations that took effect.

        An initial plan is an ``init``. In any other each operation is conditional: it replaces the
        version that it was planned for, even by a lower one, or any version lower than its own.

        Operations that do not depend on each other are executed eight at a time.

        Raises ``ItemError`` before writing anything if DynamoDB does not accept an item; a plan
        that was created with ``check_item`` has no such item. Within a block of
        ``isoflag.source.deadline.until`` no write begins after the deadline.
        """
        progress = _Progress()
        try:
            if plan.initial:
                self._init(plan.all_data(), progress)
            else:
                # Everything is encoded first, so that an invalid item leaves the table unchanged.
                waves = [[(each, self._encoded(each)) for each in wave] for wave in plan.waves()]
                if waves:
                    _check_time()
                    self._forget_revision()
                for wave in waves:
                    self._write_wave(wave, progress)
            if not plan.initial and len(plan):
                self._put_revision()
        except Exception as error:
            if progress.written == 0:
                raise
            raise UnfinishedWriteError(
                f"the store failed after {progress.written} of {len(plan)} changes: "
                f"{type(error).__name__}: {error}; the next run writes the rest",
                written=progress.written,
                planned=len(plan),
            ) from error
        return progress.written

    def check_item(self, kind: str, item: Mapping[str, Any]) -> None:
        """Raises ``ItemError`` if DynamoDB does not accept a flag or segment."""
        encode_item(self._namespace(kind), item)

    @property
    def _client(self) -> Any:
        return self._lazy_client.get()

    def _namespace(self, kind: str) -> str:
        if kind not in {FEATURES, SEGMENTS}:
            raise ValueError(
                f"invalid kind `{printable(str(kind))}`: expected `{FEATURES}` or `{SEGMENTS}`"
            )
        return namespace(kind, self._prefix)

    def _encoded(self, operation: Operation) -> Item | None:
        if operation.kind == INITED:
            return inited_item(self._prefix)
        if operation.item is None:
            return None
        if operation.kind == META:
            return encode_meta(operation.item, self._prefix)
        return encode_item(self._namespace(operation.kind), operation.item)

    def _write_wave(
        self, wave: Sequence[tuple[Operation, Item | None]], progress: "_Progress"
    ) -> None:
        """Writes operations that do not depend on each other, several at a time."""
        if len(wave) == 1:
            _check_time()
            progress.written += self._carry_out(*wave[0])
            return
        # Imported here: most programs that import the store do not write.
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

        def write(operation: Operation, item: Item | None) -> None:
            if failures:
                return
            try:
                _check_time()
                written = self._carry_out(operation, item)
            except Exception as error:  # noqa: BLE001 (raised again below)
                failures.append(error)
            else:
                with progress.lock:
                    progress.written += written

        failures: list[Exception] = []
        with ThreadPoolExecutor(_PARALLEL, "isoflag-write") as pool:
            for operation, item in wave:
                pool.submit(copy_context().run, write, operation, item)
        if failures:
            raise failures[0]

    def _forget_revision(self) -> None:
        """Removes the table's revision: until the next one readers read all of its contents."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=inited_item(self._prefix),
                ConditionExpression="attribute_exists(#revision)",
                ExpressionAttributeNames={"#revision": REVISION},
            )
        except Exception as error:
            if error_code(error) != "ConditionalCheckFailedException":
                raise

    def _put_revision(self) -> None:
        item = inited_item(self._prefix, revision=os.urandom(8).hex())
        self._client.put_item(TableName=self._table, Item=item)

    def _carry_out(self, operation: Operation, item: Item | None) -> bool:
        if item is None:
            self._client.delete_item(TableName=self._table, Key=meta_key(self._prefix))
            return True
        if operation.kind == INITED:
            self._client.put_item(TableName=self._table, Item=item)
            return True
        return self._put(item, operation.replaces, exact=operation.exact)

    def _put(self, item: Item, replaces: int | None, *, exact: bool = False) -> bool:
        """Writes an item unless the table has a higher version; returns whether it was written.

        If ``exact``, the table must have the version to replace, or no item if that is None.
        """
        condition = "attribute_not_exists(#version)"
        values = {}
        if not exact:
            condition += " OR #version < :version"
            values[":version"] = item["version"]
        if replaces is not None:
            condition = "#version = :replaces" if exact else f"{condition} OR #version = :replaces"
            values[":replaces"] = {"N": str(replaces)}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression=condition,
                ExpressionAttributeNames={"#version": "version"},
                **({"ExpressionAttributeValues": values} if values else {}),
            )
        except Exception as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def _encoded_waves(self, all_data: Mapping[str, Mapping[str, Any]]) -> list[list[Item]]:
        waves: list[list[Item]] = []
        for kind in (SEGMENTS, FEATURES):
            name, items = self._namespace(kind), all_data.get(kind, {})
            waves.extend(
                [_encoded_under(key, name, items[key]) for key in keys]
                for keys in in_waves(kind, items)
            )
        if META in all_data:
            waves.append([encode_meta(all_data[META], self._prefix)])
        return waves

    def _get_item(self, key: Item) -> Item | None:
        response = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item: Item | None = response.get("Item")
        return item

    def _query(self, name: str, **options: Any) -> Iterator[Item]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="#namespace = :namespace",
            ExpressionAttributeNames={"#namespace": PARTITION_KEY, **options.pop("names", {})},
            ExpressionAttributeValues={":namespace": {"S": name}},
            **options,
        )
        for page in pages:
            yield from page["Items"]

    def _read(self, kind: str) -> dict[str, dict[str, Any]]:
        items = self._query(self._namespace(kind))
        return {item[SORT_KEY]["S"]: _decoded(item) for item in items}

    def _keys(self) -> Iterator[Item]:
        """Yields the keys of all items in the table, ``meta`` included."""
        for name in (SEGMENTS, FEATURES):
            yield from self._query(
                self._namespace(name),
                names={"#key": SORT_KEY},
                ProjectionExpression="#namespace, #key",
            )
        yield meta_key(self._prefix)

    def _write_batches(self, requests: Iterable[Mapping[str, Any]], progress: "_Progress") -> None:
        """Writes requests that do not depend on each other; retries unprocessed ones."""
        waiting = list(requests)
        delay = _FIRST_DELAY
        refusals = 0
        while waiting:
            _check_time()
            batch, rest = waiting[:_BATCH], waiting[_BATCH:]
            response = self._client.batch_write_item(RequestItems={self._table: batch})
            unprocessed = response.get("UnprocessedItems", {}).get(self._table, [])
            progress.written += len(batch) - len(unprocessed)
            waiting = [*unprocessed, *rest]
            if not unprocessed:
                delay, refusals = _FIRST_DELAY, 0
                continue
            refusals += 1
            if refusals == _ATTEMPTS:
                raise UnprocessedItemsError(
                    f"DynamoDB left {len(waiting)} items of the table `{self._table}` unwritten in "
                    f"{refusals} attempts; retry later, or give the table more capacity",
                    count=len(waiting),
                )
            self._sleep(seconds_left(delay))
            delay = min(2 * delay, _MAX_DELAY)


class _Progress:
    """Counts the executed operations of a plan."""

    def __init__(self) -> None:
        self.written = 0
        self.lock = Lock()


def _check_time() -> None:
    if seconds_left(1.0) <= 0:
        raise TimeoutError("the invocation is about to end")


def _key_of(item: Item) -> tuple[str, str]:
    return item[PARTITION_KEY]["S"], item[SORT_KEY]["S"]


def _encoded_under(key: str, name: str, item: Mapping[str, Any]) -> Item:
    encoded = encode_item(name, item)
    if encoded[SORT_KEY]["S"] != key:
        raise ItemError(
            f"the `key` of the item `{key}` of `{name}` differs; make it equal", key=key
        )
    return encoded


def _decoded(item: Item) -> dict[str, Any]:
    try:
        return decode_item(item)
    except ItemError as error:
        _log.warning("ignoring an item: %s", error)
    # A deleted item can be replaced by the next document, whose version need not be higher.
    digits = item.get("version", {}).get("N", "")
    version = int(digits) if digits.isascii() and digits.isdigit() else 0
    return {"key": item[SORT_KEY]["S"], "version": version, "deleted": True}
