"""Evidence that is kept is what would be worked out."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core import weighed
from stormops.core.hearing import NEIGHBOURS, Heard, Hearing, Rates
from stormops.core.onset import Onsets
from stormops.core.weighed import Weighed

ONSETS = Onsets.at(490_000 * 3_600_000)
TABLE = Hearing(ONSETS, Rates(), ONSETS.weights(43_200_000.0), np.zeros((1, 2)), odds=(0.1, 20.0))


class Counted(Weighed):
    """Counts the rows that are weighed."""

    rows = 0

    def _weigh(self, heard: Heard, new: dict[bytes, int]) -> None:
        self.rows += len(new)
        super()._weigh(heard, new)


def words(rng: np.random.Generator, count: int) -> Heard:
    report, off, on, answered = rng.integers(-1, 4, (4, count))
    area, stray, near_out = rng.integers(-1, 1, count), rng.integers(-1, 2, count), rng.integers(-1, 3, count)
    neighbours = np.sort(rng.integers(-1, 3, (count, NEIGHBOURS)), axis=1)[:, ::-1]
    return Heard(report, off, on, area, answered, stray, near_out, rng.integers(0, 2, count), neighbours)


@pytest.mark.parametrize(("most", "rows"), [(5, 1_024), (40, 1_024), (weighed.KINDS_MOST, weighed.ROWS_MOST), (40, 7)])
def test_what_is_kept_is_what_would_be_worked_out(monkeypatch: pytest.MonkeyPatch, most: int, rows: int) -> None:
    monkeypatch.setattr(weighed, "KINDS_MOST", most)
    monkeypatch.setattr(weighed, "ROWS_MOST", rows)
    monkeypatch.setattr(weighed, "ROOM", 2)
    rng = np.random.default_rng(1)
    kept = Weighed(TABLE)
    for count in (1, 3, 0, 7, 200, 30, 1):
        heard = words(rng, count)
        for _ in range(2):
            assert (kept.evidence(heard) == TABLE.evidence(heard)).all()


def test_the_same_words_are_weighed_once() -> None:
    heard = words(np.random.default_rng(2), 20)
    kept = Counted(TABLE)
    kept.evidence(heard)
    weighed_first = kept.rows
    assert 0 < weighed_first <= 20
    kept.evidence(heard.only(np.arange(19, -1, -1)))
    kept.evidence(heard.beside(heard))
    assert kept.rows == weighed_first
