"""Critical facilities and named places: which lots they take, and what they are called."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import NamedTuple

import numpy as np

from geo.lots import Lots, Style
from geo.mesh import CellKind, Mesh
from geo.names import FIRST
from geo.numbers import ranks
from geo.plan import StreetClass, Use
from geo.streets import Streets
from stormops.core.network import Floats, PremiseKind

SEWER_REACH = 0.9
"""Share of the cells, from the middle outwards, that have sewers."""


class Facility(NamedTuple):
    """One a so many customers (at least `least`), on lots of these uses; `name` has {place}, {word}, {n}."""

    kind: PremiseKind
    every: int
    least: int
    uses: tuple[Use, ...]
    names: tuple[str, ...]
    units: int = 1
    reach: float = 1.0


HOME = (Use.SUBURB, Use.OLD)
SHOPS = (Use.STRIP, Use.DOWNTOWN)
FACILITIES = (
    Facility(
        PremiseKind.HOSPITAL, 42_000, 1, SHOPS, ("{city} Regional Hospital", "{word} Memorial Hospital"), reach=0.6
    ),
    Facility(PremiseKind.DIALYSIS, 12_000, 1, SHOPS, ("{place} Dialysis Center", "{word} Kidney Care")),
    Facility(PremiseKind.LIFT_STATION, 700, 2, HOME, ("Lift Station {n}",), reach=SEWER_REACH),
    Facility(PremiseKind.WATER_WELL, 3_000, 1, (Use.SUBURB, Use.RURAL, Use.OLD), ("Water Well {n}",)),
    Facility(
        PremiseKind.SHELTER, 2_600, 1, HOME,
        ("{place} Elementary School", "{word} Middle School", "{place} High School", "{word} Community Center"),
    ),
    Facility(PremiseKind.PUBLIC, 60_000, 1, (*SHOPS, Use.OLD), ("City Hall",), reach=0.3),
    Facility(PremiseKind.PUBLIC, 4_000, 1, (*SHOPS, *HOME), ("Fire Station {n}",)),
    Facility(
        PremiseKind.PUBLIC, 9_000, 1, (*SHOPS, *HOME), ("{place} Library", "{place} Post Office", "{word} Clinic")
    ),
    Facility(PremiseKind.COMMERCIAL, 1_500, 1, HOME, ("{word} Chapel", "{word} Street Church", "{place} Fellowship")),
    Facility(
        PremiseKind.COMMERCIAL, 500, 1, (*SHOPS, Use.OLD),
        ("{word} Plaza", "{word} Market", "{word} Pharmacy", "{word} Grill", "{word} Hardware", "{place} Shops"),
        units=0,
    ),
)  # fmt: skip
"""`units` 0: the building keeps its units, and all of them the name."""
PER_SIGNAL = 550


@dataclass(slots=True)
class Places:
    """Named places: name and metres."""

    name: list[str] = field(default_factory=list)
    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    times: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, x: float, y: float) -> int:
        """One more place; gives its number. A name already taken is numbered."""
        self.times[name] += 1
        self.name.append(f"{name} No. {self.times[name]}" if self.times[name] > 1 else name)
        self.x.append(float(x))
        self.y.append(float(y))
        return len(self.name) - 1


class Town(NamedTuple):
    """What names and counts depend on."""

    title: str
    customers: int
    localities: list[str]


class Ground(NamedTuple):
    """Rings of water and parks, metres."""

    water: list[Floats]
    parks: list[Floats]


def hearts(mesh: Mesh, places: Places, words: list[str], rng: np.random.Generator) -> Ground:
    """The lake or park inside every ringed cell, and the woods, each with a name."""
    ground = Ground([], [])
    way = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    for number, cell in enumerate(np.flatnonzero(mesh.core > 0).tolist()):
        a, b = rng.uniform(0, 2 * np.pi, 2)
        lake = bool(mesh.kind[cell] == CellKind.LAKE)
        bulge = 0.84 + 0.08 * np.sin(2 * way + a) + 0.06 * np.sin(3 * way + b)
        x, y = mesh.heart(cell, bulge if lake else bulge * 0.9)
        ring = np.stack([np.append(x, x[0]), np.append(y, y[0])], axis=1)
        word = words[number % len(words)]
        places.add(f"Lake {word}" if lake else f"{word} Park", x.mean(), y.mean())
        (ground.water if lake else ground.parks).append(ring)
    for number, cell in enumerate(np.flatnonzero(mesh.kind == CellKind.WOODS).tolist()):
        x, y = mesh.square(cell, 0.06)
        places.add(f"{words[-1 - number % len(words)]} Preserve", x.mean(), y.mean())
        ground.parks.append(np.stack([np.append(x, x[0]), np.append(y, y[0])], axis=1))
    return ground


@dataclass(slots=True)
class _Settler:
    """Gives facilities their lots, cell by cell in turn so that they are spread over the city."""

    streets: Streets
    lots: Lots
    places: Places
    town: Town
    rng: np.random.Generator

    def settle(self, facility: Facility, words: list[str]) -> None:
        """Convert the lots of one kind of facility."""
        lots, town = self.lots, self.town
        count = max(facility.least, round(town.customers / facility.every))
        cells = len(town.localities)
        cell = self.streets.cell[lots.edge]
        free = ~lots.fixed & ((lots.units == 1) | (facility.units == 0))
        fits = free & np.isin(lots.use, facility.uses) & (cell < max(1, round(facility.reach * cells)))
        rows = np.flatnonzero(fits if fits.any() else free)
        rows = rows[self.rng.permutation(len(rows))]
        # Round by round, one lot a cell, the cells in an order drawn by lot.
        order = np.lexsort((self.rng.random(cells)[cell[rows]], ranks(cell[rows].astype(np.int64))))
        for number, row in enumerate(rows[order[:count]].tolist(), 1):
            pattern = facility.names[(number - 1) % len(facility.names)]
            word, place = words[number % len(words)], town.localities[cell[row]]
            name = pattern.format(n=number, word=word, place=place, city=town.title)
            lots.kind[row] = facility.kind
            lots.fixed[row] = True
            lots.name[row] = self.places.add(name, lots.x[row], lots.y[row])


def settle(mesh: Mesh, streets: Streets, lots: Lots, town: Town, rng: np.random.Generator) -> tuple[
    Lots, Places, Ground
]:  # fmt: skip
    """Lots with critical facilities and traffic signals among them; the named places; water and parks."""
    words = [FIRST[k] for k in rng.permutation(len(FIRST))]
    places = Places()
    ground = hearts(mesh, places, words, rng)
    settler = _Settler(streets, lots, places, town, rng)
    for number, facility in enumerate(FACILITIES):
        settler.settle(facility, words[17 * number :] + words)
    return _signals(streets, lots, town.customers, rng), places, ground


def _signals(streets: Streets, lots: Lots, customers: int, rng: np.random.Generator) -> Lots:
    """Traffic signals where main roads meet, the most important crossings first; each has an electric service."""
    weight = np.zeros(len(streets.node_xy))
    for node in (streets.start, streets.end):
        np.add.at(weight, node, np.array([0.0, 1.0, 2.5])[streets.rank] * (streets.use != Use.RURAL))
    weight[streets.node_degree < 3] = 0
    main = np.flatnonzero(streets.rank == StreetClass.ARTERIAL)
    edge_at = np.full(len(weight), -1, np.int32)
    edge_at[streets.end[main]] = main
    edge_at[streets.start[main]] = main
    nodes = np.flatnonzero((weight >= 6) & (edge_at >= 0))
    nodes = nodes[np.lexsort((rng.random(len(nodes)), -weight[nodes]))]
    nodes = np.sort(nodes[: max(2, round(customers / PER_SIGNAL))])
    edge = edge_at[nodes]
    at = np.where(streets.start[edge] == nodes, 3.0, streets.length[edge] - 3.0)
    count = len(nodes)
    more = {
        "x": streets.node_xy[nodes, 0] + 9.0,
        "y": streets.node_xy[nodes, 1] + 9.0,
        "edge": edge,
        "at": at,
        "kind": np.full(count, PremiseKind.SIGNAL, np.uint8),
        "units": np.ones(count, np.int32),
        "fixed": np.ones(count, np.bool_),
        "name": np.full(count, -1, np.int32),
        "style": np.full(count, Style.NONE, np.uint8),
    }
    columns = {}
    for f in fields(Lots):
        old = getattr(lots, f.name)
        columns[f.name] = np.concatenate([old, more.get(f.name, np.zeros(count)).astype(old.dtype)])
    whole = Lots(**columns)
    return whole.take(np.lexsort((whole.side, whole.at, whole.edge)))
