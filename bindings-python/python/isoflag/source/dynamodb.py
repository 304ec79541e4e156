"""Reads a document from a DynamoDB table that LaunchDarkly's tools fill."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol, TypeAlias

from isoflag import Flags
from isoflag._logs import logger
from isoflag._process import wall_clock
from isoflag.source import dynamodb_layout as layout

from .aws import UNREACHABLE, AwsClient, named
from .big_segments import BigSegmentReader
from .deadline import DEFAULT_SECONDS, BoundedSource, Deadline
from .protocol import (
    UNCHANGED,
    Fetched,
    SourceContentError,
    SourceNotReadyError,
    Unchanged,
    require_text,
)

__all__ = ["DynamoDbSource"]

_logger = logger("isoflag")

_MOST_SECONDS: Final = 300.0
_Contents: TypeAlias = tuple[
    layout.Item | None, layout.Item | None, list[layout.Item], list[layout.Item]
]


class _DynamoDbClient(Protocol):
    @property
    def get_item(self) -> Callable[..., Any]: ...
    @property
    def query(self) -> Callable[..., Any]: ...


class DynamoDbSource(BoundedSource):
    """A source for a DynamoDB table that LaunchDarkly's Relay Proxy or an SDK fills.

    It reads items of the current layout and of that of 2018, and isoflag's own ``meta``. Deleted
    items are omitted, so that the digest equals that of the same document in a file. The role needs
    ``dynamodb:GetItem`` and ``dynamodb:Query``; the table is not scanned. Writers fill a table item
    by item, so a document may mix flags from before and after a change.
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
        """Creates a source of a table, with a prefix if several environments share it.

        Pass ``client``, a boto3 client for DynamoDB, to use another region or endpoint, for
        example. ``timeout``, in seconds, limits the whole fetch: credentials, retries and all pages
        included.
        """
        require_text(table=table)
        self._table = table
        self._prefix = prefix
        super().__init__(timeout, f"dynamodb://{table}" + (f"/{prefix}" if prefix else ""))
        self._client = AwsClient("dynamodb", client, timeout=timeout / 2, where=self._where)
        self._big_segments = BigSegmentReader(prefix, self._item)

    def __repr__(self) -> str:
        prefix = "" if self._prefix is None else f", prefix={self._prefix!r}"
        return f"DynamoDbSource({self._table!r}{prefix})"

    def fetch(self, previous: Fetched | None) -> Fetched | Unchanged:
        """Reads the table; raises ``SourceNotReadyError`` if it has not been filled."""
        known = None if previous is None else _current_revision(previous.etag)
        read_at = wall_clock()
        read = self._bounded(lambda deadline: self._read(deadline, known), UNREACHABLE)
        if read is None:
            return UNCHANGED
        marker, meta, flags, segments = read
        # The layout of 2018 has no marker: its writers kept that state in memory.
        if marker is None and all(layout.is_current_layout(item) for item in flags + segments):
            raise SourceNotReadyError(
                f"the table lacks `{layout.inited_key(self._prefix)[layout.SORT_KEY]['S']}`, so it "
                "is not completely filled; check the table and the prefix, and run the writer",
                where=self._where,
            )
        document = self._document(meta, flags, segments)
        revision = _revision(marker)
        # The time belongs to the client that read the table: others may share this source.
        etag = None if revision is None else f"{int(read_at)} {revision}"
        if previous is not None and (previous.document, previous.etag) == (document, etag):
            return UNCHANGED
        version = None if meta is None else meta.get("version", {}).get("N")
        return Fetched(document, etag=etag, version=version)

    def big_segments(self, context_keys: Sequence[str]) -> Mapping[str, Any]:
        """Returns the status and memberships of big segments, which a client passes to flags.

        Memberships are kept for five seconds. It never raises.
        """
        return self._big_segments.read(context_keys)

    def _item(self, key: Mapping[str, Any]) -> layout.Item | None:
        return self._bounded(lambda _: self._get(self._client.get(), key), UNREACHABLE)

    def _read(self, deadline: Deadline, known: str | None) -> _Contents | None:
        """Returns the contents of the table, or None if they have the known revision."""
        client = self._client.get()
        try:
            # Read before the contents: if they change meanwhile, the next fetch reads them again.
            marker = self._get(client, layout.inited_key(self._prefix))
            if known is not None and _revision(marker) == known:
                return None
            deadline.check()
            meta = self._get(client, layout.meta_key(self._prefix))
            flags = list(self._all(client, layout.FEATURES, deadline))
            segments = list(self._all(client, layout.SEGMENTS, deadline))
        except Exception as error:
            raise named(error, self._where) from error
        return marker, meta, flags, segments

    def _get(self, client: _DynamoDbClient, key: Mapping[str, Any]) -> layout.Item | None:
        response = client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item: layout.Item | None = response.get("Item")
        return item

    def _all(self, client: _DynamoDbClient, name: str, deadline: Deadline) -> Iterator[layout.Item]:
        parameters: dict[str, Any] = {
            "TableName": self._table,
            "ConsistentRead": True,
            "KeyConditionExpression": "#namespace = :namespace",
            "ExpressionAttributeNames": {"#namespace": layout.PARTITION_KEY},
            "ExpressionAttributeValues": {
                ":namespace": {"S": layout.namespace(name, self._prefix)}
            },
        }
        while True:
            # After the deadline the caller no longer waits, and each page costs money.
            deadline.check()
            response = client.query(**parameters)
            yield from response.get("Items", ())
            last = response.get("LastEvaluatedKey")
            if not last:
                return
            parameters["ExclusiveStartKey"] = last

    def _document(
        self, meta: layout.Item | None, flags: list[layout.Item], segments: list[layout.Item]
    ) -> bytes:
        members = [f'"flags":{self._section(flags)}', f'"segments":{self._section(segments)}']
        if meta is not None:
            # `meta` selects the hash of rollouts, so dropping it would change results.
            try:
                layout.decode_item(meta)
                members.append(f'"meta":{layout.item_json(meta)}')
            except layout.ItemError as error:
                raise SourceContentError(f"isoflag's `meta`: {error}", where=self._where) from error
        return ("{" + ",".join(members) + "}").encode("utf-8", "surrogatepass")

    def _section(self, items: list[layout.Item]) -> str:
        texts = ((_key(item), self._json(item)) for item in items)
        # A writer leaves tombstones that its document does not have.
        members = (f"{json.dumps(key)}:{text}" for key, text in texts if not _is_tombstone(text))
        return "{" + ",".join(members) + "}"

    def _json(self, item: layout.Item) -> str:
        """Returns an item's JSON, or an error text, which loads as a malformed flag."""
        try:
            text = layout.item_json(item)
        except layout.ItemError as error:
            _logger.warning("%s: %s", self._where, error)
            return json.dumps(str(error))
        # Only complete JSON is inserted, so that an item cannot alter the rest of the document.
        return text if _is_json(text) else json.dumps(text.encode(errors="replace").decode())


def _current_revision(etag: str | None) -> str | None:
    """Returns the revision in a tag, unless it was read too long ago to be relied on."""
    read_at, _, revision = (etag or "").partition(" ")
    is_recent = read_at.isdecimal() and 0 <= wall_clock() - float(read_at) < _MOST_SECONDS
    return revision if is_recent else None


def _revision(marker: layout.Item | None) -> str | None:
    return None if marker is None else marker.get(layout.REVISION, {}).get("S")


def _key(item: layout.Item) -> str:
    return str(item.get(layout.SORT_KEY, {}).get("S", ""))


def _is_tombstone(text: str) -> bool:
    if '"deleted"' not in text:
        return False
    value = json.loads(text)
    return isinstance(value, dict) and value.get("deleted") is True


def _is_json(text: str) -> bool:
    """Returns whether a text is one JSON value that the core accepts."""
    try:
        json.loads(text)
        Flags.from_flag_map(f'{{"item":{text}}}')
    except (ValueError, RecursionError):
        return False
    return True
