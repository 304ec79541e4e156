"""Fixtures of several folders: kinds of HTTP events, credentials, and an emulator of AWS."""

from collections.abc import Iterator

import pytest

from dynamodb_tables import CREDENTIALS, moto_server
from lambda_events import HTTP_EVENTS, HttpEvent


@pytest.fixture(params=HTTP_EVENTS)
def event(request: pytest.FixtureRequest) -> HttpEvent:
    return HTTP_EVENTS[request.param]


@pytest.fixture
def aws_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name.replace("region_name", "aws_default_region").upper(), value)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with moto_server() as url:
        yield url
