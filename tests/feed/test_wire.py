"""The wire against clients without manners: bytes by hand to a real feed."""

from __future__ import annotations

import struct
import time
from urllib.parse import urlsplit

import pytest
from websockets.frames import Close, Opcode

from stormops.feed import hub as hub_module
from stormops.feed.session import MESSAGE_BYTES_MAX, TOO_LARGE
from stormops.feed.wire import GOING_AWAY, PROTOCOL_ERROR
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
