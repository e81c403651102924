"""The tree by the switches against a plain walk: networks and switching by chance, and rules by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.core.network import EdgeKind, Network, Premises, Tree, trace
from stormops.core.summary import SwitchState
from stormops.core.topology import SWITCHABLE, Switchgear
from tests.core.radial import radial_city
from tests.core.test_network import _network, _premises

CITY = radial_city(feeders=3, laterals=4, transformers=2, houses=2, ties=True)
"""Feeders of 16 houses, 8 before the switch in the trunk and 8 behind it; the ties join the ends of the trunks."""

FIRST, SECOND, THIRD = range(8, 16), range(24, 32), range(40, 48)
"""The far halves."""


def state(opened: bool, since: int = 1) -> SwitchState:
    return SwitchState(opened, since, "dora", "", "", "person")


class Operated:
    """A network and what was operated in it, one thing after the other."""

    def __init__(self, network: Network, premises: Premises) -> None:
        self.network, self.premises = network, premises
        self.gear = Switchgear(network, premises, trace(network, premises))
        self.states: dict[int, SwitchState] = {}
        self.clock = 0

    @classmethod
    def city(cls) -> Operated:
        return cls(CITY.network, CITY.premises)

    @property
    def tree(self) -> Tree:
        return self.gear.trace(self.states)

    def row(self, edge: int) -> int:
        return int(np.flatnonzero(self.tree.edge == edge)[0])

    def operate(self, edge: int, *, opened: bool) -> Tree:
        self.clock += 1
        row = self.row(edge)
        if self.gear.is_open(self.states, row) != opened:  # what is so already is refused
            self.states[row] = state(opened, self.clock)
        return self.tree

    def open_edges(self) -> np.ndarray:
        opened = self.network.edge_open.copy()
        for row, known in self.states.items():
            opened[self.tree.edge[row]] = known.opened
        return opened


def edges(kind: EdgeKind, *, opened: bool = False) -> list[int]:
    net = CITY.network
    return np.flatnonzero((net.edge_kind == kind) & (net.edge_open == opened)).tolist()


BREAKERS, MIDDLES, TIES = edges(EdgeKind.BREAKER), edges(EdgeKind.SWITCH), edges(EdgeKind.SWITCH, opened=True)


def feeders(tree: Tree, premises: range) -> set[int]:
    """Edges of the breakers that feed these."""
    return {int(tree.edge[tree.feeder[tree.premise_device[premise]]]) for premise in premises}


def test_the_normal_state_is_the_traced_tree_with_what_else_switches_idle() -> None:
    made, tree = Operated.city(), trace(CITY.network, CITY.premises)
    normal = made.gear.normal
    n = len(tree)
    assert made.tree is normal
    for column in ("edge", "kind", "parent", "first", "last", "customers", "feeder", "depth"):
        assert np.array_equal(getattr(normal, column)[:n], getattr(tree, column)), column
    assert np.array_equal(normal.order, tree.order)
    assert normal.idle.tolist() == list(range(n, n + len(MIDDLES) + len(TIES)))
    assert not normal.customers[n:].any()
    assert {int(normal.edge[normal.feeder[made.row(edge)]]) for edge in MIDDLES} == set(BREAKERS)
    made.operate(MIDDLES[0], opened=True)
    made.operate(MIDDLES[0], opened=False)
    assert made.tree is normal


def test_behind_what_opens_is_dead_and_a_tie_feeds_it_from_the_neighbour() -> None:
    made = Operated.city()
    tree = made.operate(MIDDLES[0], opened=True)
    assert np.flatnonzero(tree.dead).tolist() == list(FIRST)
    assert tree.below(made.row(MIDDLES[0])).tolist() == list(FIRST)
    tree = made.operate(TIES[0], opened=False)
    assert not tree.dead.any()
    assert feeders(tree, FIRST) == {BREAKERS[1]}
    assert made.row(MIDDLES[0]) in tree.idle
    assert feeders(tree, range(8)) == {BREAKERS[0]}


def test_a_ring_moves_nobody_until_it_opens() -> None:
    made = Operated.city()
    tree = made.operate(TIES[0], opened=False)
    assert tree.loop_edges.tolist() == [TIES[0]]
    assert made.gear.parallel(tree, made.row(TIES[0]))
    assert feeders(tree, FIRST) == {BREAKERS[0]}
    tree = made.operate(BREAKERS[0], opened=True)
    assert feeders(tree, range(16)) == {BREAKERS[1]}
    assert not tree.dead.any()
    tree = made.operate(BREAKERS[0], opened=False)
    assert feeders(tree, range(16)) == {BREAKERS[0]}, "fed from two sides, the normal path counts"
    assert made.gear.parallel(tree, made.row(TIES[0]))


def test_of_two_ties_the_one_closed_first_goes_on_feeding() -> None:
    made = Operated.city()
    made.operate(MIDDLES[1], opened=True)
    made.operate(TIES[1], opened=False)
    assert feeders(made.operate(TIES[0], opened=False), SECOND) == {BREAKERS[2]}
    assert feeders(made.operate(TIES[1], opened=True), SECOND) == {BREAKERS[0]}


def test_who_is_dead_is_below_what_opened_last() -> None:
    made = Operated.city()
    made.operate(MIDDLES[0], opened=True)
    made.operate(TIES[0], opened=False)
    tree = made.operate(TIES[0], opened=True)
    assert tree.below(made.row(TIES[0])).tolist() == list(FIRST)
    assert tree.dead[list(FIRST)].all()
    assert made.row(MIDDLES[0]) in tree.idle


def test_what_people_operate() -> None:
    made = Operated.city()
    kinds = made.gear.normal.kind
    assert [made.gear.switchable(row) for row in range(len(kinds))] == [int(kind) in SWITCHABLE for kind in kinds]
    assert EdgeKind.TRANSFORMER not in SWITCHABLE


def test_what_the_pack_has_as_open_can_be_closed_whatever_it_is() -> None:
    network = _network(3, [(0, 1, EdgeKind.BREAKER), (1, 2, EdgeKind.TRANSFORMER)], [0], opened=(1,))
    made = Operated(network, _premises([1, 2]))
    assert made.gear.normal.premise_device.tolist() == [0, -1]
    assert made.gear.switchable(1)
    assert made.operate(1, opened=False).path(1) == [1, 0]
    tree = made.operate(1, opened=True)
    assert tree.premise_device.tolist() == [0, -1], "as it normally is: an island of the pack"
    assert not tree.dead.any()


KINDS = [EdgeKind.LINE, EdgeKind.SWITCH, EdgeKind.FUSE, EdgeKind.BREAKER, EdgeKind.TRANSFORMER]


@st.composite
def switched_networks(draw: st.DrawFn) -> tuple[Operated, list[tuple[int, bool]]]:
    buses = draw(st.integers(1, 14))
    some = st.integers(0, buses - 1)
    drawn = draw(st.lists(st.tuples(some, some, st.sampled_from(KINDS)), max_size=24))
    ends = [edge for edge in drawn if edge[0] != edge[1]]
    normally = draw(st.sets(st.integers(0, max(len(ends) - 1, 0)), max_size=len(ends)))
    sources = draw(st.lists(some, min_size=1, max_size=3))
    network = _network(buses, ends, sources, tuple(edge for edge in normally if ends))
    made = Operated(network, _premises(draw(st.lists(st.integers(-1, buses - 1), max_size=10))))
    operable = made.gear.normal.edge.tolist()
    moves = st.tuples(st.sampled_from(operable), st.booleans()) if operable else st.nothing()
    return made, draw(st.lists(moves, max_size=12)) if operable else []


def _reached(network: Network, opened: np.ndarray) -> set[int]:
    reached = set(np.flatnonzero(network.bus_source).tolist())
    ends = list(zip(network.edge_from.tolist(), network.edge_to.tolist(), opened.tolist(), strict=True))
    before = -1
    while before != len(reached):
        before = len(reached)
        for a, b, apart in ends:
            if not apart and (a in reached) != (b in reached):
                reached |= {a, b}
    return reached


@settings(max_examples=300, deadline=None)
@given(switched_networks())
def test_fed_is_who_a_closed_path_reaches_and_nobody_moves_whose_own_path_holds(
    drawn: tuple[Operated, list[tuple[int, bool]]],
) -> None:
    made, moves = drawn
    plain = bool(np.isin(made.network.edge_kind, [EdgeKind.LINE, EdgeKind.SWITCH]).any())  # not seen in paths
    for edge, opened in moves:
        before = made.tree
        tree = made.operate(edge, opened=opened)
        opens = made.open_edges()
        reached = _reached(made.network, opens)
        for premise, bus in enumerate(made.premises.bus.tolist()):
            path = tree.path(premise)
            fed = bus >= 0 and tree.island_of_bus[bus] < 0 and not tree.dead[premise]
            assert fed == (bus in reached)
            assert tree.dead[premise] == any(opens[tree.edge[device]] for device in path)
            held = fed and not before.dead[premise] and bool(before.path(premise))
            if opened and held and not plain and made.row(edge) not in before.path(premise):
                assert path == before.path(premise), "opening moves nobody but those behind"
            if not opened and held and made.network.edge_open[edge]:
                assert path == before.path(premise), "closing a tie moves nobody"
        for device in range(len(tree)):
            assert set(tree.below(device).tolist()) == {
                premise for premise in range(len(made.premises)) if device in tree.path(premise)
            }
        assert (tree.parent[tree.idle] == -1).all()
        assert not tree.customers[tree.idle].any()


@pytest.mark.parametrize("edge", [*BREAKERS, *MIDDLES])
def test_opening_and_closing_again_is_as_before(edge: int) -> None:
    made = Operated.city()
    made.operate(TIES[0], opened=False)
    before = made.tree
    made.operate(edge, opened=True)
    after = made.operate(edge, opened=False)
    for column in ("parent", "premise_device", "order", "first", "last", "dead", "loop_edges", "idle"):
        assert np.array_equal(getattr(before, column), getattr(after, column)), column
