"""What customers use, month by month: electricity by the heat, water by the garden, gas by the cold."""

from __future__ import annotations

from random import Random

MONTHS = {
    "electric": (1.05, 0.95, 0.85, 0.85, 1.0, 1.2, 1.35, 1.35, 1.2, 0.95, 0.85, 0.95),
    "water": (0.8, 0.8, 0.9, 1.1, 1.25, 1.2, 1.1, 1.1, 1.0, 1.0, 0.9, 0.85),
    "gas": (1.9, 1.7, 1.2, 0.7, 0.5, 0.4, 0.4, 0.4, 0.4, 0.6, 1.1, 1.7),
}
"""Share of an ordinary month, January first."""
ORDINARY = {"electric": 950.0, "water": 5.5, "gas": 18.0}
"""Units a month of an ordinary house: kWh, thousand gallons, CCF."""
SPREAD = 0.15


class Meter:
    """One meter's register as it goes on."""

    def __init__(self, utility: str, size: float, chance: Random) -> None:
        self._usual, self._months, self._chance = ORDINARY[utility] * size, MONTHS[utility], chance
        self.register = chance.randrange(0, 50_000)

    def month(self, number: int) -> int:
        """The register after another month (1 = January)."""
        used = self._usual * self._months[number - 1] * (1 + self._chance.gauss(0, SPREAD))
        self.register += max(0, round(used))
        return self.register
