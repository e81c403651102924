"""What is looked at: the customer on one page, what waits, drawers, papers and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.accounts.record import Record
from stormops.accounts.records import KINDS
from stormops.accounts.records_money import Bill, Drawer, Receipt
from stormops.accounts.records_place import (
    Account,
    Party,
    Premise,
    ServiceAgreement,
    Umbrella,
)
from stormops.accounts.rules.deposit_life import Instruments
from stormops.books import customers, finding, listing, rosters
from stormops.counter import account_page, answers, queues, showing
from stormops.counter.account_page import At
from stormops.counter.clerk import decisions_in
from stormops.counter.describing import describe, outage_said
from stormops.counter.desk import Desk
from stormops.counter.duties import DUTIES
from stormops.counter.items import Item, Reader, items
from stormops.counter.offering import account_href, called, may_do
from stormops.counter.outage import AskOutage, session_of
from stormops.counter.rendering import Link, Pages, asset
from stormops.counter.rights import READ, Person
from stormops.counter.words import named
from stormops.pages.words import Words

BEGINNING = ("open_account", "take_ticket", "open_drawer")
"""Duties that a customer's visit begins with: first on the first page."""

ANSWERED = {
    "1100": "ui.credit",
    "2150": "ui.credit",
    "2100": "ui.to_deposit",
    "1150": "ui.to_loan",
    "1155": "ui.to_loan_interest",
}
"""Accounts of the chart that a payment answers, and the words for what has no kind of charge."""

ARRANGED_MAX = 20_000
"""Arrangements that are asked for by the rule at once."""


class Screens:
    """The routes."""

    def __init__(self, desk: Desk, pages: Pages, outage: AskOutage) -> None:
        self._desk, self._pages, self._outage = desk, pages, outage

    def routes(self) -> list[Route]:
        """Every page that is looked at."""
        shown: dict[str, tuple[showing.Show, str]] = {
            "/counter": (self._home, READ),
            "/counter/search": (self._search, READ),
            "/counter/accounts/{account}": (self._account, READ),
            "/counter/premises/{premise}": (self._premise, READ),
            "/counter/outage/{premise}": (self._outage_page, READ),
            "/counter/queues": (self._queues, READ),
            "/counter/queues/{queue}": (self._queue, READ),
            "/counter/drawer": (self._drawer, READ),
            "/counter/bills/{bill}": (self._bill, READ),
            "/counter/receipts/{receipt}": (self._receipt, READ),
            "/counter/why/{kind}/{id}": (self._why, READ),
            "/counter/buildings/{umbrella}": (self._building, READ),
        }
        return [
            Route("/counter/assets/{name}", self._asset),
            *showing.routes(self._desk, self._pages, shown),
        ]

    @staticmethod
    async def _asset(request: Request) -> Response:
        found = asset(request.path_params["name"])
        if found is None:
            return Response(None, 404)
        return Response(found[0], headers={"Cache-Control": "public, max-age=300"}, media_type=found[1])

    # --- finding -------------------------------------------------------------------------------------------

    async def _home(self, request: Request, person: Person) -> Response:
        words = self._pages.words(request)
        waiting = [each for each in await self._waits(words, person) if each["count"]]
        begin = [
            Link(f"/counter/do/{duty.name}", words(f"duty.{duty.name}"))
            for duty in sorted(DUTIES.values(), key=lambda duty: duty.name not in BEGINNING)
            if not duty.about and may_do(person, duty)
        ]
        return self._pages.page(request, person, "home.html", waiting=waiting, begin=begin)

    async def _waits(self, words: Words, person: Person) -> list[dict[str, Any]]:
        """The queues that the person may look at, as links with their numbers."""
        every = await self._desk.look(queues.waiting, self._database, person)
        return [
            {
                "href": f"/counter/queues/{each.name}",
                "label": words(f"queue.{each.name}"),
                "count": each.length,
                "mine": each.mine,
            }
            for each in every
        ]

    async def _search(self, request: Request, person: Person) -> Response:
        """Customers by what was typed, and duties whose name has it; `here`: of the account on the screen before."""
        query, here = (request.query_params.get(name, "")[:200] for name in ("q", "here"))
        found = await self._desk.look(finding.find, self._database, query)
        lines = [msgspec.to_builtins(one) | {"href": account_href(one.account)} for one in found]
        duties = called(query, self._pages.words(request), person, here)
        return self._pages.page(request, person, "found.html", found=lines, query=query, duties=duties, here=here)

    async def _premise(self, request: Request, person: Person) -> Response:
        """Who has service at a premise of the outage map: the way from the storm desk."""
        premise = request.path_params["premise"]
        accounts = await self._desk.look(self._at_premise, premise)
        if len(accounts) == 1:
            return Response(None, 303, {"Location": account_href(accounts[0])})
        asked = request.query_params.get("account", "")
        if asked and await self._desk.look(self._desk.clerk.books.get, Account, asked) is not None:
            return Response(None, 303, {"Location": account_href(asked)})
        nothing = {"address": "", "stayed": False, "closed": False}
        lines = [{"href": account_href(key), "name": key, "account": key, **nothing} for key in accounts]
        return self._pages.page(request, person, "found.html", found=lines, query="", duties=[])

    def _at_premise(self, known_as: str) -> list[str]:
        with self._desk.clerk.books.reading() as reader:
            found = [
                agreement
                for premise in reader.where(Premise, known_as=known_as)
                for agreement in reader.where(ServiceAgreement, premise=premise.id)
                if agreement.state
                in {"active", "stop_requested", "pending_field", "pending_release", "pending_deposit"}
            ]
        return list(dict.fromkeys(agreement.account for agreement in found))

    # --- the customer --------------------------------------------------------------------------------------

    async def _account(self, request: Request, person: Person) -> Response:
        found = await self._desk.look(self._opened, request.path_params["account"], person)
        if found is None:
            return self._pages.problem(request, person, "unknown", 404)
        view, beside = found
        shown = account_page.values(
            view,
            beside,
            self._pages.words(request),
            person,
            At(self._desk.clerk.today(), self._pages.looks.zone, bool(self._desk.clerk.episodes().episode)),
        )
        return self._pages.page(request, person, "account.html", here=view.account.id, **shown)

    def _opened(self, account: str, person: Person) -> customers.Opened | None:
        found = customers.opened(self._database, account)
        if found is not None:
            self._desk.clerk.looked_at(account, person, "page")
        return found

    async def _outage_page(self, request: Request, person: Person) -> Response:
        """What is known of a premise's outage: a page, or with `?framed` what the account page has in a frame."""
        premise, framed = request.path_params["premise"], "framed" in request.query_params
        known = await self._outage(premise, session_of(request))
        words = self._pages.words(request)
        values: dict[str, Any] = {"known": known, "state": lambda name: named(words, "incident", name)}
        if not framed:
            return self._pages.page(request, person, "outage_page.html", premise=premise, **values)
        body = self._pages.render(words, "outage_frame.html", **values)
        return Response(body, headers=self._pages.headers("'self'"), media_type="text/html")

    # --- what waits ----------------------------------------------------------------------------------------

    async def _queues(self, request: Request, person: Person) -> Response:
        waiting = await self._waits(self._pages.words(request), person)
        return self._pages.page(request, person, "queues.html", waiting=waiting)

    async def _queue(self, request: Request, person: Person) -> Response:
        name, words = request.path_params["queue"], self._pages.words(request)
        if name not in queues.QUEUES:
            return self._pages.problem(request, person, "unknown", 404)
        if queues.QUEUES[name].permission not in person.permissions:
            return self._pages.problem(request, person, "no_right", 403)
        found = await self._desk.look(self._listed, name)
        begin = {
            "visits": ["take_ticket"],
            "drawers": ["open_drawer"],
            "blocks": ["issue_receipt_block"],
            "tasks": ["add_task"],
            "records_requests": ["take_records_request"],
            "exceptions": ["add_finding"],
            "rebates": ["apply_for_rebate"],
            "rebate_budgets": ["set_rebate_budget"],
        }
        links = [
            Link(f"/counter/do/{duty}", words(f"duty.{duty}"))
            for duty in begin.get(name, [])
            if may_do(person, DUTIES[duty])
        ]
        items = await self._items(found, words, person)
        return self._pages.page(request, person, "queue.html", title=words(f"queue.{name}"), items=items, begin=links)

    def _listed(self, name: str) -> list[Record]:
        """A queue's records; of arrangements, all are asked for by the rule, so that none that is broken is cut off."""
        if name != "arrangements":
            return queues.listed(self._database, name)
        found = queues.listed(self._database, name, ARRANGED_MAX)
        kept = self._desk.clerk.arranged(found)
        broken = {key for key, each in kept.items() if each.broken is not None}
        return sorted(found, key=lambda each: each.id not in broken)[: listing.LISTED_MAX]

    async def _items(self, records: Sequence[Record], words: Words, person: Person) -> list[Item]:
        whose = await self._desk.look(listing.whose, self._database, records)
        clerk = self._desk.clerk
        watched = clerk.pack.terms(Instruments, clerk.today())
        alarm = max((*watched.alarm_days, 0)) if watched else 0
        arranged = await self._desk.look(clerk.arranged, records)
        return items(records, whose, Reader(person, words, self._pages.looks.zone, clerk.now_ms(), alarm, arranged))

    async def _drawer(self, request: Request, person: Person) -> Response:
        words = self._pages.words(request)
        found = await self._desk.look(self._of_desk, person.desk)
        items = await self._items(found, words, person)
        duties = ["open_drawer"] if not found else ["take_payment", "stand_in_payment", "authorise_card"]
        begin = [Link(f"/counter/do/{name}", words(f"duty.{name}")) for name in duties if may_do(person, DUTIES[name])]
        title = words("ui.my_drawer", desk=person.desk)
        return self._pages.page(request, person, "queue.html", title=title, items=items, begin=begin)

    def _of_desk(self, desk: str) -> list[Drawer]:
        with self._desk.clerk.books.reading() as reader:
            return [drawer for drawer in reader.where(Drawer, desk=desk) if drawer.state != "closed"]

    # --- papers --------------------------------------------------------------------------------------------

    async def _bill(self, request: Request, person: Person) -> Response:
        bill = await self._desk.look(self._desk.clerk.books.get, Bill, request.path_params["bill"])
        if bill is None:
            return self._pages.problem(request, person, "unknown", 404)
        kept = await self._desk.look(self._desk.clerk.whole, [bill.decision] if bill.decision else [])
        every = [one for each in kept for one in answers.why(each, self._desk.clerk.pack)]
        estimated = await self._desk.look(self._desk.clerk.estimated, bill)
        words, zone = self._pages.words(request), self._pages.looks.zone
        reads = [
            {
                "read": each.read,
                "estimate": each.estimate,
                "service": named(words, "choice", each.service),
                "cause": named(words, "cause", each.estimate.cause),
                "outages": [outage_said(one, words, zone) for one in each.estimate.outages],
                "why": answers.why(each.estimate.decision, self._desk.clerk.pack),
            }
            for each in estimated
        ]
        return self._pages.page(request, person, "bill.html", bill=bill, every=every, reads=reads)

    async def _receipt(self, request: Request, person: Person) -> Response:
        found = await self._desk.look(self._receipt_of, request.path_params["receipt"])
        if found is None:
            return self._pages.problem(request, person, "unknown", 404)
        receipt, name, paid = found
        words = self._pages.words(request)
        lines: dict[str, int] = {}
        for account, charge, cents in paid:
            label = named(words, "choice", charge) if charge else words(ANSWERED[account])
            lines[label] = lines.get(label, 0) + cents
        return self._pages.page(request, person, "receipt.html", receipt=receipt, name=name, lines=list(lines.items()))

    async def _building(self, request: Request, person: Person) -> Response:
        """A building's units today: who is there, and who depends on power."""
        key = request.path_params["umbrella"]
        found = await self._desk.look(rosters.roster, self._database, key, self._desk.clerk.today())
        umbrella = await self._desk.look(self._desk.clerk.books.get, Umbrella, key)
        if found is None or umbrella is None:
            return self._pages.problem(request, person, "unknown", 404)
        whose = await self._desk.look(listing.whose, self._database, [umbrella])
        return self._pages.page(
            request, person, "building.html", roster=found, account=umbrella.account, name=whose[key].name
        )

    def _receipt_of(self, key: str) -> tuple[Receipt, str, list[tuple[str, str, int]]] | None:
        """A receipt, whose it is, and what its payment answered."""
        with self._desk.clerk.books.reading() as reader:
            receipt = reader.get(Receipt, key)
            account = None if receipt is None else reader.get(Account, receipt.account)
            party = None if account is None else reader.get(Party, account.party)
            if receipt is None or party is None:
                return None
            entry = reader.journal(receipt.journal) if receipt.journal else None
        lines = [] if entry is None else [line for line in entry.lines if line.account in ANSWERED]
        return receipt, party.name, [(line.account, line.charge, -line.signed) for line in lines]

    async def _why(self, request: Request, person: Person) -> Response:
        kind = KINDS.get(request.path_params["kind"])
        key = request.path_params["id"]
        record = None if kind is None else await self._desk.look(self._desk.clerk.books.get, kind, key)
        if record is None:
            return self._pages.problem(request, person, "unknown", 404)
        words = self._pages.words(request)
        kept = await self._desk.look(self._desk.clerk.whole, decisions_in(record))
        every = [one for each in kept for one in answers.why(each, self._desk.clerk.pack)]
        title, account = describe(record, words), getattr(record, "account", None) or ""
        return self._pages.page(request, person, "why.html", title=title, every=every, account=account)

    @property
    def _database(self) -> Any:
        return self._desk.clerk.books.database
