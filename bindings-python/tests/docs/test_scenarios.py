"""The scenarios of the examples: each runs to its end, and its checks can fail."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pages import TOP, Page

SCENARIOS = TOP / "examples" / "scenarios"
SCRIPTS = sorted(path for path in SCENARIOS.glob("*.sh") if path.name != "scenario.sh")
SCENE = re.compile(r'^scene "(.*)"$', re.MULTILINE)
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def run(*command: str) -> subprocess.CompletedProcess[str]:
    # Without the variables of a certification or of a test run.
    inherited = ("ISOFLAG_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(inherited)}
    return subprocess.run(  # noqa: S603
        command, env={**kept, "PATH": PATH}, capture_output=True, encoding="utf-8", check=False
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_scenario_shows_what_it_claims(script: Path) -> None:
    done = run("bash", str(script))
    assert done.returncode == 0, done.stdout + done.stderr
    scenes = SCENE.findall(script.read_text("utf-8"))
    assert scenes
    assert re.findall(r"^== (.*) ==$", done.stdout, re.MULTILINE) == scenes


@pytest.mark.parametrize(
    "line",
    [
        "does isoflag init flags.json; has absent",
        "does isoflag init flags.json; lacks written",
        "does isoflag check absent.json",
        "refuses isoflag init flags.json",
        "does isoflag init flags.json --flag new; answer true flags.json new mia",
    ],
)
def test_a_scenario_stops_at_an_unexpected_result(line: str) -> None:
    done = run("bash", "-c", f"source {SCENARIOS / 'scenario.sh'}; {line}; echo went on")
    assert done.returncode == 1
    assert "expected" in done.stderr
    assert "went on" not in done.stdout


def test_no_scenario_edits_a_document_by_hand() -> None:
    for script in SCRIPTS:
        edited = re.findall(r"^(?:sed|jq|perl)\b.*\.json", script.read_text("utf-8"), re.MULTILINE)
        assert edited == []


def test_the_page_lists_every_scenario() -> None:
    listed = set(re.findall(r"\]\(scenarios/([\w-]+\.sh)\)", Page("examples/README.md").text))
    assert listed == {script.name for script in SCRIPTS}
