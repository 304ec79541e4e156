"""The wheel that build.sh has installed, and the budget of those that Lambda gets."""

import os
from pathlib import Path

import pytest
from budget import BUDGET, excess

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
WHEELS = Path(__file__).parents[2] / TARGET / "wheels"


@pytest.mark.parametrize(("size", "over"), [(BUDGET, 0), (BUDGET + 1_234, 1_234)])
def test_a_wheel_may_be_as_large_as_its_budget(tmp_path: Path, size: int, over: int) -> None:
    wheel = tmp_path / "isoflag.whl"
    wheel.write_bytes(bytes(size))
    said = excess(wheel)
    assert (said is not None) == (over > 0)
    assert said is None or f"{over:,} more than its budget" in said


def test_the_wheel_is_within_its_budget() -> None:
    wheels = list(WHEELS.glob("isoflag-*.whl"))
    if not wheels:
        pytest.skip("there is no wheel of bindings-python/build.sh")
    if (WHEELS / "standard-library").read_text().strip() != "built":
        pytest.skip("this wheel has the prebuilt standard library, with which it is larger")
    if "linux" not in wheels[0].name:
        pytest.skip("the budget is that of wheels for Linux")
    assert [excess(wheel) for wheel in wheels] == [None]
