"""A client: when it fetches, what it keeps, and how it reports failures."""

import gzip
import logging
import math
import time
from typing import Any

import pytest

from documents import USER
from isoflag import DocumentError, FlagClient, Flags
from isoflag.activity import Activity
from isoflag.source import (
    UNCHANGED,
    Fetched,
    Source,
    SourceContentError,
    SourceError,
    SourceUnavailableError,
)
from scripted import PATIENT, Clock, Result, ScriptedSource, client, text

DOWN = SourceUnavailableError("down", where="script")
NOT_READY = {"kind": "ERROR", "errorKind": "CLIENT_NOT_READY"}


def test_creating_a_client_fetches_nothing() -> None:
    made, source, _ = client(DOWN)
    assert source.fetches == []
    assert not made.status.ready
    assert made.status.error is None


def test_a_client_loads_the_bytes_of_its_source() -> None:
    made, source, _ = client(text("blue", version=3))
    assert made.variation("a", USER, None) == "blue"
    assert made.status.version == 3
    assert made.status.digest == Flags.from_json(text("blue", version=3)).digest
    assert made.flags.keys() == ["a"]
    assert source.fetches == [None]
    checked: Source = source
    assert checked is source


def test_the_source_is_fetched_again_after_the_ttl() -> None:
    made, source, clock = client(text(1), text(2), ttl=60)
    assert made.variation("a", USER, None) == 1
    clock.advance(59.9)
    assert made.variation("a", USER, None) == 1
    assert made.status.age == pytest.approx(59.9)
    clock.advance(0.1)
    assert made.due
    assert made.variation("a", USER, None) == 2
    assert not made.due
    assert made.status.age == 0
    assert source.fetches == [None, Fetched(text(1))]


def test_a_frozen_monotonic_clock_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    wall = Clock()
    monkeypatch.setattr(time, "monotonic", lambda: 1.0)
    monkeypatch.setattr(time, "perf_counter", lambda: 1.0)
    source = ScriptedSource(text(1), text(2))
    made = FlagClient(source, **PATIENT, clock=wall)
    assert made.variation("a", USER, None) == 1
    wall.advance(3600)
    assert made.variation("a", USER, None) == 2


def test_the_clock_is_the_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", Clock())
    made = FlagClient(ScriptedSource(text(1)))
    assert made.variation("a", USER, None) == 1
    assert made.status.age == 0


def test_a_refresh_is_due_after_the_clock_was_set_back() -> None:
    made, source, clock = client(text(1), text(2), ttl=60)
    assert made.variation("a", USER, None) == 1
    clock.advance(-3600)
    assert made.variation("a", USER, None) == 2
    assert made.variation("a", USER, None) == 2
    assert len(source.fetches) == 2


@pytest.mark.parametrize(("ttl", "count"), [(0, 3), (math.inf, 1)])
def test_a_ttl_may_be_0_or_infinite(ttl: float, count: int) -> None:
    made, source, clock = client(text(1), ttl=ttl)
    for _ in range(3):
        made.variation("a", USER, None)
        clock.advance(1e9)
    assert len(source.fetches) == count


@pytest.mark.parametrize("options", [{"ttl": -1}, {"ttl": math.nan}, {"retry": -0.1}])
def test_a_negative_time_is_rejected(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected seconds, at least 0"):
        FlagClient(ScriptedSource(text()), **options)


@pytest.mark.parametrize("name", ["ttl", "retry", "max_wait", "load", "clock", "on_change"])
@pytest.mark.parametrize("wrong", ["60", [1]])
def test_an_argument_of_another_type_is_rejected(name: str, wrong: object) -> None:
    with pytest.raises(TypeError, match=f"invalid `{name}`"):
        FlagClient(ScriptedSource(text()), **{name: wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["on_change", "on_error", "on_recovery"])
def test_a_listener_is_a_function(name: str) -> None:
    callbacks: dict[str, Any] = {name: 5}
    with pytest.raises(TypeError, match=f"invalid `{name}` `5`: expected a function"):
        client(text())[0].listen(**callbacks)


@pytest.mark.parametrize("wrong", ["{}", 5, [], {}, None])
def test_a_source_that_returns_something_else_is_reported(wrong: Any) -> None:
    made, _, _ = client(lambda: wrong)
    assert made.variation("a", USER, "default") == "default"
    assert isinstance(made.status.error, SourceContentError)
    assert f"`{type(wrong).__name__}`" in str(made.status.error)


def test_a_source_that_returns_a_coroutine_is_reported() -> None:
    async def fetch() -> bytes:
        return text()

    made, _, _ = client(fetch)  # type: ignore[arg-type]
    assert "`coroutine`" in str(made.refresh().error)


def test_a_failure_keeps_the_last_good_document(caplog: pytest.LogCaptureFixture) -> None:
    errors: list[Exception] = []
    made, _, clock = client(text(1, version=7), DOWN, DOWN, text(2), on_error=errors.append)
    made.refresh()
    clock.advance(60)
    failed_at = clock.now
    with caplog.at_level(logging.INFO, logger="isoflag"):
        assert made.variation("a", USER, None) == 1
        clock.advance(1)
        assert made.variation("a", USER, None) == 1
        status = made.status
        clock.advance(2)
        assert made.variation("a", USER, None) == 2
    assert errors == [DOWN, DOWN]
    assert (status.ready, status.stale, status.version) == (True, True, 7)
    assert (status.error, status.failures) == (DOWN, 2)
    assert status.error_since == failed_at
    assert status.age == 61
    assert (made.status.error, made.status.failures, made.status.stale) == (None, 0, False)
    assert [record.getMessage() for record in caplog.records] == [
        "cannot refresh flags, the last good document is kept: script: down",
        "flags are refreshed again",
    ]


@pytest.mark.parametrize(
    ("ttl", "retry", "expected"),
    [
        (60, 1, [1, 2, 4, 8, 16, 32, 60, 60]),
        (10, 4, [4, 8, 10, 10]),
        (0, 5, [5, 5, 5]),
        (60, 0, [0, 0]),
        (math.inf, 100, [100, 200, 300, 300]),
        (60, 1000, [1000, 1000]),
    ],
)
def test_pauses_double_after_each_failure(ttl: float, retry: float, expected: list[float]) -> None:
    made, source, clock = client(DOWN, ttl=ttl, retry=retry)
    made.refresh()
    for count, pause in enumerate(expected, start=1):
        assert len(source.fetches) == count
        clock.advance(pause - 0.01)
        if pause:
            made.variation("a", USER, None)
            assert len(source.fetches) == count, f"before {pause} s"
        clock.advance(0.01)
        made.variation("a", USER, None)


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [(0.5, 1.0), (30.0, 30.0), (86400.0, 60.0), (math.nan, 1.0), (-5.0, 1.0), ("30", 1.0)],
)
def test_a_source_may_need_a_longer_pause(retry_after: Any, pause: float) -> None:
    made, _, clock = client(SourceError("busy", where="script", retry_after=retry_after), ttl=60.0)
    made.refresh()
    clock.advance(pause - 0.01)
    assert not made.due
    clock.advance(0.01)
    assert made.due


def test_many_failures_do_not_overflow() -> None:
    made, source, clock = client(DOWN, ttl=60, retry=1e-3)
    for _ in range(2000):
        made.refresh(force=True)
    assert made.status.failures == 2000
    clock.advance(60)
    assert made.due
    assert len(source.fetches) == 2000


def test_before_the_first_document_every_getter_returns_the_default() -> None:
    made, _, _ = client(DOWN)
    for of in ("", "bool_", "int_", "float_", "str_", "json_"):
        default = object()
        assert getattr(made, f"{of}variation")("a", USER, default) is default
        detail = getattr(made, f"{of}variation_detail")("a", USER, default)
        assert (detail.value, detail.variation_index, detail.reason) == (default, None, NOT_READY)
        bound = made.bind(USER)
        assert getattr(bound, f"{of}variation")("a", default) is default
        assert getattr(bound, f"{of}variation_detail")("a", default).reason == NOT_READY
    assert made.all_flags_state(USER) == {"$flagsState": {}, "$valid": False}
    assert made.bind(USER).all_flags_state()["$valid"] is False
    assert made.explain("a", USER).to_dict()["answer"]["reason"] == {
        "kind": "ERROR",
        "errorKind": "FLAG_NOT_FOUND",
    }
    assert len(made.flags) == 0
    assert (made.bind(USER).digest, made.bind(USER).version) == (None, None)
    assert made.status.error is DOWN
    assert not made.status.stale


@pytest.mark.parametrize("activity", [None, Activity()], ids=["plain", "counted"])
def test_a_client_evaluates_like_its_flags(activity: Activity | None) -> None:
    made, _, _ = client(text(1.5, version=2), activity=activity)
    flags = Flags.from_json(text(1.5, version=2))
    bound, own = made.bind(USER), flags.bind(USER)
    for of in ("", "bool_", "int_", "float_", "str_", "json_"):
        expected = getattr(flags, f"{of}variation_detail")("a", USER, "d")
        assert getattr(made, f"{of}variation_detail")("a", USER, "d") == expected
        assert getattr(made, f"{of}variation")("a", USER, "d") == expected.value
        assert getattr(bound, f"{of}variation_detail")("a", "d") == expected
        assert getattr(bound, f"{of}variation")("a", "d") == expected.value
    options: dict[str, Any] = {"with_reasons": True, "now": 0.0}
    assert made.all_flags_state(USER, **options) == flags.all_flags_state(USER, **options)
    assert bound.all_flags_state(**options) == own.all_flags_state(**options)
    assert made.explain("a", USER).to_json() == flags.explain("a", USER).to_json()
    assert (bound.digest, bound.version) == (flags.digest, 2)


@pytest.mark.parametrize("activity", [None, Activity()])
def test_callers_without_a_copy_share_one_value(activity: Activity | None) -> None:
    made = FlagClient(ScriptedSource(text({"b": [1]})), activity=activity)
    shared = made.json_variation("a", USER, None, copy=False)
    assert shared == {"b": [1]}
    assert made.variation("a", USER, None, copy=False) is shared
    assert made.variation_detail("a", USER, None, copy=False).value is shared
    assert made.bind(USER).json_variation("a", None, copy=False) is shared
    assert made.json_variation("a", USER, None) is not shared


def test_big_segments_are_passed_on() -> None:
    segment = {"key": "s", "version": 1, "unbounded": True, "generation": 2}
    rule = {"variation": 1, "clauses": [{"op": "segmentMatch", "values": ["s"]}]}
    flag = {"key": "a", "version": 1, "on": True, "variations": [0, 1], "rules": [rule]}
    flag["fallthrough"] = {"variation": 0}
    source = Flags.from_dict({"flags": {"a": flag}, "segments": {"s": segment}})
    made = FlagClient(ScriptedSource(b"any"), load=lambda _: source, clock=Clock())
    held = {"status": "HEALTHY", "memberships": {"ada": {"s.g2": True}}}
    assert made.variation("a", USER, None, big_segments=held) == 1
    assert made.bind(USER, big_segments=held).variation("a", None) == 1
    assert made.variation("a", USER, None) == 0


def test_an_equal_document_keeps_the_flags() -> None:
    changes: list[Any] = []
    made, _, clock = client(
        Fetched(text(1), version="1"),
        Fetched(text(1), version="2"),
        UNCHANGED,
        text(2),
        on_change=lambda *flags: changes.append(flags),
    )
    first = made.flags
    for _ in range(2):
        clock.advance(60)
        assert made.flags is first
        assert made.status.source_version == "2"
        assert made.status.age == 0
    clock.advance(60)
    second = made.flags
    assert second is not first
    assert changes == [(None, first), (first, second)]


def test_unchanged_before_anything_is_an_error() -> None:
    made, _, _ = client(UNCHANGED)
    assert made.variation("a", USER, "default") == "default"
    assert isinstance(made.status.error, SourceContentError)


@pytest.mark.parametrize(
    ("held", "given"),
    [
        ({"version": 5, "stamp": 100}, {"version": 4, "stamp": 101}),
        ({"version": 5, "stamp": 100}, {"version": 4, "stamp": 100}),
        ({"version": 5, "stamp": 100}, {"version": 4, "stamp": 99}),
        ({"version": 5, "stamp": 100}, {"version": 4}),
        ({"version": 5}, {"version": 4}),
        ({"version": 5}, {"version": 5}),
        ({"version": 5}, {}),
        ({}, {"version": 1}),
    ],
)
def test_documents_of_an_authoritative_source_are_accepted(
    held: dict[str, int], given: dict[str, int]
) -> None:
    made, _, clock = client(text("held", **held), text("given", **given), text("held", **held))
    for value in ("held", "given", "held"):
        assert made.variation("a", USER, None) == value
        assert made.status.error is None
        clock.advance(60)


def test_a_rollback_is_seen_in_a_stream_too() -> None:
    def stream(value: int, **meta: int) -> bytes:
        return b'{"path": "/", "data": ' + text(value, **meta) + b"}"

    made, _, clock = client(stream(1, version=2, stamp=1), stream(2, version=1, stamp=2))
    made.refresh()
    clock.advance(60)
    assert made.variation("a", USER, None) == 2


@pytest.mark.parametrize("again", [UNCHANGED, b"<html>"], ids=["unchanged", "the same bytes"])
def test_a_rejected_document_is_rejected_again(again: Result) -> None:
    loads: list[bytes] = []

    def load(document: bytes) -> Flags:
        loads.append(document)
        return Flags.from_json(document)

    made, source, clock = client(text(1), b"<html>", again, text(1), load=load)
    for _ in range(3):
        assert made.variation("a", USER, None) == 1
        clock.advance(60)
    assert isinstance(made.status.error, DocumentError)
    assert made.status.failures == 2
    assert loads == [text(1), b"<html>"]
    frames = made.status.error.__traceback__
    assert frames is not None
    assert frames.tb_next is not None
    assert frames.tb_next.tb_next is not None
    assert frames.tb_next.tb_next.tb_next is None
    # The source gets its own last result as `previous`, not the held document.
    assert source.fetches == [None, Fetched(text(1)), Fetched(b"<html>")]
    assert made.variation("a", USER, None) == 1
    assert made.status.error is None
    assert loads == [text(1), b"<html>"]


def test_any_exception_of_a_source_is_reported() -> None:
    made, _, _ = client(ZeroDivisionError("any"))
    assert made.variation("a", USER, "default") == "default"
    assert isinstance(made.status.error, ZeroDivisionError)


def test_the_log_names_the_source_of_an_invalid_document(caplog: pytest.LogCaptureFixture) -> None:
    made, _, _ = client(b"<html>")
    made.refresh()
    (record,) = caplog.records
    message = record.getMessage()
    assert message.startswith("cannot refresh flags, no flags yet: script: ")
    assert "(line 1, column 1)" in message


def test_an_interrupt_propagates_and_does_not_block_later_fetches() -> None:
    made, _, _ = client(KeyboardInterrupt(), text(1))
    with pytest.raises(KeyboardInterrupt):
        made.variation("a", USER, None)
    assert made.variation("a", USER, None) == 1


def test_a_failing_callback_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    made, _, clock = client(text(1), DOWN, on_change=fail, on_error=fail)
    assert made.variation("a", USER, None) == 1
    clock.advance(60)
    assert made.variation("a", USER, None) == 1
    failures = [record for record in caplog.records if record.exc_info]
    assert len(failures) == 2


def test_a_callback_may_evaluate_a_flag_and_be_unregistered() -> None:
    made, _, clock = client(text(1), DOWN, text(2))
    seen: list[Any] = []
    forget = made.listen(
        on_change=lambda *_: seen.append(made.variation("a", USER, None)),
        on_error=seen.append,
        on_recovery=lambda: seen.append("recovered"),
    )
    for _ in range(3):
        made.refresh()
        clock.advance(60)
    assert seen == [1, DOWN, "recovered", 2]
    forget()
    made.refresh(force=True)
    assert len(seen) == 4


def test_a_source_that_evaluates_a_flag_gets_the_default() -> None:
    holder: list[FlagClient] = []
    made, _, _ = client(lambda: text(holder[0].variation("a", USER, "default")))
    holder.append(made)
    assert made.variation("a", USER, None) == "default"


def test_a_refresh_fetches_only_if_due_or_forced() -> None:
    made, source, _ = client(text(1), text(2))
    assert made.refresh().ready
    assert made.refresh().ready
    assert len(source.fetches) == 1
    made.refresh(force=True)
    assert made.variation("a", USER, None) == 2
    assert len(source.fetches) == 2


def test_load_may_be_from_appconfig() -> None:
    made, _, _ = client(b'{"a": {"enabled": true}}', load=Flags.from_appconfig)
    assert made.bool_variation("a", USER, False) is True


def test_evaluations_are_counted_if_activity_is_passed() -> None:
    activity = Activity(clock=Clock(1.5))
    made, _, clock = client(DOWN, text(1), activity=activity)
    made.variation("a", USER, None)
    clock.advance(60)
    made.variation("a", USER, None)
    bound = made.bind(USER)
    bound.int_variation("a", 0)
    bound.str_variation("a", "")
    made.bool_variation("b", USER, False)
    digest = made.flags.digest
    counts = {key: flag["counts"] for key, flag in activity.to_dict()["flags"].items()}
    assert counts == {
        "a": {"none": {"default": 1}, digest: {"0": 2, "default": 1}},
        "b": {digest: {"default": 1}},
    }
    assert activity.to_dict()["flags"]["b"]["first"] == 1500


def test_a_compressed_document_is_read() -> None:
    document = gzip.compress(text(7))
    flags, source, clock = client(document)
    assert flags.variation("a", USER, 0) == 7
    clock.advance(60)
    assert flags.variation("a", USER, 0) == 7
    assert flags.status.error is None
    for bad in (document[:-3], document + gzip.compress(b""), document + b"\n"):
        source.results = [bad]
        clock.advance(60)
        assert flags.variation("a", USER, 0) == 7
        assert "gzip" in str(flags.status.error)
        source.results = [document]
        clock.advance(60)
        assert flags.refresh().error is None


@pytest.mark.parametrize("key", [None, 5, b"f"])
def test_a_key_that_is_not_a_str_is_a_type_error_with_and_without_a_document(key: Any) -> None:
    for source in (ScriptedSource(text(1)), ScriptedSource(DOWN)):
        for made in (FlagClient(source), FlagClient(source, activity=Activity())):
            with pytest.raises(TypeError):
                made.bool_variation(key, USER, default=False)
            with pytest.raises(TypeError):
                made.bind(USER).variation(key, None)
