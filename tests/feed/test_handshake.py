"""The handshake: what is none, what the app refuses in its own words, and who goes away while it thinks."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

import pytest
import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send
from websockets.frames import Frame, Opcode

from stormops.feed.handshake import TAKE, Handshake
from stormops.feed.wire import Wire
from stormops.supervisor import listen
from tests.feed.raw import UPGRADE, connected, upgraded


class Echo(Wire):
    """Says back what it hears."""

    def __init__(self, connections: set[object], app: App) -> None:
        super().__init__(connections)
        self.app = app

    def heard(self, message: bytes) -> None:
        self.write(b"\x81" + bytes([len(message)]) + message)

    def filled(self) -> None:
        raise AssertionError

    def drained(self) -> None:
        raise AssertionError

    def left(self) -> None:
        self.app.ends.append("left")

    def lost(self) -> None:
        self.app.ends.append("lost")


class App:
    """Refuses or takes, by the path."""

    def __init__(self) -> None:
        self.ends: list[str] = []
        self.asked, self.go = threading.Event(), threading.Event()
        self.gone: list[bool] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            return
        assert await receive() == {"type": "websocket.connect"}
        if scope["path"] == "/busy":
            start = {"type": "websocket.http.response.start", "status": 503, "headers": [(b"retry-after", b"7")]}
            await send(start)
            await send({"type": "websocket.http.response.body", "body": b"come ", "more_body": True})
            await send({"type": "websocket.http.response.body", "body": b"back"})
        elif scope["path"] == "/closed":
            await send({"type": "websocket.close", "code": 1013})
        else:
            self.asked.set()
            while scope["path"] == "/slow" and not self.go.is_set():  # noqa: ASYNC110 - set by another thread
                await asyncio.sleep(0.005)
            await send({"type": "websocket.accept"})
            taken = scope["extensions"][TAKE](lambda connections: Echo(connections, self))
            self.gone.append(taken is None)


@pytest.fixture
def served() -> Iterator[tuple[int, App]]:
    app, listener = App(), listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, ws=Handshake, lifespan="off", log_config=None, http="httptools"))
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], app
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
        loop.close()


def answer(port: int, path: str, more: str = "") -> bytes:
    with connected(port) as made:
        made.sendall(UPGRADE.format(path=path, host="x", more=more).encode())
        said = b""
        with contextlib.suppress(ConnectionResetError):
            while data := made.recv(65_536):
                said += data
        return said


def test_the_apps_refusal_goes_out_as_it_is(served: tuple[int, App]) -> None:
    said = answer(served[0], "/busy")
    assert said.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 7\r\n" in said.lower()
    assert said.endswith(b"\r\n\r\ncome back")


def test_a_socket_closed_before_it_was_accepted_is_forbidden(served: tuple[int, App]) -> None:
    assert answer(served[0], "/closed").startswith(b"HTTP/1.1 403 ")


def test_what_is_no_handshake_is_told_so(served: tuple[int, App]) -> None:
    for more in ("Sec-WebSocket-Key: twice\r\n", "X: y\r\n" * 200, "X: " + "y" * 9000 + "\r\n"):
        assert answer(served[0], "/", more).startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 431 "))


def test_who_is_taken_speaks_with_who_took_it(served: tuple[int, App]) -> None:
    port, app = served
    with upgraded(port, "/") as client:
        client.say(Opcode.TEXT, b"hello")
        assert client.until(Opcode.TEXT) == b"hello"
        client.say(Opcode.CLOSE)
        client.until(Opcode.CLOSE)
        with pytest.raises(EOFError):
            client.hear()
    assert app.ends[0] == "left"


def test_what_a_client_says_while_the_app_thinks_waits(served: tuple[int, App]) -> None:
    port, app = served
    with connected(port) as made:
        made.sendall(UPGRADE.format(path="/slow", host="x", more="").encode())
        assert app.asked.wait(10)
        made.sendall(Frame(Opcode.TEXT, b"early").serialize(mask=True))
        app.go.set()
        said = b""
        while b"early" not in said:
            said += made.recv(100)
    assert said.startswith(b"HTTP/1.1 101 ")
