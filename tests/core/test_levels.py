"""The ladder's order, the order of levels, and rows that say too little or too much."""

from itertools import pairwise

import pytest

from stormops.core.levels import Criticality, Level, Mode, row


def test_modes_are_ordered_by_harshness_not_by_spelling() -> None:
    assert list(Mode) == ["normal", "watch", "storm", "surge", "island"]
    for milder, harsher in pairwise(Mode):
        assert milder < harsher
        assert harsher > milder
        assert milder <= harsher
        assert not milder >= harsher
    assert max(Mode) is Mode.ISLAND
    assert Mode.STORM <= Mode.STORM <= "storm"


def test_levels_are_ordered_from_whole_to_not_at_all() -> None:
    assert [level.rank for level in Level] == list(range(7))


def test_the_last_word_of_a_row_holds_for_the_harsher_modes() -> None:
    function = row("x", "X", Criticality.P3, "full full queue", "Because.")
    assert function.levels == (Level.FULL, Level.FULL, Level.QUEUE, Level.QUEUE, Level.QUEUE)


@pytest.mark.parametrize("levels", ["", "full " * 6, "full best"])
def test_a_row_with_other_words_is_refused(levels: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)level"):
        row("x", "X", Criticality.P3, levels, "Because.")
