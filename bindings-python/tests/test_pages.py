"""Runs the code of the READMEs, and checks that some test runs every page with Python code."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from documents import document, flag
from isoflag import Flags
from pages import TOP, Page

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


def test_the_code_of_the_package_says_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    first = re.search(r'"""(.*?)"""', PACKAGE.blocks[0], re.DOTALL)
    assert first is not None
    Path("flags.json").write_text(first[1], encoding="utf-8")
    names = PACKAGE.run(only=slice(4))
    claims = PACKAGE.claims()
    assert len(claims) == 4
    for asked, said in claims:
        assert eval(asked, names) == ast.literal_eval(said), asked  # noqa: S307
    assert isinstance(names["flags"], Flags)
    assert "pro-plan" in capsys.readouterr().out


def test_the_package_shows_a_test_of_somebody_else() -> None:
    block = PACKAGE.blocks[4]
    compile(block, PACKAGE.name, "exec")
    assert len(PACKAGE.blocks) == 5
    pytest.skip(
        f"{PACKAGE}: a test of a shop that is not here; the like of it runs in docs/testing.md"
    )


def pages() -> list[str]:
    found: list[Any] = [*TOP.glob("*.md"), *TOP.glob("*/*.md"), *TOP.glob("docs/**/*.md")]
    found += TOP.glob("examples/*/*.md")
    names = {path.relative_to(TOP).as_posix() for path in found}
    return sorted(name for name in names if Page(name).blocks)


@pytest.mark.parametrize("name", pages())
def test_every_page_with_code_is_run(name: str) -> None:
    tests = Path(__file__).parent.glob("test_*.py")
    assert any(f'Page("{name}")' in test.read_text(encoding="utf-8") for test in tests)
