"""Which name each street gets: lines of the old grid, main roads, and everything else."""

from __future__ import annotations

import numpy as np

from geo.names import StreetNames, base_name, ordinal
from geo.plan import Chain, StreetClass, Use
from stormops.core.network import Floats, Ints

SAME_BASE = 0.1
"""Share of the culs-de-sac named after the street that they leave (Heron Run Dr, Heron Run Ct)."""

_Group = tuple[int, int, int]


def name_chains(chains: list[Chain], rng: np.random.Generator) -> tuple[Ints, list[str]]:
    """Street of every chain, and the streets' names."""
    namer = _Namer(StreetNames(rng), rng, _numbered(chains))
    found = np.array([namer.street(number, chain) for number, chain in enumerate(chains)], np.int32)
    return found, namer.names


def _numbered(chains: list[Chain]) -> dict[_Group, str]:
    """East-west lines of the old grid count from the middle: avenues to the north, streets to the south."""
    lines = sorted({c.group for c in chains if c.shape == "grid" and c.group is not None and c.group[0] == 1})
    north = [line for line in lines if line[1] >= 0]
    south = [line for line in lines if line[1] < 0][::-1]
    names: dict[_Group, str] = {}
    for run, suffix in ((north, "Ave"), (south, "St")):
        names |= {line: f"{ordinal(number)} {suffix}" for number, line in enumerate(run, 1)}
    return names


class _Namer:
    """Gives chains their streets, in order; chains of one group and direction are one street."""

    def __init__(self, maker: StreetNames, rng: np.random.Generator, lines: dict[_Group, str]) -> None:
        self.names: list[str] = []
        self._maker, self._rng, self._lines = maker, rng, lines
        self._known: dict[tuple[_Group, str], int] = {}
        self._near: dict[tuple[int, int], str] = {}

    def street(self, number: int, chain: Chain) -> int:
        """Street of one more chain."""
        key = (chain.group or (-1, number, 0), chain.prefix)
        if key not in self._known:
            self._known[key] = len(self.names)
            self.names.append(self._name(chain))
        if chain.rank == StreetClass.COLLECTOR:
            for point in chain.uv:
                self._near.setdefault(_spot(point), self.names[self._known[key]])
        return self._known[key]

    def _name(self, chain: Chain) -> str:
        if chain.shape == "grid" and chain.group is not None:
            if chain.group not in self._lines:
                self._lines[chain.group] = self._maker.take("grid")
            return self._maker.claim(f"{chain.prefix} {self._lines[chain.group]}")
        if chain.use == Use.RURAL and chain.rank == StreetClass.LOCAL:
            return self._maker.take("rural")
        like = ""
        if chain.shape == "cul" and self._rng.random() < SAME_BASE:
            like = base_name(self._near.get(_spot(chain.uv[0]), "")) or base_name(
                self._near.get(_spot(chain.uv[-1]), "")
            )
        return self._maker.take(chain.shape, like=like)


def _spot(point: Floats) -> tuple[int, int]:
    return round(float(point[0]) * 1e6), round(float(point[1]) * 1e6)
