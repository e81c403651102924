"""Outages that people confirmed or ended, of the address of a meter: asked of feed for who is at the counter."""

from __future__ import annotations

from starlette.requests import Request

from stormops.accounts.asking.estimating import AskEstimate
from stormops.accounts.records_place import Outage, Premise, ServicePoint
from stormops.core.incident import UTILITIES, incident_key
from stormops.counter.desk import Desk
from stormops.counter.outage import AskOutage, session_of


class Verified:
    """Nothing waits for feed: where it does not answer, nothing is known, and an outage is typed with its evidence."""

    def __init__(self, desk: Desk, ask: AskOutage) -> None:
        self._desk, self._ask = desk, ask

    async def of_body(self, request: Request, body: object) -> tuple[Outage, ...]:
        """Those from which the body of a command chooses."""
        chooses = isinstance(body, AskEstimate) and bool(body.incidents)
        return await self.of_point(request, body.point) if isinstance(body, AskEstimate) and chooses else ()

    async def of_point(self, request: Request, key: str) -> tuple[Outage, ...]:
        """Those of a service point's address and utility, the latest first."""
        found = await self._desk.look(self._place, key)
        if found is None:
            return ()
        known_as, utility = found
        known = await self._ask.past(known_as, session_of(request))
        return tuple(each for each in known or () if _utility(each.incident) == utility)

    def _place(self, key: str) -> tuple[str, str] | None:
        with self._desk.clerk.books.reading() as reader:
            point = reader.get(ServicePoint, key)
            premise = None if point is None else reader.get(Premise, point.premise)
        return None if point is None or premise is None or not premise.known_as else (premise.known_as, point.utility)


def _utility(incident: str) -> str:
    key = incident_key(incident)
    return "" if key is None else UTILITIES[key % len(UTILITIES)].value
