"""`Flags.project`: the document of a client."""

from collections.abc import Mapping
from typing import Any

import pytest

from isoflag import Flags

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
