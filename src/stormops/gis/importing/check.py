"""What the finished city's network is like: figures for people, and what is rough in its topology."""

from __future__ import annotations

import numpy as np

from stormops.core.network import City, EdgeKind, Tree, trace
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.grid import Grid


def check_network(city: City, grid: Grid, findings: Findings) -> dict[str, int]:
    """Trace the network, report islands, rings and who is not fed, and give its counts by name."""
    network, premises = city.network, city.premises
    tree = trace(network, premises)
    _report_islands(network.bus_id, tree, grid, findings)
    findings.add_all("loop", (network.edge_id[e] for e in tree.loop_edges.tolist()))
    dark = (premises.bus >= 0) & (tree.premise_device < 0)
    findings.add_all("premise-dark", (premises.id[i] for i in np.flatnonzero(dark)))
    if not network.bus_source.any() and not findings.count("no-source") and len(network.bus_id):
        findings.add("no-source", city.name)
    return _counts(city, grid, tree)


def _report_islands(names: list[str], tree: Tree, grid: Grid, findings: Findings) -> None:
    """One example (a bus) an island; single buses apart, for they are the far side of an open switch."""
    dark = np.flatnonzero(tree.island_of_bus >= 0)
    islands, first, size = np.unique(tree.island_of_bus[dark], return_index=True, return_counts=True)
    for i in range(len(islands)):
        findings.add("island" if size[i] > 1 else "island-single", names[dark[first[i]]])
    unfed = tree.island_of_bus[grid.load_bus] >= 0
    findings.add_all("load-dark", (grid.load_id[i] for i in np.flatnonzero(unfed)))


def _counts(city: City, grid: Grid, tree: Tree) -> dict[str, int]:
    network, premises = city.network, city.premises
    kinds = network.edge_kind
    counts = {
        "premises": len(premises),
        "premises_with_bus": int((premises.bus >= 0).sum()),
        "premises_with_path": int((tree.premise_device >= 0).sum()),
        "loads": len(grid.load_id),
        "buses": len(network.bus_id),
        "edges": len(network.edge_id),
        "sources": int(network.bus_source.sum()),
        "open_ties": int(network.edge_open.sum()),
        "devices": len(tree),
        "depth": int(tree.depth.max(initial=-1)) + 1,
        "feeders": len(np.unique(tree.feeder[tree.premise_device[tree.premise_device >= 0]])),
        "streets": len(premises.streets),
        "street_lines": len(city.street_lines),
    }
    return counts | {f"edges_{kind.name.lower()}": int((kinds == kind).sum()) for kind in EdgeKind}
