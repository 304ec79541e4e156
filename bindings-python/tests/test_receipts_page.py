"""The page on receipts: its code runs, and says what it says."""

import re
from pathlib import Path
from typing import Any

import pytest

from isoflag import ReceiptError, replay

PAGE = (Path(__file__).parents[2] / "docs" / "receipts.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def names() -> dict[str, Any]:
    defined: dict[str, Any] = {"__name__": "page"}
    for block in BLOCKS:
        exec(compile(block, "docs/receipts.md", "exec"), defined)  # noqa: S102
    return defined


def test_the_code_of_the_page_says_what_it_says(names: dict[str, Any]) -> None:
    claims = re.findall(r"^(check\(.*\))  # (.*)$", PAGE, re.MULTILINE)
    assert len(claims) == 3
    for call, said in claims:
        assert repr(eval(call, names)) == said  # noqa: S307


def test_a_receipt_altered_in_any_byte_is_refused(names: dict[str, Any]) -> None:
    claim = names["claim"].encode()
    for place in range(len(claim)):
        altered = claim[:place] + bytes([claim[place] ^ 1]) + claim[place + 1 :]
        with pytest.raises(ReceiptError):
            replay(altered, names["DOCUMENT"], names["user"])
