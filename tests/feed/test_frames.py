"""Frames: heads as the library writes them, and whatever way a client's bytes are cut up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Close, Frame, Opcode

from stormops.feed.frames import PayloadTooBig, ProtocolError, Reader, close_frame, echo_of, pong_frame, text_head

MOST = 100


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_head_is_the_librarys(size: int) -> None:
    body = b"x" * size
    assert text_head(size) + body == Frame(Opcode.TEXT, body).serialize(mask=False)


def test_closing_and_its_answer() -> None:
    assert close_frame(4408, "slow") == Frame(Opcode.CLOSE, Close(4408, "slow").serialize()).serialize(mask=False)
    assert echo_of(Close(4000, "bye").serialize()) == close_frame(4000, "")
    assert echo_of(b"") == close_frame(1000, "")
    for wrong in (b"\x03", b"\x00\x05", b"\x03\xe8\xff"):
        assert echo_of(wrong) == close_frame(1002, "")
    assert pong_frame(b"hi") == Frame(Opcode.PONG, b"hi").serialize(mask=False)


def said(*frames: Frame) -> bytes:
    return b"".join(frame.serialize(mask=True) for frame in frames)


@given(st.lists(st.tuples(st.sampled_from(["text", "ping", "pieces"]), st.binary(max_size=60)), max_size=6), st.data())
def test_any_cutting_gives_the_same_messages(messages: list[tuple[str, bytes]], data: st.DataObject) -> None:
    frames: list[Frame] = []
    expected: list[tuple[Opcode, bytes]] = []
    for kind, body in messages:
        if kind == "pieces":  # with a ping between, as RFC 6455 allows
            half = len(body) // 2
            frames += [
                Frame(Opcode.TEXT, body[:half], fin=False),
                Frame(Opcode.PING, b"!"),
                Frame(Opcode.CONT, body[half:]),
            ]
            expected += [(Opcode.PING, b"!"), (Opcode.TEXT, body)]
        else:
            opcode = Opcode.PING if kind == "ping" else Opcode.TEXT
            frames.append(Frame(opcode, body))
            expected.append((opcode, body))
    stream = said(*frames)
    reader, found = Reader(MOST), []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        found += reader.feed(stream[:cut])
        stream = stream[cut:]
    assert [(frame.opcode, bytes(frame.data)) for frame in found] == expected
    assert reader.idle


@pytest.mark.parametrize(
    "frames",
    [
        [Frame(Opcode.TEXT, b"x" * (MOST + 1))],
        [Frame(Opcode.TEXT, b"x" * MOST, fin=False), Frame(Opcode.CONT, b"x")],
        [Frame(Opcode.TEXT, b"", fin=False), *[Frame(Opcode.CONT, b"", fin=False)] * MOST],
    ],
)
def test_too_much_is_refused_whole_or_in_pieces(frames: list[Frame]) -> None:
    with pytest.raises(PayloadTooBig):
        Reader(MOST).feed(said(*frames))


@pytest.mark.parametrize(
    "stream",
    [
        Frame(Opcode.TEXT, b"x").serialize(mask=False),
        said(Frame(Opcode.CONT, b"x")),
        said(Frame(Opcode.TEXT, b"x", fin=False), Frame(Opcode.TEXT, b"y")),
        b"\xc1" + said(Frame(Opcode.TEXT, b"x"))[1:],
    ],
    ids=["unmasked", "continued", "begun twice", "compressed"],
)
def test_what_is_against_the_protocol_is_refused(stream: bytes) -> None:
    with pytest.raises(ProtocolError):
        Reader(MOST).feed(stream)


def test_half_a_frame_is_kept() -> None:
    reader = Reader(MOST)
    assert reader.feed(said(Frame(Opcode.TEXT, b"hello"))[:3]) == []
    assert not reader.idle
