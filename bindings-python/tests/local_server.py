"""HTTP servers on the loopback address, with computed, scripted, malformed or slow responses."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeAlias

Response: TypeAlias = tuple[int, Mapping[str, str], bytes] | bytes
"""A status, headers and a body; or the raw bytes that are sent before the connection is closed."""


class Slow(bytes):
    """Raw bytes, sent one at a time, every 20 ms; afterwards the connection remains open."""


SLOW_RESPONSES = {
    "never": Slow(),
    "headers by the byte": Slow(b"HTTP/1.1 200 OK\r\nX-Drip: " + b"x" * 1_000_000),
    "a body by the byte": Slow(
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\nETag: x\r\n\r\n" + b" " * 1_000_000
    ),
}


@dataclass
class Request:
    """A received request; header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@contextmanager
def serve(respond: Callable[[Request], Response]) -> Iterator[str]:
    """Serves on a free port, each request on its own thread, and yields the address.

    A response whose `Content-Length` exceeds its body is cut off.
    """
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", "0")))
            response = respond(Request(self.command, self.path, headers, body))
            if isinstance(response, Slow):
                self.drip(response)
            elif isinstance(response, bytes):
                self.wfile.write(response)
            else:
                status, headers_back, body = response
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers_back}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        do_GET = do_POST = do_OPTIONS = do_HEAD = do_PUT = respond  # noqa: N815

        def drip(self, response: Slow) -> None:
            for byte in response:
                if closing.wait(0.02):
                    return
                try:
                    self.wfile.write(bytes([byte]))
                except OSError:
                    return
            closing.wait()

        def log_message(self, *_: object) -> None:
            """Suppresses the server's log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


@dataclass
class ScriptedServer:
    """A response that a test can replace, and the requests so far."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    raw: bytes | None = None
    requests: list[Request] = field(default_factory=list)
    address: str = ""

    @property
    def port(self) -> int:
        return port_of(self.address)

    def respond(self, request: Request) -> Response:
        self.requests.append(request)
        return (self.status, self.headers, self.body) if self.raw is None else self.raw


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    script = ScriptedServer()
    with serve(script.respond) as script.address:
        yield script
