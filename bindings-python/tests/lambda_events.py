"""Minimal events as AWS sends them to a Lambda function."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

HttpEvent: TypeAlias = Callable[..., dict[str, Any]]


@dataclass
class LambdaContext:
    """The second argument of a handler."""

    milliseconds: Any

    def get_remaining_time_in_millis(self) -> Any:
        return self.milliseconds


def rest_event(
    method: str = "GET",
    path: str = "/config",
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    body: str | bytes | None = None,
    authorizer: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Returns an event of an API Gateway REST API, or of an HTTP API with payload 1.0."""
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": None if headers is None else dict(headers),
        "multiValueHeaders": (
            None if headers is None else {name: [value] for name, value in headers.items()}
        ),
        "queryStringParameters": None if query is None else dict(query),
        "requestContext": {
            "httpMethod": method,
            "stage": "live",
            **({} if authorizer is None else {"authorizer": dict(authorizer)}),
        },
        **_body(body),
    }


def http_event(
    method: str = "GET",
    path: str = "/config",
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    body: str | bytes | None = None,
    authorizer: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Returns an event of an API Gateway HTTP API with payload 2.0, or of a function URL."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "headers": {name.lower(): value for name, value in (headers or {}).items()},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "203.0.113.7"},
            "stage": "$default",
            **({} if authorizer is None else {"authorizer": dict(authorizer)}),
        },
        **_body(body),
    }


def balancer_event(
    method: str = "GET",
    path: str = "/config",
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    body: str | bytes | None = None,
    authorizer: Mapping[str, Any] | None = None,  # noqa: ARG001 (it has none)
    lists: bool = False,
) -> dict[str, Any]:
    """Returns an event of an Application Load Balancer, with lists of values if it sends them."""
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    encoded = {quote(name): quote(value) for name, value in (query or {}).items()}
    values: dict[str, Any] = {
        "headers": lower,
        "queryStringParameters": encoded,
    }
    if lists:
        values = {
            "multiValueHeaders": {name: [value] for name, value in lower.items()},
            "multiValueQueryStringParameters": {name: [each] for name, each in encoded.items()},
        }
    arn = "arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/t/1"
    return {
        "requestContext": {"elb": {"targetGroupArn": arn}},
        "httpMethod": method,
        "path": path,
        **values,
        **_body(body),
    }


def lattice_event(
    method: str = "GET",
    path: str = "/config",
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    body: str | bytes | None = None,
    authorizer: Mapping[str, Any] | None = None,  # noqa: ARG001 (it has none)
    version: int = 2,
) -> dict[str, Any]:
    """Returns an event of VPC Lattice."""
    if version == 1:
        encoded = _body(body)
        return {
            "raw_path": f"{path}?{urlencode(query or {})}",
            "method": method,
            "headers": dict(headers or {}),
            "query_string_parameters": dict(query or {}),
            "body": encoded["body"],
            "is_base64_encoded": encoded["isBase64Encoded"],
        }
    return {
        "version": "2.0",
        "path": path,
        "method": method,
        "headers": {name: [value] for name, value in (headers or {}).items()},
        "queryStringParameters": {name: [value] for name, value in (query or {}).items()},
        "requestContext": {
            "serviceNetworkArn": "arn:aws:vpc-lattice:eu-central-1:1:servicenetwork/sn-1",
            "identity": {"principal": "arn:aws:iam::1:role/shop"},
        },
        **_body(body),
    }


HTTP_EVENTS: dict[str, HttpEvent] = {
    "REST API": rest_event,
    "HTTP API and URL": http_event,
    "ALB": balancer_event,
    "ALB with lists": partial(balancer_event, lists=True),
    "Lattice": lattice_event,
    "Lattice 1.0": partial(lattice_event, version=1),
}

SCHEDULES: dict[str, dict[str, Any]] = {
    "a rule": {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "time": "2026-11-21T06:00:00Z",
        "resources": ["arn:aws:events:eu-central-1:123456789012:rule/hourly"],
        "detail": {},
    },
    "a schedule": {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "resources": ["arn:aws:scheduler:eu-central-1:123456789012:schedule/default/hourly"],
        "detail": "{}",
    },
}


def _body(body: str | bytes | None) -> dict[str, Any]:
    """Returns the body members: text unchanged, bytes as base64."""
    if isinstance(body, bytes):
        return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    return {"body": body, "isBase64Encoded": False}
