"""The electric network from flat tables: buses, edges and loads as CSV, one folder.

Columns as in SMART-DS flattenings: `buses` (bus, lon, lat), `edges` (name, bus1, bus2, class, kind,
length_km, is_switch, enabled, linecode_or_rating, phases_nodes), `loads` (load, bus, n_phases), and
an optional `sources` (bus). docs/import.md has the table of spellings.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from stormops.core.network import EdgeKind, Ints
from stormops.gis.importing.devices import line_kind, transformer_kind
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.grid import Edge, Grid, GridBuilder, phase_bits
from stormops.gis.importing.placing import Placement, place
from stormops.gis.importing.refusal import ImportRefused
from stormops.gis.importing.table import Table, one_of, read_table

_YES, _NO = ("y", "yes", "true", "t", "1"), ("n", "no", "false", "f", "0", "")
_RATING = re.compile(r"(?:.*kVA\s+)?([\d.]+(?:/[\d.]+)+)\s*(?:kV)?", re.IGNORECASE)


def read_flat(folder: Path, how: Placement, sources: tuple[str, ...], findings: Findings) -> Grid:
    """The network of a folder of flat tables. Raises ImportRefused with file, row and reason."""
    files = one_of(folder, {"buses": True, "edges": True, "loads": True, "sources": False})
    builder = GridBuilder(findings)
    _read_buses(read_table(files["buses"]), builder)
    high = _read_edges(read_table(files["edges"]), builder)
    _read_loads(read_table(files["loads"]), builder)
    if "sources" in files:
        sources += tuple(read_table(files["sources"]).needed("bus", "name", "id"))
    set_sources(builder, folder, sources, high)
    lon, lat = place(*builder.coordinates(), how, files["buses"], findings)
    return builder.build(lon, lat)


def _read_buses(table: Table, builder: GridBuilder) -> None:
    names = table.needed("bus", "name", "id", "bus_id")
    x, y = table.numbers("lon", "longitude", "x", "long"), table.numbers("lat", "latitude", "y")
    for name, row, bx, by in zip(names, table.lines, x.tolist(), y.tolist(), strict=True):
        if not name:
            raise ImportRefused(table.file, "a bus has no name", row)
        if builder.known(name) is not None:
            builder.findings.add("bus-duplicate", name)
            continue
        builder.place(builder.bus(name), bx, by)


def _read_edges(table: Table, builder: GridBuilder) -> dict[int, float]:
    """Read the edges; gives the highest rated voltage (kV) at each bus of a transformer."""
    names = table.needed("name", "edge", "id", "edge_id")
    ends = [_ends(table, column, builder) for column in (("bus1", "from", "from_bus"), ("bus2", "to", "to_bus"))]
    classes, kinds = table.texts("class"), table.texts("kind")
    codes = table.texts("linecode_or_rating", "linecode", "rating")
    nodes = table.texts("phases_nodes", "phases")
    length_m = table.numbers("length_m")
    if table.find("length_m") is None:
        length_m = table.numbers("length_km") * 1000
    switch, enabled = _flags(table, False, "is_switch", "switch"), _flags(table, True, "enabled", "closed")
    high: dict[int, float] = {}
    for i, name in enumerate(names):
        a, b = int(ends[0][i]), int(ends[1][i])
        if classes[i].lower() == "transformer" or kinds[i].lower() in ("tr", "transformer"):
            kvs = _kvs(codes[i])
            kind = transformer_kind(kvs)
            _note_voltages(high, a, b, kvs)
            regulates = kind is EdgeKind.LINE
        else:
            # The kind column and the name say the same in SMART-DS; elsewhere either may.
            kind = max(line_kind(kinds[i], codes[i], switch[i]), line_kind(name, codes[i], switch[i]))
            regulates = False
        if not enabled[i] and not (switch[i] or kind in (EdgeKind.SWITCH, EdgeKind.BREAKER, EdgeKind.RECLOSER)):
            builder.findings.add("edge-disabled", name)
            continue
        builder.edge(Edge(name, a, b, kind, not enabled[i], float(length_m[i]), phase_bits(nodes[i]), regulates))
    return high


def _ends(table: Table, spellings: tuple[str, ...], builder: GridBuilder) -> Ints:
    """Bus indices of one end of each edge; unknown buses are added and reported."""
    found = []
    for name, row in zip(table.needed(*spellings), table.lines, strict=True):
        if not name:
            raise ImportRefused(table.file, f"{spellings[0]} is empty", row)
        if builder.known(name) is None:
            builder.findings.add("edge-unknown-bus", name)
        found.append(builder.bus(name))
    return np.array(found, np.int32)


def _flags(table: Table, default: bool, *spellings: str) -> list[bool]:
    name = table.find(*spellings)
    if name is None:
        return [default] * len(table)
    flags = []
    for text, row in zip(table.columns[name], table.lines, strict=True):
        low = text.lower()
        if low not in _YES and low not in _NO:
            raise ImportRefused(table.file, f"{name} {text[:40]!r} is neither yes nor no", row)
        flags.append(default if low == "" else low in _YES)
    return flags


def _kvs(rating: str) -> list[float]:
    """Winding voltages of a rating such as `50.0kVA 7.2/0.12/0.12`; none when it says none."""
    match = _RATING.fullmatch(rating.strip())
    try:
        return [kv for kv in map(float, match[1].split("/")) if kv > 0] if match else []
    except ValueError:
        return []


def _note_voltages(high: dict[int, float], a: int, b: int, kvs: list[float]) -> None:
    if len(kvs) >= 2:
        for bus, kv in ((a, kvs[0]), (b, kvs[1])):
            high[bus] = max(high.get(bus, 0.0), kv)


def _read_loads(table: Table, builder: GridBuilder) -> None:
    names, buses = table.needed("load", "name", "id"), table.needed("bus", "bus1")
    phases = np.nan_to_num(table.numbers("n_phases", "phases"), nan=1.0)
    for i, name in enumerate(names):
        if not name or not buses[i]:
            raise ImportRefused(table.file, "a load has no name or no bus", table.lines[i])
        if builder.known(buses[i]) is None:
            builder.findings.add("load-unknown-bus", name)
        builder.load(name, builder.bus(buses[i]), int(phases[i]))


def set_sources(builder: GridBuilder, file: Path, named: tuple[str, ...], high: dict[int, float]) -> None:
    """Mark the named sources, or find the hub of the highest voltage. Raises ImportRefused on an unknown name."""
    for name in named:
        bus = builder.known(name)
        if bus is None:
            raise ImportRefused(file, f"the network has no bus {name!r} to be a source")
        builder.source(bus)
    if named:
        return
    hub = _hub(builder, high)
    if hub is None:
        builder.findings.add("no-source", file.name)
    else:
        builder.source(hub)
        builder.findings.add("source-found", builder.bus_name[hub])


def _hub(builder: GridBuilder, high: dict[int, float]) -> int | None:
    """The bus of the highest voltage level where most closed edges meet, None without rated transformers.

    The level is what closed lines and switches join to the high sides of the transformers of the
    highest voltage: in a flattened network the bulk supply bus is the only hub there.
    """
    if not high:
        return None
    top = max(high.values())
    neighbours: dict[int, list[int]] = {}
    for edge in builder.edges:
        if not edge.is_open and edge.kind not in (EdgeKind.TRANSFORMER, EdgeKind.POWER_TRANSFORMER):
            neighbours.setdefault(edge.a, []).append(edge.b)
            neighbours.setdefault(edge.b, []).append(edge.a)
    level = {bus for bus, kv in high.items() if kv == top}
    todo = sorted(level)
    while todo:
        for bus in neighbours.get(todo.pop(), ()):
            if bus not in level:
                level.add(bus)
                todo.append(bus)
    return max(sorted(level), key=lambda bus: len(neighbours.get(bus, ())))
