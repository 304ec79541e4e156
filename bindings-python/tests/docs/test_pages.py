"""Pages of the documentation: their code runs, and some test runs every page with code."""

import ast
import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

import isoflag.testing  # noqa: F401
from config_pages import MIA, body_of, page_flags
from documents import document, flag
from isoflag import DocumentHistory, FlagClient, Flags, PinError
from isoflag.aws_http import Guard, config_response
from isoflag.gate_times import GateTimes
from isoflag.pins import Pins
from lambda_events import http_event
from pages import TOP, Page
from scripted import Clock, ScriptedSource

README = Page("README.md")
PACKAGE = Page("bindings-python/README.md")
NEWER = {"flags": {"new-checkout": flag("new-checkout", False, True, version=9)}}


def test_the_code_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    written = document(flag("new-checkout", True, False), flag("banner", "a", "b"), segments={})
    names = README.run({"document": json.dumps(written), "patch": NEWER})
    assert names["bound"].str_variation("banner", "plain") == "a"
    assert names["detail"].value is True
    assert names["flags"].bool_variation("new-checkout", names["user"], False) is False
    assert "new-checkout" in capsys.readouterr().out


def test_the_values_in_the_package_readme_are_correct(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    first = re.search(r'"""(.*?)"""', PACKAGE.blocks[0], re.DOTALL)
    assert first is not None
    Path("flags.json").write_text(first[1], encoding="utf-8")
    names = PACKAGE.run()
    claims = PACKAGE.claims()
    assert len(claims) == 4
    for code, value in claims:
        assert eval(code, names) == ast.literal_eval(value), code  # noqa: S307
    assert isinstance(names["flags"], Flags)
    assert "pro-plan" in capsys.readouterr().out


def pages() -> list[str]:
    found: list[Any] = [*TOP.glob("*.md"), *TOP.glob("*/*.md"), *TOP.glob("docs/**/*.md")]
    found += TOP.glob("examples/*/*.md")
    names = {path.relative_to(TOP).as_posix() for path in found}
    return sorted(name for name in names if Page(name).blocks)


@pytest.mark.parametrize("name", pages())
def test_every_page_with_code_is_run(name: str) -> None:
    tests = Path(__file__).parents[1].rglob("test_*.py")
    assert any(f'Page("{name}")' in test.read_text(encoding="utf-8") for test in tests)


# --- consistency ---


CONSISTENCY = Page("docs/consistency/README.md")
KEY = "new-journey"
LONG_AGO = 1_700_000_000
STAMPED = {"lastModifiedTimestamp": LONG_AGO}


def written(*, on: bool = True, **lifecycle: Any) -> bytes:
    each = flag(KEY, True, False, on=on, offVariation=1, lifecycle={**STAMPED, **lifecycle})
    return json.dumps(document(each, segments={})).encode()


def run(text: bytes, **names: Any) -> dict[str, Any]:
    """Runs the page's code with a document and the names that the page assumes."""
    flags = Flags.from_json(text)
    client = FlagClient(ScriptedSource(text), gate=GateTimes(900, 3000))
    given = {
        "flags": flags,
        "document": text,
        "user": MIA,
        "time": time,
        "event": http_event(),
        "client": client,
        "config_response": config_response,
        "history": DocumentHistory(),
        "digest": flags.digest,
        "now_ms": 0.0,
        "PinError": PinError,
        "source": ScriptedSource(text),
        "bucket_by_digest": {}.get,
        "FlagClient": FlagClient,
        "Guard": Guard,
        "Pins": Pins,
        "visitor": MIA,
    }
    return CONSISTENCY.run({**given, **names})


def test_the_code_of_the_consistency_page_runs() -> None:
    names = run(written())
    gate = names["gate"]
    assert (gate.enabled, gate.is_backend_consistent, gate.settled) == (True, True, True)
    assert names["submit"](http_event("POST"), None) is None
    forged = {"Isoflag-Document": "sha256:" + "0" * 64}
    assert names["submit"](http_event("POST", headers=forged), None)["statusCode"] == 409


def test_the_consistency_page_rejects_flags_that_are_off_and_unknown_pins() -> None:
    names = run(written(on=False), digest="sha256:" + "0" * 64)
    assert names["gate"].enabled is False
    assert names["submit"](http_event("POST"), None)["statusCode"] == 503
    assert "error" not in names  # The page catches that of the pin.


def test_the_response_on_the_consistency_page_is_correct() -> None:
    (call,) = re.findall(r"^config_response\(\n.*?^\)$", CONSISTENCY.text, re.DOTALL | re.MULTILINE)
    (shown,) = re.findall(r"^# (\{\"isFeatureXEnabled.*)$", CONSISTENCY.text, re.MULTILINE)
    clock = Clock(LONG_AGO + 900)
    source = ScriptedSource(written())
    client = FlagClient(source, gate=GateTimes(900, 3000), clock=clock)
    names = {
        "event": http_event(),
        "client": client,
        "user": MIA,
        "config_response": config_response,
    }
    assert body_of(eval(call, names)) == json.loads(shown)  # noqa: S307
    clock.advance(1)
    assert body_of(eval(call, names))["isBackendConsistent"] is True  # noqa: S307


def test_a_journey_finishes_with_its_document() -> None:
    old, new = written(), written(on=False, offWaitsForPins=True)
    bucket = {Flags.from_json(old).digest: old}
    submit = run(new, source=ScriptedSource(new), bucket_by_digest=bucket.get)["submit"]
    assert submit(http_event("POST"), None)["statusCode"] == 503
    pin = {"Isoflag-Document": next(iter(bucket))}
    assert submit(http_event("POST", headers=pin), None) is None


# --- testing ---


# A nested run unloads the modules that it imports first, but not objects made from them.

TESTING = Page("docs/testing.md")
FILES = {
    name: code
    for block in TESTING.blocks
    for name, code in re.findall(r"\A# (\w+\.py)\n(.*)", block, re.DOTALL)
}
SUITE = TOP / "examples" / "testing"
STATES = ["as they are", "off", "on"]


def test_every_block_of_the_testing_page_is_a_file() -> None:
    assert len(FILES) == len(TESTING.blocks)


@pytest.mark.parametrize("state", STATES)
def test_the_code_of_the_testing_page_runs(pytester: pytest.Pytester, state: str) -> None:
    for name, code in FILES.items():
        pytester.path.joinpath(name).write_text(code, encoding="utf-8")
    # It tests a flag that it does not always set.
    other = ["--deselect=test_flags.py::test_for_a_while"] if state == "on" else []
    result = pytester.runpytest(*options(state), *other)
    deselected = len(other)
    result.assert_outcomes(passed=11 - deselected, deselected=deselected)


def test_the_endpoint_of_the_testing_page_signs_overrides(pytester: pytest.Pytester) -> None:
    for name in ("checkout.py", "app.py"):
        pytester.path.joinpath(name).write_text(FILES[name], encoding="utf-8")
    with pytester.path.joinpath("app.py").open("a", encoding="utf-8") as app:
        app.write("assert token.startswith('1.')\n")
    assert pytester.runpython(pytester.path / "app.py").ret == 0


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    shutil.copytree(SUITE, pytester.path, dirs_exist_ok=True)
    return pytester


def options(state: str) -> list[str]:
    return [] if state == STATES[0] else [f"--isoflag-all={state}"]


@pytest.mark.parametrize("state", STATES)
def test_the_sample_suite_passes(suite: pytest.Pytester, state: str) -> None:
    result = suite.runpytest(*options(state))
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"passed"}
    assert outcomes["passed"] > 10


@pytest.mark.parametrize(
    ("before", "after", "failing"),
    [
        # It works only while the flag is off; the failure shows only once the flag is on.
        ('return {"statusCode": 201, "body": "taken and reserved"}', "raise OSError", {"on"}),
        # The feature runs even though its flag is off.
        (
            'return {"statusCode": 201, "body": "taken"}',
            'reserve(customer, pieces); return {"statusCode": 201, "body": "taken"}',
            {"off"},
        ),
    ],
)
def test_the_sample_suite_finds_a_difference_between_off_and_on(
    suite: pytest.Pytester, before: str, after: str, failing: set[str]
) -> None:
    module = suite.path / "orders.py"
    source = module.read_text(encoding="utf-8")
    assert before in source
    module.write_text(source.replace(before, after), encoding="utf-8")
    result = suite.runpytest("-v", "-k", "test_on_and_off")
    result.assert_outcomes(passed=1, failed=1)
    for state in failing:
        result.stdout.fnmatch_lines([f"*reserve-goods={state}? FAILED*"])
    if "on" in failing:
        sanity = ["-k", "test_an_order_is_taken"]
        suite.runpytest("--isoflag-all=off", *sanity).assert_outcomes(passed=1)
        suite.runpytest("--isoflag-all=on", *sanity).assert_outcomes(failed=1)


def test_the_code_of_the_page_returns_the_document_of_a_visitor() -> None:
    flags = page_flags()
    names = Page("docs/client-document.md").run({"client": flags, "visitor": lambda _: MIA})
    projected = Flags.from_json(names["config"](http_event(), None)["body"])
    assert (projected.keys(), projected.parent_digest) == (["button", "feature-x"], flags.digest)
