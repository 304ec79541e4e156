"""Receipts: an evaluation here is verified elsewhere."""

import hashlib
from typing import Any

import pytest

from documents import USER, clause, document, flag, load
from isoflag import SPEC_VERSION, Context, Receipt, ReceiptError, replay
from pages import Page

DOCUMENT = document(
    flag("f", "a", "b", rules=[{"variation": 1, "clauses": [clause("plan", "in", "pro")]}])
)
FLAGS = load(*DOCUMENT["flags"].values())
ADA = {"kind": "user", "key": "ada", "plan": "pro"}


def test_a_receipt_is_an_explanation_of_a_document_and_a_context() -> None:
    receipt = FLAGS.receipt("f", ADA)
    explanation = FLAGS.explain("f", ADA).to_dict()
    assert receipt.to_dict() == {
        "digest": FLAGS.digest,
        "specVersion": SPEC_VERSION,
        "contextHash": "sha256:"
        + hashlib.sha256(b'{"key":"ada","kind":"user","plan":"pro"}').hexdigest(),
        "flag": "f",
        "answer": explanation["answer"],
        "trace": explanation["trace"],
    }
    assert str(receipt) == receipt.to_json()
    assert receipt == FLAGS.receipt("f", Context.from_dict(ADA))


def test_a_receipt_replays_from_every_form() -> None:
    receipt = FLAGS.receipt("f", ADA)
    for claim in (receipt, receipt.to_json(), receipt.to_json().encode()):
        for given in (FLAGS, DOCUMENT):
            again = replay(claim, given, ADA)
            assert isinstance(again, Receipt)
            assert again == receipt
    assert replay(FLAGS.receipt("f", {}), FLAGS, {}).to_dict()["contextHash"] is None


def test_the_error_names_the_first_step_that_differs() -> None:
    text = FLAGS.receipt("f", ADA).to_json()
    forged = text.replace('"match":true', '"match":false', 1)
    with pytest.raises(ReceiptError) as raised:
        replay(forged, FLAGS, ADA)
    error = raised.value
    assert (error.code, error.path) == ("other-answer", "trace.rules[0].clauses[0].match")
    assert (error.claimed, error.found) == (False, True)


@pytest.mark.parametrize(
    ("claim", "given", "context", "code"),
    [
        ("{}", FLAGS, ADA, "not-a-receipt"),
        (FLAGS.receipt("f", ADA).to_json() + " ", FLAGS, ADA, "not-a-receipt"),
        (FLAGS.receipt("f", ADA), {"flags": {}}, ADA, "other-document"),
        (FLAGS.receipt("f", ADA), FLAGS, USER, "other-context"),
        (FLAGS.receipt("f", ADA), FLAGS, None, "other-context"),
        (
            FLAGS.receipt("f", ADA).to_json().replace('"specVersion":', '"specVersion":9'),
            FLAGS,
            ADA,
            "other-rules",
        ),
    ],
)
def test_a_receipt_of_other_input_is_rejected(
    claim: object, given: object, context: object, code: str
) -> None:
    with pytest.raises(ReceiptError) as raised:
        replay(claim, given, context)  # type: ignore[arg-type]
    assert raised.value.code == code


# --- the page on receipts ---


PAGE = Page("docs/receipts.md")


@pytest.fixture
def names() -> dict[str, Any]:
    return PAGE.run()


def test_the_values_on_the_receipts_page_are_correct(names: dict[str, Any]) -> None:
    claims = PAGE.claims()
    assert len(claims) == 3
    for call, shown in claims:
        assert repr(eval(call, names)) == shown  # noqa: S307


def test_a_receipt_altered_in_any_byte_is_refused(names: dict[str, Any]) -> None:
    claim = names["claim"].encode()
    for place in range(len(claim)):
        altered = claim[:place] + bytes([claim[place] ^ 1]) + claim[place + 1 :]
        with pytest.raises(ReceiptError):
            replay(altered, names["DOCUMENT"], names["user"])
