"""The street graph on the ground: nodes where streets meet, edges between them with their shape and name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.mesh import Mesh
from geo.naming import name_chains
from geo.plan import Chain
from stormops.core.network import Bytes, Floats, Ints

STEP_M = 18.0
"""Distance of drawn points along a street."""


@dataclass(slots=True)
class Streets:
    """Edges run along chains, in order. `points` (n, 2) metres, of edge e: `first[e]:last[e]` (ends included).

    `mark` is the distance along all points of all edges, for interpolation. `chain_street` names the
    chains; `names` lists the streets; edge columns have E rows, node columns N.
    """

    node_xy: Floats
    node_degree: Ints
    start: Ints
    end: Ints
    chain: Ints
    length: Floats
    rank: Bytes
    use: Bytes
    cell: Ints
    first: Ints
    last: Ints
    points: Floats
    mark: Floats
    chain_street: Ints
    names: list[str]

    def along(self, edge: Ints, distance: Floats) -> tuple[Floats, Floats]:
        """Metres (x, y) at a distance (m) from the start of edges; clamped to the edge."""
        at = self.mark[self.first[edge]] + np.clip(distance, 0, self.length[edge])
        return np.interp(at, self.mark, self.points[:, 0]), np.interp(at, self.mark, self.points[:, 1])


def _orient(chains: list[Chain], degree_of: npt.NDArray[np.int64], starts: Ints, ends: Ints, xy: Floats) -> None:
    """Streets count from their junction, else from the end nearer to the middle of the city."""
    for c, chain in enumerate(chains):
        if chain.shape == "grid":
            continue
        a, b = starts[c], ends[c]
        dead_a, dead_b = degree_of[a] == 1, degree_of[b] == 1
        flip = dead_a and not dead_b
        if dead_a == dead_b and chain.shape not in ("cul", "loop"):
            flip = float(np.hypot(*xy[b])) < float(np.hypot(*xy[a]))
        if flip:
            chain.uv = chain.uv[::-1]


def _vertices(chains: list[Chain]) -> tuple[Ints, Ints, Floats, Ints]:
    """Chain of every vertex, first vertex of every chain, plan points, and the node number of each spot."""
    lengths = np.array([len(c.uv) for c in chains])
    owner = np.repeat(np.arange(len(chains)), lengths).astype(np.int32)
    begin = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int32)
    uv = np.concatenate([c.uv for c in chains])
    key = np.rint(uv * 1e6).astype(np.int64)
    _, spot = np.unique(key[:, 0] * 4_000_000_007 + key[:, 1], return_inverse=True)
    return owner, begin, uv, spot.astype(np.int32)


def build_streets(mesh: Mesh, chains: list[Chain], rng: np.random.Generator) -> Streets:
    """Cut the chains into edges where they meet, bend them onto the ground, name them."""
    owner, begin, uv, spot = _vertices(chains)
    lengths = np.bincount(owner, minlength=len(chains))
    spots = int(spot.max()) + 1
    spot_xy = np.zeros((spots, 2))
    spot_xy[spot] = np.stack(mesh.place(uv[:, 0], uv[:, 1]), axis=1)
    ends = begin + lengths.astype(np.int32) - 1
    inner = np.ones(len(uv), np.int64) * 2
    inner[begin] -= 1
    inner[ends] -= 1
    degree = np.bincount(spot, weights=inner, minlength=spots).astype(np.int64)
    _orient(chains, degree, spot[begin], spot[ends], spot_xy)
    owner, begin, uv, spot = _vertices(chains)
    uses = np.bincount(spot, minlength=spots)
    tip = np.zeros(len(uv), np.bool_)
    tip[begin], tip[ends] = True, True
    cut = tip | (uses[spot] > 1)

    # Every vertex but a chain's last starts a step; steps are filled with points and joined into edges.
    steps = np.flatnonzero(np.append(owner[1:] == owner[:-1], False))
    du = uv[steps + 1] - uv[steps]
    parts = np.maximum(1, np.ceil(np.hypot(du[:, 0], du[:, 1]) * mesh.size_m / STEP_M)).astype(np.int64)
    step_of = np.repeat(np.arange(len(steps)), parts)
    within = np.arange(len(step_of)) - np.repeat(np.cumsum(parts) - parts, parts)
    fraction = within / parts[step_of]
    fine = uv[steps[step_of]] + du[step_of] * fraction[:, None]
    edge_of_step = np.cumsum(cut[steps]) - 1
    edge_of_point = edge_of_step[step_of]
    heads = steps[cut[steps]]
    # The end of an edge: the vertex after its last step.
    last_step = np.append(np.flatnonzero(cut[steps])[1:] - 1, len(steps) - 1)
    tails = steps[last_step] + 1
    count = len(heads)
    fine_xy = np.stack(mesh.place(fine[:, 0], fine[:, 1]), axis=1)
    sizes = np.bincount(edge_of_point, minlength=count) + 1
    last = np.cumsum(sizes)
    first = last - sizes
    points = np.empty((int(last[-1]), 2))
    slot = np.arange(len(edge_of_point)) + edge_of_point
    points[slot] = fine_xy
    points[last - 1] = spot_xy[spot[tails]]
    points[first] = spot_xy[spot[heads]]
    hop = np.hypot(*np.diff(points, axis=0).T)
    mark = np.concatenate([[0.0], np.cumsum(hop)])
    length = mark[last - 1] - mark[first]
    chain = owner[heads]
    keep = _main_component(spots, spot[heads], spot[tails])
    nodes, ends_again = np.unique(np.concatenate([spot[heads][keep], spot[tails][keep]]), return_inverse=True)
    start, end = np.split(ends_again.astype(np.int32), 2)
    chain_street, names = name_chains(chains, rng)
    by_chain = {"rank": [c.rank for c in chains], "use": [c.use for c in chains], "cell": [c.cell for c in chains]}
    columns = {k: np.array(v, np.int32)[chain][keep] for k, v in by_chain.items()}
    return Streets(
        node_xy=spot_xy[nodes],
        node_degree=np.bincount(np.concatenate([start, end]), minlength=len(nodes)).astype(np.int32),
        start=start,
        end=end,
        chain=chain[keep].astype(np.int32),
        length=length[keep],
        rank=columns["rank"].astype(np.uint8),
        use=columns["use"].astype(np.uint8),
        cell=columns["cell"],
        first=first[keep].astype(np.int32),
        last=last[keep].astype(np.int32),
        points=points,
        mark=mark,
        chain_street=chain_street,
        names=names,
    )


def _main_component(nodes: int, a: Ints, b: Ints) -> npt.NDArray[np.int64]:
    """Edges of the largest connected part of the graph."""
    graph = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(nodes, nodes))
    _, label = connected_components(graph, directed=False)
    biggest = np.bincount(label[a]).argmax()
    return np.flatnonzero(label[a] == biggest)
