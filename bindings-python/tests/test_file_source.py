"""A document in a file."""

from pathlib import Path

import pytest

from documents import USER
from isoflag import DocumentError, FlagClient
from isoflag.source import (
    UNCHANGED,
    Fetched,
    FileSource,
    SourceContentError,
    SourceError,
    SourceNotFoundError,
    SourceUnauthorizedError,
)
from scripted import Clock, text


def test_the_content_decides_what_is_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "flags.json"
    path.write_bytes(text(1))
    source = FileSource(path)
    fetched = source.fetch(None)
    assert fetched == Fetched(text(1))
    path.write_bytes(text(1))
    assert source.fetch(fetched) is UNCHANGED
    path.write_bytes(text(2))
    assert source.fetch(fetched) == Fetched(text(2))
    assert repr(FileSource("flags.json")) == "FileSource('flags.json')"


def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").touch()
    cases: list[tuple[Path, type[SourceError]]] = [
        (tmp_path / "absent", SourceNotFoundError),
        (tmp_path / "empty" / "below", SourceNotFoundError),
        (tmp_path, SourceNotFoundError),
        (tmp_path / "empty", SourceContentError),
    ]
    for path, kind in cases:
        with pytest.raises(kind) as raised:
            FileSource(path).fetch(None)
        assert type(raised.value) is kind
        assert str(raised.value).startswith(f"{path}: ")

    def refuse(_: Path) -> bytes:
        raise PermissionError

    # The user who runs the tests may have permission to read everything.
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(SourceUnauthorizedError):
        FileSource(tmp_path).fetch(None)


def test_a_file_that_is_read_half_written_changes_nothing(tmp_path: Path) -> None:
    path, clock = tmp_path / "flags.json", Clock()
    client = FlagClient(FileSource(path), ttl=60, clock=clock)
    assert client.variation("a", USER, "default") == "default"
    assert isinstance(client.status.error, SourceNotFoundError)
    clock.pass_by(1)
    path.write_bytes(text(1))
    assert client.variation("a", USER, "default") == 1
    clock.pass_by(60)
    path.write_bytes(text(2)[:-10])
    assert client.variation("a", USER, "default") == 1
    assert isinstance(client.status.error, DocumentError)
    clock.pass_by(1)
    path.write_bytes(text(2))
    assert client.variation("a", USER, "default") == 2
