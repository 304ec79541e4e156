"""The checks of a wheel before it is published, and the wheels in dist/."""

from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest
from published_wheel import BUDGET, faults, glibc

import isoflag

DIST = Path(__file__).parents[2] / "dist"
WHEELS = sorted(DIST.glob("isoflag-*.whl"))


def wheel(folder: Path, extension: bytes) -> Path:
    path = folder / "isoflag.whl"
    with ZipFile(path, "w", ZIP_STORED) as archive:
        archive.writestr("isoflag/_core.abi3.so", extension)
        archive.writestr("isoflag/note.txt", b"GLIBC_2.99")
    return path


def test_a_wheel_may_be_as_large_as_its_budget(tmp_path: Path) -> None:
    around = wheel(tmp_path, b"").stat().st_size
    assert faults(wheel(tmp_path, bytes(BUDGET - around))) == []
    (fault,) = faults(wheel(tmp_path, bytes(BUDGET - around + 1_234)))
    assert "1,234 more than its budget" in fault


@pytest.mark.parametrize(
    ("names", "needed", "refused"),
    [
        (b"", (0, 0), False),
        (b"\0GLIBC_2.2.5\0GLIBC_2.17\0GLIBC_2.3\0GLIBCXX_3.4.30\0", (2, 17), False),
        (b"\0GLIBC_2.2.5\0GLIBC_2.34\0", (2, 34), True),
    ],
)
def test_a_wheel_may_need_no_later_glibc_than_manylinux2014_has(
    tmp_path: Path, names: bytes, needed: tuple[int, int], *, refused: bool
) -> None:
    assert glibc(wheel(tmp_path, names)) == needed
    assert bool(faults(wheel(tmp_path, names))) == refused


def test_the_installed_extension_is_that_of_a_published_wheel() -> None:
    assert isoflag.__file__ is not None
    (installed,) = Path(isoflag.__file__).parent.glob("_core*.so")
    if not WHEELS:
        pytest.skip("there is no wheel in dist/")
    published = {ZipFile(path).read(f"isoflag/{installed.name}") for path in WHEELS}
    assert installed.read_bytes() in published


@pytest.mark.parametrize("path", WHEELS, ids=lambda path: path.name)
def test_a_wheel_in_dist_may_be_published(path: Path) -> None:
    assert faults(path) == []
    assert "-cp310-abi3-" in path.name
    if "linux" in path.name:
        assert "manylinux2014" in path.name
        assert (2, 2) <= glibc(path) <= (2, 17)
