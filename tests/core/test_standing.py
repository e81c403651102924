"""How houses stand to the transformers that the records hang them on."""

from __future__ import annotations

import numpy as np

from stormops.core.standing import NEARER, ODDS_MOST, Grounds, alike

EACH, ROW = 5, 12


def street(wrong: tuple[int, ...] = ()) -> tuple[Grounds, np.ndarray]:
    """A row of transformers 100 m apart, five houses around each; who is `wrong` is recorded two to the right."""
    bank = np.repeat(np.arange(ROW), EACH)
    x = bank * 100.0 + np.tile([-20.0, -10.0, 0.0, 10.0, 20.0], ROW)
    leaf = bank.astype(np.int32)
    leaf[list(wrong)] += 2
    return Grounds(x, np.zeros(len(x))), leaf


def test_who_stands_beside_the_own_transformer_is_likely_right_and_who_stands_among_others_wrong() -> None:
    ground, leaf = street(wrong=(12, 33))
    standing = ground.standing(leaf)
    assert standing.code[[12, 33]].tolist() == [2, 2]
    assert (np.delete(standing.code, [12, 33]) == 0).all()
    beside, one, two = standing.odds
    assert beside < 0.2
    assert one > 2, "nobody stands so, and it is believed of few"
    assert two > 5


def test_the_odds_are_the_shares_among_wrong_links_over_those_among_all() -> None:
    ground, leaf = street()
    shares = np.bincount(ground.standing(leaf).code, minlength=NEARER + 1) + 1
    odds = np.array(ground.standing(leaf).odds)
    assert odds[0] == 1 / ODDS_MOST, "a wrong link is never to the nearest: here all are right, and beside their own"
    assert np.isclose((odds * shares / shares.sum())[1:].sum(), 1)


def test_who_stands_nowhere_or_has_no_path_is_as_all_are() -> None:
    ground, leaf = street()
    leaf[7] = -1
    standing = ground.standing(leaf)
    assert standing.code[7] == NEARER + 1
    assert standing.odds[NEARER + 1] == 1.0
    nowhere = Grounds(np.full(len(leaf), np.nan), np.full(len(leaf), np.nan))
    found, expected = nowhere.standing(leaf), alike(len(leaf))
    assert found.odds == expected.odds
    assert (found.code == expected.code).all()


def test_the_same_is_told_again_until_others_are_on_the_network() -> None:
    ground, leaf = street()
    first = ground.standing(leaf)
    assert ground.standing(leaf.copy()) is first
    leaf[3] = 2
    assert ground.standing(leaf) is not first
    assert ground.standing(leaf).code[3] == 2
