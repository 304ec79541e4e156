"""Flags in pytest.

Installing the package is enough::

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

# What is not asked for is not imported: every run of pytest imports this module.
if TYPE_CHECKING:
    from .testing import Baseline, EntryPoint, FlagOverrides

__all__ = ["isoflag_flags"]

_FIXTURE: Final = "isoflag_flags"
_BOTH: Final = "isoflag_both"
_ALL: Final = "isoflag_all"
_STATES: Final = ("off", "on")
_STRATEGIES: Final = ("Flush Out", "Production State", "Next Release", "Beta", "Production")
_STRATEGY_OF_THE_RUN: Final = "ISOFLAG_STRATEGY"
_ENTRIES: "Final[pytest.StashKey[list[tuple[str, bool, EntryPoint]]]]" = pytest.StashKey()

_MARKERS: Final = (
    (
        f"{_BOTH}(*keys, entry=None): run the test once with each flag on and once with it off; "
        "`entry`, such as `checkout.charge_anew`, must be called with it on and never with it off"
    ),
    f"{_ALL}(state): run the test with every flag `off` or `on` that it does not override",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what is the same for a whole run."""
    group = parser.getgroup("isoflag", "feature flags")
    group.addoption(
        "--isoflag-all",
        choices=_STATES,
        help="run every test with all flags off, or on; what a test overrides it overrides",
    )
    group.addoption(
        "--flag-strategy",
        choices=_STRATEGIES,
        default=os.environ.get(_STRATEGY_OF_THE_RUN),
        help="run every test under a strategy; else under that of ISOFLAG_STRATEGY, which "
        "`isoflag certify` sets",
    )
    group.addoption(
        "--isoflag-document",
        metavar="FILE",
        help="the flag document that tests start from, instead of that of the ini-file",
    )
    parser.addini(
        "isoflag_document",
        "the flag document that tests start from; an empty one where there is none",
        type="string",
        default="",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say under which flags the run is."""
    state, strategy = config.getoption("isoflag_all"), config.getoption("flag_strategy")
    if state is not None and strategy is not None:
        raise pytest.UsageError("`--isoflag-all` and a strategy exclude each other; leave one out")
    if state is not None:
        return f"isoflag: all flags {state}"
    return None if strategy is None else f"isoflag: flags under the strategy {strategy}"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Override what is evaluated outside of tests, too: at import, and by fixtures of modules."""
    baseline = _baseline(session)
    if baseline is not None:
        from .testing import FlagOverrides  # noqa: PLC0415

        overrides = FlagOverrides(_document(session.config), baseline=baseline).start()
        session.config.add_cleanup(overrides.stop)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Part a marked test into one for each state of each flag."""
    for key in dict.fromkeys(_keys_of_both(metafunc.definition)):
        name = f"{_BOTH}[{key}]"
        metafunc.fixturenames.append(name)
        metafunc.parametrize(name, [True, False], ids=[f"{key}=on", f"{key}=off"])


def pytest_itemcollected(item: pytest.Item) -> None:
    """Have the flags overridden for tests that do not ask for the fixture themselves."""
    options = (item.config.getoption(name) for name in ("isoflag_all", "flag_strategy"))
    wanted = any(option is not None for option in options) or any(
        item.get_closest_marker(name) for name in (_BOTH, _ALL)
    )
    if wanted and isinstance(item, pytest.Function) and _FIXTURE not in item.fixturenames:
        # The list is shared with other tests of the function. Before all other fixtures, which may
        # evaluate.
        item.fixturenames = [_FIXTURE, *item.fixturenames]


@pytest.fixture
def isoflag_flags(request: pytest.FixtureRequest) -> "Iterator[FlagOverrides]":
    """Flags that the test sets, breaks and asserts on, without a network; undone after it."""
    from .testing import FlagOverrides  # noqa: PLC0415

    overrides = FlagOverrides(_document(request.config), baseline=_baseline(request.node))
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
    """Fail a test that passed, but entered a feature that was off, or not one that was on."""
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
                f'{node.nodeid}: `{_BOTH}` takes keys of flags and `entry`: {_BOTH}("new-checkout")'
            )
        if "entry" in mark.kwargs and len(mark.args) > 1:
            raise pytest.UsageError(
                f"{node.nodeid}: an `entry` is that of one flag; write one `{_BOTH}` for each"
            )
        yield from mark.args


def _states_of_both(node: Any) -> dict[str, bool]:
    parameters = node.callspec.params if hasattr(node, "callspec") else {}
    missing = [key for key in _keys_of_both(node) if f"{_BOTH}[{key}]" not in parameters]
    if missing:
        # pytest parts neither these nor what one value of `parametrize` is marked with.
        raise pytest.UsageError(
            f"{node.nodeid}: `{_BOTH}` marks functions, and classes that are no `unittest.TestCase`"
        )
    return {key: parameters[f"{_BOTH}[{key}]"] for key in _keys_of_both(node)}


def _document(config: pytest.Config) -> bytes | None:
    named = config.getoption("isoflag_document")
    if named is not None:
        path = config.invocation_params.dir / str(named)
    elif config.getini("isoflag_document"):
        path = _folder(config) / str(config.getini("isoflag_document"))
    else:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise pytest.UsageError(f"the flag document cannot be read: {error}") from error


def _folder(config: pytest.Config) -> Path:
    return config.rootpath if config.inipath is None else config.inipath.parent


def _baseline(node: pytest.Item | pytest.Session) -> "Baseline | None":
    """What every flag does in this test or run."""
    mark = node.get_closest_marker(_ALL)
    state = node.config.getoption("isoflag_all") if mark is None else None
    if mark is not None:
        if mark.kwargs or len(mark.args) != 1 or mark.args[0] not in _STATES:
            raise pytest.UsageError(f'{node.nodeid}: write `{_ALL}("off")` or `{_ALL}("on")`')
        state = mark.args[0]
    strategy = node.config.getoption("flag_strategy")
    if state is None and strategy is None:
        return None
    from .testing import AllOff, AllOn, UnderStrategy  # noqa: PLC0415

    if state is None:
        return UnderStrategy(str(strategy))

    return AllOff() if state == "off" else AllOn()
