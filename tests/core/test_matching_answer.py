"""Candidates: the best few, always in the same order."""

from __future__ import annotations

from stormops.core.matching_answer import CANDIDATES, WORST, Possible, possible
from stormops.core.sentence import say

A, B, C = say("as_said"), say("no_street"), say("block")


def test_best_first_one_line_a_premise() -> None:
    found = [Possible(3, 500, [B]), Possible(2, 500, [A]), Possible(3, 100, [C])]
    assert possible(found) == [Possible(3, 100, [C]), Possible(2, 500, [A])]


def test_never_more_than_a_few_nor_worse_than_the_worst() -> None:
    found = possible([Possible(i, 20_000 - i, []) for i in range(20)])
    assert len(found) == CANDIDATES
    assert {one.penalty for one in found} == {WORST}
