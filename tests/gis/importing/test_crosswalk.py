from collections.abc import Callable
from pathlib import Path

import pytest

from stormops.core.network import Premises
from stormops.gis.importing.addresses import AddressOptions, read_addresses
from stormops.gis.importing.crosswalk import link, report_links
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.flat import read_flat
from stormops.gis.importing.grid import Grid
from stormops.gis.importing.placing import Placement
from stormops.gis.importing.refusal import ImportRefused

Write = Callable[[str, str], Path]


@pytest.fixture
def grid(flat: Path) -> Grid:
    with (flat / "loads.csv").open("a") as loads:
        loads.write("load_again,h1,2\n")
    return read_flat(flat, Placement(), (), Findings())


@pytest.fixture
def premises(write: Write) -> Premises:
    text = "id,number,street,lon,lat\n" + "".join(f"a{i},{i},Oak St,-73.{i},44.{i}\n" for i in range(1, 4))
    return read_addresses(write("addresses.csv", text), AddressOptions(), Findings())[0]


def test_links_and_reports(write: Write, grid: Grid, premises: Premises) -> None:
    findings = Findings()
    rows = "load_bus,esiteid,addr_lon\nH1,a1,0\nnone,a2,0\nh2,a9,0\nh1,a2,0\nh2,a1,0\n"
    link(write("x.csv", rows), grid, premises, findings)
    report_links(grid, premises, findings)
    assert [grid.network.bus_id[b] if b >= 0 else "" for b in premises.bus] == ["h1", "", ""]
    assert {f["code"]: f["examples"] for f in findings.items()} == {
        "crosswalk-unknown-bus": ["none"],
        "crosswalk-unknown-address": ["a9"],
        "crosswalk-duplicate": ["a2", "a1"],
        "address-no-bus": ["a2", "a3"],
        "load-no-address": ["load_h2", "load_i"],
        "load-shares-bus": ["load_again"],
    }


@pytest.mark.parametrize(
    ("text", "row", "reason"),
    [
        ("bus,address\nh1,a1\n", 1, "no column 'esiteid'"),
        ("load_bus,esiteid\nh1,a1\n,a2\n", 3, "names no bus or no address"),
        ("load_bus,esiteid\nq1,z1\n", 1, "it belongs to other data"),
    ],
)
def test_a_wrong_crosswalk_is_refused(
    write: Write, grid: Grid, premises: Premises, *, text: str, row: int, reason: str
) -> None:
    with pytest.raises(ImportRefused, match=reason) as refused:
        link(write("x.csv", text), grid, premises, Findings())
    assert refused.value.row == row
