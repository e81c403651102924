"""An attacker's eye on what is public (invariant 7). Knows the city, and none of our code's reasoning."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import shapely

from stormops.core.area import Areas
from stormops.core.network import City


class Identifiers:
    """Words that name a premise, a person, a report or a device."""

    def __init__(self, words: set[str]) -> None:
        self._single = {word for word in words if " " not in word}
        # A text that names an address names its street: few streets are looked for first, then their addresses.
        self._by_street: dict[str, set[str]] = {}
        for word in words - self._single:
            self._by_street.setdefault(word[word.index(" ") :], set()).add(word)
        self._receipt = re.compile(
            r"\d{2}-\d{4}-\d{4}-\d{3}-\d|(?<!\d)(?<!\d\.)\d{14}(?!\d)"
        )  # a decimal fraction is no receipt
        self._token = re.compile(r"[\w-]+")

    def found_in(self, text: str) -> list[str]:
        """Those that occur, as whole words. Words of several parts (addresses) are found anywhere."""
        single = self._single.intersection(self._token.findall(text))
        streets = [addresses for street, addresses in self._by_street.items() if street in text]
        several = {word for addresses in streets for word in addresses if word in text}
        return sorted(single | several | set(self._receipt.findall(text)))


def identifiers(city: City) -> Identifiers:
    """Every identifier of the city that is not also an ordinary short number."""
    p, n = city.premises, city.network
    words = {p.address(row) for row in range(len(p))}
    for column in (p.id, p.account, p.phone, p.meter, n.edge_id, n.bus_id):
        words.update(word for word in column if len(word) >= 5)
    return Identifiers(words)


SEAM_DEGREES = 5e-6
"""Half a metre: nobody can say on which side of a published seam a house this near to it is counted."""


class Attack:
    """Collects everything published about regions and looks for one that isolates fewer than k premises.

    A region is what its published polygon holds. Whatever can be made of regions by union and
    difference is made of *atoms*: premises that no published region tells apart.
    """

    def __init__(self, city: City, partition: Areas, k: int) -> None:
        self._k = k
        self._ids = partition.id
        points = shapely.points(city.premises.lon, city.premises.lat)
        self._inside = [shapely.covers(polygon, points) for polygon in partition.polygon]
        inner = [shapely.covers(shapely.buffer(polygon, -SEAM_DEGREES), points) for polygon in partition.polygon]
        outer = [shapely.covers(shapely.buffer(polygon, SEAM_DEGREES), points) for polygon in partition.polygon]
        self._sharp = (np.column_stack(inner) == np.column_stack(outer)).all(axis=1)
        self._customers: dict[str, set[int]] = {}
        self._all: set[int] = set()
        self._premises = len(city.premises)

    def read(self, view: dict[str, Any]) -> None:
        """Take note of what one message says."""
        for key, value in view.items():
            if key.startswith("area/"):
                self._customers.setdefault(value["id"], set()).add(value["customers"])
            elif key in ("totals", "city"):
                self._all.add(value["customers"])

    def findings(self) -> list[str]:
        """What isolates too few, in sentences."""
        found = []
        for name, counts in self._customers.items():
            if len(counts) != 1:
                found.append(f"{name} was published with {sorted(counts)} customers: their difference is a region")
            if min(counts) < self._k:
                found.append(f"{name} has {min(counts)} customers")
        for total in self._all:
            rest = abs(total - int(np.count_nonzero(np.column_stack(self._inside).any(axis=1))))
            if 0 < rest < self._k:
                found.append(f"{rest} customers are in the total and in no area")
        found += self._small_atoms()
        return found

    def _small_atoms(self) -> list[str]:
        membership = np.column_stack([*self._inside, np.ones(self._premises, np.bool_)])[self._sharp]
        atoms, sizes = np.unique(membership, axis=0, return_counts=True)
        return [
            f"{size} premises are told apart by {[self._ids[i] for i in np.flatnonzero(atom[:-1])]}"
            for atom, size in zip(atoms, sizes.tolist(), strict=True)
            if size < self._k
        ]
