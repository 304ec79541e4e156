"""The guard that rejects requests while its flag is off."""

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from config_pages import SHOP, Client, cors_of
from documents import clause, flag, load
from isoflag import FlagClient, Flags
from isoflag.aws_http import (
    BadRequestError,
    Cors,
    FlagOffError,
    Guard,
    Request,
    guard,
    requires_flag,
    use,
)
from lambda_events import HTTP_EVENTS, SCHEDULES, HttpEvent, http_event
from scripted import text

KEY = "feature-x"
ON = load(flag(KEY, True))
OFF: dict[str, Flags | Client] = {
    "off": load(flag(KEY, False, True, on=False)),
    "false": load(flag(KEY, False)),
    "unknown": load(flag("other", True)),
    "not a boolean": load(flag(KEY, "true")),
    "a number": load(flag(KEY, 1)),
    "malformed": load(flag(KEY, True, fallthrough={"variation": 9})),
    "not ready": Client(None),
    "a client's": Client(load(flag(KEY, False))),
}


def guarded(
    flags: Flags | Client, **options: Any
) -> tuple[Callable[..., Any], list[tuple[Any, ...]]]:
    """Returns a guarded handler that records its calls."""
    calls: list[tuple[Any, ...]] = []

    @requires_flag(KEY, flags, **options)
    def submit(event: Mapping[str, Any], context: object) -> str:
        """Takes an order."""
        calls.append((event, context))
        return "done"

    return submit, calls


@pytest.mark.parametrize("flags", [ON, Client(ON)], ids=["flags", "a client"])
def test_the_handler_runs_while_the_flag_is_on(flags: Flags | Client, event: HttpEvent) -> None:
    submit, calls = guarded(flags)
    request = event("POST", "/submit")
    assert submit(request, "context") == "done"
    assert calls == [(request, "context")]


@pytest.mark.parametrize("case", OFF)
def test_the_handler_does_not_run_while_the_flag_is_off(case: str, event: HttpEvent) -> None:
    submit, calls = guarded(OFF[case], retry_after=30)
    response = submit(event("POST", "/submit"), None)
    assert response["statusCode"] == 503
    assert response["headers"]["Content-Type"] == "application/json"
    assert response["headers"]["Retry-After"] == "30"
    assert response["headers"]["Cache-Control"] == "no-store"
    assert json.loads(response["body"]) == {"error": "this feature is currently disabled"}
    assert KEY not in response["body"]
    assert calls == []


@pytest.mark.parametrize("event", [*SCHEDULES.values(), {}, {"Records": [{"body": "{}"}]}])
def test_another_event_raises_so_that_its_queue_keeps_it(event: Mapping[str, Any]) -> None:
    submit, calls = guarded(OFF["off"])
    with pytest.raises(FlagOffError, match=f"`{KEY}`") as raised:
        submit(event, None)
    assert raised.value.key == KEY
    assert calls == []
    submit, calls = guarded(ON)
    assert submit(event, None) == "done"


def test_a_method_is_guarded_too() -> None:
    class Shop:
        @requires_flag(KEY, OFF["off"])
        def closed(self, event: Mapping[str, Any], _: object) -> Any:
            return event

        @requires_flag(KEY, ON)
        async def open(self, event: Mapping[str, Any], _: object) -> Any:
            return self, event["rawPath"]

    shop = Shop()
    assert shop.closed(http_event(), None)["statusCode"] == 503
    assert requires_flag(KEY, OFF["off"])(shop.closed)(http_event(), None)["statusCode"] == 503
    assert asyncio.run(shop.open(http_event(path="/order"), None)) == (shop, "/order")


def test_an_object_whose_call_is_a_coroutine_is_guarded_too() -> None:
    class Submit:
        async def __call__(self, event: Mapping[str, Any], _: object) -> Any:
            return {"statusCode": 200, "body": event["rawPath"]}

    on = requires_flag(KEY, ON, origins=[SHOP])(Submit())
    response = asyncio.run(on(http_event(headers={"Origin": SHOP}), None))
    assert (response["statusCode"], cors_of(response)["allow-origin"]) == (200, SHOP)


def test_a_coroutine_is_guarded_too() -> None:
    calls: list[Any] = []

    async def submit(event: Mapping[str, Any], _: object) -> Any:
        await asyncio.sleep(0)
        calls.append(event)
        return "done"

    on = requires_flag(KEY, ON)(submit)
    off = requires_flag(KEY, OFF["off"])(submit)
    assert asyncio.run(on(http_event(), None)) == "done"
    assert asyncio.run(off(http_event(), None))["statusCode"] == 503
    assert len(calls) == 1
    with pytest.raises(FlagOffError):
        asyncio.run(off({}, None))
    assert len(calls) == 1


def test_the_flag_is_evaluated_at_every_call() -> None:
    client = Client(ON)
    submit, calls = guarded(client)
    assert submit(http_event(), None) == "done"
    client.flags = load(flag(KEY, False))
    assert submit(http_event(), None)["statusCode"] == 503
    assert len(calls) == 1


def test_the_flag_is_evaluated_for_the_context_of_the_request(event: HttpEvent) -> None:
    rule = {"id": "mia", "clauses": [clause("key", "in", "mia")], "variation": 1}
    flags = load(flag(KEY, False, True, rules=[rule]))

    def who(request: Request) -> dict[str, Any]:
        return {"kind": "user", "key": request.query["user"]}

    submit, calls = guarded(flags, context=who)
    assert submit(event("POST", query={"user": "mia"}), None) == "done"
    assert submit(event("POST", query={"user": "jonas"}), None)["statusCode"] == 503
    assert len(calls) == 1


def test_the_context_may_come_from_another_event() -> None:
    rule = {"id": "mia", "clauses": [clause("key", "in", "mia")], "variation": 1}
    submit, _ = guarded(
        load(flag(KEY, False, True, rules=[rule])),
        context=lambda request: {"kind": "user", "key": request.event["user"]},
    )
    assert submit({"user": "mia"}, None) == "done"
    with pytest.raises(FlagOffError):
        submit({"user": "jonas"}, None)


def test_an_invalid_context_is_off(event: HttpEvent) -> None:
    submit, calls = guarded(ON, context={"kind": "user", "key": ""})
    assert submit(event(), None)["statusCode"] == 503
    assert calls == []


def test_a_bad_request_is_400_and_does_not_run(event: HttpEvent) -> None:
    submit, calls = guarded(ON, context=lambda request: dict(request.json()))
    assert submit(event("POST", body="{"), None)["statusCode"] == 400
    with pytest.raises(BadRequestError):
        submit({}, None)
    assert calls == []


def test_an_allowed_origin_may_read_the_503_response(event: HttpEvent) -> None:
    submit, calls = guarded(OFF["off"], origins=[SHOP])
    response = submit(event("POST", headers={"Origin": SHOP}), None)
    assert cors_of(response)["allow-origin"] == SHOP
    assert "Retry-After" in cors_of(response)["expose-headers"]
    preflight = submit(event("OPTIONS", headers={"Origin": SHOP}), None)
    assert preflight["statusCode"] == 204
    assert "POST" in cors_of(preflight)["allow-methods"]
    assert calls == []


@pytest.mark.parametrize(
    ("headers", "vary"),
    [({}, "Origin"), ({"vary": "Accept"}, "Accept, Origin"), (None, "Origin")],
)
def test_an_allowed_origin_may_read_the_handlers_response(
    event: HttpEvent, headers: dict[str, str] | None, vary: str
) -> None:
    guard = Guard(ON, origins=[SHOP])
    response = {"statusCode": 201, "headers": headers}

    @guard.requires_flag(KEY)
    async def submit(*_: object) -> Any:
        return response

    answer = asyncio.run(submit(event("POST", headers={"Origin": SHOP}), None))
    assert answer["statusCode"] == 201
    assert cors_of(answer)["allow-origin"] == SHOP
    assert {name.lower(): value for name, value in answer["headers"].items()}["vary"] == vary
    assert response == {"statusCode": 201, "headers": headers}
    other = asyncio.run(submit(event("POST", headers={"Origin": "https://other.example"}), None))
    assert cors_of(other) == {}
    assert asyncio.run(guard.requires_flag(KEY)(submit)(event(), None))["statusCode"] == 201


@pytest.mark.parametrize(
    "response",
    [
        "text",
        None,
        {"message": "an API wraps it"},
        {"statusCode": 200, "headers": {"access-control-allow-origin": "https://own.example"}},
        {"statusCode": 200, "headers": ["Vary"]},
        {"statusCode": 200, "multiValueHeaders": "Vary"},
    ],
)
def test_a_response_with_its_own_cors_headers_or_that_is_malformed_is_unchanged(
    response: object,
) -> None:
    @requires_flag(KEY, ON, origins=[SHOP])
    def submit(*_: object) -> Any:
        return response

    assert submit(http_event("POST", headers={"Origin": SHOP}), None) is response


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (
            {"Access-Control-Expose-Headers": "X-Total"},
            "X-Total, ETag, Isoflag-Document, Retry-After",
        ),
        ({"access-control-expose-headers": "etag"}, "etag, Isoflag-Document, Retry-After"),
        ({"access-control-expose-headers": "*"}, "*"),
        ({"access-control-allow-credentials": "false"}, "ETag, Isoflag-Document, Retry-After"),
        ({"VARY": "origin"}, "ETag, Isoflag-Document, Retry-After"),
        ({"Vary": ["Accept", "Origin"]}, "ETag, Isoflag-Document, Retry-After"),
    ],
)
def test_headers_of_the_handler_are_completed(own: dict[str, Any], expected: str) -> None:
    @requires_flag(KEY, ON, origins=Cors([SHOP], credentials=True))
    def submit(*_: object) -> Any:
        return {"statusCode": 200, "headers": own}

    headers = submit(http_event("POST", headers={"Origin": SHOP}), None)["headers"]
    names = [name.lower() for name in headers]
    assert len(set(names)) == len(names)
    by_name = {name.lower(): value for name, value in headers.items()}
    assert by_name["access-control-expose-headers"] == expected
    allowed = own.get("access-control-allow-credentials", "true")
    assert by_name["access-control-allow-credentials"] == allowed
    assert by_name["vary"].lower().count("origin") == 1


def test_a_refusal_of_head_has_no_body(event: HttpEvent) -> None:
    guard = Guard(OFF["off"])
    get, head = (guard.check(event(method), KEY) for method in ("GET", "HEAD"))
    assert get is not None
    assert head == {**get, "body": ""}


def test_lists_of_headers_get_lists() -> None:
    @requires_flag(KEY, ON, origins=[SHOP])
    def submit(*_: object) -> Any:
        return {"statusCode": 200, "multiValueHeaders": {"Vary": ["Accept"]}}

    answer = submit(http_event("POST", headers={"Origin": SHOP}), None)
    assert answer["multiValueHeaders"]["Access-Control-Allow-Origin"] == [SHOP]
    assert answer["multiValueHeaders"]["Vary"] == ["Accept", "Origin"]


@pytest.mark.parametrize(
    "own",
    [
        {"headers": {"vary": "Accept", 5: "five"}},
        {"multiValueHeaders": {"vary": ["Accept"]}},
        {"multiValueHeaders": {"vary": "Accept"}},
    ],
)
def test_a_load_balancer_with_lists_gets_all_headers_as_lists(own: Any) -> None:
    @requires_flag(KEY, ON, origins=[SHOP])
    def submit(*_: object) -> Any:
        return {"statusCode": 200, **own}

    request = HTTP_EVENTS["ALB with lists"]("POST", headers={"Origin": SHOP})
    lists = submit(request, None)["multiValueHeaders"]
    assert lists["Access-Control-Allow-Origin"] == [SHOP]
    assert ", ".join(lists["vary"]) == "Accept, Origin"
    assert lists.keys() >= own.get("headers", {}).keys()


@pytest.mark.parametrize("case", OFF)
def test_a_route_can_call_check(case: str, event: HttpEvent) -> None:
    request = event("POST", headers={"Origin": SHOP})
    refused = Guard(OFF[case], origins=[SHOP]).check(request, KEY)
    assert refused is not None
    assert (refused["statusCode"], cors_of(refused)["allow-origin"]) == (503, SHOP)
    if "multiValueHeaders" in request and "elb" in request["requestContext"]:
        assert refused["multiValueHeaders"]["Retry-After"] == ["60"]
    assert Guard(ON).check(request, KEY) is None
    with pytest.raises(FlagOffError):
        Guard(OFF[case]).check({}, KEY)


def test_a_coroutine_never_fetches_in_the_event_loop() -> None:
    class Racing(FlagClient):
        """A client whose refresh becomes due between the test and the evaluation."""

        @property
        def due(self) -> bool:
            return False

    threads: list[int] = []

    class Slow:
        in_memory = True

        def fetch(self, _: object) -> bytes:
            threads.append(threading.get_ident())
            return text(1)

    @requires_flag(KEY, Racing(Slow()))
    async def submit(*_: object) -> Any:
        pytest.fail("called")

    assert asyncio.run(submit(http_event(), None))["statusCode"] == 503
    assert threads == []


def test_the_503_response_names_the_document() -> None:
    off = load(flag(KEY, False))
    submit, _ = guarded(off)
    assert submit(http_event(), None)["headers"]["Isoflag-Document"] == off.digest
    submit, _ = guarded(Client(None))
    assert "Isoflag-Document" not in submit(http_event(), None)["headers"]


def test_the_handler_keeps_its_name() -> None:
    submit, _ = guarded(ON)
    assert (submit.__name__, submit.__doc__) == ("submit", "Takes an order.")


@pytest.fixture
def nothing_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard._used, "flags", None)  # noqa: SLF001


@pytest.mark.usefixtures("nothing_used")
def test_use_sets_the_default_client(event: HttpEvent) -> None:
    @requires_flag(KEY)
    def submit(*_: object) -> Any:
        return "done"

    with pytest.raises(RuntimeError, match="use"):
        submit(event(), None)
    client = Client(ON)
    use(client)
    assert submit(event(), None) == "done"
    client.flags = load(flag(KEY, False))
    assert submit(event(), None)["statusCode"] == 503
    use(ON)
    assert submit(event(), None) == "done"


@pytest.mark.usefixtures("nothing_used")
def test_endpoints_of_a_guard_share_its_settings(event: HttpEvent) -> None:
    rule = {"id": "mia", "clauses": [clause("key", "in", "mia")], "variation": 1}
    flags = load(flag(KEY, False, True, rules=[rule]), flag("other", False))
    origins = (origin for origin in [SHOP])
    shop = Guard(
        flags,
        context=lambda request: {"key": request.query["user"]},
        origins=origins,
        retry_after=7,
    )
    use(load(flag(KEY, False)))

    @shop.requires_flag(KEY)
    def submit(event: Mapping[str, Any], _: object) -> Any:
        return shop.bind(event).variation(KEY, None)

    @shop.requires_flag("other")
    async def other(*_: object) -> Any:
        pytest.fail("called")

    options = {"query": {"user": "mia"}, "headers": {"Origin": SHOP}}
    assert submit(event("POST", **options), None) is True
    for response in (
        submit(event("POST", query={"user": "jonas"}, headers={"Origin": SHOP}), None),
        asyncio.run(other(event("POST", **options), None)),
    ):
        assert (response["statusCode"], response["headers"]["Retry-After"]) == (503, "7")
        assert cors_of(response)["allow-origin"] == SHOP
