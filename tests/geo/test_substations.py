import numpy as np

from geo.substations import PER_BANK
from stormops.core.network import City, EdgeKind, Tree, trace


def test_feeders_can_be_fed_from_another(city: City, tree: Tree) -> None:
    """Every feeder has a tie to another one: open its breaker, close its ties, and nobody is out."""
    net = city.network
    ties = np.array([k for k, name in enumerate(net.edge_id) if name.startswith("TIE-")])
    assert net.edge_open[ties].all()
    for feeder in np.flatnonzero(tree.kind == EdgeKind.BREAKER).tolist():
        opened = net.edge_open.copy()
        opened[tree.edge[feeder]] = True
        ends = tree.bus_device[np.stack([net.edge_from[ties], net.edge_to[ties]])]
        opened[ties[(tree.feeder[ends] == feeder).any(axis=0)]] = False
        assert (trace(net, city.premises, opened).premise_device >= 0).all()


def test_a_power_transformer_carries_few_feeders(tree: Tree) -> None:
    breakers = np.flatnonzero(tree.kind == EdgeKind.BREAKER)
    count = np.bincount(tree.parent[breakers], minlength=len(tree))
    assert count.max() <= PER_BANK
    assert (count[tree.kind == EdgeKind.POWER_TRANSFORMER] >= 1).all()


def test_every_substation_has_one_source(city: City) -> None:
    sources = [city.network.bus_id[k] for k in np.flatnonzero(city.network.bus_source)]
    assert all("-HV" in name for name in sources)
    assert len({name.split("-")[0] for name in sources}) == len(sources)
