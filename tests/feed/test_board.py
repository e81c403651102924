"""The board: what it shows is the view at its position; words are recalled from the journal."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from stormops.core.area import areas
from stormops.core.mode import Level, Mode, level_of
from stormops.core.situation import Situation
from stormops.core.summary import ModeState
from stormops.core.view_desk import DeskView
from stormops.core.view_public import PublicView
from stormops.feed import board as module
from stormops.feed import scene
from stormops.feed.board import Board, restore
from stormops.feed.channel import Channel
from stormops.feed.hub import Hub
from stormops.feed.room import Room
from stormops.feed.selection import place_of_areas, place_on_desk
from stormops.feed.views import Views
from stormops.journal.port import Beat, JournalUnavailable
from stormops.telemetry import Log, Metrics
from tests.core.storm_day import StormDay, small_city


async def nobody(_: object) -> None:
    return None


def board_of(day: StormDay) -> tuple[Board, Hub]:
    hub = Hub(
        {"desk": Views("life", place_on_desk), "public": Views("life", place_of_areas({}))},
        now_ms=lambda: 1,
        authenticate=nobody,
        origins=[],
        room=Room(1000),
        log=Log("feed", "error"),
        metrics=Metrics(),
    )
    return Board(Situation(day.city, day.tree), day.journal, hub, areas(day.city, 20)), hub


def held(channel: Channel) -> Any:
    return msgspec.json.decode(channel.view())


async def test_what_is_shown_is_the_view_at_its_position(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene, "RECALL_MAX", 3)
    day = StormDay(4, *small_city())
    board, hub = board_of(day)
    for _ in range(12):
        board.take(day.step())
        for audience in ("desk", "public"):
            show = board.publish(audience)
            assert show is not None
            show()
            assert board.publish(audience) is None
            assert hub.channels[audience].n == day.journal.last()
    facts = [entry.fact for entry in day.journal.read(0, 100_000)]
    desk = DeskView(day.city, day.tree, lambda position: facts[position - 1]).snapshot(day.situation)
    public = PublicView(day.city, areas(day.city, 20)).snapshot(day.situation)
    assert held(hub.channels["desk"]) == msgspec.json.decode(msgspec.json.encode(desk))
    assert held(hub.channels["public"]) == msgspec.json.decode(msgspec.json.encode(public))
    assert len(board._recent) == 3


def test_a_quiet_picture_is_as_new_as_the_leaders_word_and_a_picture_behind_is_not() -> None:
    day = StormDay(4, *small_city())
    board, hub = board_of(day)
    board.take(day.step())
    desk, public = hub.channels["desk"], hub.channels["public"]
    show = board.publish("desk")
    assert show is not None
    show()
    n, at_ms = day.situation.position, day.situation.at_ms
    assert board.heard(Beat(n + 1, at_ms + 9_000, "normal", 0)) is None, "the leader knows more than is shown"
    assert board.heard(Beat(n - 1, at_ms + 9_000, "normal", 0)) is None, "that word is of an earlier position"
    assert board.heard(Beat(n, at_ms - 1, "normal", 0)) is None
    assert board.at_ms == desk.at_ms == at_ms
    show = board.heard(Beat(n, at_ms + 2_000, "normal", 0))
    assert show is not None
    show()
    assert (board.at_ms, desk.at_ms, desk.n) == (at_ms + 2_000, at_ms + 2_000, n)
    assert public.at_ms == 0, "nothing was shown there yet"
    assert msgspec.json.decode(desk.heartbeat(7))["at_ms"] == at_ms + 2_000


def test_an_entry_that_is_not_there_is_a_journal_that_is_away() -> None:
    day = StormDay(4, *small_city())
    board, _ = board_of(day)
    with pytest.raises(JournalUnavailable):
        board.recall(1)


class OneSnapshot:
    """A store with one snapshot in it."""

    def __init__(self, position: int, body: bytes) -> None:
        self.kept = position, body

    def save(self, position: int, schema: str, body: bytes) -> None:
        raise AssertionError((position, schema, len(body)))

    def newest(self, schema: str, at_most: int | None = None) -> tuple[int, bytes] | None:
        assert schema
        return self.kept if at_most is None or self.kept[0] <= at_most else None


def test_it_begins_from_the_newest_snapshot_and_from_nothing_when_that_is_damaged() -> None:
    day = StormDay(4, *small_city())
    for _ in range(8):
        day.step()
    whole, log = day.situation.snapshot(), Log("feed", "error")
    at = day.situation.position
    begun = restore(day.city, day.tree, OneSnapshot(at, whole), day.journal, log)
    assert begun.digest() == day.situation.digest()
    for damaged in (whole[: len(whole) // 2], b"", b"\xc1"):
        fresh = restore(day.city, day.tree, OneSnapshot(at, damaged), day.journal, log)
        assert fresh.position == 0
        assert not fresh.incidents
    ahead = restore(day.city, day.tree, OneSnapshot(at + 1, whole), day.journal, log)
    assert ahead.position == 0


@pytest.mark.parametrize("mode", Mode)
def test_the_public_is_shown_more_rarely_where_the_table_says_lean(mode: Mode) -> None:
    day = StormDay(4, *small_city())
    board, _ = board_of(day)
    board.situation.mode = ModeState(mode=mode)
    assert board.stretch("desk") == 1
    assert board.stretch("public") == (1 if level_of("public_live", mode) is Level.FULL else module.LEAN_STRETCH)
