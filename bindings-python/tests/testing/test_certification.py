"""Runs of pytest under a strategy, their evidence, and `isoflag certify`."""

import json
import os
import subprocess
import sys
from pathlib import Path

# A nested run unloads the modules that it imports, but not objects made from them.
from typing import Any

import pytest

import isoflag.testing  # noqa: F401
from checkout_project import DOCUMENT
from documents import document, flag
from isoflag import FlagClient, Flags
from isoflag.__main__ import MISSING, find_cli
from isoflag.activity import Activity
from isoflag.source import FileSource

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
    ("strategy", "served"),
    [("custom", [True, False, False]), ("custom-production", [True, False, True])],
)
def test_a_custom_strategy_turns_the_named_flags_on_and_off(
    run: pytest.Pytester, strategy: str, served: list[bool]
) -> None:
    flags = [flag(key, True, False, on=key != "a", offVariation=1) for key in "abc"]
    run.path.joinpath("custom.json").write_text(json.dumps(document(*flags)))
    run.makepyfile(f"""
        import checkout

        def test_it():
            served = [checkout.client.bool_variation(key, {{"key": "mia"}}, None) for key in "abc"]
            assert served == {served}
    """)
    options = [f"--flag-strategy={strategy}", "--flag-on=a", "--flag-off=b"]
    result = run.runpytest(*options, "--isoflag-document=custom.json")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["isoflag: flags under the strategy Custom*; on: a; off: b"])


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
            ["--flag-on=new-checkout"],
            {},
            "`--flag-on` and `--flag-off` need a custom strategy; add `--flag-strategy custom`*",
        ),
        (
            ["--flag-strategy=beta", "--flag-off=new-checkout", "--isoflag-document=flags.json"],
            {},
            "`--flag-on` and `--flag-off` need a custom strategy; add `--flag-strategy custom`*",
        ),
        (
            ["--flag-strategy=custom", "--flag-on=gone", "--isoflag-document=flags.json"],
            {},
            "`--flag-on`, `--flag-off`: `on`: the document has no flag `gone` (`*flags.json`)",
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


# --- isoflag certify ---


STAGED = document(
    flag(
        "new-checkout",
        False,
        True,
        on=False,
        fallthrough={"variation": 1},
        lifecycle={"status": "Staging", "statusTimestamp": 100},
    )
)
STAGED_SHOP = """
from isoflag import FlagClient
from isoflag.source import S3Source

client = FlagClient(S3Source("no-such-bucket", "flags.json"))


def take_order():
    if client.bool_variation("new-checkout", {"key": "mia"}, False):
        FEATURE
    return "taken"
"""
TESTS = "import shop\n\n\ndef test_order():\n    assert shop.take_order() == 'taken'\n"


@pytest.fixture
def certify(tmp_path: Path) -> Any:
    program = find_cli()
    assert program is not None, MISSING

    def certify(feature: str, tests: str = TESTS) -> tuple[int, str, str, list[Any]]:
        path = tmp_path / "flags.json"
        path.write_text(json.dumps(STAGED))
        (tmp_path / "shop.py").write_text(STAGED_SHOP.replace("FEATURE", feature))
        (tmp_path / "test_shop.py").write_text(tests)
        run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        ran = subprocess.run(  # noqa: S603 (our own program)
            [program, "certify", str(path), "--write", "--", *run],
            cwd=tmp_path,
            capture_output=True,
            check=False,
            text=True,
        )
        written = json.loads(path.read_text())
        status = written["flags"]["new-checkout"]["lifecycle"]["status"]
        artifacts = written.get("meta", {}).get("artifacts", [])
        return ran.returncode, ran.stdout, status, [each["deployable"] for each in artifacts]

    return certify


def test_a_broken_feature_remains_in_staging(certify: Any) -> None:
    code, out, status, artifacts = certify("raise RuntimeError('the feature is broken')")
    assert "Production State: passed\nNext Release: failed\n" in out
    assert (code, status, artifacts) == (1, "Staging", [True])


def test_a_passing_feature_becomes_done(certify: Any) -> None:
    code, out, status, artifacts = certify("pass")
    assert "Production State: passed\nNext Release: passed\n" in out
    assert (code, status, artifacts) == (0, "Done", [True])


@pytest.mark.parametrize(
    "tests", ["def test_nothing(): pass\n", TESTS.replace("def", "@pytest.mark.skip\ndef")]
)
def test_a_run_that_evaluates_no_flag_certifies_nothing(certify: Any, tests: str) -> None:
    code, out, status, artifacts = certify("pass", f"import pytest\n{tests}")
    assert "Production State: passed, but no flag was evaluated" in out
    assert (code, status, artifacts) == (1, "Staging", [])
