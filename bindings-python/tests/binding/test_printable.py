"""Text from documents, requests and webhooks is escaped in terminals and logs."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unicodedata import category

import pytest

import isoflag
from documents import flag, load
from isoflag import Context, DocumentError, Flags, LifecycleError, PinError, StrategyError
from isoflag._core import parse_ttl
from isoflag._logs import logger
from isoflag.activity import Activity
from isoflag.aws_http import Cors, FlagOffError, config_response
from isoflag.aws_http.bound_request import bind_request
from isoflag.reports import inventory
from isoflag.source import SourceError
from isoflag.source.dynamodb_layout import ItemError, decode_item
from isoflag.store import DynamoDbFeatureStore, InMemoryFeatureStore
from isoflag.store.plan import check_kinds
from isoflag.sync import DocumentFetch, FetchError
from isoflag.testing import FlagOverrides
from isoflag.testing.entry_point import EntryPoint

HOSTILE = (
    "\x1b[2J\x1b]0;t\x07\x9b31m\r\n::error file=a::b\n##[group]x"
    "\u202e\u2066\u061c\u200e\u200f\u2028\x85\x7f\x00\t\u200b\u200d\ufeff\xad\U000e0041"
)
ADA = {"kind": "user", "key": "ada"}
EVENT = {"version": "2.0", "requestContext": {"http": {"method": "GET"}}}
CLAUSE = {"attribute": HOSTILE, "op": HOSTILE, "values": [HOSTILE]}
PACKAGE = Path(isoflag.__file__).parent


def assert_printable(text: str) -> None:
    obeyed = [one for one in text if one in "\u2028\u2029" or category(one) in ("Cc", "Cf")]
    assert set(obeyed) <= {"\n"}, ascii(text)
    for line in text.splitlines():
        assert not line.lstrip().startswith("::"), line
        assert "##[" not in line


def document(**members: Any) -> Flags:
    rules = [{"variation": 9, "clauses": [CLAUSE]}]
    return load(flag(HOSTILE, HOSTILE, 1, **{"rules": rules, **members}))


def test_an_explanation_is_printable() -> None:
    user = {"kind": "user", "key": HOSTILE, HOSTILE: HOSTILE}
    assert_printable(str(document().explain(HOSTILE, user)))


def test_a_difference_is_printable() -> None:
    diff = document().diff(document(on=False, salt=HOSTILE, rules=[]))
    assert_printable(str(diff))
    assert_printable(diff.to_markdown())


def test_diagnostics_are_printable() -> None:
    found = [*document().diagnostics, *document().check()]
    assert found
    for diagnostic in found:
        assert_printable(str(diagnostic))


def test_errors_are_printable() -> None:
    flags = document()
    for error, call in [
        (LifecycleError, lambda: flags.with_status(HOSTILE + HOSTILE, "Done", 1)),
        (LifecycleError, lambda: flags.with_status(HOSTILE, cast("Any", HOSTILE), 1)),
        (StrategyError, lambda: flags.with_strategy({"strategy": HOSTILE})),
        (StrategyError, lambda: flags.with_strategy("custom", on=[HOSTILE * 2])),
        (DocumentError, lambda: Flags.from_dict({"flags": {HOSTILE: {"x": float("nan")}}})),
        (isoflag.ContextError, lambda: Context("a", kind=HOSTILE)),
    ]:
        with pytest.raises(error) as raised:
            call()  # type: ignore[no-untyped-call]
        assert_printable(str(raised.value))


def test_arguments_quoted_by_a_value_error_are_printable() -> None:
    flags = document()
    for call in (
        lambda: parse_ttl(HOSTILE),
        lambda: flags.check({HOSTILE: 1}),
        lambda: flags.check({"names": f"/{HOSTILE}(/"}),
        lambda: flags.strategy_for(cast("Any", HOSTILE), {"kind": "user", "key": "a"}),
        lambda: flags.advance({HOSTILE: HOSTILE}, 1),
        lambda: flags.certification(
            production_state=cast("Any", HOSTILE), next_release="passed", now=1
        ),
    ):
        with pytest.raises(ValueError, match="`") as raised:
            call()
        assert_printable(str(raised.value))


def test_a_context_is_represented_in_printable_text() -> None:
    assert_printable(repr(Context(HOSTILE)))
    assert_printable(repr(Context.from_dict({"kind": "multi", "user": {"key": HOSTILE}})))


def test_quoted_text_in_errors_of_the_sdk_is_printable() -> None:
    flags, ada = document(), {"kind": "user", "key": "ada"}
    activity = {"counts": {"d": {HOSTILE: 1}}, "first": 1, "last": 1}
    for error, call in [
        (SourceError, lambda: fail(SourceError(HOSTILE, where=HOSTILE))),
        (FetchError, lambda: fail(FetchError(HOSTILE))),
        (ItemError, lambda: decode_item({"key": {"S": HOSTILE}})),
        (ValueError, lambda: Activity().merge({"activity": HOSTILE, "flags": {}})),
        (ValueError, lambda: Activity().merge({"activity": 1, "flags": {HOSTILE: activity}})),
        (PinError, lambda: bind_request(flags, ada, pin=HOSTILE)),
        (PinError, lambda: FlagOverrides().client.bind(ada, pin=HOSTILE)),
    ]:
        with pytest.raises(error) as raised:
            call()  # type: ignore[no-untyped-call]
        assert_printable(str(raised.value))


def respond(**options: Any) -> object:
    return config_response(EVENT, document(), context=lambda _request: ADA, **options)


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (ValueError, lambda text: respond(form=text)),
        (ValueError, lambda text: respond(form="plain", keys=["a"], gate=text)),
        (TypeError, Cors),
        (ValueError, lambda text: Cors([text])),
        (FlagOffError, lambda text: fail(FlagOffError(text))),
        (ValueError, DocumentFetch),
        (ValueError, lambda text: DynamoDbFeatureStore("t", client=object()).get(text, "a")),
        (TypeError, lambda text: FlagOverrides().replace(SimpleNamespace(**{text: 1}), text)),
        (ValueError, lambda text: inventory({}, activity={text: "{}"})),
        (ValueError, lambda text: inventory({f"{text}=": "{}"})),
        (ValueError, lambda text: FlagOverrides().fail("a", text)),
        (ValueError, lambda text: FlagOverrides().fail_source(text)),
        (ValueError, EntryPoint),
        (ItemError, lambda text: InMemoryFeatureStore().upsert("features", {"key": text, "x": 1j})),
        (ValueError, lambda text: check_kinds({text: {}})),
    ],
    ids=str,
)
def test_arguments_quoted_by_the_sdk_are_printable(
    error: type[Exception], call: Callable[[Any], object]
) -> None:
    with pytest.raises(error) as raised:
        call(HOSTILE)
    assert_printable(str(raised.value))


def fail(error: Exception) -> None:
    raise error


def test_a_record_of_evaluations_is_printable() -> None:
    with FlagOverrides() as overrides:
        overrides.client.variation(HOSTILE, {"kind": "user", "key": "ada"}, HOSTILE)
        assert_printable(repr(overrides.evaluated))


def test_lines_of_the_log_are_printable(caplog: pytest.LogCaptureFixture) -> None:
    log = logger("isoflag.test_printable")
    log.warning("`%s` is left out: %s (%d)", HOSTILE, ValueError(HOSTILE), 3)
    log.warning("nothing is quoted")
    first, second = caplog.messages
    assert_printable(first)
    assert first.endswith("(3)")
    assert second == "nothing is quoted"


def test_every_module_uses_the_escaping_logger() -> None:
    for path in PACKAGE.rglob("*.py"):
        if path.name != "_logs.py":
            assert "logging.getLogger" not in path.read_text(encoding="utf-8"), path
    assert logger("isoflag").name == "isoflag"
