"""A small city for matching: two towns, look-alike streets, buildings on one and on two transformers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from stormops.core.matching import Matched, Matcher, NotMatched
from stormops.core.network import METRES_PER_DEGREE, City, EdgeKind, Landmarks, Network, Premises
from stormops.core.report import Report, Symptom

LON, LAT = -84.6, 30.2


class House(NamedTuple):
    """One premise: where it stands (metres east and north), its address, and its transformer (-1 none)."""

    x: float
    y: float
    number: str
    street: str
    unit: str = ""
    town: str = "Alder"
    postcode: str = "34301"
    transformer: int = 0
    account: str = ""
    phone: str = ""
    meter: str = ""


def degrees(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of metres east and north of the town hall."""
    return LON + x / (METRES_PER_DEGREE * np.cos(np.radians(LAT))), LAT + y / METRES_PER_DEGREE


HOUSES = [
    House(0, 20, "101", "Palmetto Ave", account="A-100 7", phone="850-555-0101", meter="M1"),
    House(30, 20, "103", "Palmetto Ave", account="A-1008", phone="850-555-0102"),
    House(60, 20, "105", "Palmetto Ave", account="A-1009", phone="850-555-0103"),
    House(90, 20, "21", "Palmetto Ave", account="A-1009", phone="850-555-0103"),
    House(0, 200, "12", "N Main St", transformer=1),
    House(0, -200, "12", "S Main St", transformer=2),
    House(0, -230, "14", "S Main St", transformer=2),
    House(400, 0, "12", "Oak St", transformer=3),
    House(400, 30, "14", "Oak St", transformer=3),
    House(5000, 0, "12", "Oak St", town="Birch", postcode="34399", transformer=4),
    House(5000, 40, "16", "Oak Ln", town="Birch", postcode="34399", transformer=4),
    *(House(800, 0, "200", "Garden Blvd", f"Apt {k}", transformer=5) for k in range(1, 13)),
    *(House(1200, 0, "300", "Garden Blvd", f"Apt {k}", transformer=6 + (k > 3)) for k in range(1, 7)),
    House(1500, 0, "7", "St Johns Ct", transformer=8),
    House(1502, 0, "7", "St Johns Ct", transformer=8),
    House(1600, 0, "24A", "Quail Run", transformer=8),
    House(1700, 0, "6 1/2", "US Highway 7", transformer=8),
    House(1800, 0, "440", "W 22nd St", transformer=8),
    House(2000, 0, "1", "Hospital Dr", transformer=9),
    House(2300, 0, "15", "Brook Ln", transformer=10),
    House(2300, 300, "17", "Brock Ln", transformer=11),
    House(float("nan"), float("nan"), "99", "Nowhere Rd", transformer=-1),
]


def street_lines() -> list[tuple[str, Any]]:
    """Centre lines: Palmetto Ave east-west, Main St north-south through its west end, Oak St by itself."""
    return [
        ("Palmetto Ave", np.array([degrees(-60, 0), degrees(100, 0)])),
        ("N Main St", np.array([degrees(-20, 0), degrees(-20, 300)])),
        ("Oak St", np.array([degrees(380, -50), degrees(380, 80)])),
    ]


def make_city(houses: list[House] | None = None) -> City:
    """The city of some houses (these by default), with landmarks, lines and one transformer a number."""
    some = HOUSES if houses is None else houses
    streets = sorted({h.street for h in some})
    towns = sorted({h.town for h in some})
    places = [(h.number, h.street, h.town) for h in some]
    points = np.array([degrees(h.x, h.y) for h in some]).reshape(-1, 2)
    premises = Premises(
        id=[f"P{i}" for i in range(len(some))],
        house_number=[h.number for h in some],
        street=np.array([streets.index(h.street) for h in some], np.int32),
        unit=[h.unit for h in some],
        locality=np.array([towns.index(h.town) for h in some], np.int32),
        postcode=[h.postcode for h in some],
        lon=points[:, 0],
        lat=points[:, 1],
        building=np.array([places.index(p) for p in places], np.int32),
        kind=np.zeros(len(some), np.uint8),
        services=np.full(len(some), 1 | 2, np.uint8),
        account=[h.account for h in some],
        phone=[h.phone for h in some],
        meter=[h.meter for h in some],
        bus=np.array([h.transformer for h in some], np.int32),
        streets=streets,
        localities=towns,
    )
    known = [(name, line) for name, line in street_lines() if name in streets]
    return City(
        name="alderbirch",
        title="Alderbirch",
        time_zone="America/New_York",
        premises=premises,
        network=_network(max([h.transformer for h in some], default=-1) + 1),
        landmarks=_landmarks(),
        street_lines=[line for _, line in known],
        street_line_street=np.array([streets.index(name) for name, _ in known], np.int32),
    )


def _landmarks() -> Landmarks:
    spots = [("Alder General Hospital", 2001.0, 0.0), ("Palmetto Park", 45.0, 60.0), ("Far Lake", 9000.0, 9000.0)]
    spots += [("Lift Station 1", 400.0, 1.0), ("Lift Station 2", 5000.0, 1.0)]
    points = np.array([degrees(x, y) for _, x, y in spots])
    return Landmarks([name for name, _, _ in spots], points[:, 0], points[:, 1])


def _network(transformers: int) -> Network:
    """One source bus and one transformer to each secondary bus; bus k is transformer k's."""
    ends = np.arange(transformers, dtype=np.int32)
    at = np.full(transformers + 1, 0.0)
    return Network(
        bus_id=[f"s{k}" for k in range(transformers)] + ["source"],
        bus_lon=at + LON,
        bus_lat=at + LAT,
        bus_source=np.array([False] * transformers + [True]),
        edge_id=[f"t{k}" for k in range(transformers)],
        edge_from=np.full(transformers, transformers, np.int32),
        edge_to=ends,
        edge_kind=np.full(transformers, EdgeKind.TRANSFORMER, np.uint8),
        edge_open=np.zeros(transformers, np.bool_),
        edge_length_m=np.zeros(transformers),
    )


def row(number: str, street: str, unit: str = "", town: str = "Alder") -> int:
    """The first premise of this address."""
    wanted = (number, street, unit, town)
    return next(i for i, h in enumerate(HOUSES) if (h.number, h.street, h.unit, h.town) == wanted)


def report(**said: Any) -> Report:
    """A report with these fields."""
    return Report(symptom=Symptom.LIGHTS_OUT, **said)


def point(x: float, y: float) -> dict[str, float]:
    """The fields of a report that give a point."""
    lon, lat = degrees(x, y)
    return {"longitude": float(lon), "latitude": float(lat)}


def told(matcher: Matcher, text: str) -> Matched:
    """The match of an address text; fails with the answer when there is none."""
    answer = matcher.match_address(text)
    assert isinstance(answer, Matched), (text, answer)
    return answer


def untold(matcher: Matcher, text: str) -> NotMatched:
    """The candidates for an address text; fails with the answer when it was matched."""
    answer = matcher.match_address(text)
    assert isinstance(answer, NotMatched), (text, answer)
    return answer
