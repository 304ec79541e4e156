"""Fixtures of several folders: kinds of HTTP events, and an emulator of AWS."""

from collections.abc import Iterator

import pytest

from dynamodb_tables import moto_server
from lambda_events import HTTP_EVENTS, HttpEvent


@pytest.fixture(params=HTTP_EVENTS)
def event(request: pytest.FixtureRequest) -> HttpEvent:
    return HTTP_EVENTS[request.param]


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with moto_server() as url:
        yield url
