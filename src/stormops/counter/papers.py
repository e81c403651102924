"""Papers at the counter: statements and receipts to look at and print, letters before and after they are issued."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from urllib.parse import quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.accounts.letters import LETTERS, letters_about
from stormops.accounts.record import Record
from stormops.accounts.records_work import Letter
from stormops.accounts.refusal import Refused
from stormops.accounts.states_work import LETTER
from stormops.books.database import BooksUnavailable
from stormops.counter.desk import Desk
from stormops.counter.rendering import Link, Pages
from stormops.counter.rights import Person
from stormops.counter.words import named
from stormops.pages.words import LANGUAGES, Words
from stormops.papers import html
from stormops.papers.document import Document
from stormops.papers.letters import compose
from stormops.papers.words import said

AT_ONCE = {"statement": "bills", "receipt": "receipts"}
"""Papers that are printed without being issued: they say what the bill or the payment says."""

STYLE = "/counter/assets/paper.css"


class Printed(NamedTuple):
    """A paper, whose it is, and what is written across one that was voided."""

    document: Document
    account: str
    letter: Letter | None = None

    @property
    def void(self) -> str:
        """Empty unless it was voided."""
        voided = self.letter is not None and self.letter.state != LETTER.start
        return said(self.document.language)("common.void") if voided else ""


Find = Callable[[Request, str], Printed | None]


def _file_of(document: Document, void: str) -> bytes:
    """A paper as a PDF."""
    from stormops.papers.pdf import pdf  # not before one is asked for: it is a quarter of a start

    return pdf(document, void)


class Papers:
    """The routes."""

    def __init__(self, desk: Desk, pages: Pages) -> None:
        self._desk, self._pages = desk, pages

    def routes(self) -> list[Route]:
        """Each paper as a page and as a file."""
        made: list[Route] = []
        for kind, place in AT_ONCE.items():
            path = f"/counter/{place}/{{about}}/{kind}"
            made += [
                Route(f"{path}.pdf", self._looked_at(self._drafted(kind), self._file)),
                Route(path, self._looked_at(self._drafted(kind), self._page)),
            ]
        return [
            *made,
            Route("/counter/letters/{letter}.pdf", self._looked_at(self._issued, self._file)),
            Route("/counter/letters/{letter}", self._looked_at(self._issued, self._page)),
            Route("/counter/letters/{kind}/{about}", self._looked_at(self._drafted(), self._page)),
        ]

    def _looked_at(
        self, find: Find, show: Callable[[Request, Person, Printed], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            person = await self._desk.person(request)
            if isinstance(person, Response):
                return person
            try:
                found = await self._desk.look(find, request, request.query_params.get("in", ""))
                if found is None:
                    return self._problem(request, person, "unknown", 404)
                why = f"{found.document.kind} {request.url.path.rpartition('.')[2] if show == self._file else 'page'}"
                await self._desk.look(self._desk.clerk.looked_at, found.account, person, why)
                return await show(request, person, found)
            except Refused:
                return self._problem(request, person, "no_letter", 409)
            except BooksUnavailable:
                return self._problem(request, person, "unavailable", 503)

        return guarded

    def _problem(self, request: Request, person: Person, key: str, status: int) -> Response:
        sentence = self._pages.words(request)(f"ui.{key}")
        return self._pages.page(request, person, "problem.html", status, sentence=sentence)

    # --- finding -----------------------------------------------------------------------------------------

    def _drafted(self, always: str = "") -> Find:
        """A paper as it would be printed now, in the customer's language or the one asked for."""

        def find(request: Request, language: str) -> Printed | None:
            kind, about = always or request.path_params["kind"], request.path_params["about"]
            if kind not in LETTERS:
                return None
            clerk = self._desk.clerk
            with clerk.books.reading() as reader:
                record = reader.get(LETTERS[kind].about, about)
                if record is None:
                    return None
                desk = clerk.writing(reader, language if language in LANGUAGES else "")
                return Printed(compose(desk, kind, about), LETTERS[kind].addressee(record))

        return find

    def _issued(self, request: Request, _: str) -> Printed | None:
        """A letter as it was issued."""
        letter = self._desk.clerk.books.get(Letter, request.path_params["letter"])
        return None if letter is None else Printed(kept(letter), letter.account, letter)

    # --- showing -----------------------------------------------------------------------------------------

    async def _file(self, _: Request, __: Person, found: Printed) -> Response:
        body = await self._desk.look(_file_of, found.document, found.void)
        headers = {"Content-Disposition": f'inline; filename="{found.document.kind}.pdf"'}
        if found.letter is not None and not found.void:
            same = hashlib.sha256(body).hexdigest() == found.letter.hash
            headers["Stormops-Same-Bytes"] = "yes" if same else "no"
        return Response(body, headers=headers, media_type="application/pdf")

    async def _page(self, request: Request, person: Person, found: Printed) -> Response:
        words, document = self._pages.words(request), found.document
        links = [html.Link(f"/counter/accounts/{quote(found.account, safe='')}", words("ui.to_account"))]
        if found.letter is not None:
            links.append(html.Link(f"{request.url.path}.pdf", words("ui.as_pdf")))
        elif document.kind in AT_ONCE:
            query = f"?in={document.language}" if request.query_params.get("in") else ""
            links.append(html.Link(f"{request.url.path}.pdf{query}", words("ui.as_pdf")))
            links += [
                html.Link(f"?{urlencode({'in': each})}", said(each).own_name)
                for each in LANGUAGES
                if each != document.language
            ]
        elif may_issue(person, document.kind):
            asked = {"kind": document.kind, "about": request.path_params["about"], "here": found.account}
            links.append(html.Link(f"/counter/do/issue_letter?{urlencode(asked)}", words("duty.issue_letter")))
        body = html.page(document, STYLE, links, found.void)
        return Response(body, headers=self._pages.headers("'none'"), media_type="text/html")


def kept(letter: Letter) -> Document:
    """The document of a letter as it was issued."""
    return msgspec.convert(letter.document, Document)


def may_issue(person: Person, kind: str) -> bool:
    """Whether a person has the permission that a kind of letter asks for."""
    return any(grant.permission == LETTERS[kind].permission for grant in person.grants)


def paper_links(record: Record, words: Words, person: Person) -> list[Link]:
    """The papers of a record: what can be printed of it at once, and the letters that a person may issue about it."""
    if isinstance(record, Letter):
        return [Link(f"/counter/letters/{quote(record.id, safe='')}", words("ui.print_letter"))]
    key = quote(record.id, safe="")
    return [
        Link(
            f"/counter/{AT_ONCE[kind]}/{key}/{kind}" if kind in AT_ONCE else f"/counter/letters/{kind}/{key}",
            words("ui.letter", kind=named(words, "choice", kind)),
        )
        for kind in letters_about(record)
        if kind in AT_ONCE or may_issue(person, kind)
    ]
