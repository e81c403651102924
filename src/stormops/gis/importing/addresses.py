"""Service addresses from CSV, GeoJSON and GeoPackage to premises.

Text tables are read strictly row by row, map files by GDAL through geopandas; both end as the same
columns, in WGS 84. An address is never thrown away because it is incomplete: what is missing is
reported. Duplicate ids get a number behind them, so that every row stays reachable.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from stormops.core.network import SERVICE_BITS, Floats, Ints, Premises
from stormops.gis.importing.columns import SPELLINGS, columns_of
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.grid import unique_ids
from stormops.gis.importing.kinds import premise_kind
from stormops.gis.importing.placing import WGS84, clean, reproject
from stormops.gis.importing.refusal import ImportRefused
from stormops.gis.importing.table import number, read_table

FILE_BYTES_MAX = 4 * 1024**3
"""Bytes of one GeoJSON or GeoPackage file."""

_NO_TEXT = frozenset({"", "nan", "none", "null", "<null>"})


@dataclass(frozen=True, slots=True)
class AddressOptions:
    """How to read an address file: a column mapping, the coordinate system ("" = the file's own), the layer."""

    columns: Mapping[str, str] = field(default_factory=dict)
    crs: str = ""
    layer: str = ""
    services: tuple[str, ...] = tuple(SERVICE_BITS)


@dataclass(slots=True)
class _Raw:
    """Columns of ours as text, all of one length, with the row of each and their coordinates (degrees)."""

    text: dict[str, list[str]]
    rows: list[int]
    lon: Floats
    lat: Floats


def read_addresses(file: Path, options: AddressOptions, findings: Findings) -> tuple[Premises, list[str]]:
    """The premises of a file, and the name of the bus that each row states ("" = none). Raises ImportRefused."""
    name = file.name.lower()
    if name.endswith((".csv", ".csv.gz", ".tsv", ".txt", ".txt.gz")):
        raw = _read_text(file, options)
    elif name.endswith((".geojson", ".json", ".gpkg")):
        raw = _read_map(file, options)
    else:
        raise ImportRefused(file, "is none of CSV (.csv, .csv.gz), GeoJSON (.geojson, .json) and GeoPackage (.gpkg)")
    if not raw.rows:
        raise ImportRefused(file, "holds no addresses")
    raw.lon, raw.lat = clean(raw.lon, raw.lat, findings)
    return _premises(raw, options, findings), raw.text["bus"]


def _read_text(file: Path, options: AddressOptions) -> _Raw:
    table = read_table(file)
    found = columns_of(list(table.columns), options.columns, file)
    text = _texts(table.columns, found, len(table))
    x, y = (_numbers(text[c], table.lines, file, c) for c in ("lon", "lat"))
    if options.crs:
        x, y = reproject(x, y, options.crs, file)
    else:
        _check_degrees(x, y, table.lines, file)
    return _Raw(text, table.lines, x, y)


def _texts(columns: Mapping[str, list[str]], found: Mapping[str, list[str]], rows: int) -> dict[str, list[str]]:
    """Our columns; several columns of the table joined by blanks, empty where there is none."""
    text: dict[str, list[str]] = {}
    for ours in SPELLINGS:
        names = found.get(ours, [])
        if len(names) == 1:
            text[ours] = [t if t.casefold() not in _NO_TEXT else "" for t in columns[names[0]]]
        elif names:
            rows_of = zip(*(columns[name] for name in names), strict=True)
            text[ours] = [" ".join(t for t in parts if t.casefold() not in _NO_TEXT) for parts in rows_of]
        else:
            text[ours] = [""] * rows
    return text


def _numbers(texts: list[str], rows: list[int], file: Path, what: str) -> Floats:
    return np.array([number(t, file, r, what) for t, r in zip(texts, rows, strict=True)], np.float64)


def _check_degrees(x: Floats, y: Floats, rows: list[int], file: Path) -> None:
    """Refuse a table whose coordinates are mostly no degrees: its system must be stated."""
    known = ~(np.isnan(x) | np.isnan(y))
    wrong = known & ((np.abs(x) > 180) | (np.abs(y) > 90))
    if wrong.sum() * 2 > known.sum():
        raise ImportRefused(
            file, "coordinates are not degrees: state their system (crs, such as EPSG:32145)", rows[int(wrong.argmax())]
        )


def _read_map(file: Path, options: AddressOptions) -> _Raw:
    _check_content(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # GDAL's remarks; what it cannot read it says by error
            layer = options.layer or _only_layer(file)
            frame = geopandas.read_file(file, layer=layer, engine="pyogrio", on_invalid="raise")
    except (DataSourceError, DataLayerError, shapely.errors.GEOSException, ValueError) as error:
        raise ImportRefused(file, f"cannot be read ({error})") from error
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise ImportRefused(file, f"layer '{layer}' has no geometry")
    rows = list(range(1, len(frame) + 1))
    columns = {str(n): _as_text(frame[n].tolist()) for n in frame.columns if n != frame.geometry.name}
    text = _texts(columns, columns_of(list(columns), options.columns, file), len(rows))
    crs = options.crs or (frame.crs.to_wkt() if frame.crs is not None else WGS84)
    here = frame.geometry.representative_point()  # a parcel's polygon gives a point inside it
    x, y = (np.asarray(v, np.float64) for v in (here.x, here.y))
    lon, lat = reproject(x, y, crs, file)
    return _Raw(text, rows, lon, lat)


def _check_content(file: Path) -> None:
    """Refuse what is not what its name says: GDAL would open by content, and some contents name other files."""
    try:
        size = file.stat().st_size
        with file.open("rb") as raw:
            start = raw.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    except OSError as error:
        raise ImportRefused(file, f"cannot be opened ({error.strerror})") from error
    if size > FILE_BYTES_MAX:
        raise ImportRefused(file, f"is larger than {FILE_BYTES_MAX >> 30} GiB")
    if file.suffix.lower() == ".gpkg":
        if not start.startswith(b"SQLite format 3\0"):
            raise ImportRefused(file, "is not a GeoPackage (it does not begin as one)")
    elif not start.startswith(b"{"):
        raise ImportRefused(file, "is not GeoJSON (it does not begin with an object)", 1)


def _only_layer(file: Path) -> str:
    layers = [str(name) for name in pyogrio.list_layers(file)[:, 0]]
    if len(layers) != 1:
        raise ImportRefused(file, f"has {len(layers)} layers ({', '.join(layers[:10])}); name one")
    return layers[0]


def _as_text(values: list[object]) -> list[str]:
    """Values as text; whole numbers that a map file keeps as floats lose their point."""
    return [
        ""
        if value is None or value != value  # noqa: PLR0124 - the test for NaN
        else str(int(value))
        if isinstance(value, float) and value.is_integer()
        else str(value).strip()
        for value in values
    ]


def _premises(raw: _Raw, options: AddressOptions, findings: Findings) -> Premises:
    text, rows = raw.text, raw.rows
    findings.add_all("address-no-id", (f"row {r}" for t, r in zip(text["id"], rows, strict=True) if not t))
    ids = [t or f"row-{r}" for t, r in zip(text["id"], rows, strict=True)]
    ids = unique_ids(ids, "address-duplicate-id", findings)
    numbers = ["" if t == "0" else t for t in text["house_number"]]
    kind, services = _kinds(text["site_type"], ids, options, findings)
    street, streets = _index(text["street"])
    locality, localities = _index(text["locality"])
    findings.add_all("address-no-street", (i for i, t in zip(ids, text["street"], strict=True) if not t))
    findings.add_all("address-no-number", (i for i, t in zip(ids, numbers, strict=True) if not t))
    findings.add_all("address-no-coordinates", (ids[i] for i in np.flatnonzero(np.isnan(raw.lon))))
    return Premises(
        id=ids,
        house_number=numbers,
        street=street,
        unit=text["unit"],
        locality=locality,
        postcode=text["postcode"],
        lon=raw.lon,
        lat=raw.lat,
        building=_buildings(ids, numbers, text, findings),
        kind=kind,
        services=services,
        account=text["account"],
        phone=text["phone"],
        meter=text["meter"],
        bus=np.full(len(ids), -1, np.int32),
        streets=streets,
        localities=localities,
    )


def _index(texts: list[str]) -> tuple[Ints, list[str]]:
    """Index column and sorted name list of a text column."""
    names = sorted(set(texts))
    place = {name: i for i, name in enumerate(names)}
    return np.array([place[t] for t in texts], np.int32), names


def _kinds(
    site_types: list[str], ids: list[str], options: AddressOptions, findings: Findings
) -> tuple[np.ndarray, np.ndarray]:
    """Kind and service bits of each address; where nobody lives or works only power is taken."""
    verdicts = {site_type: premise_kind(site_type) for site_type in set(site_types)}
    every = sum(SERVICE_BITS[s] for s in options.services)
    for one, site_type in zip(ids, site_types, strict=True):
        verdict = verdicts[site_type]
        if not site_type:
            findings.add("site-type-missing", one)
        elif not verdict.premise:
            findings.add("site-type-not-premise", f"{one} ({site_type})")
        elif not verdict.known:
            findings.add("site-type-unknown", f"{one} ({site_type})")
    kind = np.array([int(verdicts[s].kind) for s in site_types], np.uint8)
    services = [every if verdicts[s].premise else every & SERVICE_BITS["electric"] for s in site_types]
    return kind, np.array(services, np.uint8)


def _buildings(ids: list[str], numbers: list[str], text: Mapping[str, list[str]], findings: Findings) -> Ints:
    """One number for all addresses of the same number, street and locality; own numbers for those without."""
    building: dict[tuple[str, ...], int] = {}
    keys: list[tuple[str, ...]] = []
    for i, house in enumerate(numbers):
        where = (house.casefold(), text["street"][i].casefold(), text["locality"][i].casefold())
        keys.append(where if house and where[1] else (ids[i],))
        building.setdefault(keys[-1], len(building))
    same = Counter((*key, unit.casefold()) for key, unit in zip(keys, text["unit"], strict=True) if len(key) > 1)
    findings.add_all(
        "address-same-text",
        (
            ids[i]
            for i, (key, unit) in enumerate(zip(keys, text["unit"], strict=True))
            if same[*key, unit.casefold()] > 1
        ),
    )
    return np.array([building[key] for key in keys], np.int32)
