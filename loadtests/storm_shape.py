"""A storm's shape, from data: how many of which users there are at each moment."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path

SHAPES = Path(__file__).with_name("shapes.toml")

PACING_S = {"reporter": 20.0, "status_reader": 20.0, "map_viewer": 30.0, "caller": 40.0, "head_end": 5.0}
"""Seconds between two actions of one user; so many users make a rate."""

EVENTS_PER_BODY = 100
"""Meter events in one body of the head end: its rate in `shapes.toml` is in events."""

STEPS = 60
"""Moments at which the number of users changes."""


@dataclass(frozen=True)
class Shape:
    """One shape of `shapes.toml`. `rates`: actions a second for 1,000 customers, by kind of user."""

    name: str
    title: str
    rates: dict[str, float]
    curve: list[tuple[float, float]]

    def multiplier(self, share: float) -> float:
        """The curve at a share (0 to 1) of the shape's time."""
        at = share * self.curve[-1][0]
        before = max((point for point in self.curve if point[0] <= at), default=self.curve[0])
        after = min((point for point in self.curve if point[0] >= at), default=self.curve[-1])
        if after[0] == before[0]:
            return before[1]
        return before[1] + (after[1] - before[1]) * (at - before[0]) / (after[0] - before[0])

    def users(self, customers: int) -> dict[str, int]:
        """How many of each kind there are at the height, for a city of so many customers. At least one of each."""
        per_body = {"head_end": EVENTS_PER_BODY}
        return {
            kind: max(1, math.ceil(rate * customers / 1000 * PACING_S[kind] / per_body.get(kind, 1)))
            for kind, rate in self.rates.items()
        }

    def moment(self, share: float, customers: int) -> int:
        """Users of all kinds together at a share of the time."""
        step = math.floor(share * STEPS) / STEPS
        return max(1, round(sum(self.users(customers).values()) * self.multiplier(step)))


def load_shapes(path: Path = SHAPES) -> dict[str, Shape]:
    """All shapes by name. Raises OSError, tomllib.TOMLDecodeError, KeyError, ValueError for a curve that goes back."""
    shapes = {}
    for name, given in tomllib.loads(path.read_text()).items():
        curve = [(float(at), float(multiplier)) for at, multiplier in given["play"]["curve"]]
        if curve != sorted(curve) or curve[0][0] != 0:
            raise ValueError(f"{name}: the curve's minutes must begin at 0 and ascend")
        shapes[name] = Shape(name, given["title"], dict(given["rates"]), curve)
    return shapes
