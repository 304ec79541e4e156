"""Events of AWS as requests, and those of OpenFeature's remote evaluation protocol."""

import gzip
import json
from typing import Any

import pytest

from config_pages import VISIBLE, Client, body_of, germans, ofrep, page_flags
from documents import clause, flag, load
from isoflag import Context, FlagClient, Flags
from isoflag.aws_http import BadRequestError, Request, config_response
from isoflag.aws_http.ofrep import context as context_of
from lambda_events import HTTP_EVENTS, SCHEDULES, HttpEvent, http_event, rest_event
from scripted import PATIENT, ScriptedSource


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


def test_absent_members_are_empty(event: HttpEvent) -> None:
    request = Request.from_event(event())
    assert (request.method, request.headers, request.query) == ("GET", {}, {})


def test_repeated_headers_are_joined() -> None:
    event = rest_event(headers={"if-none-match": '"2"'})
    event["multiValueHeaders"] = {"If-None-Match": ['"1"', '"2"']}
    assert Request.from_event(event).headers["if-none-match"] == '"1", "2"'


@pytest.mark.parametrize("body", ["Grüße", "Grüße".encode()])
def test_a_body_is_bytes(event: HttpEvent, body: str | bytes) -> None:
    assert Request.from_event(event("POST", body=body)).body == "Grüße".encode()


def test_a_gzip_body_is_decompressed_within_a_limit(event: HttpEvent) -> None:
    headers = {"Content-Encoding": "gzip"}
    request = Request.from_event(event("POST", headers=headers, body=gzip.compress(b'{"a": 1}')))
    assert request.json() == {"a": 1}
    two = gzip.compress(b"{}") + gzip.compress(b"{}")
    for body in (two[:-4], two, b"\x1f\x8bx", gzip.compress(b" " * 10_000_001)):
        with pytest.raises(BadRequestError, match="gzip"):
            _ = Request.from_event(event("POST", headers=headers, body=body)).body


def test_other_encodings_of_a_body_are_named(event: HttpEvent) -> None:
    def of(encoding: str, body: bytes) -> Request:
        return Request.from_event(event("POST", headers={"Content-Encoding": encoding}, body=body))

    assert of("X-Gzip", gzip.compress(b"{}")).json() == {}
    assert of("identity", b"{}").json() == {}
    for encoding in ("br", "deflate", "gzip, gzip"):
        with pytest.raises(BadRequestError, match=f"unsupported Content-Encoding `{encoding}`"):
            of(encoding, b"{}").json()


def test_a_byte_order_mark_is_skipped(event: HttpEvent) -> None:
    assert Request.from_event(event("POST", body="\ufeff{}")).json() == {}
    assert Request.from_event(event("POST", body=b"\xef\xbb\xbf{}")).json() == {}


def test_cookies_of_an_http_api_are_a_header() -> None:
    event = {**http_event(), "cookies": ["a=1", "b=2"]}
    assert Request.from_event(event).headers["cookie"] == "a=1; b=2"


@pytest.mark.parametrize("name", ["ALB with lists", "Lattice", "REST API"])
def test_repeated_cookies_are_joined_by_semicolons(name: str) -> None:
    event = HTTP_EVENTS[name](headers={"Cookie": "a=1"})
    lists = "headers" if name == "Lattice" else "multiValueHeaders"
    event[lists] = {"Cookie": ["a=1", "b=2"]}
    assert Request.from_event(event).headers["cookie"] == "a=1; b=2"


def test_a_load_balancer_with_lists_gets_lists(flags: Flags) -> None:
    request = HTTP_EVENTS["ALB with lists"]()
    response = config_response(request, flags, context={"kind": "user", "key": "mia"})
    assert response["multiValueHeaders"]["Content-Type"] == ["application/json"]
    plain = config_response(HTTP_EVENTS["ALB"](), flags, context={"kind": "user", "key": "mia"})
    assert "multiValueHeaders" not in plain


def test_the_caller_of_lattice_is_the_authorizers_result() -> None:
    authorizer = Request.from_event(HTTP_EVENTS["Lattice"]()).authorizer
    assert authorizer == {"principal": "arn:aws:iam::1:role/shop"}


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


@pytest.mark.parametrize("path", ["//evil/config", "//[x", "/a//b", "/", "/%2F"])
def test_a_path_is_read_as_it_was_sent(event: HttpEvent, path: str) -> None:
    request = Request.from_event(event("GET", path, query={"a": "1?b=2"}))
    assert (request.path, request.query) == (path, {"a": "1?b=2"})


AUTHORIZERS: dict[str, tuple[HttpEvent, dict[str, Any]]] = {
    "Cognito, REST": (rest_event, {"claims": {"sub": "mia"}}),
    "Lambda, REST": (rest_event, {"sub": "mia", "principalId": "mia"}),
    "JWT, HTTP": (http_event, {"jwt": {"claims": {"sub": "mia"}, "scopes": None}}),
    "Lambda, HTTP": (http_event, {"lambda": {"sub": "mia"}}),
}


@pytest.mark.parametrize("case", AUTHORIZERS)
def test_the_claims_of_each_authorizer_are_found(case: str) -> None:
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
def test_other_events_are_not_requests(event: Any) -> None:
    request = Request.from_event(event)
    assert not request.is_http
    assert (request.headers, request.query, request.event) == ({}, {}, event)


# --- OFREP ---


@pytest.fixture
def flags() -> Flags:
    return page_flags()


def test_the_ofrep_form_is_a_bulk_evaluation(flags: Flags, event: HttpEvent) -> None:
    response = config_response(
        ofrep({"targetingKey": "mia", "country": "DE"}, event), flags, form="ofrep"
    )
    document = {"digest": flags.digest}
    assert response["statusCode"] == 200
    assert body_of(response) == {
        "flags": [
            {
                "key": "button",
                "reason": "STATIC",
                "variant": "0",
                "value": "Buy now",
                "metadata": document,
            },
            {
                "key": "feature-x",
                "reason": "TARGETING_MATCH",
                "variant": "1",
                "value": True,
                "metadata": document,
            },
        ],
        "metadata": document,
    }


@pytest.mark.parametrize(
    ("key", "status", "expected"),
    [
        ("feature-x", 200, {"reason": "TARGETING_MATCH", "variant": "1", "value": True}),
        ("feature%2Dx", 200, {"reason": "TARGETING_MATCH", "variant": "1", "value": True}),
        ("a", 404, {"errorCode": "FLAG_NOT_FOUND"}),
        ("no/such", 404, {"errorCode": "FLAG_NOT_FOUND"}),
        ("broken", 400, {"errorCode": "PARSE_ERROR"}),
    ],
)
def test_the_ofrep_form_evaluates_one_flag(
    event: HttpEvent,
    key: str,
    status: int,
    expected: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = flag("broken", 1, fallthrough={"variation": 9}, clientSideAvailability=VISIBLE)
    flags = load(germans(), flag("a", 1), broken, meta={"version": 7})
    body = json.dumps({"context": {"targetingKey": "mia", "country": "DE"}})
    request = event("POST", f"/live/ofrep/v1/evaluate/flags/{key}", body=body)
    client = FlagClient(ScriptedSource(flags.to_json().encode()), **PATIENT)
    # The other flags are not evaluated.
    monkeypatch.delattr("isoflag.client.BoundFlagClient.all_flags_state")
    for holder in (flags, client, Client(flags)):
        response = config_response(request, holder, form="ofrep")
        answer = body_of(response)
        assert response["statusCode"] == status
        assert answer["key"] == key.replace("%2D", "-")
        assert expected.items() <= answer.items()
        if status == 200:
            version = {} if isinstance(holder, Client) else {"version": 7}
            assert answer["metadata"] == {"digest": flags.digest, **version}


OFREP_REASONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "off": (flag("f", 1, on=False), {"reason": "DISABLED", "variant": "0", "value": 1}),
    "off without an off variation": (
        flag("f", 1, on=False, offVariation=None),
        {"reason": "DISABLED"},
    ),
    "a target": (
        flag("f", 1, targets=[{"values": ["mia"], "variation": 0}]),
        {"reason": "TARGETING_MATCH", "variant": "0", "value": 1},
    ),
    "a prerequisite": (
        flag("f", 1, prerequisites=[{"key": "gone", "variation": 0}]),
        {"reason": "DISABLED", "variant": "0", "value": 1},
    ),
    "malformed": (
        flag("f", 1, fallthrough={"variation": 9}),
        {"errorCode": "PARSE_ERROR", "errorDetails": None},
    ),
    "an experiment": (
        flag(
            "f",
            1,
            fallthrough={
                "rollout": {
                    "kind": "experiment",
                    "variations": [{"variation": 0, "weight": 100000}],
                }
            },
        ),
        {"reason": "SPLIT", "variant": "0", "value": 1},
    ),
    "a percentage": (
        flag("f", 1, fallthrough={"rollout": {"variations": [{"variation": 0, "weight": 100000}]}}),
        {"reason": "SPLIT", "variant": "0", "value": 1},
    ),
    "a percentage of a rule": (
        flag(
            "f",
            1,
            rules=[
                {
                    "clauses": [clause("key", "in", "mia")],
                    "rollout": {"variations": [{"variation": 0, "weight": 100000}]},
                }
            ],
        ),
        {"reason": "SPLIT", "variant": "0", "value": 1},
    ),
    "null": (flag("f", None), {"reason": "STATIC", "variant": "0"}),
}


@pytest.mark.parametrize("case", OFREP_REASONS)
def test_the_reasons_of_ofrep(case: str) -> None:
    each, expected = OFREP_REASONS[case]
    flags = load({**each, "clientSideAvailability": VISIBLE})
    response = config_response(ofrep({"targetingKey": "mia"}), flags, form="ofrep")
    (answer,) = body_of(response)["flags"]
    assert answer.pop("key") == "f"
    answer.pop("metadata", None)
    if "errorDetails" in expected:
        expected = {**expected, "errorDetails": answer["errorDetails"]}
    assert answer == expected


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"targetingKey": "mia"}, {"kind": "user", "key": "mia"}),
        ({"targetingKey": "mia", "key": "other"}, {"kind": "user", "key": "mia"}),
        ({"key": "mia"}, {"kind": "user", "key": "mia"}),
        (
            {"targetingKey": "d1", "kind": "device", "os": "iOS"},
            {"kind": "device", "key": "d1", "os": "iOS"},
        ),
        (
            {"kind": "multi", "user": {"targetingKey": "mia"}, "org": {"key": "acme"}},
            {"kind": "multi", "user": {"key": "mia"}, "org": {"key": "acme"}},
        ),
        (
            {"targetingKey": "mia", "email": "m@x", "privateAttributes": ["email"], "name": 5},
            {
                "key": "mia",
                "email": "m@x",
                "_meta": {"privateAttributes": ["email"]},
                "kind": "user",
            },
        ),
    ],
)
def test_the_context_of_ofrep_is_launchdarklys(
    context: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert context_of(Request.from_event(ofrep(context))) == Context.from_dict(expected)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "PARSE_ERROR"),
        ("{", "PARSE_ERROR"),
        ("[]", "INVALID_CONTEXT"),
        ("{}", "INVALID_CONTEXT"),
        ('{"context": []}', "INVALID_CONTEXT"),
        ('{"context": {}}', "TARGETING_KEY_MISSING"),
        ('{"context": {"targetingKey": ""}}', "TARGETING_KEY_MISSING"),
        ('{"context": {"targetingKey": 5}}', "TARGETING_KEY_MISSING"),
        ('{"context": {"targetingKey": "a", "kind": "no kind"}}', "INVALID_CONTEXT"),
        ('{"context": {"kind": "multi"}}', "INVALID_CONTEXT"),
    ],
)
def test_a_bad_request_of_ofrep_has_its_error_code(
    flags: Flags, event: HttpEvent, body: str, code: str
) -> None:
    response = config_response(event("POST", body=body), flags, form="ofrep")
    assert response["statusCode"] == 400
    assert body_of(response)["errorCode"] == code
    assert body_of(response)["errorDetails"]
