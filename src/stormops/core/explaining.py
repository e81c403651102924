"""The groupers of a city: the network where it reaches, neighbourhoods for all the rest."""

from __future__ import annotations

from stormops.core.calling import LocalTime
from stormops.core.clustering import Clusters
from stormops.core.decide import Groupers
from stormops.core.grouping import Grouper
from stormops.core.network import SERVICE_BITS, City, Tree
from stormops.core.network_groups import Explanations
from stormops.core.report import Utility


def make_groupers(city: City, tree: Tree, local: LocalTime | None = None) -> Groupers:
    """Fresh groupers, without any report. `local`: what the city's clocks show; None = that is not known.

    Electric clusters know only premises without a path to a source; those of the other utilities
    only premises that have the service (all, where the pack names none).
    """
    clusters: dict[Utility, Grouper] = {}
    for utility in Utility:
        if utility is Utility.ELECTRIC:
            mask = tree.premise_device < 0
        else:
            mask = (city.premises.services & SERVICE_BITS[utility.value]) != 0
            if not mask.any():
                mask[:] = True
        clusters[utility] = Clusters(city, mask)
    return Groupers(Explanations(city, tree, local=local), clusters)
