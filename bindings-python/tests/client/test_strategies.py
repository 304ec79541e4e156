"""Strategies of a system: which users see a feature at each place where a decision is made."""

import asyncio
import json
import logging
from typing import Any

import pytest
from openfeature.evaluation_context import EvaluationContext

from documents import clause, document, flag
from isoflag import AsyncFlagClient, FlagClient, Flags, ReceiptError, replay
from isoflag.activity import Activity
from isoflag.aws_http import Guard, ParityCheck, SignedOverrides, config_response
from isoflag.aws_http.parity import hash_of
from isoflag.gate_times import GateTimes
from isoflag.openfeature import IsoflagProvider
from isoflag.pins import Pins
from isoflag.testing import FlagOverrides
from lambda_events import http_event
from scripted import PATIENT, Clock, ScriptedSource, client

NEW = "new-checkout"
GRACE = {"kind": "user", "key": "grace", "email": "grace@shop.example"}
MIA = {"kind": "user", "key": "mia", "email": "mia@mail.example"}
BETA = {"strategy": "Beta", "clauses": [clause("email", "endsWith", "@shop.example")]}
STRATEGIES = {
    "production": [BETA],
    "development": [
        {"strategy": "Custom", "on": ["old"], "clauses": [clause("key", "in", "mia")]},
        {"strategy": "Next Release"},
    ],
}


def feature(key: str, status: str, **properties: Any) -> dict[str, Any]:
    lifecycle = {"status": status, "deployedTimestamp": 1_795_172_400}
    off = {"on": False, "offVariation": 1, "clientSide": True, **properties}
    return flag(key, True, False, lifecycle=lifecycle, **off)


def written(strategies: Any = STRATEGIES, status: str = "Done", **meta: Any) -> bytes:
    flags = feature(NEW, status), feature("later", "Staging"), flag("old", True, clientSide=True)
    return json.dumps(document(*flags, meta={"strategies": strategies, **meta})).encode()


def of_production(*documents: Any, **options: Any) -> FlagClient:
    flags, _, _ = client(*(documents or (written(),)), system="production", **options)
    return flags


def test_a_qa_user_sees_a_done_feature_everywhere_and_others_do_not() -> None:
    flags = of_production()
    assert seen_everywhere(flags, GRACE) == {"sees"}
    assert seen_everywhere(flags, MIA) == {"does not"}
    without, _, _ = client(written())
    assert seen_everywhere(without, GRACE) == {"does not"}


def seen_everywhere(flags: FlagClient, context: dict[str, Any]) -> set[str]:
    """Returns what a user sees at each place that decides."""
    guard = Guard(flags, context=context)
    handler = guard.requires_flag(NEW)(served)
    is_open = handler(http_event("POST", "/orders"), None)["statusCode"] == 200
    plain = config(flags, context, form="plain", keys=[NEW])[NEW]
    bootstrap = config(flags, context)[NEW]
    page = Flags.from_dict(config(flags, context, form="document"))
    [ofrep] = [each["value"] for each in of_ofrep(flags, context)["flags"] if each["key"] == NEW]
    single = of_ofrep(flags, context, f"/{NEW}")["value"]
    attributes = {name: each for name, each in context.items() if name not in {"kind", "key"}}
    provider = IsoflagProvider(flags)
    resolved = provider.resolve_boolean_details(
        NEW, False, EvaluationContext(context["key"], attributes)
    )
    answers = [
        is_open,
        plain,
        bootstrap,
        page.bool_variation(NEW, context, None),
        ofrep,
        single,
        resolved.value,
        flags.bool_variation(NEW, context, None),
        flags.variation_detail(NEW, context, None).value,
        flags.bind(context).json_variation(NEW, None),
        flags.all_flags_state(context)[NEW],
        flags.explain(NEW, context).to_dict()["answer"]["value"],
    ]
    return {"sees" if answer is True else "does not" for answer in answers}


def served(_event: Any, _context: Any) -> dict[str, Any]:
    return {"statusCode": 200}


def config(flags: FlagClient, context: Any, **options: Any) -> Any:
    response = config_response(http_event(), flags, context=context, **options)
    assert response["statusCode"] == 200
    return json.loads(response["body"])


def of_ofrep(flags: FlagClient, context: dict[str, Any], key: str = "") -> Any:
    given = {**context, "targetingKey": context["key"]}
    event = http_event(
        "POST", f"/ofrep/v1/evaluate/flags{key}", body=json.dumps({"context": given})
    )
    response = config_response(event, flags, form="ofrep")
    assert response["statusCode"] == 200
    return json.loads(response["body"])


def test_each_system_has_its_own_strategies() -> None:
    flags, _, _ = client(written(), system="development")
    seen = {
        context["key"]: [flags.variation(key, context, None) for key in (NEW, "later", "old")]
        for context in (GRACE, MIA)
    }
    # `old` has no status, which Next Release turns off.
    assert seen["grace"] == [True, True, True]
    assert seen["mia"] == [False, False, True]
    assert flags.system == "development"
    assert flags.bind(MIA).strategy == {"strategy": "Custom", "on": ["old"]}


def test_an_unknown_system_is_a_value_error() -> None:
    for make in (FlagClient, AsyncFlagClient):
        with pytest.raises(ValueError, match="invalid system `staging`: expected `development`"):
            make(ScriptedSource(written()), system="staging")  # type: ignore[arg-type]


def test_an_async_client_evaluates_under_the_strategy() -> None:
    async def seen(context: Any) -> Any:
        flags = AsyncFlagClient(ScriptedSource(written()), system="production", **PATIENT)
        assert flags.system == "production"
        return await flags.bool_variation(NEW, context, None)

    assert asyncio.run(seen(GRACE)) is True
    assert asyncio.run(seen(MIA)) is False


# --- documents ---


def test_a_document_under_a_strategy_is_made_once() -> None:
    flags = of_production()
    grace, eve = flags.bind(GRACE), flags.bind({**GRACE, "key": "eve"})
    assert grace.flags is eve.flags
    assert grace.flags is not flags.flags
    assert grace.strategy == {"strategy": "Beta"}
    assert grace.digest == eve.digest == flags.flags.digest
    # A new document has documents of its own, and one that the source confirms keeps them.
    same, _, clock = client(written(), written(), written(version=2), system="production")
    first = same.bind(GRACE).flags
    clock.advance(60)
    assert same.bind(GRACE).flags is first
    clock.advance(60)
    assert same.bind(GRACE).flags is not first


@pytest.mark.parametrize(
    "strategies", [None, {}, {"production": []}, {"development": ["Flush Out"]}]
)
def test_a_document_without_strategies_is_evaluated_itself(strategies: Any) -> None:
    flags = of_production(written(strategies))
    for context in (GRACE, MIA):
        bound = flags.bind(context)
        assert bound.flags is flags.flags
        assert bound.strategy is None


def test_a_document_under_a_strategy_keeps_it() -> None:
    under = Flags.from_json(written()).with_strategy("Production State")
    flags = of_production(under.to_json().encode())
    assert flags.bind(GRACE).flags is flags.flags
    assert flags.bool_variation(NEW, GRACE, None) is False


def test_an_invalid_strategy_is_logged_once_and_ignored(caplog: pytest.LogCaptureFixture) -> None:
    strategies = {"production": ["canary", {"strategy": "Custom Production", "on": ["gone"]}]}
    flags = of_production(written(strategies))
    with caplog.at_level(logging.WARNING):
        for context in (GRACE, MIA, GRACE):
            assert flags.bool_variation(NEW, context, None) is False
            assert flags.bind(context).strategy is None
    unknown = (
        "invalid strategy `canary`: expected one of `Flush Out`, `Production State`, "
        "`Next Release`, `Custom`, `Beta`, `Production`, `Custom Production`"
    )
    assert [record.getMessage() for record in caplog.records] == [
        f"ignoring an invalid strategy: `meta.strategies.production[{problem}"
        for problem in ("0]`: " + unknown, "1]`: `on`: the document has no flag `gone`")
    ]


@pytest.mark.parametrize(
    ("strategies", "paths"),
    [
        ([], ["meta.strategies"]),
        ({"production": {}, "development": None}, ["meta.strategies.production"]),
        ({"production": ["Beta", "canary"]}, ["meta.strategies.production[1]"]),
    ],
)
def test_a_check_reports_invalid_strategies(strategies: Any, paths: list[str]) -> None:
    found = Flags.from_json(written(strategies)).check()
    assert [each.path for each in found if each.code == "invalid-strategy"] == paths


def test_an_invalid_context_has_no_strategy(caplog: pytest.LogCaptureFixture) -> None:
    flags = of_production(written({"production": ["Beta"]}))
    with caplog.at_level(logging.WARNING):
        detail = flags.bool_variation_detail(NEW, {"kind": "user"}, None)
    assert (detail.value, detail.reason["errorKind"]) == (None, "USER_NOT_SPECIFIED")
    assert flags.bind({"kind": "user"}).strategy is None
    assert len(caplog.records) == 1


def test_a_strategy_is_chosen_with_the_local_time() -> None:
    by_day = {
        "strategy": "Beta",
        "clauses": [clause("minuteOfDay", "lessThan", 1440, contextKind="clock")],
    }
    strategies = {"production": [by_day]}
    assert of_production(written(strategies)).bool_variation(NEW, MIA, None) is False
    flags = of_production(written(strategies), timezone="Europe/Berlin")
    assert flags.bool_variation(NEW, MIA, None) is True


def test_overrides_of_a_test_take_precedence() -> None:
    flags = of_production()
    with FlagOverrides(Flags.from_json(written())) as overrides:
        assert flags.bool_variation(NEW, GRACE, None) is False
        overrides.on(NEW)
        assert flags.bool_variation(NEW, MIA, None) is True
    assert flags.bool_variation(NEW, GRACE, None) is True
    assert flags.bool_variation(NEW, MIA, None) is False


# --- over HTTP ---


def test_an_etag_depends_on_the_strategy() -> None:
    def tag(text: bytes, context: Any, **options: Any) -> str:
        flags = of_production(text)
        response = config_response(http_event(), flags, context=context, **options)
        assert response["headers"]["Isoflag-Document"] == Flags.from_json(text).digest
        return response["headers"]["ETag"]

    options: dict[str, Any]
    for options in ({}, {"form": "document"}, {"form": "plain", "keys": [NEW]}):
        assert tag(written(), GRACE, **options) == tag(written(), GRACE, **options)
        without, _, _ = client(written())
        own = config_response(http_event(), without, context=GRACE, **options)["headers"]["ETag"]
        assert tag(written(), GRACE, **options) != own
        # Nobody else gets another tag.
        own = config_response(http_event(), without, context=MIA, **options)["headers"]["ETag"]
        assert tag(written(), MIA, **options) == own


def test_the_document_of_a_page_does_not_show_the_strategies() -> None:
    flags = of_production()
    for context in (GRACE, MIA):
        page = config(flags, {"kind": "user", "key": context["key"]}, form="document")
        assert "shop.example" not in json.dumps(page)
        assert "strategies" not in json.dumps(page)


def test_a_pin_evaluates_the_strategy_of_the_pinned_document() -> None:
    clock = Clock()
    source = ScriptedSource(written(), written(status="Doing"))
    options: Any = {**PATIENT, "pins": Pins(), "gate": GateTimes(900, 3000), "clock": clock}
    flags = FlagClient(source, system="production", **options)
    page = config_response(http_event(), flags, context=GRACE)
    pin = page["headers"]["Isoflag-Document"]
    clock.advance(60)
    assert flags.bool_variation(NEW, GRACE, None) is False
    pinned = flags.bind(GRACE, pin=pin)
    assert pinned.bool_variation(NEW, None) is True
    assert pinned.digest == pin
    assert flags.bind(GRACE, pin=pin).flags is pinned.flags
    assert flags.bind(MIA, pin=pin).bool_variation(NEW, None) is False
    handler = Guard(flags, context=GRACE).requires_flag(NEW)(served)
    event = http_event("POST", "/orders", headers={"Isoflag-Document": pin})
    assert handler(event, None)["statusCode"] == 200


def test_overrides_of_a_session_change_the_document_under_the_strategy() -> None:
    flags = of_production()
    overrides = SignedOverrides("a secret of at least 16 bytes", environment="staging")
    token = overrides.sign({"old": False}, seconds=60)
    headers = {"cookie": f"isoflag-overrides={token}"}
    response = config_response(
        http_event(headers=headers), flags, context=GRACE, overrides=overrides
    )
    body = json.loads(response["body"])
    assert (body[NEW], body["old"]) == (True, False)


def test_parity_compares_the_answers_under_the_strategy() -> None:
    flags = of_production()
    parity = ParityCheck(flags, context=GRACE)

    def outcome(*, value: bool) -> Any:
        claim = f"{flags.flags.digest},{hash_of({NEW: value})},{NEW}"
        return parity.check(http_event(headers={"Isoflag-Answers": claim}))

    assert (outcome(value=True), outcome(value=False)) == ("agreements", "disagreements")
    [receipt] = json.loads(parity.take()[0])["receipts"]
    assert json.loads(receipt)["strategy"] == {"strategy": "Beta"}
    assert replay(receipt, flags.flags, GRACE).to_json() == receipt


# --- records ---


def test_activity_names_the_strategy() -> None:
    activity = Activity(clock=Clock(1.0))
    flags = of_production(activity=activity)
    digest = flags.flags.digest
    for context in (GRACE, MIA, GRACE):
        flags.bool_variation(NEW, context, None)
    assert activity.to_dict()["flags"][NEW] == {
        "counts": {digest: {"0": 2, "1": 1}},
        "first": 1000,
        "last": 1000,
        "strategies": {"Beta": 2},
    }


def test_openfeature_names_the_strategy() -> None:
    activity = Activity(clock=Clock(1.0))
    provider = IsoflagProvider(of_production(), activity=activity)
    email = {"email": GRACE["email"]}
    resolved = provider.resolve_boolean_details(NEW, False, EvaluationContext("grace", email))
    assert resolved.flag_metadata["strategy"] == "Beta"
    resolved = provider.resolve_boolean_details(NEW, False, EvaluationContext("mia"))
    assert "strategy" not in resolved.flag_metadata
    assert activity.to_dict()["flags"][NEW]["strategies"] == {"Beta": 1}
    assert of_ofrep(of_production(), GRACE)["metadata"]["strategy"] == "Beta"
    assert "strategy" not in of_ofrep(of_production(), MIA)["metadata"]


def test_openfeature_reports_each_flag_as_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Flags.from_json(written(status="Staging")).diff(written()).answers == []
    for system, expected in (("production", ["later", NEW, "old"]), (None, [])):
        flags, _, clock = client(written(status="Staging"), written(), system=system)
        provider = IsoflagProvider(flags)
        changes: list[Any] = []
        monkeypatch.setattr(provider, "emit_provider_configuration_changed", changes.append)
        provider.initialize(EvaluationContext())
        clock.advance(60)
        flags.refresh()
        assert [change.flags_changed for change in changes] == [expected]


def test_a_receipt_replays_against_its_strategy() -> None:
    flags = Flags.from_json(written())
    receipt = flags.receipt(NEW, GRACE, system="production")
    members = receipt.to_dict()
    assert (members["digest"], members["answer"]["value"]) == (flags.digest, True)
    assert members["strategy"] == {"strategy": "Beta"}
    assert replay(receipt, flags, GRACE) == receipt
    with pytest.raises(ReceiptError) as raised:
        replay(receipt.to_json().replace("Beta", "Production"), flags, GRACE)
    assert raised.value.code == "other-answer"
    assert flags.receipt(NEW, MIA, system="production") == flags.receipt(NEW, MIA)
    with pytest.raises(ValueError, match="invalid system"):
        flags.receipt(NEW, MIA, system="staging")  # type: ignore[arg-type]
