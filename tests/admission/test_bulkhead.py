from __future__ import annotations

from stormops.admission.bulkhead import SIZES, Bulkhead
from stormops.core.mode import FUNCTIONS


def test_every_slow_part_is_a_function_and_bounded() -> None:
    assert set(SIZES) <= set(FUNCTIONS)
    assert all(0 < size < waiting for size, waiting in SIZES.values())


def test_full_and_closed() -> None:
    one: Bulkhead[int] = Bulkhead(1, 1)
    assert not one.full
    one.used = 1
    assert one.full
    assert not one.closed
    one.waiting = 1
    assert one.closed
