import numpy as np

from stormops.core.network import EdgeKind
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.grid import Edge, Grid, GridBuilder
from stormops.gis.importing.radial import forest

LINE, FUSE, STATION = EdgeKind.LINE, EdgeKind.FUSE, EdgeKind.POWER_TRANSFORMER
BREAKER, RECLOSER, SWITCH = EdgeKind.BREAKER, EdgeKind.RECLOSER, EdgeKind.SWITCH


def grid(edges: list[tuple[str, EdgeKind]], loads: str, regulating: str = "", opened: str = "") -> Grid:
    """Edges written `ab` join bus a to bus b; the source is bus s."""
    builder = GridBuilder(Findings())
    for name, kind in edges:
        a, b = builder.bus(name[0]), builder.bus(name[1])
        builder.edge(Edge(name, a, b, kind, name == opened, 1.0, regulates=name == regulating))
    for name in loads:
        builder.load(name, builder.bus(name), 1)
    builder.source(builder.bus("s"))
    return builder.build(*builder.coordinates())


def kinds(made: Grid) -> dict[str, EdgeKind]:
    return dict(zip(made.network.edge_id, map(EdgeKind, made.network.edge_kind.tolist()), strict=True))


def test_forest_reaches_every_bus_and_says_how() -> None:
    network = grid([("sa", LINE), ("ab", FUSE), ("xy", LINE), ("bx", SWITCH)], "", opened="bx").network
    tree = forest(network)
    at = {name: i for i, name in enumerate(network.bus_id)}
    assert sorted(tree.order.tolist()) == list(range(5))
    assert tree.depth[[at[b] for b in "sabxy"]].tolist() == [0, 1, 2, 0, 1]
    assert tree.before[at["b"]] == at["a"]
    assert tree.via[[at[b] for b in "sabxy"]].tolist() == [-1, 0, 1, -1, 2]


def test_forest_of_nothing() -> None:
    builder = GridBuilder(Findings())
    tree = forest(builder.build(*builder.coordinates()).network)
    assert len(tree.order) == len(tree.depth) == 0


def test_the_first_line_below_a_station_stands_for_its_breaker() -> None:
    made = grid([("sa", LINE), ("ab", STATION), ("bc", LINE), ("cd", LINE), ("de", FUSE)], "e")
    assert kinds(made) == {"sa": LINE, "ab": STATION, "bc": BREAKER, "cd": LINE, "de": FUSE}


def test_a_regulator_is_no_breaker() -> None:
    made = grid([("ab", STATION), ("sa", LINE), ("bc", LINE), ("cd", LINE)], "d", regulating="bc")
    assert kinds(made)["bc"] is LINE
    assert kinds(made)["cd"] is BREAKER


def test_a_stated_breaker_is_enough() -> None:
    made = grid([("sa", STATION), ("ab", LINE), ("bc", BREAKER), ("cd", LINE), ("ae", LINE), ("ef", BREAKER)], "df")
    assert [name for name, kind in kinds(made).items() if kind is BREAKER] == ["bc", "ef"]


def test_reclosers_at_the_station_are_its_breakers_but_not_those_further_out() -> None:
    made = grid([("sa", STATION), ("ab", SWITCH), ("bc", RECLOSER), ("bd", RECLOSER), ("ce", RECLOSER)], "de")
    assert kinds(made) == {"sa": STATION, "ab": SWITCH, "bc": BREAKER, "bd": BREAKER, "ce": RECLOSER}


def test_without_a_station_the_feeder_begins_at_the_source() -> None:
    made = grid([("sa", LINE), ("ab", RECLOSER), ("ac", LINE)], "bc")
    assert kinds(made) == {"sa": BREAKER, "ab": RECLOSER, "ac": LINE}


def test_nothing_is_assumed_where_nobody_is_fed() -> None:
    made = grid([("sa", STATION), ("ab", LINE), ("xy", LINE)], "y")
    assert BREAKER not in kinds(made).values()


def test_a_ring_is_walked_once() -> None:
    network = grid([("sa", LINE), ("ab", LINE), ("bs", LINE)], "").network
    assert np.bincount(forest(network).depth).tolist() == [1, 2]
