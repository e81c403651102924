"""The demo city from a seed: one call makes streets, lots, premises and the electric network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo import people
from geo.circuits import lay_lines
from geo.feeders import build_feeders
from geo.landmarks import SEWER_REACH, Ground, Places, Town, settle
from geo.lots import Lots, make_lots, trim
from geo.mesh import CellKind, Mesh, make_mesh
from geo.names import neighbourhoods
from geo.numbers import number, unit_names
from geo.plan import Use
from geo.roads import plan_streets
from geo.streets import Streets, build_streets
from geo.substations import build_substations, build_ties
from geo.wires import Wires
from stormops.core.network import (
    METRES_PER_DEGREE,
    SERVICE_BITS,
    City,
    Floats,
    Ints,
    Landmarks,
    Network,
    PremiseKind,
    Premises,
)

CENTRE = (-84.62, 30.16)
"""Longitude and latitude of the middle: forest and swamp in the Florida panhandle, where no city is."""
TIME_ZONE = "America/New_York"
SPARE = 1.12
"""At most so many lots for each customer asked for; what is over is left empty."""
TRIES = 7


class GenerateError(Exception):
    """The city asked for cannot be made; the message says why."""


def _degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """WGS 84 of metres about the centre, to 7 decimals (1 cm)."""
    lon = CENTRE[0] + x / (METRES_PER_DEGREE * np.cos(np.radians(CENTRE[1])))
    return np.round(lon, 7), np.round(CENTRE[1] + y / METRES_PER_DEGREE, 7)


def _pairs(xy: Floats) -> Floats:
    """(n, 2) degrees of (n, 2) metres."""
    return np.stack(_degrees(xy[:, 0], xy[:, 1]), axis=1)


@dataclass(slots=True)
class _Draft:
    """A city before its network: everything in metres."""

    mesh: Mesh
    streets: Streets
    lots: Lots
    localities: list[str]
    places: Places
    ground: Ground


def _draft(customers: int, seed: int, title: str) -> tuple[_Draft, np.random.Generator]:
    """Streets and lots for exactly so many customers: the ground is fitted until hardly a lot is left over."""
    room, under, over = float(customers), 0.0, np.inf
    best: tuple[_Draft, np.random.Generator] | None = None
    for _ in range(TRIES):
        tried = _settled(customers, seed, title, room)
        got = int(tried[0].lots.units.sum())
        if got < customers:
            under = max(under, room)
        elif room < over:
            over, best = room, tried
        if customers <= got <= SPARE * customers:
            break
        fitting = room * (1 + (SPARE - 1) / 2) * customers / max(got, 1)
        room = fitting if under < fitting < over else float(np.sqrt(under * over))
    if best is None:
        raise GenerateError(f"no room for {customers} customers with seed {seed}: try another seed")
    draft, rng = best
    draft.lots = trim(draft.lots, draft.streets, customers, rng)
    number(draft.streets, draft.lots, rng)
    return draft, rng


def _settled(customers: int, seed: int, title: str, room: float) -> tuple[_Draft, np.random.Generator]:
    """The city on a ground of `room` customers, every lot built; and the chance that made it."""
    rng = np.random.default_rng([seed, customers])
    mesh = make_mesh(rng, room)
    streets = build_streets(mesh, plan_streets(mesh, rng), rng)
    town = Town(title, customers, neighbourhoods(rng, len(mesh.cells)))
    lots, places, ground = settle(mesh, streets, make_lots(streets, rng), town, rng)
    return _Draft(mesh, streets, lots, town.localities, places, ground), rng


def _services(draft: _Draft, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Services of every lot: gas on one side of town, no sewer and partly no water far out."""
    lots, streets = draft.lots, draft.streets
    cell = streets.cell[lots.edge]
    rank = (cell + 0.5) / len(draft.mesh.cells)
    heading = rng.uniform(0, 2 * np.pi)
    side = lots.x * np.cos(heading) + lots.y * np.sin(heading)
    mask = np.full(len(lots), SERVICE_BITS["electric"] | SERVICE_BITS["water"], np.uint8)
    septic = (draft.mesh.kind[cell] == CellKind.RURAL) | (lots.use == Use.RURAL) | (rank > SEWER_REACH)
    gas = (side > np.quantile(side, 0.45)) & (rank < 0.8) & ~septic & (rng.random(len(lots)) < 0.8)
    mask[gas & (lots.kind != PremiseKind.MOBILE_HOME)] |= SERVICE_BITS["gas"]
    mask[~septic] |= SERVICE_BITS["sewer"]
    mask[septic & (rng.random(len(lots)) < 0.5)] &= ~np.uint8(SERVICE_BITS["water"])
    mask[lots.kind == PremiseKind.SIGNAL] = SERVICE_BITS["electric"]
    mask[lots.kind == PremiseKind.LIFT_STATION] = SERVICE_BITS["electric"] | SERVICE_BITS["sewer"]
    mask[lots.kind == PremiseKind.WATER_WELL] = SERVICE_BITS["electric"] | SERVICE_BITS["water"]
    return mask


def _postcodes(mesh: Mesh, customers: int) -> list[str]:
    """Postcode of every cell: one for the middle, the rest in sectors; of a range that no place has (343..)."""
    sectors = min(max(0, round(customers / 11_000) - 1), 98)
    if sectors < 2:
        return ["34301"] * len(mesh.cells)
    way = np.arctan2(mesh.cells[:, 1] + 0.5, mesh.cells[:, 0] + 0.5) / (2 * np.pi) + 0.5
    sector = 2 + np.minimum((way * sectors).astype(np.int64), sectors - 1)
    sector[: max(1, len(sector) // (sectors + 1))] = 1
    return [f"343{k:02d}" for k in sector.tolist()]


def _premises(draft: _Draft, bus: Ints, rng: np.random.Generator) -> Premises:
    lots, streets = draft.lots, draft.streets
    lot_of = np.repeat(np.arange(len(lots)), lots.units)
    count = len(lot_of)
    spread = np.where(lots.units > 1, 4.0, 0.0)[lot_of]
    aside = rng.uniform(-1, 1, (2, count)) * spread
    lon, lat = _degrees(lots.x[lot_of] + aside[0], lots.y[lot_of] + aside[1])
    cell = streets.cell[lots.edge][lot_of]
    postcodes = _postcodes(draft.mesh, count)
    return Premises(
        id=[f"P{k:07d}" for k in range(1, count + 1)],
        house_number=[str(n) for n in lots.number[lot_of].tolist()],
        street=streets.chain_street[streets.chain[lots.edge]][lot_of].astype(np.int32),
        unit=unit_names(lots),
        locality=cell.astype(np.int32),
        postcode=[postcodes[c] for c in cell.tolist()],
        lon=lon,
        lat=lat,
        building=lot_of.astype(np.int32),
        kind=lots.kind[lot_of],
        services=_services(draft, rng)[lot_of],
        account=people.accounts(rng, count),
        phone=people.phones(rng, count),
        meter=people.meters(rng, count),
        bus=bus,
        streets=streets.names,
        localities=draft.localities,
    )


def _network(wires: Wires) -> Network:
    xy, ends = np.concatenate(wires.bus_xy), np.concatenate(wires.ends)
    lon, lat = _degrees(xy[:, 0], xy[:, 1])
    source = np.zeros(len(xy), np.bool_)
    source[wires.source] = True
    length: Floats = np.concatenate(wires.length)
    return Network(
        bus_id=wires.bus_id,
        bus_lon=lon,
        bus_lat=lat,
        bus_source=source,
        edge_id=wires.edge_id,
        edge_from=np.ascontiguousarray(ends[:, 0]),
        edge_to=np.ascontiguousarray(ends[:, 1]),
        edge_kind=np.concatenate(wires.kind),
        edge_open=np.concatenate(wires.opened),
        edge_length_m=np.round(length, 2),
    )


def generate_city(
    customers: int = 60_000, seed: int = 1, name: str = "palmetto", title: str = "Palmetto Springs"
) -> City:
    """A fictional city of exactly `customers` premises. The same arguments give the same city, byte for byte.

    Raises GenerateError for fewer than 100 customers.
    """
    if customers < 100:
        raise GenerateError(f"a city needs at least 100 customers, not {customers}")
    draft, rng = _draft(customers, seed, title)
    streets = draft.streets
    feeders, lot_span = build_feeders(streets, draft.lots)
    circuits, bus = lay_lines(streets, feeders, lot_span, draft.lots, rng)
    build_substations(circuits)
    build_ties(circuits)
    places = draft.places
    lon, lat = _degrees(np.array(places.x), np.array(places.y))
    points = _pairs(streets.points)
    return City(
        name=name,
        title=title,
        time_zone=TIME_ZONE,
        premises=_premises(draft, bus, rng),
        network=_network(circuits.wires),
        landmarks=Landmarks(places.name, lon, lat),
        street_lines=[points[a:b] for a, b in zip(streets.first.tolist(), streets.last.tolist(), strict=True)],
        street_line_street=streets.chain_street[streets.chain].astype(np.int32),
        street_line_class=streets.rank,
        water=[_pairs(ring) for ring in draft.ground.water],
        parks=[_pairs(ring) for ring in draft.ground.parks],
        note=f"Fictional city, generated with seed {seed}.",
    )
