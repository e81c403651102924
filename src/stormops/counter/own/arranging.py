"""Arrangements of payment: what the policy allows is offered, shown with its days and amounts, and accepted once."""

from __future__ import annotations

from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stormops.accounts.asking.asked import Asked
from stormops.accounts.asking.collecting import AskArrangement, AskExtension
from stormops.accounts.commands_collect import StepArrangement, fresh
from stormops.accounts.dates import add_months
from stormops.accounts.money import cents_at_least, dollars
from stormops.accounts.records_money import Arrangement
from stormops.accounts.refusal import Refusal
from stormops.accounts.rules.arrangements import ArrangementLimits, ExtensionLimits
from stormops.books import customers
from stormops.counter import answers
from stormops.counter.clerk import decisions_in
from stormops.counter.own.customer import Customer, asking
from stormops.counter.own.door import PATH, Door, Given, key_of
from stormops.pages.page import new_key

PLACE = f"{PATH}/arrangement"

INSTALMENTS, EXTENSION = "instalments", "extension"
COMMAND = {INSTALMENTS: "offer_arrangement", EXTENSION: "extend_due_date"}


class Position(NamedTuple):
    """What is owed, the most that the policy allows, the arrangement that stands, and whether it can be taken back."""

    owed: int
    stayed: bool
    instalments: int
    days: int
    standing: Arrangement | None
    fresh: bool


class Arranging:
    """The routes."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """See the class."""
        return [
            Route(PLACE, self._door.shown(self._show)),
            Route(PLACE, self._door.taken(self._take), methods=["POST"]),
            Route(f"{PLACE}/undo", self._door.taken(self._undo), methods=["POST"]),
        ]

    async def _show(self, request: Request, customer: Customer) -> Response:
        return await self._page(request, customer)

    async def _page(
        self, request: Request, customer: Customer, refusal: Refusal | None = None, status: int = 200
    ) -> Response:
        position = await self._door.look(self._position, customer)
        done = request.query_params.get("done", "") == "1"
        return self._door.pages.page(
            request, customer, "arrangement.html", status, at_all=position, refusal=refusal, key=new_key(), done=done
        )

    def _position(self, customer: Customer) -> Position:
        clerk = self._door.clerk
        view, today = customers.view(clerk.books.database, customer.account), clerk.today()
        terms, extension = clerk.pack.terms(ArrangementLimits, today), clerk.pack.terms(ExtensionLimits, today)
        arrangements = [] if view is None else view.arrangements
        standing = next((each for each in arrangements if each.state in {"offered", "active"}), None)
        return Position(
            owed=0 if view is None else sum(each.owed for each in view.receivables),
            stayed=view is not None and bool(view.account.stayed_by),
            instalments=0 if terms is None else terms.instalments,
            days=0 if extension is None else extension.days,
            standing=standing,
            fresh=standing is not None and fresh(standing, today),
        )

    # --- looked at, and accepted -------------------------------------------------------------------------

    async def _take(self, request: Request, customer: Customer, given: Given) -> Response:
        kind, number = given.get("kind", ""), given.get("number", "")
        if kind not in COMMAND or not (number.isascii() and number.isdigit() and len(number) <= 3):
            return await self._page(request, customer, Refusal("choose", "Choose one."), 422)
        if given.get("stage") == "do":
            return await self._do(request, customer, given)
        asked = await self._door.look(self._asked, customer, kind, int(number))
        preview = await self._door.look(
            self._door.clerk.preview, asking(customer, COMMAND[kind], asked, key_of(customer, given))
        )
        if isinstance(preview, Refusal):
            return await self._page(request, customer, preview, 409)
        effects = preview.effects
        if isinstance(effects, Refusal):
            return await self._page(request, customer, effects, 409)
        return self._door.pages.page(
            request,
            customer,
            "arrangement_look.html",
            given={name: given[name] for name in ("kind", "number", "key") if name in given},
            seal=preview.seal,
            parts=[part for made in effects.records if isinstance(made, Arrangement) for part in made.instalments],
            every=[one for kept in decisions_in(preview.command) for one in answers.why(kept, self._door.clerk.pack)],
        )

    async def _do(self, request: Request, customer: Customer, given: Given) -> Response:
        kind, key = given["kind"], key_of(customer, given)
        asked = await self._door.look(self._asked, customer, kind, int(given["number"]))
        done = await self._door.do(customer, COMMAND[kind], asked, key, given.get("seal", ""))
        if not isinstance(done, Refusal) and kind == INSTALMENTS:
            accept = StepArrangement(arrangement=done.answer["arrangement"], step="accept")
            done = await self._door.do(customer, "step_arrangement", accept, f"{key}:a")
        if isinstance(done, Refusal):
            return await self._page(request, customer, done, 409)
        return RedirectResponse(f"{PLACE}?done=1", 303)

    def _asked(self, customer: Customer, kind: str, number: int) -> Asked:
        """What is asked of the rules: the least down payment now and a month between the parts, or later days."""
        clerk, account = self._door.clerk, customer.account
        if kind == EXTENSION:
            return AskExtension(account=account, days=number)
        today = clerk.today()
        terms, view = clerk.pack.terms(ArrangementLimits, today), customers.view(clerk.books.database, account)
        owed = 0 if view is None else sum(each.owed for each in view.receivables)
        down = 0 if terms is None else cents_at_least(dollars(owed) * terms.down_percent / 100)
        first = add_months(today, 1).isoformat()
        return AskArrangement(account=account, instalments=number, first_due=first, down=down)

    async def _undo(self, request: Request, customer: Customer, given: Given) -> Response:
        position = await self._door.look(self._position, customer)
        if position.standing is None:
            return RedirectResponse(PLACE, 303)
        step = "decline" if position.standing.state == "offered" else "cancel"
        command = StepArrangement(arrangement=position.standing.id, step=step)
        done = await self._door.do(customer, "step_arrangement", command, key_of(customer, given))
        if isinstance(done, Refusal):
            return await self._page(request, customer, done, 409)
        return RedirectResponse(PLACE, 303)
