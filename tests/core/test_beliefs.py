import numpy as np
import pytest

from stormops.core.beliefs import Beliefs

BELIEFS = Beliefs()


def test_slots_grow_coarser_with_age() -> None:
    widths = BELIEFS.widths()
    assert widths.tolist() == [24, 24, 6, 6, 6, 2, 2, 2, *[1] * 12]
    by_age = BELIEFS.by_age()
    assert by_age[:12].tolist() == list(range(19, 7, -1))
    assert by_age[12:18].tolist() == [7, 7, 6, 6, 5, 5]
    assert by_age[-1] == 0
    assert len(by_age) == widths[1:].sum() + 1


def test_all_reports_of_a_failure_come() -> None:
    arriving = BELIEFS.arriving()
    assert (arriving >= 0).all()
    assert (np.tril(arriving, -1) == 0).all()
    recent = arriving[8, 8:]
    assert (np.diff(recent[:5]) < 0).all()
    # Nothing is lost but what comes at any time after the window.
    assert 1 - BELIEFS.late <= arriving[1].sum() <= 1
    assert recent.sum() == pytest.approx(0.95 + 0.05 * 12 / 78, abs=0.01)


def test_without_coarse_slots() -> None:
    beliefs = Beliefs(recent=3, coarse=())
    assert beliefs.widths().tolist() == [1, 1, 1, 1]
    assert beliefs.by_age().tolist() == [3, 2, 1, 0]
    assert beliefs.step == 1
