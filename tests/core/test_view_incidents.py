from __future__ import annotations

import numpy as np
import pytest

from stormops.core import view_incidents
from stormops.core.area import areas
from stormops.core.incident import State
from stormops.core.view_incidents import PublicIncident, public_incidents
from tests.feed.publish.trees import storm_day

K = 20


def test_cells_are_of_k_or_more_in_steps_of_k_and_never_above_the_truth() -> None:
    day = storm_day()
    parted = areas(day.city, K)
    seen = 0
    for _ in range(12):
        day.step(reports=20)
        incidents = day.situation.incidents
        for one in public_incidents(day.situation, parted, K):
            of = parted.area_of_premise[day.situation.coverage.owned(incidents[one.key])]
            for cell in one.cells:
                truth = int(np.count_nonzero(of == cell.area))
                assert K <= cell.least <= truth < cell.least + K
                assert cell.least % K == 0
                seen += 1
            assert one.least == sum(cell.least for cell in one.cells)
            if not one.cells:
                assert one.state == State.RESTORED
                assert incidents[one.key].customers_out_max >= K
    assert seen > 5


def test_incidents_of_a_few_are_not_there() -> None:
    day = storm_day()
    parted = areas(day.city, K)
    for _ in range(6):
        day.step(reports=20)
    shown = {one.key for one in public_incidents(day.situation, parted, K)}
    small = [key for key, incident in day.situation.incidents.items() if 0 < incident.customers_out_max < K]
    assert small
    assert shown
    assert not shown & set(small)


def test_they_are_bounded_and_the_largest_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    day = storm_day()
    parted = areas(day.city, K)
    all_of_them = list[PublicIncident]()
    while len(all_of_them) <= 2:
        day.step(reports=20)
        all_of_them = public_incidents(day.situation, parted, K)
    assert all_of_them == sorted(all_of_them, key=lambda one: (-one.least, one.key))
    monkeypatch.setattr(view_incidents, "LISTED_MAX", 2)
    assert public_incidents(day.situation, parted, K) == all_of_them[:2]
