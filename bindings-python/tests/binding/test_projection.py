"""`Flags.project`: the document of a client."""

import json
from collections.abc import Mapping
from random import Random
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


def test_patches_of_generated_documents_lead_to_the_next_digest() -> None:
    random = Random(7)  # noqa: S311 (reproducible documents)
    patched = 0
    for _ in range(200):
        keys = [f"f{number}" for number in range(random.randrange(1, 6))]
        before = {key: random_flag(random) for key in keys}
        changed = random.choice(keys)
        after = {**before, changed: {**random_flag(random), "version": random.randrange(3)}}
        known = {"user": {"key": "ada", "plan": random.choice(["pro", "free"])}}
        held, later = (
            Flags.from_dict({"flags": each, "meta": {"version": version}}).project(known=known)
            for version, each in enumerate((before, after))
        )
        patch = Flags.patch_between(held, later)
        if patch is None:
            continue
        patched += 1
        assert held.apply(json.dumps(patch)).digest == later.digest
        assert held.apply(patch).to_json() == later.to_json()
    assert 20 < patched < 200


def random_flag(random: Random) -> dict[str, Any]:
    rule = {
        "clauses": [{"attribute": "plan", "op": "in", "values": ["pro"]}],
        "variation": random.randrange(2),
    }
    return {
        "clientSide": random.random() < 0.9,
        "version": 1,
        "on": random.random() < 0.5,
        "variations": [random.randrange(3), "x"],
        "rules": [rule] * random.randrange(3),
        "fallthrough": {"variation": random.randrange(2)},
        "offVariation": 0,
    }


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
