from collections.abc import Callable
from pathlib import Path

import pytest

from stormops.core.network import EdgeKind
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.flat import read_flat
from stormops.gis.importing.placing import Placement
from stormops.gis.importing.refusal import ImportRefused

Write = Callable[[str, str], Path]


def read(folder: Path, findings: Findings | None = None, sources: tuple[str, ...] = ()) -> dict[str, EdgeKind]:
    network = read_flat(folder, Placement(), sources, findings or Findings()).network
    return dict(zip(network.edge_id, map(EdgeKind, network.edge_kind.tolist()), strict=True))


def change(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))


def test_reads_a_network(flat: Path) -> None:
    findings = Findings()
    grid = read_flat(flat, Placement(), (), findings)
    network = grid.network
    assert len(network.bus_id) == 12
    assert {EdgeKind(k).name for k in network.edge_kind} == {
        *("BREAKER", "POWER_TRANSFORMER", "LINE", "FUSE", "TRANSFORMER", "SWITCH"),
    }
    assert [network.edge_id[i] for i in network.edge_open.nonzero()[0]] == ["tie1"]
    assert network.edge_length_m[3] == pytest.approx(100)
    assert [network.bus_id[i] for i in network.bus_source.nonzero()[0]] == ["hv"]
    assert [network.bus_id[i] for i in grid.load_bus] == ["h1", "h2", "i2"]
    assert grid.load_phases.tolist() == [2, 3, 2]
    assert {f["code"]: f["examples"] for f in findings.items()} == {
        "source-found": ["hv"],
        "bus-no-coordinates": ["h2"],
    }
    h1, lv, h2 = (network.bus_id.index(b) for b in ("h1", "lv", "h2"))
    assert network.bus_lat[h2] == network.bus_lat[lv] != network.bus_lat[h1]


def test_sources_may_be_named(flat: Path, write: Write) -> None:
    findings = Findings()
    read(flat, findings, ("mv",))
    assert not findings.count("source-found")
    write("net/sources.csv", "bus\nhv\n")
    read(flat, findings)
    assert not findings.count("source-found")
    with pytest.raises(ImportRefused, match="no bus 'nowhere' to be a source"):
        read(flat, sources=("nowhere",))


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("buses.csv", "tie,", "hv,0,0\ntie,", "bus-duplicate"),
        ("buses.csv", "tie,-84.29,30.41", "tie,0,0", "coordinates-outside"),
        ("buses.csv", "tie,-84.29,30.41\n", "", "edge-unknown-bus"),
        ("edges.csv", "line,l,s2,", "line,l,s1,", "edge-duplicate"),
        ("edges.csv", "s1,lv,h1", "s1,lv,lv", "edge-to-itself"),
        ("edges.csv", "trunk,out,lat,1.2.3,0.1,n,y", "trunk,out,lat,1.2.3,0.1,n,n", "edge-disabled"),
        ("loads.csv", "load_h2,", "load_h1,", "load-duplicate"),
        ("loads.csv", ",h2,", ",h9,", "load-unknown-bus"),
        ("edges.csv", "head,mv,out,1.2.3,0.001,y,y,BREAKER", "head,mv,out,1.2.3,0.001,y,y,SWITCH", "breaker-assumed"),
    ],
)
def test_what_is_rough_is_loaded_and_reported(flat: Path, file: str, old: str, new: str, code: str) -> None:
    change(flat, file, old, new)
    findings = Findings()
    assert read(flat, findings)
    assert findings.count(code) == 1


def test_without_rated_transformers_no_source_is_guessed(flat: Path) -> None:
    text = (flat / "edges.csv").read_text().replace("69.0/12.47", "").replace("7.2/0.12/0.12", "")
    (flat / "edges.csv").write_text(text)
    findings = Findings()
    read(flat, findings)
    assert findings.count("no-source") == 1


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "reason"),
    [
        ("buses.csv", "hv2,-84.30", "hv2,west", 3, "lon 'west' is not a number"),
        ("buses.csv", "hv2,", ",", 3, "a bus has no name"),
        ("buses.csv", "bus,lon", "knot,lon", 1, "no column 'bus'"),
        ("edges.csv", "fuse(lat-tap),lat,tap", "fuse(lat-tap),,tap", 6, "bus1 is empty"),
        ("edges.csv", "0.1,n,y,code", "0.1,n,perhaps,code", 5, "enabled 'perhaps' is neither yes nor no"),
        ("edges.csv", "0.001,y,y,breaker", "long,y,y,breaker", 2, "length_km 'long' is not a number"),
        ("edges.csv", "bus2", "target", 1, "no column 'bus2'"),
        ("edges.csv", "line,l,s1,lv,h1", "line,l,s1,lv", 8, "has 9 fields"),
        ("loads.csv", "load_h2,h2", "load_h2,", 3, "no name or no bus"),
    ],
)
def test_what_is_wrong_is_refused_with_its_row(
    flat: Path, *, file: str, old: str, new: str, row: int, reason: str
) -> None:
    change(flat, file, old, new)
    with pytest.raises(ImportRefused, match=reason.replace("(", r"\(")) as refused:
        read(flat)
    assert refused.value.row == row
    assert refused.value.file.endswith(file)


def test_a_missing_table_is_refused(flat: Path) -> None:
    (flat / "loads.csv").unlink()
    with pytest.raises(ImportRefused, match=r"has no loads.csv"):
        read(flat)
