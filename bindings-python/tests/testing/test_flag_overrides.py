"""Overrides of flags: their values, their scope, and their restoration."""

import copy
import pickle
import threading
import unittest
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode

from documents import USER, clause, document, flag, load
from isoflag import BoundFlags, DocumentError, FlagClient, Flags
from isoflag.activity import Activity
from isoflag.aws_http import FlagOffError, requires_flag
from isoflag.openfeature import IsoflagProvider
from isoflag.source import SourceUnavailableError
from isoflag.testing import AllOff, AllOn, Baseline, FlagFailure, FlagOverrides
from lambda_events import SCHEDULES
from scripted import ScriptedSource, text

DOCUMENT = document(
    flag("yes", False, True, fallthrough={"variation": 1}, version=7),
    flag("no", False, True, on=False, clientSideAvailability={"usingEnvironmentId": True}),
    flag("ruled", "a", "b", rules=[{"clauses": [clause("key", "in", "ada")], "variation": 1}]),
    flag("dependent", False, True, prerequisites=[{"key": "yes", "variation": 1}]),
    flag("broken", True, fallthrough={"variation": 9}),
    flag("shape", {"a": 1}, {"a": 2}),
    segments={},
    meta={"version": 3},
)
VALUES = [True, False, 0, 1, 1.5, "", "text", None, [], [1], {}, {"a": {"b": [None]}}]


@pytest.fixture
def overrides() -> Iterator[FlagOverrides]:
    with FlagOverrides(DOCUMENT) as started:
        yield started


@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("key", ["yes", "no", "ruled", "dependent", "broken", "unknown"])
def test_a_value_of_any_type_is_served_to_every_context(
    overrides: FlagOverrides, key: str, value: Any
) -> None:
    overrides[key] = value
    for context in (USER, {"kind": "org", "key": "acme"}):
        for evaluated_by in (overrides.client, overrides.flags):
            detail = evaluated_by.variation_detail(key, context, "default")
            assert detail.value == value
            assert type(detail.value) is type(value)
            assert detail.reason == {"kind": "FALLTHROUGH"}
    assert overrides.client.variation("shape", USER, None) == {"a": 1}


def test_a_variation_with_the_value_is_served_with_its_index(overrides: FlagOverrides) -> None:
    overrides["yes"] = True
    assert overrides.client.variation_detail("yes", USER, None).variation_index == 1
    assert overrides.client.bool_variation_detail("dependent", USER, True).reason["kind"] != "ERROR"
    overrides["yes"] = False
    assert overrides.client.variation_detail("dependent", USER, None).reason == {
        "kind": "PREREQUISITE_FAILED",
        "prerequisiteKey": "yes",
    }
    # In the form that a document would have.
    for one in (1, 1.0, Decimal("1.0")):
        overrides["yes"] = one
        detail = overrides.client.variation_detail("yes", USER, None)
        assert (detail.value, detail.variation_index) == (1, 2)
    overrides["yes"] = {"price": Decimal("9.5")}
    assert overrides.client.json_variation("yes", USER, None) == {"price": 9.5}


def test_a_flag_is_switched_on_and_off(overrides: FlagOverrides) -> None:
    ask = overrides.client.variation_detail
    overrides.on("no")
    assert (ask("no", USER, None).value, ask("no", USER, None).reason["kind"]) == (
        True,
        "FALLTHROUGH",
    )
    overrides.off("yes")
    assert (ask("yes", USER, None).value, ask("yes", USER, None).reason) == (False, {"kind": "OFF"})
    overrides.off("ruled")
    assert ask("ruled", USER, None).reason == {"kind": "OFF"}
    overrides.on("ruled")
    assert ask("ruled", USER, None).value == "b"
    overrides.off("unknown")
    assert (ask("unknown", USER, True).value, ask("unknown", USER, True).reason) == (
        False,
        {"kind": "OFF"},
    )
    overrides.on("unknown")
    assert ask("unknown", USER, False).value is True
    assert dict(overrides) == {"no": True, "yes": False, "ruled": True, "unknown": True}


def test_overrides_are_a_mapping_of_values(overrides: FlagOverrides) -> None:
    overrides.update({"yes": False, "ruled": "c"})
    overrides.fail("shape", "missing")
    assert (dict(overrides), len(overrides)) == ({"yes": False, "ruled": "c"}, 2)
    assert "shape" not in overrides
    with pytest.raises(KeyError):
        overrides["shape"]
    with overrides.override({"yes": True, "no": True}):
        assert overrides.client.bool_variation("no", USER, False)
        with overrides.override({"yes": False}):
            assert not overrides.client.bool_variation("yes", USER, True)
        assert overrides.client.bool_variation("yes", USER, False)
    assert dict(overrides) == {"yes": False, "ruled": "c"}
    assert not overrides.client.bool_variation("no", USER, True)
    del overrides["ruled"]
    assert overrides.client.variation("ruled", USER, None) == "b"
    assert repr(overrides) == "<FlagOverrides: {'yes': False, 'shape': 'missing'}>"
    overrides.clear()
    assert overrides.client.bool_variation("yes", USER, False)


def test_a_failing_block_restores_the_overrides(overrides: FlagOverrides) -> None:
    with pytest.raises(ConnectionError), overrides.override({"yes": False}):
        raise ConnectionError
    assert dict(overrides) == {}


def test_a_value_without_a_json_form_is_rejected(overrides: FlagOverrides) -> None:
    with pytest.raises(DocumentError):
        overrides["yes"] = object()
    assert dict(overrides) == {}


def test_overrides_keep_the_visibility_to_browsers(overrides: FlagOverrides) -> None:
    overrides.update({"yes": False, "no": True, "unknown": 1})
    state = overrides.client.all_flags_state(USER, client_side_only=True)
    assert {key: value for key, value in state.items() if key[0] != "$"} == {
        "no": True,
        "unknown": 1,
    }


FAILURES: Mapping[FlagFailure, str] = {
    "missing": "FLAG_NOT_FOUND",
    "malformed": "MALFORMED_FLAG",
    "wrong-type": "WRONG_TYPE",
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize(("getter", "default"), [("bool", True), ("str", "x"), ("int", 1)])
@pytest.mark.parametrize("key", ["yes", "no", "ruled", "broken", "unknown"])
def test_a_flag_that_fails_serves_the_default(
    overrides: FlagOverrides, failure: FlagFailure, getter: str, default: Any, key: str
) -> None:
    overrides.fail(key, failure)
    name = f"{getter}_variation_detail"
    for detail in (
        getattr(overrides.client, name)(key, USER, default),
        getattr(overrides.flags, name)(key, USER, default),
        getattr(overrides.client.bind(USER), name)(key, default),
    ):
        assert (detail.value, detail.variation_index) == (default, None)
        assert detail.reason == {"kind": "ERROR", "errorKind": FAILURES[failure]}
    overrides[key] = True
    assert overrides.client.bool_variation(key, USER, False)


def test_an_object_of_the_wrong_type_is_a_string(overrides: FlagOverrides) -> None:
    overrides.fail("shape", "wrong-type")
    assert isinstance(overrides.client.json_variation("shape", USER, {}), str)
    assert isinstance(overrides.client.json_variation("shape", USER, {}, copy=False), str)


def test_unknown_failures_are_named(overrides: FlagOverrides) -> None:
    with pytest.raises(ValueError, match="invalid failure `lost`: expected `missing`"):
        overrides.fail("yes", "lost")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="invalid failure `lost`: expected one of `down`"):
        overrides.fail_source("lost")  # type: ignore[arg-type]


@pytest.mark.parametrize("failure", ["down", "timeout", "unauthorized", "missing", "malformed"])
def test_a_source_that_fails_leaves_clients_without_a_document(
    overrides: FlagOverrides, failure: Any
) -> None:
    client = FlagClient(ScriptedSource(text()))
    assert client.bool_variation("yes", USER, False)
    overrides.fail_source(failure)
    for evaluated_by in (client, FlagClient(ScriptedSource(text())), overrides.client):
        detail = evaluated_by.bool_variation_detail("yes", USER, "default")
        assert detail.value == "default"
        assert detail.reason == {"kind": "ERROR", "errorKind": "CLIENT_NOT_READY"}
        assert (evaluated_by.status.ready, evaluated_by.status.stale) == (False, False)
        assert evaluated_by.status.error is not None
    overrides.repair_source()
    assert client.bool_variation("yes", USER, False)


@pytest.mark.parametrize("failure", ["down", "timeout", "unauthorized", "missing", "malformed"])
def test_a_stale_document_is_still_evaluated(overrides: FlagOverrides, failure: Any) -> None:
    client, errors = FlagClient(ScriptedSource(text())), list[Exception]()
    client.listen(on_error=errors.append)
    overrides["yes"] = False
    overrides.fail_source(failure, stale=True)
    overrides["yes"] = True
    assert client.bool_variation("yes", USER, True) is False
    assert client.status.stale
    assert errors
    overrides.repair_source()
    assert client.bool_variation("yes", USER, False) is True
    assert not client.status.stale


@pytest.mark.parametrize("key", ["yes", "no", "unknown"])
def test_all_off_and_all_on(overrides: FlagOverrides, key: str) -> None:
    overrides.all_off()
    for evaluated_by in (overrides.client, overrides.flags):
        assert evaluated_by.bool_variation(key, USER, True) is False
        assert evaluated_by.bind(USER).bool_variation(key, True) is False
        assert evaluated_by.variation_detail(key, USER, True).reason == {"kind": "OFF"}
    assert overrides.client.variation("ruled", USER, None) == "a"
    assert overrides.client.variation("unknown", USER, "text") == "text"
    overrides.all_on()
    for evaluated_by in (overrides.client, overrides.flags):
        assert evaluated_by.bool_variation(key, USER, False) is True
        assert evaluated_by.bind(USER).bool_variation(key, False) is True
    assert overrides.client.variation("ruled", USER, None) == "b"
    assert overrides.client.bool_variation("dependent", USER, False) is True
    overrides[key] = False
    assert overrides.client.bool_variation(key, USER, True) is False
    overrides.baseline = Baseline()
    del overrides[key]
    assert overrides.client.bool_variation(key, USER, True) is (key != "no")


def test_a_baseline_can_be_passed_to_the_constructor() -> None:
    for baseline, value in ((AllOff(), False), (AllOn(), True)):
        with FlagOverrides(DOCUMENT, baseline=baseline):
            assert FlagClient(ScriptedSource(text())).bool_variation("yes", USER, None) is value


def test_every_client_is_overridden_and_nothing_is_fetched() -> None:
    source = ScriptedSource(text("own"))
    before, ready, activity = (
        FlagClient(source),
        FlagClient(ScriptedSource(text("own"))),
        Activity(),
    )
    assert ready.variation("a", USER, None) == "own"
    status = ready.status
    with FlagOverrides() as overrides:
        overrides["a"] = "overridden"
        during = FlagClient(ScriptedSource(SourceUnavailableError("down", where="it")))
        counting = FlagClient(source, activity=activity)
        for client in (before, ready, during, counting):
            assert client.variation("a", USER, None) == "overridden"
            assert client.bind(USER).variation("a", None) == "overridden"
            assert client.flags.variation("a", USER, None) == "overridden"
        assert len(overrides.evaluated) == 12
        overrides["a"] = "again"
        assert ready.variation("a", USER, None) == "again"
    assert source.fetches == []
    assert (
        sum(sum(each.values()) for each in activity.to_dict()["flags"]["a"]["counts"].values()) == 2
    )
    assert (before.status.ready, ready.status.digest) == (False, status.digest)
    assert (before.variation("a", USER, None), ready.variation("a", USER, None)) == ("own", "own")
    assert not during.status.ready
    assert len(overrides.evaluated) == 13


def test_overrides_within_overrides() -> None:
    client = FlagClient(ScriptedSource(text("own")))
    with FlagOverrides() as outer:
        outer["a"] = "outer"
        with FlagOverrides() as inner:
            inner["a"] = "inner"
            late = FlagClient(ScriptedSource(text("own")))
            assert [each.variation("a", USER, None) for each in (client, late)] == ["inner"] * 2
        assert [each.variation("a", USER, None) for each in (client, late)] == ["outer"] * 2
        assert len(inner.evaluated) == len(outer.evaluated) == 2
    assert [each.variation("a", USER, None) for each in (client, late)] == ["own"] * 2


def test_overrides_start_once_and_stop_repeatedly() -> None:
    overrides = FlagOverrides().start()
    with pytest.raises(RuntimeError, match="already started"):
        overrides.start()
    overrides.stop()
    overrides.stop()
    overrides.start()
    overrides.stop()


def test_flags_of_a_module_are_replaced() -> None:
    own = load(flag("a", "own"), flag("b", "own"))
    module = SimpleNamespace(FLAGS=own, client=FlagClient(ScriptedSource(text())))
    with FlagOverrides() as overrides:
        replaced = overrides.replace(module, "FLAGS")
        assert module.FLAGS is replaced
        overrides["a"] = "overridden"
        ask = module.FLAGS.variation
        assert (ask("a", USER, None), ask("b", USER, None)) == ("overridden", "own")
        overrides["a"] = "again"
        assert module.FLAGS.str_variation("a", USER, "") == "again"
        assert overrides.evaluated.keys() == ["a", "b"]
        with pytest.raises(TypeError, match="`client` is not a `Flags` object"):
            overrides.replace(module, "client")
    assert module.FLAGS is own


def test_overridden_flags_have_all_members_of_flags(overrides: FlagOverrides) -> None:
    flags = overrides.flags
    assert isinstance(flags, Flags)
    assert isinstance(flags.bind(USER), BoundFlags)
    assert (len(flags), "yes" in flags, "unknown" in flags) == (6, True, False)
    assert (flags.version, flags.digest) == (3, Flags.from_dict(DOCUMENT).digest)
    assert flags.keys() == sorted(DOCUMENT["flags"])
    assert [each.path for each in flags.diagnostics] == ["flags.broken.fallthrough.variation"]
    assert pickle.loads(pickle.dumps(flags)).digest == flags.digest
    assert copy.deepcopy(flags) is copy.copy(flags) is flags
    assert (
        flags.explain("yes", USER).to_dict()
        == load(DOCUMENT["flags"]["yes"]).explain("yes", USER).to_dict()
    )
    assert repr(flags) == repr(Flags.from_dict(DOCUMENT))
    (row,) = flags.evaluate_many(["yes", "no"], [USER])
    assert [each.value for each in row] == [True, False]
    assert overrides.evaluated.keys() == ["yes", "no"]
    with pytest.raises(TypeError, match="`keys`"):
        flags.evaluate_many("yes", [USER])


def test_a_guarded_handler_is_overridden(overrides: FlagOverrides) -> None:
    client = FlagClient(ScriptedSource(text()))
    for flags in (client, overrides.flags, overrides.client):

        @requires_flag("no", flags)
        def handler(_: Any) -> str:
            return "done"

        overrides.on("no")
        assert handler(SCHEDULES["a rule"]) == "done"
        overrides.off("no")
        with pytest.raises(FlagOffError):
            handler(SCHEDULES["a rule"])
        overrides.fail_source("down")
        if flags is client:
            with pytest.raises(FlagOffError):
                handler(SCHEDULES["a rule"])
        overrides.repair_source()
    assert overrides.evaluated.keys() == ["no"]


@pytest.mark.parametrize("over", ["client", "flags"])
def test_an_openfeature_provider_is_overridden(overrides: FlagOverrides, over: str) -> None:
    own = FlagClient(ScriptedSource(text()))
    api.set_provider_and_wait(IsoflagProvider(own if over == "client" else overrides.flags))
    try:
        shop, ada = api.get_client(), EvaluationContext("ada")
        overrides["no"] = True
        details = shop.get_boolean_details("no", False, ada)
        assert (details.value, details.reason) == (True, "STATIC")
        overrides.off("no")
        assert shop.get_boolean_details("no", True, ada).reason == "DISABLED"
        overrides.fail("no", "wrong-type")
        assert shop.get_boolean_details("no", True, ada).error_code is ErrorCode.TYPE_MISMATCH
        assert [each.value for each in overrides.evaluated.of("no")] == [True, False, True]
    finally:
        api.clear_providers()


def test_another_document_can_be_loaded(overrides: FlagOverrides) -> None:
    overrides["yes"] = "overridden"
    overrides.load(document(flag("other", 1), meta={"version": 1}))
    assert overrides.client.variation("other", USER, None) == 1
    assert overrides.client.variation("yes", USER, None) == "overridden"
    assert overrides.client.status.version == 1
    overrides.load('{"flags": {}}')
    assert overrides.client.variation("other", USER, None) is None
    with pytest.raises(DocumentError):
        overrides.load("{")


def test_evaluations_are_recorded(overrides: FlagOverrides) -> None:
    client = overrides.client
    assert repr(overrides.evaluated) == "<evaluated: nothing>"
    client.bool_variation("yes", USER, False)
    client.bind(USER).str_variation_detail("ruled", "default")
    client.flags.int_variation("no", USER, 5)
    assert [(each.key, each.context, each.default) for each in overrides.evaluated] == [
        ("yes", USER, False),
        ("ruled", USER, "default"),
        ("no", USER, 5),
    ]
    assert [each.value for each in overrides.evaluated] == [True, "b", 5]
    assert overrides.evaluated[2].detail.reason == {"kind": "ERROR", "errorKind": "WRONG_TYPE"}
    assert overrides.evaluated[:1] == [overrides.evaluated[0]]
    assert "yes" in overrides.evaluated
    assert "other" not in overrides.evaluated
    assert overrides.evaluated[1] in overrides.evaluated
    assert "no = 5 (ERROR, WRONG_TYPE)" in repr(overrides.evaluated)
    overrides.evaluated.clear()
    client.all_flags_state(USER)
    client.explain("yes", USER)
    assert len(overrides.evaluated) == 0
    overrides.fail_source("down")
    client.variation("yes", USER, "default")
    assert str(overrides.evaluated[0]) == "yes = 'default' (ERROR, CLIENT_NOT_READY)"
    assert overrides.evaluated[0].context == USER


def enter(name: str) -> str:
    return f"entered by {name}"


class Ledger:
    def charge(self, amount: int) -> int:
        return amount

    @staticmethod
    def rate() -> float:
        return 0.5

    @classmethod
    def name(cls) -> str:
        return cls.__name__


class Account(Ledger):
    pass


def test_calls_of_an_entry_point_are_counted() -> None:
    original = vars(Ledger)["rate"]
    with FlagOverrides() as overrides:
        entered = overrides.watch(f"{__name__}.enter")
        charged = overrides.watch(f"{__name__}.Ledger.charge")
        rated = overrides.watch(f"{__name__}:Ledger.rate")
        named = overrides.watch(f"{__name__}.Ledger.name")
        inherited = overrides.watch(f"{__name__}.Account.charge")
        assert not entered.was_called
        assert (enter("mia"), Ledger().charge(2), Ledger.rate()) == ("entered by mia", 2, 0.5)
        assert (Account.name(), Account().charge(3)) == ("Account", 3)
        assert entered.calls == [(("mia",), {})]
        assert [len(each.calls) for each in (charged, rated, named, inherited)] == [2, 1, 1, 1]
    assert enter("ada") == "entered by ada"
    assert len(entered.calls) == 1
    assert vars(Ledger)["rate"] is original
    assert "charge" not in vars(Account)


@pytest.mark.parametrize("name", ["enter", "nowhere.enter", f"{__name__}.nothing", "os.sep", ""])
def test_an_unknown_entry_point_is_rejected(name: str) -> None:
    with pytest.raises(ValueError, match=f"`{name}`"):
        FlagOverrides().watch(name)


def test_threads_see_the_same_overrides(overrides: FlagOverrides) -> None:
    client = FlagClient(ScriptedSource(text()))
    start, seen = threading.Barrier(4), set[Any]()

    def ask(value: str) -> None:
        start.wait()
        for _ in range(50):
            with_value = client.variation("shared", USER, None)
            seen.add(with_value)
            if value:
                overrides["shared"] = value

    threads = [threading.Thread(target=ask, args=(value,)) for value in ("", "", "", "set")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen <= {None, "set"}
    assert client.variation("shared", USER, None) == "set"


class UnittestStyle(unittest.TestCase):
    """A test case of unittest."""

    def setUp(self) -> None:
        self.client = FlagClient(ScriptedSource(text("own")))
        self.flags = FlagOverrides(DOCUMENT).start()
        self.addCleanup(self.flags.stop)

    def test_a_flag_that_is_off(self) -> None:
        self.flags.off("yes")
        self.assertFalse(self.client.bool_variation("yes", USER, True))  # noqa: PT009
        self.assertNotIn("no", self.flags.evaluated)  # noqa: PT009


def test_unittest_runs_it_without_pytest() -> None:
    case = UnittestStyle("test_a_flag_that_is_off")
    result = case.run()
    assert result is not None
    assert result.wasSuccessful()
    assert case.client.variation("a", USER, None) == "own"
