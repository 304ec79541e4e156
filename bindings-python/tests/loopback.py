"""HTTP servers on the loopback address, for documents and for Lambda handlers."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

Answer = tuple[int, Mapping[str, str], bytes]
"""A status, headers and a body."""


@dataclass
class Asked:
    """A received request."""

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """Handles requests on a free port, each on a thread, and yields the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def serve(answer: Callable[[Asked], Answer]) -> Iterator[str]:
    """Serves on a free port and yields the address.

    A response whose `Content-Length` exceeds its body is cut off.
    """

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(length))
            status, headers_back, body = answer(asked)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers_back}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_OPTIONS = do_HEAD = do_PUT = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Suppresses the server's log."""

    with listening(Handler) as port:
        yield f"http://127.0.0.1:{port}"


def function_url_event(asked: Asked) -> dict[str, Any]:
    """Returns the function URL event of a request."""
    parts = urlsplit(asked.target)
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "headers": asked.headers,
        "requestContext": {
            "http": {"method": asked.method, "path": parts.path},
            "stage": "$default",
        },
        "isBase64Encoded": False,
        **({"body": asked.body.decode()} if asked.body else {}),
    }


def serve_handler(handler: Callable[[Any, Any], Any]) -> Callable[[Asked], Answer]:
    """Serves requests with a Lambda handler, like a function URL."""

    def answer(asked: Asked) -> Answer:
        response = handler(function_url_event(asked), None)
        return response["statusCode"], response["headers"], response["body"].encode()

    return answer
