"""Electric reports explained by the network: the most probable set of failed devices (first version).

A report changes only the path from its premise to the source. The full engine (phases, meters,
switching, SCADA) takes this module's place behind the same port.
"""

from __future__ import annotations

import numpy as np

from stormops.core.beliefs import Beliefs
from stormops.core.explanation import Explainer
from stormops.core.hierarchy import of_tree
from stormops.core.network import City, EdgeKind, Tree

PRIOR = {
    EdgeKind.FUSE: 3e-2,
    EdgeKind.RECLOSER: 4e-2,
    EdgeKind.BREAKER: 4e-2,
    EdgeKind.TRANSFORMER: 3e-3,
    EdgeKind.POWER_TRANSFORMER: 3e-3,
}
"""Chance that a device of each kind opens in a storm."""


class Explanations(Explainer):
    """Groups named by device. Premises without a path to a source are lone; give those to `Clusters`.

    Raises IndexError for a premise that the city does not have.
    """

    def __init__(self, city: City, tree: Tree, beliefs: Beliefs | None = None) -> None:
        if len(tree.premise_device) != len(city.premises):
            raise ValueError("the tree was traced for another city")
        chance = np.zeros(max(EdgeKind) + 1)
        for kind, value in PRIOR.items():
            chance[kind] = value
        prior = np.log(chance[tree.kind] / (1 - chance[tree.kind])) if len(tree) else np.empty(0)
        super().__init__(of_tree(tree, prior), beliefs or Beliefs())
