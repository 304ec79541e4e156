"""The sources against real resources, if the environment names them."""

import os
from collections.abc import Callable

import pytest

from documents import USER
from isoflag import FlagClient
from isoflag.source import (
    UNCHANGED,
    AppConfigAgentSource,
    AppConfigDataSource,
    DynamoDbSource,
    Fetched,
    S3Source,
    Source,
)


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
def test_a_real_source_gives_a_document(variable: str, make: Callable[[str], Source]) -> None:
    name = os.environ.get(variable)
    if not name:
        pytest.skip(f"{variable} names no resource")
    source = make(name)
    first = source.fetch(None)
    assert isinstance(first, Fetched)
    assert source.fetch(first) is UNCHANGED
    client = FlagClient(make(name))
    assert client.refresh().error is None
    assert client.all_flags_state(USER)["$valid"] is True
