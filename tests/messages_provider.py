"""A provider of text messages on the loopback: Twilio's REST API as far as the product uses it, and its moods.

Never imports `stormops`.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

ACCOUNT, TOKEN, NUMBER = "AC0123456789", "a secret of the account", "+18505550100"
WAIT_SECONDS_MAX = 60.0


class MessagesProvider:
    """Takes messages. `moods`: statuses of the next answers, then 201 again; 0 = taken, and the connection breaks.

    `sent`: (to, text) of what was taken; `tries` counts requests.
    """

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.moods: list[int] = []
        self.tries = 0
        self.wrong: list[str] = []
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def settings(self) -> dict[str, str]:
        """The platform's settings for this provider."""
        return {
            "STORMOPS_MESSAGES_URL": self.url,
            "STORMOPS_MESSAGES_ACCOUNT": ACCOUNT,
            "STORMOPS_MESSAGES_TOKEN": TOKEN,
            "STORMOPS_MESSAGES_FROM": NUMBER,
        }

    def texts(self, phone: str) -> list[str]:
        """What a phone (ten digits) was sent."""
        with self._changed:
            return [text for to, text in self.sent if to == f"+1{phone}"]

    def wait(self, phone: str, count: int) -> str:
        """The text that is the `count`th of this phone, once it is there."""
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        with self._changed:
            while len(found := [text for to, text in self.sent if to == f"+1{phone}"]) < count:
                left = deadline - time.monotonic()
                assert left > 0, f"{phone[-4:]} has {len(found)} texts, not {count}; {self.tries} tries, {self.wrong}"
                self._changed.wait(left)
            return found[count - 1]

    def _take(self, handler: BaseHTTPRequestHandler) -> int:
        form = parse_qs(handler.rfile.read(int(handler.headers["Content-Length"])).decode(), strict_parsing=True)
        expected = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        right = (
            handler.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
            and handler.headers["Content-Type"] == "application/x-www-form-urlencoded"
            and set(form) == {"To", "From", "Body"}
            and form["From"] == [NUMBER]
        )
        with self._changed:
            self.tries += 1
            if not right:
                self.wrong.append(f"{handler.path} {sorted(form)}")
                return 400
            if handler.headers["Authorization"] != expected:
                return 401
            status = self.moods.pop(0) if self.moods else 201
            if status in (201, 0):
                self.sent.append((form["To"][0], form["Body"][0]))
                self._changed.notify_all()
            return status

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                status = provider._take(self)
                if status == 0:
                    self.close_connection = True
                    self.connection.close()
                    return
                body = json.dumps({"sid": "SM1", "status": "queued"} if status == 201 else {"code": 20000}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
