"""An HTTP server with a scripted response that records its requests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from loopback import listening


@dataclass
class LocalServer:
    """The server's response, which a test can replace."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    write: Callable[[BaseHTTPRequestHandler], None] | None = None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append((handler.path, dict(handler.headers.items())))
        if self.write is not None:
            self.write(handler)
            return
        handler.send_response(self.status)
        for name, value in {"Content-Length": str(len(self.body)), **self.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(self.body)


@contextmanager
def serving() -> Iterator[LocalServer]:
    told = LocalServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.answer(self)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    with listening(Handler) as port:
        told.port = port
        yield told
