"""Warnings of evaluations: each once for a document, with fields for structured logs."""

import datetime as dt
import decimal
import json
import logging
from pathlib import Path
from typing import Any

import pytest

import hostile
from documents import USER, clause, flag, load, presence
from isoflag import Context, ContextError, FlagClient, Flags
from isoflag.aws_http import config_response
from lambda_events import http_event
from scripted import PATIENT, ScriptedSource, text


def flags() -> Flags:
    rules = [{"variation": 1, "clauses": [clause("plan", "in", "pro")]}]
    return load(flag("f", False, True, rules=rules), flag("broken", fallthrough={"variation": 9}))


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    assert {record.levelname for record in caplog.records} <= {"WARNING"}
    return [record.getMessage() for record in caplog.records if record.name == "isoflag"]


@pytest.mark.parametrize(
    ("getter", "key", "error", "message"),
    [
        ("bool", "typo", "FLAG_NOT_FOUND", "there is no flag `typo`"),
        ("str", "f", "WRONG_TYPE", "the flag `f` serves a value of another type"),
        ("bool", "broken", "MALFORMED_FLAG", "the flag `broken`, or a flag or segment"),
    ],
)
def test_a_default_that_an_error_returns_is_reported_once(
    caplog: pytest.LogCaptureFixture, getter: str, key: str, error: str, message: str
) -> None:
    evaluated = flags()
    for _ in range(3):
        getattr(evaluated, f"{getter}_variation")(key, USER, None)
        getattr(evaluated.bind(USER), f"{getter}_variation_detail")(key, None)
    assert [text.startswith(message) for text in warnings(caplog)] == [True]
    (record,) = caplog.records
    assert (vars(record)["flag"], vars(record)["error_kind"]) == (key, error)
    getattr(flags(), f"{getter}_variation")(key, USER, None)
    assert len(caplog.records) == 2


def test_evaluating_many_reports_an_unknown_key_once(caplog: pytest.LogCaptureFixture) -> None:
    flags().evaluate_many(["typo", "typo", "f"], [USER, USER])
    assert len(warnings(caplog)) == 1


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        ({"kind": "user", "key": 5}, "`key`: expected a string, found a number"),
        ({"kind": "user"}, "`key`: a context needs a key, a non-empty string"),
        ({"knid": "user"}, "`key`: a user needs a key, a string"),
        ("ada", "a context is an object, found a string"),
        (set(), "JSON cannot represent a value of type `set`"),
        ({**USER, "kind": 5, "x": {1}}, "`kind`: expected a string, found a number"),
        ({**USER, "key": {1}}, "`key`: JSON cannot represent a value of type `set`"),
        ({**USER, "x": {"a": "b" * (1 << 20)}}, "`x.a`: larger than the limit, or endless"),
    ],
)
def test_an_invalid_context_is_reported_once(
    caplog: pytest.LogCaptureFixture, context: Any, reason: str
) -> None:
    evaluated = flags()
    for _ in range(3):
        evaluated.bool_variation("f", context, None)
        evaluated.bind(context).bool_variation("f", None)
    (message,) = warnings(caplog)
    assert message.startswith(f"invalid context, so every flag returns the default: {reason}")
    assert vars(caplog.records[0])["error_kind"] == "USER_NOT_SPECIFIED"


@pytest.mark.parametrize("context", [{"key": "mia", "plan": "pro"}, {"knid": "org", "key": "acme"}])
def test_ignored_attributes_of_a_context_without_kind_are_reported_once(
    caplog: pytest.LogCaptureFixture, context: dict[str, Any]
) -> None:
    evaluated = flags()
    for _ in range(3):
        assert evaluated.bool_variation("f", context, None) is False
    (name,) = context.keys() - {"key"}
    (message,) = warnings(caplog)
    assert f'legacy user and `{name}` is ignored; add `"kind": "user"`' in message
    assert str(evaluated.explain("f", context)).endswith(message)
    legacy = {"key": "mia", "email": "a@b", "custom": {"plan": "pro"}}
    assert flags().bool_variation("f", legacy, None) is True
    assert len(caplog.records) == 1


CASES = json.loads(
    (Path(__file__).parents[3] / "conformance/notes/cases.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES["evaluations"]["cases"], ids=lambda case: case["name"])
def test_defaults_are_noted_as_on_every_host_runtime(
    caplog: pytest.LogCaptureFixture, case: dict[str, Any]
) -> None:
    evaluated = Flags.from_dict(CASES["evaluations"]["document"])
    getter = "bool_variation" if case["type"] == "bool" else "variation"
    getattr(evaluated, getter)(case["key"], case["context"], None)
    getattr(evaluated.bind(case["context"]), getter)(case["key"], None)
    assert warnings(caplog) == [case["note"]]


@pytest.mark.parametrize("case", CASES["ignoredMembers"], ids=lambda case: case["name"])
def test_ignored_members_are_noted_as_on_every_host_runtime(
    caplog: pytest.LogCaptureFixture, case: dict[str, Any]
) -> None:
    flags().bind(case["context"])
    assert warnings(caplog) == ([] if case["note"] is None else [case["note"]])


@pytest.mark.parametrize("case", CASES["ignoredParts"][1:], ids=lambda case: case["name"])
def test_ignored_parts_are_noted_as_on_every_host_runtime(
    caplog: pytest.LogCaptureFixture, case: dict[str, Any]
) -> None:
    odd: Any = {1}
    for step in reversed(case["path"]):
        odd = [*[None] * step, odd] if isinstance(step, int) else {step: odd}
    Context._from_host({**USER, **odd})  # noqa: SLF001
    (message,) = warnings(caplog)
    assert message.startswith(f"{case['note']} JSON cannot represent a value of type `set`")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (dt.datetime(2026, 1, 2), "a datetime without a time zone is ambiguous"),  # noqa: DTZ001
        (print, "JSON cannot represent a value of type `builtin_function_or_method`"),
        (decimal.Decimal("NaN"), "JSON cannot represent the float `NaN`"),
        ({"a": {1}}, "JSON cannot represent a value of type `set`"),
    ],
)
def test_an_attribute_that_a_flag_reads_and_json_lacks_is_reported_once(
    caplog: pytest.LogCaptureFixture, value: object, reason: str
) -> None:
    evaluated = load(presence())
    for _ in range(3):
        evaluated.variation("presence", {**USER, "x": value}, None)
        evaluated.variation("presence", {**USER, "unread": value}, None)
    (message,) = warnings(caplog)
    assert reason in message
    assert vars(caplog.records[0])["attribute"].startswith("x")
    Context._from_host({**USER, f"config-{id(value)}": value})  # noqa: SLF001
    assert len(caplog.records) == 2


def test_a_raised_context_error_is_not_logged_and_has_the_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for context, reason in [
        ({"kind": "user", "key": 5}, "^`key`: expected a string, found a number$"),
        ({**USER, "x": {"a": "b" * (1 << 20)}}, "^`x.a`: larger than the limit, or endless$"),
    ]:
        with pytest.raises(ContextError, match=reason):
            Context._from_host(context)  # noqa: SLF001
    response = config_response(http_event(), flags(), context={"kind": "user"})
    assert response["statusCode"] == 400
    assert caplog.records == []


def test_a_client_with_a_time_zone_reports_an_invalid_context_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = FlagClient(ScriptedSource(text(1)), **PATIENT, timezone="Europe/Berlin")
    for _ in range(3):
        client.bool_variation("a", {"kind": "user"}, default=False)
    assert len(warnings(caplog)) == 1


@pytest.mark.parametrize("key", ["typo", "f"])
def test_an_interrupt_in_a_handler_is_raised(key: str) -> None:
    class Handler(logging.Handler):
        def emit(self, _: logging.LogRecord) -> None:
            raise KeyboardInterrupt

    handler = Handler()
    logging.getLogger("isoflag").addHandler(handler)
    context = USER if key == "typo" else {"kind": "user"}
    try:
        with pytest.raises(KeyboardInterrupt):
            flags().bool_variation(key, context, None)
        with pytest.raises(KeyboardInterrupt):
            flags().bind(context).bool_variation_detail(key, None)
    finally:
        logging.getLogger("isoflag").removeHandler(handler)


def test_the_number_of_warnings_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    evaluated = flags()
    for index in range(200):
        evaluated.bool_variation(f"typo-{index}", USER, None)
    assert len(caplog.records) == 100


def test_a_failing_or_evaluating_handler_does_not_disturb_the_evaluation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evaluated, heard = flags(), []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record)
            evaluated.bool_variation("typo", USER, None)
            raise RuntimeError

    raised: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", raised.append)
    handler = Handler()
    logging.getLogger("isoflag").addHandler(handler)
    try:
        assert evaluated.bool_variation("typo", USER, None) is None
    finally:
        logging.getLogger("isoflag").removeHandler(handler)
    assert (len(heard), len(raised)) == (1, 1)


def test_control_characters_of_a_key_are_escaped(caplog: pytest.LogCaptureFixture) -> None:
    flags().bool_variation("\x1b[2J" + hostile.LONE_SURROGATE, USER, None)
    assert "\x1b" not in warnings(caplog)[0]
    assert "\x1b" not in vars(caplog.records[0])["flag"]


def test_a_client_reports_too(caplog: pytest.LogCaptureFixture) -> None:
    client = FlagClient(ScriptedSource(text(1)), **PATIENT)
    for _ in range(3):
        client.bool_variation("typo", USER, default=False)
        client.bind(USER).bool_variation("typo", default=False)
    assert len(warnings(caplog)) == 1
