"""Overrides that are in use at the same time."""

from types import SimpleNamespace

import pytest

from documents import USER, document, flag, load
from isoflag import FlagClient
from isoflag.testing import FlagOverrides
from scripted import ScriptedSource, text


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 2, 1)])
def test_overrides_may_be_stopped_in_any_order(order: tuple[int, ...]) -> None:
    client, own = FlagClient(ScriptedSource(text("own"))), load(flag("a", "own"))
    module = SimpleNamespace(FLAGS=own)
    started = [FlagOverrides(document(flag("a", n))).start() for n in range(3)]
    for overrides in started:
        overrides.replace(module, "FLAGS")
        overrides["b"] = started.index(overrides)
    left = {0, 1, 2}
    for stopped in order:
        assert client.variation("a", USER, None) == max(left)
        assert module.FLAGS.variation("b", USER, None) == max(left)
        started[stopped].stop()
        left.remove(stopped)
    assert client.variation("a", USER, None) == "own"
    assert module.FLAGS is own


def test_outer_overrides_do_not_displace_inner_ones() -> None:
    client = FlagClient(ScriptedSource(text("own")))
    with FlagOverrides(document(flag("a", "outer"))) as outer:
        with FlagOverrides(document(flag("a", "inner"))):
            outer.load(document(flag("a", "loaded")))
            assert client.variation("a", USER, None) == "inner"
            outer.fail_source()
            assert client.variation("a", USER, None) == "inner"
        assert client.variation("a", USER, "default") == "default"
        outer.repair_source()
        assert client.variation("a", USER, None) == "loaded"
    assert client.variation("a", USER, None) == "own"
