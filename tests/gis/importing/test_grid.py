import numpy as np
import pytest

from stormops.core.network import EdgeKind
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.grid import Edge, Grid, GridBuilder, borrow_coordinates, phase_bits, unique_ids

LINE = EdgeKind.LINE


def build(edges: list[tuple[str, str, str, EdgeKind, int]], findings: Findings) -> Grid:
    builder = GridBuilder(findings)
    for name, a, b, kind, phases in edges:
        builder.edge(Edge(name, builder.bus(a), builder.bus(b), kind, phases=phases))
    lon, lat = builder.coordinates()
    return builder.build(lon, lat)


def test_phase_bits() -> None:
    assert phase_bits("1.2.3") == 0b1110
    assert phase_bits("2.0") == 0b100
    assert phase_bits("") == phase_bits("0") == 0


def test_bus_names_ignore_case() -> None:
    builder = GridBuilder(Findings())
    assert builder.bus("Bus") == builder.bus("bUS") == builder.known("BUS") == 0
    assert builder.bus_name == ["Bus"]
    assert builder.known("other") is None


def test_single_phases_side_by_side_are_one_bank() -> None:
    findings = Findings()
    edges = [("a", "x", "y", LINE, 0b10), ("b", "y", "x", LINE, 0b100), ("c", "x", "y", LINE, 0b1000)]
    assert build(edges, findings).network.edge_id == ["a"]
    assert findings.count("bank-joined") == 2


@pytest.mark.parametrize(
    "second",
    [("b", "x", "y", LINE, 0b10), ("b", "x", "y", EdgeKind.FUSE, 0b100), ("b", "x", "z", LINE, 0b100)],
)
def test_the_same_phase_another_kind_or_bus_stays_apart(second: tuple[str, str, str, EdgeKind, int]) -> None:
    assert build([("a", "x", "y", LINE, 0b10), second], Findings()).network.edge_id == ["a", "b"]


def test_an_edge_to_itself_is_left_out() -> None:
    findings = Findings()
    assert build([("a", "x", "X", LINE, 0), ("b", "x", "y", LINE, 0)], findings).network.edge_id == ["b"]
    assert findings.items()[0]["examples"] == ["a"]


def test_ids_become_unique() -> None:
    findings = Findings()
    assert unique_ids(["a", "a#2", "a", "b", "a"], "edge-duplicate", findings) == ["a", "a#2", "a#3", "b", "a#4"]
    assert findings.count("edge-duplicate") == 2


def test_missing_coordinates_come_from_the_nearest_neighbour() -> None:
    nan = np.nan
    lon, lat = np.array([1.0, nan, nan, 9.0, nan]), np.array([2.0, nan, 5.0, 9.0, nan])
    borrow_coordinates(lon, lat, np.array([0, 1, 2], np.int32), np.array([1, 2, 3], np.int32))
    np.testing.assert_array_equal(lon, [1, 1, 9, 9, nan])
    np.testing.assert_array_equal(lat, [2, 2, 9, 9, nan])


def test_unknown_lengths_are_measured() -> None:
    builder = GridBuilder(Findings())
    for i, name in enumerate("abc"):
        builder.place(builder.bus(name), -84.0, 30.0 + i / 1000)
    builder.edge(Edge("known", 0, 1, LINE, length_m=7.0))
    builder.edge(Edge("measured", 0, 2, LINE))
    length = builder.build(*builder.coordinates()).network.edge_length_m
    assert length.tolist() == pytest.approx([7.0, 222.64])


def test_an_empty_network_builds() -> None:
    builder = GridBuilder(Findings())
    grid = builder.build(*builder.coordinates())
    assert grid.load_id == grid.network.edge_id == []
