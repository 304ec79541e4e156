"""The page on the consistency of documents: the tests that it names exist."""

import re
from pathlib import Path

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs" / "consistency" / "README.md").read_text(encoding="utf-8")


def test_every_row_names_tests_that_exist() -> None:
    rows = re.findall(r"^\| (A\d\d) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
    assert [row for row, _, _ in rows] == [f"A{number}" for number in range(36, 50)]
    for row, _, shown in rows:
        named = re.findall(r"`([\w./-]+\.(?:py|js))::([^`]+)`", shown)
        assert named, row
        for file, name in named:
            folder = TOP
            if "/" not in file:
                folder /= (
                    "bindings-python/tests" if file.endswith(".py") else "bindings-wasm/npm/test"
                )
            start = f"def {name}(" if file.endswith(".py") else f'it("{name}"'
            assert start in (folder / file).read_text(encoding="utf-8"), f"{row}: {file}::{name}"


def test_every_file_of_the_page_exists() -> None:
    for path in re.findall(r"`((?:conformance|core|cli)/[\w./-]+)`", PAGE):
        assert (TOP / path).is_file(), path
