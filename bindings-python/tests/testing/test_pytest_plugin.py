"""The plugin for pytest, in runs of its own."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from checkout_project import SHOP

LEAKING = SHOP.replace(
    "        charge_anew(customer)\n    return",
    "        pass\n    charge_anew(customer)\n    return",
)
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
