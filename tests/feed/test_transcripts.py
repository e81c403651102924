"""The recorded conversations are current, replay to their end, and show every kind of message."""

from __future__ import annotations

from typing import Any

import pytest

from tests.feed.transcripts import FOLDER, text_of, transcripts

RECORDED = transcripts()


@pytest.mark.parametrize("name", RECORDED)
def test_the_file_is_what_the_feed_says_today(name: str) -> None:
    current = (FOLDER / name).read_text(encoding="utf-8")
    assert current == text_of(RECORDED[name]), "write it again: python -m tests.feed.transcripts"


@pytest.mark.parametrize("name", RECORDED)
def test_it_replays_to_the_expected_view(name: str) -> None:
    view: dict[str, Any] = {}
    n = -1
    for message in RECORDED[name]["messages"]:
        if message["type"] == "snapshot":
            view = dict(message["view"])
        elif message["type"] == "changes":
            assert message["from"] == n
            view |= message["set"]
            for key in message["unset"]:
                del view[key]
        n = message["n"]
    assert view == RECORDED[name]["expected"]


def test_between_them_they_show_every_kind_of_message_and_key() -> None:
    messages = [message for transcript in RECORDED.values() for message in transcript["messages"]]
    assert {message["type"] for message in messages} == {"snapshot", "changes", "heartbeat"}
    assert any(message.get("unset") for message in messages)
    keys = {key.partition("/")[0] for message in messages for key in (message.get("view") or message.get("set") or ())}
    kinds = {"city", "mode", "totals", "incident", "report", "unmatched", "safety", "refusal", "switch"}
    assert keys == kinds | {"messages", "area", "unheard"}
    slow = [message["type"] for message in RECORDED["desk-slow.json"]["messages"]]
    assert slow.count("snapshot") == 2
    returning = [message["type"] for message in RECORDED["desk-returning.json"]["messages"]]
    assert returning.count("snapshot") == 1
