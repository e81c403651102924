"""The opening handshake of a socket: uvicorn's protocol class, the app's answer, and the socket handed over.

The app (admission, routes, origin, sign-in) answers the handshake as ASGI has it. Once it has accepted, it takes
the socket with `TAKE` and returns: no task, no queue and no copy of the request stay for as long as a client does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote

from starlette.types import Message, Scope
from uvicorn.config import Config
from uvicorn.protocols.utils import get_local_addr, get_remote_addr, is_ssl
from uvicorn.server import ServerState
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from stormops.feed.wire import Wire

TAKE = "stormops.take"
"""An ASGI extension: `scope["extensions"][TAKE](make)` gives an accepted socket to the `Wire` that `make` makes
of the server's set of connections; the app then returns."""

_LOGGER = logging.getLogger("websockets.server")  # given, for the library looks it up for each connection

Take = Callable[[Callable[[set[Any]], Wire]], Wire | None]


class Handshake(asyncio.Protocol):
    """One connection from its upgrade request to its answer. Made by uvicorn (`ws=Handshake`)."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._app: Any = config.loaded_app
        self._root = config.root_path
        self._state = server_state
        self._app_state = app_state
        self._loop = _loop or asyncio.get_event_loop()
        self._conn = ServerProtocol(extensions=[], max_size=0, logger=_LOGGER)
        self._refused: tuple[int, list[tuple[str, str]], bytes] = 500, [], b""
        self._taken = False
        self._lost = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        self.transport = transport
        self._state.connections.add(self)  # type: ignore[arg-type]  # uvicorn's set of what can be shut down

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`; uvicorn hands the request on as it came."""
        self._conn.receive_data(data)
        for event in self._conn.events_received():
            if isinstance(event, Request):
                self._asked(event)
                return
        self._flush(close=True)  # it could not be read, and the library has said so

    def connection_lost(self, _exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._lost = True
        self._state.connections.discard(self)

    def shutdown(self) -> None:
        """See uvicorn: the server ends."""
        self.transport.close()

    def _asked(self, request: Request) -> None:
        response = self._conn.accept(request)
        if response.status_code != 101:
            self._answer(response)
            return
        self.transport.pause_reading()  # what comes next is for who takes the socket
        task = self._loop.create_task(self._run(self._scope(request), response))
        self._state.tasks.add(task)
        task.add_done_callback(self._state.tasks.discard)

    def _scope(self, request: Request) -> Scope:
        path, _, query = request.path.partition("?")
        return {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss" if is_ssl(self.transport) else "ws",
            "server": get_local_addr(self.transport),
            "client": get_remote_addr(self.transport),
            "root_path": self._root,
            "path": self._root + unquote(path),
            "raw_path": (self._root + path).encode("ascii"),
            "query_string": query.encode("ascii"),
            "headers": [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in request.headers.raw_items()],
            "subprotocols": [],
            "state": self._app_state.copy(),
            "extensions": {"websocket.http.response": {}, TAKE: self._take},
        }

    async def _run(self, scope: Scope, accepted: Response) -> None:
        """The app's answer. What it raises is a bug, and logged as one by the loop."""
        try:
            await self._app(scope, self._receive, partial(self._send, accepted))
        finally:
            if not self._taken:
                self.transport.close()

    async def _receive(self) -> Message:
        return {"type": "websocket.disconnect", "code": 1006} if self._lost else {"type": "websocket.connect"}

    async def _send(self, accepted: Response, message: Message) -> None:
        kind = message["type"]
        if kind == "websocket.accept":
            self._answer(accepted, close=False)
        elif kind == "websocket.close":
            self._answer(self._conn.reject(403, ""))
        elif kind == "websocket.http.response.start":
            headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in message["headers"]]
            self._refused = message["status"], headers, b""
        elif kind == "websocket.http.response.body":
            status, headers, before = self._refused
            self._refused = status, headers, before + message.get("body", b"")
            if not message.get("more_body", False):
                self._refuse()
        else:
            raise RuntimeError(f"a socket of the feed is accepted or refused, then taken; not {kind}")

    def _refuse(self) -> None:
        status, headers, body = self._refused
        response = self._conn.reject(status, "")
        given = Headers(headers)
        given.setdefault("Connection", "close")
        given.setdefault("Content-Length", str(len(body)))
        self._answer(Response(status, response.reason_phrase, given, body))

    def _answer(self, response: Response, *, close: bool = True) -> None:
        self._conn.send_response(response)
        self._flush(close=close)

    def _flush(self, *, close: bool) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"".join(self._conn.data_to_send()))
            if close:
                self.transport.close()

    def _take(self, make: Callable[[set[Any]], Wire]) -> Wire | None:
        """See `TAKE`. None when the client has gone meanwhile."""
        self._taken = True
        self._state.connections.discard(self)
        if self._lost or self.transport.is_closing():
            self.transport.close()
            return None
        wire = make(self._state.connections)
        self.transport.set_protocol(wire)
        wire.connection_made(self.transport)
        self.transport.resume_reading()
        return wire
