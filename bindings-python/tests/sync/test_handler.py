"""The Lambda handler of the pipeline: authentication, and the results of fetches."""

import gzip
import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

import hostile
from documents import document, document_in, flag, shop_document, shop_text
from dynamodb_tables import client_of, items_of, new_table
from isoflag import Flags
from isoflag.store import FEATURES, DynamoDbFeatureStore, InMemoryFeatureStore
from isoflag.sync import DocumentFetch, FetchError, SyncError, handler, sign, signature_is_valid
from lambda_events import HTTP_EVENTS, SCHEDULES, HttpEvent, http_event
from local_server import SLOW_RESPONSES, Response, scripted_server, serve

SECRET = "the webhook's secret"  # noqa: S105
BODY = '{"_id":"7f1c","kind":"flag","title":"Mia turned on the flag"}'
SCHEDULE: dict[str, Any] = SCHEDULES["a rule"]


def signed(event: HttpEvent = http_event, body: str | bytes = BODY, **_: Any) -> dict[str, Any]:
    data = body.encode() if isinstance(body, str) else body
    headers = {"X-LD-Signature": hmac.new(SECRET.encode(), data, hashlib.sha256).hexdigest()}
    return event("POST", "/webhook", headers=headers, body=body)


def answer_of(response: Mapping[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(response["body"])
    return answer


@pytest.fixture
def store() -> InMemoryFeatureStore:
    return InMemoryFeatureStore()


# --- authentication ---


def test_a_signature_is_hex_of_hmac_sha256() -> None:
    # The second test case of RFC 4231.
    assert sign(b"what do ya want for nothing?", "Jefe") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


@pytest.mark.parametrize(
    ("signature", "valid"),
    [
        (sign(b"body", SECRET), True),
        (sign(b"body", SECRET).upper(), True),
        (sign(b"body", SECRET)[:-1], False),
        (sign(b"body", SECRET) + "0", False),
        (sign(b"body ", SECRET), False),
        (sign(b"body", "another"), False),
        (sign(b"body", ""), False),
        ("", False),
        (None, False),
        ("sha256=" + sign(b"body", SECRET), False),
        ("gä", False),
        ("\ud800", False),
        (b"00", False),
        (5, False),
    ],
)
def test_only_the_right_signature_is_valid(signature: str | None, *, valid: bool) -> None:
    assert signature_is_valid(b"body", signature, SECRET) is valid


@pytest.mark.parametrize("secret", ["", "\ud800", None, b"secret", 5])
def test_a_secret_that_is_empty_or_not_text_is_rejected(secret: Any) -> None:
    assert not signature_is_valid(b"body", sign(b"body", ""), secret)
    with pytest.raises(ValueError, match="secret"):
        handler(InMemoryFeatureStore(), shop_text, secret=secret)


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def note(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return True

    monkeypatch.setattr(hmac, "compare_digest", note)
    assert signature_is_valid(b"body", "00", SECRET)
    assert compared == [(sign(b"body", SECRET).encode(), b"00")]


@pytest.mark.parametrize("event", HTTP_EVENTS.values(), ids=HTTP_EVENTS)
@pytest.mark.parametrize("body", [BODY, BODY.encode(), b"", "Grüße"])
def test_a_signed_webhook_fills_the_store(
    store: InMemoryFeatureStore, event: HttpEvent, body: str | bytes
) -> None:
    run = handler(store, shop_text, secret=SECRET)
    response = run(signed(event, body), None)
    assert response["statusCode"] == 200
    answer = answer_of(response)
    assert answer["digest"] == Flags.from_json(shop_text()).digest
    assert answer["written"] > 0
    assert answer["refused"] == {}
    assert store.document() == shop_document()
    assert answer_of(run(signed(event, body), None))["written"] == 0


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_a_schedule_fills_the_store(
    store: InMemoryFeatureStore, schedule: Mapping[str, Any]
) -> None:
    assert handler(store, shop_text, secret=SECRET)(schedule, None)["statusCode"] == 200
    assert store.document() == shop_document()


def forged() -> dict[str, dict[str, Any]]:
    good = signed()
    longer = {**good, "body": BODY + " "}
    return {
        "no signature": http_event("POST", "/webhook", body=BODY),
        "an empty signature": http_event("POST", headers={"X-LD-Signature": ""}, body=BODY),
        "a wrong signature": http_event("POST", headers={"X-LD-Signature": "0" * 64}, body=BODY),
        "another body": longer,
        "no body": {key: value for key, value in good.items() if key != "body"},
        "a schedule in the body": http_event("POST", body=json.dumps(SCHEDULE)),
        "a schedule around it": {**SCHEDULE, **http_event("POST", body=BODY)},
        "two signatures": {
            **HTTP_EVENTS["REST API"]("POST", body=BODY, headers={}),
            "multiValueHeaders": {"X-LD-Signature": [sign(BODY.encode(), SECRET)] * 2},
        },
    }


@pytest.mark.parametrize("case", forged())
def test_a_wrong_signature_is_401_and_nothing_is_fetched_or_written(
    store: InMemoryFeatureStore, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fetch() -> str:
        pytest.fail("fetched")

    response = handler(store, fetch, secret=SECRET)(forged()[case], None)
    assert response["statusCode"] == 401
    assert store.document() is None
    assert "signature" in caplog.text
    # Anyone can send such requests, which must not trigger an alarm on errors.
    assert {record.levelname for record in caplog.records} == {"WARNING"}
    assert SECRET not in caplog.text + response["body"]


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"source": "aws.s3"},
        {"source": ["aws.events"]},
        {"source": {"aws.events": 1}},
        {"source": None},
        {"detail-type": "Scheduled Event"},
        "aws.events",
        5,
        {"Records": []},
        {**signed(), "body": "not base64!", "isBase64Encoded": True},
        [],
        None,
    ],
)
def test_no_other_event_starts_a_run(store: InMemoryFeatureStore, event: Any) -> None:
    assert handler(store, shop_text, secret=SECRET)(event, None)["statusCode"] == 400
    assert store.document() is None


def test_a_secret_may_be_a_function(store: InMemoryFeatureStore) -> None:
    assert handler(store, shop_text, secret=lambda: SECRET)(signed(), None)["statusCode"] == 200


def no_secret() -> str:
    raise LookupError("the parameter is gone")


@pytest.mark.parametrize(
    "secret", [no_secret, lambda: "", lambda: None, lambda: b"secret", lambda: "\ud800", lambda: 5]
)
def test_without_a_valid_secret_every_signature_is_rejected(
    store: InMemoryFeatureStore, secret: Callable[[], str]
) -> None:
    assert handler(store, shop_text, secret=secret)(signed(), None)["statusCode"] == 401


# --- documents ---

DOCUMENT = document(flag("a", 1, version=2), segments={}, meta={"version": 2})
FORMS: dict[str, Any] = {
    "text": json.dumps(DOCUMENT),
    "bytes": json.dumps(DOCUMENT).encode(),
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(DOCUMENT).encode(),
    "gzip": gzip.compress(json.dumps(DOCUMENT).encode()),
    "a mapping": DOCUMENT,
    "a mapping of DynamoDB": {**DOCUMENT, "meta": MappingProxyType({"version": Decimal(2)})},
    "a stream's": json.dumps({"path": "/", "data": DOCUMENT}),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_document_is_accepted(store: InMemoryFeatureStore, form: str) -> None:
    assert handler(store, lambda: FORMS[form], secret=SECRET)(SCHEDULE, None)["statusCode"] == 200
    assert store.document() == DOCUMENT


def test_flag_values_of_a_file_become_flags(store: InMemoryFeatureStore) -> None:
    text = '{"flagValues": {"a": true}}'
    assert handler(store, lambda: text, secret=SECRET)(SCHEDULE, None)["statusCode"] == 200
    held = document_in(store)
    assert Flags.from_dict(held).digest == Flags.from_json(text).digest


def down() -> str:
    raise ConnectionRefusedError("connection refused")


BAD_DOCUMENTS: dict[str, Callable[[], Any]] = {
    "the source is down": down,
    "the source is slow": lambda: (_ for _ in ()).throw(TimeoutError("timed out")),
    "HTML": lambda: "<!doctype html><title>Sign in</title>",
    "HTML in bytes": lambda: b"\n<html>",
    "truncated": lambda: shop_text()[:2000],
    "empty": lambda: b"",
    "not UTF-8": lambda: b"\xff\xfe{\x00}\x00",
    "another JSON": lambda: '{"message": "Forbidden"}',
    "a bare map of flags": lambda: json.dumps({"a": flag("a", 1)}),
    "an array": lambda: "[]",
    "None": lambda: None,
    "a number": lambda: 5,
    "no JSON form": lambda: {"flags": {"a": flag("a", float("nan"))}},
    "a mapping that is too deep": lambda: hostile.nested(100_000, lambda inner: {"flags": inner}),
    "a text that is too deep": lambda: '{"flags":' * 100_000,
    "an empty document": lambda: '{"flags":{},"meta":{"version":9}}',
}


def failure_of(run: Any, event: Mapping[str, Any]) -> str:
    """Returns the error of a failed run: in a response, or in a schedule's exception."""
    if event is SCHEDULE:
        with pytest.raises(SyncError) as raised:
            run(event, None)
        return str(raised.value)
    response = run(event, None)
    assert response["statusCode"] == 502
    reason: str = answer_of(response)["error"]
    return reason


@pytest.mark.parametrize("case", BAD_DOCUMENTS)
@pytest.mark.parametrize("event", [signed(), SCHEDULE], ids=["webhook", "schedule"])
def test_a_bad_document_is_an_error_logged_and_nothing_is_written(
    endpoint: str, event: Mapping[str, Any], case: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of(endpoint)
    table = new_table(client)
    store = DynamoDbFeatureStore(table, client=client)
    store.init({FEATURES: DOCUMENT["flags"], "meta": DOCUMENT["meta"]})
    before = items_of(client, table)
    with caplog.at_level(logging.ERROR, "isoflag.sync"):
        reason = failure_of(handler(store, BAD_DOCUMENTS[case], secret=SECRET), event)
    assert reason.startswith("nothing was written: ")
    assert reason in caplog.text
    assert ("HTML" in reason) is case.startswith("HTML")
    assert items_of(client, table) == before
    assert store.document() == DOCUMENT


@pytest.mark.parametrize("event", [signed(), SCHEDULE], ids=["webhook", "schedule"])
def test_a_store_that_fails_is_an_error(
    event: Mapping[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    store = DynamoDbFeatureStore("flags", client=client_of("http://127.0.0.1:9"))
    reason = failure_of(handler(store, shop_text, secret=SECRET), event)
    assert "could not" in reason.lower()
    assert reason in caplog.text


@pytest.mark.parametrize("event", [signed(), SCHEDULE], ids=["webhook", "schedule"])
def test_an_error_is_printable(store: InMemoryFeatureStore, event: Mapping[str, Any]) -> None:
    def fetch() -> str:
        raise RuntimeError("\ud800\x1b[2J\n::error::x")

    reason = failure_of(handler(store, fetch, secret=SECRET), event)
    assert reason.encode().isascii() is False
    assert not {"\x1b", "\n"} & set(reason)


def test_refused_items_are_in_the_response_and_the_log(
    store: InMemoryFeatureStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.init({FEATURES: {"a": flag("a", 1, version=5)}})
    new = {"flags": {"a": flag("z", 2, version=6), "b": flag("b", 1)}}
    response = handler(store, lambda: new, secret=SECRET)(SCHEDULE, None)
    assert response["statusCode"] == 200
    assert list(answer_of(response)["refused"]) == ["features/a"]
    assert "`a`" in caplog.text
    assert store.all(FEATURES) == {"a": flag("a", 1, version=5), "b": flag("b", 1)}


# --- HTTP ---


@pytest.mark.parametrize("token", ["sdk-1234", lambda: "sdk-1234"])
def test_a_document_is_fetched_with_the_token(token: Any) -> None:
    with scripted_server() as server:
        server.body = b"{}"
        assert DocumentFetch(f"{server.address}/sdk/latest-all", token=token)() == b"{}"
    (request,) = server.requests
    assert (request.method, request.target) == ("GET", "/sdk/latest-all")
    assert request.headers["authorization"] == "sdk-1234"


@pytest.mark.parametrize(
    "response",
    [(401, {}, b"{}"), (200, {"Content-Length": "5000"}, b'{"flags": {'), SLOW_RESPONSES["never"]],
)
def test_an_error_of_http_is_a_fetch_error(response: Response) -> None:
    with serve(lambda _: response) as address:
        fetch = DocumentFetch(f"{address}/flags.json?token=secret", timeout=0.3)
        with pytest.raises(FetchError, match=f"{address}/flags.json: ") as raised:
            fetch()
    assert fetch.times is None
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_bare_map_of_flags_is_fetched_with_flag_map(
    store: InMemoryFeatureStore, mark: bytes
) -> None:
    body = mark + json.dumps({"a": flag("a", 1)}).encode()
    with serve(lambda _: (200, {}, body)) as address:
        fetch = DocumentFetch(address, flag_map=True)
        assert handler(store, fetch, secret=SECRET)(SCHEDULE, None)["statusCode"] == 200
    assert store.all(FEATURES) == {"a": flag("a", 1)}


def test_a_profile_of_appconfig_is_fetched_with_appconfig(store: InMemoryFeatureStore) -> None:
    body = b'{"search": {"enabled": true}}'
    with serve(lambda _: (200, {}, body)) as address:
        for fetch in (DocumentFetch(address), DocumentFetch(address, flag_map=True)):
            reason = failure_of(handler(store, fetch, secret=SECRET), SCHEDULE)
            assert "from_appconfig" in reason
        assert store.document() is None
        fetch = DocumentFetch(address, appconfig=True)
        assert handler(store, fetch, secret=SECRET)(SCHEDULE, None)["statusCode"] == 200
    assert store.all(FEATURES)["search"]["on"] is True
    with pytest.raises(ValueError, match="cannot be combined"):
        DocumentFetch("https://localhost", flag_map=True, appconfig=True)


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"a": {', b"[]"])
def test_an_invalid_map_of_flags_is_rejected(store: InMemoryFeatureStore, body: bytes) -> None:
    with serve(lambda _: (200, {}, body)) as address:
        fetch = DocumentFetch(address, flag_map=True)
        failure_of(handler(store, fetch, secret=SECRET), SCHEDULE)
    assert store.document() is None


def test_the_handler_fetches_over_http(store: InMemoryFeatureStore) -> None:
    with serve(lambda _: (200, {}, shop_text().encode())) as address:
        response = handler(store, DocumentFetch(address), secret=SECRET)(signed(), None)
    assert response["statusCode"] == 200
    assert store.document() == shop_document()
