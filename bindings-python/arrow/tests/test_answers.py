"""The answers for columns are those of `flags.variation_detail` for each row."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import isoflag
import isoflag.arrow
from row_by_row import INVALID, answered, expected, present

VECTORS = Path(__file__).resolve().parents[3] / "conformance" / "vectors"
UTC = dt.timezone.utc

TEXTS = ["a", "b", "", "1.2.3", "2026-01-31T00:00:00Z", "1969-12-31", "u1", "é"]
NAMES = ["plan", "level", "since", "name", "anonymous", "key", "kind", "/address/city", "address"]
OPERATORS = ["in", "startsWith", "lessThan", "before", "semVerEqual", "matches", "segmentMatch"]

values = st.sampled_from([*TEXTS, 0, 1, 2.5, True, "s", "org", "user"])
clauses = st.fixed_dictionaries(
    {
        "attribute": st.sampled_from(NAMES),
        "op": st.sampled_from(OPERATORS),
        "contextKind": st.sampled_from(["user", "user", "org"]),
        "values": st.lists(values, min_size=1, max_size=3),
        "negate": st.booleans(),
    }
)
variation = st.fixed_dictionaries({"variation": st.integers(0, 2)})
rollout = st.builds(
    lambda by, kind, weight: {
        "rollout": {
            "bucketBy": by,
            "contextKind": kind,
            "variations": [
                {"variation": 0, "weight": weight},
                {"variation": 1, "weight": 100_000 - weight},
            ],
        }
    },
    st.sampled_from(["key", "plan", "level", "/address/city"]),
    st.sampled_from(["user", "org"]),
    st.integers(0, 100_000),
)
rules = st.builds(
    lambda clauses, served: {"id": "r", "clauses": clauses, **served},
    st.lists(clauses, max_size=2),
    variation | rollout,
)
variations = st.sampled_from(
    [[True, False, True], [1, 2, 3], [1, 2.5, None], ["a", "b", None], [{"a": [1]}, "b", 3]]
)
flag = st.builds(
    lambda variations, rules, fallthrough, targets, after: {
        "on": True,
        "salt": "salt",
        "variations": variations,
        "targets": [{"variation": 2, "values": targets}],
        "prerequisites": [{"key": "g", "variation": 0}] if after else [],
        "rules": rules,
        "fallthrough": fallthrough,
    },
    variations,
    st.lists(rules, max_size=4),
    variation | rollout,
    st.lists(st.sampled_from(TEXTS), max_size=2),
    st.booleans(),
)
segments = st.builds(
    lambda included, rules: {"s": {"included": included, "rules": rules, "salt": "s"}},
    st.lists(st.sampled_from(TEXTS), max_size=2),
    st.lists(st.builds(lambda clause: {"clauses": [clause]}, clauses), max_size=2),
)
documents = st.builds(
    lambda f, g, segments: {
        "flags": {"f": f, "g": {**g, "prerequisites": []}},
        "segments": segments,
    },
    flag,
    flag,
    segments,
)

texts = st.sampled_from(
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
)
types = st.one_of(
    texts.map(lambda type_: (type_, st.sampled_from(TEXTS))),
    st.sampled_from([pa.int8(), pa.int64(), pa.uint32(), pa.float64()]).map(
        lambda type_: (type_, st.integers(0, 2))
    ),
    st.just((pa.float32(), st.sampled_from([0.0, 2.5]))),
    st.just((pa.bool_(), st.booleans())),
    st.just((pa.null(), st.none())),
    st.sampled_from([pa.decimal32(5, 1), pa.decimal128(9, 2), pa.decimal256(50, 1)]).map(
        lambda type_: (type_, st.sampled_from([Decimal(0), Decimal("2.5"), Decimal(-1)]))
    ),
    st.sampled_from([pa.date32(), pa.date64()]).map(
        lambda type_: (type_, st.sampled_from([dt.date(1969, 12, 31), dt.date(2026, 1, 31)]))
    ),
    st.sampled_from([pa.timestamp("us", "UTC"), pa.timestamp("us", "-03:00")]).map(
        lambda type_: (
            type_,
            st.sampled_from([-1, 0, 1_769_817_600_000_000]).map(
                lambda micros: dt.datetime(1970, 1, 1, tzinfo=UTC) + dt.timedelta(0, 0, micros)
            ),
        )
    ),
    st.just((pa.dictionary(pa.int16(), pa.int64()), st.integers(0, 2))),
    st.just(
        (
            pa.list_(pa.struct([("city", pa.string())])),
            st.lists(st.fixed_dictionaries({"city": st.sampled_from(TEXTS)}), max_size=2),
        )
    ),
    st.just((pa.list_(pa.float64(), 2), st.lists(st.integers(0, 2), min_size=2, max_size=2))),
    st.sampled_from([pa.list_, pa.large_list, pa.list_view]).map(
        lambda list_: (list_(pa.string()), st.lists(st.sampled_from(TEXTS) | st.none(), max_size=3))
    ),
    st.just(
        (
            pa.struct([("city", pa.string()), ("zip", pa.int32())]),
            st.fixed_dictionaries({"city": st.sampled_from(TEXTS) | st.none(), "zip": st.none()}),
        )
    ),
)


@st.composite
def tables(draw: st.DrawFn, prefix: str, rows: int) -> dict[str, pa.Array]:
    """Columns of one kind."""

    def column(type_: pa.DataType, cells: st.SearchStrategy[Any]) -> pa.Array:
        cells = st.lists(cells | st.none(), min_size=rows, max_size=rows)
        # A slice has an offset.
        return pa.array([None, *draw(cells)], type_).slice(1)

    columns = {f"{prefix}key": column(draw(texts), st.sampled_from(["u1", "a", "b", ""]))}
    for name in ("plan", "level", "since", "address"):
        if draw(st.booleans()):
            columns[prefix + name] = column(*draw(types))
    if draw(st.booleans()):
        columns[f"{prefix}name"] = column(draw(texts), st.sampled_from(TEXTS))
    if draw(st.booleans()):
        columns[f"{prefix}anonymous"] = column(pa.bool_(), st.booleans())
    return columns


def context(row: dict[str, Any]) -> Any:
    """Builds a row's context, as the documentation defines it."""
    row = present(row)
    kinds: dict[str, dict[str, Any]] = {kind: {} for kind in ("", "org.") if f"{kind}key" in row}
    for name, value in row.items():
        prefix = "org." if name.startswith("org.") else ""
        if prefix in kinds:
            kinds[prefix][name.removeprefix(prefix)] = value
    if "" in kinds:
        kinds[""].setdefault("kind", "user")
    if "org." in kinds:
        kinds["org."]["kind"] = "org"
    match list(kinds.values()):
        case [one]:
            return one
        case [user, org] if user["kind"] != org["kind"]:
            return {"kind": "multi", **{one.pop("kind"): one for one in (user, org)}}
    return INVALID


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(documents, st.data())
def test_each_row_is_answered_like_its_context(
    document: dict[str, Any], data: st.DataObject
) -> None:
    flags = isoflag.Flags.from_dict(document)
    rows = data.draw(st.integers(0, 8))
    columns = data.draw(tables("", rows))
    if data.draw(st.booleans()):
        kinds = st.sampled_from(["user", "org", "device", "", None])
        columns["kind"] = pa.array(
            data.draw(st.lists(kinds, min_size=rows, max_size=rows)), pa.string()
        )
    if data.draw(st.booleans()):
        columns |= data.draw(tables("org.", rows))
    table = pa.table(columns)
    contexts = [context(row) for row in table.to_pylist()]
    for key in ("f", "g"):
        assert answered(flags, key, table) == expected(flags, key, contexts)
        # With a clock, which no flag reads, each row becomes a context of its own.
        assert answered(flags, key, table, context={"clock": TIME}) == expected(
            flags, key, contexts
        )

    # Each row in a batch of its own, on several threads, with the columns of the table.
    def evaluate(data: Any, threads: int) -> pa.Table:
        columns: list[Literal["variation", "reason"]] = ["variation", "reason"]
        return pa.table(
            isoflag.arrow._evaluate(
                flags, data, list("fg"), None, columns, keep=True, threads=threads
            )
        )

    batches = table.to_batches(max_chunksize=1)
    stream = pa.RecordBatchReader.from_batches(table.schema, batches)
    assert evaluate(stream, 3).to_pylist() == evaluate(table, 1).to_pylist()


def cases() -> dict[str, list[tuple[str, Any, dict[str, Any]]]]:
    """Evaluations of the conformance suite by document: flag, context, answer."""
    found = defaultdict(list)
    for path in sorted(VECTORS.glob("*.json")):
        topic = json.loads(path.read_text("utf-8"))
        for case in topic["cases"]:
            call = case["call"].get("evaluate", {})
            if not {"documentText", "documentBytes", "contextText", "bigSegments", "container"} & {
                *case
            } and ({*call} == {"flag", "default"} and "context" in case):
                document = case.get("document", {"flags": {}})
                if isinstance(document, str):
                    document = topic["documents"][document]
                found[json.dumps(document)].append((call["flag"], case["context"], case["expect"]))
    return found


def test_the_contexts_of_the_conformance_suite() -> None:
    compared = 0
    for text, all_cases in cases().items():
        try:
            flags = isoflag.Flags.from_dict(json.loads(text))
        except isoflag.DocumentError:
            continue
        by_flag = defaultdict(list)
        for key, context, expect in all_cases:
            if key in flags:
                by_flag[key].append((context, expect))
        for key, pairs in by_flag.items():
            # All contexts as a column of JSON.
            contexts = [context for context, _ in pairs]
            table = pa.table({"context": [json.dumps(context) for context in contexts]})
            rows = answered(flags, key, table, context="context")
            for (value, variation, reason), (_, expect) in zip(rows, pairs, strict=True):
                assert variation == expect["variationIndex"]
                assert reason == expect["reason"]
                assert value == (None if variation is None else expect["value"])
            # Each as columns, if its members have types.
            for context, row in zip(contexts, rows, strict=True):
                if not isinstance(context, dict) or "key" not in context or "kind" not in context:
                    continue
                try:
                    one = pa.table({name: [value] for name, value in context.items()})
                    one.validate(full=True)
                except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError):
                    continue
                assert answered(flags, key, one) == [row]
                compared += 1
    assert compared > 1000


def serving(attribute: str, operator: str, *values: Any) -> isoflag.Flags:
    """A flag that serves true if the attribute matches."""
    clause = {"contextKind": "user", "attribute": attribute, "op": operator, "values": values}
    return isoflag.Flags.from_dict(
        {
            "flags": {
                "f": {
                    "on": True,
                    "variations": [False, True],
                    "fallthrough": {"variation": 0},
                    "rules": [{"clauses": [clause], "variation": 1}],
                }
            }
        }
    )


TIME = dt.datetime(2026, 1, 31, 12, 0, 0, 123_999, UTC)


@pytest.mark.parametrize(
    ("array", "value"),
    [
        (pa.array([2**53 + 1], pa.int64()), 2.0**53),
        (pa.array([2**64 - 1], pa.uint64()), 2.0**64),
        (pa.array([Decimal("0.10")], pa.decimal128(10, 2)), 0.1),
        (pa.array([Decimal("1e40")], pa.decimal256(50, 0)), 1e40),
        (pa.array([Decimal("-1.5")], pa.decimal32(5, 1)), -1.5),
        (pa.array([1.5], pa.float16()), 1.5),
        (pa.array([dt.date(2026, 1, 31)]), "2026-01-31"),
        (pa.array([dt.date(2026, 1, 31)], pa.date64()), "2026-01-31"),
        (pa.array([TIME], pa.timestamp("us", "UTC")), "2026-01-31T12:00:00.123Z"),
        (pa.array([TIME], pa.timestamp("ns", "Europe/Oslo")), "2026-01-31T12:00:00.123Z"),
        (pa.array([TIME], pa.timestamp("s", "+02:00")), "2026-01-31T12:00:00.000Z"),
        (pa.array([-1], pa.timestamp("us", "UTC")), "1969-12-31T23:59:59.999Z"),
        (pa.array([["x", "y"]], pa.list_(pa.dictionary(pa.int8(), pa.string()))), "y"),
        (pa.array([["x", "y"]], pa.list_(pa.string(), 2)), "y"),
        (pa.array(["y"], pa.dictionary(pa.uint64(), pa.large_string())), "y"),
        (pa.array([7], pa.int32()).dictionary_encode(), 7),
    ],
)
def test_an_arrow_type_becomes_a_json_value(array: pa.Array, value: Any) -> None:
    table = pa.table({"key": ["u"], "attr": array})
    assert answered(serving("attr", "in", value), "f", table)[0][0] is True
    nothing = pa.table({"key": ["u"], "attr": pa.array([None], array.type)})
    assert answered(serving("attr", "in", value), "f", nothing)[0][0] is False


def test_maps_and_structs_are_objects() -> None:
    table = pa.table(
        {
            "key": ["u", "v"],
            "map": pa.array([[("a", 1), ("b", None)], None], pa.map_(pa.string(), pa.int64())),
            "struct": [{"a": {"b": "x"}}, None],
        }
    )
    assert [row[0] for row in answered(serving("/map/a", "in", 1), "f", table)] == [True, False]
    assert [row[0] for row in answered(serving("/struct/a/b", "in", "x"), "f", table)] == [
        True,
        False,
    ]


def test_numbers_that_are_not_finite_are_absent() -> None:
    table = pa.table({"key": ["u"] * 3, "attr": [float("nan"), float("inf"), 1.0]})
    assert [row[0] for row in answered(serving("attr", "lessThan", 9), "f", table)] == [
        False,
        False,
        True,
    ]
    lists = pa.table({"key": ["u"], "attr": [[1.0, float("nan")]]})
    assert answered(serving("attr", "in", 1), "f", lists)[0][0] is False


def test_a_dict_names_the_columns_of_members() -> None:
    flags = serving("plan", "in", "pro")
    table = pa.table({"id": ["a", "b"], "tier": ["pro", "free"], "plan": ["free", "pro"]})
    row = answered(flags, "f", table, context={"key": "id"})
    assert [value for value, _, _ in row] == [False, True]
    row = answered(flags, "f", table, context={"key": "id", "plan": "tier"})
    assert [value for value, _, _ in row] == [True, False]
    row = answered(flags, "f", table, context={"user.key": "id", "user.plan": "tier"})
    assert [value for value, _, _ in row] == [True, False]
    row = answered(flags, "f", table, context={"key": "id", "plan": None})
    assert [value for value, _, _ in row] == [False, False]


def test_a_clock_is_a_column_or_a_constant() -> None:
    clause = {"contextKind": "clock", "attribute": "minuteOfDay", "op": "in", "values": [13 * 60]}
    document = {
        "on": True,
        "variations": [False, True],
        "fallthrough": {"variation": 0},
        "rules": [{"clauses": [clause], "variation": 1}],
    }
    flags = isoflag.Flags.from_dict({"flags": {"f": document}})
    times = [dt.datetime(2026, 1, 31, hour, tzinfo=UTC) for hour in (12, 13)]
    table = pa.table({"key": ["a", "b", "c"], "at": [*times, None]})
    rows = answered(flags, "f", table, context={"clock": "at"})
    assert [value for value, _, _ in rows] == [False, True, False]
    zone = dt.timezone(dt.timedelta(hours=1))
    rows = answered(flags, "f", table, context={"clock": times[0].astimezone(zone)})
    assert [value for value, _, _ in rows] == [True, True, True]


def test_whole_contexts_are_json_or_structs() -> None:
    flags = serving("plan", "in", "pro")
    contexts = [
        {"kind": "user", "key": "a", "plan": "pro"},
        {"kind": "multi", "user": {"key": "a", "plan": "pro"}, "org": {"key": "o"}},
        {"kind": "user", "key": ""},
    ]
    json_text = pa.table({"c": [json.dumps(context) for context in contexts] + ["{", None]})
    structs = pa.table({"c": pa.array([*contexts, {"key": None}, None])})
    of_json = answered(flags, "f", json_text, context="c")
    assert of_json == answered(flags, "f", structs, context="c")
    assert [value for value, _, _ in of_json] == [True, True, None, None, None]


def test_rows_that_are_whole_contexts_by_their_kind() -> None:
    flags = serving("plan", "in", "pro")
    table = pa.table(
        {
            "kind": ["multi", "user", "multi", "device", "kind"],
            "key": [None, "b", None, "d", "e"],
            "plan": [None, "pro", None, "pro", "pro"],
            "user": [{"key": "a", "plan": "pro"}, None, {"plan": "pro"}, None, None],
        }
    )
    rows = answered(flags, "f", table)
    assert [value for value, _, _ in rows] == [True, True, None, False, None]


def test_private_attributes_must_be_a_list_of_text() -> None:
    flags = serving("plan", "in", "pro")
    table = pa.table(
        {
            "key": ["a", "b"],
            "plan": ["pro", "pro"],
            "_meta": [{"privateAttributes": ["plan"]}, None],
        }
    )
    assert [value for value, _, _ in answered(flags, "f", table)] == [True, True]
    numbers = table.set_column(2, "_meta", pa.array([{"privateAttributes": [1]}, None]))
    assert [value for value, _, _ in answered(flags, "f", numbers)] == [None, True]


def test_a_context_over_the_limit_is_invalid() -> None:
    flags = serving("plan", "in", "pro")
    texts = ["x" * n for n in (100, (1 << 20) - 100, 1 << 20)]
    table = pa.table({"key": ["u"] * 3, "plan": ["pro"] * 3, "unread": texts})
    contexts = [{"kind": "user", **row} for row in table.to_pylist()]
    assert answered(flags, "f", table) == expected(flags, "f", contexts)
    assert [value for value, _, _ in answered(flags, "f", table)] == [True, True, None]


@pytest.mark.parametrize(
    ("variations", "type_"),
    [
        ([True, False], pa.bool_()),
        ([1, None], pa.int64()),
        ([1, 2.5], pa.float64()),
        ([2**60], pa.float64()),
        (["a", "b"], pa.dictionary(pa.int32(), pa.string())),
        ([{"a": 1}, "b"], pa.dictionary(pa.int32(), pa.string())),
        ([], pa.dictionary(pa.int32(), pa.string())),
    ],
)
def test_the_type_of_values(variations: list[Any], type_: pa.DataType) -> None:
    flag = {"on": True, "variations": variations, "fallthrough": {"variation": 0}}
    flags = isoflag.Flags.from_dict({"flags": {"f": flag}})
    table = pa.table(isoflag.arrow.evaluate(flags, pa.table({"key": ["u"]}), ["f"]))
    assert [field.type for field in table.schema] == [type_, pa.int32(), pa.string()]
