"""The consistency gate, and documents by digest; the vectors have the tables."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from documents import USER, document, flag, load
from isoflag import DocumentHistory, Flags, PinError

STAMP = 1_795_172_400


def stamped(stamp: Any = STAMP) -> Flags:
    return load(flag("f", True), meta={"version": 7, "lastModifiedTimestamp": stamp})


@pytest.mark.parametrize(
    ("age_ms", "consistent", "settled", "remaining"),
    [
        (899_500, False, False, 1),
        (1_803_001, True, True, 0),
    ],
)
def test_the_gate_opens_after_the_ttl(
    age_ms: int, consistent: bool, settled: bool, remaining: int
) -> None:
    flags, now = stamped(), STAMP * 1000 + age_ms
    gate = flags.consistency("f", USER, now, 900)
    assert gate.enabled
    assert (gate.is_backend_consistent, gate.settled) == (consistent, settled)
    assert gate.remaining_seconds == remaining
    assert type(gate.remaining_seconds) is int
    assert (gate.version, gate.digest, gate.diagnostics) == (7, flags.digest, [])
    assert dict(gate) == {
        "enabled": True,
        "isBackendConsistent": consistent,
        "settled": settled,
        "remainingSeconds": remaining,
        "version": 7,
        "digest": flags.digest,
    }
    assert gate == flags.bind(USER).consistency("f", now, 900)


def test_a_gate_without_a_valid_timestamp_has_a_diagnostic() -> None:
    gate = stamped("yesterday").consistency("f", USER, STAMP * 1000 + 1000, 0)
    assert not gate.is_backend_consistent
    assert gate.remaining_seconds is None
    assert [diagnostic.code for diagnostic in gate.diagnostics] == ["invalid-stamp"]
    assert gate["diagnostics"][0]["code"] == "invalid-stamp"


def test_the_gate_raises_for_no_flag_or_context() -> None:
    for key, context in [("missing", USER), ("\ud800", USER), ("f", None), ("f", {})]:
        gate = stamped().consistency(key, context, 1e15, 1)  # type: ignore[arg-type]
        assert not gate.enabled
        assert not gate.is_backend_consistent
    with pytest.raises(KeyError):
        stamped().consistency("f", USER, 0, 0)["other"]


# --- documents by digest ---


ON = document(flag("f", "new", "off", offVariation=1))
OFF = document(flag("f", "new", "off", offVariation=1, on=False))
OTHER = document(flag("f", "newer", "off", offVariation=1))


def held(*documents: dict[str, object]) -> DocumentHistory:
    history = DocumentHistory()
    for moment, each in enumerate(documents):
        history.add(each, moment)
    return history


def test_a_history_finds_a_document_by_its_digest() -> None:
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


@pytest.mark.parametrize(
    ("digest", "now", "code"),
    [
        ("sha256:" + "0" * 64, 2, "document-not-held"),
        (None, float("nan"), "pin-too-old"),
    ],
)
def test_an_unavailable_pin_is_rejected_with_the_held_digests(
    digest: str | None, now: float, code: str
) -> None:
    history = held(ON, OTHER)
    with pytest.raises(PinError) as raised:
        history.pinned(history.digests()[1] if digest is None else digest, now, 45)
    assert (raised.value.code, raised.value.held) == (code, history.digests())


def test_a_full_history_evicts_the_oldest() -> None:
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
