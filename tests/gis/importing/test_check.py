from pathlib import Path

import numpy as np

from stormops.core.network import City
from stormops.gis.importing.check import check_network
from stormops.gis.importing.city import premises_of_loads
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.flat import read_flat
from stormops.gis.importing.placing import Placement


def test_counts_and_reports_what_is_rough(flat: Path) -> None:
    with (flat / "edges.csv").open("a") as edges:
        edges.write("line,l,ring,out,lat,1.2.3,0.5,n,y,code\n")
    grid = read_flat(flat, Placement(), (), Findings())
    city = City("x", "X", "UTC", premises_of_loads(grid), grid.network)
    findings = Findings()
    counts = check_network(city, grid, findings)
    assert {f["code"]: f["examples"] for f in findings.items()} == {
        "island": ["i1"],
        "island-single": ["tie"],
        "load-dark": ["load_i"],
        "loop": ["ring"],
        "premise-dark": ["load_i"],
    }
    assert counts == {
        "premises": 3,
        "premises_with_bus": 3,
        "premises_with_path": 2,
        "loads": 3,
        "buses": 12,
        "edges": 11,
        "sources": 1,
        "open_ties": 1,
        "devices": 5,
        "depth": 5,
        "feeders": 1,
        "streets": 1,
        "street_lines": 0,
        "edges_line": 5,
        "edges_switch": 1,
        "edges_fuse": 1,
        "edges_recloser": 0,
        "edges_breaker": 2,
        "edges_transformer": 1,
        "edges_power_transformer": 1,
    }


def test_a_network_without_a_source_feeds_nobody(flat: Path) -> None:
    grid = read_flat(flat, Placement(), (), Findings())
    grid.network.bus_source[:] = np.zeros(12, np.bool_)
    findings = Findings()
    counts = check_network(City("x", "X", "UTC", premises_of_loads(grid), grid.network), grid, findings)
    assert findings.count("no-source") == 1
    assert counts["premises_with_path"] == counts["devices"] == 0
