"""The demo city from a seed: one call makes streets, lots, premises and the electric network."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo import people
from geo.circuits import Wires, build_circuits
from geo.feeders import build_feeders
from geo.lots import Lots, Style, build_lots
from geo.mesh import CellKind, Mesh, make_mesh
from geo.names import neighbourhoods
from geo.plan import plan_streets
from geo.streets import Streets, build_streets
from stormops.core.network import (
    METRES_PER_DEGREE,
    SERVICE_BITS,
    City,
    Floats,
    Landmarks,
    Network,
    PremiseKind,
    Premises,
)

CENTRE = (-84.62, 30.16)
"""Longitude and latitude of the middle: forest and swamp in the Florida panhandle, where no city is."""
TIME_ZONE = "America/New_York"


class GenerateError(Exception):
    """The city asked for cannot be made; the message says why."""


def _degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """WGS 84 of metres about the centre, to 7 decimals (1 cm)."""
    lon = CENTRE[0] + x / (METRES_PER_DEGREE * np.cos(np.radians(CENTRE[1])))
    return np.round(lon, 7), np.round(CENTRE[1] + y / METRES_PER_DEGREE, 7)


def _unit_names(lots: Lots) -> list[str]:
    """Unit of every premise: Apt 1.., Unit A.., Ste 101.."""
    found: list[str] = []
    for count, style in zip(lots.units.tolist(), lots.style.tolist(), strict=True):
        if style == Style.NONE or count == 1:
            found.extend([""] * count)
        elif style == Style.UNIT:
            found.extend(f"Unit {'ABCDEFGHIJKL'[k]}" for k in range(count))
        elif style == Style.SUITE:
            found.extend(f"Ste {100 + k}" for k in range(1, count + 1))
        else:
            found.extend(f"Apt {k}" for k in range(1, count + 1))
    return found


def _services(mesh: Mesh, streets: Streets, lots: Lots, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Services of every lot: gas on one side of town, no sewer and partly no water far out."""
    cell_kind = mesh.kind[streets.cell[lots.edge]]
    rank = (streets.cell[lots.edge] + 0.5) / len(mesh.cells)
    heading = rng.uniform(0, 2 * np.pi)
    side = lots.x * np.cos(heading) + lots.y * np.sin(heading)
    mask = np.full(len(lots), SERVICE_BITS["electric"] | SERVICE_BITS["water"], np.uint8)
    gas = (side > np.quantile(side, 0.45)) & (rank < 0.8) & (rng.random(len(lots)) < 0.8)
    gas &= lots.kind != PremiseKind.MOBILE_HOME
    septic = (cell_kind == CellKind.RURAL) | (rank > 0.9)
    well = septic & (rng.random(len(lots)) < 0.5)
    mask[gas & ~septic] |= SERVICE_BITS["gas"]
    mask[~septic] |= SERVICE_BITS["sewer"]
    mask[well] &= ~np.uint8(SERVICE_BITS["water"])
    return mask


def _premises(
    mesh: Mesh, streets: Streets, lots: Lots, bus: npt.NDArray[np.int32], rng: np.random.Generator
) -> Premises:
    lot_of = np.repeat(np.arange(len(lots)), lots.units)
    count = len(lot_of)
    spread = np.where(lots.units > 1, 4.0, 0.0)[lot_of]
    lon, lat = _degrees(
        lots.x[lot_of] + spread * rng.uniform(-1, 1, count), lots.y[lot_of] + spread * rng.uniform(-1, 1, count)
    )
    cell = streets.cell[lots.edge][lot_of]
    postcode = np.minimum(cell * max(1, -(-count // 11_000)) // len(mesh.cells), 98)
    return Premises(
        id=[f"P{k:07d}" for k in range(1, count + 1)],
        house_number=[str(n) for n in lots.number[lot_of].tolist()],
        street=streets.chain_street[streets.chain[lots.edge]][lot_of].astype(np.int32),
        unit=_unit_names(lots),
        locality=cell.astype(np.int32),
        postcode=[f"343{k + 1:02d}" for k in postcode.tolist()],
        lon=lon,
        lat=lat,
        building=lot_of.astype(np.int32),
        kind=lots.kind[lot_of],
        services=_services(mesh, streets, lots, rng)[lot_of],
        account=people.accounts(rng, count),
        phone=people.phones(rng, count),
        meter=people.meters(rng, count),
        bus=bus,
        streets=streets.names,
        localities=neighbourhoods(rng, len(mesh.cells)),
    )


def _network(wires: Wires) -> Network:
    xy = np.concatenate(wires.bus_xy)
    lon, lat = _degrees(xy[:, 0], xy[:, 1])
    source = np.zeros(len(xy), np.bool_)
    source[wires.source] = True
    ends = np.concatenate(wires.ends)
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
        edge_length_m=np.round(np.concatenate(wires.length), 2),
    )


def generate_city(
    customers: int = 60_000, seed: int = 1, name: str = "palmetto", title: str = "Palmetto Springs"
) -> City:
    """A fictional city of exactly `customers` premises. The same arguments give the same city, byte for byte.

    Raises GenerateError for fewer than 100 customers.
    """
    if customers < 100:
        raise GenerateError(f"a city needs at least 100 customers, not {customers}")
    room = float(customers)
    for _ in range(8):
        rng = np.random.default_rng([seed, customers])
        mesh = make_mesh(rng, room)
        streets = build_streets(mesh, plan_streets(mesh, rng), rng)
        lots = build_lots(streets, customers, rng)
        got = int(lots.units.sum())
        if got == customers:
            break
        room *= 1.04 * customers / got
    else:
        raise GenerateError(f"no room for {customers} customers with seed {seed}: try another seed")
    feeders, lot_span = build_feeders(streets, lots.edge, lots.at, lots.units)
    wires, bus = build_circuits(streets, feeders, lot_span, lots, rng)
    lon, lat = _degrees(streets.points[:, 0], streets.points[:, 1])
    points = np.stack([lon, lat], axis=1)
    return City(
        name=name,
        title=title,
        time_zone=TIME_ZONE,
        premises=_premises(mesh, streets, lots, bus, rng),
        network=_network(wires),
        landmarks=Landmarks(),
        street_lines=[points[a:b] for a, b in zip(streets.first.tolist(), streets.last.tolist(), strict=True)],
        street_line_street=streets.chain_street[streets.chain].astype(np.int32),
        street_line_class=streets.rank,
        note=f"Fictional city, generated with seed {seed}.",
    )
