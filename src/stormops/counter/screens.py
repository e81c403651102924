"""What is looked at: the customer on one page, what waits, drawers, papers, decisions, and the books as a whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.accounts.chart import CHART
from stormops.accounts.commands_weather import held_by_weather
from stormops.accounts.record import MACHINE_OF, Record, kind_name
from stormops.accounts.records import KINDS
from stormops.accounts.records_money import Bill, Drawer, Rebate, Receipt
from stormops.accounts.records_money import Request as Proposed
from stormops.accounts.records_place import Account, Party, Premise, ServiceAgreement, ServiceOrder, WeatherHold
from stormops.books import checks, customers, finding, listing
from stormops.books.customers import Customer
from stormops.books.database import BooksUnavailable
from stormops.counter import answers, queues
from stormops.counter.clerk import decisions_in
from stormops.counter.describing import describe
from stormops.counter.desk import Desk
from stormops.counter.doing import account_href, duty_href, grouped
from stormops.counter.duties import DUTIES, duties_about, steps_now
from stormops.counter.outage import Known
from stormops.counter.papers import paper_links
from stormops.counter.rendering import Item, Link, Pages, asset
from stormops.counter.rights import CHECK, READ, Person, may_use
from stormops.counter.words import named
from stormops.pages.words import Words

COUNTED = ("approvals", "visits", "escalations", "promises")
"""Queues whose length stands on the first page."""

TIMELINE = 40
"""Events of an account's history shown, the latest first."""

Show = Callable[[Request, Person], Awaitable[Response]]
AskOutage = Callable[[str, str], Awaitable[Known | None]]


class Screens:
    """The routes."""

    def __init__(self, desk: Desk, pages: Pages, outage: AskOutage) -> None:
        self._desk, self._pages, self._outage = desk, pages, outage

    def routes(self) -> list[Route]:
        """Every page that is looked at."""
        shown: dict[str, tuple[Show, str]] = {
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
            "/counter/reports": (self._reports, CHECK),
            "/counter/audit": (self._audit, CHECK),
        }
        return [
            Route("/counter/assets/{name}", self._asset),
            *(Route(path, self._guarded(show, permission)) for path, (show, permission) in shown.items()),
        ]

    def _guarded(self, show: Show, permission: str) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            person = await self._desk.person(request, permission)
            if isinstance(person, Response):
                return person
            try:
                return await show(request, person)
            except BooksUnavailable:
                return self._problem(request, person, "unavailable", 503)

        return guarded

    @staticmethod
    async def _asset(request: Request) -> Response:
        found = asset(request.path_params["name"])
        if found is None:
            return Response(None, 404)
        return Response(found[0], headers={"Cache-Control": "public, max-age=300"}, media_type=found[1])

    def _problem(self, request: Request, person: Person, key: str, status: int) -> Response:
        sentence = self._pages.words(request)(f"ui.{key}")
        return self._pages.page(request, person, "problem.html", status, sentence=sentence)

    # --- finding -------------------------------------------------------------------------------------------

    async def _home(self, request: Request, person: Person) -> Response:
        words = self._pages.words(request)
        counts = {name: len(await self._desk.look(queues.listed, self._database, name)) for name in COUNTED}
        waiting = [
            {"href": f"/counter/queues/{name}", "label": words(f"queue.{name}"), "count": counts.get(name)}
            for name, queue in queues.QUEUES.items()
            if queue.permission in person.permissions
        ]
        groups = grouped(words, person, [duty for duty in DUTIES.values() if not duty.about], {})
        return self._pages.page(request, person, "home.html", waiting=waiting, groups=groups)

    async def _search(self, request: Request, person: Person) -> Response:
        query = request.query_params.get("q", "")
        found = await self._desk.look(finding.find, self._database, query)
        lines = [msgspec.to_builtins(one) | {"href": account_href(one.account)} for one in found]
        return self._pages.page(request, person, "found.html", found=lines, query=query[:200])

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
        return self._pages.page(request, person, "found.html", found=lines, query="")

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
        view = await self._desk.look(customers.view, self._database, request.path_params["account"])
        if view is None:
            return self._problem(request, person, "unknown", 404)
        await self._desk.look(self._desk.clerk.looked_at, view.account.id, person, "page")
        words, today = self._pages.words(request), self._desk.clerk.today()
        more = await self._desk.look(self._beside, view.account.id)
        past_due = sum(each.owed for each in view.receivables if each.due < today)
        strip = [
            ("owed", view.owed),
            ("past_due", past_due),
            ("credit", view.account.credit),
            ("held", sum(each.held for each in view.deposits)),
        ]
        strip += [
            (name, cents) for name, cents in (("stayed_amount", view.stayed), ("at_agency", view.at_agency)) if cents
        ]
        money: list[Record] = [
            *view.receivables,
            *view.deposits,
            *view.arrangements,
            *view.loans,
            *more[0],
            *view.refunds,
            *view.requests,
            *view.placements,
            *view.bankruptcies,
            *view.cuts,
        ]
        return self._pages.page(
            request,
            person,
            "account.html",
            view=view,
            strip=strip,
            holds=self._holds(view, more[2]),
            services=[self._item(each, words, person, view.account.id) for each in (*view.agreements, *more[1])],
            premises=[
                {
                    "label": premise.address,
                    "known_as": premise.known_as,
                    "outage": f"/counter/outage/{quote(premise.known_as, safe='')}",
                    "links": self._links(premise, words, person, view.account.id),
                }
                for premise in view.premises
            ],
            contacts=[Item(f"{named(words, 'choice', each.kind)}: {each.value}") for each in view.contacts],
            money=[self._item(each, words, person, view.account.id) for each in money],
            others=[Item(key, account_href(key)) for key in view.other_accounts],
            groups=grouped(words, person, duties_about("account"), {"account": view.account.id}),
            timeline=self._timeline(view, words, person),
        )

    def _beside(self, account: str) -> tuple[list[Rebate], list[ServiceOrder], list[WeatherHold]]:
        with self._desk.clerk.books.reading() as reader:
            return (
                reader.where(Rebate, account=account),
                reader.where(ServiceOrder, account=account),
                reader.where(WeatherHold, state="declared"),
            )

    def _holds(self, view: Customer, weather: list[WeatherHold]) -> list[str]:
        today = self._desk.clerk.today()
        holds = {
            "bankruptcy": bool(view.account.stayed_by),
            "medical": any(
                each.state == "pending" or (each.state == "valid" and today <= each.expires)
                for each in view.certificates
            ),
            "arrangement": any(each.state == "active" for each in view.arrangements),
            "dispute": any(each.disputed and each.state in {"open", "found"} for each in view.cases),
            "storm": bool(self._desk.clerk.episodes().episode),
            "weather": any(held_by_weather(weather, premise.jurisdiction, today) for premise in view.premises),
        }
        return [name for name, stands in holds.items() if stands]

    def _timeline(self, view: Customer, words: Words, person: Person) -> list[Item]:
        account, zone = view.account.id, self._pages.looks.zone
        dated = [(bill.issued.isoformat(), bill) for bill in view.bills]
        dated += [(receipt.day.isoformat(), receipt) for receipt in view.receipts]  # type: ignore[misc]
        dated += [(day_of(each.at_ms, zone), each) for each in view.notes]  # type: ignore[misc]
        dated += [(letter.day.isoformat(), letter) for letter in view.letters]  # type: ignore[misc]
        undated: list[Record] = [*view.certificates, *view.cases, *view.escalations, *view.promises]
        lines = sorted(dated, key=lambda each: (each[0], each[1].changed), reverse=True)
        items = [
            self._item(each, words, person, account)
            for each in undated
            if getattr(each, "state", "") not in MACHINE_OF[type(each)].final
        ]
        items += [
            Item(
                f"{day} · {named(words, 'kind', kind_name(type(each)))} · {describe(each, words)}",
                self._href(each),
                self._links(each, words, person, account),
            )
            for day, each in lines
        ]
        return items[:TIMELINE]

    def _item(self, record: Record, words: Words, person: Person, account: str) -> Item:
        label = f"{named(words, 'kind', kind_name(type(record)))}: {describe(record, words)}"
        return Item(label, self._href(record), self._links(record, words, person, account))

    @staticmethod
    def _href(record: Record) -> str:
        kind = kind_name(type(record))
        places = {"bill": "bills", "receipt": "receipts"}
        if kind in places:
            return f"/counter/{places[kind]}/{quote(record.id, safe='')}"
        return f"/counter/why/{kind}/{quote(record.id, safe='')}" if decisions_in(record) else ""

    @staticmethod
    def _links(record: Record, words: Words, person: Person, account: str = "") -> tuple[Link, ...]:
        """What this person may do with the record as it stands."""
        links = paper_links(record, words, person)
        for duty in duties_about(kind_name(type(record))):
            steps = next((field for field in duty.fields if field.kind == "step"), None)
            if may_use(person, duty.command) and (steps is None or steps_now(steps, record)):
                links.append(Link(duty_href(duty, record.id, account), words(f"duty.{duty.name}")))
        return tuple(links)

    async def _outage_page(self, request: Request, person: Person) -> Response:
        del person
        cookie = request.headers.get("cookie", "")
        session = next((part.strip() for part in cookie.split(";") if part.strip().startswith("stormops_session=")), "")
        known = await self._outage(request.path_params["premise"], session)
        words = self._pages.words(request)
        body = self._pages.render(words, "outage.html", known=known, state=lambda name: named(words, "incident", name))
        return Response(body, headers=self._pages.headers("'self'"), media_type="text/html")

    # --- what waits ----------------------------------------------------------------------------------------

    async def _queues(self, request: Request, person: Person) -> Response:
        words = self._pages.words(request)
        waiting = [
            {"href": f"/counter/queues/{name}", "label": words(f"queue.{name}")}
            for name, queue in queues.QUEUES.items()
            if queue.permission in person.permissions
        ]
        return self._pages.page(request, person, "queues.html", waiting=waiting)

    async def _queue(self, request: Request, person: Person) -> Response:
        name, words = request.path_params["queue"], self._pages.words(request)
        if name not in queues.QUEUES:
            return self._problem(request, person, "unknown", 404)
        if queues.QUEUES[name].permission not in person.permissions:
            return self._problem(request, person, "no_right", 403)
        found = await self._desk.look(queues.listed, self._database, name)
        begin = {
            "visits": ["take_ticket"],
            "drawers": ["open_drawer"],
            "tasks": ["add_task"],
            "exceptions": ["add_finding"],
        }
        links = [
            Link(f"/counter/do/{duty}", words(f"duty.{duty}"))
            for duty in begin.get(name, [])
            if may_use(person, DUTIES[duty].command)
        ]
        items = [self._waiting(record, words, person) for record in found]
        return self._pages.page(request, person, "queue.html", title=words(f"queue.{name}"), items=items, begin=links)

    def _waiting(self, record: Record, words: Words, person: Person) -> dict[str, Any]:
        account = getattr(record, "account", None) or ""
        more, files = [], []
        links = list(self._links(record, words, person, account))
        if isinstance(record, Proposed):
            more = [
                f"{words('ui.maker')} {record.maker}: {record.reason}",
                ", ".join(f"{each.by} ({each.desk})" for each in record.approvals),
            ]
            files = list(record.evidence)
        if decisions_in(record):
            links.insert(0, Link(self._href(record), words("ui.why")))
        return {
            "label": describe(record, words),
            "account": account_href(account) if account else "",
            "account_id": account,
            "more": [each for each in more if each],
            "files": files,
            "links": links,
        }

    async def _drawer(self, request: Request, person: Person) -> Response:
        words = self._pages.words(request)
        found = await self._desk.look(self._of_desk, person.desk)
        items = [self._waiting(drawer, words, person) for drawer in found]
        duties = ["open_drawer"] if not found else ["take_payment", "stand_in_payment", "authorise_card"]
        begin = [
            Link(f"/counter/do/{name}", words(f"duty.{name}"))
            for name in duties
            if may_use(person, DUTIES[name].command)
        ]
        title = words("ui.my_drawer", desk=person.desk)
        return self._pages.page(request, person, "queue.html", title=title, items=items, begin=begin)

    def _of_desk(self, desk: str) -> list[Drawer]:
        with self._desk.clerk.books.reading() as reader:
            return [drawer for drawer in reader.where(Drawer, desk=desk) if drawer.state != "closed"]

    # --- papers --------------------------------------------------------------------------------------------

    async def _bill(self, request: Request, person: Person) -> Response:
        bill = await self._desk.look(self._desk.clerk.books.get, Bill, request.path_params["bill"])
        if bill is None:
            return self._problem(request, person, "unknown", 404)
        every = answers.why(bill.decision, self._desk.clerk.pack) if bill.decision else []
        return self._pages.page(request, person, "bill.html", bill=bill, every=every)

    async def _receipt(self, request: Request, person: Person) -> Response:
        found = await self._desk.look(self._receipt_of, request.path_params["receipt"])
        if found is None:
            return self._problem(request, person, "unknown", 404)
        receipt, name, paid = found
        words = self._pages.words(request)
        lines = [(named(words, "choice", charge) if charge else words("ui.credit"), cents) for charge, cents in paid]
        return self._pages.page(request, person, "receipt.html", receipt=receipt, name=name, lines=lines)

    def _receipt_of(self, key: str) -> tuple[Receipt, str, list[tuple[str, int]]] | None:
        """A receipt, whose it is, and what its payment answered."""
        with self._desk.clerk.books.reading() as reader:
            receipt = reader.get(Receipt, key)
            account = None if receipt is None else reader.get(Account, receipt.account)
            party = None if account is None else reader.get(Party, account.party)
            if receipt is None or party is None:
                return None
            entry = reader.journal(receipt.journal) if receipt.journal else None
        lines = [] if entry is None else [line for line in entry.lines if line.account in {"1100", "2150"}]
        return receipt, party.name, [(line.charge, -line.signed) for line in lines]

    async def _why(self, request: Request, person: Person) -> Response:
        kind = KINDS.get(request.path_params["kind"])
        key = request.path_params["id"]
        record = None if kind is None else await self._desk.look(self._desk.clerk.books.get, kind, key)
        if record is None:
            return self._problem(request, person, "unknown", 404)
        words = self._pages.words(request)
        every = [one for kept in decisions_in(record) for one in answers.why(kept, self._desk.clerk.pack)]
        return self._pages.page(request, person, "why.html", title=describe(record, words), every=every)

    # --- the books as a whole ------------------------------------------------------------------------------

    async def _reports(self, request: Request, person: Person) -> Response:
        sound = await self._desk.look(checks.soundness, self._database)
        broken = sound.position if sound.broken_at is None and sound.ends_early else sound.broken_at
        rows = [
            {"code": code, "name": CHART[code].name, "fund": fund, "cents": cents}
            for code, funds in sound.trial.items()
            for fund, cents in funds.items()
            if cents
        ]
        return self._pages.page(request, person, "reports.html", sound=sound, broken=broken, rows=rows)

    async def _audit(self, request: Request, person: Person) -> Response:
        asked = request.query_params.get("before", "")
        before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 15 else None
        found = await self._desk.look(listing.done, self._database, before)
        words = self._pages.words(request)
        events = [
            {"position": one.position, "event": one.event, "label": named(words, "duty", one.event.command)}
            for one in found
        ]
        more = found[-1].position if len(found) == listing.LISTED_MAX else None
        return self._pages.page(request, person, "audit.html", events=events, before=more)

    @property
    def _database(self) -> Any:
        return self._desk.clerk.books.database


def day_of(ms: int, zone: tzinfo) -> str:
    """The day of a moment, for the history."""
    return datetime.fromtimestamp(ms / 1000, zone).date().isoformat()
