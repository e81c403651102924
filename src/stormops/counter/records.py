"""Public records at the counter: a request with its selection, its export as a file, and how long records are kept."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from stormops.accounts.commands_records import EXPORTED
from stormops.accounts.disclosure import CLASSES
from stormops.accounts.policy import Clause, Pack
from stormops.accounts.records_work import RecordsRequest
from stormops.accounts.rules.public_records import Exemption, Retention
from stormops.books import disclosing, listing, retention
from stormops.counter import showing
from stormops.counter.desk import Desk
from stormops.counter.exporting import export
from stormops.counter.lines import links_of
from stormops.counter.rendering import Pages
from stormops.counter.rights import CHECK, READ, Person, may_use


class Records:
    """The routes."""

    def __init__(self, desk: Desk, pages: Pages) -> None:
        self._desk, self._pages = desk, pages

    def routes(self) -> list[Route]:
        """Every page, and the file."""
        shown: dict[str, tuple[showing.Show, str]] = {
            "/counter/retention": (self._retention, CHECK),
            "/counter/records/{request}": (self._request, READ),
            "/counter/records/{request}/export": (self._export, READ),
        }
        return showing.routes(self._desk, self._pages, shown)

    async def _request(self, request: Request, person: Person) -> Response:
        """A request: what was asked, the selection, and what of it is withheld by which exemption."""
        found = await self._desk.look(self._desk.clerk.books.get, RecordsRequest, request.path_params["request"])
        if found is None:
            return self._pages.problem(request, person, "unknown", 404)
        words, pack = self._pages.words(request), self._desk.clerk.pack
        rules = [
            {
                "name": each,
                "by": found.exemptions.get(each, "") if found.exemptions else _by(clause),
                "cited": _cited(owner, clause),
                "note": clause.note,
            }
            for each in CLASSES
            if (at := pack.clause(Exemption, self._desk.clerk.today(), each)) is not None
            for owner, clause in [at]
        ]
        links = links_of(found, words, person)
        return self._pages.page(request, person, "records.html", asked=found, links=links, rules=rules)

    async def _export(self, request: Request, person: Person) -> Response:
        """The file, for who fetched it by a command (`?key=`), which is how a download comes into the audit."""
        key, asked = request.path_params["request"], request.query_params.get("key", "")[:64]
        if not may_use(person, "fetch_records"):
            return self._pages.problem(request, person, "no_right", 403)
        found = await self._desk.look(self._fetched, key, asked, person)
        if found is None:
            return self._pages.problem(request, person, "unknown", 404)
        out = Path(tempfile.mkdtemp()) / "export.zip"
        clerk = self._desk.clerk
        try:
            await self._desk.look(export, clerk.books.database, found, clerk.pack.title, clerk.zone, out)
        except BaseException:
            _clear(out)
            raise
        headers = {"Cache-Control": "no-store"}
        name = f"public-records-{found.received}.zip"
        return FileResponse(out, headers=headers, filename=name, background=BackgroundTask(_clear, out))

    def _fetched(self, key: str, command: str, person: Person) -> RecordsRequest | None:
        """The request, if this command of this person fetched the export that it has now."""
        books = self._desk.clerk.books
        found, kept = books.get(RecordsRequest, key), listing.command(books.database, command)
        if found is None or kept is None or found.state not in EXPORTED or kept.refusal is not None:
            return None
        body, envelope = msgspec.json.decode(kept.body), msgspec.json.decode(kept.envelope)
        prepared = disclosing.position_of(books.database, found.prepared)
        mine = kept.name == "fetch_records" and body["request"] == key and envelope["actor"] == person.person
        return found if mine and prepared is not None and prepared < kept.position else None

    async def _retention(self, request: Request, person: Person) -> Response:
        """How long each kind is kept, and how much is older; nothing is deleted."""
        rows = await self._desk.look(self._kept)
        return self._pages.page(request, person, "retention.html", rows=rows)

    def _kept(self) -> list[dict[str, Any]]:
        clerk = self._desk.clerk
        today, rows = clerk.today(), []
        for kind in retention.KEPT:
            at = clerk.pack.clause(Retention, today, kind)
            row: dict[str, Any] = {"kind": kind, "years": None, "said": at is not None}
            if at is not None:
                owner, clause = at
                row |= {"cited": _cited(owner, clause), "note": clause.note, "years": getattr(clause.terms, "years", 0)}
            if row["years"]:
                before = retention.kept_from(today, row["years"])
                older = retention.older(clerk.books.database, kind, before, clerk.zone)
                row |= {"before": before, "older": older}
            rows.append(row)
        return rows


def export_href(request: str, key: str) -> str:
    """Where the file is for who fetched it by the command with this key."""
    return f"/counter/records/{quote(request, safe='')}/export?key={quote(key, safe='')}"


def _by(clause: Clause) -> str:
    terms = clause.terms
    return terms.by if isinstance(terms, Exemption) and terms.withhold else ""


def _cited(pack: Pack, clause: Clause) -> str:
    return "; ".join(pack.sources[key] for key in clause.cite)


def _clear(out: Path) -> None:
    """Take the file away, once it was sent."""
    out.unlink(missing_ok=True)
    out.parent.rmdir()
