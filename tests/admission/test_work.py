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
