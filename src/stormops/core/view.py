"""Views: what an audience is shown of the situation, as a flat map of keys. Pure.

For every view `snapshot(n) + changes(n..m) == snapshot(m)` (invariant 3): `changes` works out anew only
the keys of what was touched, each exactly as `snapshot` would. `view_desk` shows everything,
`view_public` counts in the areas of one fixed partition and nothing finer (invariant 7).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from stormops.core.network import City
from stormops.core.report import Report


class Changes(NamedTuple):
    """Keys to set, and keys that must not be there any more (whether or not they were)."""

    put: dict[str, Any]
    unset: list[str]


def said(report: Report) -> str:
    """What a customer said about who and where, in one line, for staff."""
    where = None
    if report.latitude is not None and report.longitude is not None:
        where = f"{report.latitude:.5f}, {report.longitude:.5f}"
    parts = (
        report.address,
        report.landmark,
        report.account and f"account {report.account}",
        report.phone and f"phone {report.phone}",
        report.meter and f"meter {report.meter}",
        report.service_point and f"service point {report.service_point}",
        where,
        report.note,
    )
    return " · ".join(part for part in parts if part)


def extent(city: City) -> tuple[list[float], list[float]]:
    """The middle [lon, lat] and the box [west, south, east, north] of a city, to 0.01 degrees (about a kilometre)."""
    lon, lat = city.premises.lon, city.premises.lat
    known = ~np.isnan(lon)
    if not known.any():
        return [0.0, 0.0], [0.0, 0.0, 0.0, 0.0]
    lon, lat = lon[known], lat[known]
    west, south = np.floor([lon.min() * 100, lat.min() * 100]).tolist()
    east, north = np.ceil([lon.max() * 100, lat.max() * 100]).tolist()
    return [round(value, 2) for value in city.centre], [edge / 100 for edge in (west, south, east, north)]
