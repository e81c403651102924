"""Reports grouped without a network: neighbourhoods of service points stand in for its devices.

The neighbourhoods are made once, from where the service points are; reports never move them. What a
neighbourhood explains depends on how many of *its own* service points report: ten reports among
twelve houses are a block that is out, ten among ten thousand are not.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stormops.core.evidence import Beliefs
from stormops.core.explanation import Explainer
from stormops.core.hierarchy import Hierarchy, hierarchy
from stormops.core.network import Bools, City

BLOCK = 10
"""Service points aimed at in the smallest neighbourhoods."""


class Clusters(Explainer):
    """Groups named by their anchor. `mask` (bool, one a premise) says which premises count; default all.

    Premises outside the mask or without coordinates are lone when they report.
    """

    def __init__(self, city: City, mask: Bools | None = None, beliefs: Beliefs | None = None) -> None:
        super().__init__(neighbourhoods(city, mask), beliefs or Beliefs(again=2), devices=False)


def neighbourhoods(city: City, mask: Bools | None = None) -> Hierarchy:
    """A hierarchy of neighbourhoods of service points, from blocks to districts."""
    known = ~np.isnan(city.premises.lon) & ~np.isnan(city.premises.lat)
    chosen = np.flatnonzero(known if mask is None else known & mask)
    x, y = city.metres(city.premises.lon[chosen], city.premises.lat[chosen])
    parent: list[int] = []
    prior: list[float] = []
    leaf = np.full(len(city.premises), -1, np.int32)

    def grow(members: npt.NDArray[np.intp], over: int, size_above: int) -> None:
        node = over
        if len(members) * 3 <= size_above or len(members) <= BLOCK:
            node = len(parent)
            parent.append(over)
            prior.append(3e-2 if len(members) > BLOCK else 3e-3)
            size_above = len(members)
        if len(members) <= BLOCK:
            leaf[chosen[members]] = node
            return
        wide = np.ptp(x[members]) >= np.ptp(y[members])
        order = members[np.argsort((x if wide else y)[members], kind="stable")]
        half = len(order) // 2
        grow(order[:half], node, size_above)
        grow(order[half:], node, size_above)

    if len(chosen):
        grow(np.arange(len(chosen)), -1, len(chosen) * 3)
    chances = np.array(prior)
    return hierarchy(np.array(parent, np.int32), leaf, np.log(chances / (1 - chances)))
