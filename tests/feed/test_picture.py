"""The desk's picture: made once for all who ask, and handed out at once to who is known to be signed in."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import msgspec
import pytest

from stormops.feed import picture
from stormops.feed.channel import Channel, encode
from stormops.feed.picture import FRESH_SECONDS, GOOD_SECONDS, GZIP_BYTES_LEAST, DeskAtHand, SnapshotAnswer
from stormops.feed.web import WORKERS
from tests.feed.served import COOKIE, Feed, running, storm

TARGET = b"/api/v1/desk/snapshot"
ASKED = [(b"accept-encoding", b"gzip, br"), (b"cookie", f"{COOKIE}=good".encode())]


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_snapshot_is_the_same_compressed_or_not(feed: Feed, encoding: str) -> None:
    with feed.client(staff=True) as client:
        answer = client.get("/api/v1/desk/snapshot", headers={"Accept-Encoding": encoding})
    assert answer.headers.get("content-encoding", "identity") == encoding
    assert answer.json()["view"]["totals"]["reports"] == len(feed.day.receipts)


def test_a_snapshot_is_compressed_once_for_all_who_ask_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    held, made = threading.Event(), []

    def compress(body: bytes, level: int) -> bytes:
        made.append(len(body))
        assert held.wait(5)
        return gzip.compress(body, level)

    monkeypatch.setattr(picture, "gzip", SimpleNamespace(compress=compress))
    with running(storm(2)) as fresh, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(fresh.client(staff=True)) for _ in range(8)]
        pool = stack.enter_context(ThreadPoolExecutor(8))
        asked = [pool.submit(client.get, "/api/v1/desk/snapshot") for client in clients]
        while not made or fresh.connections() < 8:
            time.sleep(0.01)
        held.set()
        answers = [one.result() for one in asked]
    assert {answer.headers["content-encoding"] for answer in answers} == {"gzip"}
    assert len({answer.content for answer in answers}) == len({answer.headers["etag"] for answer in answers}) == 1
    assert len(made) == 1


async def test_what_fills_the_workers_does_not_hold_up_the_desks_picture() -> None:
    go = threading.Event()
    with running(storm(2)) as feed, feed.client(staff=True) as client:

        def fill() -> None:
            for _ in range(WORKERS + 2):
                feed.loop.run_in_executor(None, go.wait, 5)

        await feed.on_loop(fill)
        began = time.monotonic()
        answer = client.get("/api/v1/desk/snapshot")
        took = time.monotonic() - began
        go.set()
    assert answer.headers["content-encoding"] == "gzip"
    assert took < 4


def test_at_hand_is_the_answer_of_the_usual_way_and_for_staff_alone(feed: Feed) -> None:
    at_hand = feed.app.state.at_hand
    with feed.client(staff=True) as client:
        usual = client.get(TARGET.decode())
        given = at_hand(TARGET, ASKED)
    assert given is not None
    lines = dict(line.split(": ", 1) for line in given.lines.decode().strip().split("\r\n"))
    told = {name.lower(): value for name, value in lines.items()}
    assert gzip.decompress(given.body) == usual.content
    assert given.status == b"200 OK"
    assert told == {name: value for name, value in usual.headers.items() if name not in ("date", "server")}
    same = at_hand(TARGET, [*ASKED, (b"if-none-match", told["etag"].encode())])
    assert (same.status, same.body) == (b"304 Not Modified", b"")
    for strangers in ([], ASKED[:1], [ASKED[0], (b"cookie", f"{COOKIE}=ended".encode())], [ASKED[1]]):
        assert at_hand(TARGET, strangers) is None
    assert at_hand(b"/api/v1/desk/out", ASKED) is None


async def test_an_older_picture_is_handed_out_while_the_next_is_made_and_not_for_long() -> None:
    channel, now = Channel("e"), [100.0]
    snapshot = SnapshotAnswer(channel, "no-store", lambda: 0, lambda: now[0])
    desk = DeskAtHand(snapshot, lambda headers: SimpleNamespace() if headers else None, {})

    def position() -> int | None:
        given = desk.at_hand(TARGET, ASKED)
        return None if given is None else int(msgspec.json.decode(gzip.decompress(given.body))["n"])

    async def made() -> None:
        assert snapshot._making is not None
        await snapshot._making
        await asyncio.sleep(0)  # until it is kept

    channel.start(1, 10, encode({"note": "x" * GZIP_BYTES_LEAST}))
    assert position() is None  # the first is waited for, the usual way
    snapshot._made()
    await made()
    assert position() == 1
    channel.publish(2, 20, server_ms=0, put=encode({"more": 1}), unset=[])
    now[0] += FRESH_SECONDS / 2
    assert position() == 1  # and no other is begun yet
    now[0] += FRESH_SECONDS
    assert position() == 1
    await made()
    assert position() == 2
    channel.publish(3, 30, server_ms=0, put=encode({"more": 2}), unset=[])
    now[0] += GOOD_SECONDS
    assert position() is None  # too old to be shown to anybody
