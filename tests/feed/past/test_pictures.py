"""Pictures: a message leads from any of them to any other, and few are held."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.feed.past import pictures as module
from stormops.feed.past.pictures import Picture, Pictures, message

VALUES = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([b"1", b"2", b'{"x":null}']))


@given(before=VALUES, after=VALUES)
def test_a_message_leads_from_one_to_the_other(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    there, here = Picture(9, 900, before), Picture(4, 400, after)
    said: Any = msgspec.json.decode(message(there, here, 5, "past"))
    assert (said["type"], said["from"], said["n"], said["at_ms"], said["server_ms"]) == ("changes", 9, 4, 400, 5)
    view = {key: msgspec.json.decode(value) for key, value in before.items()} | said["set"]
    for key in said["unset"]:
        del view[key]
    assert view == {key: msgspec.json.decode(value) for key, value in after.items()}
    assert all(before.get(key) != after[key] for key in said["set"]), "what it has is not sent again"


def test_who_holds_nothing_is_sent_the_whole() -> None:
    said: Any = msgspec.json.decode(message(None, Picture(4, 400, {"a": b"[1]"}), 5, "past"))
    assert said == {"type": "snapshot", "n": 4, "epoch": "past", "at_ms": 400, "server_ms": 5, "view": {"a": [1]}}


def test_those_asked_for_longest_ago_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEYS_MAX", 5)
    held = Pictures()
    for n in (1, 2):
        held.keep(Picture(n, n, {"a": b"1", "b": b"2"}))
    assert held.get(1) is not None
    held.keep(Picture(3, 3, {"a": b"1", "b": b"2"}))
    assert [held.get(n) is not None for n in (1, 2, 3)] == [True, False, True]
    held.keep(Picture(3, 3, {"a": b"1"}))
    held.keep(Picture(4, 4, {"a": b"1", "b": b"2"}))
    assert held.get(1) is not None, "a picture kept again counts once"
    held.keep(Picture(5, 5, dict.fromkeys("abcdefgh", b"1")))
    assert held.get(5) is not None, "one that is larger than the bound is held all the same"
    assert held.get(4) is None
