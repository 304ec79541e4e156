"""Loading documents and patches; the vectors have more of the invalid texts."""

import copy
import json
import math
import pickle
from collections import OrderedDict
from typing import Any

import pytest

import hostile
from documents import USER, clause, document, flag, load
from isoflag import Context, DocumentError, EvaluationDetail, Flags

PLAIN = document(flag("a", True, False), flag("b", {"x": [1, 2.5]}), segments={})


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(PLAIN),
        json.dumps(PLAIN).encode(),
        bytearray(json.dumps(PLAIN).encode()),
        "\ufeff" + json.dumps(PLAIN),
        b"\xef\xbb\xbf" + json.dumps(PLAIN).encode(),
        json.dumps(PLAIN, indent=2),
    ],
    ids=["str", "bytes", "bytearray", "str with BOM", "bytes with BOM", "indented"],
)
def test_a_document_is_loaded_from_text(text: Any) -> None:
    flags = Flags.from_json(text)
    assert flags.keys() == ["a", "b"]
    assert flags.digest == Flags.from_dict(PLAIN).digest


def test_a_document_is_loaded_from_any_mapping() -> None:
    digest = Flags.from_dict(PLAIN).digest
    assert digest.startswith("sha256:")
    assert len(digest) == len("sha256:") + 64
    assert Flags.from_dict(OrderedDict(PLAIN)).digest == digest
    assert Flags.from_dict(hostile.LyingDict(PLAIN)).digest == digest


def test_a_bare_map_of_flags_is_loaded_from_text_or_mapping() -> None:
    digest = Flags.from_dict(PLAIN).digest
    for bare in (PLAIN["flags"], json.dumps(PLAIN["flags"]), json.dumps(PLAIN["flags"]).encode()):
        assert Flags.from_flag_map(bare).digest == digest


def test_a_bare_map_is_not_a_document() -> None:
    with pytest.raises(DocumentError, match="from_flag_map"):
        Flags.from_dict(PLAIN["flags"])


def test_keys_lists_the_flags() -> None:
    flags = load(flag("b", 1), flag("a", 1), flag("\ue000", 1), flag("\U00010000", 1))
    assert flags.keys() == ["a", "b", "\U00010000", "\ue000"]
    assert len(flags) == 4
    assert "a" in flags
    assert "c" not in flags
    for other in (None, 5, b"a", ["a"]):
        assert other not in flags


def test_a_patch_makes_new_flags() -> None:
    flags = load(flag("a", 1), flag("b", 1))
    patch = {"flags": {"a": flag("a", 2, version=2), "b": flag("b", 2, version=1)}}
    for form in (patch, json.dumps(patch), json.dumps(patch).encode()):
        patched = flags.apply(form)
        assert [patched.variation(key, USER, None) for key in ("a", "b")] == [2, 1]
    assert flags.variation("a", USER, None) == 1
    deleted = flags.apply({"flags": {"a": {"key": "a", "version": 2, "deleted": True}}})
    assert deleted.keys() == ["b"]
    with pytest.raises(DocumentError):
        flags.apply(5)  # type: ignore[arg-type]


def test_bound_flags_keep_the_document_they_were_bound_to() -> None:
    flags = load(flag("a", 1))
    bound = flags.bind(USER)
    flags.apply({"flags": {"a": flag("a", 2, version=2)}})
    assert bound.variation("a", None) == 1


def test_a_diagnostic_is_an_object_and_a_mapping() -> None:
    rules = [{"id": "r", "clauses": [clause("email", "matches", "(")], "variation": 1}]
    flags = load(flag("a", 1, 2, rules=rules))
    [diagnostic] = [each for each in flags.diagnostics if each.severity == "error"]
    assert diagnostic.path == "flags.a.rules[0].clauses[0].values[0]"
    assert dict(diagnostic) == {
        "severity": diagnostic["severity"],
        "code": diagnostic.code,
        "path": diagnostic.path,
        "message": diagnostic.message,
    }
    assert list(dict(diagnostic)) == ["severity", "code", "path", "message"]
    assert diagnostic in flags.diagnostics
    assert len({diagnostic, *flags.diagnostics}) == len(flags.diagnostics)
    assert diagnostic.code in str(diagnostic)
    assert diagnostic.path in repr(diagnostic)
    with pytest.raises(KeyError):
        diagnostic["severity "]


TEXTS: dict[str, Any] = {
    "empty": "",
    "without flags": "{}",
    "bytes that are not UTF-8": b'{"flags": {"a": "\xff"}}',
    "UTF-16": '{"flags": {}}'.encode("utf-16"),
    "lone surrogate": '{"flags": {"a": "\ud800"}}',
    "10,000 levels": '{"flags":' * 10_000 + "1" + "}" * 10_000,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_an_invalid_text_is_rejected(text: Any) -> None:
    with pytest.raises(DocumentError) as caught:
        Flags.from_json(text)
    error = caught.value
    assert isinstance(error, ValueError)
    assert str(error)
    assert isinstance(error.path, str)
    assert error.code


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("load", [Flags.from_json, Flags.from_flag_map, Flags.from_appconfig])
def test_utf_16_is_named(encoding: str, load: Any) -> None:
    with pytest.raises(DocumentError, match="not JSON: the text is UTF-16; save it as UTF-8"):
        load('{"flags": {}}'.encode(encoding))


def test_an_error_of_the_text_names_line_and_column() -> None:
    with pytest.raises(DocumentError) as caught:
        Flags.from_json('{\n  "flags": }')
    assert (caught.value.line, caught.value.column) == (2, 12)
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert (again.path, again.code, again.line, again.column) == (
        caught.value.path,
        caught.value.code,
        caught.value.line,
        caught.value.column,
    )


@pytest.mark.parametrize("text", [None, 5, {}, [], object(), memoryview(b"{}")])
def test_a_text_of_another_type_is_a_type_error(text: Any) -> None:
    with pytest.raises(TypeError, match="from_dict"):
        Flags.from_json(text)


MAPPINGS: dict[str, tuple[Any, str | None]] = {
    "set": ({"flags": {"a": {"x": {1}}}}, "flags.a.x"),
    "bytes": ({"flags": {"a": {"x": b"1"}}}, "flags.a.x"),
    "NaN": ({"flags": {"a": {"variations": [1, math.nan]}}}, "flags.a.variations[1]"),
    "infinity": ({"flags": {"a": [math.inf]}}, "flags.a[0]"),
    "int beyond double": ({"flags": {"a": {"x y": 10**400}}}, 'flags.a["x y"]'),
    "lone surrogate": ({"flags": {"a": ["\ud800"]}}, "flags.a[0]"),
    "lone surrogate as a name": ({"flags": {"\ud800": {}}}, "flags"),
    "name that is not a str": ({"flags": {"a": {5: 1}}}, "flags.a"),
    "cyclic list": ({"flags": {"a": hostile.cyclic_list()}}, "flags.a[0]"),
    "10,000 levels": ({"flags": hostile.nested(10_000)}, "flags" + "[0]" * 127),
    "raising mapping": ({"flags": {"a": hostile.Raising()}}, "flags.a"),
    "raising member": ({"flags": hostile.RaisingMember({}, "b")}, "flags.b"),
    "endless mapping": ({"meta": hostile.shared(60)}, None),
    "set for a document": (set(), ""),
    "object for a document": (object(), ""),
    "None for a document": (None, ""),
    "text for a document": ("{}", ""),
    "raising document": (hostile.Raising(), ""),
}


@pytest.mark.parametrize(("mapping", "path"), MAPPINGS.values(), ids=MAPPINGS.keys())
def test_an_invalid_mapping_is_rejected_with_its_path(mapping: Any, path: str | None) -> None:
    with pytest.raises(DocumentError) as caught:
        Flags.from_dict(mapping)
    if path is not None:
        assert caught.value.path == path
        assert path in str(caught.value)
    assert caught.value.code


def test_shared_parts_of_a_large_document_are_loaded() -> None:
    part = {"deep": [[{"values": ["x" * 1000, 1.5, None]}]]}
    shared = {"flags": {}, "padding": ["y" * (1 << 21)], "parts": [part, [part], {"again": part}]}
    assert Flags.from_dict(shared).digest == Flags.from_json(json.dumps(shared)).digest


def test_the_nesting_limit_applies_to_shared_parts() -> None:
    part = hostile.nested(64)
    allowed = hostile.nested(63, value=part)
    document: dict[str, Any] = {
        "flags": {},
        "padding": "y" * (1 << 21),
        "first": part,
        "then": allowed,
    }
    Flags.from_dict(document)
    document["then"] = [allowed]
    with pytest.raises(DocumentError) as caught:
        Flags.from_dict(document)
    assert caught.value.code == "limit"


def test_the_exception_of_a_mapping_is_the_cause() -> None:
    with pytest.raises(DocumentError) as caught:
        Flags.from_dict(hostile.RaisingMember({}, "flags"))
    assert isinstance(caught.value.__cause__, KeyError)


def test_an_interrupt_is_not_swallowed() -> None:
    with pytest.raises(KeyboardInterrupt):
        Flags.from_dict(hostile.Interrupting())


def test_flags_can_be_pickled_and_printed() -> None:
    flags = load(flag("a", 1), flag("b", 2), meta={"version": 3}, other=[1])
    again = pickle.loads(pickle.dumps(flags))
    assert again.digest == flags.digest
    assert again.variation("b", USER, None) == 2
    assert repr(flags) == "<Flags: 2 flags, version 3>"


def test_copying_an_immutable_object_returns_it() -> None:
    flags = load(flag("a", 1))
    for of in (flags, flags.bind(USER), Context("ada")):
        assert copy.copy(of) is of
        assert copy.deepcopy([of])[0] is of


PROFILE = {
    "background_worker": {"enabled": True, "num_threads": 4},
    "emergency_shutoff": {"enabled": False},
}


@pytest.mark.parametrize("profile", [PROFILE, json.dumps(PROFILE), json.dumps(PROFILE).encode()])
def test_a_profile_of_appconfig_is_loaded(profile: Any) -> None:
    flags = Flags.from_appconfig(profile)
    assert flags.bool_variation("background_worker", USER, False) is True
    assert flags.json_variation("background_worker.attributes", USER, {}) == {"num_threads": 4}
    assert flags.variation_detail("emergency_shutoff", USER, True) == (
        EvaluationDetail(False, 1, {"kind": "OFF"})
    )
    assert flags.json_variation("emergency_shutoff.attributes", USER, {"a": 1}) == {"a": 1}
    assert flags.diagnostics == []


def test_a_profile_with_variants_is_reported() -> None:
    with pytest.raises(DocumentError, match="Amazon Ion") as raised:
        Flags.from_appconfig("'tiered_release'::[]")
    assert raised.value.code == "appconfig-ion"


from_configuration = Flags._from_configuration  # noqa: SLF001 (what AppConfig's sources load with)
RETRIEVED: dict[str, Any] = {"search": {"enabled": True, "lastModifiedTimestamp": "100"}}
DEFINED: dict[str, Any] = {
    "version": "1",
    "flags": {"search": {"name": "Search"}},
    "values": RETRIEVED,
}


@pytest.mark.parametrize("profile", [RETRIEVED, DEFINED], ids=["retrieved", "defined"])
def test_a_profile_of_appconfig_is_not_loaded_as_flags(profile: dict[str, Any]) -> None:
    for load_text in (Flags.from_json, Flags.from_flag_map):
        with pytest.raises(DocumentError, match="load it with `from_appconfig`"):
            load_text(json.dumps(profile))
    for load_mapping in (Flags.from_dict, Flags.from_flag_map):
        with pytest.raises(DocumentError, match="load it with `from_appconfig`"):
            load_mapping(profile)
    flags = Flags.from_appconfig(profile)
    assert from_configuration(json.dumps(profile)).digest == flags.digest
    gate = flags.consistency("search", USER, now_ms=200_000, ttl_seconds=45)
    assert gate.is_backend_consistent


def test_a_configuration_may_be_a_document() -> None:
    text = '{"flags": {"search": {"on": true}}}'
    assert from_configuration(text).digest == Flags.from_json(text).digest
    assert from_configuration(b"{}").keys() == []
    with pytest.raises(TypeError, match="from_appconfig"):
        from_configuration({})  # type: ignore[arg-type]
