"""A feed's server over loopback HTTP, which answers whatever a test wants."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FeedServer(ThreadingHTTPServer):
    """Answers as it is told; remembers what it was asked with."""

    daemon_threads = True

    def __init__(self, body: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, str]] = []
        self.respond: Callable[[Handler], None] = lambda handler: handler.give(200, body)
        self.url = f"http://127.0.0.1:{self.server_port}/alerts.pb?key=secret"


class Handler(BaseHTTPRequestHandler):
    server: FeedServer

    def do_GET(self) -> None:
        self.server.asked.append({name.lower(): value for name, value in self.headers.items()})
        with contextlib.suppress(OSError):  # the client may give up on us
            self.server.respond(self)

    def give(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing of it is ours to tell."""


@contextlib.contextmanager
def serving(body: bytes) -> Iterator[FeedServer]:
    """A server that answers this until it is told otherwise."""
    with FeedServer(body) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            made.shutdown()
            thread.join()
