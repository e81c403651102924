"""The channel: its ring is bounded, and whatever way a client goes through it, the picture is the same."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.feed import channel as module
from stormops.feed.channel import Channel, encode
from tests.feed.channels import begin, publish

KEYS = st.sampled_from(["totals", "incident/E-0001", 'report/"ü"', "area/1", "area/2"])
VALUES = st.one_of(
    st.integers(-5, 5), st.text('aü"\n', max_size=3), st.dictionaries(st.sampled_from("xy"), st.integers(0, 3))
)
STEPS = st.lists(st.tuples(st.dictionaries(KEYS, VALUES, max_size=3), st.sets(KEYS, max_size=2)), max_size=12)


def show(view: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    """What a client does with a message."""
    if message["type"] == "snapshot":
        return dict(message["view"])
    if message["type"] == "changes":
        view = view | message["set"]
        for key in message["unset"]:
            del view[key]
    return view


def snapshot_of(channel: Channel) -> dict[str, Any]:
    message: dict[str, Any] = msgspec.json.decode(b"".join(channel.snapshot(0)))
    return message


@given(st.dictionaries(KEYS, VALUES), STEPS)
def test_snapshot_and_changes_give_the_later_snapshot(first: dict[str, Any], steps: list[Any]) -> None:
    channel = Channel("life")
    begin(channel, 3, 30, first)
    truth = dict(first)
    pictures = {3: snapshot_of(channel)["view"]}
    for number, (put, unset) in enumerate(steps, 4):
        before = dict(truth)
        gone = unset - put.keys()
        truth |= put
        for key in gone & truth.keys():
            del truth[key]
        moved = publish(channel, number, put, gone)
        assert moved == (encode(truth) != encode(before))  # bytes: the keys of a value have an order
        if moved:
            pictures[number] = truth.copy()
        assert snapshot_of(channel)["view"] == truth
    for start, picture in pictures.items():
        view, n = dict(picture), start
        while change := channel.after(n):
            message = msgspec.json.decode(change.message)
            assert message["from"] == n
            view, n = show(view, message), message["n"]
        assert (view, n) == (truth, channel.n)


def test_values_already_shown_are_not_sent_again() -> None:
    channel = Channel("life")
    begin(channel, 1, 10, {"a": {"x": 1}, "b": 2})
    assert not publish(channel, 2, {"a": {"x": 1}}, ["c"])
    assert channel.n == 1
    assert publish(channel, 3, {"a": {"x": 2}, "b": 2}, server_ms=5)
    change = channel.after(1)
    assert change is not None
    assert msgspec.json.decode(change.message) == {
        "type": "changes",
        "from": 1,
        "n": 3,
        "at_ms": 30,
        "server_ms": 5,
        "set": {"a": {"x": 2}},
        "unset": [],
    }


def test_the_ring_holds_no_more_changes_than_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RING_CHANGES_MAX", 4)
    channel = Channel("life")
    begin(channel, 0, 0, {})
    for n in range(1, 11):
        publish(channel, n, {"a": n})
    assert channel.after(5) is None
    assert channel.after(6) is not None
    assert channel.after(10) is None


def test_the_ring_holds_no_more_bytes_than_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RING_BYTES_MAX", 10_000)
    channel = Channel("life")
    begin(channel, 0, 0, {})
    for n in range(1, 50):
        publish(channel, n, {"a": "x" * 1000 + str(n)})
    kept = [n for n in range(50) if channel.after(n)]
    assert kept == list(range(kept[0], 49))
    assert 0 < len(kept) < 10
    oldest = channel.after(kept[0])
    assert oldest is not None
    assert channel.pending_bytes(oldest) <= 10_000


def test_the_size_of_a_snapshot_is_known_before_it_is_made() -> None:
    channel = Channel("life")
    begin(channel, 0, 0, {"a": "x" * 100})
    publish(channel, 1, {"b": "y" * 500, "a": "z"})
    publish(channel, 2, {"c": 1}, ["a"])
    assert abs(channel.snapshot_bytes - len(channel.view())) <= 8


def test_one_key_is_read_without_the_rest() -> None:
    channel = Channel("life")
    assert channel.value("mode") is None
    begin(channel, 1, 10, {"mode": {"mode": "storm"}})
    assert channel.value("mode") == b'{"mode":"storm"}'
