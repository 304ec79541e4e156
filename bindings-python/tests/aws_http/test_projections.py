"""The documents of visitors are made once for each document, known context and private list."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest

from isoflag import Context, Flags
from isoflag.aws_http import projections
from isoflag.aws_http.projections import document_of


class CountedFlags:
    """Flags that count how often they are projected."""

    def __init__(self, digest: str, text: str = "{}") -> None:
        self.digest = digest
        self.text = text
        self.made: list[Mapping[str, Any]] = []

    def _projected_json(self, known: Mapping[str, Any], _private: Sequence[str]) -> str:
        self.made.append(known)
        return self.text


@pytest.fixture(autouse=True)
def _empty_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = projections._Projections()  # noqa: SLF001 (our own)
    monkeypatch.setattr(projections, "_PROJECTIONS", empty)


def ask(flags: CountedFlags, key: str, private: Sequence[str] = ()) -> str:
    context = Context.from_dict({"kind": "user", "key": key})
    return document_of(cast("Flags", flags), context, private, ["org"])


def test_a_document_is_made_once_for_each_visitor_document_and_private_list() -> None:
    flags, later = CountedFlags("1"), CountedFlags("2")
    for _ in range(3):
        for key in ("ada", "bob"):
            ask(flags, key)
        ask(flags, "ada", ["user.email"])
        ask(later, "ada")
    assert (len(flags.made), len(later.made)) == (3, 1)
    assert flags.made[0] == {"org": None, "user": {"anonymous": False, "key": "ada"}}


def test_the_oldest_documents_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projections, "_CHARACTERS", 1000)
    flags = CountedFlags("1", "x" * 400)
    ask(flags, "ada")
    ask(flags, "bob")
    # Ada's was used later than Bob's.
    for key in ("ada", "eve", "ada", "bob"):
        ask(flags, key)
    users = [made["user"]["key"] for made in flags.made]
    assert users == ["ada", "bob", "eve", "bob"]
