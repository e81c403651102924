import numpy as np
import pytest

from stormops.core.network import EdgeKind, Network
from stormops.gis.importing.city import premises_of_loads
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.grid import Edge, Grid, GridBuilder
from stormops.gis.importing.radial import forest
from stormops.gis.importing.warp import SHORTEST_M, rest, warp


def grid(edges: dict[str, float], loads: str) -> Grid:
    """Lines `ab` with their lengths in metres; the source is bus s; buses lie along a meridian far away."""
    builder = GridBuilder(Findings())
    for name, length in edges.items():
        builder.edge(Edge(name, builder.bus(name[0]), builder.bus(name[1]), EdgeKind.FUSE, length_m=length))
    for i in range(len(builder.bus_name)):
        builder.place(i, 10.0, 50 + i / 1000)
    for name in loads:
        builder.load(name, builder.bus(name), 1)
    builder.source(builder.bus("s"))
    return builder.build(*builder.coordinates())


def dense(network: Network, fixed: np.ndarray) -> np.ndarray:
    """The same springs solved as one linear system, for buses that all hang together."""
    n = len(fixed)
    weight = 1 / np.maximum(network.edge_length_m, SHORTEST_M)
    laplace = np.zeros((n, n))
    for a, b, w in zip(network.edge_from, network.edge_to, weight, strict=True):
        laplace[[a, b], [a, b]] += w
        laplace[[a, b], [b, a]] -= w
    known = ~np.isnan(fixed[:, 0])
    laplace[known] = np.eye(n)[known]
    out: np.ndarray = np.linalg.solve(laplace, np.where(known[:, None], fixed, 0.0))
    return out


@pytest.mark.parametrize("seed", range(5))
def test_the_two_passes_solve_the_springs(seed: int) -> None:
    chance = np.random.default_rng(seed)
    builder = GridBuilder(Findings())
    for i in range(1, 60):
        builder.edge(Edge(f"e{i}", i, int(chance.integers(i)), EdgeKind.LINE, length_m=float(chance.uniform(0, 300))))
    builder.bus_name += [str(i) for i in range(60)]
    builder.source(0)
    network = builder.build(*builder.coordinates()).network
    fixed = np.full((60, 2), np.nan)
    some = chance.choice(60, 15, replace=False)
    fixed[some] = chance.normal(size=(15, 2))
    np.testing.assert_allclose(rest(forest(network), network.edge_length_m, fixed), dense(network, fixed), atol=1e-9)


def test_loads_stand_at_their_addresses_and_the_rest_between() -> None:
    made = grid({"sa": 100.0, "ab": 100.0, "ac": 300.0, "ad": 1.0, "xy": 50.0}, "bc")
    premises = premises_of_loads(made)
    premises.lon[:], premises.lat[:] = [-73.0, -73.4], [44.0, 44.4]
    findings = Findings()
    warp(made.network, premises, findings)
    place = dict(zip(made.network.bus_id, zip(made.network.bus_lon, made.network.bus_lat, strict=True), strict=True))
    assert place["b"] == pytest.approx((-73.0, 44.0))
    assert place["c"] == pytest.approx((-73.4, 44.4))
    assert place["a"] == pytest.approx((-73.1, 44.1))
    assert place["s"] == pytest.approx(place["a"])
    assert place["d"] == pytest.approx(place["a"])
    # The island has no address: it comes along, its shape kept.
    assert findings.count("bus-moved") == 2
    assert place["y"][1] - place["x"][1] == pytest.approx(0.001)
    assert place["x"][0] == pytest.approx(-73.1, abs=0.2)


def test_without_linked_addresses_nothing_moves() -> None:
    made = grid({"sa": 1.0}, "a")
    premises = premises_of_loads(made)
    premises.bus[:] = -1
    warp(made.network, premises, Findings())
    assert made.network.bus_lon.tolist() == [10.0, 10.0]
