from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stormops.counter.own.records import FILE, Challenge, Records
from stormops.counter.own.sign_in import (
    CODES_PER_DAY,
    CODES_PER_QUARTER,
    DAY_MS,
    QUARTER_MS,
    TRIES_MAX,
    Asked,
    SignIn,
    Slow,
    Wrong,
)


class Clocked:
    def __init__(self, folder: Path) -> None:
        self.now = 10**12
        self.sign_in = SignIn(Records(folder / FILE), bytes(32), lambda: self.now)

    def asked(self) -> Asked:
        found = self.sign_in.ask("192.0.2.1")
        assert isinstance(found, Asked)
        return found


@pytest.fixture
def clocked(tmp_path: Path) -> Iterator[Clocked]:
    made = Clocked(tmp_path)
    yield made
    made.sign_in.close()


def test_a_right_code_of_nobody_is_as_wrong_as_any(clocked: Clocked) -> None:
    asked = clocked.asked()
    assert clocked.sign_in.answer(asked.token, asked.code, "x") == Wrong(TRIES_MAX - 1)
    assert clocked.sign_in.addressed(asked.key, "a1", "ada")
    found = clocked.sign_in.answer(asked.token, asked.code, "x")
    assert isinstance(found, Challenge)
    assert (found.account, found.party) == ("a1", "ada")


def test_another_codes_token_does_not_do(clocked: Clocked) -> None:
    mine, theirs = clocked.asked(), clocked.asked()
    clocked.sign_in.addressed(mine.key, "a1", "ada")
    assert clocked.sign_in.answer(theirs.token, mine.code, "x") == Wrong(TRIES_MAX - 1)
    assert clocked.sign_in.answer("made up", mine.code, "x") == Wrong(0)


def test_a_day_has_its_most_codes_however_they_are_spread(clocked: Clocked) -> None:
    given = []
    for _ in range(30):
        given.append(sum(clocked.sign_in.addressed(clocked.asked().key, "a1", "ada") for _ in range(4)))
        clocked.now += QUARTER_MS
    assert max(given) == CODES_PER_QUARTER
    assert sum(given) == CODES_PER_DAY
    assert clocked.sign_in.addressed(clocked.asked().key, "a1", "bo")  # another party's own
    clocked.now += DAY_MS
    assert clocked.sign_in.addressed(clocked.asked().key, "a1", "ada")


def test_who_waits_as_long_as_they_are_told_goes_on(clocked: Clocked) -> None:
    assert clocked.sign_in.slow("x", "me", 2) is None
    clocked.now += 1_000
    assert clocked.sign_in.slow("x", "me", 2) is None
    slow = clocked.sign_in.slow("x", "me", 2)
    assert slow == Slow(QUARTER_MS // 1000 - 1)
    assert clocked.sign_in.slow("x", "you", 2) is None
    clocked.now += slow.seconds * 1_000
    assert clocked.sign_in.slow("x", "me", 2) is None
