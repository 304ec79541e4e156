"""The plugin for pytest, in runs of its own."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

# A run within this one forgets the modules that it imports, and not what is made of them.
import isoflag.testing  # noqa: F401

pytest_plugins = ["pytester"]

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


def test_a_test_that_fails_by_itself_says_why(run: pytest.Pytester) -> None:
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


def test_a_whole_run_is_everything_in_it(run: pytest.Pytester) -> None:
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
    result = run.runpytest("-s", f"--flag-strategy={strategy}")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"isoflag: flags under the strategy {strategy}"])
    assert f"served {served}" in result.stdout.str()
    monkeypatch.setenv("ISOFLAG_STRATEGY", strategy)
    assert f"served {served}" in run.runpytest("-s").stdout.str()


def test_a_strategy_and_all_flags_exclude_each_other(run: pytest.Pytester) -> None:
    run.makepyfile(UNDER_A_STRATEGY)
    result = run.runpytest("--flag-strategy=Flush Out", "--isoflag-all=on")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*exclude each other*"])


def test_a_marker_for_all_flags_goes_before_the_option(run: pytest.Pytester) -> None:
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
    result = run.runpytest("--isoflag-document=no-such.json")
    result.stdout.fnmatch_lines(["*the flag document cannot be read: *no-such.json*"])


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("isoflag_both()", "`isoflag_both` takes keys of flags and `entry`*"),
        ("isoflag_both('a', entries='b')", "`isoflag_both` takes keys of flags and `entry`*"),
        ("isoflag_both('a', 'b', entry='c.d')", "an `entry` is that of one flag*"),
        ("isoflag_both('a', entry='checkout.nothing')", "`checkout.nothing` is not there*"),
        ("isoflag_all('maybe')", 'write `isoflag_all("off")` or `isoflag_all("on")`*'),
        ("isoflag_all", 'write `isoflag_all("off")` or `isoflag_all("on")`*'),
    ],
)
def test_a_marker_that_is_wrong_says_so(run: pytest.Pytester, mark: str, message: str) -> None:
    run.makepyfile(f"import pytest, checkout\n@pytest.mark.{mark}\ndef test_it(): pass")
    result = run.runpytest()
    assert result.parseoutcomes().get("passed") is None
    result.stdout.fnmatch_lines([f"*{message}"])


def test_unittest_knows_no_parameters_and_says_so(run: pytest.Pytester) -> None:
    run.makepyfile("""
        import pytest, unittest

        class TestIt(unittest.TestCase):
            @pytest.mark.isoflag_both("a")
            def test_it(self): pass
    """)
    result = run.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*marks functions, and classes that are no `unittest.TestCase`*"])


def test_markers_and_options_are_explained(run: pytest.Pytester) -> None:
    result = run.runpytest("--markers", "--strict-markers")
    result.stdout.fnmatch_lines(["@pytest.mark.isoflag_both(*", "@pytest.mark.isoflag_all(*"])
    run.runpytest("--help").stdout.fnmatch_lines(["*--isoflag-all={off,on}*", "*isoflag_document*"])
    run.makepyfile("def test_it(isoflag_flags): pass")
    run.runpytest("--fixtures").stdout.fnmatch_lines(["isoflag_flags -- *"])


def test_a_run_that_does_not_ask_for_flags_imports_hardly_anything(tmp_path: Path) -> None:
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
