"""Buses and edges of the electric network while it is being built."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from stormops.core.network import Bools, EdgeKind, Floats, Ints

Index = npt.NDArray[np.signedinteger[Any]]
"""Row numbers, of whatever width."""


@dataclass(slots=True)
class Wires:
    """Buses and edges, gathered in blocks. Positions are metres until the city places them."""

    bus_xy: list[Floats] = field(default_factory=list)
    bus_id: list[str] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    edge_id: list[str] = field(default_factory=list)
    ends: list[Ints] = field(default_factory=list)
    kind: list[npt.NDArray[np.uint8]] = field(default_factory=list)
    opened: list[Bools] = field(default_factory=list)
    length: list[Floats] = field(default_factory=list)

    def buses(self, xy: Floats, prefix: str) -> Ints:
        """Add buses at (n, 2) metres; give their numbers."""
        begin, count = len(self.bus_id), len(xy)
        self.bus_xy.append(np.asarray(xy, np.float64).reshape(count, 2))
        self.bus_id.extend(f"{prefix}{k:06d}" for k in range(begin, begin + count))
        return np.arange(begin, begin + count, dtype=np.int32)

    def join(
        self, a: Index, b: Index, kind: EdgeKind, length: Floats, *, ids: list[str] | str, opened: bool = False
    ) -> None:
        """Add edges; `ids` one name each, or a prefix to be numbered."""
        count = len(a)
        if isinstance(ids, str):
            begin = len(self.edge_id)
            ids = [f"{ids}{k:06d}" for k in range(begin, begin + count)]
        self.edge_id.extend(ids)
        self.ends.append(np.stack([a, b], axis=1).astype(np.int32).reshape(count, 2))
        self.kind.append(np.full(count, kind, np.uint8))
        self.opened.append(np.full(count, opened, np.bool_))
        self.length.append(np.asarray(length, np.float64).reshape(count))
