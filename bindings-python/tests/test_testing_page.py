"""The page on tests: its code runs, and the sample suite passes."""

import re
import shutil
from pathlib import Path

import pytest

# A nested run unloads the modules that it imports, but not objects made from them.
import isoflag.testing  # noqa: F401
from pages import Page

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
PAGE = Page("docs/testing.md")
FILES = {
    name: code
    for block in PAGE.blocks
    for name, code in re.findall(r"\A# (\w+\.py)\n(.*)", block, re.DOTALL)
}
SUITE = ROOT / "examples" / "testing"
STATES = ["as they are", "off", "on"]


def test_every_block_of_the_page_is_a_file() -> None:
    assert len(FILES) == len(PAGE.blocks)


@pytest.mark.parametrize("state", STATES)
def test_the_code_of_the_page_runs(pytester: pytest.Pytester, state: str) -> None:
    for name, code in FILES.items():
        pytester.path.joinpath(name).write_text(code, encoding="utf-8")
    # It tests a flag that it does not always set.
    other = ["--deselect=test_flags.py::test_for_a_while"] if state == "on" else []
    result = pytester.runpytest(*options(state), *other)
    deselected = len(other)
    result.assert_outcomes(passed=12 - deselected, deselected=deselected)


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
def test_what_differs_between_off_and_on_is_found(
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
