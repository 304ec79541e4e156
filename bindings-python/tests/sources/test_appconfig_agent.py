"""The AppConfig Agent, over a real socket."""

import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from documents import USER
from isoflag import FlagClient, Flags
from isoflag.source import (
    UNCHANGED,
    AppConfigAgentSource,
    Fetched,
    SourceContentError,
    SourceError,
    SourceNotFoundError,
    SourceTimeoutError,
    SourceUnauthorizedError,
    SourceUnavailableError,
)
from isoflag.source.appconfig_agent import AgentSettings
from local_server import SLOW_RESPONSES, ScriptedServer, scripted_server
from scripted import PATIENT, Clock, fetched_from, text

PATH = "/applications/shop/environments/test-1/configurations/FeatureList"
VERSION = {"Configuration-Version": "7", "Content-Type": "application/json"}


@pytest.fixture
def agent() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        server.headers = dict(VERSION)
        server.body = text(1)
        yield server


def source(agent: ScriptedServer, **options: Any) -> AppConfigAgentSource:
    return AppConfigAgentSource(
        "shop", "test-1", "FeatureList", **{"host": "127.0.0.1", "port": agent.port, **options}
    )


@pytest.mark.parametrize(
    "body",
    [
        b'{"search": {"enabled": true}}',
        b'{"version": "1", "flags": {"search": {}}, "values": {"search": {"enabled": true}}}',
        b'{"flagValues": {"search": true}}',
    ],
    ids=["retrieved", "defined", "document"],
)
def test_a_client_recognizes_the_kind_of_configuration(agent: ScriptedServer, body: bytes) -> None:
    agent.body = body
    client = FlagClient(source(agent))
    assert client.bool_variation("search", USER, default=False)
    assert client.status.error is None


def test_the_configuration_is_fetched_from_the_agent(agent: ScriptedServer) -> None:
    agent_source = source(agent)
    fetched = agent_source.fetch(None)
    assert fetched == Fetched(text(1), version="7")
    assert agent_source.fetch(fetched) is UNCHANGED
    agent.headers["Configuration-Version"] = "8"
    assert agent_source.fetch(fetched) == Fetched(text(1), version="8")
    assert [request.target for request in agent.requests] == [PATH] * 3
    assert not {"authorization", "context"} & agent.requests[0].headers.keys()


@pytest.mark.parametrize("context", [{"group": "beta,plan=pro"}, {"a,b": "c"}, {"a=b": "c"}])
def test_a_context_that_the_agent_would_read_otherwise_is_refused(context: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="invalid context `"):
        AppConfigAgentSource("a", "b", "c", context=context)
    AppConfigAgentSource("a", "b", "c", context={"query": "x=y"})
    with pytest.raises(TypeError, match="invalid `flags` `search`: expected a list"):
        AppConfigAgentSource("a", "b", "c", flags="search")


def test_names_are_quoted_and_headers_sent(agent: ScriptedServer) -> None:
    agent_source = AppConfigAgentSource(
        "my app",
        "a/b",
        "p?q",
        flags=["one", "two&three"],
        context={"group": "beta", "country": "de"},
        access_token="secret",  # noqa: S106
        host="127.0.0.1",
        port=agent.port,
    )
    agent_source.fetch(None)
    (request,) = agent.requests
    assert request.target == (
        "/applications/my%20app/environments/a%2Fb/configurations/p%3Fq?flag=one&flag=two%26three"
    )
    assert request.headers["context"] == "group=beta,country=de"
    assert request.headers["authorization"] == "Bearer secret"
    assert "secret" not in repr(agent_source)


def test_the_response_for_one_flag_gets_its_key(agent: ScriptedServer) -> None:
    agent.body = b'{"enabled": true, "color": "red"}'
    fetched = fetched_from(source(agent, flags=["isFeatureXEnabled"]))
    flags = Flags.from_appconfig(fetched.document)
    assert flags.bool_variation("isFeatureXEnabled", USER, False) is True
    assert flags.json_variation("isFeatureXEnabled.attributes", USER, {}) == {"color": "red"}
    assert agent.requests[0].target == f"{PATH}?flag=isFeatureXEnabled"


def test_the_environment_sets_the_address_of_the_agent(
    agent: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_APPCONFIG_EXTENSION_HTTP_PORT", str(agent.port))
    agent_source = AppConfigAgentSource("shop", "test-1", "FeatureList", host="127.0.0.1")
    assert agent_source.fetch(None) == Fetched(text(1), version="7")
    monkeypatch.delenv("AWS_APPCONFIG_EXTENSION_HTTP_PORT")
    assert repr(AppConfigAgentSource("shop", "test-1", "FeatureList")) == (
        f"<AppConfigAgentSource http://localhost:2772{PATH}>"
    )


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("45", 45),
        ("45s", 45),
        ("5m", 300),
        ("1h", 3600),
        (" 90 ", 90),
        ("500ms", 0.5),
        ("", 45),
        ("abc", 45),
        ("-1", 45),
        ("0", 45),
        ("1.5", 45),
        ("5 m", 45),
        ("\u0665", 45),
    ],
)
def test_the_poll_interval_is_parsed_like_by_the_agent(
    given: str, seconds: float, caplog: pytest.LogCaptureFixture
) -> None:
    name = "AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS"
    with caplog.at_level(logging.WARNING, logger="isoflag"):
        assert AgentSettings.from_environment({name: given}).poll_interval == seconds
    refused = seconds == 45 and given not in {"45", "45s", ""}
    assert len(caplog.records) == int(refused)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (2772, 45.0, 3.0)),
        ({"HTTP_PORT": "4000", "POLL_TIMEOUT_MILLIS": "300"}, (4000, 45.0, 0.3)),
        ({"HTTP_PORT": "4000s", "POLL_TIMEOUT_MILLIS": "5s"}, (2772, 45.0, 5.0)),
    ],
)
def test_the_settings_of_the_agent_are_read_from_the_environment(
    given: dict[str, str], expected: tuple[int, float, float]
) -> None:
    environment = {f"AWS_APPCONFIG_EXTENSION_{name}": value for name, value in given.items()}
    settings = AgentSettings.from_environment(environment)
    assert (settings.port, settings.poll_interval, settings.poll_timeout) == expected


TRUNCATED = b"HTTP/1.0 200 OK\r\nContent-Length: 1000\r\n\r\n" + text(1)
TRUNCATED_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n{"


@pytest.mark.parametrize(
    ("script", "kind", "message"),
    [
        ({"status": 401, "body": b"no"}, SourceUnauthorizedError, "status 401, `no`"),
        ({"status": 403}, SourceUnauthorizedError, "allow the function's role to read"),
        ({"status": 404}, SourceNotFoundError, "check the application, environment and profile"),
        ({"status": 400}, SourceUnavailableError, "status 400"),
        ({"status": 500, "body": b"a\n b"}, SourceUnavailableError, "status 500, `a b`"),
        ({"status": 302}, SourceUnavailableError, "status 302"),
        ({"body": b""}, SourceContentError, "the response is empty"),
        ({"body": b"\n<!doctype html>"}, SourceContentError, "the response is a page"),
        (
            {"body": b"hello", "headers": {"Content-Type": "text/html; charset=utf-8"}},
            SourceContentError,
            "the response is a page (`text/html; charset=utf-8`)",
        ),
        ({"raw": TRUNCATED}, SourceContentError, "the response was cut off"),
        ({"raw": TRUNCATED_CHUNKS}, SourceContentError, "the response was cut off"),
        ({"raw": b"what?\r\n"}, SourceUnavailableError, "no response from the agent"),
        ({"raw": b""}, SourceUnavailableError, "no response from the agent"),
    ],
    ids=str,
)
def test_each_failure_has_its_own_error_and_the_last_good_document_is_kept(
    agent: ScriptedServer, script: dict[str, Any], kind: type[SourceError], message: str
) -> None:
    clock = Clock()
    client = FlagClient(source(agent), **PATIENT, clock=clock)
    assert client.variation("a", USER, None) == 1
    for name, value in script.items():
        setattr(agent, name, value)
    clock.advance(60)
    assert client.variation("a", USER, None) == 1
    error = client.status.error
    assert type(error) is kind
    assert message in str(error)
    assert error.where == f"http://127.0.0.1:{agent.port}{PATH}"
    assert client.status.stale


def test_an_agent_that_is_down_is_reported() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    agent_source = AppConfigAgentSource("a", "b", "c", host="127.0.0.1", port=port)
    with pytest.raises(SourceUnavailableError, match="is its extension in this function's layers"):
        agent_source.fetch(None)


@pytest.mark.parametrize("response", SLOW_RESPONSES)
def test_a_slow_agent_is_abandoned(agent: ScriptedServer, response: str) -> None:
    agent.raw = SLOW_RESPONSES[response]
    client = FlagClient(source(agent, timeout=0.1), clock=Clock())
    assert client.variation("a", USER, "default") == "default"
    assert isinstance(client.status.error, SourceTimeoutError)
    assert "no complete response within 0.1 s" in str(client.status.error)


def test_a_profile_with_variants_is_reported(agent: ScriptedServer) -> None:
    agent.body = b"'isFeatureXEnabled'::[]"
    client = FlagClient(source(agent), load=Flags.from_appconfig, clock=Clock())
    assert client.bool_variation("isFeatureXEnabled", USER, False) is False
    assert "Amazon Ion" in str(client.status.error)
