"""One document from every source: the same digest and results; and real resources, if named."""

import io
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from documents import USER, shop_answers, shop_contexts, shop_document, shop_text
from dynamodb_tables import CREDENTIALS, client_of, new_table
from isoflag import FlagClient, Flags
from isoflag.aws_http import config_response
from isoflag.source import (
    UNCHANGED,
    AppConfigAgentSource,
    AppConfigDataSource,
    DynamoDbSource,
    FileSource,
    HttpSource,
    S3Source,
    Source,
)
from isoflag.store import DynamoDbFeatureStore
from isoflag.sync import DocumentFetch, handler, plan
from lambda_events import SCHEDULES, http_event
from local_server import port_of, serve
from scripted import fetched_from

Way: TypeAlias = Callable[[], Flags]

EXPECTED = Flags.from_json(shop_text())


NAMED: dict[str, Callable[[Any], object]] = {
    "path": FileSource,
    "url": HttpSource,
    "the url of a fetch": DocumentFetch,
    "bucket": lambda name: S3Source(name, "flags.json"),
    "key": lambda name: S3Source("bucket", name),
    "table": DynamoDbSource,
    "the table of a store": DynamoDbFeatureStore,
    "application": lambda name: AppConfigAgentSource(name, "live", "flags"),
    "profile": lambda name: AppConfigDataSource("shop", "live", name),
}


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("missing", [None, ""])
def test_a_missing_name_is_an_error_at_once(name: str, missing: str | None) -> None:
    # Such as `os.environ.get("TABLE")`; `os.fspath` rejects None.
    expected = TypeError if name == "path" and missing is None else ValueError
    with pytest.raises(expected, match="expected"):
        NAMED[name](missing)


def held_by(source: Source) -> Flags:
    client = FlagClient(source)
    status = client.refresh()
    assert status.error is None
    assert status.digest == client.flags.digest
    return client.flags


def by_file(folder: Path, _: str) -> Flags:
    path = folder / "flags.json"
    path.write_text(shop_text(), encoding="utf-8")
    return held_by(FileSource(path))


def by_s3(_: Path, endpoint: str) -> Flags:
    client = boto3.client("s3", endpoint_url=endpoint, **CREDENTIALS)
    bucket = f"flags-{uuid4().hex}"
    client.create_bucket(Bucket=bucket)
    client.put_object(Bucket=bucket, Key="shop.json", Body=shop_text().encode())
    return held_by(S3Source(bucket, "shop.json", client=client, timeout=60.0))


def by_appconfig_agent(_: Path, __: str) -> Flags:
    with serve(lambda _: (200, {"Configuration-Version": "1"}, shop_text().encode())) as address:
        port = port_of(address)
        return held_by(AppConfigAgentSource("shop", "live", "flags", host="127.0.0.1", port=port))


def by_appconfig_data(_: Path, __: str) -> Flags:
    client = boto3.client("appconfigdata", **CREDENTIALS)
    text = shop_text().encode()
    with Stubber(client) as stubber:
        stubber.add_response("start_configuration_session", {"InitialConfigurationToken": "1"})
        stubber.add_response(
            "get_latest_configuration",
            {
                "NextPollConfigurationToken": "2",
                "NextPollIntervalInSeconds": 60,
                "ContentType": "application/json",
                "Configuration": StreamingBody(io.BytesIO(text), len(text)),
            },
        )
        return held_by(AppConfigDataSource("shop", "live", "flags", client=client, timeout=60.0))


def by_dynamodb(_: Path, endpoint: str, *history: dict[str, Any], prefix: str = "") -> Flags:
    client = client_of(endpoint)
    table = new_table(client)
    store = DynamoDbFeatureStore(table, prefix=prefix, client=client)
    for document in (*history, shop_document()):
        run = handler(store, partial(dict, document), secret=lambda: "secret")
        assert run(SCHEDULES["a rule"], None)["statusCode"] == 200
    return held_by(DynamoDbSource(table, prefix=prefix, client=client, timeout=60.0))


def by_dynamodb_with_prefix(folder: Path, endpoint: str) -> Flags:
    return by_dynamodb(folder, endpoint, prefix="shop")


def former() -> dict[str, Any]:
    """Returns an older document of the shop: lower versions, and items deleted since."""
    document = shop_document()
    document["meta"].update(version=1, lastModifiedTimestamp=1)
    for member in ("flags", "segments"):
        for item in document[member].values():
            item["version"] -= 1
        gone = {"key": "gone", "version": 7, "variations": [1], "rules": []}
        document[member]["gone"] = gone
    return document


def by_dynamodb_step_by_step(folder: Path, endpoint: str) -> Flags:
    return by_dynamodb(folder, endpoint, former())


def by_patches(_: Path, __: str) -> Flags:
    """Returns a patch for each operation of a plan, as a stream would send it."""
    flags = Flags.from_dict({"flags": {}, "segments": {}})
    members = {"features": "flags", "segments": "segments"}
    for operation in plan({}, shop_document()):
        if operation.kind == "meta":
            flags = flags.apply({"flags": {}, "meta": operation.item})
        else:
            flags = flags.apply({members[operation.kind]: {operation.key: operation.item}})
    return flags


def by_one_patch(_: Path, __: str) -> Flags:
    former_shop = shop_document()
    for member in ("flags", "segments"):
        for item in former_shop[member].values():
            item["version"] -= 1
    former_shop["meta"]["version"] -= 1
    return Flags.from_dict(former_shop).apply(shop_text())


WAYS = [
    by_file,
    by_s3,
    by_appconfig_agent,
    by_appconfig_data,
    by_dynamodb,
    by_dynamodb_with_prefix,
    by_dynamodb_step_by_step,
    by_patches,
    by_one_patch,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_source_has_the_same_digest_and_results(
    way: Callable[[Path, str], Flags], tmp_path: Path, endpoint: str
) -> None:
    flags = way(tmp_path, endpoint)
    assert flags.digest == EXPECTED.digest
    assert flags.version == EXPECTED.version == 118
    assert flags.keys() == EXPECTED.keys()
    assert shop_answers(flags) == shop_answers(EXPECTED)
    # `meta` selects the hash of rollouts: without it the results differ.
    bare = json.loads(shop_text())
    del bare["meta"]
    assert shop_answers(Flags.from_dict(bare)) != shop_answers(flags)


def test_a_client_of_a_table_serves_a_page(endpoint: str) -> None:
    client = client_of(endpoint)
    table = new_table(client)
    store = DynamoDbFeatureStore(table, client=client)
    flag_client = FlagClient(
        DynamoDbSource(table, client=client, timeout=60.0), ttl=0, retry=0, max_wait=60.0
    )

    def ask() -> Any:
        return config_response(http_event(), flag_client, context=shop_contexts()[0])

    assert ask()["statusCode"] == 503
    store.write(plan(store.document(), former()))
    old = ask()
    store.write(plan(store.document(), shop_document()))
    new = ask()
    assert (old["statusCode"], new["statusCode"]) == (200, 200)
    assert new["headers"]["Isoflag-Document"] == EXPECTED.digest
    assert old["headers"]["ETag"] != new["headers"]["ETag"]
    client.delete_table(TableName=table)
    assert ask() == new
    assert flag_client.status.stale


# --- real resources ---


def appconfig(name: str) -> Source:
    return AppConfigDataSource(*name.split("/"))


def agent(name: str) -> Source:
    return AppConfigAgentSource(*name.split("/"))


def s3(name: str) -> Source:
    bucket, _, key = name.partition("/")
    return S3Source(bucket, key)


def dynamodb(name: str) -> Source:
    return DynamoDbSource(name, prefix=os.environ.get("LAUNCHDARKLY_DYNAMODB_PREFIX"))


@pytest.mark.parametrize(
    ("variable", "make"),
    [
        ("ISOFLAG_TEST_APPCONFIG", appconfig),
        ("ISOFLAG_TEST_APPCONFIG_AGENT", agent),
        ("ISOFLAG_TEST_S3", s3),
        ("LAUNCHDARKLY_DYNAMODB_TABLE", dynamodb),
    ],
)
def test_a_real_source_returns_a_document(variable: str, make: Callable[[str], Source]) -> None:
    name = os.environ.get(variable)
    if not name:
        pytest.skip(f"{variable} names no resource")
    source = make(name)
    first = fetched_from(source)
    assert source.fetch(first) is UNCHANGED
    client = FlagClient(make(name))
    assert client.refresh().error is None
    assert client.all_flags_state(USER)["$valid"] is True
