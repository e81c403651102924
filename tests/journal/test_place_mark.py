from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.journal.place_mark import HOLDS_SECONDS, MARK_CHARACTERS_MAX, make_mark, read_mark

SECRET = b"0123456789abcdef"
NOW = 1_790_000_000_000


@pytest.mark.parametrize("premise", ["P1", "a.b.c", "Ünter 7"])
def test_a_mark_names_its_premise_for_a_while(premise: str) -> None:
    mark = make_mark(SECRET, premise, NOW)
    assert read_mark(SECRET, mark, NOW) == premise
    assert read_mark(SECRET, mark, NOW + (HOLDS_SECONDS - 1) * 1000) == premise
    assert read_mark(SECRET, mark, NOW + HOLDS_SECONDS * 1000) == ""
    assert read_mark(b"another secret..", mark, NOW) == ""


@given(st.text(max_size=2 * MARK_CHARACTERS_MAX))
def test_what_was_not_made_so_is_nothing(text: str) -> None:
    assert read_mark(SECRET, text, NOW) == ""


def test_neither_place_nor_time_can_be_exchanged() -> None:
    made, until, premise = make_mark(SECRET, "P1", NOW).split(".")
    assert read_mark(SECRET, f"{made}.{until}.P2", NOW) == ""
    assert read_mark(SECRET, f"{made}.{int(until) + 9}.{premise}", NOW) == ""
