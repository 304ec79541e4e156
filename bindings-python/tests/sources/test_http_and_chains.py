"""A document behind a URL, and sources that stand in for each other."""

import gzip
import math
import threading
import traceback
import tracemalloc
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from documents import USER
from isoflag import FlagClient
from isoflag._text import decompressed
from isoflag.source import (
    UNCHANGED,
    AppConfigAgentSource,
    ChainedSource,
    Fetched,
    FileSource,
    HttpSource,
    SourceContentError,
    SourceNotFoundError,
    SourceSetupError,
    SourceTimeoutError,
    SourceUnauthorizedError,
    SourceUnavailableError,
)
from isoflag.source.deadline import seconds_left, until
from isoflag.source.http import _opener
from isoflag.sync import DocumentFetch, FetchError
from local_server import SLOW_RESPONSES, ScriptedServer, scripted_server
from scripted import PATIENT, Clock, ScriptedSource, fetched_from, text

DOWN = SourceUnavailableError("down", where="script")
ALSO_DOWN = SourceNotFoundError("gone", where="other script")


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        server.body = text(1)
        yield server


# --- a URL ---


def test_gzip_data_is_not_expanded_beyond_the_limit() -> None:
    data = gzip.compress(bytes(1 << 24))
    assert len(decompressed(data, 1 << 24)) == 1 << 24
    tracemalloc.start()
    with pytest.raises(ValueError, match="larger than 1024 bytes"):
        decompressed(data, 1024)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def test_a_document_is_transferred_again_only_if_its_tag_has_changed(
    server: ScriptedServer,
) -> None:
    server.headers = {"ETag": '"1"'}
    source = HttpSource(f"{server.address}/flags.json?key=secret", timeout=60.0)
    first = fetched_from(source)
    assert (first.document, first.etag) == (text(1), '"1"')
    assert "if-none-match" not in server.requests[0].headers
    server.status, server.body = 304, b""
    assert source.fetch(first) is UNCHANGED
    assert server.requests[1].headers["if-none-match"] == '"1"'
    assert "secret" not in repr(source)


def test_headers_are_sent_but_not_to_the_target_of_a_redirect(server: ScriptedServer) -> None:
    with scripted_server() as other:
        other.body = gzip.compress(text(2))
        server.status, server.headers = 302, {"Location": f"{other.address}/flags.json"}
        tokens = iter(["first", "second"])
        source = HttpSource(server.address, headers=lambda: {"Authorization": next(tokens)})
        assert FlagClient(source, **PATIENT).variation("a", USER, None) == 2
        fetched_from(source)
    assert [each.headers["authorization"] for each in server.requests] == ["first", "second"]
    assert all("authorization" not in each.headers for each in other.requests)


REDIRECTS = {
    "http to ftp": ("http://shop.example", "ftp://shop.example/flags.json"),
    "http to file": ("http://shop.example", "file:///flags.json"),
    "http to data": ("http://shop.example", "data:application/json,{}"),
    "https to http": ("https://shop.example", "http://shop.example/flags.json"),
}


@pytest.mark.parametrize("redirect", REDIRECTS)
def test_a_redirect_to_another_scheme_is_not_followed(redirect: str) -> None:
    url, target = REDIRECTS[redirect]
    request = urllib.request.Request(url)  # noqa: S310 (nothing is opened)
    response = BytesIO()
    with pytest.raises(urllib.error.HTTPError):
        _opener().error("http", request, response, 302, "Found", {"location": target})


def test_a_redirect_that_is_not_followed_is_reported(server: ScriptedServer) -> None:
    for target in ("ftp://127.0.0.1:9/flags.json", server.address, "http://[::1"):
        server.status, server.headers = 302, {"Location": target}
        with pytest.raises(SourceUnavailableError, match="status 302; check its redirect"):
            HttpSource(server.address, timeout=60.0).fetch(None)


def test_an_older_copy_of_a_cache_is_ignored(server: ScriptedServer) -> None:
    clock = Clock()
    client = FlagClient(HttpSource(server.address, timeout=60.0), **PATIENT, clock=clock)
    server.headers = {"Last-Modified": "Mon, 30 Nov 2026 10:05:00 GMT"}
    assert client.variation("a", USER, None) == 1
    server.headers = {"Last-Modified": "Mon, 30 Nov 2026 10:00:00 GMT"}
    server.body = text(0)
    clock.advance(60)
    assert client.variation("a", USER, None) == 1
    assert "older copy" in str(client.status.error)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, SourceUnauthorizedError),
        (403, SourceUnauthorizedError),
        (404, SourceNotFoundError),
        (503, SourceUnavailableError),
    ],
)
def test_a_status_has_its_own_error(
    server: ScriptedServer, status: int, kind: type[Exception]
) -> None:
    server.status = status
    with pytest.raises(kind, match=f"status {status}") as raised:
        HttpSource(server.address, timeout=60.0).fetch(None)
    assert type(raised.value) is kind


def test_an_empty_or_truncated_response_is_reported(server: ScriptedServer) -> None:
    source = HttpSource(server.address, timeout=60.0)
    server.body = b""
    with pytest.raises(SourceContentError, match="is empty"):
        source.fetch(None)
    server.raw = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"
    with pytest.raises(SourceContentError, match="was cut off"):
        source.fetch(None)
    server.raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"
    with pytest.raises(SourceContentError, match="was cut off"):
        source.fetch(None)
    server.raw, server.status, server.body = None, 206, b"{}"
    with pytest.raises(SourceContentError, match="is a part of the document"):
        source.fetch(None)


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ("Retry-After: 120", 120.0),
        (f"Retry-After: {'9' * 400}", math.inf),
        ("Retry-After: Tue, 01 Dec 2026 10:02:00 GMT", 120.0),
        # The clock of the server counts, not that of this machine.
        ("Retry-After: Tue, 01 Dec 2026 10:02:00 GMT\r\nDate: Tue, 01 Dec 2026 10:01:30 GMT", 30.0),
        ("Retry-After: Fri, 32 Dec 2026 10:02:00 GMT", None),
        ("Retry-After: -1", None),
        ("Retry-After: soon", None),
        ("Age: 1", None),
    ],
)
def test_the_pause_of_a_server_is_read(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, lines: str, seconds: float | None
) -> None:
    monkeypatch.setattr("isoflag.source.http.wall_clock", lambda: 1_796_119_200.0)
    server.raw = f"HTTP/1.1 429 Busy\r\nContent-Length: 0\r\n{lines}\r\n\r\n".encode()
    with pytest.raises(SourceUnavailableError) as raised:
        HttpSource(server.address, timeout=60.0).fetch(None)
    assert raised.value.retry_after == seconds


PAGES = {
    "a web page": (b"\n <!doctype html><title>Sign in</title>", {}),
    "a web page after a mark": (b"\xef\xbb\xbf<html>", {"Content-Type": "application/json"}),
    "encoded as `br`": (b"\x0b\x02\x80{}\x03", {"Content-Encoding": "br"}),
    "encoded as `deflate`": (zlib.compress(text(1)), {"Content-Encoding": "deflate"}),
}


@pytest.mark.parametrize("what", PAGES)
def test_what_is_not_a_document_is_named(server: ScriptedServer, what: str) -> None:
    server.body, server.headers = PAGES[what]
    what = what.removesuffix(" after a mark")
    with pytest.raises(SourceContentError, match=f"the response is {what}"):
        HttpSource(server.address, timeout=60.0).fetch(None)


@pytest.mark.parametrize("encoding", ["utf-8", "aws-chunked", "identity"])
def test_a_document_with_a_wrong_encoding_is_read(server: ScriptedServer, encoding: str) -> None:
    server.headers = {"Content-Encoding": encoding}
    assert fetched_from(HttpSource(server.address, timeout=60.0)).document == text(1)


def test_a_confirmation_that_was_not_requested_is_a_failure(server: ScriptedServer) -> None:
    server.status, server.body = 304, b""
    with pytest.raises(SourceUnavailableError, match="status 304"):
        HttpSource(server.address, timeout=60.0).fetch(None)


def test_a_slow_response_ends_at_the_timeout(server: ScriptedServer) -> None:
    server.raw = SLOW_RESPONSES["a body by the byte"]
    with pytest.raises(SourceTimeoutError):
        HttpSource(server.address, timeout=0.1).fetch(None)


def test_a_response_that_is_not_http_is_quoted_in_part(server: ScriptedServer) -> None:
    server.raw = text("x" * 5000)
    agent = AppConfigAgentSource("a", "b", "c", host="127.0.0.1", port=server.port, timeout=60.0)
    for source in (HttpSource(server.address, timeout=60.0), agent):
        with pytest.raises(SourceUnavailableError, match="no response") as raised:
            source.fetch(None)
        assert len(str(raised.value)) < 500


def test_an_unreachable_server_and_another_scheme_are_reported() -> None:
    with pytest.raises(SourceUnavailableError, match="no response"):
        HttpSource("http://127.0.0.1:9/flags.json", timeout=60.0).fetch(None)
    with pytest.raises(ValueError, match="expected an http or https URL"):
        HttpSource("ftp://shop.example/flags.json")


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example:x:y@/flags.json?token=secret",
        "https://mia:secret@shop.example/flags.json",
        "https://mia:secret@shop.example/\n",
        "https://shop.example/a b?token=secret",
        "https://shop.example/\x1b[2J?token=secret",
        "https:///flags.json#secret",
        "shop.example?token=secret",
    ],
)
def test_a_url_that_cannot_be_fetched_is_rejected_without_its_secrets(url: str) -> None:
    for create in (HttpSource, DocumentFetch):
        with pytest.raises(ValueError, match=r"invalid URL|pass `headers`") as raised:
            create(url)
        assert "secret" not in str(raised.value)
        assert str(raised.value).isprintable()


def test_a_token_that_cannot_be_sent_is_not_quoted(server: ScriptedServer) -> None:
    source = HttpSource(f"{server.address}/?token=secret", headers={"Authorization": "secret\n"})
    fetch = DocumentFetch(server.address, token="secret\n")  # noqa: S106
    agent = AppConfigAgentSource("a", "e", "p", host="localhost", port=1, access_token="secret\n")  # noqa: S106
    for call in (lambda: source.fetch(None), fetch, lambda: agent.fetch(None)):
        with pytest.raises((SourceSetupError, FetchError), match="HTTP does not allow") as raised:
            call()
        assert "secret" not in "".join(traceback.format_exception(raised.value))


# --- chains ---


def test_a_later_source_is_used_until_an_earlier_one_has_responded() -> None:
    first = ScriptedSource(DOWN, text("first"), DOWN)
    second = ScriptedSource(text("second"))
    source, clock = ChainedSource(first, second), Clock()
    client = FlagClient(source, **PATIENT, clock=clock)
    values = []
    for _ in range(4):
        values.append(client.variation("a", USER, None))
        clock.advance(60)
    assert values == ["second", "first", "first", "first"]
    assert client.status.error is DOWN
    assert len(second.fetches) == 1
    assert repr(source) == "ChainedSource(script, script)"


def test_a_chain_passes_a_source_only_its_own_document(tmp_path: Path) -> None:
    path = tmp_path / "flags.json"
    path.write_bytes(text("second"))
    first = ScriptedSource(DOWN, text("first"), UNCHANGED)
    source = ChainedSource(first, FileSource(path))
    one = fetched_from(source)
    assert source.is_current
    two = fetched_from(source, one)
    assert source.fetch(two) is UNCHANGED
    assert [each and each.document for each in first.fetches] == [None, None, text("first")]
    assert not source.is_current


def test_clients_of_one_chain_are_independent(server: ScriptedServer) -> None:
    server.headers = {"ETag": '"1"'}
    source = ChainedSource(HttpSource(server.address, timeout=60.0))
    one, other = fetched_from(source), fetched_from(source)
    server.status, server.body = 304, b""
    assert source.fetch(one) is UNCHANGED
    assert source.fetch(other) is UNCHANGED


def test_the_error_of_the_preferred_source_is_raised() -> None:
    source = ChainedSource(ScriptedSource(DOWN), ScriptedSource(ALSO_DOWN))
    with pytest.raises(SourceUnavailableError, match="down"):
        source.fetch(None)
    with pytest.raises(TypeError, match="needs a source"):
        ChainedSource()
    for wrong in ([FileSource("flags.json")], FileSource, "flags.json"):
        with pytest.raises(TypeError, match="expected an object with a method `fetch`"):
            ChainedSource(FileSource("flags.json"), wrong)  # type: ignore[arg-type]


def test_a_new_process_starts_with_the_copy(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copy = tmp_path / "copy.json"
    source = ChainedSource(ScriptedSource(text(1), DOWN), copy=copy)
    first = fetched_from(source)
    assert copy.read_bytes() == text(1)
    with pytest.raises(SourceUnavailableError):
        source.fetch(first)
    again = FlagClient(ChainedSource(ScriptedSource(DOWN), copy=copy))
    assert again.variation("a", USER, None) == 1
    assert "using the copy" in caplog.text
    with pytest.raises(SourceUnavailableError):
        ChainedSource(ScriptedSource(DOWN), copy=tmp_path / "none.json").fetch(None)


def test_a_source_that_hangs_leaves_time_for_the_next_one() -> None:
    release, left = threading.Event(), []

    class Hanging(ScriptedSource):
        timeout = 60.0

        def fetch(self, _: Fetched | None) -> bytes:
            left.append(seconds_left(60.0))
            release.wait(60)
            return text("late")

    class Next(ScriptedSource):
        timeout = 180.0

        def fetch(self, previous: Fetched | None) -> Any:
            left.append(seconds_left(180.0))
            return super().fetch(previous)

    source = ChainedSource(Hanging(), Next(text("second")))
    try:
        for _ in range(6):
            with until(0.4):
                assert fetched_from(source).document == text("second")
    finally:
        release.set()
    assert left[0] <= 0.1
    # Four calls are abandoned; the next source is not affected by them.
    assert len(left) == 10


def test_a_compressed_document_is_copied(tmp_path: Path) -> None:
    copy, document = tmp_path / "copy.json", gzip.compress(text(1))
    fetched_from(ChainedSource(ScriptedSource(document), copy=copy))
    assert copy.read_bytes() == document
    again = FlagClient(ChainedSource(ScriptedSource(DOWN), copy=copy))
    assert again.variation("a", USER, None) == 1


def test_threads_write_one_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    copy, together = tmp_path / "copy.json", threading.Barrier(4, timeout=60)
    replace = Path.replace

    def meeting(path: Path, target: Path) -> Path:
        together.wait()
        return replace(path, target)

    def fetch(n: int) -> bytes:
        return fetched_from(ChainedSource(ScriptedSource(text(n)), copy=copy)).document

    monkeypatch.setattr(Path, "replace", meeting)
    with ThreadPoolExecutor(4) as pool:
        documents = list(pool.map(fetch, range(4)))
    assert copy.read_bytes() in documents
    assert [each.name for each in tmp_path.iterdir()] == ["copy.json"]
    assert caplog.records == []


def test_only_a_document_that_loads_is_copied(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copy = tmp_path / "copy.json"
    fetched_from(ChainedSource(ScriptedSource(text(1)), copy=copy))
    fetched_from(ChainedSource(ScriptedSource(b"<html>"), copy=copy))
    assert copy.read_bytes() == text(1)
    assert [each.name for each in tmp_path.iterdir()] == ["copy.json"]
    fetched_from(ChainedSource(ScriptedSource(text(2)), copy=tmp_path / "no" / "folder"))
    assert caplog.text.count("cannot write the copy") == 2


def test_a_copy_that_cannot_be_written_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(path: Path, _: bytes) -> int:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    source = ChainedSource(ScriptedSource(text(1)), copy=tmp_path / "copy.json")
    assert fetched_from(source).document == text(1)
    assert list(tmp_path.iterdir()) == []
    assert caplog.text.count("cannot write the copy") == 1
