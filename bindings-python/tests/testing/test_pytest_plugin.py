"""The plugin for pytest, in runs of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import isoflag.testing  # noqa: F401
from isoflag import FlagClient, Flags
from isoflag.activity import Activity
from isoflag.source import FileSource

# A nested run unloads the modules that it imports, but not objects made from them.

SHOP = """
from isoflag import FlagClient
from isoflag.source import S3Source

client = FlagClient(S3Source("no-such-bucket", "flags.json"))
ledger = []


def charge_anew(customer):
    if client.int_variation("new-checkout-limit", {"key": customer}, 5) > 0:
        ledger.append(customer)


def take_order(customer):
    if client.bool_variation("new-checkout", {"key": customer}, False):
        charge_anew(customer)
    return "taken"
"""
LEAKING = SHOP.replace(
    "        charge_anew(customer)\n    return",
    "        pass\n    charge_anew(customer)\n    return",
)
DOCUMENT = """{"flags": {
    "new-checkout": {"key": "new-checkout", "version": 1, "on": true, "variations": [false, true],
        "offVariation": 0, "fallthrough": {"variation": 0}},
    "new-checkout-limit": {"key": "new-checkout-limit", "version": 1, "on": true,
        "variations": [0, 10], "offVariation": 0, "fallthrough": {"variation": 1}}
}}"""
FLAG_ON_AND_OFF = """
    import pytest, checkout

    @pytest.mark.isoflag_both("new-checkout")
    def test_order(isoflag_flags):
        assert checkout.take_order("mia") == "taken"
        assert "new-checkout" in isoflag_flags.evaluated
        assert ("new-checkout-limit" in isoflag_flags.evaluated) is isoflag_flags["new-checkout"]
"""
ENTRY = """
    import pytest, checkout

    @pytest.mark.isoflag_both("new-checkout", entry="checkout.charge_anew")
    def test_order():
        assert checkout.take_order("mia") == "taken"
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(checkout=SHOP)
    pytester.makefile(".json", flags=DOCUMENT)
    return pytester


@pytest.mark.parametrize("test", [FLAG_ON_AND_OFF, ENTRY], ids=["record", "entry"])
def test_a_test_runs_with_the_flag_on_and_off(run: pytest.Pytester, test: str) -> None:
    run.makepyfile(test)
    result = run.runpytest("-v", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*::test_order?new-checkout=on? PASSED*"])
    result.stdout.fnmatch_lines(["*::test_order?new-checkout=off? PASSED*"])


@pytest.mark.parametrize("test", [FLAG_ON_AND_OFF, ENTRY], ids=["record", "entry"])
def test_a_leaking_handler_fails_its_off_run(run: pytest.Pytester, test: str) -> None:
    assert LEAKING != SHOP
    run.makepyfile(test, checkout=LEAKING)
    result = run.runpytest("-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*::test_order?new-checkout=on? PASSED*"])
    result.stdout.fnmatch_lines(["*::test_order?new-checkout=off? FAILED*"])
    if test is ENTRY:
        expected = "`checkout.charge_anew` was called with the flag `new-checkout` off"
        result.stdout.fnmatch_lines([expected])


def test_a_feature_that_is_never_entered_fails_its_on_run(run: pytest.Pytester) -> None:
    run.makepyfile(ENTRY, checkout=SHOP.replace("        charge_anew(customer)", "        pass"))
    result = run.runpytest("-v")
    result.assert_outcomes(passed=1, failed=1)
    expected = "`checkout.charge_anew` was not called with the flag `new-checkout` on"
    result.stdout.fnmatch_lines([expected])


def test_a_failing_test_reports_its_own_failure(run: pytest.Pytester) -> None:
    run.makepyfile(ENTRY.replace('== "taken"', '== "lost"'), checkout=LEAKING)
    result = run.runpytest()
    result.assert_outcomes(failed=2)
    result.stdout.no_fnmatch_line("*was called with the flag*")


def test_every_combination_of_several_flags(run: pytest.Pytester) -> None:
    run.makepyfile("""
        import pytest, checkout

        seen = set()

        @pytest.mark.isoflag_both("c")
        class TestShop:
            @pytest.mark.parametrize("customer", ["mia", "ada"])
            @pytest.mark.isoflag_both("a", "b")
            def test_flags(self, customer, isoflag_flags):
                ask = checkout.client.bool_variation
                values = [ask(key, {"key": customer}, None) for key in "abc"]
                assert values == [isoflag_flags[key] for key in "abc"]
                seen.add((customer, *values))

        def test_all_were_seen():
            assert len(seen) == 16
    """)
    result = run.runpytest("-v")
    result.assert_outcomes(passed=17)
    result.stdout.fnmatch_lines(["*test_flags?*a=on*b=off*"])


def test_everything_is_undone_after_a_test(run: pytest.Pytester) -> None:
    run.makepyfile("""
        import checkout
        from isoflag import FlagClient

        class Own:
            def fetch(self, previous):
                return b'{"flags": {"a": {"on": false, "offVariation": 0, "variations": ["own"]}}}'

        own = FlagClient(Own())

        def test_first(isoflag_flags):
            isoflag_flags["a"] = "overridden"
            isoflag_flags.watch("checkout.take_order")
            assert own.variation("a", {"key": "mia"}, None) == "overridden"

        def test_second(isoflag_flags):
            assert dict(isoflag_flags) == {}
            assert own.variation("a", {"key": "mia"}, None) is None
            assert len(isoflag_flags.evaluated) == 1

        def test_third():
            assert own.variation("a", {"key": "mia"}, None) == "own"
            assert not hasattr(checkout.take_order, "__wrapped__")
    """)
    run.runpytest().assert_outcomes(passed=3)


WHOLE_RUN = """
    import unittest
    import pytest, checkout

    def test_order():
        checkout.ledger.clear()
        assert checkout.take_order("mia") == "taken"
        print(f"ledger={checkout.ledger}")

    class TestOrder(unittest.TestCase):
        def test_order(self):
            checkout.ledger.clear()
            checkout.take_order("mia")
            print(f"ledger={checkout.ledger}")

    def test_own(isoflag_flags):
        isoflag_flags["new-checkout"] = True
        isoflag_flags["new-checkout-limit"] = 3
        checkout.ledger.clear()
        checkout.take_order("mia")
        assert checkout.ledger == ["mia"]
"""


@pytest.mark.parametrize("document", [True, False], ids=["document", "none"])
@pytest.mark.parametrize(("state", "ledger"), [("off", "[]"), ("on", "['mia']")])
def test_a_whole_run_with_all_flags_off_or_on(
    run: pytest.Pytester, state: str, ledger: str, document: bool
) -> None:
    run.makepyfile(WHOLE_RUN)
    options = ["--isoflag-document", "flags.json"] if document else []
    result = run.runpytest("-s", f"--isoflag-all={state}", *options)
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines([f"isoflag: all flags {state}"])
    assert result.stdout.str().count(f"ledger={ledger}") == 2


def test_a_whole_run_includes_collection_and_module_fixtures(run: pytest.Pytester) -> None:
    run.makepyfile("""
        import pytest, checkout

        while_collecting = checkout.client.bool_variation("any", {"key": "mia"}, False)

        @pytest.fixture(scope="module")
        def before_the_tests():
            return checkout.client.bool_variation("any", {"key": "mia"}, False)

        def test_it(before_the_tests):
            assert while_collecting is before_the_tests is True
    """)
    run.runpytest("--isoflag-all=on").assert_outcomes(passed=1)
    run.makepyfile("""
        import checkout

        def test_it(isoflag_flags):
            checkout.client.variation("any", {"key": "mia"}, None)
            assert len(isoflag_flags.evaluated) == 1
    """)
    run.runpytest("--isoflag-all=on").assert_outcomes(passed=1)


UNDER_A_STRATEGY = """
    import checkout

    def test_it(isoflag_flags):
        isoflag_flags.load({"flags": {
            key: {"on": key == "off-in-dev", "variations": [True, False], "offVariation": 1,
                  "fallthrough": {"variation": 0}, "lifecycle": {"status": status}}
            for key, status in [("old", "Finished"), ("new", "Staging"), ("off-in-dev", "Doing")]
        }})
        served = [checkout.client.bool_variation(key, {"key": "mia"}, None)
                  for key in ("old", "new", "off-in-dev")]
        print("served", served)
"""


@pytest.mark.parametrize(
    ("strategy", "served"),
    [
        ("Flush Out", [True, True, True]),
        ("Production State", [True, False, False]),
        ("Next Release", [True, True, False]),
        ("Production", [False, False, True]),
    ],
)
def test_a_whole_run_is_under_one_strategy(
    run: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, strategy: str, served: list[bool]
) -> None:
    run.makepyfile(UNDER_A_STRATEGY)
    document = "--isoflag-document=flags.json"
    for spelling in (strategy, strategy.lower().replace(" ", "-"), strategy.upper()):
        result = run.runpytest("-s", f"--flag-strategy={spelling}", document)
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines([f"isoflag: flags under the strategy {strategy}"])
        assert f"served {served}" in result.stdout.str()
    monkeypatch.setenv("ISOFLAG_STRATEGY", strategy.lower())
    assert f"served {served}" in run.runpytest("-s", document).stdout.str()


EVALUATES = """
    import checkout

    def test_it():
        assert checkout.client.bool_variation("new-checkout", {"key": "mia"}, None) is SERVED
"""


@pytest.mark.parametrize("strategy", ["Custom", "custom-production"])
def test_a_custom_strategy_has_the_keys_of_its_document(
    run: pytest.Pytester, strategy: str
) -> None:
    run.makepyfile(EVALUATES.replace("SERVED", "False"))
    options = f"--flag-strategy={strategy}", "--isoflag-document"
    run.runpytest(*options, "flags.json").assert_outcomes(passed=1)
    # The output of `isoflag strategy flags.json custom --on KEY --out custom.json`.
    flags = Flags.from_json(DOCUMENT)
    under = flags.with_strategy(strategy, on=["new-checkout"])
    run.path.joinpath("custom.json").write_text(under.to_json())
    run.makepyfile(EVALUATES.replace("SERVED", "True"))
    run.runpytest(*options, "custom.json").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("options", "environment", "message"),
    [
        (["--flag-strategy=Bogus"], {}, "invalid strategy `Bogus`: expected one of `Flush Out`, *"),
        ([], {"ISOFLAG_STRATEGY": "Bogus"}, "*ISOFLAG_STRATEGY: invalid strategy `Bogus`: *"),
        (
            ["--flag-strategy=Production State"],
            {},
            "the strategy Production State needs a flag document*",
        ),
        (
            [],
            {"ISOFLAG_STRATEGY": "next-release"},
            "the strategy Next Release needs a flag document*",
        ),
        (
            ["--flag-strategy=beta", "--isoflag-document=no.json"],
            {},
            "*cannot read the flag document: *no.json*",
        ),
        (["--isoflag-document=no.json"], {}, "cannot read the flag document: *no.json*"),
        (["--isoflag-document=."], {}, "cannot read the flag document: *"),
        (["--isoflag-document=broken.json"], {}, "cannot load the flag document `*broken.json`: *"),
        (
            ["--isoflag-document=bare.json"],
            {},
            "cannot load the flag document `*bare.json`: *`from_flag_map`*",
        ),
        (
            ["--flag-strategy=beta"],
            {"ISOFLAG_DOCUMENT": "no.json"},
            "cannot read the flag document: *no.json*",
        ),
        (
            ["--flag-strategy=beta", "--isoflag-document=empty.json"],
            {},
            "*empty.json` has no flags, so nothing would be tested under the strategy Beta*",
        ),
        (
            ["--isoflag-document=flags.json"],
            {},
            "`--isoflag-document flags.json` has no effect: no test uses the fixture *",
        ),
    ],
)
def test_a_run_with_invalid_flags_is_a_usage_error(
    run: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    environment: dict[str, str],
    message: str,
) -> None:
    run.makepyfile(EVALUATES.replace("SERVED", "None"))
    for name, text in [("broken", "{"), ("bare", '{"f": {}}'), ("empty", '{"flags": {}}')]:
        run.path.joinpath(f"{name}.json").write_text(text)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    result = run.runpytest(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *{message}"])


def test_a_document_that_a_test_uses_is_not_an_error(run: pytest.Pytester) -> None:
    run.makepyfile("""
        import checkout

        def test_with(isoflag_flags):
            assert checkout.client.bool_variation("new-checkout", {"key": "mia"}, None) is False

        def test_without():
            pass
    """)
    run.runpytest("--isoflag-document=flags.json").assert_outcomes(passed=2)
    run.runpytest("--isoflag-document=flags.json", "-k", "nothing").assert_outcomes(deselected=2)


def evaluated_under(path: Path, digest: str) -> set[str]:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {
        key
        for line in lines
        for key, flag in line["flags"].items()
        if digest in flag["counts"] and line["activity"] == 1
    }


def test_the_document_of_a_certification_is_tested_and_evaluations_are_evidence(
    run: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The environment of `isoflag certify`; the ini-file names the certified document.
    under = Flags.from_json(DOCUMENT).with_strategy("Production State")
    run.makeini("[pytest]\nisoflag_document = flags.json\n")
    document = run.path / "production-state.json"
    document.write_text(under.to_json())
    monkeypatch.setenv("ISOFLAG_STRATEGY", "Production State")
    monkeypatch.setenv("ISOFLAG_DOCUMENT", str(document))

    def evidence_in(name: str) -> Path:
        evidence = run.path / name
        evidence.write_bytes(b"")
        monkeypatch.setenv("ISOFLAG_EVIDENCE", str(evidence))
        return evidence

    evidence = evidence_in("a-client")
    run.makepyfile(EVALUATES.replace("SERVED", "False"))
    result = run.runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("No flag was evaluated*")
    assert evaluated_under(evidence, under.digest) == {"new-checkout"}

    # Flags passed as arguments and clients of other sources count too, each entry once.
    evidence = evidence_in("flags")
    run.makepyfile("""
        from isoflag import FlagClient
        from isoflag.source import FileSource

        def test_it(isoflag_flags):
            for _ in range(3):
                isoflag_flags.flags.variation("new-checkout-limit", {"key": "mia"}, None)
            FlagClient(FileSource("no-such.json")).variation("new-checkout", {"key": "mia"}, None)
    """)
    run.runpytest().assert_outcomes(passed=1)
    assert evaluated_under(evidence, under.digest) == {"new-checkout", "new-checkout-limit"}
    assert len(evidence.read_text().splitlines()) == 2

    # With an override another document was evaluated.
    evidence = evidence_in("overridden")
    run.makepyfile("""
        import checkout

        def test_it(isoflag_flags):
            isoflag_flags.on("new-checkout")
            assert checkout.client.bool_variation("new-checkout", {"key": "mia"}, None) is True
    """)
    run.runpytest().assert_outcomes(passed=1)
    assert evaluated_under(evidence, under.digest) == set()

    evidence_in("nothing")
    run.makepyfile("def test_nothing(): pass")
    result = run.runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["No flag was evaluated, so this run certifies nothing *"])


def test_a_run_reports_that_no_flag_was_evaluated(run: pytest.Pytester) -> None:
    options = "--flag-strategy=beta", "--isoflag-document=flags.json"
    run.makepyfile("def test_nothing(): pass")
    result = run.runpytest(*options)
    result.stdout.fnmatch_lines(["No flag was evaluated, so this run certifies nothing *"])
    run.makepyfile(EVALUATES.replace("SERVED", "True"))
    run.runpytest(*options).stdout.no_fnmatch_line("No flag was evaluated*")
    assert "ISOFLAG_EVIDENCE" not in os.environ


def test_a_client_outside_of_pytest_leaves_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, evidence = tmp_path / "flags.json", tmp_path / "evidence"
    document.write_text(DOCUMENT)
    monkeypatch.setenv("ISOFLAG_EVIDENCE", str(evidence))
    activity = Activity()
    client = FlagClient(FileSource(document), activity=activity)
    client.bool_variation("new-checkout", {"key": "mia"}, default=False)
    client.bool_variation("no-such-flag", {"key": "mia"}, default=False)
    digest = Flags.from_json(DOCUMENT).digest
    assert evaluated_under(evidence, digest) == {"new-checkout", "no-such-flag"}
    assert set(activity.to_dict()["flags"]) == {"new-checkout", "no-such-flag"}
    # An evaluation succeeds even if its evidence cannot be written.
    monkeypatch.setenv("ISOFLAG_EVIDENCE", str(tmp_path))
    client.bool_variation("new-checkout", {"key": "mia"}, default=False)


def test_a_strategy_and_all_flags_exclude_each_other(run: pytest.Pytester) -> None:
    run.makepyfile(UNDER_A_STRATEGY)
    result = run.runpytest("--flag-strategy=Flush Out", "--isoflag-all=on")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*cannot be combined*"])


def test_a_marker_for_all_flags_overrides_the_option(run: pytest.Pytester) -> None:
    run.makepyfile("""
        import pytest, checkout

        @pytest.mark.isoflag_all("on")
        class TestShop:
            def test_on(self):
                assert checkout.client.bool_variation("any", {"key": "mia"}, False) is True

            @pytest.mark.isoflag_all("off")
            def test_off(self):
                assert checkout.client.bool_variation("any", {"key": "mia"}, True) is False

            @pytest.mark.isoflag_all("off")
            @pytest.mark.isoflag_both("one")
            def test_one(self, isoflag_flags):
                assert checkout.client.bool_variation("any", {"key": "mia"}, True) is False
                one = checkout.client.bool_variation("one", {"key": "mia"}, None)
                assert one is isoflag_flags["one"]
    """)
    run.runpytest("--isoflag-all=off").assert_outcomes(passed=4)
    run.runpytest().assert_outcomes(passed=4)


def test_the_document_of_the_ini_file(run: pytest.Pytester) -> None:
    run.makeini("[pytest]\nisoflag_document = flags.json\n")
    run.makepyfile("""
        import checkout

        def test_limit(isoflag_flags):
            assert checkout.client.int_variation("new-checkout-limit", {"key": "mia"}, 5) == 10
    """)
    run.runpytest().assert_outcomes(passed=1)
    run.path.joinpath("flags.json").write_text("{")
    run.runpytest().assert_outcomes(errors=1)


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("isoflag_both()", "`isoflag_both` takes keys and `entry`*"),
        ("isoflag_both('a', entries='b')", "`isoflag_both` takes keys and `entry`*"),
        ("isoflag_both('a', 'b', entry='c.d')", "`entry` belongs to one flag*"),
        ("isoflag_both('a', entry='checkout.nothing')", "cannot find `checkout.nothing`*"),
        ("isoflag_all('maybe')", 'write `isoflag_all("off")` or `isoflag_all("on")`*'),
        ("isoflag_all", 'write `isoflag_all("off")` or `isoflag_all("on")`*'),
    ],
)
def test_an_invalid_marker_is_reported(run: pytest.Pytester, mark: str, message: str) -> None:
    run.makepyfile(f"import pytest, checkout\n@pytest.mark.{mark}\ndef test_it(): pass")
    result = run.runpytest()
    assert result.parseoutcomes().get("passed") is None
    result.stdout.fnmatch_lines([f"*{message}"])


def test_marking_a_unittest_case_is_a_usage_error(run: pytest.Pytester) -> None:
    run.makepyfile("""
        import pytest, unittest

        class TestIt(unittest.TestCase):
            @pytest.mark.isoflag_both("a")
            def test_it(self): pass
    """)
    result = run.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*works on functions and on classes other than `unittest.TestCase`*"]
    )


def test_markers_and_options_are_explained(run: pytest.Pytester) -> None:
    result = run.runpytest("--markers", "--strict-markers")
    result.stdout.fnmatch_lines(["@pytest.mark.isoflag_both(*", "@pytest.mark.isoflag_all(*"])
    run.runpytest("--help").stdout.fnmatch_lines(["*--isoflag-all={off,on}*", "*isoflag_document*"])
    run.makepyfile("def test_it(isoflag_flags): pass")
    run.runpytest("--fixtures").stdout.fnmatch_lines(["isoflag_flags -- *"])


def test_a_run_without_flags_imports_only_the_plugin(tmp_path: Path) -> None:
    (tmp_path / "test_nothing.py").write_text(
        dedent("""
            import sys

            def test_nothing():
                ours = {name for name in sys.modules if name.startswith("isoflag")}
                assert ours == {
                    "isoflag", "isoflag._core", "isoflag._errors", "isoflag.pytest_plugin"
                }
        """)
    )
    subprocess.run(  # noqa: S603 (our own interpreter)
        [sys.executable, "-m", "pytest", "-q", str(tmp_path)],
        check=True,
        capture_output=True,
        cwd=tmp_path,
    )
