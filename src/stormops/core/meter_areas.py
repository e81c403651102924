"""Areas of the meter network: premises whose meters are heard, or not heard, together.

Packs do not name the collectors that meters speak through. A mesh or a radio cell that fails is deaf for a piece of
the ground, so the meters of one fixed partition of the city stand for one: small enough to tell where the ear is
missing, large enough to tell it from a few customers without power.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stormops.core.area import areas
from stormops.core.listening import METERS_LEAST
from stormops.core.network import City, Floats, Ints

ELSEWHERE = "M000"
"""Id of the meters of areas that have too few of them to be judged alone: together, or else with the smallest area."""


@dataclass(slots=True, frozen=True)
class MeterAreas:
    """A rows of areas, `meters` of them in each; `of_premise` (P) is a row, -1 without a meter. Ids keep in one pack.

    `lon`, `lat`: the middle of its premises, degrees, NaN when none has a place.
    """

    id: list[str]
    name: list[str]
    meters: Ints
    of_premise: Ints
    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        return len(self.id)

    def row_of(self) -> dict[str, int]:
        """Row by id."""
        return {name: row for row, name in enumerate(self.id)}


def meter_areas(city: City) -> MeterAreas:
    """Part the premises that have a meter. The same pack gives the same areas. O(P log P), once."""
    premises = city.premises
    metered = np.fromiter((bool(meter) for meter in premises.meter), np.bool_, len(premises))
    parts = areas(city, METERS_LEAST)
    of = np.where(metered, parts.area_of_premise, -1)
    counts = np.bincount(of[of >= 0], minlength=len(parts))
    alone = np.flatnonzero(counts >= METERS_LEAST)
    few = int(counts.sum() - counts[alone].sum()) + int(np.count_nonzero(metered & (of < 0)))
    row = np.zeros(len(parts) + 1, np.int32)
    row[alone] = np.arange(1, len(alone) + 1)
    if few < METERS_LEAST and len(alone):
        row[row == 0] = row[alone[np.argmin(counts[alone])]]
    of_premise = np.where(metered, row[of], -1).astype(np.int32)
    count = len(alone) + 1
    placed = np.flatnonzero((of_premise >= 0) & ~np.isnan(premises.lon))
    here = of_premise[placed]
    with np.errstate(invalid="ignore"):
        middle = [
            np.bincount(here, column[placed], count) / np.bincount(here, minlength=count)
            for column in (premises.lon, premises.lat)
        ]
    return MeterAreas(
        [ELSEWHERE, *(f"M{number:03d}" for number in range(1, count))],
        [city.title, *(parts.name[area] for area in alone.tolist())],
        np.bincount(of_premise[of_premise >= 0], minlength=count).astype(np.int32),
        of_premise,
        *middle,
    )
