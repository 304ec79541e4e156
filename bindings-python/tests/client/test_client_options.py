"""Options of a client: an initial document, the local time, hooks, coroutines, and its log."""

import asyncio
import json
import logging
import threading
from datetime import datetime
from typing import Any

import pytest

from documents import USER, document, flag, load
from isoflag import AsyncFlagClient, Context, FlagClient, Flags
from isoflag.client import EvaluationEvent, Exposures, TimezoneError, local_clock
from isoflag.source import UNCHANGED, SourceUnavailableError
from isoflag.testing import FlagOverrides
from scripted import PATIENT, Clock, ScriptedSource, client, text

DOWN = SourceUnavailableError("down", where="script")


# --- an initial document ---


def test_an_initial_document_is_used_until_the_first_fetch_succeeds() -> None:
    initial = Flags.from_json(text("packaged", version=9))
    flags, source, clock = client(DOWN, text("fetched", version=2), initial=initial)
    assert source.fetches == []
    assert flags.variation("a", USER, None) == "packaged"
    assert (flags.status.ready, flags.status.version, flags.status.age) == (True, 9, None)
    assert flags.status.error is DOWN
    clock.advance(60)
    assert flags.variation("a", USER, None) == "fetched"
    assert source.fetches == [None, None]
    assert flags.status.age == 0


@pytest.mark.parametrize("result", [b"", UNCHANGED])
def test_an_initial_document_is_not_confirmed_by_an_empty_response(result: Any) -> None:
    initial = Flags.from_json(text("packaged"))
    flags, _, clock = client(result, text(), result, text("fetched"), initial=initial)
    assert flags.variation("a", USER, None) == "packaged"
    assert flags.status.stale
    assert flags.status.age is None
    clock.advance(60)
    assert flags.variation("a", USER, None) is True
    clock.advance(60)
    flags.refresh()
    assert flags.status.stale is (result == b"")


def test_an_initial_document_does_not_let_requests_wait_for_the_first_one() -> None:
    held = threading.Event()

    def hanging() -> bytes:
        held.wait(60)
        return text("fetched")

    flags = FlagClient(
        ScriptedSource(hanging), max_wait=0.01, initial=Flags.from_json(text("packaged"))
    )
    assert flags.variation("a", USER, None) == "packaged"
    held.set()


def test_an_initial_document_must_be_loaded() -> None:
    with pytest.raises(TypeError, match="`initial`"):
        FlagClient(ScriptedSource(DOWN), initial=text(1))  # type: ignore[arg-type]


# --- the local time ---


def evening() -> bytes:
    evening = {
        "contextKind": "clock",
        "attribute": "minuteOfDay",
        "op": "greaterThanOrEqual",
        "values": [18 * 60],
    }
    rule = {"clauses": [evening], "variation": 1}
    return json.dumps(document(flag("late", False, True, rules=[rule]))).encode()


@pytest.mark.parametrize(
    ("utc", "late"),
    [
        ("2026-01-10T16:59+00:00", False),
        ("2026-01-10T17:00+00:00", True),
        # In summer the clock is an hour ahead.
        ("2026-07-10T15:59+00:00", False),
        ("2026-07-10T16:00+00:00", True),
    ],
)
def test_rules_can_test_the_local_time(utc: str, late: bool) -> None:
    clock = Clock(datetime.fromisoformat(utc).timestamp())
    flags = FlagClient(ScriptedSource(evening()), timezone="Europe/Berlin", clock=clock)
    for context in (USER, {"kind": "multi", "user": {"key": "ada"}, "org": {"key": "acme"}}):
        assert flags.bool_variation("late", context, None) is late
        assert flags.bind(context).bool_variation("late", None) is late
    reason = flags.variation_detail("late", {"kind": "user"}, None).reason
    assert reason["errorKind"] == "USER_NOT_SPECIFIED"


def test_a_context_with_a_clock_keeps_it() -> None:
    morning = Clock(datetime.fromisoformat("2026-01-10T08:00+00:00").timestamp())
    flags = FlagClient(ScriptedSource(evening()), timezone="Europe/Berlin", clock=morning)
    attributes = {"key": "clock", "minuteOfDay": 20 * 60}
    late = {"kind": "clock", **attributes}
    several = {"kind": "multi", "user": {"key": "ada"}, "clock": attributes}
    for context in (late, several, Context.from_dict(late), Context("ada").with_clock(0, 20 * 60)):
        assert flags.bool_variation("late", context, None) is True
    # Its key is not that of a clock.
    assert flags.bool_variation("late", {"kind": "user", "key": "clock:x"}, None) is False


def test_an_unknown_time_zone_has_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TimezoneError, match="`Europe/Berlim`: use a name such as"):
        FlagClient(ScriptedSource(DOWN), timezone="Europe/Berlim")
    with pytest.raises(TimezoneError, match=r"`Europe/Berlin\\u001b\[2J`"):
        FlagClient(ScriptedSource(DOWN), timezone="Europe/Berlin\x1b[2J")
    monkeypatch.setattr("zoneinfo.available_timezones", set)
    with pytest.raises(TimezoneError, match="pip install tzdata"):
        local_clock.LocalClock("Nowhere/Else")


# --- the hook ---


def test_each_evaluation_is_passed_to_the_hook() -> None:
    events: list[EvaluationEvent] = []
    flags, _, clock = client(DOWN, text(7), on_evaluation=events.append)
    flags.int_variation("a", USER, 1)
    clock.advance(60)
    flags.int_variation("a", {"kind": "org", "key": "acme"}, 1)
    flags.bind({"kind": "user"}).variation("a", "default")
    flags.all_flags_state(USER)
    flags.explain("a", USER)
    digest = flags.flags.digest
    not_ready = {"kind": "ERROR", "errorKind": "CLIENT_NOT_READY"}
    invalid = {"kind": "ERROR", "errorKind": "USER_NOT_SPECIFIED"}
    assert events == [
        ("a", 1, None, not_ready, "ada", None),
        ("a", 7, 0, {"kind": "OFF"}, "org:acme", digest),
        ("a", "default", None, invalid, None, digest),
    ]
    with FlagOverrides(document(flag("a", 8))):
        assert flags.variation("a", USER, None) == 8
    assert (events[3].value, len(events)) == (8, 4)


def test_a_failing_hook_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def failing(_: EvaluationEvent) -> None:
        raise RuntimeError("boom")

    flags, _, _ = client(text(7), on_evaluation=failing)
    assert flags.variation("a", USER, None) == 7
    assert "`on_evaluation` failed" in caplog.text


def test_the_hook_gets_a_share_of_the_evaluations() -> None:
    events: list[EvaluationEvent] = []
    for sampling, least, most in ((0.0, 0, 0), (0.5, 300, 700), (1.0, 1000, 1000)):
        flags, _, _ = client(text(7), on_evaluation=events.append, sampling=sampling)
        for _ in range(1000):
            flags.variation("a", USER, None)
        assert least <= len(events) <= most
        del events[:]
    with pytest.raises(ValueError, match="`sampling`"):
        client(text(7), on_evaluation=events.append, sampling=2.0)


def test_an_exposure_is_reported_once_for_each_context_and_variation() -> None:
    entries = [{"variation": 0, "weight": 50_000}, {"variation": 1, "weight": 50_000}]
    split = {"kind": "experiment", "variations": entries}
    made = flag("tried", "a", "b", fallthrough={"rollout": split})
    rest = flag("plain", "x")
    exposures: list[EvaluationEvent] = []
    source = ScriptedSource(json.dumps(document(made, rest)).encode())
    flags = FlagClient(source, **PATIENT, on_evaluation=Exposures(exposures.append, most=8))
    keys = [f"visitor-{index}" for index in range(8)]
    for key in keys * 2:
        context = {"kind": "user", "key": key}
        flags.variation("plain", context, None)
        flags.variation("tried", context, None)
        flags.bind({**context, "plan": "pro"}).variation("tried", None)
    assert [event.context_key for event in exposures] == keys
    assert {(event.flag, event.value) for event in exposures} == {("tried", "a"), ("tried", "b")}
    # It is bounded: the ninth takes the place of the one that was seen least recently.
    for key in ("visitor-8", "visitor-7", "visitor-0"):
        flags.variation("tried", {"kind": "user", "key": key}, None)
    assert [event.context_key for event in exposures[8:]] == ["visitor-8", "visitor-0"]
    assert Exposures(exposures.append)(exposures[0]._replace(variation=None)) is None
    assert len(exposures) == 11


# --- coroutines ---


def coroutine_client(source: Any, **options: Any) -> AsyncFlagClient:
    return AsyncFlagClient(source, **{**PATIENT, **options})


def test_coroutines_evaluate_like_a_client() -> None:
    threads: list[int] = []

    def slow() -> bytes:
        threads.append(threading.get_ident())
        return text(7)

    async def evaluate(flags: AsyncFlagClient) -> list[Any]:
        bound = await flags.bind(USER)
        return [
            await flags.variation("a", USER, None),
            (await flags.int_variation_detail("a", USER, 0)).reason["kind"],
            await flags.str_variation("a", USER, "default"),
            (await flags.all_flags_state(USER))["a"],
            str(await flags.explain("a", USER)).startswith("a: 7"),
            (await flags.consistency("a", USER)).enabled,
            bound.variation("a", None),
            (await flags.flags()).keys(),
            (await flags.refresh()).ready,
            flags.status.failures,
        ]

    flags = coroutine_client(ScriptedSource(slow))
    answers = asyncio.run(evaluate(flags))
    assert answers[:4] == [7, "OFF", "default", 7]
    assert answers[5:] == [False, 7, ["a"], True, 0]
    assert threads != []
    assert threading.get_ident() not in threads


def test_coroutines_have_the_methods_of_a_client() -> None:
    public = {name for name in dir(FlagClient) if not name.startswith("_")}
    own = {"after_fork", "due", "gate", "pins"}
    assert public - own <= set(dir(AsyncFlagClient))


def test_a_slow_source_does_not_block_the_event_loop() -> None:
    fetching, release = threading.Event(), threading.Event()

    def slow() -> bytes:
        fetching.set()
        assert release.wait(60)
        return text(7)

    async def run() -> Any:
        evaluating = asyncio.create_task(
            coroutine_client(ScriptedSource(slow)).variation("a", USER, None)
        )
        await asyncio.to_thread(fetching.wait, 60)
        release.set()
        return await evaluating

    assert asyncio.run(run()) == 7


# --- health and the log ---


def test_the_health_of_a_client_is_a_dict_and_a_metric() -> None:
    flags, _, clock = client(text(1, version=3), DOWN)
    empty = json.loads(flags.status.to_emf("Shop"))
    assert empty["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[]]
    assert (empty["failures"], empty.keys() & {"age", "version", "fetchTime"}) == (0, set())
    flags.refresh()
    clock.advance(60)
    status = flags.refresh()
    health = status.to_dict()
    assert json.loads(json.dumps(health)) == health
    assert (health["error"], health["failures"], health["stale"]) == ("script: down", 1, True)
    line = json.loads(status.to_emf("Shop/Flags", environment="live"))
    (metrics,) = line["_aws"]["CloudWatchMetrics"]
    assert metrics["Namespace"] == "Shop/Flags"
    assert metrics["Dimensions"] == [["environment"]]
    assert {each["Name"]: each["Unit"] for each in metrics["Metrics"]} == {
        "failures": "Count",
        "age": "Seconds",
        "version": "None",
        "fetchTime": "Milliseconds",
    }
    assert (line["environment"], line["failures"], line["age"], line["version"]) == (
        "live",
        1,
        60,
        3,
    )
    assert line["fetchTime"] >= 0


def test_warnings_of_overridden_clients_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with FlagOverrides(document(flag("a", 8))) as overrides:
        overrides.client.str_variation("a", USER, "default")
    assert "the flag `a` serves a value of another type" in caplog.text
    assert load(flag("a", 1)).keys() == ["a"]


def test_the_log_of_an_outage_has_fields_and_is_repeated(caplog: pytest.LogCaptureFixture) -> None:
    flags, _, clock = client(DOWN, ttl=10.0)
    for _ in range(61):
        flags.variation("a", USER, 0)
        clock.advance(10)
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 3
    fields = vars(warnings[-1])
    assert (fields["source"], fields["error_type"]) == ("script", "SourceUnavailableError")
    assert fields["failures"] > 30


class Raising(logging.Handler):
    def emit(self, _: logging.LogRecord) -> None:
        raise RuntimeError("handler")


def test_a_failing_log_handler_does_not_disturb_the_client(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def failing(_: object) -> None:
        raise RuntimeError("hook")

    handler = Raising()
    logging.getLogger("isoflag").addHandler(handler)
    try:
        for result in (OSError("down"), text(7)):
            flags, _, _ = client(result, on_evaluation=failing)
            assert flags.int_variation("a", USER, 7) == 7
    finally:
        logging.getLogger("isoflag").removeHandler(handler)
    assert capsys.readouterr().err.count("RuntimeError: handler") == 3


def test_an_error_of_a_source_that_cannot_be_shown_does_not_disturb_the_client(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Shy(ScriptedSource):
        def __repr__(self) -> str:
            raise RuntimeError("no repr")

    flags = FlagClient(Shy(text(7), OSError("down")), **PATIENT, clock=(clock := Clock()))
    for _ in range(2):
        assert flags.int_variation("a", USER, 1) == 7
        clock.advance(60)
    assert isinstance(flags.status.error, OSError)
    assert "no repr" in caplog.text
