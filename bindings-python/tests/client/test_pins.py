"""Pins over HTTP: a journey finishes with the document it began with, or is rejected."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from config_pages import MIA, SHOP, Client, body_of, cors_of
from documents import document, flag
from isoflag import FlagClient, Flags, PinError
from isoflag.activity import Activity
from isoflag.aws_http import Guard, config_response, pin_refused, requires_flag
from isoflag.aws_http.bound_request import bind_request
from isoflag.gate_times import GateTimes
from isoflag.pins import Pins
from isoflag.source import SourceUnavailableError
from isoflag.testing import FlagOverrides
from lambda_events import HttpEvent, http_event
from scripted import PATIENT, Clock, ScriptedSource

KEY = "feature-x"
TIMES = GateTimes(900, 3000)
UNKNOWN = "sha256:" + "0" * 64
FORGED = ["", "latest", "sha256:", "sha256:" + "0" * 63, "SHA256:" + "0" * 64, "sha256:" + "g" * 64]


def bytes_of(form: str, *, on: bool = True, **properties: Any) -> bytes:
    """Returns a document with the flag of a journey, and this value of the flag `form`."""
    each = flag(KEY, True, False, on=on, offVariation=1, **properties)
    return json.dumps(document(each, flag("form", form))).encode()


def digest_of(text: bytes) -> str:
    return Flags.from_json(text).digest


OLD, NEW, NEWER = bytes_of("old"), bytes_of("new"), bytes_of("newer")
OFF = bytes_of("new", on=False)


class Instance:
    """A warm instance of the back end: a client, its clock, and a guarded handler."""

    def __init__(self, *documents: Any, **options: Any) -> None:
        self.clock = Clock()
        self.source = ScriptedSource(*documents)
        self.client = FlagClient(
            self.source,
            **{
                **PATIENT,
                "ttl": 900,
                "pins": Pins(),
                "gate": TIMES,
                "clock": self.clock,
                **options,
            },
        )
        self.guard = Guard(self.client, context=MIA, origins=[SHOP])
        self.submit = self.guard.requires_flag(KEY)(self._submit)

    def _submit(self, event: Any, _: object) -> Any:
        return self.guard.bind(event).variation("form", None)

    def answer(self, pin: str | None, event: HttpEvent = http_event) -> Any:
        headers = {"Origin": SHOP, **({} if pin is None else {"Isoflag-Document": pin})}
        return self.submit(event("POST", headers=headers), None)

    def poll(self) -> None:
        self.clock.advance(900)
        self.client.refresh()


def _done(*_: Any) -> Any:
    return "done"


def refused(response: Any, code: str) -> list[str]:
    """Checks the response to a rejected pin, and returns the digests that are held."""
    assert response["statusCode"] == 409
    body = body_of(response)
    assert body["code"] == code
    assert body["error"]
    assert response["headers"]["Isoflag-Document"] == body["held"][0]
    assert cors_of(response)["allow-origin"] == SHOP
    held = body["held"]
    assert isinstance(held, list)
    return held


def test_a_pinned_request_uses_the_document_of_the_page(event: HttpEvent) -> None:
    instance = Instance(OLD, NEW)
    assert instance.answer(digest_of(OLD), event) == "old"
    instance.poll()
    assert instance.answer(None, event) == "new"
    assert instance.answer(digest_of(OLD), event) == "old"
    assert instance.answer(digest_of(NEW), event) == "new"
    assert instance.client.pins is not None
    assert instance.client.pins.digests == [digest_of(NEW), digest_of(OLD)]
    assert repr(instance.client.pins) == "<Pins of 2 documents>"


def test_after_a_rollback_journeys_finish_with_their_document() -> None:
    instance = Instance(OLD, NEW, OLD)
    instance.client.refresh()
    instance.poll()
    instance.poll()
    assert [instance.answer(pin) for pin in (None, digest_of(NEW))] == ["old", "new"]


def test_a_stale_instance_polls_before_it_rejects_a_pin() -> None:
    instance = Instance(OLD, NEW)
    assert instance.answer(None) == "old"
    instance.clock.advance(10)
    assert instance.answer(digest_of(NEW)) == "new"
    assert len(instance.source.fetches) == 2
    # It evaluates all later requests with the new document.
    assert instance.answer(None) == "new"
    assert instance.answer(digest_of(OLD)) == "old"


def test_unknown_pins_do_not_poll_the_source_each_time() -> None:
    instance = Instance(OLD)
    for _ in range(5):
        assert refused(instance.answer(UNKNOWN), "document-not-held") == [digest_of(OLD)]
    assert len(instance.source.fetches) == 1
    instance.clock.advance(1)
    for _ in range(5):
        refused(instance.answer(UNKNOWN), "document-not-held")
    assert len(instance.source.fetches) == 2


@pytest.mark.parametrize("pin", FORGED)
def test_an_invalid_digest_is_rejected_without_a_poll(pin: str, event: HttpEvent) -> None:
    instance = Instance(OLD)
    instance.client.refresh()
    instance.clock.advance(10)
    assert refused(instance.answer(pin, event), "not-a-digest") == [digest_of(OLD)]
    assert len(instance.source.fetches) == 1


@pytest.mark.parametrize("down", [SourceUnavailableError("down", where="script")])
def test_if_the_source_is_down_only_held_pins_are_accepted(down: Exception) -> None:
    instance = Instance(OLD, down)
    instance.client.refresh()
    instance.clock.advance(10)
    assert refused(instance.answer(digest_of(NEW)), "document-not-held") == [digest_of(OLD)]
    assert instance.answer(digest_of(OLD)) == "old"


def test_the_age_of_a_pin_is_limited() -> None:
    instance = Instance(OLD, NEW)
    instance.client.refresh()
    instance.poll()
    instance.clock.advance(1803)
    assert instance.answer(digest_of(OLD)) == "old"
    instance.clock.advance(0.001)
    assert refused(instance.answer(digest_of(OLD)), "pin-too-old") == [
        digest_of(NEW),
        digest_of(OLD),
    ]
    instance = Instance(OLD, NEW, pins=Pins(max_age=5))
    instance.client.refresh()
    instance.poll()
    instance.clock.advance(5)
    assert instance.answer(digest_of(OLD)) == "old"
    instance.clock.advance(0.001)
    refused(instance.answer(digest_of(OLD)), "pin-too-old")


@pytest.mark.parametrize("age", [-1, float("nan")])
def test_a_negative_age_is_rejected(age: float) -> None:
    with pytest.raises(ValueError, match="expected seconds, 0 or more"):
        Pins(max_age=age)


def test_full_pins_evict_the_oldest() -> None:
    size = len(Flags.from_json(OLD).digest) + len(OLD)
    for pins in (Pins(max_documents=2), Pins(max_bytes=2 * size)):
        instance = Instance(OLD, NEW, NEWER, pins=pins)
        instance.client.refresh()
        instance.poll()
        instance.poll()
        assert refused(instance.answer(digest_of(OLD)), "document-not-held") == [
            digest_of(NEWER),
            digest_of(NEW),
        ]
        assert instance.answer(digest_of(NEW)) == "new"


# --- the kill switch ---


@pytest.mark.parametrize("newest", [OFF, b'{"flags": {}}'], ids=["off", "deleted"])
def test_the_kill_switch_wins_over_a_pin(newest: bytes, event: HttpEvent) -> None:
    instance = Instance(OLD, newest)
    instance.client.refresh()
    instance.poll()
    response = instance.answer(digest_of(OLD), event)
    assert response["statusCode"] == 503
    assert response["headers"]["Retry-After"] == "60"


def test_off_may_wait_for_pins() -> None:
    waits = bytes_of("new", on=False, lifecycle={"offWaitsForPins": True})
    instance = Instance(OLD, waits)
    instance.client.refresh()
    instance.poll()
    assert instance.answer(digest_of(OLD)) == "old"
    assert instance.answer(None)["statusCode"] == 503


def test_a_pin_to_the_kill_switch_updates_a_stale_instance() -> None:
    instance = Instance(OLD, OFF)
    assert instance.answer(None) == "old"
    instance.clock.advance(10)
    assert instance.answer(digest_of(OFF))["statusCode"] == 503
    assert instance.answer(digest_of(OLD))["statusCode"] == 503


# --- documents that are fetched by their digest ---


def stored(*documents: bytes) -> tuple[Callable[[str], bytes | None], list[str]]:
    store, requested = {digest_of(each): each for each in documents}, []

    def fetch(digest: str) -> bytes | None:
        requested.append(digest)
        return store.get(digest)

    return fetch, requested


def test_a_missing_document_is_fetched_by_its_digest() -> None:
    fetch, requested = stored(OLD)
    instance = Instance(NEW, pins=Pins(fetch=fetch))
    for _ in range(3):
        assert instance.answer(digest_of(OLD)) == "old"
    assert requested == [digest_of(OLD)]
    assert instance.answer(None) == "new"
    assert refused(instance.answer(UNKNOWN), "document-not-held") == [
        digest_of(NEW),
        digest_of(OLD),
    ]
    assert requested == [digest_of(OLD), UNKNOWN]


def test_the_kill_switch_wins_over_a_fetched_document() -> None:
    fetch, _ = stored(OLD)
    instance = Instance(OFF, pins=Pins(fetch=fetch))
    assert instance.answer(digest_of(OLD))["statusCode"] == 503


@pytest.mark.parametrize(
    "given",
    [NEWER, b"{", b"", Flags.from_json(NEWER), OSError("down"), None],
    ids=["another", "malformed", "empty", "other flags", "an error", "nothing"],
)
def test_a_fetched_document_with_another_digest_is_rejected(given: Any) -> None:
    def fetch(_: str) -> Any:
        if isinstance(given, Exception):
            raise given
        return given

    instance = Instance(NEW, pins=Pins(fetch=fetch))
    held = refused(instance.answer(digest_of(OLD)), "document-not-held")
    assert held == [digest_of(NEW)]


@pytest.mark.parametrize(("age", "status"), [(1803, 200), (1804, 409)])
def test_the_age_of_a_fetched_document_counts_from_the_newest(age: int, status: int) -> None:
    stamp = Clock().now - age
    newest = json.dumps({**json.loads(NEW), "meta": {"lastModifiedTimestamp": stamp}}).encode()
    fetch, _ = stored(OLD)
    instance = Instance(newest, pins=Pins(fetch=fetch))
    response = instance.answer(digest_of(OLD))
    if status == 200:
        assert response == "old"
    else:
        refused(response, "pin-too-old")


@pytest.mark.parametrize("stamp", [None, "yesterday", 1.8e12, -1])
def test_without_a_timestamp_its_age_counts_from_loading(stamp: Any) -> None:
    newest = json.dumps({**json.loads(NEW), "meta": {"lastModifiedTimestamp": stamp}}).encode()
    fetch, _ = stored(OLD)
    instance = Instance(newest, pins=Pins(fetch=fetch))
    assert instance.answer(digest_of(OLD)) == "old"
    instance.clock.advance(1804)
    refused(instance.answer(digest_of(OLD)), "pin-too-old")


# --- clients without pins ---


def test_without_pins_only_the_newest_document_answers() -> None:
    instance = Instance(OLD, NEW, pins=None)
    assert instance.answer(digest_of(OLD)) == "old"
    instance.poll()
    assert instance.answer(digest_of(NEW)) == "new"
    assert refused(instance.answer(digest_of(OLD)), "document-not-held") == [digest_of(NEW)]


@pytest.mark.parametrize("wrap", [lambda flags: flags, Client], ids=["flags", "a client"])
def test_immutable_flags_accept_only_their_own_digest(wrap: Any) -> None:
    flags = Flags.from_json(OLD)
    guard = Guard(wrap(flags), context=MIA)
    submit = guard.requires_flag(KEY)(_done)
    for pin, status in [(flags.digest, None), (UNKNOWN, 409), ("latest", 409)]:
        response = submit(http_event(headers={"Isoflag-Document": pin}), None)
        if status is None:
            assert response == "done"
        else:
            assert response["statusCode"] == status
            assert body_of(response)["held"] == [flags.digest]


def test_a_back_end_with_a_projection_accepts_the_digest_of_the_whole_document() -> None:
    whole = Flags.from_json(OLD)
    projected = whole.project()
    text = projected.to_json().encode()
    for holder in (projected, Instance(text).client, Instance(text, pins=None).client):
        bound = bind_request(holder, MIA, pin=whole.digest)
        assert bound.digest in {whole.digest, projected.digest}
        with pytest.raises(PinError):
            bind_request(holder, MIA, pin=UNKNOWN)


def test_a_pin_is_ignored_with_pins_false() -> None:
    instance = Instance(OLD, NEW)
    submit = requires_flag(KEY, instance.client, pins=False)(_done)
    assert submit(http_event(headers={"Isoflag-Document": UNKNOWN}), None) == "done"
    guard = Guard(instance.client, context=MIA, pins=False)
    bound = guard.bind(http_event(headers={"Isoflag-Document": UNKNOWN}))
    assert bound.variation("form", None) == "old"


def test_before_the_first_document_it_is_503() -> None:
    for wrapped in (Instance(OSError("down")).client, Client(None)):
        submit = requires_flag(KEY, wrapped)(_done)
        response = submit(http_event(headers={"Isoflag-Document": UNKNOWN}), None)
        assert response["statusCode"] == 503
        assert "Isoflag-Document" not in response["headers"]


def test_the_page_on_config_always_gets_the_newest() -> None:
    instance = Instance(OLD, NEW)
    instance.client.refresh()
    instance.poll()
    request = http_event(headers={"Isoflag-Document": digest_of(OLD)})
    response = config_response(request, instance.client, context=MIA, form="plain", keys=["form"])
    assert body_of(response) == {"form": "new"}


def test_a_handler_rejects_an_unavailable_pin() -> None:
    instance = Instance(NEW)
    request = http_event(headers={"Isoflag-Document": UNKNOWN, "Origin": SHOP})
    with pytest.raises(PinError) as raised:
        instance.guard.bind(request)
    refused(pin_refused(raised.value, request, [SHOP]), "document-not-held")


def test_a_client_binds_a_pin_without_http() -> None:
    activity = Activity()
    instance = Instance(OLD, NEW, activity=activity)
    instance.client.refresh()
    instance.poll()
    bound = instance.client.bind(MIA, pin=digest_of(OLD))
    assert (bound.digest, bound.variation("form", None)) == (digest_of(OLD), "old")
    assert list(activity.to_dict()["flags"]["form"]["counts"]) == [digest_of(OLD)]
    with pytest.raises(PinError, match="is not in the history"):
        instance.client.bind(MIA, pin=UNKNOWN)


def test_a_forked_process_starts_empty() -> None:
    instance = Instance(OLD, NEW)
    instance.client.refresh()
    instance.poll()
    instance.client.after_fork()
    assert refused(instance.answer(digest_of(OLD)), "document-not-held") == [digest_of(NEW)]
    assert instance.answer(digest_of(NEW)) == "new"


def test_each_pin_evaluates_with_its_own_document() -> None:
    """A pinned document evaluates as before, regardless of later documents."""
    documents = [bytes_of(f"form {number}") for number in range(6)]
    instance = Instance(*documents, ttl=1, gate=GateTimes(1e6, 0))
    for each in documents:
        instance.client.refresh()
        assert instance.answer(digest_of(each)) == Flags.from_json(each).variation(
            "form", MIA, None
        )
        instance.clock.advance(1)
    for number, each in enumerate(documents):
        assert instance.answer(digest_of(each)) == f"form {number}"


def test_overridden_flags_accept_only_their_own_digest() -> None:
    instance = Instance(OLD)
    with FlagOverrides(json.loads(OLD)) as overrides:
        overrides[KEY], overrides["form"] = True, "overridden"
        own = instance.client.bind(MIA).digest
        assert instance.answer(own) == "overridden"
        for pin in (digest_of(OLD), UNKNOWN, "latest"):
            assert refused(instance.answer(pin), "document-not-held") == [own]
        assert instance.client.consistency(KEY, MIA).digest == own
    assert instance.answer(digest_of(OLD)) == "old"
