"""The rows of the comparison with other packages that can be tried."""

import json
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities.feature_flags import FeatureFlags
from aws_lambda_powertools.utilities.feature_flags.base import StoreProvider
from ldclient import Config
from ldclient import Context as Theirs
from ldclient.client import LDClient
from ldclient.integrations import Files
from ldclient.integrations.test_data import TestData

from documents import clause, document, flag
from isoflag import Context, Flags
from isoflag.testing import FlagOverrides
from pages import TOP

HALF = {"rollout": {"variations": [{"variation": n, "weight": 50_000} for n in (0, 1)]}}
ORG = {"variation": 1, "clauses": [clause("plan", "in", "pro", contextKind="org")]}
DOCUMENT = document(
    flag("half", True, False, fallthrough=HALF), flag("of-org", False, True, rules=[ORG])
)
MANY = [f"user-{n}" for n in range(200)]


class Store(StoreProvider):
    """Returns a configuration of Powertools."""

    def __init__(self, **conditions: Any) -> None:
        self._rule = {"when_match": True, "conditions": [{"key": "id", **conditions}]}

    def get_configuration(self) -> dict[str, Any]:
        return {"half": {"default": False, "rules": {"r": self._rule}}}

    @property
    def get_raw_configuration(self) -> dict[str, Any]:
        return {}


@pytest.fixture
def launchdarkly(tmp_path: Path) -> Iterator[LDClient]:
    path = tmp_path / "flags.json"
    path.write_text(json.dumps({**DOCUMENT, "segments": {}}))
    source = Files.new_data_source(paths=[str(path)])
    with LDClient(Config("key", update_processor_class=source, send_events=False)) as client:
        yield client


def test_the_page_names_the_versions_that_are_tried() -> None:
    page = (TOP / "docs/comparison.md").read_text(encoding="utf-8")
    for name in ("launchdarkly-server-sdk", "aws-lambda-powertools"):
        assert f"`{name}` {version(name)}" in page.replace("\n", " ")


def test_launchdarklys_sdk(launchdarkly: LDClient) -> None:
    flags = Flags.from_dict(DOCUMENT)
    for key in MANY:
        theirs = launchdarkly.variation_detail("half", Theirs.create(key), None)
        ours = flags.variation_detail("half", {"kind": "user", "key": key}, None)
        assert (theirs.value, theirs.reason) == (ours.value, ours.reason)
    org = Theirs.builder("acme").kind("org").set("plan", "pro").build()
    both = Theirs.create_multi(Theirs.create("ada"), org)
    assert launchdarkly.variation("of-org", both, None) is True
    own = Context.multi(Context("ada"), Context("acme", "org", attributes={"plan": "pro"}))
    assert flags.variation("of-org", own, None) is True
    names = dir(launchdarkly)
    assert [name for name in names if name.startswith(("bool", "str", "int", "explain"))] == []
    assert {"variation_detail", "all_flags_state"} <= {*names}
    # A value of another type than the default is returned.
    assert launchdarkly.variation("half", Theirs.create("ada"), "text") in {True, False}
    assert flags.str_variation("half", own, "text") == "text"
    plain: Any = {"key": "ada"}
    with pytest.raises(AttributeError):
        launchdarkly.variation("half", plain, None)
    assert isinstance(flags.variation("half", plain, None), bool)
    state = launchdarkly.all_flags_state(Theirs.create("ada"), with_reasons=True).to_json_dict()
    assert "reason" in state["$flagsState"]["half"]
    missing = launchdarkly.variation_detail("missing", Theirs.create("ada"), 5)
    assert (missing.value, missing.reason["kind"]) == (5, "ERROR")
    doubles = TestData.data_source()
    doubles.update(doubles.flag("half").variation_for_all(False))
    with LDClient(Config("key", update_processor_class=doubles, send_events=False)) as tested:
        assert tested.variation("half", Theirs.create("ada"), None) is False
    with FlagOverrides(DOCUMENT) as overrides:
        overrides["half"] = False
        assert overrides.client.variation("half", {"kind": "user", "key": "ada"}, None) is False


def test_powertools() -> None:
    modulo = {"action": "MODULO_RANGE", "value": {"BASE": 100, "START": 0, "END": 49}}
    flags = FeatureFlags(store=Store(**modulo))
    shares = [flags.evaluate(name="half", context={"id": n}, default=False) for n in range(100)]
    assert shares.count(True) == 50
    assert flags.get_enabled_features(context={"id": 3}) == ["half"]
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for _ in range(2):
            assert flags.evaluate(name="half", context={"id": "ada"}, default=True) is False
    assert len(warned) == 2
    public = [name for name in dir(flags) if not name.startswith("_")]
    assert [name for name in public if "detail" in name or "variation" in name] == []
    # A context is one dict: a member of a member is not found.
    nested = FeatureFlags(store=Store(action="EQUALS", value="acme"))
    assert nested.evaluate(name="half", context={"org": {"id": "acme"}}, default=True) is False
