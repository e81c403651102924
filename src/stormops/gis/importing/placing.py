"""From a network's own coordinates to degrees: known systems are projected, planes are moved and turned.

A plane (feet or metres about nowhere) is placed by naming where its middle shall lie. It is moved
and turned, never stretched: distances on the ground stay what the file says.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from stormops.core.network import Floats
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.refusal import ImportRefused

METRES: dict[str, float] = {
    "m": 1.0,
    "km": 1000.0,
    "ft": 0.3048,
    "us-ft": 1200 / 3937,
    "kft": 304.8,
    "mi": 1609.344,
    "in": 0.0254,
    "cm": 0.01,
    "mm": 0.001,
}
"""Length of each unit in metres."""

WGS84 = "EPSG:4326"


@dataclass(frozen=True, slots=True)
class Placement:
    """How a network's coordinates become degrees.

    `crs` names their system (EPSG:4326 = already degrees). Without one, a plane in `unit` is put
    with the middle of its extent at `origin` (longitude, latitude) and turned by `rotation_deg`
    counter-clockwise.
    """

    crs: str = ""
    origin: tuple[float, float] | None = None
    rotation_deg: float = 0.0
    unit: str = "ft"


def place(x: Floats, y: Floats, how: Placement, file: Path, findings: Findings) -> tuple[Floats, Floats]:
    """Longitudes and latitudes (WGS 84), NaN where missing. Raises ImportRefused when the system is not stated."""
    known = ~(np.isnan(x) | np.isnan(y))
    if how.crs:
        lon, lat = reproject(x, y, how.crs, file)
    elif how.origin is not None:
        lon, lat = _put(x, y, known, how, file)
    elif bool(np.all((np.abs(x[known]) <= 180) & (np.abs(y[known]) <= 90))):
        lon, lat = x, y
    else:
        raise ImportRefused(
            file,
            "coordinates are not degrees: state their system (crs, such as EPSG:32617), or, for a plane of feet or "
            "metres, where its middle shall lie (origin) and its unit",
        )
    return clean(lon, lat, findings)


def reproject(x: Floats, y: Floats, crs: str, file: Path) -> tuple[Floats, Floats]:
    """From a named system to WGS 84 degrees. Raises ImportRefused on a system that nobody knows."""
    known = ~(np.isnan(x) | np.isnan(y))
    lon, lat = np.full(len(x), np.nan), np.full(len(y), np.nan)
    try:
        points = geopandas.GeoSeries.from_xy(x[known], y[known], crs=CRS.from_user_input(crs)).to_crs(WGS84)
    except CRSError as error:
        raise ImportRefused(file, f"coordinate system {crs!r} is not known ({error})") from error
    lon[known], lat[known] = points.x.to_numpy(), points.y.to_numpy()
    return lon, lat


def _put(x: Floats, y: Floats, known: np.ndarray, how: Placement, file: Path) -> tuple[Floats, Floats]:
    """Move and turn a plane so that the middle of its extent lies at the origin."""
    if how.unit not in METRES:
        raise ImportRefused(file, f"unit {how.unit!r} is not known; one of {', '.join(METRES)}")
    lon0, lat0 = how.origin or (0.0, 0.0)
    if not (abs(lon0) <= 180 and abs(lat0) <= 85):
        raise ImportRefused(file, f"origin {lon0}, {lat0} is not a longitude and latitude")
    if not known.any():
        return x.copy(), y.copy()
    middle = [(np.nanmin(v) + np.nanmax(v)) / 2 for v in (x, y)]
    east, north = (x - middle[0]) * METRES[how.unit], (y - middle[1]) * METRES[how.unit]
    turn = np.radians(how.rotation_deg)
    east, north = east * np.cos(turn) - north * np.sin(turn), east * np.sin(turn) + north * np.cos(turn)
    # Azimuthal equidistant about the origin keeps distances of a city to a millionth.
    plane = CRS.from_dict({"proj": "aeqd", "lon_0": lon0, "lat_0": lat0, "datum": "WGS84"})
    lon, lat = np.full(len(x), np.nan), np.full(len(y), np.nan)
    lon[known], lat[known] = Transformer.from_crs(plane, WGS84, always_xy=True).transform(east[known], north[known])
    return lon, lat


def clean(lon: Floats, lat: Floats, findings: Findings) -> tuple[Floats, Floats]:
    """The same with NaN for what is outside the globe or at 0,0 (the usual mark of a lost position)."""
    lon, lat = lon.copy(), lat.copy()
    with np.errstate(invalid="ignore"):
        bad = ~(np.abs(lon) <= 180) | ~(np.abs(lat) <= 90) | ((lon == 0) & (lat == 0))
    lost = bad & ~(np.isnan(lon) | np.isnan(lat))
    findings.add_all("coordinates-outside", (str(i + 1) for i in np.flatnonzero(lost)))
    lon[bad] = lat[bad] = np.nan
    return lon, lat
