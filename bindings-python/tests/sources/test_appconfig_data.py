"""AppConfig's own API: sessions, single-use tokens, empty bodies."""

import io
import os
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from documents import USER
from isoflag import FlagClient
from isoflag.source import (
    UNCHANGED,
    AppConfigDataSource,
    Fetched,
    SourceContentError,
    SourceNotFoundError,
    SourceUnauthorizedError,
    SourceUnavailableError,
)
from scripted import PATIENT, Clock, fetched_from, text

NAMES = {
    "ApplicationIdentifier": "shop",
    "EnvironmentIdentifier": "test-1",
    "ConfigurationProfileIdentifier": "FeatureList",
}


@pytest.fixture
def client() -> Any:
    return boto3.client(
        "appconfigdata",
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106
    )


@pytest.fixture
def stubber(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def source(client: Any, clock: Clock) -> AppConfigDataSource:
    return AppConfigDataSource("shop", "test-1", "FeatureList", client=client, clock=clock)


def starts(stubber: Stubber, token: str, **parameters: Any) -> None:
    response = {"InitialConfigurationToken": token}
    stubber.add_response("start_configuration_session", response, {**NAMES, **parameters})


def returns(
    stubber: Stubber,
    token: str,
    body: bytes,
    following: str,
    *,
    interval: int = 60,
    label: str = "",
) -> None:
    response: dict[str, Any] = {
        "Configuration": StreamingBody(io.BytesIO(body), len(body)),
        "NextPollConfigurationToken": following,
        "NextPollIntervalInSeconds": interval,
    }
    if label:
        response["VersionLabel"] = label
    stubber.add_response("get_latest_configuration", response, {"ConfigurationToken": token})


def begins(stubber: Stubber, name: str, body: bytes, **options: Any) -> None:
    """Expects a new session, whose first response has this body."""
    starts(stubber, f"{name}0")
    returns(stubber, f"{name}0", body, f"{name}1", **options)


def rejects(stubber: Stubber, token: str, problem: str) -> None:
    stubber.add_client_error(
        "get_latest_configuration",
        service_error_code="BadRequestException",
        http_status_code=400,
        expected_params={"ConfigurationToken": token},
        modeled_fields={
            "Details": {"InvalidParameters": {"ConfigurationToken": {"Problem": problem}}}
        },
    )


def test_a_client_recognizes_a_profile(stubber: Stubber, source: AppConfigDataSource) -> None:
    begins(stubber, "t", b'{"search": {"enabled": true}}')
    assert FlagClient(source).bool_variation("search", USER, default=False)


def test_each_token_is_used_once(
    stubber: Stubber, source: AppConfigDataSource, clock: Clock
) -> None:
    begins(stubber, "t", text(1), label="v1")
    returns(stubber, "t1", b"", "t2")
    returns(stubber, "t2", text(2), "t3")
    first = source.fetch(None)
    assert first == Fetched(text(1), version="v1")
    clock.advance(60)
    assert source.fetch(first) is UNCHANGED
    clock.advance(60)
    assert source.fetch(first) == Fetched(text(2))


def test_the_interval_that_appconfig_requires_is_kept(
    stubber: Stubber, source: AppConfigDataSource, clock: Clock
) -> None:
    begins(stubber, "t", text(1), interval=300)
    returns(stubber, "t1", b"", "t2", interval=15)
    returns(stubber, "t2", b"", "t3")
    first = fetched_from(source)
    for _ in range(5):
        clock.advance(59)
        assert source.fetch(first) is UNCHANGED
    clock.advance(5)
    assert source.fetch(first) is UNCHANGED
    clock.advance(15)
    assert source.fetch(first) is UNCHANGED


def test_a_custom_interval_is_requested(client: Any, stubber: Stubber, clock: Clock) -> None:
    source = AppConfigDataSource(
        "shop", "test-1", "FeatureList", minimum_poll_interval=15, client=client, clock=clock
    )
    starts(stubber, "t0", RequiredMinimumPollIntervalInSeconds=15)
    returns(stubber, "t0", text(1), "t1")
    assert source.fetch(None) == Fetched(text(1))


@pytest.mark.parametrize("problem", ["Expired", "Corrupted"])
def test_a_rejected_token_starts_a_new_session(
    stubber: Stubber, source: AppConfigDataSource, clock: Clock, problem: str
) -> None:
    begins(stubber, "t", text(1))
    rejects(stubber, "t1", problem)
    begins(stubber, "u", text(2))
    first = fetched_from(source)
    clock.advance(60)
    assert source.fetch(first) == Fetched(text(2))


def test_an_expired_token_is_not_used(
    stubber: Stubber, source: AppConfigDataSource, clock: Clock
) -> None:
    begins(stubber, "t", text(1))
    begins(stubber, "u", text(1))
    first = fetched_from(source)
    clock.advance(24 * 3600)
    assert source.fetch(first) == first


def test_a_call_that_is_too_early_keeps_document_and_token(
    stubber: Stubber, source: AppConfigDataSource, clock: Clock
) -> None:
    begins(stubber, "t", text(1), interval=15)
    rejects(stubber, "t1", "PollIntervalNotSatisfied")
    returns(stubber, "t1", text(2), "t2")
    first = fetched_from(source)
    clock.advance(15)
    assert source.fetch(first) is UNCHANGED
    clock.advance(15)
    assert source.fetch(first) == Fetched(text(2))


def test_after_any_failure_a_new_session_returns_the_whole_document(
    stubber: Stubber, source: AppConfigDataSource, clock: Clock
) -> None:
    begins(stubber, "t", text(1))
    stubber.add_client_error("get_latest_configuration", "ThrottlingException", "slow down")
    begins(stubber, "u", text(2))
    first = fetched_from(source)
    clock.advance(60)
    with pytest.raises(SourceUnavailableError, match="slow down"):
        source.fetch(first)
    assert source.fetch(first) == Fetched(text(2))


def test_clients_share_the_session_of_a_source(
    stubber: Stubber, source: AppConfigDataSource, clock: Clock
) -> None:
    begins(stubber, "t", text(1))
    returns(stubber, "t1", text(2), "t2")
    returns(stubber, "t2", b"", "t3")
    first, second = (FlagClient(source, **PATIENT, clock=clock) for _ in range(2))
    for value in (1, 2, 2):
        assert first.variation("a", USER, None) == value
        assert second.variation("a", USER, None) == value
        assert source.fetch(Fetched(b"other")) == Fetched(text(value))
        clock.advance(60)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")
def test_a_forked_process_does_not_use_the_token_of_its_parent(clock: Clock) -> None:
    class Recording:
        tokens: list[str]

        def start_configuration_session(self, **_: Any) -> Any:
            return {"InitialConfigurationToken": "new session"}

        def get_latest_configuration(self, *, ConfigurationToken: str) -> Any:  # noqa: N803
            self.tokens.append(ConfigurationToken)
            return {"Configuration": text(1), "NextPollConfigurationToken": "next"}

    recording = Recording()
    recording.tokens = []
    source = AppConfigDataSource("shop", "test-1", "f", client=recording, clock=clock)
    first = fetched_from(source)
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        source.fetch(first)
        os.write(writing, recording.tokens[-1].encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 100) == b"new session"
    source.fetch(first)
    assert recording.tokens == ["new session", "next"]
    os.close(reading)
    os.close(writing)


def test_an_empty_first_response_is_reported(stubber: Stubber, source: AppConfigDataSource) -> None:
    begins(stubber, "t", b"")
    begins(stubber, "u", text(1))
    with pytest.raises(SourceContentError, match="is a version deployed"):
        source.fetch(None)
    assert source.fetch(None) == Fetched(text(1))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDeniedException", SourceUnauthorizedError),
        ("ResourceNotFoundException", SourceNotFoundError),
        ("InternalServerException", SourceUnavailableError),
        ("BadRequestException", SourceUnavailableError),
    ],
)
def test_an_aws_error_has_its_own_class(
    stubber: Stubber, source: AppConfigDataSource, code: str, kind: type[Exception]
) -> None:
    stubber.add_client_error("start_configuration_session", code)
    with pytest.raises(kind) as raised:
        source.fetch(None)
    assert type(raised.value) is kind
    assert str(raised.value).startswith("appconfig:shop/test-1/FeatureList: ")


def test_a_client_follows_a_deployment(
    stubber: Stubber, source: AppConfigDataSource, clock: Clock
) -> None:
    begins(stubber, "t", text(1))
    returns(stubber, "t1", b"", "t2")
    returns(stubber, "t2", b"<html>", "t3")
    returns(stubber, "t3", b"", "t4")
    returns(stubber, "t4", text(2), "t5")
    flags = FlagClient(source, **PATIENT, retry=60, clock=clock)
    seen = []
    for _ in range(5):
        seen.append((flags.variation("a", USER, None), flags.status.stale))
        clock.advance(60)
    assert seen == [(1, False), (1, False), (1, True), (1, True), (2, False)]
