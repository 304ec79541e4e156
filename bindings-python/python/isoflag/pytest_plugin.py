"""A pytest plugin that overrides flags; installing the package enables it.

::

    def test_the_old_way(isoflag_flags):
        isoflag_flags.off("new-checkout")
        take_order("mia")
        assert "new-checkout-limit" not in isoflag_flags.evaluated


    @pytest.mark.isoflag_both("new-checkout", entry="checkout.charge_anew")
    def test_an_order_is_taken(isoflag_flags):  # once with the flag on, once with it off
        assert take_order("mia").paid

``isoflag_flags`` is an ``isoflag.testing.FlagOverrides``.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

# Imports are lazy because every pytest run imports this module.
if TYPE_CHECKING:
    from collections.abc import Sequence

    from isoflag import Flags

    from .testing import Baseline, EntryPoint, FlagOverrides

__all__ = ["isoflag_flags"]

_FIXTURE: Final = "isoflag_flags"
_BOTH: Final = "isoflag_both"
_ALL: Final = "isoflag_all"
_STATES: Final = ("off", "on")
_STRATEGIES: Final = (
    "Flush Out",
    "Production State",
    "Next Release",
    "Custom",
    "Beta",
    "Production",
    "Custom Production",
)
_NEED_A_CUSTOM_STRATEGY: Final = (
    "need a custom strategy; add `--flag-strategy custom` or `--flag-strategy custom-production`"
)
_STRATEGY_OF_THE_RUN: Final = "ISOFLAG_STRATEGY"
_DOCUMENT_OF_THE_RUN: Final = "ISOFLAG_DOCUMENT"
_EVIDENCE_OF_THE_RUN: Final = "ISOFLAG_EVIDENCE"
_FLAGS: "Final[pytest.StashKey[Flags | None]]" = pytest.StashKey()
_STRATEGY: "Final[pytest.StashKey[tuple[str, str | dict[str, Any]]]]" = pytest.StashKey()
_UNUSED: "Final[pytest.StashKey[bool]]" = pytest.StashKey()
_ENTRIES: "Final[pytest.StashKey[list[tuple[str, bool, EntryPoint]]]]" = pytest.StashKey()

_MARKERS: Final = (
    (
        f"{_BOTH}(*keys, entry=None): run the test once with each flag on and once with it off; "
        "`entry`, such as `checkout.charge_anew`, must be called with it on and never with it off"
    ),
    f"{_ALL}(state): run the test with every flag `off` or `on` that it does not override",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options and the ini setting."""
    group = parser.getgroup("isoflag", "feature flags")
    group.addoption(
        "--isoflag-all",
        choices=_STATES,
        help="run every test with all flags off, or on; overrides set by a test take precedence",
    )
    group.addoption(
        "--flag-strategy",
        metavar="STRATEGY",
        default=os.environ.get(_STRATEGY_OF_THE_RUN) or None,
        help=f"run every test under a strategy: {', '.join(_STRATEGIES)}; other spellings such as "
        "`next-release` work too; default: ISOFLAG_STRATEGY, which `isoflag certify` sets",
    )
    for state in _STATES:
        group.addoption(
            f"--flag-{state}",
            metavar="KEY",
            action="append",
            default=[],
            help=f"a flag that the strategy Custom or Custom Production turns {state}; repeatable",
        )
    group.addoption(
        "--isoflag-document",
        metavar="FILE",
        help="the flag document that tests start from; default: ISOFLAG_DOCUMENT, which "
        "`isoflag certify` sets, else `isoflag_document` of the ini-file",
    )
    parser.addini(
        "isoflag_document",
        "the flag document that tests start from; default: an empty document",
        type="string",
        default="",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Registers the markers, and rejects contradictory options."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    state, strategy = config.getoption("isoflag_all"), config.getoption("flag_strategy")
    if state is not None and strategy is not None:
        raise pytest.UsageError("`--isoflag-all` cannot be combined with a strategy; remove one")
    if strategy is None and any(config.getoption(f"flag_{state}") for state in _STATES):
        raise pytest.UsageError(f"`--flag-on` and `--flag-off` {_NEED_A_CUSTOM_STRATEGY}")
    if strategy is not None:
        config.stash[_STRATEGY] = _strategy(config, str(strategy))
        _collect_evidence(config)
    elif config.getoption("isoflag_document") is not None:
        _flags(config)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Returns the header line with the flag state of the run."""
    state = config.getoption("isoflag_all")
    if state is not None:
        return f"isoflag: all flags {state}"
    name, _ = config.stash.get(_STRATEGY, (None, ""))
    if name is None:
        return None
    named = [
        f"; {state}: {', '.join(keys)}"
        for state in reversed(_STATES)
        if (keys := config.getoption(f"flag_{state}"))
    ]
    return f"isoflag: flags under the strategy {name}{''.join(named)}"


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Reports that a run under a strategy certifies nothing if no flag was evaluated."""
    if config.stash.get(_UNUSED, False):
        terminalreporter.write_line(f"ERROR: {_no_effect(config)}", red=True)
    evidence = os.environ.get(_EVIDENCE_OF_THE_RUN)
    if not evidence or _STRATEGY not in config.stash or config.getoption("collectonly"):
        return
    if not Path(evidence).is_file() or not Path(evidence).stat().st_size:
        name, _ = config.stash[_STRATEGY]
        terminalreporter.section("isoflag", yellow=True)
        terminalreporter.write_line(
            f"No flag was evaluated, so this run certifies nothing under {name}: evaluate flags in "
            "the tests through a `FlagClient` or `isoflag_flags`."
        )


def pytest_sessionstart(session: pytest.Session) -> None:
    """Overrides evaluations outside of tests too: at import, and in module-scoped fixtures."""
    baseline = _baseline(session)
    if baseline is not None:
        from .testing import FlagOverrides  # noqa: PLC0415

        overrides = FlagOverrides(_flags(session.config), baseline=baseline).start()
        session.config.add_cleanup(overrides.stop)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrizes a marked test with each state of each flag."""
    for key in dict.fromkeys(_keys_of_both(metafunc.definition)):
        name = f"{_BOTH}[{key}]"
        metafunc.fixturenames.append(name)
        metafunc.parametrize(name, [True, False], ids=[f"{key}=on", f"{key}=off"])


def pytest_itemcollected(item: pytest.Item) -> None:
    """Adds the fixture to tests that need overrides but do not request it."""
    options = (item.config.getoption(name) for name in ("isoflag_all", "flag_strategy"))
    wanted = any(option is not None for option in options) or any(
        item.get_closest_marker(name) for name in (_BOTH, _ALL)
    )
    if wanted and isinstance(item, pytest.Function) and _FIXTURE not in item.fixturenames:
        # A new list, since the old one is shared with other tests of the function. The fixture
        # comes first because the others may evaluate flags.
        item.fixturenames = [_FIXTURE, *item.fixturenames]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Rejects `--isoflag-document` if no test uses the document."""
    config = session.config
    if config.getoption("isoflag_document") is None or _baseline(session) is not None:
        return
    if session.items and not any(_FIXTURE in _fixtures(item) for item in session.items):
        if hasattr(config, "workeroutput"):
            # In a worker of pytest-xdist an error would be reported as a crash.
            config.workeroutput[_FIXTURE] = "unused"
            return
        raise pytest.UsageError(_no_effect(config))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Receives from a worker of pytest-xdist that no test uses the document."""
    if getattr(node, "workeroutput", {}).get(_FIXTURE) == "unused":
        node.config.stash[_UNUSED] = True


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails a pytest-xdist run in the cases in which a single process raises."""
    if session.config.stash.get(_UNUSED, False):
        session.exitstatus = pytest.ExitCode.USAGE_ERROR


def _no_effect(config: pytest.Config) -> str:
    return (
        f"`--isoflag-document {config.getoption('isoflag_document')}` has no effect: no test uses "
        f"the fixture `{_FIXTURE}`; add `--flag-strategy`, for example `production` for the "
        "document's own rules"
    )


def _fixtures(item: pytest.Item) -> "Sequence[str]":
    return getattr(item, "fixturenames", ())


@pytest.fixture
def isoflag_flags(request: pytest.FixtureRequest) -> "Iterator[FlagOverrides]":
    """Flags that a test can set, break and assert on, without network; restored afterwards."""
    from .testing import FlagOverrides  # noqa: PLC0415

    overrides = FlagOverrides(_flags(request.config), baseline=_baseline(request.node))
    with overrides:
        states = _states_of_both(request.node)
        for key, is_on in states.items():
            (overrides.on if is_on else overrides.off)(key)
        request.node.stash[_ENTRIES] = [
            (mark.args[0], states[mark.args[0]], overrides.watch(mark.kwargs["entry"]))
            for mark in request.node.iter_markers(_BOTH)
            if "entry" in mark.kwargs
        ]
        yield overrides


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fails a test that called the entry point of an off flag, or not that of an on flag."""
    yield
    for key, is_on, entry in item.stash.get(_ENTRIES, ()):
        if entry.was_called is not is_on:
            called, state = ("not called", "on") if is_on else ("called", "off")
            pytest.fail(f"`{entry.name}` was {called} with the flag `{key}` {state}", pytrace=False)


def _keys_of_both(node: Any) -> Iterator[str]:
    for mark in node.iter_markers(_BOTH):
        unknown = sorted(set(mark.kwargs) - {"entry"})
        if not mark.args or unknown or not all(isinstance(key, str) for key in mark.args):
            raise pytest.UsageError(
                f'{node.nodeid}: `{_BOTH}` takes keys and `entry`: write {_BOTH}("new-checkout")'
            )
        if "entry" in mark.kwargs and len(mark.args) > 1:
            raise pytest.UsageError(
                f"{node.nodeid}: `entry` belongs to one flag; write one `{_BOTH}` for each flag"
            )
        yield from mark.args


def _states_of_both(node: Any) -> dict[str, bool]:
    parameters = node.callspec.params if hasattr(node, "callspec") else {}
    missing = [key for key in _keys_of_both(node) if f"{_BOTH}[{key}]" not in parameters]
    if missing:
        # pytest parametrizes neither these nor marks of a single value of `parametrize`.
        raise pytest.UsageError(
            f"{node.nodeid}: `{_BOTH}` works on functions and on classes other than "
            "`unittest.TestCase`"
        )
    return {key: parameters[f"{_BOTH}[{key}]"] for key in _keys_of_both(node)}


def _document(config: pytest.Config) -> Path | None:
    """Returns the path of the document that tests start from."""
    named = config.getoption("isoflag_document") or os.environ.get(_DOCUMENT_OF_THE_RUN)
    if named:
        return config.invocation_params.dir / str(named)
    from_ini_file = str(config.getini("isoflag_document"))
    return _folder(config) / from_ini_file if from_ini_file else None


def _flags(config: pytest.Config) -> "Flags | None":
    """Returns the flags that tests start from, loaded once."""
    if _FLAGS in config.stash:
        return config.stash[_FLAGS]
    path = _document(config)
    config.stash[_FLAGS] = None if path is None else _loaded(path)
    return config.stash[_FLAGS]


def _loaded(path: Path) -> "Flags":
    from isoflag import DocumentError, Flags  # noqa: PLC0415

    try:
        return Flags._from_configuration(path.read_bytes())  # noqa: SLF001 (our own)
    except OSError as error:
        raise pytest.UsageError(f"cannot read the flag document: {error}") from error
    except DocumentError as error:
        raise pytest.UsageError(f"cannot load the flag document `{path}`: {error}") from error


def _strategy(config: pytest.Config, strategy: str) -> "tuple[str, str | dict[str, Any]]":
    """Returns the strategy's canonical name, and the strategy with its keys if it has any."""
    from isoflag import Flags, StrategyError  # noqa: PLC0415

    try:
        under = Flags.from_dict({"flags": {}}).with_strategy(strategy)
    except StrategyError as error:
        raise pytest.UsageError(f"`--flag-strategy`, {_STRATEGY_OF_THE_RUN}: {error}") from error
    # The strategy Production leaves the document unchanged.
    name = _document_strategy(under).get("strategy", "Production")
    flags, path = _flags(config), _document(config)
    if flags is None:
        raise pytest.UsageError(
            f"the strategy {name} needs a flag document; pass it with `--isoflag-document`, "
            f"{_DOCUMENT_OF_THE_RUN} or `isoflag_document` in the ini-file"
        )
    if not len(flags):
        raise pytest.UsageError(
            f"the flag document `{path}` has no flags, so nothing would be tested under the "
            f"strategy {name}; pass another document"
        )
    named = {state: keys for state in _STATES if (keys := config.getoption(f"flag_{state}"))}
    if named:
        if not name.startswith("Custom"):
            raise pytest.UsageError(f"`--flag-on` and `--flag-off` {_NEED_A_CUSTOM_STRATEGY}")
        custom = {"strategy": name, **named}
        try:
            flags.with_strategy(custom)
        except StrategyError as error:
            raise pytest.UsageError(f"`--flag-on`, `--flag-off`: {error} (`{path}`)") from error
        return name, custom
    # The keys of a custom strategy are in the document that `isoflag strategy --out` wrote.
    written = _document_strategy(flags)
    return name, written if written.get("strategy") == name else strategy


def _document_strategy(flags: "Flags") -> dict[str, Any]:
    import json  # noqa: PLC0415

    meta = json.loads(flags.to_json()).get("meta")
    strategy = meta.get("strategy") if isinstance(meta, dict) else None
    return strategy if isinstance(strategy, dict) else {}


def _collect_evidence(config: pytest.Config) -> None:
    """Enables recording of evaluations for the summary, in all processes of the run."""
    if os.environ.get(_EVIDENCE_OF_THE_RUN):
        return
    import tempfile  # noqa: PLC0415

    folder = tempfile.TemporaryDirectory(prefix="isoflag-")
    os.environ[_EVIDENCE_OF_THE_RUN] = str(Path(folder.name, "evidence"))

    def forget() -> None:
        os.environ.pop(_EVIDENCE_OF_THE_RUN, None)
        folder.cleanup()

    config.add_cleanup(forget)


def _folder(config: pytest.Config) -> Path:
    return config.rootpath if config.inipath is None else config.inipath.parent


def _baseline(node: pytest.Item | pytest.Session) -> "Baseline | None":
    """Returns the baseline of a test or of the run."""
    mark = node.get_closest_marker(_ALL)
    state = node.config.getoption("isoflag_all") if mark is None else None
    if mark is not None:
        if mark.kwargs or len(mark.args) != 1 or mark.args[0] not in _STATES:
            raise pytest.UsageError(f'{node.nodeid}: write `{_ALL}("off")` or `{_ALL}("on")`')
        state = mark.args[0]
    strategy = node.config.stash.get(_STRATEGY, None)
    if state is None and strategy is None:
        return None
    from .testing import AllOff, AllOn, UnderStrategy  # noqa: PLC0415

    if state is not None:
        return AllOff() if state == "off" else AllOn()
    return None if strategy is None else UnderStrategy(strategy[1])
