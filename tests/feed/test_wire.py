"""The wire against clients without manners: bytes by hand to a real feed."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import time
from urllib.parse import urlsplit

import pytest
from websockets.frames import Close, Opcode

from stormops.feed import hub as hub_module
from stormops.feed.session import MESSAGE_BYTES_MAX, TOO_LARGE
from stormops.feed.wire import GOING_AWAY, PROTOCOL_ERROR, Wire
from tests.feed.raw import HELLO, upgraded
from tests.feed.served import Feed, running, storm


def port_of(feed: Feed) -> int:
    return int(urlsplit(feed.url).port or 0)


def code_of(data: bytes) -> int:
    return Close.parse(data).code


def test_a_hello_may_come_in_pieces_with_pings_between(feed: Feed) -> None:
    with upgraded(port_of(feed)) as client:
        client.say(Opcode.TEXT, HELLO[:9], fin=False)
        client.say(Opcode.PING, b"still there?")
        client.say(Opcode.CONT, HELLO[9:])
        assert client.until(Opcode.PONG) == b"still there?"
        assert client.until(Opcode.TEXT).startswith(b'{"type":"snapshot"')
        client.say(Opcode.PONG, b"unasked")
        client.say(Opcode.PING, b"again")
        assert client.until(Opcode.PONG) == b"again"


@pytest.mark.parametrize(
    ("opcode", "data", "mask", "code"),
    [
        (Opcode.TEXT, HELLO, False, PROTOCOL_ERROR),
        (Opcode.CONT, HELLO, True, PROTOCOL_ERROR),
        (Opcode.TEXT, b"x" * (MESSAGE_BYTES_MAX + 1), True, TOO_LARGE),
        (Opcode.BINARY, b"x" * 1_000_000, True, TOO_LARGE),
    ],
)
def test_what_is_against_the_rules_is_closed_with_the_reason(
    feed: Feed, opcode: Opcode, data: bytes, mask: bool, code: int
) -> None:
    with upgraded(port_of(feed)) as client:
        client.say(opcode, data, mask=mask)
        assert code_of(client.until(Opcode.CLOSE)) == code


@pytest.mark.parametrize("code", [1000, 1001, 4000])
def test_a_client_that_leaves_is_answered_and_the_connection_ends(feed: Feed, code: int) -> None:
    with upgraded(port_of(feed)) as client:
        client.say(Opcode.CLOSE, Close(code, "bye").serialize())
        assert code_of(client.until(Opcode.CLOSE)) == code
        with pytest.raises(EOFError):
            client.hear()


def test_a_client_that_does_not_answer_our_closing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "CLOSE_SECONDS_MAX", 0.2)
    with running(storm(1)) as feed, upgraded(port_of(feed)) as client:
        client.say(Opcode.TEXT, b"good evening")
        client.until(Opcode.CLOSE)
        client.say(Opcode.TEXT, HELLO)  # too late: nobody listens
        with pytest.raises((EOFError, ConnectionResetError)):
            client.until(Opcode.TEXT)


def test_a_connection_that_breaks_leaves_nothing_behind(feed: Feed) -> None:
    hub = feed.app.state.hub
    before = hub.clients("public")
    with upgraded(port_of(feed)) as client:
        client.say(Opcode.TEXT, HELLO)
        client.until(Opcode.TEXT)
        client.socket.setsockopt(1, 13, struct.pack("ii", 1, 0))  # SO_LINGER 0: a reset, no farewell
    deadline = time.monotonic() + 10
    while hub.clients("public") > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert hub.clients("public") == before


def test_a_feed_that_ends_tells_its_clients() -> None:
    with running(storm(1)) as feed, upgraded(port_of(feed)) as client:
        client.say(Opcode.TEXT, HELLO)
        client.until(Opcode.TEXT)
        feed.server.should_exit = True
        assert code_of(client.until(Opcode.CLOSE)) == GOING_AWAY


class Quiet(Wire):
    """Hears nothing and says only what it is told to."""

    def __init__(self) -> None:
        super().__init__(set())

    def heard(self, message: bytes) -> None: ...

    def filled(self) -> None: ...

    def drained(self) -> None: ...

    def left(self) -> None: ...

    def lost(self) -> None: ...


async def test_what_is_put_comes_whole_and_in_order_however_little_the_kernel_takes() -> None:
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    loop = asyncio.get_running_loop()
    _, wire = await loop.connect_accepted_socket(Quiet, ours)
    sent = b""
    for number in range(9):
        frame = bytes([number]) * (300_000 if number % 3 else 7)
        wire.write(b"w" * number)  # waits for the loop's turn where there is no room: what is put comes behind it
        wire.put(frame)
        sent += b"w" * number + frame
    assert wire.full
    got = b""
    while len(got) < len(sent):
        got += await loop.sock_recv(theirs, 1 << 20)
    assert got == sent
    assert not wire.full
    wire.transport.abort()
    wire.put(b"too late")
    theirs.close()


def test_what_is_put_is_never_written_past_the_encryption() -> None:
    class Encrypted(asyncio.Transport):
        said = b""

        def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...

        def write(self, data: bytes | bytearray | memoryview) -> None:
            self.said += bytes(data)

    transport = Encrypted({"sslcontext": ssl.create_default_context()})
    wire = Quiet()
    wire.connection_made(transport)
    wire.put(b"in here")
    assert transport.said == b"in here"
