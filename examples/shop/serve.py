"""Serves the shop on the loopback address: the page, the document, and the Lambda function behind `/lambda/`.

Behind `/fleets` are many instances of another function, each with its own document: `instances.py`.

As in production, there are two copies of the document: the published one, and the file that the Lambda function reads.
A new document is delivered immediately, unless the page holds the delivery back to see two hosts on two documents.
"""

from __future__ import annotations

import argparse
import base64
import importlib
import json
import mimetypes
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import unquote, urlsplit

import isoflag
from instances import Fleet, Fleets

HERE = Path(__file__).resolve().parent
PAGE = HERE / "web" / "dist"
LARGEST_BODY = 4 * 1024 * 1024
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
    ]
)

Function = Callable[[dict[str, Any], object], Any]


class Delivery:
    """The published document, and its delivery to the file that the Lambda function reads."""

    def __init__(self, original: str, target: Path) -> None:
        self.original = original
        self.published = original
        self.held_back = False
        self._target = target
        self._lock = threading.Lock()
        self._deliver()

    def publish(self, text: str) -> None:
        """Takes a document; raises `isoflag.DocumentError` if it is not one."""
        isoflag.Flags.from_json(text)
        with self._lock:
            self.published = text
            self._deliver()

    def hold_back(self, held_back: bool) -> None:
        """Stops or resumes delivery."""
        with self._lock:
            self.held_back = held_back
            self._deliver()

    def _deliver(self) -> None:
        if self.held_back:
            return
        beside = self._target.with_suffix(".new")
        beside.write_text(self.published, encoding="utf-8")
        beside.replace(self._target)


class Shop(ThreadingHTTPServer):
    """The server; all requests share its state."""

    daemon_threads = True

    def __init__(self, port: int, delivery: Delivery, function: Function) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.delivery = delivery
        self.function = function
        self.fleets = Fleets()
        # An instance of a Lambda function handles one request at a time.
        self.instance = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Shop
    protocol_version = "HTTP/1.1"
    # Otherwise the body waits for the header's acknowledgement, 40 ms in each response.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._route()

    def do_POST(self) -> None:
        self._route()

    def do_PUT(self) -> None:
        self._route()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _route(self) -> None:
        path = unquote(urlsplit(self.path).path)
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            return self._json(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": "too long"})
        body = self.rfile.read(length)
        # Rejects pages of other sites whose name resolves to 127.0.0.1 (DNS rebinding).
        if self.headers.get("Host") not in {f"{name}:{self.server.server_port}" for name in ("127.0.0.1", "localhost")}:
            return self._json(HTTPStatus.MISDIRECTED_REQUEST, {"error": "send requests to the loopback address"})
        if path.startswith("/lambda/"):
            return self._invoke(body)
        if path.startswith("/fleets"):
            return self._fleets(path, body)
        match self.command, path:
            case "GET", "/document":
                return self._json(
                    HTTPStatus.OK,
                    {
                        "document": self.server.delivery.published,
                        "original": self.server.delivery.original,
                        "heldBack": self.server.delivery.held_back,
                    },
                )
            case "PUT", "/document":
                return self._publish(body)
            case "PUT", "/delivery":
                self.server.delivery.hold_back(body == b'{"heldBack":true}')
                return self._json(HTTPStatus.OK, {"heldBack": self.server.delivery.held_back})
            case "GET", "/contexts.json":
                return self._file(HERE / "contexts.json")
            case "GET", _:
                return self._file(PAGE / (path.lstrip("/") or "index.html"))
        return self._json(HTTPStatus.NOT_FOUND, {"error": f"there is no `{self.command} {path}`"})

    def _invoke(self, body: bytes) -> None:
        self._call(self.server.function, self.server.instance, self.path.removeprefix("/lambda"), body)

    def _call(self, function: Function, one_at_a_time: threading.Lock, target: str, body: bytes) -> None:
        event = event_of(self.command, target, dict(self.headers.items()), body)
        with one_at_a_time:
            response = function(event, None)
        status, headers, content = answer_of(response)
        self._send(status, headers, content)

    def _fleets(self, path: str, body: bytes) -> None:
        """`POST /fleets`; then below `/fleets/N` the clock, the documents and the instances of one."""
        match self.command, path.split("/")[2:]:
            case "POST", []:
                return self._moved(body, self.server.fleets.make)
            case _, [name, *rest] if (fleet := self.server.fleets.get(name)) is not None:
                return self._fleet(fleet, rest, body)
        return self._json(HTTPStatus.NOT_FOUND, {"error": f"there is no `{self.command} {path}`"})

    def _fleet(self, fleet: Fleet, rest: list[str], body: bytes) -> None:
        match self.command, rest:
            case "PUT", ["clock"]:
                return self._moved(body, fleet.move)
            case "GET", ["document"]:
                return self._send(HTTPStatus.OK, {"Content-Type": "application/json"}, fleet.newest)
            case "GET", ["documents", digest] if (document := fleet.document(digest)) is not None:
                return self._send(HTTPStatus.OK, {"Content-Type": "application/json"}, document)
            case _, ["instances", number, *_] if number in fleet.instances:
                # Unchanged: the path of an event is not decoded.
                target = "/" + self.path.split("/", 5)[-1]
                return self._call(fleet.instances[number].handler, fleet.lock, target, body)
        return self._json(HTTPStatus.NOT_FOUND, {"error": f"this fleet has no `{'/'.join(rest)}`"})

    def _moved(self, body: bytes, move: Callable[[object], dict[str, Any]]) -> None:
        try:
            return self._json(HTTPStatus.OK, move(json.loads(body)))
        except (RecursionError, ValueError) as error:
            return self._json(HTTPStatus.BAD_REQUEST, {"error": str(error)})

    def _publish(self, body: bytes) -> None:
        try:
            self.server.delivery.publish(body.decode())
        except ValueError as error:
            return self._json(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": str(error)})
        return self._json(HTTPStatus.OK, {"heldBack": self.server.delivery.held_back})

    def _file(self, path: Path) -> None:
        try:
            real = path.resolve()
        except ValueError:  # A null byte.
            return self._json(HTTPStatus.NOT_FOUND, {"error": "there is no such file"})
        if not (real.is_relative_to(PAGE) or real == HERE / "contexts.json") or not real.is_file():
            return self._json(HTTPStatus.NOT_FOUND, {"error": "there is no such file"})
        kind = mimetypes.guess_type(real.name)[0] or "application/octet-stream"
        return self._send(HTTPStatus.OK, {"Content-Type": kind, "Cache-Control": "no-cache"}, real.read_bytes())

    def _json(self, status: int, value: object) -> None:
        text = json.dumps(value, ensure_ascii=False).encode()
        self._send(status, {"Content-Type": "application/json", "Cache-Control": "no-store"}, text)

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(content)


def event_of(method: str, target: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """Returns the function URL event (payload format 2.0) of a request."""
    parts = urlsplit(target)
    lowered = {name.lower(): value for name, value in headers.items()}
    try:
        text, is_base64 = body.decode(), False
    except UnicodeDecodeError:
        text, is_base64 = base64.b64encode(body).decode(), True
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "headers": lowered,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "local",
            "domainName": lowered.get("host", ""),
            "http": {
                "method": method,
                "path": parts.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": lowered.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "timeEpoch": int(time.time() * 1000),
        },
        "body": text,
        "isBase64Encoded": is_base64,
    }


def answer_of(response: Mapping[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """Returns the status, headers and body of a function's return value."""
    body = response.get("body", "")
    raw = base64.b64decode(body) if response.get("isBase64Encoded") else body.encode()
    return int(response.get("statusCode", 200)), dict(response.get("headers", {})), raw


def load_function(document: Path, ttl: float) -> Function:
    """The Lambda function, with the environment that its configuration would give it."""
    os.environ |= {"FLAGS_FILE": str(document), "FLAGS_TTL": str(ttl)}
    sys.path.insert(0, str(HERE / "lambda"))
    function: Function = importlib.import_module("handler").handler
    return function


def stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Serves the shop; with `--check` first compares page and Lambda function in a browser."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=0, help="the port; a free one unless given")
    parser.add_argument("--ttl", type=float, default=1.0, help="seconds for which the function keeps its document")
    parser.add_argument("--check", action="store_true", help="compare the two hosts once, in a headless browser")
    parser.add_argument("--once", action="store_true", help="stop after the check")
    options = parser.parse_args()
    if not (PAGE / "index.html").is_file():
        parser.error("the page is not built; run `make demo-web`")
    signal.signal(signal.SIGTERM, stop)
    with tempfile.TemporaryDirectory(prefix="isoflag-shop-") as folder:
        document = Path(folder) / "flags.json"
        delivery = Delivery((HERE / "flags.json").read_text(encoding="utf-8"), document)
        with Shop(options.port, delivery, load_function(document, options.ttl)) as shop:
            threading.Thread(target=shop.serve_forever, daemon=True).start()
            code = 0
            if options.check:
                code = subprocess.run(["node", str(HERE / "test" / "shop.js"), shop.address], check=False).returncode
            if code or options.once:
                return code
            print(f"shop: {shop.address} (Ctrl-C stops it)", flush=True)
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
