"""A webhook raises for no HTTP event, whatever its members are."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

import hostile
from documents import shop_text
from isoflag import Flags
from isoflag.aws_http import Guard, config_response
from isoflag.aws_http.request import Request
from isoflag.aws_http.response import json_response
from isoflag.store import InMemoryFeatureStore
from isoflag.sync import handler, sign
from lambda_events import HTTP_EVENTS, SCHEDULES

SECRET = "the webhook's secret"  # noqa: S105
BODY = '{"kind":"flag"}'


WRONG: dict[str, Any] = {
    "null": None,
    "true": True,
    "a number": 5,
    "a float": 1e308,
    "an empty text": "",
    "a lone surrogate": "\ud800",
    "a surrogate in a text": "a\udfff%ud800&x=\ud800;%ff",
    "a line feed": "a\r\nb",
    "a list": ["\ud800", None, 5, {}],
    "a deep list": hostile.nested(900),
    "a mapping": {"\ud800": "\ud800", "a": None, "b": [5]},
    "a mapping of mappings": {"http": {"method": "\ud800"}, "x-ld-signature": {}},
    "bytes": b"\xff",
}


def members(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yields the path of each member of an event."""
    for name, member in value.items():
        yield (*path, name)
        if isinstance(member, dict):
            yield from members(member, (*path, name))


def changed(event: Any, path: tuple[str, ...], value: Any) -> dict[str, Any]:
    name, *rest = path
    return {**event, name: changed(event[name], tuple(rest), value) if rest else value}


def events() -> Iterator[tuple[str, dict[str, Any]]]:
    headers = {"X-LD-Signature": sign(BODY.encode(), SECRET), "If-None-Match": "x"}
    for name, make in HTTP_EVENTS.items():
        event = make(
            "POST",
            headers=headers,
            body=BODY,
            query={"a": "b"},
            authorizer={"claims": {"sub": "x"}},
        )
        event |= {"isBase64Encoded": False}
        yield name, event
        for path in members(event):
            for kind, wrong in WRONG.items():
                yield f"{name}: {'.'.join(path)} is {kind}", changed(event, path, wrong)
        for path in members(event):
            short = changed(event, path, None)
            where = short
            for step in path[:-1]:
                where = where[step]
            del where[path[-1]]
            yield f"{name}: without {'.'.join(path)}", short
        for signature in ("\ud800", "0" * 10**6, "é", "\x00", "x" * 64):
            for each in ("x-ld-signature", "X-LD-SIGNATURE"):
                yield (
                    f"{name}: {each} is {ascii(signature)[:20]}",
                    {**event, "headers": {each: signature}, "multiValueHeaders": None},
                )
        for body in ("====", "\ud800", "é", "A", "AAAA" * 10, "", "[" * 100_000):
            yield (
                f"{name}: base64 {ascii(body)[:20]}",
                {
                    **event,
                    "body": body,
                    "isBase64Encoded": True,
                },
            )


EVENTS = dict(events())


def encodable(response: Any) -> bool:
    """Returns whether Lambda can send a response: its runtime writes JSON in UTF-8."""
    json.dumps(response, ensure_ascii=False).encode()
    return True


SECRETS: dict[str, Any] = {
    "text": SECRET,
    "a lone surrogate": lambda: "\ud800",
    "None": lambda: None,
    "bytes": lambda: b"x",
    "an error": lambda: 1 // 0,
}


@pytest.mark.parametrize("secret", SECRETS)
def test_a_webhook_never_raises(secret: str) -> None:
    statuses = set()
    for name, event in EVENTS.items():
        if not Request.from_event(event).is_http:
            continue
        run = handler(InMemoryFeatureStore(), shop_text, secret=SECRETS[secret])
        response = run(event, None)
        assert encodable(response), name
        statuses.add(response["statusCode"])
    assert statuses - {200} == {400, 401}
    assert (200 in statuses) is (SECRETS[secret] is SECRET)


def test_an_unknown_event_gets_a_response() -> None:
    run = handler(InMemoryFeatureStore(), shop_text, secret=SECRET)
    for name, event in EVENTS.items():
        assert encodable(run(event, None)), name
    for wrong in WRONG.values():
        for event in ({"source": wrong}, {**SCHEDULES["a rule"], "source": wrong}, wrong):
            assert run(event, None)["statusCode"] == 400


def test_a_webhook_does_not_raise_for_an_invalid_document() -> None:
    event = next(iter(EVENTS.values()))
    for fetched in (*WRONG.values(), {"flags": hostile.nested(100_000)}, {"flags": {"\ud800": {}}}):
        fetch: Any = partial(dict.get, {"x": fetched}, "x")
        run = handler(InMemoryFeatureStore(), fetch, secret=SECRET)
        response = run(event, None)
        assert response["statusCode"] == 502
        assert encodable(response)


def test_the_guard_and_config_raise_for_no_event() -> None:
    flags = Flags.from_json(shop_text())
    guarded = Guard(flags, context=lambda request: {"key": request.query.get("a", "")})

    @guarded.requires_flag("no-such-flag")
    def submit(_: Any) -> str:
        pytest.fail("called")

    for name, event in EVENTS.items():
        if not Request.from_event(event).is_http:
            continue
        assert encodable(submit(event)), name
        for form in ("ofrep", "bootstrap"):
            context = None if form == "ofrep" else {"kind": "user", "key": "x"}
            response = config_response(event, flags, form=form, context=context)
            assert encodable(response), name


@pytest.mark.parametrize("pin", ["\ud800", "sha256:\udfff", "x" * 100_000])
def test_a_rejected_pin_is_shortened_and_escaped(pin: str) -> None:
    flags = Flags.from_json(shop_text())

    @Guard(flags).requires_flag("a")
    def submit(_: Any) -> Any:
        pytest.fail("called")

    for make in HTTP_EVENTS.values():
        response = submit(make("POST", headers={"Isoflag-Document": pin}))
        assert response["statusCode"] == 409
        assert encodable(response)
        assert len(response["body"]) < 1000
        assert "\\ud800" not in response["body"]


def test_a_body_with_a_lone_surrogate_is_escaped() -> None:
    response = json_response(400, {"error": "`\ud800` is é"})
    assert encodable(response)
    assert json.loads(response["body"]) == {"error": "`\ud800` is é"}
    assert json_response(400, {"error": "é"})["body"] == '{"error":"é"}'
