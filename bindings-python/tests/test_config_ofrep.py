"""OpenFeature's remote evaluation protocol, with the requests of its web provider."""

from typing import Any

import pytest

from config_pages import VISIBLE, body_of, ofrep, page_flags
from documents import flag, load
from isoflag import Context, Flags
from isoflag.aws_http import Request, config_response
from isoflag.aws_http.ofrep import context as context_of
from lambda_events import HTTP_EVENTS, HttpEvent


@pytest.fixture
def flags() -> Flags:
    return page_flags()


@pytest.fixture(params=HTTP_EVENTS)
def event(request: pytest.FixtureRequest) -> HttpEvent:
    return HTTP_EVENTS[request.param]


def test_the_ofrep_form_is_a_bulk_evaluation(flags: Flags, event: HttpEvent) -> None:
    response = config_response(
        ofrep({"targetingKey": "mia", "country": "DE"}, event), flags, form="ofrep"
    )
    assert response["statusCode"] == 200
    assert body_of(response) == {
        "flags": [
            {
                "key": "button",
                "reason": "STATIC",
                "variant": "0",
                "value": "Buy now",
                "metadata": {"version": 1},
            },
            {
                "key": "feature-x",
                "reason": "TARGETING_MATCH",
                "variant": "1",
                "value": True,
                "metadata": {"version": 1},
            },
        ]
    }


OFREP_REASONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "off": (flag("f", 1, on=False), {"reason": "DISABLED", "variant": "0", "value": 1}),
    "off and nothing to serve": (flag("f", 1, on=False, offVariation=None), {"reason": "DISABLED"}),
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
    ("context", "asked"),
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
    context: dict[str, Any], asked: dict[str, Any]
) -> None:
    assert context_of(Request.from_event(ofrep(context))) == Context.from_dict(asked)


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
def test_a_bad_request_of_ofrep(flags: Flags, event: HttpEvent, body: str, code: str) -> None:
    response = config_response(event("POST", body=body), flags, form="ofrep")
    assert response["statusCode"] == 400
    assert body_of(response)["errorCode"] == code
    assert body_of(response)["errorDetails"]
