import numpy as np
import pytest

from geo.feeders import Feeders, build_feeders
from geo.lots import Lots, make_lots
from geo.mesh import make_mesh
from geo.roads import plan_streets
from geo.streets import Streets, build_streets
from stormops.core.network import Ints

Built = tuple[Streets, Lots, Feeders, Ints]


@pytest.fixture(scope="module")
def built() -> Built:
    rng = np.random.default_rng(8)
    mesh = make_mesh(rng, 25_000)
    streets = build_streets(mesh, plan_streets(mesh, rng), rng)
    lots = make_lots(streets, rng)
    return streets, lots, *build_feeders(streets, lots)


def test_feeders_are_of_a_size(built: Built) -> None:
    _, lots, feeders, lot_span = built
    load = np.bincount(feeders.spans.feeder[lot_span], weights=lots.units, minlength=len(feeders.head))
    assert int(load.sum()) == int(lots.units.sum())
    assert 700 < load.mean() < 1400
    assert load.max() < 2000
    assert (load > 0).all()


def test_every_span_hangs_on_its_feeder(built: Built) -> None:
    """From any loaded span one comes, span by span, to one that hangs on the head of the same feeder."""
    spans, up = built[2].spans, built[2].up
    for span in np.flatnonzero(spans.load > 0)[::23].tolist():
        feeder = spans.feeder[span]
        at = span
        while not spans.head[at]:
            at = int(up[spans.feed[at]])
            assert at >= 0
            assert spans.feeder[at] == feeder
        assert spans.feed[at] == built[2].head[feeder]


def test_customers_beyond_add_up(built: Built) -> None:
    spans = built[2].spans
    beyond = np.zeros(len(spans.edge), np.int64)
    within = np.flatnonzero(~spans.head & (built[2].up[spans.feed] >= 0))
    np.add.at(beyond, built[2].up[spans.feed[within]], spans.down[within])
    assert np.array_equal(spans.down, spans.load + beyond)


def test_halves_of_a_street_meet_in_its_middle(built: Built) -> None:
    streets, lots, feeders, lot_span = built
    spans = feeders.spans
    low, high = np.minimum(spans.near, spans.far), np.maximum(spans.near, spans.far)
    assert (lots.at >= low[lot_span] - 1e-6).all()
    assert (lots.at <= high[lot_span] + 1e-6).all()
    assert (spans.edge[lot_span] == lots.edge).all()
    assert float((high - low).sum()) == pytest.approx(float(streets.length.sum()))


def test_substations_are_where_the_customers_are(built: Built) -> None:
    streets, lots, feeders, _ = built
    roots = streets.node_xy[feeders.roots]
    homes = np.stack([lots.x, lots.y], axis=1)
    near = np.hypot(*(homes[:, None, :] - roots[None, :, :]).transpose(2, 0, 1)).argmin(axis=1)
    share = np.bincount(near, weights=lots.units, minlength=len(roots)) / lots.units.sum() * len(roots)
    assert share.min() > 0.35
    assert share.max() < 2.2
