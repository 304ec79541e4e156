"""The OpenFeature provider: values, contexts, reasons, errors, events."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from enum import Enum
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.evaluation_context import EvaluationContext
from openfeature.event import EventDetails, ProviderEvent
from openfeature.exception import ErrorCode, ProviderNotReadyError
from openfeature.flag_evaluation import FlagEvaluationDetails, Reason
from openfeature.hook import Hook, HookContext, HookHints
from openfeature.provider import ProviderStatus
from openfeature.telemetry import create_evaluation_event

from documents import clause, document, flag, load
from isoflag import Context, FlagClient, Flags, openfeature_context
from isoflag.activity import Activity
from isoflag.openfeature import IsoflagProvider, to_isoflag_context
from isoflag.source import SourceUnavailableError
from scripted import PATIENT, Clock, ScriptedSource, text

ADA = EvaluationContext("ada")
MALFORMED = (
    "the flag, or a flag or segment that it needs, is malformed; `isoflag check` reports the reason"
)
NO_KEY = "the context has no valid key or kind; set `targetingKey`"
DOWN = SourceUnavailableError("down", where="script")


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    yield
    api.clear_providers()


def through(flags: Flags | FlagClient) -> OpenFeatureClient:
    api.set_provider_and_wait(IsoflagProvider(flags))
    return api.get_client()


RULES = [
    {
        "id": "beta",
        "variation": 1,
        "clauses": [clause("group", "in", "beta")],
    }
]
FLAGS = load(
    flag("bool", True, False),
    flag("str", "blue", "red", rules=RULES),
    flag("int", 7),
    flag("float", 1.5),
    flag("object", {"a": [1]}),
    flag("array", [1, 2]),
    flag("off", True, False, on=False, offVariation=1),
    flag("target", 0, 1, targets=[{"variation": 1, "values": ["ada"]}]),
    flag("needs", 0, 1, prerequisites=[{"key": "off", "variation": 0}], offVariation=1),
    flag("nothing", on=False, offVariation=None),
    flag("broken", 1, fallthrough={"variation": 9}),
    meta={"version": 5},
)
DOCUMENT = {"digest": FLAGS.digest, "version": 5}


def test_values_of_every_type() -> None:
    client = through(FLAGS)
    assert client.get_boolean_value("bool", False, ADA) is True
    assert client.get_string_value("str", "", ADA) == "blue"
    assert client.get_integer_value("int", 0, ADA) == 7
    assert client.get_integer_value("float", 0, ADA) == 1
    assert client.get_float_value("float", 0.0, ADA) == 1.5
    assert client.get_float_value("int", 0.0, ADA) == 7.0
    assert client.get_object_value("object", {}, ADA) == {"a": [1]}
    assert client.get_object_value("array", [], ADA) == [1, 2]
    assert client.provider.get_metadata().name == "isoflag"


def test_values_of_every_type_without_blocking() -> None:
    client = through(FLAGS)

    async def ask() -> list[Any]:
        return [
            await client.get_boolean_value_async("bool", False, ADA),
            await client.get_string_value_async("str", "", ADA),
            await client.get_integer_value_async("int", 0, ADA),
            await client.get_float_value_async("float", 0.0, ADA),
            await client.get_object_value_async("object", {}, ADA),
        ]

    assert asyncio.run(ask()) == [True, "blue", 7, 1.5, {"a": [1]}]


@pytest.mark.parametrize(
    ("key", "attributes", "reason", "variant", "metadata"),
    [
        ("str", {}, "STATIC", "0", {}),
        ("str", {"group": "beta"}, "TARGETING_MATCH", "1", {"ruleIndex": 0, "ruleId": "beta"}),
    ],
)
def test_details_have_reason_variant_and_metadata(
    key: str, attributes: dict[str, Any], reason: str, variant: str, metadata: dict[str, Any]
) -> None:
    details = through(FLAGS).get_string_details(key, "", EvaluationContext("ada", attributes))
    assert (details.reason, details.variant, details.error_code) == (reason, variant, None)
    expected = {**DOCUMENT, "variationIndex": int(variant), **metadata}
    assert details.flag_metadata == expected


def test_reasons_are_those_of_openfeature() -> None:
    client = through(FLAGS)
    assert client.get_boolean_details("off", True, ADA).reason == Reason.DISABLED
    assert client.get_integer_details("target", 0, ADA).reason == Reason.TARGETING_MATCH
    needs = client.get_integer_details("needs", 0, ADA)
    assert needs.reason == Reason.DISABLED
    assert needs.flag_metadata["prerequisiteKey"] == "off"
    nothing = client.get_string_details("nothing", "default", ADA)
    assert (nothing.value, nothing.reason, nothing.variant) == ("default", Reason.DISABLED, None)
    assert nothing.flag_metadata == DOCUMENT


class Telemetry(Hook):
    """What OpenFeature's SDK makes of an evaluation for OpenTelemetry."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def finally_after(
        self,
        hook_context: HookContext,
        details: FlagEvaluationDetails[Any],
        hints: HookHints,  # noqa: ARG002 (it is passed by name)
    ) -> None:
        event = create_evaluation_event(hook_context, details)
        assert event.name == "feature_flag.evaluation"
        self.events.append({str(name): value for name, value in event.attributes.items()})


def test_a_hook_for_opentelemetry_gets_the_reasons_of_its_conventions() -> None:
    client, telemetry = through(FLAGS), Telemetry()
    client.add_hooks([telemetry])
    beta = EvaluationContext("ada", {"group": "beta"})
    client.get_string_value("str", "", ADA)
    client.get_string_value("str", "", beta)
    client.get_boolean_value("off", True, ADA)
    for key in ("target", "needs", "int"):
        client.get_integer_value(key, 0, ADA)
    client.get_string_value("int", "", ADA)
    client.get_boolean_value("absent", False, ADA)
    reasons = [event["feature_flag.evaluation.reason"] for event in telemetry.events]
    expected = ["static", "targeting_match", "disabled", "targeting_match", "disabled", "static"]
    assert reasons == [*expected, "error", "error"]
    first, last = telemetry.events[0], telemetry.events[-1]
    assert first["feature_flag.key"] == "str"
    assert first["feature_flag.variant"] == "0"
    assert first["feature_flag.version"] == 5
    assert first["feature_flag.context.id"] == "ada"
    assert first["feature_flag.provider_name"] == "isoflag"
    assert last["error.type"] == "flag_not_found"


@pytest.mark.parametrize(
    ("key", "context", "code", "message"),
    [
        ("absent", ADA, ErrorCode.FLAG_NOT_FOUND, "there is no such flag; check the key"),
        (
            "int",
            ADA,
            ErrorCode.TYPE_MISMATCH,
            "the flag serves a value of another type; use the getter of its type",
        ),
        (
            "broken",
            ADA,
            ErrorCode.PARSE_ERROR,
            MALFORMED,
        ),
        ("str", EvaluationContext(), ErrorCode.TARGETING_KEY_MISSING, NO_KEY),
        ("str", EvaluationContext(""), ErrorCode.TARGETING_KEY_MISSING, NO_KEY),
    ],
)
def test_errors_have_openfeatures_codes_and_messages(
    key: str, context: EvaluationContext, code: ErrorCode, message: str
) -> None:
    details = through(FLAGS).get_string_details(key, "default", context)
    assert (details.value, details.variant) == ("default", None)
    assert (details.reason, details.error_code) == (Reason.ERROR, code)
    assert details.error_message == message


@pytest.mark.parametrize("key", ["str", "int", "bool"])
def test_an_object_getter_accepts_only_objects_and_arrays(key: str) -> None:
    details = through(FLAGS).get_object_details(key, {"default": 1}, ADA)
    assert details.value == {"default": 1}
    assert (details.reason, details.error_code) == (Reason.ERROR, ErrorCode.TYPE_MISMATCH)


def test_an_experiment_is_marked() -> None:
    rollout = {"kind": "experiment", "seed": 1, "variations": [{"variation": 0, "weight": 100000}]}
    client = through(load(flag("e", True, fallthrough={"rollout": rollout})))
    details = client.get_boolean_details("e", False, ADA)
    assert details.flag_metadata["inExperiment"] is True
    assert details.reason == Reason.SPLIT


def test_a_percentage_is_a_split() -> None:
    rollout = {"variations": [{"variation": 0, "weight": 100000}]}
    for flags in (
        load(flag("p", True, fallthrough={"rollout": rollout})),
        FlagClient(
            ScriptedSource(
                json.dumps(document(flag("p", True, fallthrough={"rollout": rollout}))).encode()
            )
        ),
    ):
        assert through(flags).get_boolean_details("p", False, ADA).reason == Reason.SPLIT


class Plan(Enum):
    PRO = "pro"
    TEAM = "team"


# OpenFeature's types allow fewer values than it passes on.
HOST_VALUES: Any = {"key": UUID(int=5), "name": Plan.PRO, "kind": Plan.TEAM}

AT_NOON = datetime(2026, 1, 2, 12, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (EvaluationContext("ada"), {"kind": "user", "key": "ada"}),
        (EvaluationContext(None, {"key": "ada"}), {"kind": "user", "key": "ada"}),
        (EvaluationContext("", {"key": "ada"}), {"kind": "user", "key": "ada"}),
        (EvaluationContext("ada", {"privateAttributes": "email"}), {"kind": "user", "key": "ada"}),
        (EvaluationContext("ada", {"key": "other"}), {"kind": "user", "key": "ada"}),
        (EvaluationContext("acme", {"kind": "org"}), {"kind": "org", "key": "acme"}),
        (EvaluationContext("ada", {"kind": 1}), {"kind": "user", "key": "ada"}),
        (
            EvaluationContext("ada", {"name": "Ada", "anonymous": True, "plan": "pro"}),
            {"kind": "user", "key": "ada", "name": "Ada", "anonymous": True, "plan": "pro"},
        ),
        (
            EvaluationContext("ada", {"name": 1, "anonymous": "yes"}),
            {"kind": "user", "key": "ada"},
        ),
        (
            EvaluationContext(None, HOST_VALUES),
            {"kind": "team", "key": "00000000-0000-0000-0000-000000000005", "name": "pro"},
        ),
        (
            EvaluationContext("ada", {"privateAttributes": ["email"], "email": "a@b"}),
            {
                "kind": "user",
                "key": "ada",
                "email": "a@b",
                "_meta": {"privateAttributes": ["email"]},
            },
        ),
        (
            EvaluationContext("ada", {"since": AT_NOON, "in": {"x": (1, 2)}}),
            {
                "kind": "user",
                "key": "ada",
                "since": "2026-01-02T10:00:00.000Z",
                "in": {"x": [1, 2]},
            },
        ),
        (
            EvaluationContext(
                None,
                {
                    "kind": "multi",
                    "user": {"targetingKey": "ada", "name": "Ada"},
                    "org": {"key": "acme"},
                    "stray": 1,
                },
            ),
            {
                "kind": "multi",
                "user": {"key": "ada", "name": "Ada"},
                "org": {"key": "acme"},
            },
        ),
    ],
)
def test_contexts_are_mapped(context: EvaluationContext, expected: dict[str, Any]) -> None:
    assert Context.from_dict(to_isoflag_context(context)) == Context.from_dict(expected)


def test_an_attribute_of_the_wrong_type_is_reported_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(openfeature_context, "_reported", set())
    wrong: Any = {"name": 1, "anonymous": "yes", "privateAttributes": "email"}
    for _ in range(3):
        to_isoflag_context(EvaluationContext("ada", wrong))
    assert [record.args for record in caplog.records] == [(name,) for name in wrong]


@pytest.mark.parametrize("key", [5, True, ["ada"], b"ada", None, ""])
def test_a_key_that_is_not_text_is_missing(key: Any) -> None:
    for context in (EvaluationContext(key), EvaluationContext(None, {"key": key})):
        details = IsoflagProvider(FLAGS).resolve_boolean_details("bool", False, context)
        assert details.error_code == ErrorCode.TARGETING_KEY_MISSING


def test_a_missing_context_is_invalid() -> None:
    details = IsoflagProvider(FLAGS).resolve_boolean_details("bool", False)
    assert details.error_code == ErrorCode.TARGETING_KEY_MISSING


class Heard:
    """The events of a provider, which OpenFeature delivers on its own threads."""

    def __init__(self) -> None:
        self.events: list[tuple[str, EventDetails]] = []
        self._more = threading.Condition()
        for event in ProviderEvent:
            api.add_handler(event, partial(self._hear, event))

    def _hear(self, event: ProviderEvent, details: EventDetails) -> None:
        with self._more:
            self.events.append((event.name.removeprefix("PROVIDER_"), details))
            self._more.notify_all()

    def names(self, count: int) -> list[str]:
        with self._more:
            assert self._more.wait_for(lambda: len(self.events) >= count, 60), self.events
            return [name for name, _ in self.events]


def test_events_follow_the_client() -> None:
    clock = Clock()
    source = ScriptedSource(text(1, version=1), DOWN, DOWN, text(1, version=1), text(2, version=2))
    client = through(FlagClient(source, **PATIENT, clock=clock))
    heard = Heard()
    assert heard.names(1) == ["READY"]

    def ask() -> int:
        clock.advance(60)
        return client.get_integer_value("a", 0, ADA)

    assert ask() == 1
    assert heard.names(2)[1:] == ["STALE"]
    assert client.get_provider_status() == ProviderStatus.STALE
    assert heard.events[1][1].message == "script: down"
    assert ask() == 1
    assert ask() == 1
    assert heard.names(3)[2:] == ["READY"]
    assert client.get_provider_status() == ProviderStatus.READY
    assert ask() == 2
    assert heard.names(4)[3:] == ["CONFIGURATION_CHANGED"]
    assert heard.events[3][1].metadata["version"] == 2
    assert heard.events[3][1].flags_changed == ["a"]
    details = client.get_integer_details("a", 0, ADA)
    assert details.flag_metadata["version"] == 2
    api.shutdown()
    source.results = [text(3)]
    ask()
    assert len(heard.events) == 4


def test_a_provider_without_a_document_is_ready_once_there_is_one() -> None:
    clock = Clock()
    provider = IsoflagProvider(
        FlagClient(ScriptedSource(DOWN, DOWN, text(1)), **PATIENT, clock=clock)
    )
    with pytest.raises(ProviderNotReadyError, match="script: down"):
        api.set_provider_and_wait(provider)
    heard = Heard()
    assert heard.names(1) == ["ERROR"]
    client = api.get_client()
    clock.advance(1)
    details = client.get_integer_details("a", 0, ADA)
    assert (details.value, details.error_code) == (0, ErrorCode.PROVIDER_NOT_READY)
    assert "digest" not in details.flag_metadata
    clock.advance(60)
    assert client.get_integer_value("a", 0, ADA) == 1
    assert heard.names(2) == ["ERROR", "READY"]


def test_a_fetch_does_not_block_the_event_loop() -> None:
    threads: list[int] = []

    def slow() -> bytes:
        threads.append(threading.get_ident())
        return text(1)

    clock = Clock()
    client = FlagClient(ScriptedSource(slow), **PATIENT, clock=clock)
    provider = IsoflagProvider(client)

    async def ask() -> list[Any]:
        resolving = [
            provider.resolve_boolean_details_async("a", False, ADA),
            provider.resolve_string_details_async("a", "", ADA),
            provider.resolve_integer_details_async("a", 0, ADA),
            provider.resolve_float_details_async("a", 0.0, ADA),
            provider.resolve_object_details_async("a", [], ADA),
        ]
        answers = []
        for each in resolving:
            answers.append((await each).value)
            clock.advance(60)
        return answers

    assert asyncio.run(ask()) == [False, "", 1, 1.0, []]
    assert len(threads) == 5
    assert threading.get_ident() not in threads


def test_value_and_metadata_are_of_one_document() -> None:
    flags = Flags.from_dict(document(flag("a", 1)))
    details = IsoflagProvider(flags).resolve_integer_details("a", 0, ADA)
    assert details.flag_metadata == {"digest": flags.digest, "variationIndex": 0}


def test_activity_is_counted_if_it_is_passed() -> None:
    activity = Activity(clock=Clock(1.5))
    provider = IsoflagProvider(FLAGS, activity=activity)
    provider.resolve_boolean_details("bool", False, ADA)
    asyncio.run(provider.resolve_boolean_details_async("bool", False, ADA))
    provider.resolve_string_details("bool", "", ADA)
    provider.resolve_object_details("str", {}, ADA)
    counts = {key: flag["counts"] for key, flag in activity.to_dict()["flags"].items()}
    assert counts == {
        "bool": {FLAGS.digest: {"0": 2, "default": 1}},
        "str": {FLAGS.digest: {"default": 1}},
    }

    source = ScriptedSource(DOWN, text(1))
    client = FlagClient(source, activity=Activity())
    provider = IsoflagProvider(client, activity=(activity := Activity()))
    provider.resolve_integer_details("a", 0, ADA)
    client.refresh(force=True)
    provider.resolve_integer_details("a", 0, ADA)
    digest = client.flags.digest
    counts = {key: flag["counts"] for key, flag in activity.to_dict()["flags"].items()}
    assert counts == {"a": {"none": {"default": 1}, digest: {"0": 1}}}
