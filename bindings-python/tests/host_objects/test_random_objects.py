"""Random hostile objects: the binding answers as it does for their JSON text."""

import os
import warnings

import pytest

from host_objects.judge import is_right, judge

CASES = int(os.environ.get("HOST_OBJECTS", "10000"))
FIRST = int(os.environ.get("HOST_OBJECTS_SEED", "0"))


def test_an_object_has_the_answers_of_its_json_text() -> None:
    with warnings.catch_warnings():
        # A value without a JSON form is reported.
        warnings.simplefilter("ignore")
        for seed in range(FIRST, FIRST + CASES):
            try:
                judge(seed)
            except BaseException as error:  # noqa: BLE001, PERF203 - a panic too
                pytest.fail(
                    f"HOST_OBJECTS_SEED={seed} HOST_OBJECTS=1: {type(error).__name__}: {error}"
                )
        assert all(is_right() for _ in range(100))
