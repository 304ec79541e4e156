"""Receipts: an evaluation here is verified elsewhere."""

import hashlib

import pytest

from documents import USER, clause, document, flag, load
from isoflag import SPEC_VERSION, Context, Receipt, ReceiptError, replay

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


def test_it_replays_wherever_the_document_and_the_context_are() -> None:
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
def test_what_a_receipt_is_not_about(
    claim: object, given: object, context: object, code: str
) -> None:
    with pytest.raises(ReceiptError) as raised:
        replay(claim, given, context)  # type: ignore[arg-type]
    assert raised.value.code == code
