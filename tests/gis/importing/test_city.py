import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stormops.core.network import City, EdgeKind, trace
from stormops.gis.importing.city import FICTION, ImportOptions, describe, import_city, read_city
from stormops.gis.importing.refusal import ImportRefused
from stormops.gis.pack import read_head, read_pack

Write = Callable[[str, str], Path]

ADDRESSES = (
    "id,number,street,city,lon,lat\n"
    "a1,1,Oak St,X,-73.100,44.500\na2,2,Oak St,X,-73.101,44.5001\na3,3,Oak St,X,-73.102,44.500\n"
)


@pytest.fixture
def options(tmp_path: Path, flat: Path, write: Write) -> ImportOptions:
    return ImportOptions(
        name="small",
        title="Small",
        packs=tmp_path / "packs",
        addresses=write("addresses.csv", ADDRESSES),
        network=flat,
        crosswalk=write("crosswalk.csv", "load_bus,esiteid\nh1,a1\nh2,a2\n"),
    )


def test_addresses_on_a_network_by_a_crosswalk(options: ImportOptions) -> None:
    done = import_city(options)
    city = read_pack(done.place)
    assert city.title == "Small"
    assert FICTION in city.note
    assert "Streets are drawn from address points." in city.note
    assert read_head(done.place)["report"] == done.report
    tree = trace(city.network, city.premises)
    path = [city.network.edge_id[tree.edge[d]] for d in tree.path(0)]
    assert path == ["tr(tap)", "fuse(lat-tap)", "head", "sub", "breaker(top)"]
    assert (tree.premise_device >= 0).tolist() == [True, True, False]
    lv = city.network.bus_id.index("lv")
    assert -73.101 < city.network.bus_lon[lv] < -73.100
    assert len(city.street_lines) == 1


def test_the_same_input_gives_the_same_pack(options: ImportOptions) -> None:
    first = import_city(options)
    assert import_city(options).place == first.place
    assert len(list((options.packs / "small").iterdir())) == 1


def test_a_network_alone_gives_a_premise_for_each_load(options: ImportOptions, dss: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "net.tar.xz", "w:xz") as out:
        out.add(dss, "any/where")
    for network in (options.network, dss, dss / "Master.dss", tmp_path / "net.tar.xz"):
        city, report = read_city(replace(options, addresses=None, crosswalk=None, network=network))
        assert city.premises.id == ["load_h1", "load_h2", "load_i"]
        assert city.premises.address(0).strip() == ""
        assert report["counts"]["premises_with_path"] == 2
        assert city.note == ""
        np.testing.assert_allclose(city.premises.lon, [-84.2981, -84.298, -84.281])


def test_addresses_alone_give_a_city_without_a_network(options: ImportOptions) -> None:
    city, report = read_city(replace(options, network=None, crosswalk=None))
    assert len(city.premises) == 3
    assert report["counts"]["premises"] == 3
    assert report["counts"]["buses"] == report["counts"]["devices"] == 0
    assert not any(f["rough"] for f in report["findings"])
    place = import_city(replace(options, network=None, crosswalk=None)).place
    assert read_pack(place).network.edge_id == []


def test_addresses_may_name_their_bus(options: ImportOptions, write: Write) -> None:
    text = ADDRESSES.replace("lat\n", "lat,bus\n").replace("44.500\n", "44.500,H1\n").replace("01\n", "01,q\n")
    city, report = read_city(replace(options, addresses=write("b.csv", text), crosswalk=None))
    h1 = city.network.bus_id.index("h1")
    assert city.premises.bus.tolist() == [h1, -1, h1]
    assert "address-unknown-bus" in {f["code"] for f in report["findings"]}
    assert city.network.bus_lon[h1] == -84.2981


def test_the_report_reads_well(options: ImportOptions) -> None:
    text = describe(import_city(options).report)
    for line in (
        "          3 premises",
        "          2 premises with path",
        "  1 addresses are not linked to the network.",
        "            address-no-bus: a3",
        "Assumed:",
        "            source-found: hv",
    ):
        assert line in text.splitlines()


def refused(options: ImportOptions) -> ImportRefused:
    """The refusal of an import, after which nothing is on disk."""
    with pytest.raises(ImportRefused) as caught:
        import_city(options)
    assert not options.packs.exists()
    return caught.value


def test_a_wrong_file_is_refused_and_nothing_is_written(options: ImportOptions, write: Write) -> None:
    bad = write("bad.csv", ADDRESSES.replace("-73.102", "-73.1O2"))
    assert str(refused(replace(options, addresses=bad))) == f"{bad}, row 4: lon '-73.1O2' is not a number"
    bad = write("bad.csv", "load_bus,esiteid\nq1,z9\n")
    assert refused(replace(options, crosswalk=bad)).file == str(bad)


def test_a_fault_in_an_archive_is_told_by_its_place_there(options: ImportOptions, dss: Path, tmp_path: Path) -> None:
    with (dss / "parts/Lines.dss").open("a") as lines:
        lines.write("New Line.bad bus1=a\n")
    with tarfile.open(tmp_path / "net.tar.gz", "w:gz") as out:
        out.add(dss, "net")
    error = refused(replace(options, network=tmp_path / "net.tar.gz"))
    assert error.file == f"{tmp_path / 'net.tar.gz'}:net/parts/Lines.dss"
    assert error.row == 13


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"addresses": None, "network": None, "crosswalk": None}, "nothing to import"),
        ({"network": None}, "a crosswalk joins addresses to a network"),
        ({"name": "../evil"}, "small letters"),
        ({"name": "Big"}, "small letters"),
        ({"services": ("steam",)}, "service 'steam'"),
        ({"network": Path("nowhere")}, "is no folder, archive"),
        ({"network_master": "x.dss", "network": Path(__file__)}, "is no folder, archive"),
        ({"sources": ("nowhere",)}, "no bus 'nowhere'"),
    ],
)
def test_wrong_options_are_refused(options: ImportOptions, change: dict[str, object], reason: str) -> None:
    assert reason in str(refused(replace(options, **change)))  # type: ignore[arg-type]


def test_a_folder_without_a_network_is_refused(options: ImportOptions, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no Master.dss" in str(refused(replace(options, network=tmp_path / "empty")))


@pytest.fixture(scope="module")
def chittenden(shared: Path) -> tuple[City, dict[str, int], dict[str, int]]:
    """The real pack's city with its counts and its findings by code."""
    city, report = read_city(
        ImportOptions(
            name="chittenden",
            addresses=shared / "addresses-chittenden/addresses.csv.gz",
            network=shared / "network-greensboro",
            crosswalk=shared / "crosswalk/load_to_address.csv.gz",
        )
    )
    return city, report["counts"], {f["code"]: f["count"] for f in report["findings"]}


@pytest.mark.shared
def test_chittenden_on_greensboro(chittenden: tuple[City, dict[str, int], dict[str, int]]) -> None:
    """The figures that the data's own description states; docs/import.md explains those that differ."""
    city, counts, findings = chittenden
    assert {name: counts[name] for name in ("premises", "premises_with_bus", "loads", "open_ties", "edges")} == {
        "premises": 62_545,
        "premises_with_bus": 59_986,
        "loads": 61_354,
        "open_ties": 266,
        "edges": 154_405,
    }
    assert counts["buses"] == 154_250 + findings["edge-unknown-bus"]
    assert counts["edges_transformer"] + counts["edges_power_transformer"] == 20_909
    assert counts["edges_fuse"] == 2_183 + 7  # the high sides of seven substations have fuses too
    assert counts["edges_recloser"] == 147
    assert counts["feeders"] == 61 - findings["edge-unknown-bus"]  # three feeders hang on misspelt buses, unfed
    assert findings["load-dark"] == 1_756
    assert findings["island"] == 118
    assert findings["loop"] == 17
    assert findings["address-no-bus"] == 62_545 - 59_986
    assert findings["premise-dark"] == 59_986 - counts["premises_with_path"]
    assert not np.isnan(city.network.bus_lon).any()
    assert len(city.street_lines) > 3_000
    tree = trace(city.network, city.premises)
    service = tree.kind == EdgeKind.TRANSFORMER
    assert np.quantile(tree.customers[service], [0.5, 1]).tolist() == [2, 19]


@pytest.mark.shared
@pytest.mark.timeout(300)  # 697 files of a whole city, read twice
def test_both_ways_into_greensboro_are_one(
    shared: Path, chittenden: tuple[City, dict[str, int], dict[str, int]]
) -> None:
    """The OpenDSS archive gives the very edges of the flat tables: ids, ends, kinds and states."""
    archive = shared / "network-greensboro/greensboro_smartds_opendss.tar.xz"
    said, report = read_city(ImportOptions(name="greensboro", network=archive))

    def edges(city: City) -> set[tuple[str, frozenset[str], int, bool]]:
        n = city.network
        ends = (frozenset((n.bus_id[a], n.bus_id[b])) for a, b in zip(n.edge_from, n.edge_to, strict=True))
        return set(zip(n.edge_id, ends, n.edge_kind.tolist(), n.edge_open.tolist(), strict=True))

    told, counts, findings = chittenden
    assert edges(said) == edges(told)
    assert set(said.network.bus_id) == set(told.network.bus_id)
    ours = {f["code"]: f["count"] for f in report["findings"]}
    for code in ("island", "island-single", "loop", "load-dark", "breaker-assumed", "bus-no-coordinates"):
        assert ours[code] == findings[code]
    for name in ("loads", "buses", "edges", "sources", "open_ties", "devices", "depth", "feeders"):
        assert report["counts"][name] == counts[name]
    assert report["counts"]["premises_with_path"] == 61_354 - 1_756
