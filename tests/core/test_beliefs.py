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


def test_reports_arrive_within_a_slot_or_two_of_a_failure() -> None:
    arriving = BELIEFS.arriving()
    assert (arriving <= 1).all()
    assert (np.tril(arriving, -1) == 0).all()
    newest = arriving[8, 8:]
    # Forty minutes on average: whether it failed early or late in its hour, the next hour may bring most.
    assert newest[0] == pytest.approx(newest[1], abs=0.01)
    assert newest[0] == pytest.approx(0.95 * (1 - np.exp(-1.5)), abs=0.01)
    assert (np.diff(newest[1:6]) < 0).all()
    assert newest[-1] >= BELIEFS.late / BELIEFS.widths().sum()
    # A failure within a slot of a day has brought all its reports in that day, or in the hour after it.
    assert arriving[1, 1] == pytest.approx(0.95, abs=0.02)
    assert arriving[1, 2] == pytest.approx(0.95, abs=0.02)


def test_more_is_heard_as_time_passes() -> None:
    heard = BELIEFS.heard()
    assert len(heard) == BELIEFS.recent
    assert (np.diff(heard) > 0).all()
    assert heard[0] == pytest.approx(0.95 * (1 - np.exp(-0.75)), abs=0.01)
    assert 0.95 < heard[-1] < 1


def test_without_coarse_slots() -> None:
    beliefs = Beliefs(recent=3, coarse=())
    assert beliefs.widths().tolist() == [1, 1, 1, 1]
    assert beliefs.by_age().tolist() == [3, 2, 1, 0]
    assert beliefs.step == 1
