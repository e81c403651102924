"""The protocol, exhaustively: every path through hello, snapshot, changes, heartbeat, resume and lag."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from stormops.feed import channel as channel_module
from stormops.feed import session as module
from stormops.feed.channel import Channel
from stormops.feed.session import (
    AHEAD_SECONDS_MAX,
    BAD_HELLO,
    HEARTBEAT_SECONDS,
    HELLO_SECONDS_MAX,
    MESSAGE_BYTES_MAX,
    TOO_LARGE,
    Close,
    Send,
    Session,
    Wait,
)
from tests.feed.channels import begin, publish

HELLO = '{"type":"hello","resume":null}'


def channel_at(n: int = 5) -> Channel:
    channel = Channel("life")
    begin(channel, n, n * 10, {"totals": {"n": n}})
    return channel


def said(step: object) -> dict[str, Any]:
    assert isinstance(step, Send)
    message: dict[str, Any] = msgspec.json.decode(b"".join(step.parts))
    return message


def resume(epoch: str, n: int) -> str:
    return msgspec.json.encode({"type": "hello", "resume": {"epoch": epoch, "n": n}}).decode()


def test_a_new_client_gets_a_snapshot_then_only_changes() -> None:
    channel = channel_at()
    session = Session(channel, 0)
    assert session.next(0, 1) == Wait(HELLO_SECONDS_MAX)
    session.receive(HELLO)
    assert said(session.next(1, 77)) == {
        "type": "snapshot",
        "n": 5,
        "epoch": "life",
        "at_ms": 50,
        "server_ms": 77,
        "view": {"totals": {"n": 5}},
    }
    assert session.next(1, 1) == Wait(HEARTBEAT_SECONDS)
    publish(channel, 6, {"totals": {"n": 6}})
    publish(channel, 9, {"x": 1}, ["totals"])
    first, second = said(session.next(2, 1)), said(session.next(2, 1))
    assert (first["from"], first["n"], second["from"], second["n"]) == (5, 6, 6, 9)
    assert second["set"] == {"x": 1}
    assert second["unset"] == ["totals"]
    assert session.next(2, 1) == Wait(HEARTBEAT_SECONDS)


def test_bytes_are_as_good_as_text() -> None:
    session = Session(channel_at(), 0)
    session.receive(HELLO.encode())
    assert said(session.next(0, 1))["type"] == "snapshot"


def test_silence_is_broken_by_a_heartbeat() -> None:
    session = Session(channel_at(), 0)
    session.receive(HELLO)
    session.next(10, 1)
    assert session.next(12, 1) == Wait(HEARTBEAT_SECONDS - 2)
    assert said(session.next(10 + HEARTBEAT_SECONDS, 88)) == {"type": "heartbeat", "n": 5, "at_ms": 50, "server_ms": 88}
    assert session.next(10 + HEARTBEAT_SECONDS, 1) == Wait(HEARTBEAT_SECONDS)


def test_who_never_says_hello_is_closed() -> None:
    session = Session(channel_at(), 100)
    assert session.next(100 + HELLO_SECONDS_MAX - 1, 1) == Wait(1.0)
    step = session.next(100 + HELLO_SECONDS_MAX, 1)
    assert isinstance(step, Close)
    assert step.code == BAD_HELLO


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        "hello",
        '{"type":"goodbye"}',
        '{"type":"hello","resume":{"epoch":"life"}}',
        '{"type":"hello","resume":{"epoch":"life","n":"5"}}',
        '{"type":"hello","more":1}',
        '{"type":"hello","resume":5}',
        b"\xff\xfe",
        "\ud800",
    ],
)
def test_a_wrong_hello_is_refused(text: str | bytes) -> None:
    session = Session(channel_at(), 0)
    session.receive(text)
    step = session.next(0, 1)
    assert isinstance(step, Close)
    assert step.code == BAD_HELLO
    session.receive(HELLO)
    assert session.next(0, 1) == step


def test_a_message_too_large_is_refused() -> None:
    session = Session(channel_at(), 0)
    session.receive(HELLO + " " * MESSAGE_BYTES_MAX)
    step = session.next(0, 1)
    assert isinstance(step, Close)
    assert step.code == TOO_LARGE


def test_a_second_word_is_refused() -> None:
    session = Session(channel_at(), 0)
    session.receive(HELLO)
    session.receive(HELLO)
    step = session.next(0, 1)
    assert isinstance(step, Close)
    assert step.code == BAD_HELLO
    assert session.refusal == step


def test_a_returning_client_gets_what_it_missed() -> None:
    channel = channel_at()
    for n in (6, 7, 8):
        publish(channel, n, {"totals": {"n": n}})
    session = Session(channel, 0)
    session.receive(resume("life", 6))
    assert not session.needs_snapshot
    assert [said(session.next(0, 1))["n"] for _ in range(2)] == [7, 8]


def test_a_returning_client_that_missed_nothing_is_told_so_at_once() -> None:
    session = Session(channel_at(), 0)
    session.receive(resume("life", 5))
    assert said(session.next(0, 1))["type"] == "heartbeat"
    assert isinstance(session.next(0, 1), Wait)


@pytest.mark.parametrize(("epoch", "n"), [("other", 6), ("life", 4), ("life", -1), ("", 5), ("life", 7)])
def test_a_position_of_another_life_or_unknown_gets_a_snapshot(epoch: str, n: int) -> None:
    channel = channel_at()
    publish(channel, 6, {"totals": {"n": 6}})
    publish(channel, 8, {"totals": {"n": 8}})
    session = Session(channel, 0)
    session.receive(resume(epoch, n))
    assert session.needs_snapshot
    step = session.next(0, 1)
    assert isinstance(step, Send)
    assert step.kind == "snapshot", "it is not slow, it is new"
    assert session.n == 8


@pytest.mark.parametrize("n", [999, 10**30])
def test_a_client_ahead_is_waited_for_and_then_gets_a_snapshot(n: int) -> None:
    session = Session(channel_at(), 0)
    session.receive(resume("life", n))
    assert not session.needs_snapshot
    assert session.next(0.5, 1) == Wait(AHEAD_SECONDS_MAX - 0.5)
    assert said(session.next(AHEAD_SECONDS_MAX, 1))["type"] == "snapshot"


def test_a_client_ahead_goes_on_when_we_come_to_its_position() -> None:
    """It was told position 7 by another process of the same journal."""
    channel = channel_at()
    session = Session(channel, 0)
    session.receive(resume("life", 7))
    assert isinstance(session.next(0, 1), Wait)
    publish(channel, 7, {"totals": {"n": 7}})
    assert said(session.next(0.1, 1))["type"] == "heartbeat"
    publish(channel, 9, {"totals": {"n": 9}})
    assert said(session.next(0.2, 1))["from"] == 7


def test_a_client_ahead_gets_a_snapshot_when_we_pass_its_position() -> None:
    channel = channel_at()
    session = Session(channel, 0)
    session.receive(resume("life", 7))
    publish(channel, 8, {"totals": {"n": 8}})
    step = session.next(0.1, 1)
    assert isinstance(step, Send)
    assert step.kind == "snapshot"


def test_a_fork_is_at_the_same_position() -> None:
    channel = channel_at()
    session = Session(channel, 0)
    session.receive(HELLO)
    session.next(0, 1)
    other = session.fork()
    assert other.level
    publish(channel, 6, {"totals": {"n": 6}})
    assert not other.level
    assert said(other.next(1, 1)) == said(session.next(1, 1))


def test_positions_between_changes_are_unknown() -> None:
    channel = channel_at()
    publish(channel, 8, {"totals": {"n": 8}})
    session = Session(channel, 0)
    session.receive(resume("life", 7))
    assert said(session.next(0, 1))["type"] == "snapshot"


def test_before_the_first_picture_a_client_waits() -> None:
    channel = Channel("life")
    session = Session(channel, 0)
    session.receive(resume("life", 0))
    assert not session.needs_snapshot
    assert isinstance(session.next(0, 1), Wait)
    begin(channel, 1, 10, {"a": 1})
    assert said(session.next(0, 1))["type"] == "snapshot"


def test_a_client_too_far_behind_is_resynchronised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLIENT_BUFFER_BYTES_MAX", 2_000)
    monkeypatch.setattr(module, "SNAPSHOT_BYTES_LEAST", 0)
    channel = channel_at()
    begin(channel, 5, 50, {"big": "x" * 5000})
    session = Session(channel, 0)
    session.receive(HELLO)
    session.next(0, 1)
    for n in range(6, 26):
        publish(channel, n, {"a": "y" * 200 + str(n)})
    assert session.needs_snapshot
    step = session.next(0, 1)
    assert isinstance(step, Send)
    assert step.kind == "resync"
    assert said(step)["n"] == 25
    assert isinstance(session.next(0, 1), Wait)


def test_a_small_picture_is_sent_whole_rather_than_many_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SNAPSHOT_BYTES_LEAST", 500)
    channel = channel_at()
    session = Session(channel, 0)
    session.receive(HELLO)
    session.next(0, 1)
    for n in range(6, 26):
        publish(channel, n, {"totals": {"n": n}})
    step = session.next(0, 1)
    assert isinstance(step, Send)
    assert step.kind == "resync"


class Clients(RuleBasedStateMachine):
    """Any interleaving of publishing, sending, dropping and resuming leaves every client with the picture."""

    def __init__(self) -> None:
        super().__init__()
        self._most = channel_module.RING_CHANGES_MAX
        self._least = module.SNAPSHOT_BYTES_LEAST
        channel_module.RING_CHANGES_MAX = 3
        module.SNAPSHOT_BYTES_LEAST = 150
        self.channel = Channel("life")
        self.truth: dict[str, Any] = {}
        self.n = 0
        self.now = 0.0
        self.sessions: list[Session] = []
        self.views: list[dict[str, Any]] = []
        self.history: list[list[int]] = []

    def teardown(self) -> None:
        channel_module.RING_CHANGES_MAX = self._most
        module.SNAPSHOT_BYTES_LEAST = self._least

    @rule()
    def begin(self) -> None:
        if not self.channel.ready:
            begin(self.channel, self.n, self.n, self.truth)

    @rule(key=st.sampled_from("abc"), value=st.integers(0, 9), unset=st.booleans())
    def publish(self, key: str, value: int, unset: bool) -> None:
        self.n += 1
        if unset:
            self.truth.pop(key, None)
        else:
            self.truth[key] = value
        if self.channel.ready:
            put = {} if unset else {key: value}
            publish(self.channel, self.n, put, [key] if unset else [])

    @precondition(lambda self: len(self.sessions) < 4)
    @rule()
    def join(self) -> None:
        session = Session(self.channel, self.now)
        session.receive(HELLO)
        self.sessions.append(session)
        self.views.append({})
        self.history.append([])

    @precondition(lambda self: self.sessions)
    @rule(which=st.integers(0, 3))
    def drop_and_return(self, which: int) -> None:
        which %= len(self.sessions)
        n = self.sessions[which].n
        session = Session(self.channel, self.now)
        session.receive(HELLO if n is None else resume("life", n))
        self.sessions[which] = session

    @precondition(lambda self: self.sessions)
    @rule(which=st.integers(0, 3), seconds=st.sampled_from([0.0, 1.0, 6.0]))
    def step(self, which: int, seconds: float) -> None:
        which %= len(self.sessions)
        self.now += seconds
        step = self.sessions[which].next(self.now, 0)
        assert not isinstance(step, Close)
        if isinstance(step, Send):
            self.take(which, said(step))

    def take(self, which: int, message: dict[str, Any]) -> None:
        if message["type"] == "snapshot":
            self.views[which] = message["view"]
        elif message["type"] == "changes":
            assert message["from"] == self.history[which][-1]
            self.views[which] |= message["set"]
            for key in message["unset"]:
                del self.views[which][key]
        else:
            assert message["n"] == self.history[which][-1]
        self.history[which].append(message["n"])

    @invariant()
    def positions_never_go_back(self) -> None:
        assert all(a <= b for history in self.history for a, b in pairwise(history))

    @invariant()
    def drained_clients_see_the_picture(self) -> None:
        for session, view in zip(self.sessions, self.views, strict=True):
            if self.channel.ready and session.n == self.channel.n:
                assert view == self.truth


Clients.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestClients = Clients.TestCase
