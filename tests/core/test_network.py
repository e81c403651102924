"""The trace against a plain walk, on small networks made by chance: rings, islands, many sources and all."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.generate import generate_city
from stormops.core.network import PROTECTIVE, EdgeKind, Network, Premises, Tree, trace


def _premises(bus: list[int]) -> Premises:
    n = len(bus)
    blank, zero = [""] * n, np.zeros(n, np.int32)
    flags = np.zeros(n, np.uint8)
    where = np.zeros(n)
    return Premises(
        [f"P{i}" for i in range(n)], blank, zero, blank, zero, blank, where, where, zero, flags, flags,
        blank, blank, blank, np.array(bus, np.int32), ["A St"], ["Here"],
    )  # fmt: skip


def _network(
    buses: int, edges: list[tuple[int, int, EdgeKind]], sources: list[int], opened: tuple[int, ...] = ()
) -> Network:
    ends = np.array([(a, b) for a, b, _ in edges], np.int32).reshape(len(edges), 2)
    source, is_open = np.zeros(buses, np.bool_), np.zeros(len(edges), np.bool_)
    source[sources] = True
    is_open[list(opened)] = True
    at = np.arange(buses, dtype=np.float64)
    return Network(
        [f"b{i}" for i in range(buses)], at, at, source, [f"e{i}" for i in range(len(edges))],
        ends[:, 0].copy(), ends[:, 1].copy(), np.array([k for *_, k in edges], np.uint8), is_open, np.ones(len(edges)),
    )  # fmt: skip


FEEDER = [
    (0, 1, EdgeKind.POWER_TRANSFORMER),
    (1, 2, EdgeKind.BREAKER),
    (2, 3, EdgeKind.LINE),
    (3, 4, EdgeKind.FUSE),
    (4, 5, EdgeKind.TRANSFORMER),
    (3, 6, EdgeKind.RECLOSER),
    (6, 7, EdgeKind.TRANSFORMER),
    (5, 7, EdgeKind.SWITCH),
]


def test_a_feeder_by_hand() -> None:
    tree = trace(_network(8, FEEDER, [0], opened=(7,)), _premises([5, 7, 5, -1, 3]))
    kinds = [EdgeKind(int(k)).name for k in tree.kind]
    assert sorted(kinds) == ["BREAKER", "FUSE", "POWER_TRANSFORMER", "RECLOSER", "TRANSFORMER", "TRANSFORMER"]
    at = {int(e): d for d, e in enumerate(tree.edge)}
    assert tree.customers.tolist() == [{0: 4, 1: 4, 3: 2, 4: 2, 5: 1, 6: 1}[int(e)] for e in tree.edge]
    assert sorted(tree.below(at[3]).tolist()) == [0, 2]
    assert tree.path(1) == [at[6], at[5], at[1], at[0]]
    assert tree.premise_device[3] == -1
    assert tree.premise_device[4] == at[1]
    assert tree.feeder[at[0]] == at[0]
    assert set(tree.feeder[[at[k] for k in (1, 3, 4, 5, 6)]].tolist()) == {at[1]}
    assert tree.depth[at[4]] == 3
    assert not len(tree.loop_edges)


def test_a_closed_tie_is_a_loop_and_an_open_breaker_makes_an_island() -> None:
    tree = trace(_network(8, FEEDER, [0]), _premises([5, 7]))
    assert len(tree.loop_edges) == 1
    opened = np.zeros(8, np.bool_)
    opened[1] = True
    tree = trace(_network(8, FEEDER, [0]), _premises([5, 7]), opened)
    assert tree.premise_device.tolist() == [-1, -1]
    assert tree.island_of_bus.tolist() == [-1, -1, 0, 0, 0, 0, 0, 0]


def test_nothing_at_all() -> None:
    tree = trace(_network(0, [], []), _premises([]))
    assert len(tree) == 0
    tree = trace(_network(3, [(0, 1, EdgeKind.FUSE)], []), _premises([1]))
    assert len(tree) == 0
    assert tree.premise_device.tolist() == [-1]
    assert tree.island_of_bus.tolist() == [0, 0, 1]


def _plain(network: Network, premises: Premises) -> tuple[list[int], list[int]]:
    """Distance of every bus from a source and of every premise the count of premises-free facts: a plain walk."""
    near: list[list[int]] = [[] for _ in network.bus_id]
    for e in np.flatnonzero(~network.edge_open).tolist():
        near[network.edge_from[e]].append(int(network.edge_to[e]))
        near[network.edge_to[e]].append(int(network.edge_from[e]))
    steps = [-1] * len(near)
    queue = deque(np.flatnonzero(network.bus_source).tolist())
    for bus in queue:
        steps[bus] = 0
    while queue:
        bus = queue.popleft()
        for other in near[bus]:
            if steps[other] < 0:
                steps[other] = steps[bus] + 1
                queue.append(other)
    return steps, [steps[b] if b >= 0 else -1 for b in premises.bus.tolist()]


def _check_tree(tree: Tree, network: Network, premises: Premises) -> None:
    steps, fed = _plain(network, premises)
    assert [i < 0 for i in tree.island_of_bus.tolist()] == [s >= 0 for s in steps]
    assert (tree.parent < np.arange(len(tree))).all()
    kinds = {int(k) for k in PROTECTIVE}
    assert all(int(network.edge_kind[e]) in kinds for e in tree.edge)
    below: list[set[int]] = [set() for _ in range(len(tree))]
    for premise, steps_there in enumerate(fed):
        path = tree.path(premise)
        assert not path or steps_there >= 0
        assert len(path) <= max(steps_there, 0)
        for device in path:
            below[device].add(premise)
    for device, members in enumerate(below):
        assert set(tree.below(device).tolist()) == members
        assert tree.customers[device] == len(members)
        up = int(tree.parent[device])
        assert tree.depth[device] == (tree.depth[up] + 1 if up >= 0 else 0)
        begins = up < 0 or tree.kind[tree.feeder[up]] == EdgeKind.POWER_TRANSFORMER
        begins = begins or tree.kind[device] == EdgeKind.BREAKER
        assert tree.feeder[device] == (device if begins else tree.feeder[up])
    assert len(np.unique(tree.order)) == len(tree.order) == int((tree.premise_device >= 0).sum())


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_network_gives_a_tree_that_a_plain_walk_agrees_with(data: st.DataObject) -> None:
    buses = data.draw(st.integers(1, 14))
    bus = st.integers(0, buses - 1)
    edges = data.draw(st.lists(st.tuples(bus, bus, st.sampled_from(EdgeKind)), max_size=24))
    sources = data.draw(st.lists(bus, unique=True, max_size=3))
    opened = data.draw(st.lists(st.sampled_from(range(max(len(edges), 1))), unique=True)) if edges else []
    network = _network(buses, edges, sources, tuple(opened))
    premises = _premises(data.draw(st.lists(st.integers(-1, buses - 1), max_size=20)))
    _check_tree(trace(network, premises), network, premises)


def test_the_order_of_the_rows_does_not_change_who_is_below_what() -> None:
    city = generate_city(400, seed=2)
    network = city.network
    tree = trace(network, city.premises)
    shuffle = np.random.default_rng(1).permutation(len(network.edge_id))
    mixed = Network(
        network.bus_id, network.bus_lon, network.bus_lat, network.bus_source,
        [network.edge_id[k] for k in shuffle], network.edge_from[shuffle], network.edge_to[shuffle],
        network.edge_kind[shuffle], network.edge_open[shuffle], network.edge_length_m[shuffle],
    )  # fmt: skip
    other = trace(mixed, city.premises)
    one = {network.edge_id[e]: sorted(tree.below(d).tolist()) for d, e in enumerate(tree.edge.tolist())}
    two = {mixed.edge_id[e]: sorted(other.below(d).tolist()) for d, e in enumerate(other.edge.tolist())}
    assert one == two


@pytest.mark.parametrize("open_share", [0.0, 0.02])
def test_a_generated_city_with_switches_opened_by_chance(open_share: float) -> None:
    city = generate_city(300, seed=6)
    opened = city.network.edge_open | (np.random.default_rng(3).random(len(city.network.edge_id)) < open_share)
    city.network.edge_open = opened
    _check_tree(trace(city.network, city.premises), city.network, city.premises)


def test_an_address_in_one_line_and_metres_about_the_centre() -> None:
    city = generate_city(300, seed=6)
    premises = city.premises
    with_unit = next(k for k in range(len(premises)) if premises.unit[k])
    street = premises.streets[premises.street[with_unit]]
    assert premises.address(with_unit) == f"{premises.house_number[with_unit]} {street} {premises.unit[with_unit]}"
    lon, lat = city.centre
    x, y = city.metres(np.array([lon, lon]), np.array([lat, lat + 0.01]))
    assert x.tolist() == [0, 0]
    assert y[1] == pytest.approx(1113.2)
