"""Receipts that name another report: found by it, newest first, and little of each is kept."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from stormops.core.later_reports import Kind, Later, LaterReports

BYTES_MAX = 200
"""Of one report, with its entry in the index and its receipt, an integer of 32 bytes."""


def test_a_report_names_another_or_itself() -> None:
    later = LaterReports()
    later.add(12, 11, 7, Kind.SAID_AGAIN)
    assert (later.first(12), later.first(11), later.first(99)) == (11, 11, 99)
    assert 12 in later
    assert 11 not in later
    assert len(later) == 1


def test_those_that_name_a_report_come_newest_first() -> None:
    later = LaterReports()
    assert later.naming(11) == []
    for receipt, of, position, kind in (
        (12, 11, 7, Kind.SAID_AGAIN),
        (13, 11, 9, Kind.NOTED),
        (14, 15, 10, Kind.NOTED),
        (16, 11, 8, Kind.SENT_TWICE),
    ):
        later.add(receipt, of, position, kind)
    assert later.naming(11) == [Later(13, 9, Kind.NOTED), Later(16, 8, Kind.SENT_TWICE), Later(12, 7, Kind.SAID_AGAIN)]
    assert later.naming(12) == []


@given(st.dictionaries(st.integers(1, 10**14 - 1), st.tuples(st.integers(1, 9), st.sampled_from(Kind)), max_size=30))
def test_a_copy_knows_the_same_whatever_the_order(named: dict[int, tuple[int, Kind]]) -> None:
    one, other = LaterReports(), LaterReports()
    rows = [(receipt, of, position, kind) for position, (receipt, (of, kind)) in enumerate(named.items(), 1)]
    for row in rows:
        one.add(*row)
    for row in reversed(rows):
        other.add(*row)
    assert one.copy_columns() == other.copy_columns()
    again = LaterReports.from_columns(one.copy_columns())
    assert again.copy_columns() == one.copy_columns()
    assert all(again.naming(of) == one.naming(of) for of in range(10))
    assert [again.first(receipt) for receipt in named] == [of for of, _ in named.values()]


def test_a_hundred_thousand_cost_little() -> None:
    tracemalloc.start()
    later, first = LaterReports(), 10**13
    for n in range(100_000):
        later.add(first + 7 * n, first - n, 1000 + n, Kind.NOTED)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held / 100_000 <= BYTES_MAX
