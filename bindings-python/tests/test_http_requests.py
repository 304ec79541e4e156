"""Events of API Gateway and function URLs, read as requests."""

from typing import Any

import pytest

from isoflag.aws_http import BadRequestError, Request
from lambda_events import HTTP_EVENTS, SCHEDULES, HttpEvent, http_event, rest_event


@pytest.fixture(params=HTTP_EVENTS)
def event(request: pytest.FixtureRequest) -> HttpEvent:
    return HTTP_EVENTS[request.param]


def test_a_request_is_read(event: HttpEvent) -> None:
    headers = {"Origin": "https://shop.example", "If-None-Match": '"1", "2"'}
    query = {"user": "Mia & Jonas", "empty": ""}
    request = Request.from_event(event("post", "/live/config", headers=headers, query=query))
    assert request.is_http
    assert request.method == "POST"
    assert request.path == "/live/config"
    assert request.headers == {"origin": "https://shop.example", "if-none-match": '"1", "2"'}
    assert request.query == query
    assert request.body == b""
    assert request.authorizer == {}


def test_what_is_absent_is_empty(event: HttpEvent) -> None:
    request = Request.from_event(event())
    assert (request.method, request.headers, request.query) == ("GET", {}, {})


def test_several_headers_of_one_name_are_joined() -> None:
    event = rest_event(headers={"if-none-match": '"2"'})
    event["multiValueHeaders"] = {"If-None-Match": ['"1"', '"2"']}
    assert Request.from_event(event).headers["if-none-match"] == '"1", "2"'


@pytest.mark.parametrize("body", ["Grüße", "Grüße".encode()])
def test_a_body_is_bytes(event: HttpEvent, body: str | bytes) -> None:
    assert Request.from_event(event("POST", body=body)).body == "Grüße".encode()


@pytest.mark.parametrize("text", ["====", "a", "AA=A", "ä", "YWJj\n!"])
def test_malformed_base64_is_a_bad_request(event: HttpEvent, text: str) -> None:
    broken = {**event("POST"), "body": text, "isBase64Encoded": True}
    with pytest.raises(BadRequestError, match="base64"):
        _ = Request.from_event(broken).body


@pytest.mark.parametrize("text", ["", "{", "NaN", "<html>", '{"a":1}{', "[" * 100_000, b"\xff\xfe"])
def test_malformed_json_is_a_bad_request(event: HttpEvent, text: str | bytes) -> None:
    with pytest.raises(BadRequestError, match="JSON"):
        Request.from_event(event("POST", body=text)).json()


def test_json_is_read(event: HttpEvent) -> None:
    assert Request.from_event(event("POST", body='{"a": [1, "ä"]}')).json() == {"a": [1, "ä"]}


AUTHORIZERS: dict[str, tuple[HttpEvent, dict[str, Any]]] = {
    "Cognito, REST": (rest_event, {"claims": {"sub": "mia"}}),
    "Lambda, REST": (rest_event, {"sub": "mia", "principalId": "mia"}),
    "JWT, HTTP": (http_event, {"jwt": {"claims": {"sub": "mia"}, "scopes": None}}),
    "Lambda, HTTP": (http_event, {"lambda": {"sub": "mia"}}),
}


@pytest.mark.parametrize("case", AUTHORIZERS)
def test_what_an_authorizer_says_is_found(case: str) -> None:
    make, authorizer = AUTHORIZERS[case]
    assert Request.from_event(make(authorizer=authorizer)).authorizer["sub"] == "mia"


@pytest.mark.parametrize(
    "event",
    [
        *SCHEDULES.values(),
        {},
        {"Records": [{"body": "{}"}]},
        {"httpMethod": "GET"},
        {"requestContext": None},
        {"requestContext": {"http": "GET"}},
        {"requestContext": {"http": {"method": None}}, "headers": [], "rawQueryString": 5},
        [],
        None,
    ],
)
def test_other_events_are_no_requests(event: Any) -> None:
    request = Request.from_event(event)
    assert not request.is_http
    assert (request.headers, request.query, request.event) == ({}, {}, event)
