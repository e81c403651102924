"""The books as a whole: reports, the audit, the continuous audit with its sample, and who looked at whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.accounts.chart import CHART
from stormops.accounts.records_work import Finding
from stormops.books import checks, listing, views
from stormops.counter import answers, continuous, showing
from stormops.counter.clerk import decisions_in
from stormops.counter.continuous import Asked, Continuous, Question
from stormops.counter.desk import Desk
from stormops.counter.offering import account_href
from stormops.counter.rendering import Link, Pages
from stormops.counter.rights import CHECK, Person, may_use
from stormops.counter.words import named
from stormops.pages.words import Words

EVENTS = 50
"""Of the audit on one page."""
PEOPLE = frozenset({"one_giver"})
"""Doubts about a person; all others are about a request or a command."""
COMMANDS = frozenset({"after_hours"})


class Checking:
    """The routes."""

    def __init__(self, desk: Desk, pages: Pages) -> None:
        self._desk, self._pages = desk, pages

    def routes(self) -> list[Route]:
        """For who may look at the books as a whole."""
        shown = {
            "/counter/reports": self._reports,
            "/counter/audit": self._audit,
            "/counter/commands/{key}": self._command,
            "/counter/continuous": self._continuous,
            "/counter/looks": self._looks,
        }
        return showing.routes(self._desk, self._pages, {path: (show, CHECK) for path, show in shown.items()})

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
        found = await self._desk.look(listing.done, self._database, before, EVENTS)
        words = self._pages.words(request)
        events = [
            {
                "position": one.position,
                "event": one.event,
                "label": called(words, one.event.command),
                "href": command_href(one.event.key),
            }
            for one in found
        ]
        more = found[-1].position if len(found) == EVENTS else None
        return self._pages.page(request, person, "audit.html", events=events, before=more)

    async def _command(self, request: Request, person: Person) -> Response:
        """One command as it was decided: by whom, when, what was asked, and why."""
        kept = await self._desk.look(listing.command, self._database, request.path_params["key"])
        if kept is None:
            return self._pages.problem(request, person, "unknown", 404)
        done = await self._desk.look(listing.done, self._database, kept.position + 1, 1)
        body, envelope = msgspec.json.decode(kept.body), msgspec.json.decode(kept.envelope)
        return self._pages.page(
            request,
            person,
            "command.html",
            kept=kept,
            title=called(self._pages.words(request), kept.name),
            envelope=envelope,
            subjects=done[0].event.subjects if done else (),
            shown=[
                (name, value)
                for name, value in body.items()
                if isinstance(value, str | int) and value and name != "command"
            ],
            every=[one for decision in decisions_in(body) for one in answers.why(decision, self._desk.clerk.pack)],
        )

    # --- the continuous audit --------------------------------------------------------------------------------

    async def _continuous(self, request: Request, person: Person) -> Response:
        words, today = self._pages.words(request), self._desk.clerk.today()
        asked = continuous.asked_of(request.query_params, today)
        values: dict[str, Any] = {"found": None, "error": isinstance(asked, str), "doubts": [], "sample": []}
        if isinstance(asked, str):
            values |= {"problem": words(f"ui.{asked}"), "asked": dict(request.query_params)}
            return self._pages.page(request, person, "continuous.html", 422, **values)
        values["asked"] = msgspec.to_builtins(asked)
        if "seed" in request.query_params:
            found = await self._desk.look(continuous.run, self._desk.clerk, asked)
            states = await self._desk.look(self._findings, found.doubts)
            values |= {
                "found": found,
                "doubts": _by_rule(words, person, found, states),
                "sample": [
                    {
                        "event": event,
                        "label": called(words, event.command),
                        "href": command_href(event.key),
                        "finding": _finding(words, person, event.key, "amount", _sampled(words, asked)),
                    }
                    for event in found.sample
                ],
            }
        return self._pages.page(request, person, "continuous.html", **values)

    def _findings(self, doubts: list[Question]) -> dict[tuple[str, str], str]:
        """Of doubts about which there is a finding by the same rule: its state."""
        with self._desk.clerk.books.reading() as reader:
            every = [each for about in {doubt.about for doubt in doubts} for each in reader.where(Finding, about=about)]
        return {(each.rule, each.about): each.state for each in every}

    # --- who looked at whom ----------------------------------------------------------------------------------

    async def _looks(self, request: Request, person: Person) -> Response:
        account, actor = (request.query_params.get(name, "").strip()[:200] for name in ("account", "actor"))
        found: list[views.Look] = []
        if account or actor:
            found = await self._desk.look(self._looked, account, "" if account else actor)
        looks = [{"look": each, "href": account_href(each.account)} for each in found]
        asked = bool(account or actor)
        more = len(found) == views.LOOKS_MAX
        return self._pages.page(
            request, person, "looks.html", looks=looks, account=account, actor=actor, asked=asked, more=more
        )

    def _looked(self, account: str, actor: str) -> list[views.Look]:
        return views.looks(self._database, account=account, actor=actor)

    @property
    def _database(self) -> Any:
        return self._desk.clerk.books.database


def called(words: Words, command: str) -> str:
    """A command as people say it; a request has a duty for each of its kinds, and one command."""
    return words("kind.request") if command == "draft_request" else named(words, "duty", command)


def command_href(key: str) -> str:
    """Where a command is looked at."""
    return f"/counter/commands/{quote(key, safe='')}"


def _by_rule(
    words: Words, person: Person, found: Continuous, states: Mapping[tuple[str, str], str]
) -> list[dict[str, Any]]:
    """The doubts by their rule, each with where it is looked into, and its finding or the way to one."""
    made: dict[str, list[dict[str, Any]]] = {}
    for doubt in found.doubts:
        state = states.get((doubt.rule, doubt.about))
        said = words(f"doubt.{doubt.rule}")
        made.setdefault(doubt.rule, []).append(
            {
                "doubt": doubt,
                "label": words(f"duty.{doubt.what}") if doubt.what else doubt.about,
                "href": _about_href(doubt),
                "state": named(words, "state", state) if state else "",
                "finding": None if state else _finding(words, person, doubt.about, doubt.rule, said),
            }
        )
    return [{"title": words(f"doubt.{rule}"), "lines": lines} for rule, lines in made.items()]


def _about_href(doubt: Question) -> str:
    if doubt.rule in PEOPLE:
        return f"/counter/looks?{urlencode({'actor': doubt.about})}"
    if doubt.rule in COMMANDS:
        return command_href(doubt.about)
    return f"/counter/why/request/{quote(doubt.about, safe='')}"


def _sampled(words: Words, asked: Asked) -> str:
    return words(
        "ui.sampled",
        seed=asked.seed,
        since=asked.since.isoformat(),
        until=asked.until.isoformat(),
        share=asked.of_ten_thousand,
    )


def _finding(words: Words, person: Person, about: str, rule: str, text: str) -> Link | None:
    """The form of a finding, filled in; None for who opens none."""
    if not may_use(person, "add_finding"):
        return None
    query = urlencode({"about": about, "rule": rule, "text": text})
    return Link(f"/counter/do/add_finding?{query}", words("ui.open_finding"))
