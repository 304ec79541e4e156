"""Wheels: recompressed, packed as Lambda layers, and checked before publication."""

import re
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import pytest
from layer import make
from recompress import recompress
from wheels import BUDGET, faults, glibc

import isoflag
from pages import TOP

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


def test_recompression_keeps_the_files_and_is_reproducible(tmp_path: Path) -> None:
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


def test_a_layer_contains_only_the_files_that_lambda_imports(tmp_path: Path) -> None:
    layers = []
    for year in (2020, 2026):
        layers.append(tmp_path / f"{year}.zip")
        make(archive(tmp_path / f"{year}.whl", year), layers[-1])
    assert layers[0].read_bytes() == layers[1].read_bytes()
    assert held(layers[0]) == {
        "python/isoflag/__init__.py": FILES["isoflag/__init__.py"],
        "python/isoflag/_core.abi3.so": FILES["isoflag/_core.abi3.so"],
    }


# --- publication ---


DIST = TOP / "dist"
PACKAGES = ["bindings-python", "bindings-python/arrow", "cli"]
WHEELS = sorted(DIST.glob("isoflag-*.whl"))


def wheel(folder: Path, extension: bytes) -> Path:
    path = folder / "isoflag.whl"
    with ZipFile(path, "w", ZIP_STORED) as archive:
        archive.writestr("isoflag/_core.abi3.so", extension)
        archive.writestr("isoflag/note.txt", b"GLIBC_2.99")
    return path


def test_a_wheel_larger_than_its_budget_is_rejected(tmp_path: Path) -> None:
    around = wheel(tmp_path, b"").stat().st_size
    assert faults(wheel(tmp_path, bytes(BUDGET - around))) == []
    (fault,) = faults(wheel(tmp_path, bytes(BUDGET - around + 1_234)))
    assert "1,234 more than its budget" in fault


def test_only_the_wheel_of_isoflag_has_a_budget(tmp_path: Path) -> None:
    large = wheel(tmp_path, bytes(BUDGET))
    assert faults(large)
    assert faults(large.rename(tmp_path / "isoflag_arrow-0.1.0-cp310-abi3-linux.whl")) == []


def test_the_release_names_each_package_that_pypi_must_trust() -> None:
    release = (TOP / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    (trusted,) = re.findall(r"trusted publisher of (.*?) at PyPI", release.replace("\n# ", " "))
    folders = [*PACKAGES, "conformance/verify/python"]
    projects = [TOP / folder / "pyproject.toml" for folder in folders]
    names = [
        re.search('^name = "(.*)"', path.read_text("utf-8"), re.MULTILINE) for path in projects
    ]
    assert [name and name[1] for name in names] == re.split(", | and ", trusted)


@pytest.mark.parametrize(
    ("names", "needed", "refused"),
    [
        (b"", (0, 0), False),
        (b"\0GLIBC_2.2.5\0GLIBC_2.17\0GLIBC_2.3\0GLIBCXX_3.4.30\0", (2, 17), False),
        (b"\0GLIBC_2.2.5\0GLIBC_2.34\0", (2, 34), True),
    ],
)
def test_a_wheel_that_needs_a_later_glibc_is_rejected(
    tmp_path: Path, names: bytes, needed: tuple[int, int], *, refused: bool
) -> None:
    assert glibc(wheel(tmp_path, names)) == needed
    assert bool(faults(wheel(tmp_path, names))) == refused


def test_the_installed_extension_is_that_of_a_published_wheel() -> None:
    assert isoflag.__file__ is not None
    (installed,) = Path(isoflag.__file__).parent.glob("_core*.so")
    if not WHEELS:
        pytest.skip("there is no wheel of `make dist`")
    published = {ZipFile(path).read(f"isoflag/{installed.name}") for path in WHEELS}
    assert installed.read_bytes() in published


@pytest.mark.parametrize("path", WHEELS, ids=lambda path: path.name)
def test_a_wheel_in_dist_has_no_faults(path: Path) -> None:
    assert faults(path) == []
    assert "-cp310-abi3-" in path.name
    if "linux" in path.name:
        assert "manylinux2014" in path.name
        assert (2, 2) <= glibc(path) <= (2, 17)
