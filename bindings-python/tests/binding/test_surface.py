"""The public API: its names, types and imports, and the immutability of its objects."""

import ast
import copy
import hashlib
import hmac
import importlib
import inspect
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

import isoflag
from documents import USER, flag, load
from isoflag import BoundFlags, Context, EvaluationDetail, FlagClient, Flags, _core, source
from pages import TOP
from scripted import ScriptedSource, text
from type_checkers import pyright

PACKAGE = Path(isoflag.__file__).parent
GETTERS = [
    f"{of}variation{detail}"
    for of in ("", "bool_", "int_", "float_", "str_", "json_")
    for detail in ("", "_detail")
]


def public(of: object) -> set[str]:
    return {name for name in dir(of) if not name.startswith("_")}


def test_the_package_exports_these_names() -> None:
    assert set(isoflag.__all__) == {
        "AsyncFlagClient",
        "BoundFlags",
        "Consistency",
        "Context",
        "ContextError",
        "Conversion",
        "Diagnostic",
        "Diff",
        "DocumentError",
        "DocumentHistory",
        "EvaluationDetail",
        "EvaluationDetails",
        "Explanation",
        "FlagClient",
        "Flags",
        "Impact",
        "LifecycleError",
        "PinError",
        "Pinned",
        "Receipt",
        "ReceiptError",
        "SPEC_VERSION",
        "StrategyError",
        "__version__",
        "check_environments",
        "convert",
        "edit",
        "from_appconfig_key",
        "parse_ttl",
        "promote",
        "replay",
        "secure_mode_hash",
        "to_appconfig_key",
    }
    for name in isoflag.__all__:
        assert hasattr(isoflag, name)
    # Only the package's own modules use these.
    for name in set(_core.__all__) - {"OPENFEATURE_ERRORS", "printable"}:
        assert getattr(isoflag, name) is getattr(_core, name)


def test_the_classes_have_these_members() -> None:
    evaluating = {*GETTERS, "all_flags_state", "consistency", "explain"}
    assert public(BoundFlags) == evaluating
    assert public(Flags) == evaluating | {
        "advance",
        "apply",
        "big_segment_keys",
        "bind",
        "certification",
        "check",
        "deployment",
        "diagnostics",
        "diff",
        "digest",
        "evaluate_many",
        "finish",
        "from_appconfig",
        "from_dict",
        "from_flag_map",
        "from_json",
        "impact",
        "keys",
        "parent_digest",
        "patch_between",
        "project",
        "projection_report",
        "receipt",
        "steps_back_from",
        "strategy_for",
        "supersedes",
        "to_json",
        "version",
        "with_status",
        "with_strategy",
    }
    assert public(Context) == {"from_dict", "from_json", "key", "multi", "to_dict", "with_clock"}
    assert public(EvaluationDetail) == {"reason", "value", "variation_index"}
    assert public(isoflag.Explanation) == {"to_dict", "to_json"}
    assert public(isoflag.Diff) == {"answers", "to_dict", "to_markdown"}
    assert public(isoflag.Impact) == {"to_dict"}
    assert public(isoflag.Receipt) == {"to_dict", "to_json"}
    assert public(isoflag.Pinned) == {"digest", "flags", "switched_off"}
    assert public(isoflag.DocumentHistory) == {
        "add",
        "digests",
        "get",
        "keep",
        "keep_fetched",
        "newest",
        "pinned",
        "size",
    }
    assert public(isoflag.Diagnostic) == {"code", "keys", "message", "path", "severity"}


def test_everything_public_is_documented() -> None:
    for name in set(isoflag.__all__) - {"SPEC_VERSION", "__version__"}:
        of = getattr(isoflag, name)
        assert inspect.getdoc(of), name
        for member in public(of) & set(vars(of)) if inspect.isclass(of) else ():
            assert inspect.getdoc(getattr(of, member)), f"{name}.{member}"


def test_versions_are_constants() -> None:
    assert isinstance(isoflag.SPEC_VERSION, int)
    assert isoflag.__version__.count(".") == 2


def objects() -> list[Any]:
    flags = load(flag("a", 1))
    bound = flags.bind(USER)
    return [flags, bound, Context("ada"), bound.variation_detail("a", None), bound.explain("a")]


@pytest.mark.parametrize("of", objects(), ids=lambda of: type(of).__name__)
def test_an_object_cannot_be_changed(of: Any) -> None:
    for name in [*public(of), "other"]:
        with pytest.raises(AttributeError):
            setattr(of, name, 1)
    with pytest.raises(TypeError):
        type("Derived", (type(of),), {})
    assert type(of).__module__ == "isoflag"


@pytest.mark.parametrize(
    "of",
    [
        Flags,
        BoundFlags,
        isoflag.Explanation,
        isoflag.Diagnostic,
        isoflag.Consistency,
        isoflag.Pinned,
        isoflag.Receipt,
    ],
)
def test_result_classes_have_no_constructor(of: type) -> None:
    with pytest.raises(TypeError):
        of()


def test_the_stub_agrees_with_the_module() -> None:
    command = [sys.executable, "-m", "mypy.stubtest", "isoflag._core"]
    # Outside the sources, so that the installed package is tested.
    done = subprocess.run(  # noqa: S603
        command, cwd=Path(sys.prefix), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_is_typed() -> None:
    assert Path(isoflag.__file__).with_name("py.typed").exists()


@pytest.mark.parametrize(
    "context",
    [USER, Context("ada"), {"kind": "multi", "user": {"key": "ada"}, "org": {"key": "a:b"}}],
)
def test_the_secure_mode_hash_is_that_of_the_key(context: Any) -> None:
    key = context.key if isinstance(context, Context) else Context.from_dict(context).key
    expected = hmac.new(b"sdk-key", key.encode(), hashlib.sha256).hexdigest()
    assert isoflag.secure_mode_hash("sdk-key", context) == expected
    assert isoflag.secure_mode_hash(sdk_key="sdk-key", context=context) == expected


@pytest.mark.parametrize("context", [None, {}, {"kind": "user", "key": ""}, object()])
def test_an_invalid_context_has_no_secure_mode_hash(context: Any) -> None:
    assert isoflag.secure_mode_hash("sdk-key", context) == ""


@pytest.mark.parametrize("context", [{"kind": "user", "key": "a"}, {}, None])
@pytest.mark.parametrize(
    ("key", "reason"),
    [("", "empty"), ("\ud800", "lone surrogate"), ("\ud83d\ude00", "lone surrogate")],
)
def test_an_invalid_sdk_key_is_rejected(key: str, reason: str, context: Any) -> None:
    with pytest.raises(ValueError, match=reason) as raised:
        isoflag.secure_mode_hash(key, context)
    assert type(raised.value) is ValueError


def test_lazy_names_are_imported_once_and_unknown_names_raise() -> None:
    assert isoflag.FlagClient is isoflag.FlagClient
    assert "FlagClient" in dir(isoflag)
    for name in source.__all__:
        assert getattr(source, name) is getattr(source, name)
        assert name in dir(source)
    for module in (isoflag, source):
        with pytest.raises(AttributeError, match="has no attribute 'Absent'"):
            getattr(module, "Absent")  # noqa: B009 (mypy would see it otherwise)


# --- types ---


def test_a_getter_has_the_union_of_its_type_and_that_of_its_default() -> None:
    flags: Flags = load(flag("b", True), flag("n", 1.5), flag("s", "blue"), flag("j", [1]))
    bound: BoundFlags = flags.bind(USER)

    boolean: bool = flags.bool_variation("b", USER, False)
    integer: int = bound.int_variation("n", 0)
    number: float = flags.float_variation("n", USER, 0.0)
    text: str = bound.str_variation("s", "")
    text_or_none: str | None = flags.str_variation("s", USER, None)
    anything: list[int] = flags.json_variation("j", USER, None)
    assert (boolean, integer, number, text, text_or_none) == (True, 1, 1.5, "blue", "blue")
    assert anything == [1]

    detail: EvaluationDetail[int] = flags.int_variation_detail("n", USER, 0)
    value: int = detail.value
    index: int | None = detail.variation_index
    reason: dict[str, Any] = detail.reason
    assert (value, index, reason) == (1, 0, {"kind": "FALLTHROUGH"})
    assert EvaluationDetail[int].__origin__ is EvaluationDetail  # type: ignore[attr-defined]


def test_the_getters_of_a_client_have_the_same_types() -> None:
    client = FlagClient(ScriptedSource(text(True)))
    bound = client.bind(USER)
    boolean: bool = client.bool_variation("a", USER, False)
    text_or_none: str | None = bound.str_variation("a", None)
    detail: EvaluationDetail[int] = client.int_variation_detail("a", USER, 0)
    assert (boolean, text_or_none, detail.value) == (True, None, 0)


# --- imports ---


def run(code: str) -> "subprocess.CompletedProcess[str]":
    """Runs code without the imports of `site`."""
    folder = str(Path(isoflag.__file__).parent.parent)
    return subprocess.run(  # noqa: S603
        [sys.executable, "-S", "-c", code],
        env={**os.environ, "PYTHONPATH": folder},
        capture_output=True,
        text=True,
        check=False,
    )


def imported_by(code: str) -> set[str]:
    done = run(f"import sys; before = set(sys.modules); {code}; print(*{{*sys.modules}} - before)")
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_importing_the_package_imports_only_the_extension_and_errors() -> None:
    # `atexit` is built into the interpreter.
    expected = {"atexit", "isoflag", "isoflag._core", "isoflag._errors"}
    assert imported_by("import isoflag") - {"__future__"} == expected


def test_a_client_of_a_file_imports_neither_dataclasses_nor_inspect() -> None:
    code = "from isoflag import FlagClient; from isoflag.source import FileSource"
    assert not {"dataclasses", "inspect"} & imported_by(code)


def test_creating_aws_sources_does_not_import_boto3() -> None:
    imported = imported_by(
        "from isoflag import FlagClient; from isoflag.source import *;"
        "FlagClient(S3Source('b', 'k')); FlagClient(DynamoDbSource('t'))"
    )
    assert "isoflag.source.s3" in imported
    assert not {"boto3", "botocore"} & imported


@pytest.mark.parametrize("part", ["isoflag.store", "isoflag.sync", "isoflag.aws_http"])
def test_the_aws_packages_import_only_the_standard_library(part: str) -> None:
    beyond = {name.partition(".")[0] for name in imported_by(f"import {part}")}
    beyond -= sys.stdlib_module_names
    assert {name for name in beyond if not name.startswith("_")} == {"isoflag"}


def imports_of(path: Path) -> set[str]:
    """Returns the names that a module imports at its top level, types apart."""
    names: set[str] = set()
    package = ["isoflag", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            parts = package[: len(package) + 1 - node.level] if node.level else []
            base = ".".join([*parts, *([node.module] if node.module else [])])
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return names


def test_modules_do_not_import_each_other_in_a_cycle() -> None:
    names = {
        ".".join(("isoflag", *path.relative_to(PACKAGE).with_suffix("").parts)): path
        for path in PACKAGE.rglob("*.py")
        if path.name != "__init__.py"
    }
    graph = {name: imports_of(path) & names.keys() for name, path in names.items()}
    assert graph["isoflag.store.dynamodb"] >= {"isoflag.store.plan", "isoflag.source.aws"}
    TopologicalSorter(graph).prepare()


def errors_of(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith("isoflag"):
            yield each
        yield from errors_of(each)


def test_an_error_can_be_sent_to_another_process() -> None:
    for module in ("aws_http", "client", "collect", "source", "store", "sync"):
        importlib.import_module(f"isoflag.{module}")
    kinds = set(errors_of(Exception))
    assert {source.SourceTimeoutError, isoflag.DocumentError} < kinds
    for kind in kinds:
        _, *parameters = inspect.signature(kind.__init__).parameters.values()
        required = [each for each in parameters if each.default is each.empty]
        named = {each.name: 5 for each in required if each.kind is each.KEYWORD_ONLY}
        texts = ["text" for each in required if each.kind is each.POSITIONAL_OR_KEYWORD]
        error = kind(*texts, **named)
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
            assert type(again) is kind
            assert (str(again), vars(again)) == (str(error), vars(error))


def test_a_store_without_boto3_names_the_package_to_install() -> None:
    done = run(
        "import sys; sys.modules['boto3'] = None\n"
        "from isoflag.store import DynamoDbFeatureStore\n"
        "DynamoDbFeatureStore('flags').initialized"
    )
    assert "pip install isoflag[aws]" in done.stderr


CONSUMER = TOP / "bindings-python/tests/typed_consumer.py"


def test_pyright_accepts_valid_uses_and_rejects_invalid_ones(tmp_path: Path) -> None:
    (tmp_path / "consumer.py").write_bytes(CONSUMER.read_bytes())
    assert pyright(tmp_path) == []
