"""Recompressed archives, and wheels packed as Lambda layers."""

from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from layer import make
from recompress import recompress

FILES = {
    "isoflag/__init__.py": b"x = 1\n" * 500,
    "isoflag/_core.abi3.so": bytes(range(256)) * 40,
    "isoflag/_core.pyi": b"x: int\n",
    "isoflag/py.typed": b"",
}


def archive(path: Path, year: int) -> Path:
    with ZipFile(path, "w", ZIP_STORED) as made:
        for name, contents in FILES.items():
            info = ZipInfo(name, (year, 2, 3, 4, 5, 6))
            info.external_attr = (0o755 if name.endswith(".so") else 0o600) << 16
            made.writestr(info, contents)
    return path


def held(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as made:
        assert made.testzip() is None
        return {name: made.read(name) for name in made.namelist()}


def test_an_archive_holds_what_it_held(tmp_path: Path) -> None:
    old, new = archive(tmp_path / "old.whl", 2020), archive(tmp_path / "new.whl", 2026)
    size = old.stat().st_size
    recompress(old)
    recompress(new)
    assert list(held(old).items()) == list(FILES.items())
    assert old.stat().st_size < size / 4
    assert old.read_bytes() == new.read_bytes()
    with ZipFile(old) as made:
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in made.infolist()}
    assert modes["isoflag/_core.abi3.so"] == 0o755
    assert modes["isoflag/__init__.py"] == 0o644
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.whl", "old.whl"]


def test_a_layer_holds_what_lambda_imports(tmp_path: Path) -> None:
    layers = []
    for year in (2020, 2026):
        layers.append(tmp_path / f"{year}.zip")
        make(archive(tmp_path / f"{year}.whl", year), layers[-1])
    assert layers[0].read_bytes() == layers[1].read_bytes()
    assert held(layers[0]) == {
        "python/isoflag/__init__.py": FILES["isoflag/__init__.py"],
        "python/isoflag/_core.abi3.so": FILES["isoflag/_core.abi3.so"],
    }
