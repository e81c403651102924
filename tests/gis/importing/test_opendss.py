from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stormops.core.network import EdgeKind
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.flat import read_flat
from stormops.gis.importing.grid import Grid
from stormops.gis.importing.opendss import find_master, read_opendss
from stormops.gis.importing.placing import Placement
from stormops.gis.importing.refusal import ImportRefused

Write = Callable[[str, str], Path]
TALLAHASSEE = Placement(origin=(-84.28, 30.44))


def read(folder: Path, findings: Findings | None = None, how: Placement | None = None, master: str = "") -> Grid:
    return read_opendss(find_master(folder, master), folder, how or Placement(), (), findings or Findings())


def kinds(grid: Grid) -> Counter[str]:
    return Counter(EdgeKind(k).name for k in grid.network.edge_kind)


def shape(grid: Grid) -> set[tuple[frozenset[str], int, bool]]:
    """What the network is, whatever its edges are called and in whatever order they come."""
    n = grid.network
    ends = (frozenset((n.bus_id[a], n.bus_id[b])) for a, b in zip(n.edge_from, n.edge_to, strict=True))
    return set(zip(ends, n.edge_kind.tolist(), n.edge_open.tolist(), strict=True))


def test_says_the_same_as_the_flat_tables(dss: Path, flat: Path) -> None:
    findings = Findings()
    said, told = read(dss, findings), read_flat(flat, Placement(), (), Findings())
    assert shape(said) == shape(told)
    assert said.load_id == told.load_id
    assert sum(said.network.edge_length_m) == pytest.approx(100 + 1 + 1 + 1 + 20 + 20 + 100 + 1)
    assert [said.network.bus_id[i] for i in np.flatnonzero(said.network.bus_source)] == ["hv"]
    assert {f["code"]: f["count"] for f in findings.items()} == {
        "batch-edit-ignored": 1,
        "command-ignored": 3,
        "bus-no-coordinates": 1,
    }


@pytest.mark.parametrize(
    ("said", "kind", "is_open"),
    [
        ("", "LINE", False),
        ("New Fuse.f monitoredobj=Line.x", "FUSE", False),
        ("New Recloser.f Line.x", "RECLOSER", False),
        ("New Relay.f monitoredobj=line.other switchedobj=LINE.X", "BREAKER", False),
        ("New SwtControl.f SwitchedObj=Line.x Action=o", "SWITCH", True),
        ("New SwtControl.f SwitchedObj=Line.x Normal=closed", "SWITCH", False),
        ("New Fuse.f Line.x enabled=no", "LINE", False),
        ("Open Line.x 2", "LINE", True),
        ("Open Line.x 1\nClose Line.x 1", "LINE", False),
        ("Line.x.switch=y", "SWITCH", False),
        ("Line.x.switch=y\nDisable Line.x", "SWITCH", True),
    ],
)
def test_how_a_line_becomes_a_device(write: Write, said: str, kind: str, is_open: bool) -> None:
    """The bus behind it has no load, so that nothing is assumed about feeder heads."""
    write("net/Master.dss", f"New Circuit.c bus1=a\nNew Line.x bus1=a bus2=b\nNew Line.other a c\n{said}\n")
    grid = read(write("net/x.txt", "").parent)
    at = grid.network.edge_id.index("x")
    assert EdgeKind(int(grid.network.edge_kind[at])).name == kind
    assert bool(grid.network.edge_open[at]) is is_open


def test_what_is_out_of_service_or_shunt_is_left_out(write: Write) -> None:
    findings = Findings()
    write(
        "net/Master.dss",
        "New Circuit.c bus1=a\nNew Line.x a b enabled=False\nNew Transformer.t buses=(a b) enabled=n\n"
        "New Reactor.series bus1=a bus2=d\nNew Reactor.shunt bus1=a\nNew Capacitor.earth bus1=a.1.2.3 bus2=a.0.0.0\n"
        "New Transformer.three buses=(d e f) kvs=(69 12.47 4.16)\nNew Load.l bus1=nowhere\nNew VSource.v2 bus1=e\n",
    )
    grid = read(write("net/x.txt", "").parent, findings)
    assert grid.network.edge_id == ["series", "three", "three#2"]
    assert findings.count("winding-extra") == findings.count("load-unknown-bus") == 1
    assert findings.count("edge-disabled") == 2
    assert grid.network.bus_source.sum() == 2


@pytest.mark.parametrize(
    ("said", "row", "reason"),
    [
        ("New Line.x bus1=a", 2, "line 'x': has no bus"),
        ("New Transformer.t buses=(a)", 2, "fewer than two buses"),
        ("New Transformer.t buses=(a b) kvs=(high low)", 2, "kv 'high' is not a number"),
        ("New Line.x a b length=long units=m", 2, "length 'long' is not a number"),
        ("New Load.l phases=1", 2, "load 'l': has no bus"),
    ],
)
def test_refuses_with_the_row(write: Write, said: str, row: int, reason: str) -> None:
    write("net/Master.dss", f"New Circuit.c bus1=a\n{said}\n")
    with pytest.raises(ImportRefused, match=reason) as refused:
        read(write("net/x.txt", "").parent)
    assert refused.value.row == row


def test_finds_the_master(write: Write) -> None:
    folder = write("net/sub/Master.dss", "").parents[1]
    assert find_master(folder).parent.name == "sub"
    write("net/Master_ckt5.dss", "")
    assert find_master(folder).parent.name == "sub"
    (folder / "sub/Master.dss").rename(folder / "sub/other.dss")
    assert find_master(folder).name == "Master_ckt5.dss"
    assert find_master(folder, "OTHER.dss").name == "other.dss"
    write("net/master_2.dss", "")
    with pytest.raises(ImportRefused, match=r"several master scripts \(Master_ckt5.dss, master_2.dss\); name one"):
        find_master(folder)
    with pytest.raises(ImportRefused, match=r"no script 'x\.dss'"):
        find_master(folder, "x.dss")
    with pytest.raises(ImportRefused, match=r"no Master\.dss"):
        find_master(write("bare/x.txt", "").parent)


@pytest.mark.shared
def test_ieee_8500(shared: Path) -> None:
    """Bus and load counts are those that OpenDSS itself reports for this feeder."""
    findings = Findings()
    grid = read(shared / "networks-test/ieee8500", findings, TALLAHASSEE)
    assert len(grid.network.bus_id) == 4876
    assert len(grid.load_id) == 1177
    assert kinds(grid) == {"LINE": 3658, "SWITCH": 43, "BREAKER": 1, "TRANSFORMER": 1177, "POWER_TRANSFORMER": 1}
    assert grid.network.edge_open.sum() == 5
    assert findings.count("bank-joined") == 14
    assert not np.isnan(grid.network.bus_lon).any()


@pytest.mark.shared
def test_ieee_8500_with_its_fuses_and_relay(shared: Path) -> None:
    findings = Findings()
    grid = read(shared / "networks-test/ieee8500", findings, TALLAHASSEE, "Run_RecloserSiting.DSS")
    assert kinds(grid)["FUSE"] == 30
    breaker = int(np.flatnonzero(grid.network.edge_kind == EdgeKind.BREAKER)[0])
    assert grid.network.edge_id[breaker].lower() == "ln5815900-1"
    assert not findings.count("breaker-assumed")


@pytest.mark.shared
def test_epri_ckt5(shared: Path) -> None:
    """OpenDSS reports 2,998 buses; ours has four more, the far ends of open switches that it takes out."""
    findings = Findings()
    grid = read(shared / "networks-test/epri_ckt5", findings, TALLAHASSEE)
    assert len(grid.network.bus_id) == 2998 + 4
    assert len(grid.load_id) == 1379
    assert kinds(grid) == {"LINE": 2344, "SWITCH": 73, "BREAKER": 1, "TRANSFORMER": 584, "POWER_TRANSFORMER": 1}
    assert findings.count("edge-disabled") == 5
