"""The page on receipts: its code runs, and prints the output shown."""

from typing import Any

import pytest

from isoflag import ReceiptError, replay
from pages import Page

PAGE = Page("docs/receipts.md")


@pytest.fixture
def names() -> dict[str, Any]:
    return PAGE.run()


def test_the_code_of_the_page_says_what_it_says(names: dict[str, Any]) -> None:
    claims = PAGE.claims()
    assert len(claims) == 3
    for call, said in claims:
        assert repr(eval(call, names)) == said  # noqa: S307


def test_a_receipt_altered_in_any_byte_is_refused(names: dict[str, Any]) -> None:
    claim = names["claim"].encode()
    for place in range(len(claim)):
        altered = claim[:place] + bytes([claim[place] ^ 1]) + claim[place + 1 :]
        with pytest.raises(ReceiptError):
            replay(altered, names["DOCUMENT"], names["user"])
