"""The end of a shift: what a person leaves open, and the hand-overs that they offered or are offered, on one page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.accounts.commands_hand_over import left_by
from stormops.accounts.record import Record
from stormops.accounts.records_work import HandOver
from stormops.books import listing
from stormops.counter import queues, showing
from stormops.counter.desk import Desk
from stormops.counter.items import Reader, items
from stormops.counter.lines import line
from stormops.counter.rendering import Link, Pages
from stormops.counter.rights import READ, Person


class HandingOver:
    """The page's route."""

    def __init__(self, desk: Desk, pages: Pages) -> None:
        self._desk, self._pages = desk, pages

    def routes(self) -> list[Route]:
        """One address."""
        return showing.routes(self._desk, self._pages, {"/counter/hand-over": (self._page, READ)})

    async def _page(self, request: Request, person: Person) -> Response:
        words, clerk = self._pages.words(request), self._desk.clerk
        database = clerk.books.database
        offered = [
            each
            for each in await self._desk.look(queues.listed, database, "hand_overs")
            if isinstance(each, HandOver) and person.person in {each.giver, each.taker}
        ]
        left = await self._desk.look(self._left, person)
        waiting = await self._desk.look(queues.waiting, database, person)
        whose = await self._desk.look(listing.whose, database, left)
        reader = Reader(person, words, self._pages.looks.zone, clerk.now_ms())
        mine = any(each.giver == person.person for each in offered)
        return self._pages.page(
            request,
            person,
            "hand_over.html",
            begin=[] if mine else [Link("/counter/do/offer_hand_over", words("duty.offer_hand_over"))],
            items=items(offered, {}, reader),
            left=[
                items([each], whose, reader)[0]._replace(
                    line=line(each, words, person, getattr(each, "account", "") or "")
                )
                for each in sorted(left, key=lambda each: getattr(each, "due_ms", 0))
            ],
            waiting=[
                {"href": f"/counter/queues/{each.name}", "label": words(f"queue.{each.name}"), "count": each.length}
                for each in waiting
                if each.length
            ],
        )

    def _left(self, person: Person) -> list[Record]:
        with self._desk.clerk.books.reading() as reader:
            return left_by(reader, person.person, person.desk)
