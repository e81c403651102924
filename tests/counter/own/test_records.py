from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stormops.counter.own.records import FILE, Records, Session


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / FILE)


def test_tries_are_counted_one_by_one_whoever_tries_at_once(records: Records) -> None:
    records.challenge(b"k", b"code", 1_000)
    with ThreadPoolExecutor(8) as pool:
        found = [one for one in pool.map(lambda _: records.attempt(b"k", 5, 1), range(40)) if one is not None]
    assert sorted(one.tries for one in found) == [1, 2, 3, 4, 5]
    assert records.attempt(b"k", 9, 1_000) is None  # over


def test_a_right_code_is_answered_once(records: Records) -> None:
    records.challenge(b"k", b"code", 1_000)
    records.address(b"k", "a1", "ada")
    found = records.attempt(b"k", 5, 1)
    assert found is not None
    assert (found.account, found.party) == ("a1", "ada")
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: records.answered(b"k"), range(8))) == 1


def test_what_is_over_is_forgotten_and_outlives_the_process_before(records: Records, tmp_path: Path) -> None:
    records.open(b"s", Session("ada", "a1", b"r", "c", 5, 5))
    records.note(b"who", 10, 100)
    records.close()
    again = Records(tmp_path / FILE)
    assert again.asked(b"who", 0) == [10]
    found = again.session(b"s")
    assert found is not None
    again.choose(b"s", "a2")
    again.seen(b"s", 50)
    assert again.session(b"s") == found._replace(account="a2", seen_ms=50)
    again.note(b"who", 10 + 86_400_001, 100)
    assert again.asked(b"who", 0) == [10 + 86_400_001]
    assert again.session(b"s") is None
    again.end(b"s")
    again.close()
    with pytest.raises(sqlite3.Error):
        again.session(b"s")
