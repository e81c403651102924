"""Recorded conversations with the feed, for the browser client's tests (invariant 3 in the browser).

`python -m tests.feed.transcripts` writes them to `dashboards/tests/transcripts/`; with an audience, a number of changes
and a file, one long one there, a message a line, at its end what the client must hold. They come out of the
real situation, views, channel and session; the entries are drawn (`tests.core.any_facts`) over a drawn
city, so that they change only when what goes over the wire changes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from stormops.core.area import areas
from stormops.core.entry import AnyFact
from stormops.core.network import trace
from stormops.core.situation import Situation
from stormops.core.view_desk import DeskView
from stormops.core.view_public import PublicView
from stormops.feed.channel import Channel, encode
from stormops.feed.session import Send, Session
from tests.core.any_facts import AnyFacts
from tests.core.radial import radial_city

FOLDER = Path(__file__).parents[2] / "dashboards" / "tests" / "transcripts"
HELLO = '{"type":"hello","resume":null}'


def picture(audience: str, seed: int) -> Iterator[tuple[Channel, Situation]]:
    """A channel that moves by a few entries at every step."""
    city = radial_city(feeders=2, laterals=2, transformers=3, houses=5)
    tree = trace(city.network, city.premises)
    source = AnyFacts(seed, city)
    journal: list[AnyFact] = []
    situation = Situation(city, tree)
    view: DeskView | PublicView = PublicView(city, areas(city, 10), "850-555-0100")
    if audience == "desk":
        view = DeskView(city, tree, lambda position: journal[position - 1])
    channel = Channel("recorded")
    channel.start(0, 0, encode(view.snapshot(situation)))
    while True:
        page = list(source.entries(source.rng.randint(1, 12), situation.position))
        journal += [entry.fact for entry in page]
        put, unset = view.changes(situation, situation.apply(page))
        server_ms = situation.at_ms + 400
        channel.publish(situation.position, situation.at_ms, server_ms=server_ms, put=encode(put), unset=unset)
        yield channel, situation


class Client:
    """A client that keeps every message it was sent."""

    def __init__(self, channel: Channel) -> None:
        self.messages: list[Any] = []
        self.epoch = channel.epoch
        self.session = Session(channel, 0)
        self.session.receive(HELLO)

    def come_back(self, channel: Channel) -> None:
        """A new socket, resuming where the old one stopped."""
        resume = {"epoch": self.epoch, "n": self.session.n}
        self.session = Session(channel, 0)
        self.session.receive(json.dumps({"type": "hello", "resume": resume}))

    def forget(self) -> None:
        """Keep none of the messages so far."""
        self.messages.clear()

    def drain(self, server_ms: int, now: float = 0.0) -> None:
        """Take everything there is."""
        while isinstance(step := self.session.next(now, server_ms), Send):
            self.messages.append(json.loads(b"".join(step.parts)))


def record(audience: str, seed: int, *, steps: int, deaf: range = range(0), returns: int = -1) -> dict[str, Any]:
    """One conversation. The client takes nothing during `deaf` steps, and comes back at step `returns`."""
    client: Client | None = None
    for number, (channel, situation) in enumerate(islice(picture(audience, seed), steps)):
        client = client or Client(channel)
        if number == returns:
            client.come_back(channel)
        if number not in deaf:
            client.drain(situation.at_ms + 500)
    assert client is not None
    client.drain(situation.at_ms + 5000, now=100.0)
    return {"messages": client.messages, "expected": json.loads(channel.view())}


def transcripts() -> dict[str, dict[str, Any]]:
    """All of them, by file name."""
    return {
        "desk.json": record("desk", 1, steps=40),
        "public.json": record("public", 2, steps=60),
        "desk-slow.json": record("desk", 3, steps=60, deaf=range(10, 50)),
        "desk-returning.json": record("desk", 4, steps=40, deaf=range(20, 26), returns=26),
    }


def text_of(transcript: dict[str, Any]) -> str:
    """As it is in its file."""
    return json.dumps(transcript, ensure_ascii=False, separators=(",", ":")) + "\n"


def write() -> None:
    """Bring the files up to date."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, transcript in transcripts().items():
        (FOLDER / name).write_text(text_of(transcript), encoding="utf-8")


def write_long(audience: str, changes: int, place: Path) -> None:
    """One client through so many changes, now and then deaf for a while, now and then gone and back."""
    client: Client | None = None
    seen = 0
    with place.open("w", encoding="utf-8") as file:
        for step, (channel, situation) in enumerate(picture(audience, 6)):
            client = client or Client(channel)
            if step % 500 == 250:
                client.come_back(channel)
            deaf = step % 50 < 3 or step % 5000 in range(3000, 3600)
            if not deaf or client.session.n is None:
                client.drain(situation.at_ms + 500, now=step * 10.0)
            for message in client.messages:
                seen += message["type"] == "changes"
                file.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")) + "\n")
            client.forget()
            if seen >= changes:
                break
        file.write('{"expected":' + channel.view().decode() + "}\n")


if __name__ == "__main__":
    if sys.argv[1:]:
        write_long(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
    else:
        write()
