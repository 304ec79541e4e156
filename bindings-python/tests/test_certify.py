"""`isoflag certify FILE --write -- pytest`, whole: a broken feature in Staging stays there."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from isoflag.__main__ import MISSING, find_cli

DOCUMENT: dict[str, Any] = {
    "flags": {
        "new-checkout": {
            "key": "new-checkout",
            "version": 1,
            "on": False,
            "variations": [False, True],
            "offVariation": 0,
            "fallthrough": {"variation": 1},
            "lifecycle": {"status": "Staging", "statusTimestamp": 100},
        }
    }
}
SHOP = """
from isoflag import FlagClient
from isoflag.source import S3Source

client = FlagClient(S3Source("no-such-bucket", "flags.json"))


def take_order():
    if client.bool_variation("new-checkout", {"key": "mia"}, False):
        FEATURE
    return "taken"
"""
TESTS = "import shop\n\n\ndef test_order():\n    assert shop.take_order() == 'taken'\n"


@pytest.fixture
def certify(tmp_path: Path) -> Any:
    program = find_cli()
    assert program is not None, MISSING

    def certify(feature: str, tests: str = TESTS) -> tuple[int, str, str, list[Any]]:
        document = tmp_path / "flags.json"
        document.write_text(json.dumps(DOCUMENT))
        (tmp_path / "shop.py").write_text(SHOP.replace("FEATURE", feature))
        (tmp_path / "test_shop.py").write_text(tests)
        run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        ran = subprocess.run(  # noqa: S603 (our own program)
            [program, "certify", str(document), "--write", "--", *run],
            cwd=tmp_path,
            capture_output=True,
            check=False,
            text=True,
        )
        written = json.loads(document.read_text())
        status = written["flags"]["new-checkout"]["lifecycle"]["status"]
        artifacts = written.get("meta", {}).get("artifacts", [])
        return ran.returncode, ran.stdout, status, [each["deployable"] for each in artifacts]

    return certify


def test_a_broken_feature_remains_in_staging(certify: Any) -> None:
    code, out, status, artifacts = certify("raise RuntimeError('the feature is broken')")
    assert "Production State: passed\nNext Release: failed\n" in out
    assert (code, status, artifacts) == (1, "Staging", [True])


def test_a_feature_that_works_is_done(certify: Any) -> None:
    code, out, status, artifacts = certify("pass")
    assert "Production State: passed\nNext Release: passed\n" in out
    assert (code, status, artifacts) == (0, "Done", [True])


@pytest.mark.parametrize(
    "tests", ["def test_nothing(): pass\n", TESTS.replace("def", "@pytest.mark.skip\ndef")]
)
def test_tests_that_evaluate_nothing_certify_nothing(certify: Any, tests: str) -> None:
    code, out, status, artifacts = certify("pass", f"import pytest\n{tests}")
    assert "Production State: passed, but no flag was evaluated" in out
    assert (code, status, artifacts) == (1, "Staging", [])
