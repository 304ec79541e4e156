"""Imports of the AWS modules load no AWS library."""

import subprocess
import sys

import pytest

PARTS = ["isoflag.store", "isoflag.sync", "isoflag.aws_http"]


def run(code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("part", PARTS)
def test_no_part_imports_what_is_not_pythons(part: str) -> None:
    done = run(f"import sys, {part}; print(*{{name.partition('.')[0] for name in sys.modules}})")
    assert done.returncode == 0, done.stderr
    beyond = set(done.stdout.split()) - sys.stdlib_module_names
    assert {name for name in beyond if not name.startswith("_")} == {"isoflag"}


def test_importing_the_package_imports_no_part() -> None:
    done = run("import sys, isoflag; print(*sys.modules)")
    assert not set(PARTS) & set(done.stdout.split())


def test_a_store_without_boto3_says_what_to_install() -> None:
    done = run(
        "import sys; sys.modules['boto3'] = None\n"
        "from isoflag.store import DynamoDbFeatureStore\n"
        "DynamoDbFeatureStore('flags').initialized"
    )
    assert "pip install isoflag[aws]" in done.stderr
