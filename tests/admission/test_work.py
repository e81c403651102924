from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.admission.work import Estimate, SharedTime


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0.001, 10)), min_size=1, max_size=40))
def test_the_charges_of_all_add_up_to_the_time_in_which_anything_ran(stays: list[tuple[float, float]]) -> None:
    moments = sorted([(b, 1, i) for i, (b, _) in enumerate(stays)] + [(b + s, 0, i) for i, (b, s) in enumerate(stays)])
    shared, began, charged, busy, last = SharedTime(), {}, 0.0, 0.0, 0.0
    for at, comes, who in moments:
        busy += (at - last) * bool(shared.running)
        last = at
        if comes:
            began[who] = shared.enter(at)
        else:
            charged += shared.leave(at) - began[who]
    assert charged == pytest.approx(busy, abs=1e-6)


def test_an_estimate_follows_what_is_measured() -> None:
    estimate = Estimate()
    for _ in range(120):
        estimate.add(0.02)
    assert estimate.work_s == pytest.approx(0.02, rel=0.02)


def test_time_in_which_others_are_refused_is_nobodys_work() -> None:
    shared = SharedTime()
    first = shared.enter(1.0)
    for refusal in range(1000):  # each is written .8 ms after it was looked at, and read in the .2 ms before
        shared.refused(2.0 + refusal / 1000 + 0.0002, 2.0 + (refusal + 1) / 1000)
    second = shared.enter(4.0)
    assert shared.leave(5.0) - first == pytest.approx(1.0002 + 1.0 + 0.5)
    shared.refused(5.5, 5.75)  # somebody left since: of what passed before it was looked at nothing is known
    assert shared.leave(6.0) - second == pytest.approx(0.5 + 0.75)
    shared.refused(7.0, 8.0)
    began = shared.enter(9.0)
    assert shared.leave(10.0) - began == pytest.approx(1.0)
