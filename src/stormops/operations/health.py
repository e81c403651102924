"""Health, readiness and metrics of a process that serves nothing else: a few lines of HTTP beside the loop."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from stormops.telemetry import Metrics

REQUEST_SECONDS_MAX = 5.0
"""A client that says nothing for this long is dropped."""

STOP_SECONDS = 0.1
"""How often the server looks whether it is to stop."""


class Health:
    """`/healthz` (alive), `/readyz` (leads and ticks, else 503) and `/metrics` on a port; 0 = any free one."""

    def __init__(self, host: str, port: int, metrics: Metrics, ready: Callable[[], bool]) -> None:
        class Handler(BaseHTTPRequestHandler):
            timeout = REQUEST_SECONDS_MAX

            def do_GET(self) -> None:
                status, body, kind = _answer(self.path, metrics, ready)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Requests are not logged."""

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(STOP_SECONDS,), name="health", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _answer(path: str, metrics: Metrics, ready: Callable[[], bool]) -> tuple[int, bytes, str]:
    plain = "text/plain; charset=utf-8"
    if path == "/healthz":
        return 200, b"ok\n", plain
    if path == "/readyz":
        return (200, b"ready\n", plain) if ready() else (503, b"not leading or not ticking\n", plain)
    if path == "/metrics":
        body, kind = metrics.page()
        return 200, body, kind
    return 404, b"not found\n", plain
