"""Invariant 3 for every part of a view: whatever is selected, its changes lead to its later snapshot."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.feed import views as module
from stormops.feed.channel import Channel, encode
from stormops.feed.selection import Selection, place_on_desk
from stormops.feed.views import Views

KEYS = st.sampled_from(["totals", "incident/1", "incident/2", "report/1", "report/2", "safety/1", "unmatched/1"])
PLACES = st.sampled_from([None, -85.9, -85.65, -85.61, -85.2])
VALUES = st.tuples(PLACES, st.integers(0, 3)).map(lambda t: {"lon": t[0], "lat": 30.15 if t[0] else None, "x": t[1]})
STEPS = st.lists(st.tuples(st.dictionaries(KEYS, VALUES, max_size=4), st.sets(KEYS, max_size=2)), max_size=12)
SELECTIONS = [
    Selection(),
    Selection(keys=("incident/",)),
    Selection(bbox=(-85.7, 30.1, -85.6, 30.2)),
    Selection(keys=("report/", "unmatched/"), bbox=(-85.64, 30.1, -85.6, 30.2)),
]


def held(channel: Channel) -> dict[str, Any]:
    view: dict[str, Any] = msgspec.json.decode(channel.view())
    return view


def seen(truth: dict[str, Any], selection: Selection) -> dict[str, Any]:
    """What of a view is in a selection, worked out afresh."""
    return {k: v for k, v in truth.items() if selection.has(k, msgspec.json.encode(v), place_on_desk)}


def followed(channel: Channel, n: int, view: dict[str, Any]) -> dict[str, Any]:
    """What a client holds that was at `n` with this view and takes all changes since."""
    while change := channel.after(n):
        message = msgspec.json.decode(change.message)
        view = {k: v for k, v in (view | message["set"]).items() if k not in message["unset"]}
        n = message["n"]
    assert n == channel.n
    return view


@given(st.dictionaries(KEYS, VALUES), STEPS, st.integers(0, 12))
def test_snapshot_and_changes_give_the_later_snapshot_of_every_part(
    first: dict[str, Any], steps: list[Any], joins: int
) -> None:
    views, truth = Views("life", place_on_desk), dict(first)
    views.start(3, 30, encode(first))
    parts: dict[Selection, Channel] = {}
    clients: dict[Selection, tuple[int, dict[str, Any]]] = {}
    for number, (put, unset) in enumerate([*steps, ({}, set())], 4):
        if number - 4 == min(joins, len(steps)):  # some come when much has happened already
            parts = {selection: views.part(selection) for selection in SELECTIONS}
            clients = {selection: (parts[selection].n, held(parts[selection])) for selection in SELECTIONS}
        gone = unset - put.keys()
        truth = {key: value for key, value in (truth | put).items() if key not in gone}
        moved = views.publish(number, number * 10, server_ms=0, put=encode(put), unset=gone)
        assert all(channel.n == number for channel in moved)
    for selection, (n, view) in clients.items():
        channel = parts[selection]
        assert followed(channel, n, view) == held(channel) == seen(truth, selection.normal())


def test_nothing_selected_is_the_whole() -> None:
    views = Views("life", place_on_desk)
    assert views.part(Selection()) is views.whole


def test_who_looks_at_nearly_the_same_shares_a_channel_with_a_life_of_its_own() -> None:
    views = Views("life", place_on_desk)
    views.start(1, 10, {})
    one, other = (views.part(Selection(bbox=(-85.7, 30.1, edge, 30.2))) for edge in (-85.6014, -85.6011))
    assert one is other
    assert one.epoch.startswith("life.")
    assert one.epoch != views.part(Selection(keys=("report/",))).epoch


def test_a_part_made_before_the_first_picture_begins_with_it() -> None:
    views = Views("life", place_on_desk)
    part = views.part(Selection(keys=("report/",)))
    assert not part.ready
    assert views.start(5, 50, encode({"report/1": 1, "incident/1": 2})) == [views.whole, part]
    assert held(part) == {"report/1": 1}


def test_parts_nobody_watches_make_room_and_without_room_all_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PARTS_MAX", 2)
    views = Views("life", place_on_desk)
    first, second = (views.part(Selection(keys=(key,))) for key in ("a", "b"))
    views.watch(first, 1)
    views.watch(second, 1)
    assert views.part(Selection(keys=("c",))) is views.whole
    views.watch(second, -1)
    third = views.part(Selection(keys=("c",)))
    assert set(views.channels()) == {views.whole, first, third}
