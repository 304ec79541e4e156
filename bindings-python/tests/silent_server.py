"""Servers that accept a connection and never respond, or send one byte at a time."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ACCEPTED = b""
"""Sends nothing."""

HEADERS = b"HTTP/1.1 200 OK\r\nX-Drip: " + b"x" * 1_000_000
"""Endless headers."""

BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\nETag: x\r\n\r\n" + b" " * 1_000_000
"""A body that takes years."""

SLOW_ANSWERS = {"never": ACCEPTED, "headers by the byte": HEADERS, "a body by the byte": BODY}


@contextmanager
def slow_server(answer: bytes) -> Iterator[int]:
    """Accepts connections on a free port, sends a byte every 20 ms, and yields the port."""
    closing = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0), backlog=100)
    listener.settimeout(0.01)

    def drip(connection: socket.socket) -> None:
        with connection:
            for byte in answer:
                if closing.wait(0.02):
                    return
                try:
                    connection.sendall(bytes([byte]))
                except OSError:
                    return
            closing.wait()

    def accept() -> None:
        while not closing.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            threading.Thread(target=drip, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        closing.set()
        thread.join()
        listener.close()
