"""Uses of the stub that mypy must accept or reject."""

from typing import Any

from documents import USER, flag, load
from isoflag import BoundFlags, EvaluationDetail, FlagClient, Flags
from scripted import ScriptedSource, text


def test_a_getter_has_its_own_type_and_that_of_its_default() -> None:
    flags: Flags = load(flag("b", True), flag("n", 1.5), flag("s", "blue"), flag("j", [1]))
    bound: BoundFlags = flags.bind(USER)

    boolean: bool = flags.bool_variation("b", USER, False)
    integer: int = bound.int_variation("n", 0)
    number: float = flags.float_variation("n", USER, 0.0)
    text: str = bound.str_variation("s", "")
    text_or_none: str | None = flags.str_variation("s", USER, None)
    anything: list[int] = flags.json_variation("j", USER, None)
    assert (boolean, integer, number, text, text_or_none) == (True, 1, 1.5, "blue", "blue")
    assert anything == [1]

    detail: EvaluationDetail[int] = flags.int_variation_detail("n", USER, 0)
    value: int = detail.value
    index: int | None = detail.variation_index
    reason: dict[str, Any] = detail.reason
    assert (value, index, reason) == (1, 0, {"kind": "FALLTHROUGH"})
    assert EvaluationDetail[int].__origin__ is EvaluationDetail  # type: ignore[attr-defined]


def test_a_client_has_the_types_of_its_flags() -> None:
    client = FlagClient(ScriptedSource(text(True)))
    bound = client.bind(USER)
    boolean: bool = client.bool_variation("a", USER, False)
    text_or_none: str | None = bound.str_variation("a", None)
    detail: EvaluationDetail[int] = client.int_variation_detail("a", USER, 0)
    assert (boolean, text_or_none, detail.value) == (True, None, 0)
