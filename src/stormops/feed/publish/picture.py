"""What a public tree is made from: the public view and the shown incidents at one position, as plain values.

Taken on the follower's thread; everything after it works on these values alone, wherever it runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from stormops.core.area import Areas
from stormops.core.situation import Situation
from stormops.core.view_incidents import public_incidents
from stormops.core.view_public import PublicView
from stormops.feed.transit_alerts import Told

NAME_BYTES = 8


class Shown(NamedTuple):
    """An incident under its public name. `areas`: (area id, at least so many of its customers are out)."""

    name: str
    utility: str
    state: str
    since_ms: int
    areas: tuple[tuple[str, int], ...]

    @property
    def least(self) -> int:
        """At least so many customers are out."""
        return sum(least for _, least in self.areas)


class Picture(NamedTuple):
    """The public's whole knowledge at position `n`. `areas` by id: those with somebody out, most first.

    `buses`: what was told of them when the tree was made, which no position knows.
    """

    n: int
    at_ms: int
    city: Mapping[str, Any]
    totals: Mapping[str, Any]
    mode: Mapping[str, Any]
    unheard: Mapping[str, Any]
    areas: Mapping[str, Mapping[str, Any]]
    incidents: tuple[Shown, ...]
    buses: Told = Told([], 0, None, False)

    @property
    def by_area(self) -> dict[str, list[str]]:
        """The names of the shown incidents of each area."""
        found: dict[str, list[str]] = {}
        for one in self.incidents:
            for area, _ in one.areas:
                found.setdefault(area, []).append(one.name)
        return found


class Taker:
    """Takes pictures of one situation. `secret`: under it incidents get names that tell nothing of their numbers."""

    def __init__(self, view: PublicView, areas: Areas, k: int, secret: bytes) -> None:
        self._view = view
        self._areas = areas
        self._k = k
        self._secret = secret

    def take(self, situation: Situation) -> Picture:
        """The picture at the situation's position. O(premises)."""
        view = self._view.snapshot(situation)
        dark = [value for key, value in view.items() if key.startswith("area/")]
        dark.sort(key=lambda area: (-area["out"], area["id"]))
        return Picture(
            situation.position,
            situation.at_ms,
            view["city"],
            view["totals"],
            view["mode"],
            view["unheard"],
            {area["id"]: area for area in dark},
            tuple(self._shown(situation)),
        )

    def _shown(self, situation: Situation) -> list[Shown]:
        ids = self._areas.id
        return [
            Shown(
                self._name(one.key),
                one.utility,
                one.state,
                one.since_ms,
                tuple((ids[cell.area], cell.least) for cell in one.cells),
            )
            for one in public_incidents(situation, self._areas, self._k)
        ]

    def _name(self, key: int) -> str:
        return blake2b(
            key.to_bytes(8, "big"), key=self._secret, digest_size=NAME_BYTES, person=b"public-incident"
        ).hexdigest()
