from __future__ import annotations

from random import Random

from geo.use import MONTHS, Meter


def used(utility: str, month: int) -> float:
    """The mean of many houses' month."""
    total = 0
    for seed in range(200):
        meter = Meter(utility, 1.0, Random(seed))
        before = meter.register
        total += meter.month(month) - before
    return total / 200


def test_use_follows_the_year_and_a_register_never_falls() -> None:
    assert used("electric", 8) > 1.3 * used("electric", 3) > 0
    assert used("gas", 1) > 3 * used("gas", 7)
    assert all(len(year) == 12 for year in MONTHS.values())
    meter = Meter("water", 0.01, Random(3))
    registers = [meter.register, *(meter.month(1) for _ in range(50))]
    assert registers == sorted(registers)
