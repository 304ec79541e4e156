"""The class Context: constructors, canonical form, validation, and limits of nesting."""

import copy
import datetime as dt
import json
import math
import pickle
from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import hostile
from documents import USER, document, flag, load, presence
from isoflag import Context, ContextError, DocumentError, Flags
from isoflag.aws_http import Guard, config_response
from isoflag.openfeature_context import context_json
from isoflag.source.dynamodb_layout import ItemError, decode_item, encode_item, encode_meta
from isoflag.store import InMemoryFeatureStore
from isoflag.testing import FlagOverrides
from lambda_events import HTTP_EVENTS


def test_a_context_is_a_user_with_a_key() -> None:
    assert Context("ada").to_dict() == {"kind": "user", "key": "ada"}


def test_the_constructor_accepts_all_members() -> None:
    context = Context(
        "acme",
        kind="org",
        name="Acme",
        anonymous=True,
        attributes={"seats": 40, "address": {"city": "Berlin"}},
        private=("seats", "/address/city"),
    )
    assert context.to_dict() == {
        "kind": "org",
        "key": "acme",
        "name": "Acme",
        "anonymous": True,
        "seats": 40,
        "address": {"city": "Berlin"},
        "_meta": {"privateAttributes": ["seats", "/address/city"]},
    }
    assert context.key == "org:acme"


def test_a_parameter_overrides_an_attribute_of_its_name() -> None:
    context = Context("ada", name="Ada", attributes={"key": "eve", "kind": "org", "name": "Eve"})
    assert (context.to_dict()["kind"], context.key) == ("user", "ada")
    assert context.to_dict()["name"] == "Ada"
    assert Context("ada", attributes={"anonymous": True}).to_dict()["anonymous"] is True


def test_the_constructor_accepts_positional_arguments() -> None:
    assert Context("acme", "org", "Acme", True, {"a": 1}, ["a"]) == Context(
        "acme", kind="org", name="Acme", anonymous=True, attributes={"a": 1}, private=iter(["a"])
    )


def test_several_kinds_are_joined_in_order() -> None:
    joined = Context.multi(Context("ada"), {"kind": "org", "key": "a:b%"})
    assert joined.key == "org:a%3Ab%25:user:ada"
    assert list(joined.to_dict()) == ["kind", "org", "user"]
    assert Context.multi(Context("ada")) == Context("ada")
    assert Context.multi(joined, Context("x", kind="device")).key.startswith("device:x:org:")


def test_text_and_mapping_create_equal_contexts() -> None:
    for raw in (
        {"kind": "user", "key": "ada", "email": "ada@example.com", "gone": None},
        {"kind": "multi", "user": {"key": "ada"}, "org": {"key": "acme"}},
        {"kind": "multi", "org": {"key": "acme"}},
        {"key": "ada", "email": "ada@example.com", "custom": {"plan": "pro"}},
        {"key": ""},
    ):
        context = Context.from_dict(raw)
        assert context == Context.from_json(json.dumps(raw))
        assert context == Context.from_json(json.dumps(raw).encode())
        assert context == Context.from_dict(context.to_dict())
        assert hash(context) == hash(Context.from_dict(context.to_dict()))
        assert pickle.loads(pickle.dumps(context)) == context
        assert copy.deepcopy(context) == context


def test_contexts_differ_by_their_content() -> None:
    contexts = {
        Context("ada"),
        Context("eve"),
        Context("ada", kind="org"),
        Context("ada", name="Ada"),
        Context("ada", private=["name"]),
        Context("ada"),
    }
    assert len(contexts) == 5
    assert Context("ada") != "ada"
    assert Context("ada") != USER


def test_each_dict_of_a_context_is_a_copy() -> None:
    context = Context("ada", attributes={"a": [1]})
    context.to_dict()["a"].append(2)
    assert context.to_dict()["a"] == [1]


def test_a_context_is_used_like_its_mapping() -> None:
    flags = load(presence())
    for attributes in ({"x": 1}, {}):
        context = Context("ada", attributes=attributes)
        expected = bool(attributes)
        assert flags.variation("presence", context, None) is expected
        assert flags.variation("presence", context.to_dict(), None) is expected
        assert flags.bind(context).variation("presence", None) is expected


def test_a_clock_is_added() -> None:
    # 2024-02-29 was a Thursday; 23:30 in UTC is 00:30 of Friday an hour to the east.
    at = dt.datetime(2024, 2, 29, 23, 30, tzinfo=dt.timezone.utc).timestamp() * 1000
    clock = Context("ada").with_clock(at, 60).to_dict()["clock"]
    assert clock["epochMillis"] == at
    assert clock["minuteOfDay"] == 30
    assert clock["dayOfWeek"] == 5
    assert (
        Context("ada").with_clock(now_ms=at, offset_minutes=-60).to_dict()["clock"]["minuteOfDay"]
        == 22 * 60 + 30
    )
    with pytest.raises(ContextError):
        Context("ada").with_clock(math.nan, 0)
    assert Context("ada").with_clock(0, 0).with_clock(at, 60).to_dict()["clock"] == clock


def test_the_printed_form_is_short() -> None:
    assert (
        repr(Context("acme", kind="org", attributes={"long": "x" * 1000})) == "<Context org:acme>"
    )


REFUSED: dict[str, tuple[Callable[[], object], str | None]] = {
    "empty key": (lambda: Context(""), None),
    "empty kind": (lambda: Context("ada", kind=""), None),
    "kind `kind`": (lambda: Context("ada", kind="kind"), None),
    "kind `multi`": (lambda: Context("ada", kind="multi"), None),
    "kind with a space": (lambda: Context("ada", kind="a b"), None),
    "without contexts": (Context.multi, None),
    "a kind twice": (lambda: Context.multi(Context("ada"), Context("eve")), None),
    "invalid part": (lambda: Context.multi(Context("ada"), {"kind": "org"}), None),
    "key with a lone surrogate": (lambda: Context("\ud800"), "key"),
    "kind with a lone surrogate": (lambda: Context("ada", kind="\ud800"), "kind"),
    "name with a lone surrogate": (lambda: Context("ada", name="\ud800"), "name"),
    "private with a lone surrogate": (lambda: Context("ada", private=["\ud800"]), "private"),
    "attribute is a set": (lambda: Context("ada", attributes={"a": {"b": [set()]}}), "a.b[0]"),
    "attribute is NaN": (lambda: Context("ada", attributes={"a": math.nan}), "a"),
    "attribute is too large": (lambda: Context("ada", attributes={"a": 10**400}), "a"),
    "attribute is cyclic": (lambda: Context("ada", attributes=hostile.cyclic_dict()), None),
    "attribute named by an int": (lambda: Context("ada", attributes={"a": {5: 1}}), "a"),
    "attributes raise": (lambda: Context("ada", attributes=hostile.Raising()), ""),
    "attributes beyond the limit": (lambda: Context("ada", attributes={"a": "a" * 2**20}), None),
    "mapping is None": (lambda: Context.from_dict(None), ""),  # type: ignore[arg-type]
    "mapping is a list": (lambda: Context.from_dict([]), ""),  # type: ignore[arg-type]
    "mapping raises": (lambda: Context.from_dict(hostile.Raising()), ""),
    "mapping never ends": (lambda: Context.from_dict(hostile.Endless("a")), None),
    "mapping is empty": (lambda: Context.from_dict({}), None),
    "key is an int": (lambda: Context.from_dict({"kind": "user", "key": 5}), "key"),
    "attribute of a kind is a time": (
        lambda: Context.from_dict({"kind": "multi", "user": {"key": "ada", "born": dt.time(12)}}),
        "user.born",
    ),
    "text is empty": (lambda: Context.from_json(""), None),
    "text is not UTF-8": (lambda: Context.from_json(b'{"key": "\xff"}'), None),
    "text has a lone surrogate": (lambda: Context.from_json('{"key": "\ud800"}'), None),
    "text has NaN": (lambda: Context.from_json('{"key": "a", "x": NaN}'), None),
    "text has a number beyond double": (lambda: Context.from_json('{"key":"a","x":1e400}'), None),
    "text has 10,000 levels": (
        lambda: Context.from_json('{"key":"a","x":' + "[" * 10_000 + "]" * 10_000 + "}"),
        None,
    ),
    "text is beyond the limit": (
        lambda: Context.from_json(json.dumps({"key": "a", "x": "x" * 2**20})),
        None,
    ),
}


@pytest.mark.parametrize(("make", "path"), REFUSED.values(), ids=REFUSED.keys())
def test_an_invalid_context_is_rejected(make: Callable[[], object], path: str | None) -> None:
    with pytest.raises(ContextError) as caught:
        make()
    assert isinstance(caught.value, ValueError)
    assert str(caught.value)
    assert caught.value.code
    if path is not None:
        assert caught.value.path == path
        assert path in str(caught.value)


# A type checker rejects these calls too; `make` hides them from it.
make: Any = Context


@pytest.mark.parametrize(
    "misuse",
    [
        make,
        lambda: make(5),
        lambda: make("ada", kind=5),
        lambda: make("ada", anonymous="yes"),
        lambda: make("ada", attributes=[]),
        lambda: make("ada", private="email"),
        lambda: make("ada", private=[5]),
        lambda: make("ada", private=5),
        lambda: make.from_json({}),
        lambda: make("ada").with_clock("now", 0),
    ],
)
def test_an_argument_of_another_type_is_a_type_error(misuse: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        misuse()


# --- deep and endless input ---


DEPTHS = [100, 124, 126, 127, 128, 129, 150, 330, 490, 500, 990, 1000, 5000, 100_000]
OK, BAD_REQUEST = 200, 400


WRAPS: dict[str, Callable[[Any], Any]] = {
    "lists": lambda inner: [inner],
    "mappings": lambda inner: {"a": inner},
}


def is_too_deep(levels: int) -> bool:
    # The context is the first of 128 levels.
    return levels > 127


@pytest.mark.parametrize("levels", DEPTHS)
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_context_of_ofrep_that_is_too_deep_is_a_bad_request(levels: int, opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    value = opening * levels + "1" + closing * levels
    body = f'{{"context":{{"targetingKey":"a","x":{value}}}}}'
    for make in HTTP_EVENTS.values():
        response = config_response(make("POST", body=body), load(flag("f", 1)), form="ofrep")
        assert response["statusCode"] == (BAD_REQUEST if is_too_deep(levels) else OK)


@pytest.mark.parametrize("levels", DEPTHS)
@pytest.mark.parametrize("wrap", WRAPS)
def test_an_openfeature_context_that_is_too_deep_lacks_that_attribute(
    levels: int, wrap: str
) -> None:
    given = {"x": hostile.nested(levels, WRAPS[wrap])}
    mapped = context_json(given, "ada")
    flags = load(presence("x"))
    present = flags.variation("presence", mapped, None)
    assert present is not is_too_deep(levels)
    # Other attributes are kept.
    assert load(presence("y")).variation("presence", {**mapped, "y": 1}, None) is True


def test_cyclic_and_shared_containers_are_copied_once() -> None:
    own: dict[str, Any] = {}
    own["own"] = own
    shared: Any = {"at": datetime(2026, 1, 1, tzinfo=timezone.utc)}
    for _ in range(100):
        shared = [shared, shared]
    mapped = context_json({"x": own, "y": 1}, "ada")
    assert load(presence("x")).variation("presence", mapped, None) is False
    assert load(presence("y")).variation("presence", mapped, None) is True
    # Written out it has 2^100 elements, too large for a valid context.
    mapped = context_json({"x": shared, "y": 1}, "ada")
    assert load(presence("y")).variation("presence", mapped, None) is None


@pytest.mark.parametrize("name", ["\ud800", "", "a", 5, ("a",), None])
def test_reading_an_endless_mapping_ends(name: Any) -> None:
    flags = load(presence("y"))
    endless = hostile.Endless(name)
    assert flags.variation("presence", {"kind": "user", "key": "a", "y": 1, "x": endless}, 0) == 0
    assert flags.variation("presence", endless, 0) == 0
    assert flags.variation("presence", context_json({"x": endless, "y": 1}, "a"), 0) == 0
    with pytest.raises(ContextError):
        Context.from_dict({"kind": "user", "key": "a", "x": endless})


@pytest.mark.parametrize(
    "date",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=5))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_a_date_without_a_time_in_utc_is_absent(date: datetime) -> None:
    mapped = context_json({"x": date, "y": 1}, "ada")
    assert load(presence("x")).variation("presence", mapped, None) is False
    assert load(presence("y")).variation("presence", mapped, None) is True


@pytest.mark.parametrize("levels", DEPTHS)
@pytest.mark.parametrize("wrap", WRAPS)
def test_input_that_is_too_deep_is_rejected_everywhere(levels: int, wrap: str) -> None:
    value = hostile.nested(levels, WRAPS[wrap])
    context = {"kind": "user", "key": "a", "x": value}
    if is_too_deep(levels):
        with pytest.raises(ContextError):
            Context.from_dict(context)
        with pytest.raises(ContextError):
            Context("a", attributes={"x": value})
    else:
        assert Context.from_dict(context).to_dict() == context
    deep = document(flag("f", value))
    ways: list[Any] = [
        lambda: Flags.from_dict(deep),
        lambda: Flags.from_flag_map(deep["flags"]),
        lambda: load(flag("f", 1)).apply(deep),
        lambda: FlagOverrides().load(deep),
        lambda: FlagOverrides().__setitem__("f", value),
    ]
    for way in ways:
        # A flag's value is three or four levels down.
        refused = pytest.raises(DocumentError) if levels > 124 else nullcontext()
        with refused:
            way()
    typed = hostile.nested(levels, lambda inner: {"L": [inner]}, {"S": "x"})
    writes: list[Any] = [
        lambda: encode_item("features", flag("f", value)),
        lambda: encode_meta({"x": value}),
        lambda: InMemoryFeatureStore().upsert("features", flag("f", value)),
        lambda: decode_item({"key": {"S": "f"}, "item": {"S": "[" * levels}}),
        lambda: decode_item({"key": {"S": "f"}, "on": typed}),
    ]
    for write in writes:
        with suppress(ItemError):
            write()


@pytest.mark.parametrize("levels", [500, 100_000])
def test_a_guard_rejects_a_context_that_is_too_deep(levels: int) -> None:
    @Guard(load(flag("f", True)), context=lambda request: request.json()).requires_flag("f")
    def submit(_: Any) -> str:
        return "done"

    text = '{"kind":"user","key":"a","x":' + "[" * levels + "]" * levels + "}"
    for make in HTTP_EVENTS.values():
        answer: Any = submit(make("POST", body=text))
        assert answer == "done" or answer["statusCode"] == BAD_REQUEST
        response = config_response(
            make("POST", body=text), load(flag("f", 1)), context=lambda request: request.json()
        )
        # An attribute that is too deep is absent, but text that is too deep is not JSON.
        assert response["statusCode"] == (200 if levels < 1000 else BAD_REQUEST)


def test_attributes_are_not_copied() -> None:
    value = [[{"a": 1}]]
    mapped = context_json({"x": value}, "ada")
    assert mapped == {"kind": "user", "key": "ada", "x": value}
    assert mapped["x"] is value
