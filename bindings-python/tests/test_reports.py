"""Inventories and retirements, which the CLI computes."""

import ast
import shutil
from pathlib import Path

import pytest

from isoflag import DocumentError, Flags
from isoflag.activity import Activity
from isoflag.reports import inventory, retirements
from pages import Page

DOCUMENT = {
    "flags": {
        "old": {
            "key": "old",
            "on": True,
            "variations": [True, False],
            "fallthrough": {"variation": 0},
            "lifecycle": {
                "owner": "web",
                "feedback": "good",
                "openIssues": 0,
                "changePlanned": False,
                "needed": False,
            },
        },
        "new": {"key": "new", "on": False, "variations": [1], "offVariation": 0},
    }
}
NOW = 10_000_000
PAGE = Page("docs/lifecycle.md")


def counted(key: str) -> Activity:
    activity = Activity(clock=lambda: NOW - 1)
    activity.record(key, 0, "sha256:0e")
    return activity


def test_environments_stand_side_by_side() -> None:
    found = inventory(
        {"dev": DOCUMENT, "prod": Flags.from_dict(DOCUMENT)},
        now=NOW,
        activity={"prod": counted("old")},
    )
    assert (found["now"], found["flags"]) == (NOW, 2)
    assert found["attention"]["no-owner"] == 1
    assert [(row["key"], row["environment"]) for row in found["rows"]] == [
        ("new", "dev"),
        ("new", "prod"),
        ("old", "dev"),
        ("old", "prod"),
    ]
    assert [each["counted"] for each in found["environments"]] == [False, True]
    last = found["rows"][3]
    assert (last["owner"], last["served"][0]["value"]) == ("web", True)
    assert last["lastEvaluated"]["evaluations"] == 1


def test_what_can_go_is_told_with_what_nobody_knows() -> None:
    new, old = retirements(DOCUMENT, now=NOW)
    assert (new["key"], new["verdict"], old["verdict"]) == ("new", "ask", "ask")
    assert old["rules"]["constant"] == "unknown"
    assert old["constant"] == {"value": True}
    new, old = retirements(DOCUMENT, now=NOW, weeks=1, history=[(0, DOCUMENT)])
    assert (old["verdict"], old["stableSince"]) == ("remove", {"moment": 0, "exact": False})
    assert old["callSites"] is None
    assert "calledAt" not in old


def test_code_is_searched_for_the_keys(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text('flags.variation("old", user, False)\n')
    new, old = retirements(DOCUMENT, now=NOW, code=[tmp_path], activity=[counted("new").to_json()])
    assert (new["callSites"], old["callSites"]) == (0, 1)
    assert old["calledAt"][0].endswith("app.py:1")
    assert new["rules"]["unused"] == "no"


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DocumentError):
        inventory({"prod": "{"})
    with pytest.raises(ValueError, match="invalid document name `a=b`"):
        inventory({"a=b": DOCUMENT})
    with pytest.raises(
        ValueError, match="`activity` names `prod`, which is missing in `documents`"
    ):
        inventory({"dev": DOCUMENT}, activity={"prod": counted("old")})
    with pytest.raises(ValueError, match=r"^cannot read .*none"):
        retirements(DOCUMENT, code=[tmp_path / "none"])


def test_without_the_program_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_args, **_named: None)
    with pytest.raises(FileNotFoundError, match=r"pip install isoflag\[cli\]"):
        inventory({"dev": DOCUMENT})


def test_the_code_of_the_page_says_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("src").mkdir()
    tmp_path.joinpath("src", "app.py").write_text('flags.variation("old", user, False)\n')
    stamped = {**DOCUMENT, "meta": {"lastModifiedTimestamp": 0}}
    names = PAGE.run({"development": DOCUMENT, "production": stamped})
    claims = PAGE.claims()
    assert len(claims) == 2
    for asked, said in claims:
        assert eval(asked, names) == ast.literal_eval(said), asked  # noqa: S307
