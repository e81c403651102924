"""The first page of who is signed in: what is owed by service and when, what protects them, and the outage at home."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from stormops.accounts.records_money import Receivable
from stormops.accounts.rules import storm
from stormops.books import customers
from stormops.books.customers import Customer as Page
from stormops.counter.clerk import Clerk
from stormops.counter.own.customer import Customer
from stormops.counter.own.door import Door
from stormops.counter.own.outage import Believed

PREMISES_MAX = 3
"""Premises whose outage is asked for."""

AskHome = Callable[[str], Awaitable[Believed | None]]


class Owed(NamedTuple):
    """What is owed for one service: in all, when it is (or was) first due, and what of it is past due."""

    charge: str
    cents: int
    due: date
    past_due: int


class Home(NamedTuple):
    """One premise, and what is known of it (None: nobody says)."""

    address: str
    known: Believed | None


def owed_by_charge(receivables: Iterable[Receivable], today: date) -> list[Owed]:
    """What is owed, by kind of charge, the first due first; what is stayed or at an agency is not owed here."""
    found: dict[str, Owed] = {}
    for each in receivables:
        if not each.owed:
            continue
        late = each.owed if each.due < today else 0
        before = found.get(each.charge, Owed(each.charge, 0, each.due, 0))
        found[each.charge] = Owed(
            each.charge, before.cents + each.owed, min(before.due, each.due), before.past_due + late
        )
    return sorted(found.values(), key=lambda one: (one.due, one.charge))


def protected(clerk: Clerk) -> dict[storm.Action, date | None]:
    """What a storm holds back now, and until when (None: as long as it lasts)."""
    now, today = clerk.episodes(), clerk.today()
    held: dict[storm.Action, date | None] = {}
    for action in ("cut", "late_fee"):
        given = storm.Held(action=action, mode_on=bool(now.episode), mode_ended=now.ended)
        refusal = storm.may_run(clerk.pack, today, given).refusal
        if refusal is None or refusal.code not in {"storm_mode", "grace"}:
            continue
        terms = clerk.pack.terms(storm.StormHold, today)
        ended = now.ended if refusal.code == "grace" else None
        held[action] = None if ended is None or terms is None else ended + timedelta(terms.grace_days[action])
    return held


class Overview:
    """`ask` says what is known of a premise's outage."""

    def __init__(self, door: Door, ask: AskHome) -> None:
        self._door, self._ask = door, ask

    async def page(self, request: Request, customer: Customer) -> Response:
        """See the module."""
        clerk = self._door.clerk
        view = await self._door.look(customers.view, clerk.books.database, customer.account)
        if view is None:
            return self._door.problem(request, "unavailable", 503)
        today = clerk.today()
        return self._door.pages.page(
            request,
            customer,
            "overview.html",
            view=view,
            today=today,
            owed=owed_by_charge(view.receivables, today),
            held=sum(each.held for each in view.deposits),
            arrangement=next((each for each in view.arrangements if each.state == "active"), None),
            cuts=[each for each in view.cuts if each.state in {"noticed", "ordered", "cut", "reconnect_ordered"}],
            medical=any(each.state == "valid" and today <= each.expires for each in view.certificates),
            protections=protected(clerk),
            homes=await self._homes(view),
        )

    async def _homes(self, view: Page) -> list[Home]:
        known_as = [premise for premise in view.premises if premise.known_as][:PREMISES_MAX]
        known = await asyncio.gather(*(self._ask(premise.known_as) for premise in known_as))
        return [Home(premise.address, one) for premise, one in zip(known_as, known, strict=True)]
