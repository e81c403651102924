"""Candidates: the best few, always in the same order."""

from __future__ import annotations

from stormops.core.matching_answer import CANDIDATES, WORST, Possible, possible


def test_best_first_one_line_a_premise() -> None:
    found = [Possible(3, 500, ["b"]), Possible(2, 500, ["a"]), Possible(3, 100, ["c"])]
    assert possible(found) == [Possible(3, 100, ["c"]), Possible(2, 500, ["a"])]


def test_never_more_than_a_few_nor_worse_than_the_worst() -> None:
    found = possible([Possible(i, 20_000 - i, []) for i in range(20)])
    assert len(found) == CANDIDATES
    assert {one.penalty for one in found} == {WORST}
