"""The consistency gate: the core's results as attributes and by JSON name."""

from typing import Any

import pytest

from documents import USER, flag, load
from isoflag import Flags, parse_ttl

STAMP = 1_795_172_400


def stamped(stamp: Any = STAMP) -> Flags:
    return load(flag("f", True), meta={"version": 7, "lastModifiedTimestamp": stamp})


@pytest.mark.parametrize(
    ("age_ms", "consistent", "settled", "remaining"),
    [
        (0, False, False, 900),
        (899_500, False, False, 1),
        (900_000, False, False, 0),
        (900_001, True, False, 0),
        (1_803_001, True, True, 0),
    ],
)
def test_the_gate_opens_after_the_time_to_live(
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


def test_the_timeout_of_a_poll_is_part_of_what_settles() -> None:
    now = STAMP * 1000 + 1_800_001
    assert stamped().consistency("f", USER, now, 900, 0).settled
    assert not stamped().consistency("f", USER, now, ttl_seconds=900, poll_timeout_ms=1).settled


@pytest.mark.parametrize(
    ("stamp", "code"),
    [
        (None, "missing-stamp"),
        (STAMP * 1000, "millisecond-stamp"),
        (STAMP + 2, "future-stamp"),
        ("yesterday", "invalid-stamp"),
    ],
)
def test_a_stamp_that_says_nothing_is_not_consistent(stamp: Any, code: str) -> None:
    gate = stamped(stamp).consistency("f", USER, STAMP * 1000 + 1000, 0)
    assert gate.enabled
    assert not gate.is_backend_consistent
    assert not gate.settled
    assert gate.remaining_seconds is None
    assert [diagnostic.code for diagnostic in gate.diagnostics] == [code]
    assert gate["diagnostics"][0]["code"] == code


def test_nothing_raises_for_a_flag_or_a_context() -> None:
    for key, context in [("missing", USER), ("\ud800", USER), ("f", None), ("f", {})]:
        gate = stamped().consistency(key, context, 1e15, 1)  # type: ignore[arg-type]
        assert not gate.enabled
        assert not gate.is_backend_consistent
    with pytest.raises(KeyError):
        stamped().consistency("f", USER, 0, 0)["other"]


@pytest.mark.parametrize(("text", "seconds"), [("45", 45), ("45s", 45), ("5m", 300), ("1h", 3600)])
def test_a_time_to_live_is_read_as_the_extension_reads_it(text: str, seconds: int) -> None:
    assert parse_ttl(text) == seconds


@pytest.mark.parametrize("text", ["", "abc", "-1", "0", "1.5", "1d", " 45"])
def test_what_is_no_time_to_live_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="invalid TTL"):
        parse_ttl(text)
