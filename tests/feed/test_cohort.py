"""Cohorts: one session for many, bounded, and whoever is full leaves at its own position."""

from __future__ import annotations

from typing import Any, cast

from stormops.feed import cohort as module
from stormops.feed.channel import Channel
from stormops.feed.client import Client
from stormops.feed.cohort import Cohort
from stormops.feed.session import Session
from tests.feed.channels import begin, publish


def level(channel: Channel) -> Session:
    session = Session(channel, 0)
    session.receive('{"type":"hello"}')
    session.next(0, 1)
    assert session.level
    return session


class Taker:
    """Takes so many frames, then is full and leaves."""

    def __init__(self, cohort: Cohort, room: int) -> None:
        self.cohort, self.room, self.got = cohort, room, 0
        cohort.clients.add(cast("Client", self))

    def put(self, frame: bytes) -> None:
        self.got += len(frame)
        self.room -= 1
        if not self.room:
            self.cohort.clients.discard(cast("Client", self))


def test_it_takes_those_at_its_position_of_its_channel_up_to_its_bound(monkeypatch: Any) -> None:
    channel, other = Channel("life"), Channel("life")
    begin(channel, 5, 50, {"a": 1})
    begin(other, 5, 50, {"a": 1})
    cohort = Cohort(level(channel))
    assert cohort.takes(level(channel))
    assert not cohort.takes(level(other))
    publish(channel, 6, {"a": 2})
    assert not cohort.takes(level(channel))
    cohort.session.next(1, 1)
    assert cohort.takes(level(channel))
    monkeypatch.setattr(module, "COHORT_MAX", 1)
    Taker(cohort, 9)
    assert not cohort.takes(level(channel))


def test_everybody_gets_the_frame_and_who_is_full_leaves_meanwhile() -> None:
    channel = Channel("life")
    begin(channel, 5, 50, {})
    cohort = Cohort(level(channel))
    takers = [Taker(cohort, room) for room in (1, 2, 9)]
    for _ in range(3):
        cohort.write(b"12345")
    assert [taker.got for taker in takers] == [5, 10, 15]
    assert [id(client) for client in cohort.clients] == [id(takers[2])]
