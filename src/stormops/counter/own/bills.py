"""Bills of two years: what each is made of and how it came about, and what was used as a chart and a table."""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.accounts.records_money import Bill
from stormops.books import customers
from stormops.counter import answers
from stormops.counter.own.customer import Customer
from stormops.counter.own.door import PATH, Door
from stormops.papers.letters import compose

CHART_HEIGHT, BAR_WIDTH = 120, 24
"""Of the drawing, in its own units."""


class Bar(NamedTuple):
    """One bill's use in the chart."""

    x: int
    height: int
    quantity: int
    bill: Bill


class Chart(NamedTuple):
    """What was used of one service, bill by bill, the oldest first."""

    charge: str
    bars: list[Bar]
    most: Bar
    least: Bar


def mark_of(customer: Customer, bill: Bill) -> str:
    """By what an address names a bill: nothing of the account stands in it, and it says nothing to anybody else."""
    return blake2b(bill.id.encode(), key=customer.csrf.encode()[:64], digest_size=8).hexdigest()


def charts(bills: list[Bill]) -> list[Chart]:
    """A chart for each kind of charge that is measured, where there are two bills to compare."""
    used: dict[str, list[tuple[Bill, int]]] = {}
    for bill in reversed(bills):
        for charge in dict.fromkeys(line.charge for line in bill.lines if line.quantity):
            quantity = sum(line.quantity for line in bill.lines if line.charge == charge)
            used.setdefault(charge, []).append((bill, quantity))
    return [_chart(charge, rows) for charge, rows in used.items() if len(rows) > 1]


def _chart(charge: str, rows: list[tuple[Bill, int]]) -> Chart:
    highest = max(quantity for _, quantity in rows)
    bars = [
        Bar(place * BAR_WIDTH, max(1, round(quantity / highest * CHART_HEIGHT)), quantity, bill)
        for place, (bill, quantity) in enumerate(rows)
    ]
    return Chart(charge, bars, max(bars, key=lambda bar: bar.quantity), min(bars, key=lambda bar: bar.quantity))


class Bills:
    """The routes."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """See the class."""
        return [
            Route(f"{PATH}/bills", self._door.shown(self._list)),
            Route(f"{PATH}/bills/{{bill}}", self._door.shown(self._one)),
            Route(f"{PATH}/bills/{{bill}}/statement.pdf", self._door.shown(self._statement)),
        ]

    async def _bills(self, customer: Customer) -> list[Bill]:
        view = await self._door.look(customers.view, self._door.clerk.books.database, customer.account)
        return [] if view is None else view.bills

    async def _list(self, request: Request, customer: Customer) -> Response:
        bills = await self._bills(customer)
        rows = [(mark_of(customer, bill), bill) for bill in bills]
        return self._door.pages.page(
            request, customer, "bills.html", bills=rows, charts=charts(bills), height=CHART_HEIGHT, width=BAR_WIDTH
        )

    async def _named(self, request: Request, customer: Customer) -> Bill | None:
        wanted = request.path_params["bill"]
        return next((one for one in await self._bills(customer) if mark_of(customer, one) == wanted), None)

    async def _one(self, request: Request, customer: Customer) -> Response:
        bill = await self._named(request, customer)
        if bill is None:
            return self._door.problem(request, "unknown", 404)
        kept = await self._door.look(self._door.clerk.whole, [bill.decision] if bill.decision else [])
        every = [one for each in kept for one in answers.why(each, self._door.clerk.pack)]
        mark = request.path_params["bill"]
        return self._door.pages.page(request, customer, "bill.html", bill=bill, mark=mark, every=every)

    async def _statement(self, request: Request, customer: Customer) -> Response:
        bill = await self._named(request, customer)
        if bill is None:
            return self._door.problem(request, "unknown", 404)
        body = await self._door.look(self._printed, bill.id, self._door.pages.words(request).language)
        headers = {"Content-Disposition": 'inline; filename="statement.pdf"'}
        return Response(body, headers=headers, media_type="application/pdf")

    def _printed(self, bill: str, language: str) -> bytes:
        from stormops.papers.pdf import pdf  # not before one is asked for: it is a quarter of a start

        clerk = self._door.clerk
        with clerk.books.reading() as reader:
            return pdf(compose(clerk.writing(reader, language), "statement", bill))
