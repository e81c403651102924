"""`import_city`: a real city's addresses and network become a city pack, with a report of what is rough.

Any of addresses, network and crosswalk may be left out: addresses alone give a city without a
network, a network alone gives one premise a load. Nothing is written before everything was read.
"""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from stormops.core.network import SERVICE_BITS, City, Network, PremiseKind, Premises
from stormops.gis.importing.addresses import AddressOptions, read_addresses
from stormops.gis.importing.archive import is_archive, unpack
from stormops.gis.importing.check import check_network
from stormops.gis.importing.crosswalk import link, report_links
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.flat import read_flat
from stormops.gis.importing.grid import Grid
from stormops.gis.importing.opendss import find_master, read_opendss
from stormops.gis.importing.placing import Placement
from stormops.gis.importing.refusal import ImportRefused
from stormops.gis.importing.streets import draw_streets, rank_streets
from stormops.gis.importing.warp import warp
from stormops.gis.pack import write_pack

DRAWN = "Streets are drawn from address points."
FICTION = (
    "Fiction for testing: the addresses and the network are of different places, joined by a crosswalk; "
    "loads stand at their addresses and every line is drawn near the customers whom it feeds."
)


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """What to import and how; only the name and one of `addresses` and `network` are needed.

    `network` is a folder of flat tables, a folder or an archive of OpenDSS files, or a master
    script. `columns` maps our address columns to the file's (`{"street": "PREDIR+NAME+TYPE"}`).
    """

    name: str
    title: str = ""
    time_zone: str = "America/New_York"
    packs: Path = Path("var/packs")
    addresses: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    address_crs: str = ""
    address_layer: str = ""
    services: tuple[str, ...] = tuple(SERVICE_BITS)
    network: Path | None = None
    network_master: str = ""
    network_crs: str = ""
    origin: tuple[float, float] | None = None
    rotation_deg: float = 0.0
    unit: str = "ft"
    sources: tuple[str, ...] = ()
    crosswalk: Path | None = None


@dataclass(frozen=True)
class Imported:
    """The finished import: the pack's folder, the city, and the report as it stands in `pack.json`."""

    place: Path
    city: City
    report: dict[str, Any]


def import_city(options: ImportOptions) -> Imported:
    """Read, check and write one city. Raises ImportRefused (file, row, reason); then nothing was written."""
    city, report = read_city(options)
    return Imported(write_pack(city, options.packs, report), city, report)


def read_city(options: ImportOptions) -> tuple[City, dict[str, Any]]:
    """Read and check one city without writing it; the city and its report. Raises ImportRefused."""
    _check_options(options)
    # Millions of small objects that stay would be looked through again and again: a third of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _read_city(options)
    finally:
        if collecting:
            gc.enable()


def _read_city(options: ImportOptions) -> tuple[City, dict[str, Any]]:
    findings = Findings()
    grid = _read_network(options, findings)
    premises = _read_premises(options, grid, findings)
    city = City(
        name=options.name,
        title=options.title or options.name,
        time_zone=options.time_zone,
        premises=premises,
        network=grid.network,
        note=_note(options),
    )
    city.street_lines, city.street_line_street = draw_streets(premises, findings)
    city.street_line_class = rank_streets(city.street_lines, city.street_line_street, premises.streets)
    counts = check_network(city, grid, findings)
    return city, {"counts": counts, "findings": findings.items()}


def describe(report: Mapping[str, Any]) -> str:
    """The report for people: counts, then what is rough, then what was assumed, with a few ids each."""
    lines = ["Imported:"]
    lines += [f"  {count:>9,} {name.replace('_', ' ')}" for name, count in report["counts"].items() if count]
    for rough, head in ((True, "Rough, and loaded all the same:"), (False, "Assumed:")):
        found = [item for item in report["findings"] if item["rough"] is rough]
        lines += [head] if found else []
        for item in found:
            examples = ", ".join(item["examples"][:3]) + (" …" if item["count"] > 3 else "")
            lines += [f"  {item['text']}", f"            {item['code']}: {examples}"]
    return "\n".join(lines)


def _check_options(options: ImportOptions) -> None:
    if options.addresses is None and options.network is None:
        raise ImportRefused(options.name, "nothing to import: give addresses, a network or both")
    if not options.name.replace("-", "").isalnum() or not options.name.islower():
        raise ImportRefused(options.name, "the city's name is made of small letters, digits and hyphens")
    if options.crosswalk is not None and (options.addresses is None or options.network is None):
        raise ImportRefused(options.crosswalk, "a crosswalk joins addresses to a network: give both")
    unknown = [s for s in options.services if s not in SERVICE_BITS]
    if unknown:
        raise ImportRefused(options.name, f"service {unknown[0]!r} is none of {', '.join(SERVICE_BITS)}")


def _note(options: ImportOptions) -> str:
    parts = [FICTION] if options.crosswalk is not None else []
    parts += [DRAWN] if options.addresses is not None else []
    return " ".join(parts)


def _read_network(options: ImportOptions, findings: Findings) -> Grid:
    if options.network is None:
        return empty_grid()
    how = Placement(options.network_crs, options.origin, options.rotation_deg, options.unit)
    with _unpacked(options.network) as path:
        if path.is_file():
            return read_opendss(path, path.parent, how, options.sources, findings)
        flat = [p for p in path.rglob("edges.csv*") if p.name in ("edges.csv", "edges.csv.gz")]
        if flat:
            return read_flat(min(flat, key=lambda p: len(p.parts)).parent, how, options.sources, findings)
        return read_opendss(find_master(path, options.network_master), path, how, options.sources, findings)


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The folder or script itself; of an archive, a folder that is gone afterwards."""
    if path.is_file() and is_archive(path):
        with tempfile.TemporaryDirectory(prefix="stormops-import-") as folder:
            unpack(path, Path(folder))
            try:
                yield Path(folder)
            except ImportRefused as refused:  # say the place in the archive, not in a folder that is gone
                inside = Path(refused.file).relative_to(folder).as_posix()
                raise ImportRefused(f"{path}:{inside}", refused.reason, refused.row) from refused
    elif path.is_dir() or (path.is_file() and path.suffix.lower() == ".dss"):
        yield path
    else:
        raise ImportRefused(path, "is no folder, archive (.zip, .tar.*) or OpenDSS script (.dss)")


def _read_premises(options: ImportOptions, grid: Grid, findings: Findings) -> Premises:
    """The premises with their buses; the network's geometry follows the crosswalk."""
    if options.addresses is None:
        return premises_of_loads(grid)
    how = AddressOptions(options.columns, options.address_crs, options.address_layer, options.services)
    premises, said = read_addresses(options.addresses, how, findings)
    at = {name.lower(): i for i, name in enumerate(grid.network.bus_id)}
    for i, name in enumerate(said):
        if name:
            premises.bus[i] = at.get(name.lower(), -1)
            if premises.bus[i] < 0:
                findings.add("address-unknown-bus", premises.id[i])
    if options.crosswalk is not None:
        link(options.crosswalk, grid, premises, findings)
        warp(grid.network, premises, findings)
    if options.network is not None:
        report_links(grid, premises, findings)
    return premises


def empty_grid() -> Grid:
    """A network of nothing, for a city of addresses alone."""
    none, floats = np.empty(0, np.int32), np.empty(0)
    flags = np.empty(0, np.bool_)
    network = Network([], floats, floats, flags, [], none, none, np.empty(0, np.uint8), flags, floats)
    return Grid(network, [], none, none)


def premises_of_loads(grid: Grid) -> Premises:
    """One premise a load, without an address; three-phase loads are taken as commercial."""
    n = len(grid.load_id)
    kinds = np.where(grid.load_phases >= 3, int(PremiseKind.COMMERCIAL), int(PremiseKind.SINGLE_FAMILY))
    return Premises(
        id=list(grid.load_id),
        house_number=[""] * n,
        street=np.zeros(n, np.int32),
        unit=[""] * n,
        locality=np.zeros(n, np.int32),
        postcode=[""] * n,
        lon=grid.network.bus_lon[grid.load_bus],
        lat=grid.network.bus_lat[grid.load_bus],
        building=np.arange(n, dtype=np.int32),
        kind=kinds.astype(np.uint8),
        services=np.full(n, SERVICE_BITS["electric"], np.uint8),
        account=[""] * n,
        phone=[""] * n,
        meter=[""] * n,
        bus=grid.load_bus.copy(),
        streets=[""],
        localities=[""],
    )
