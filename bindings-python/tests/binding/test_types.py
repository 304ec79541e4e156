"""The types of the package as pyright sees them; mypy checks the same program with the tests."""

from pathlib import Path

from pages import TOP
from type_checkers import pyright

CONSUMER = TOP / "bindings-python/tests/typed_consumer.py"


def test_pyright_accepts_valid_uses_and_rejects_invalid_ones(tmp_path: Path) -> None:
    (tmp_path / "consumer.py").write_bytes(CONSUMER.read_bytes())
    assert pyright(tmp_path) == []
