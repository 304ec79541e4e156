"""`Flags.project`: the document of a client."""

from collections.abc import Mapping
from typing import Any

import pytest

from isoflag import DocumentHistory, Flags, ReceiptError, replay

DOCUMENT: Mapping[str, Any] = {
    "flags": {
        "discount": {
            "clientSide": True,
            "on": True,
            "variations": [0, 10],
            "rules": [
                {
                    "id": "pro",
                    "variation": 1,
                    "clauses": [{"attribute": "plan", "op": "in", "values": ["pro", "team"]}],
                }
            ],
            "fallthrough": {"variation": 0},
        },
        "beta": {
            "clientSide": True,
            "on": True,
            "variations": [False, True],
            "targets": [{"variation": 1, "values": ["ada", "bob"]}],
            "fallthrough": {"variation": 0},
        },
        "internal": {"on": True, "variations": [1], "fallthrough": {"variation": 0}},
    }
}


@pytest.fixture
def flags() -> Flags:
    return Flags.from_dict(DOCUMENT)


def test_a_document_is_projected_for_what_is_known(flags: Flags) -> None:
    projected = flags.project(known={"user": {"plan": "team"}}, private=["user.key"])
    assert projected.keys() == ["discount"]
    assert (projected.parent_digest, flags.parent_digest) == (flags.digest, None)
    assert "team" not in projected.to_json()
    context = {"kind": "user", "key": "eve", "plan": "team"}
    details = [each.variation_detail("discount", context, 0) for each in (flags, projected)]
    assert details[0] == details[1]
    report = projected.projection_report()
    assert report is not None
    assert report["refused"] == [{"key": "beta", "place": "flag `beta`", "private": "user.key"}]
    assert (report["digest"], report["flags"]) == (projected.digest, 1)
    assert {"what": "rule id", "text": "pro"}.items() <= report["strings"][-1].items()
    assert flags.projection_report() is None


def test_none_is_an_attribute_that_the_context_lacks(flags: Flags) -> None:
    projected = flags.project(known={"user": {"plan": None, "key": "eve"}})
    report = projected.projection_report()
    assert report is not None
    assert report["decided"] == len(projected) == 2


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"visibility": "server"}, ValueError, "unknown visibility `server`: expected `client`"),
        ({"private": ["email"]}, ValueError, "invalid private reference `email`"),
        ({"known": {"kind": "user", "key": "ada"}}, ValueError, "invalid `known`: `key`: expected"),
        ({"known": {"user": {"key": 7}}}, ValueError, "invalid `known`"),
        ({"known": {"user": {"plan": object()}}}, ValueError, "`user.plan`"),
        ({"private": "user.email"}, TypeError, "`private` must hold references, not be a str"),
    ],
)
def test_invalid_arguments_are_named(
    flags: Flags, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        flags.project(**options)


def raised(document: Mapping[str, Any], key: str, **changes: Any) -> Flags:
    """Returns the document with a flag of the next version."""
    flags = document["flags"]
    version = flags[key].get("version", 0) + 1
    changed = {**flags[key], **changes, "version": version}
    return Flags.from_dict({**document, "flags": {**flags, key: changed}})


def test_a_patch_leads_from_one_projection_to_the_next(flags: Flags) -> None:
    known = {"user": {"key": "eve", "plan": "team"}}
    held = flags.project(known=known)
    for later in (raised(DOCUMENT, "beta", on=False, offVariation=1), raised(DOCUMENT, "internal")):
        after = later.project(known=known)
        patch = Flags.patch_between(held, after)
        assert patch is not None
        patched = held.apply(patch)
        assert (patched.digest, patched.parent_digest) == (after.digest, later.digest)
    assert Flags.patch_between(held, held) == {}
    assert held.apply({}).digest == held.digest


def test_there_is_no_patch_for_another_visitor_or_without_a_flag(flags: Flags) -> None:
    held = flags.project(known={"user": {"key": "eve"}})
    assert Flags.patch_between(held, flags.project(known={"user": {"key": "ada"}})) is None
    hidden = raised(DOCUMENT, "beta", clientSide=False)
    assert Flags.patch_between(held, hidden.project(known={"user": {"key": "eve"}})) is None


def test_the_receipt_of_a_projection_is_replayed_with_either_document(flags: Flags) -> None:
    context = {"kind": "user", "key": "eve", "plan": "team"}
    projected = flags.project(known={"user": {"key": "eve", "plan": "team"}})
    claim = projected.receipt("discount", context)
    members = claim.to_dict()
    assert (members["digest"], members["parentDigest"]) == (projected.digest, flags.digest)
    assert replay(claim, projected, context) == claim
    assert replay(claim, flags, context) == flags.receipt("discount", context)
    assert replay(flags.receipt("discount", context), projected, context) == claim
    with pytest.raises(ReceiptError) as caught:
        replay(claim, raised(DOCUMENT, "beta"), context)
    assert caught.value.code == "other-document"
    history = DocumentHistory()
    history.add(projected, 0)
    found = history.get(flags.digest)
    assert found is not None
    assert found.digest == projected.digest
