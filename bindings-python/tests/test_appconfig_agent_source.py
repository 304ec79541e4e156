"""The AppConfig Agent, over a real socket."""

import logging
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
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
from local_server import LocalServer, serving
from scripted import Clock, text

PATH = "/applications/shop/environments/test-1/configurations/FeatureList"
VERSION = {"Configuration-Version": "7", "Content-Type": "application/json"}


@pytest.fixture
def agent() -> Iterator[LocalServer]:
    with serving() as server:
        server.headers = dict(VERSION)
        server.body = text(1)
        yield server


def source(agent: LocalServer, **options: Any) -> AppConfigAgentSource:
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
def test_a_client_recognizes_what_the_configuration_holds(agent: LocalServer, body: bytes) -> None:
    agent.body = body
    client = FlagClient(source(agent))
    assert client.bool_variation("search", USER, default=False)
    assert client.status.error is None


def test_the_agent_is_asked_for_the_configuration(agent: LocalServer) -> None:
    asking = source(agent)
    fetched = asking.fetch(None)
    assert fetched == Fetched(text(1), version="7")
    assert asking.fetch(fetched) is UNCHANGED
    agent.headers["Configuration-Version"] = "8"
    assert asking.fetch(fetched) == Fetched(text(1), version="8")
    assert [path for path, _ in agent.asked] == [PATH] * 3
    _, headers = agent.asked[0]
    assert "Authorization" not in headers
    assert "Context" not in headers


def test_names_are_quoted_and_headers_sent(agent: LocalServer) -> None:
    asking = AppConfigAgentSource(
        "my app",
        "a/b",
        "p?q",
        flags=["one", "two&three"],
        context={"group": "beta", "country": "de"},
        access_token="secret",  # noqa: S106
        host="127.0.0.1",
        port=agent.port,
    )
    asking.fetch(None)
    path, headers = agent.asked[0]
    assert path == (
        "/applications/my%20app/environments/a%2Fb/configurations/p%3Fq?flag=one&flag=two%26three"
    )
    assert headers["Context"] == "group=beta,country=de"
    assert headers["Authorization"] == "Bearer secret"
    assert "secret" not in repr(asking)


def test_the_answer_for_one_flag_gets_its_key_back(agent: LocalServer) -> None:
    agent.body = b'{"enabled": true, "color": "red"}'
    fetched = source(agent, flags=["isFeatureXEnabled"]).fetch(None)
    assert isinstance(fetched, Fetched)
    flags = Flags.from_appconfig(fetched.document)
    assert flags.bool_variation("isFeatureXEnabled", USER, False) is True
    assert flags.json_variation("isFeatureXEnabled.attributes", USER, {}) == {"color": "red"}
    assert agent.asked[0][0] == f"{PATH}?flag=isFeatureXEnabled"


def test_the_environment_sets_the_address_of_the_agent(
    agent: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_APPCONFIG_EXTENSION_HTTP_PORT", str(agent.port))
    asking = AppConfigAgentSource("shop", "test-1", "FeatureList", host="127.0.0.1")
    assert asking.fetch(None) == Fetched(text(1), version="7")
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
def test_the_poll_interval_is_read_as_the_agent_reads_it(
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
def test_the_agents_settings(given: dict[str, str], expected: tuple[int, float, float]) -> None:
    environment = {f"AWS_APPCONFIG_EXTENSION_{name}": value for name, value in given.items()}
    settings = AgentSettings.from_environment(environment)
    assert (settings.port, settings.poll_interval, settings.poll_timeout) == expected


def truncated(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(text(1))


def truncated_chunks(handler: BaseHTTPRequestHandler) -> None:
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"1000\r\n{")


def no_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"what?\r\n")


def silence(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


@pytest.mark.parametrize(
    ("told", "kind", "message"),
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
        ({"write": truncated}, SourceContentError, "the response was cut off"),
        ({"write": truncated_chunks}, SourceContentError, "the response was cut off"),
        ({"write": no_http}, SourceUnavailableError, "no response from the agent"),
        ({"write": silence}, SourceUnavailableError, "no response from the agent"),
    ],
    ids=str,
)
def test_each_failure_has_its_own_error_and_the_last_good_document_is_kept(
    agent: LocalServer, told: dict[str, Any], kind: type[SourceError], message: str
) -> None:
    clock = Clock()
    client = FlagClient(source(agent), ttl=60, clock=clock)
    assert client.variation("a", USER, None) == 1
    for name, value in told.items():
        setattr(agent, name, value)
    clock.pass_by(60)
    assert client.variation("a", USER, None) == 1
    error = client.status.error
    assert type(error) is kind
    assert message in str(error)
    assert error.where == f"http://127.0.0.1:{agent.port}{PATH}"
    assert client.status.stale


def test_an_agent_that_is_down_is_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    asking = AppConfigAgentSource("a", "b", "c", host="127.0.0.1", port=port)
    with pytest.raises(SourceUnavailableError, match="is its extension in this function's layers"):
        asking.fetch(None)


def test_an_agent_that_says_nothing_is_given_up(agent: LocalServer) -> None:
    done = threading.Event()

    def wait(_: BaseHTTPRequestHandler) -> None:
        done.wait(60)

    agent.write = wait
    client = FlagClient(source(agent, timeout=0.05), clock=Clock())
    assert client.variation("a", USER, "default") == "default"
    assert isinstance(client.status.error, SourceTimeoutError)
    done.set()


def test_an_agent_that_trickles_is_given_up(agent: LocalServer) -> None:
    done = threading.Event()

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not done.wait(0.01):
                handler.wfile.write(b" ")
                handler.wfile.flush()
        except OSError:
            pass

    agent.write = trickle
    with pytest.raises(SourceTimeoutError, match=r"no complete response within 0\.1 s"):
        source(agent, timeout=0.1).fetch(None)
    done.set()


def test_a_profile_with_variants_is_named(agent: LocalServer) -> None:
    agent.body = b"'isFeatureXEnabled'::[]"
    client = FlagClient(source(agent), load=Flags.from_appconfig, clock=Clock())
    assert client.bool_variation("isFeatureXEnabled", USER, False) is False
    assert "Amazon Ion" in str(client.status.error)
