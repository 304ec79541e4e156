"""Documents by digest, and pins to them."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from documents import USER, document, flag, load
from isoflag import DocumentHistory, PinError

ON = document(flag("f", "new", "off", offVariation=1))
OFF = document(flag("f", "new", "off", offVariation=1, on=False))
OTHER = document(flag("f", "newer", "off", offVariation=1))


def held(*documents: dict[str, object]) -> DocumentHistory:
    history = DocumentHistory()
    for moment, each in enumerate(documents):
        history.add(each, moment)
    return history


def test_a_document_is_held_by_its_digest() -> None:
    history = DocumentHistory()
    assert (len(history), history.newest, history.digests(), history.size) == (0, None, [], 0)
    on, off = load(*ON["flags"].values()), load(*OFF["flags"].values())
    history.add(on, 0)
    history.add(json.dumps(OFF), 1)
    history.add(OFF, 2)
    assert history.digests() == [off.digest, on.digest]
    found = history.get(on.digest)
    assert found is not None
    assert found.digest == on.digest
    assert history.get("sha256:0") is None
    assert history.newest is not None
    assert history.newest.digest == off.digest
    assert history.size > 0
    with pytest.raises(ValueError, match="expected `flags`"):
        history.add({}, 3)


def test_the_very_document_answers_a_pin() -> None:
    history = held(ON, OTHER)
    pinned = history.pinned(history.digests()[1], 2, 45)
    assert pinned.flags.variation("f", USER, None) == "new"
    assert (pinned.digest, pinned.switched_off) == (pinned.flags.digest, [])


def test_the_kill_switch_wins() -> None:
    history = held(ON, OFF)
    digest = history.digests()[1]
    pinned = history.pinned(digest, 2, 45)
    assert pinned.flags.variation_detail("f", USER, None).reason == {"kind": "OFF"}
    assert (pinned.digest, pinned.switched_off) == (digest, ["f"])
    assert held(ON, {"flags": {}}).pinned(digest, 2, 45).switched_off == ["f"]
    waits = document({**OFF["flags"]["f"], "lifecycle": {"offWaitsForPins": True}})
    assert held(ON, waits).pinned(digest, 2, 45).switched_off == []


@pytest.mark.parametrize(
    ("digest", "now", "code"),
    [
        ("", 2, "not-a-digest"),
        ("sha256:" + "0" * 64, 2, "document-not-held"),
        (None, 93_002, "pin-too-old"),
        (None, float("nan"), "pin-too-old"),
    ],
)
def test_a_pin_that_cannot_be_answered(digest: str | None, now: float, code: str) -> None:
    history = held(ON, OTHER)
    with pytest.raises(PinError) as raised:
        history.pinned(history.digests()[1] if digest is None else digest, now, 45)
    assert (raised.value.code, raised.value.held) == (code, history.digests())


def test_how_old_a_pin_may_be_can_be_said() -> None:
    history = held(ON, OTHER)
    digest = history.digests()[1]
    assert history.pinned(digest, 1e9, 45, max_pin_age_ms=1e9).digest == digest
    assert history.pinned(digest, 93_001, 45, 3000).digest == digest
    with pytest.raises(PinError):
        history.pinned(digest, 93_001, 45, poll_timeout_ms=2999)


def test_a_history_at_its_bound_lets_the_oldest_go() -> None:
    documents = [document(flag("f", number)) for number in range(5)]
    for history in (DocumentHistory(max_documents=2), DocumentHistory(max_bytes=300)):
        digests = []
        for moment, each in enumerate(documents):
            history.add(each, moment)
            assert history.newest is not None
            digests.append(history.newest.digest)
        assert history.digests() == digests[:2:-1]
        assert not history.keep(documents[0], 0)
        assert history.keep(documents[3], 0)


def test_a_history_may_be_shared_between_threads() -> None:
    history = DocumentHistory(max_documents=8)

    def work(number: int) -> int:
        for round_ in range(50):
            history.add(document(flag("f", number, round_)), round_)
            for digest in history.digests():
                history.get(digest)
        return len(history)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(work, range(8))) == {8}
