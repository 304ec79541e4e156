"""A document in a DynamoDB table, as LaunchDarkly's tools fill it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from isoflag import Flags
from isoflag import dynamodb_layout as layout
from isoflag._logs import logger

from .aws import UNREACHABLE, AwsClient, named
from .bounded_call import BoundedSource
from .deadline import DEFAULT_SECONDS, Deadline
from .errors import SourceContentError, SourceNotReadyError
from .protocol import UNCHANGED, Fetched, Unchanged

__all__ = ["DynamoDbSource"]

_logger = logger("isoflag")


class _DynamoDbClient(Protocol):
    def get_item(self, **parameters: Any) -> Any: ...
    def query(self, **parameters: Any) -> Any: ...


class DynamoDbSource(BoundedSource):
    """The flags and segments of a DynamoDB table that LaunchDarkly's relay or an SDK fills.

    Items of the current layout and of the one of 2018 are read, and isoflag's own ``meta``; what
    was deleted is no part of the document, so that it has the digest of that in a file. The
    role needs ``dynamodb:GetItem`` and ``dynamodb:Query``, nothing is scanned. A table is filled
    item by item, so a document may hold some flags from before a change and some from after it.
    """

    is_current = True

    def __init__(
        self,
        table: str,
        *,
        prefix: str | None = None,
        client: _DynamoDbClient | None = None,
        timeout: float = DEFAULT_SECONDS,
    ) -> None:
        """Name the table, and the prefix where several environments share it.

        ``client`` is a boto3 client for DynamoDB, for whoever needs another region or endpoint;
        ``timeout`` is in seconds, for the whole fetch: credentials, retries and all pages included.
        """
        self._table = table
        self._prefix = prefix
        super().__init__(timeout, f"dynamodb://{table}" + (f"/{prefix}" if prefix else ""))
        self._client = AwsClient("dynamodb", client, timeout=timeout / 2, where=self._where)

    def __repr__(self) -> str:
        prefix = "" if self._prefix is None else f", prefix={self._prefix!r}"
        return f"DynamoDbSource({self._table!r}{prefix})"

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        """Read the table; raises ``SourceNotReadyError`` where nobody has filled it."""
        filled, meta, flags, segments = self._bounded(self._read, UNREACHABLE)
        # The layout of 2018 has no marker: whoever wrote it kept it in memory.
        if not filled and all(layout.is_current_layout(item) for item in flags + segments):
            raise SourceNotReadyError(
                f"the table has no `{layout.inited_key(self._prefix)[layout.SORT_KEY]['S']}`, so "
                "nobody has filled it to the end; are table and prefix right, has the writer run?",
                where=self._where,
            )
        document = self._document(meta, flags, segments)
        if previous is not None and previous.document == document:
            return UNCHANGED
        version = None if meta is None else meta.get("version", {}).get("N")
        return Fetched(document, version=version)

    def _read(
        self, deadline: Deadline
    ) -> tuple[bool, layout.Item | None, list[layout.Item], list[layout.Item]]:
        client = self._client.get()
        try:
            filled = self._get(client, layout.inited_key(self._prefix)) is not None
            deadline.check()
            meta = self._get(client, layout.meta_key(self._prefix))
            flags = list(self._all(client, layout.FEATURES, deadline))
            segments = list(self._all(client, layout.SEGMENTS, deadline))
        except Exception as error:
            raise named(error, self._where) from error
        return filled, meta, flags, segments

    def _get(self, client: _DynamoDbClient, key: Mapping[str, Any]) -> layout.Item | None:
        answer = client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item: layout.Item | None = answer.get("Item")
        return item

    def _all(self, client: _DynamoDbClient, name: str, deadline: Deadline) -> Iterator[layout.Item]:
        asked: dict[str, Any] = {
            "TableName": self._table,
            "ConsistentRead": True,
            "KeyConditionExpression": "#namespace = :namespace",
            "ExpressionAttributeNames": {"#namespace": layout.PARTITION_KEY},
            "ExpressionAttributeValues": {
                ":namespace": {"S": layout.namespace(name, self._prefix)}
            },
        }
        while True:
            # After the deadline the caller has gone, and each page costs money.
            deadline.check()
            answer = client.query(**asked)
            yield from answer.get("Items", ())
            last = answer.get("LastEvaluatedKey")
            if not last:
                return
            asked["ExclusiveStartKey"] = last

    def _document(
        self, meta: layout.Item | None, flags: list[layout.Item], segments: list[layout.Item]
    ) -> bytes:
        members = [f'"flags":{self._section(flags)}', f'"segments":{self._section(segments)}']
        if meta is not None:
            # Which hash a rollout uses is said here, so a document without it is another one.
            try:
                layout.decode_item(meta)
                members.append(f'"meta":{layout.item_json(meta)}')
            except layout.ItemError as error:
                raise SourceContentError(f"isoflag's `meta`: {error}", where=self._where) from error
        return ("{" + ",".join(members) + "}").encode("utf-8", "surrogatepass")

    def _section(self, items: list[layout.Item]) -> str:
        texts = ((_key(item), self._json(item)) for item in items)
        # Whoever filled the table from a document left tombstones that the document has not.
        members = (f"{json.dumps(key)}:{text}" for key, text in texts if not _is_tombstone(text))
        return "{" + ",".join(members) + "}"

    def _json(self, item: layout.Item) -> str:
        """Give an item's JSON, or a string where it has none: no flag, and so isolated."""
        try:
            text = layout.item_json(item)
        except layout.ItemError as error:
            _logger.warning("%s: %s", self._where, error)
            return json.dumps(str(error))
        # A text that is JSON cannot reach out of its place in the document.
        return text if _is_json(text) else json.dumps(text.encode(errors="replace").decode())


def _key(item: layout.Item) -> str:
    return str(item.get(layout.SORT_KEY, {}).get("S", ""))


def _is_tombstone(text: str) -> bool:
    if '"deleted"' not in text:
        return False
    value = json.loads(text)
    return isinstance(value, dict) and value.get("deleted") is True


def _is_json(text: str) -> bool:
    """Tell whether a text is one JSON value that the core reads."""
    try:
        json.loads(text)
        Flags.from_flag_map(f'{{"item":{text}}}')
    except (ValueError, RecursionError):
        return False
    return True
