"""Python objects as contexts: no evaluation raises, and partial reading changes no result."""

import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import json
import math
import time
import types
import uuid
from collections import ChainMap, OrderedDict, UserDict, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

import hostile
from documents import USER, clause, document, flag, load, presence
from isoflag import Context, ContextError, Flags

ABSENT: dict[str, Callable[[], Any]] = {
    "none": lambda: None,
    "set": set,
    "frozenset": frozenset,
    "bytes": lambda: b"x",
    "bytearray": lambda: bytearray(b"x"),
    "memoryview": lambda: memoryview(b"x"),
    "decimal that is not a number": lambda: decimal.Decimal("NaN"),
    "decimal that is a signaling NaN": lambda: decimal.Decimal("sNaN"),
    "decimal beyond double": lambda: decimal.Decimal("1e400"),
    "fraction": lambda: fractions.Fraction(1, 2),
    "complex": lambda: 1j,
    "time": lambda: dt.time(12, tzinfo=dt.timezone.utc),
    "datetime without a time zone": lambda: dt.datetime(2024, 1, 1),  # noqa: DTZ001
    "datetime before the year 1": lambda: dt.datetime.min.replace(
        tzinfo=dt.timezone(dt.timedelta(hours=1))
    ),
    "enum of a set": lambda: enum.Enum("Odd", {"X": set()}).X,  # type: ignore[attr-defined]
    "enum that holds itself": hostile.self_holding_enum,
    "object": object,
    "function": lambda: print,
    "type": lambda: dict,
    "module": lambda: math,
    "range": lambda: range(3),
    "deque": lambda: deque([1]),
    "generator": lambda: (x for x in (1,)),
    "dict view": {"a": 1}.keys,
    "dataclass": lambda: dataclasses.make_dataclass("Point", ["x"])(1),
    "raising __class__": hostile.ClassRaises,
    "nan": lambda: math.nan,
    "infinity": lambda: math.inf,
    "negative infinity": lambda: -math.inf,
    "int beyond double": lambda: 10**400,
    "negative int beyond double": lambda: -(10**400),
    "int that rounds beyond double": lambda: 2**1024 - 2**970,
    "lone surrogate": lambda: hostile.LONE_SURROGATE,
    "lone surrogate within": lambda: ["a" + hostile.LONE_SURROGATE],
    "lone surrogate as a name": lambda: {hostile.LONE_SURROGATE: 1},
    "cyclic list": hostile.cyclic_list,
    "cyclic dict": hostile.cyclic_dict,
    "128 levels below the context": lambda: hostile.nested(128),
    "10,000 levels": lambda: hostile.nested(10_000),
    "set in a list": lambda: [1, [set()]],
    "set in a dict": lambda: {"a": {"b": set()}},
    "set in a tuple": lambda: (set(),),
    "raising mapping": hostile.Raising,
    "raising mapping in a list": lambda: [hostile.Raising()],
    "mapping with a raising member": lambda: hostile.RaisingMember({"a": 1}, "b"),
}

PRESENT: dict[str, Callable[[], Any]] = {
    "true": lambda: True,
    "false": lambda: False,
    "zero": lambda: 0,
    "int beyond 2**53": lambda: 2**53 + 1,
    "largest double as an int": lambda: 2**1024 - 2**971,
    "float": lambda: 1.5,
    "subnormal": lambda: 5e-324,
    "empty str": str,
    "str beyond the basic plane": lambda: "\U0001f600",
    "nul": lambda: "\0",
    "empty list": list,
    "empty dict": dict,
    "tuple": lambda: (1, 2),
    "named tuple": lambda: time.gmtime(0),
    "OrderedDict": lambda: OrderedDict(a=1),
    "defaultdict": lambda: defaultdict(list, a=1),
    "UserDict": lambda: UserDict({"a": 1}),
    "ChainMap": lambda: ChainMap({"a": 1}),
    "MappingProxyType": lambda: types.MappingProxyType({"a": 1}),
    "lying dict": lambda: hostile.LyingDict(a=1),
    "lying list": lambda: hostile.LyingList([1]),
    "lying str": lambda: hostile.LyingStr("a"),
    "lying int": lambda: hostile.LyingInt(1),
    "lying float": lambda: hostile.LyingFloat(1),
    "str enum": lambda: hostile.Colour.RED,
    "int enum": lambda: hostile.Size.LARGE,
    "decimal": lambda: decimal.Decimal(1),
    "date": lambda: dt.date(2024, 1, 1),
    "datetime": lambda: dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc),
    "uuid": lambda: uuid.UUID(int=0),
    "enum": lambda: hostile.Mood.GOOD,
    "127 levels below the context": lambda: hostile.nested(127),
    "names that are not str": lambda: {1: "skipped", None: "skipped", b"": "skipped", "a": 1},
}

INVALID: dict[str, Callable[[], Any]] = {
    "none": lambda: None,
    "int": lambda: 5,
    "str": lambda: "ada",
    "JSON text": lambda: '{"kind":"user","key":"ada"}',
    "list": list,
    "object": object,
    "class": lambda: dict,
    "empty dict": dict,
    "raising __class__": hostile.ClassRaises,
    "raising mapping": hostile.Raising,
    "endless names": lambda: hostile.Endless("a"),
    "endless names that are not str": lambda: hostile.Endless(5),
    "no key": lambda: {"kind": "user"},
    "raising key": lambda: hostile.RaisingMember({"kind": "user"}, "key"),
    "raising kind": lambda: hostile.RaisingMember({"key": "ada"}, "kind"),
    "key is an int": lambda: {"kind": "user", "key": 5},
    "key is bytes": lambda: {"kind": "user", "key": b"ada"},
    "key has a lone surrogate": lambda: {"kind": "user", "key": hostile.LONE_SURROGATE},
    "kind has a lone surrogate": lambda: {"kind": hostile.LONE_SURROGATE, "key": "ada"},
    "kind is a set": lambda: {"kind": set(), "key": "ada"},
    "name is a set": lambda: {**USER, "name": set()},
    "name is NaN": lambda: {**USER, "name": math.nan},
    "anonymous is a date": lambda: {**USER, "anonymous": dt.date(2024, 1, 1)},
    "_meta is a set": lambda: {**USER, "_meta": set()},
    "private attributes are cyclic": lambda: {
        **USER,
        "_meta": {"privateAttributes": hostile.cyclic_list()},
    },
    "private attributes are a set": lambda: {**USER, "_meta": {"privateAttributes": {"x"}}},
    "legacy user's email is a set": lambda: {"key": "ada", "email": set()},
    "legacy user's custom raises": lambda: {"key": "ada", "custom": hostile.Raising()},
    "one of two kinds raises": lambda: {"kind": "multi", "user": USER, "org": hostile.Raising()},
    "one of two kinds has no key": lambda: {"kind": "multi", "user": USER, "org": {}},
    "larger than the limit": lambda: {**USER, "x": "a" * (1 << 20)},
    "larger by empty strings": lambda: {**USER, "x": [""] * 400_000},
    "parts shared until it is larger": lambda: {**USER, "x": hostile.shared(100)},
}


@pytest.fixture(scope="module")
def flags() -> Flags:
    return load(presence())


@pytest.mark.parametrize("make", ABSENT.values(), ids=ABSENT.keys())
def test_an_attribute_without_a_json_form_is_absent(flags: Flags, make: Callable[[], Any]) -> None:
    context = {**USER, "x": make()}
    assert flags.variation("presence", context, None) is False
    in_kinds = {"kind": "multi", "user": {"key": "ada", "x": make()}, "org": {"key": "acme"}}
    assert flags.variation("presence", in_kinds, None) is False
    legacy = {"key": "ada", "custom": {"x": make()}}
    assert flags.variation("presence", legacy, None) is False


@pytest.mark.parametrize("make", PRESENT.values(), ids=PRESENT.keys())
def test_an_attribute_with_a_json_form_is_present(flags: Flags, make: Callable[[], Any]) -> None:
    assert flags.variation("presence", {**USER, "x": make()}, None) is True


@pytest.mark.parametrize("make", ABSENT.values(), ids=ABSENT.keys())
def test_an_absent_attribute_does_not_affect_other_attributes(
    flags: Flags, make: Callable[[], Any]
) -> None:
    context = {**USER, "before": make(), "x": 1, "after": make()}
    assert flags.variation("presence", context, None) is True


@pytest.mark.parametrize("make", INVALID.values(), ids=INVALID.keys())
def test_an_invalid_context_returns_the_default(flags: Flags, make: Callable[[], Any]) -> None:
    default = object()
    detail = flags.variation_detail("presence", make(), default)
    assert detail.value is default
    assert detail.variation_index is None
    assert detail.reason == {"kind": "ERROR", "errorKind": "USER_NOT_SPECIFIED"}


@pytest.mark.parametrize(
    "element", ["", "a", 0, None, [], [[]], {}, {"": 0}, {"a": "", "b": []}, 3e-308], ids=repr
)
def test_the_limit_is_the_length_of_the_json_text(flags: Flags, element: object) -> None:
    attributes: dict[str, Any] = {"x": [element] * 50_000, "pad": ""}
    members = {"kind": "user", "key": "ada", **attributes}
    attributes["pad"] = "p" * ((1 << 20) - len(json.dumps(members, separators=(",", ":"))))
    largest = {**USER, **attributes}
    assert len(json.dumps(largest, separators=(",", ":"))) == 1 << 20
    assert flags.variation("presence", largest, None) is True
    larger = {**largest, "pad": attributes["pad"] + "p"}
    assert flags.variation("presence", larger, None) is None


@pytest.mark.parametrize("make", INVALID.values(), ids=INVALID.keys())
def test_an_invalid_context_can_be_bound(flags: Flags, make: Callable[[], Any]) -> None:
    bound = flags.bind(make())
    assert bound.variation("presence", "default") == "default"
    assert bound.all_flags_state() == {"$flagsState": {}, "$valid": False}
    assert flags.all_flags_state(make()) == {"$flagsState": {}, "$valid": False}
    assert flags.big_segment_keys(make()) == []
    assert "USER_NOT_SPECIFIED" in flags.explain("presence", make()).to_json()


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (hostile.LyingDict(a=1), {"a": 1}),
        (hostile.LyingList([1]), [1]),
        (hostile.LyingStr("a"), "a"),
        (hostile.LyingInt(1), 1),
        (hostile.LyingInt(10**300), 1e300),
        (hostile.LyingFloat(1.5), 1.5),
        (hostile.Colour.RED, "red"),
        (hostile.Size.LARGE, 3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_overridden_methods_of_a_value_are_ignored(value: object, held: object) -> None:
    read = Context("ada", attributes={"x": value}).to_dict()["x"]
    assert read == held
    assert type(read) is type(held)


@pytest.mark.parametrize("container", [dict, list])
def test_a_container_may_change_while_it_is_read(
    flags: Flags, container: type[dict[str, Any]] | type[list[Any]]
) -> None:
    attribute: Any = container()
    inner = hostile.Shrinking(attribute)
    if isinstance(attribute, dict):
        attribute.update({str(index): inner for index in range(100)})
    else:
        attribute.extend([inner] * 100)
    assert flags.variation("presence", {**USER, "x": attribute}, None) is True


def test_an_attribute_whose_name_has_no_json_form_is_absent(flags: Flags) -> None:
    nameless = {hostile.LONE_SURROGATE: 1}
    for context in (
        {**USER, **nameless, "x": 1},
        {"key": "ada", "custom": {**nameless, "x": 1}},
        {"kind": "multi", "user": {"key": "ada", **nameless, "x": 1}, "org": {"key": "acme"}},
    ):
        assert flags.variation("presence", context, None) is True
    # Nor does it collide with the name of another attribute.
    for taken in ("", "\ufffd"):
        evaluated = load(presence(taken)) if taken else flags
        context = {**USER, **nameless, "": 1, "\ufffd": 1, "x": 1}
        assert evaluated.variation("presence", context, None) is True
        within = {**USER, "x": {**nameless, "": 1, "\ufffd": 1}}
        assert flags.variation("presence", within, None) is False


@pytest.mark.parametrize(
    ("unit", "written"),
    [("a", 1), ("\x01", 6), ("\n", 2), ('"', 2), ("é", 2), ("\U0001f600", 4)],
)
def test_the_limit_counts_escapes_and_utf8_bytes(flags: Flags, unit: str, written: int) -> None:
    frame = len('{"key":"ada","kind":"user","x":""}')
    most = ((1 << 20) - frame) // written
    assert flags.variation("presence", {**USER, "x": unit * most}, None) is True
    assert flags.variation("presence", {**USER, "x": unit * (most + 1)}, None) is None


def test_the_arrays_and_objects_of_a_context_are_limited(flags: Flags) -> None:
    for context, containers in [
        ({**USER, "x": [[]] * 131_070}, 131_072),
        ({**USER, "x": [{}] * 131_071}, 131_073),
        ({**USER, "x": [[[]]] * 65_535}, 131_072),
        ({**USER, "x": [([],)] * 65_536}, 131_074),
        ({**USER, "x": [decimal.Decimal(1)] * 131_072}, 2),
    ]:
        is_valid = containers <= 131_072
        assert flags.variation("presence", context, None) is (True if is_valid else None)
        assert flags.bind(context).variation("presence", None) is (True if is_valid else None)
        if not is_valid:
            with pytest.raises(ContextError, match="at most 131072 arrays and objects") as raised:
                Context.from_dict(context)
            assert raised.value.code == "limit"
            with pytest.raises(ContextError, match="at most 131072 arrays and objects") as raised:
                Context.from_json(json.dumps(context))
            assert raised.value.code == "limit"


@pytest.mark.parametrize("period", [1, 2, 8, 9, 127])
def test_a_cycle_with_large_parts_is_an_absent_attribute(flags: Flags, period: int) -> None:
    first: dict[str, Any] = {"large": "x" * 10_000}
    last = first
    for _ in range(period - 1):
        last["next"] = {}
        last = last["next"]
    last["next"] = first
    assert flags.variation("presence", {**USER, "x": first}, None) is False
    with pytest.raises(ContextError):
        Context.from_dict({**USER, "x": first})


def test_many_names_with_lone_surrogates_are_one_mark(flags: Flags) -> None:
    names = {f"\ud800{number}": 1 for number in range(20_000)}
    fillers = {"\ufffd" * number: 1 for number in range(300)}
    assert flags.variation("presence", {**USER, "x": {**names, **fillers}}, None) is False
    assert flags.variation("presence", {**USER, **names, **fillers, "x": 1}, None) is True


def test_a_context_that_contains_itself_lacks_that_attribute(flags: Flags) -> None:
    context: dict[str, Any] = {"kind": "user", "key": "ada"}
    context["x"] = context
    assert flags.variation("presence", context, None) is False


def test_an_interrupt_is_not_swallowed(flags: Flags) -> None:
    with pytest.raises(KeyboardInterrupt):
        flags.variation("presence", {**USER, "x": hostile.Interrupting()}, None)


@pytest.mark.parametrize("name", ["other", hostile.LONE_SURROGATE])
@pytest.mark.parametrize("value", [set(), [math.nan]], ids=repr)
def test_an_unknown_member_of_meta_needs_no_json_form(flags: Flags, name: str, value: Any) -> None:
    ada = {"key": "ada", "_meta": {"privateAttributes": ["y"], name: value}, "x": 1}
    for context in (
        {"kind": "user", **ada},
        {"kind": "multi", "user": ada, "org": {"key": "acme"}},
        Whole({"kind": "multi", "user": Whole(ada), "org": {"key": "acme"}}),
    ):
        assert flags.variation("presence", context, None) is True
    unreadable = {"kind": "multi", "user": {**ada, "_meta": {"privateAttributes": value}}}
    assert flags.variation("presence", unreadable, None) is None


@pytest.mark.parametrize("key", ["", "missing", hostile.LONE_SURROGATE, "presence\0", "\ufffd"])
def test_an_unknown_key_returns_the_default(flags: Flags, key: str) -> None:
    for detail in (
        flags.variation_detail(key, USER, 7),
        flags.bind(USER).variation_detail(key, 7),
        flags.bool_variation_detail(key, USER, 7),
    ):
        assert detail.value == 7
        assert detail.reason == {"kind": "ERROR", "errorKind": "FLAG_NOT_FOUND"}
    assert key not in flags
    assert "FLAG_NOT_FOUND" in flags.explain(key, USER).to_json()


@pytest.mark.parametrize("key", [None, 5, b"presence"])
def test_a_key_that_is_not_a_str_is_a_type_error(flags: Flags, key: Any) -> None:
    with pytest.raises(TypeError):
        flags.variation(key, USER, None)
    with pytest.raises(TypeError):
        flags.bind(USER).variation(key, None)
    assert key not in flags


# --- reading only the needed part of a dict ---


LIMIT = 1 << 20


class Whole(Mapping[str, Any]):
    """A dict wrapped in another mapping class."""

    def __init__(self, held: dict[str, Any]) -> None:
        self._held = held

    def __getitem__(self, key: str) -> Any:
        return self._held[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


def ruled_flags() -> Flags:
    plan = {"id": "plan", "clauses": [clause("plan", "in", "pro")], "variation": 1}
    city = {"clauses": [clause("/address/city", "in", "Berlin")], "variation": 2}
    seats = {
        "clauses": [{"contextKind": "org", "attribute": "seats", "op": "in", "values": [4]}],
        "variation": 3,
    }
    kinds = {"clauses": [clause("kind", "in", "device")], "variation": 4}
    named = {"clauses": [clause("name", "in", "Ada")], "variation": 5}
    rules = [plan, city, seats, kinds, named]
    return Flags.from_dict(document(flag("ruled", 0, 1, 2, 3, 4, 5, rules=rules)))


def plain(**attributes: Any) -> dict[str, Any]:
    return {"kind": "user", "key": "ada"} | attributes


def multi(**attributes: Any) -> dict[str, Any]:
    return {"kind": "multi", "user": {"key": "ada"}, "org": {"key": "acme"} | attributes}


ORDINARY: dict[str, Any] = {
    "nothing else": plain(),
    "mentioned": plain(plan="pro"),
    "mentioned within": plain(address={"city": "Berlin", "zip": set()}),
    "mentioned within and clean": plain(address={"city": "Berlin"}),
    "built in": plain(name="Ada"),
    "another kind": {"kind": "device", "key": "d"},
    "many kinds": multi(seats=4, hue=1),
    "one of many is not a dict": multi() | {"device": Whole({"key": "d"})},
    "one of many is not an object": multi() | {"device": 3},
    "one of many has no key": multi() | {"device": {}},
    "many kinds without any": {"kind": "multi"},
    "legacy user": {"key": "ada", "custom": {"plan": "pro"}, "address": {"city": "Berlin"}},
    "no kind": {"key": "ada", "kind": None, "plan": "pro"},
    "kind is not a str": {"key": "ada", "kind": 1},
    "kind is not a kind": {"key": "ada", "kind": "a b"},
    "no key": {"kind": "user"},
    "key is not a str": {"kind": "user", "key": 1},
    "key is not finite": {"kind": "user", "key": float("nan")},
    "name is not a str": plain(name=1),
    "anonymous is not a bool": plain(anonymous="yes"),
    "meta": plain(_meta={"privateAttributes": ["plan"]}, plan="pro"),
    "meta is not an object": plain(_meta=[1]),
    "private is not a list": plain(_meta={"privateAttributes": "plan"}),
    "a name is not a str": {**plain(plan="pro"), 1: 2},
    "a name has no JSON form": plain(plan="pro") | {hostile.LONE_SURROGATE: 1},
    "a kind has no JSON form": multi(seats=4) | {hostile.LONE_SURROGATE: {"key": "x"}},
    "an empty name": plain(plan="pro") | {"": 1},
}


def alike(context: dict[str, Any]) -> None:
    shared = ruled_flags()
    part = shared.variation_detail("ruled", context, "default")
    whole = shared.variation_detail("ruled", Whole(context), "default")
    assert part == whole
    bound = shared.bind(context).explain("ruled").to_json()
    assert bound == shared.bind(Whole(context)).explain("ruled").to_json()
    assert shared.big_segment_keys(context) == shared.big_segment_keys(Whole(context))
    assert shared.all_flags_state(context, now=0) == shared.all_flags_state(Whole(context), now=0)


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_contexts_evaluate_alike(name: str) -> None:
    alike(ORDINARY[name])


@pytest.mark.parametrize("place", ["plan", "other", "name", "_meta", "kind", "key"])
@pytest.mark.parametrize("name", ABSENT)
def test_an_attribute_without_a_json_form_evaluates_alike(name: str, place: str) -> None:
    make: Callable[[], Any] = ABSENT[name]
    alike({"kind": "user", "key": "ada", "name": "Ada", place: make()})
    alike(multi(**{place: make()}))


@pytest.mark.parametrize("at", ["plan", "other"])
@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_largest_context_evaluates_alike(at: str, over: int) -> None:
    empty = len('{"key":"ada","kind":"user","":""}') + len(at)
    context = plain(**{at: "x" * (LIMIT - empty + over)})
    alike(context)
    reason = ruled_flags().variation_detail("ruled", context, None).reason
    assert (reason["kind"] == "ERROR") is (over > 0)


def test_a_large_context_of_numbers_evaluates_alike() -> None:
    """Each number counts as one byte in the budget, and twenty in the limited text."""
    for count in (40_000, 70_000):
        context = plain(other=[0.1234567890123456] * count, plan="pro")
        alike(context)
        value = ruled_flags().variation("ruled", context, None)
        assert value == (1 if count * 19 < LIMIT else None)


def test_a_context_of_shared_parts_evaluates_alike() -> None:
    shared: list[Any] = ["x"]
    for _ in range(40):
        shared = [shared, shared]
    alike(plain(plan="pro", other=shared))
