"""The crosswalk: which address each load of the network stands for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stormops.core.network import Premises
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.grid import Grid
from stormops.gis.importing.refusal import ImportRefused
from stormops.gis.importing.table import read_table


def link(file: Path, grid: Grid, premises: Premises, findings: Findings) -> None:
    """Give each address of the crosswalk its bus, in place. Rows that name nothing known are reported."""
    table = read_table(file)
    buses = table.needed("load_bus", "bus")
    addresses = table.needed("esiteid", "address_id", "premise", "id")
    bus_at = {name.lower(): i for i, name in enumerate(grid.network.bus_id)}
    premise_at = {name: i for i, name in enumerate(premises.id)}
    taken: set[int] = set()
    linked = 0
    for bus_name, address, row in zip(buses, addresses, table.lines, strict=True):
        if not bus_name or not address:
            raise ImportRefused(file, "a row names no bus or no address", row)
        bus, premise = bus_at.get(bus_name.lower()), premise_at.get(address)
        if bus is None:
            findings.add("crosswalk-unknown-bus", bus_name)
        elif premise is None:
            findings.add("crosswalk-unknown-address", address)
        elif premises.bus[premise] >= 0 or bus in taken:
            findings.add("crosswalk-duplicate", address)
        else:
            premises.bus[premise] = bus
            taken.add(bus)
            linked += 1
    if not linked:
        raise ImportRefused(file, "links none of its addresses to the network: it belongs to other data", 1)


def report_links(grid: Grid, premises: Premises, findings: Findings) -> None:
    """Report addresses without a bus, and loads that stand for no address of their own."""
    findings.add_all("address-no-bus", (premises.id[i] for i in np.flatnonzero(premises.bus < 0)))
    with_address = set(premises.bus[premises.bus >= 0].tolist())
    seen: set[int] = set()
    for name, bus in zip(grid.load_id, grid.load_bus.tolist(), strict=True):
        if bus in seen:
            findings.add("load-shares-bus", name)
        elif bus not in with_address:
            findings.add("load-no-address", name)
        seen.add(bus)
