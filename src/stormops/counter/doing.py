"""The guided steps of every duty: a form, what it would do and why, and then it is done. All made from `duties`."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import msgspec
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message

from stormops.accounts.decision import usd
from stormops.accounts.records import KINDS
from stormops.accounts.records_money import Arrangement
from stormops.accounts.records_place import Account, Party
from stormops.accounts.records_work import HandOver
from stormops.accounts.refusal import Refusal
from stormops.books import listing
from stormops.books.database import BooksUnavailable
from stormops.counter import answers, forms
from stormops.counter.api import BLIND, decode, good_key
from stormops.counter.clerk import Asking, Preview
from stormops.counter.describing import describe, made_said, outage_said, schedule
from stormops.counter.desk import Desk
from stormops.counter.duties import DUTIES
from stormops.counter.duty import Duty, Field
from stormops.counter.evidence import FILE_BYTES_MAX, NoEvidence
from stormops.counter.items import left_said
from stormops.counter.offering import account_href, back_said, grouped, may_do, named_now, next_of, undo_of
from stormops.counter.records import export_href
from stormops.counter.refusing import sentence
from stormops.counter.rendering import Link, Pages
from stormops.counter.rights import Person
from stormops.counter.shown import About, Shown, said, shown_of, subject_of
from stormops.counter.verified import Verified
from stormops.counter.words import named
from stormops.pages.words import Words
from stormops.web.http import read_body
from stormops.web.problem import Problem

FORM_BYTES_MAX = 2 * FILE_BYTES_MAX
"""A form with its files."""
FIELDS_MAX, FILES_MAX = 600, 6

Given = dict[str, list[str]]


class Summary(NamedTuple):
    """What stands above a form that is shown again."""

    title: str
    sentences: list[str]


class Doing:
    """The routes of the duties."""

    def __init__(self, desk: Desk, pages: Pages, verified: Verified, names: Callable[[], Collection[str]]) -> None:
        """`names`: of everybody who signs in, any of whom may be given something to do."""
        self._desk, self._pages, self._verified, self._names = desk, pages, verified, names

    def routes(self) -> list[Route]:
        """One address a duty, and one for what was done."""
        return [
            Route("/counter/duties", self._duties),
            Route("/counter/do/{duty}", self._form, methods=["GET"]),
            Route("/counter/do/{duty}", self._sent, methods=["POST"]),
            Route("/counter/done/{key}", self._done),
        ]

    async def _duties(self, request: Request) -> Response:
        person = await self._desk.person(request)
        if isinstance(person, Response):
            return person
        groups = grouped(self._pages.words(request), person, [*DUTIES.values()], {})
        return self._pages.page(request, person, "duties.html", groups=groups)

    # --- the form ------------------------------------------------------------------------------------------

    async def _form(self, request: Request) -> Response:
        person = await self._desk.person(request)
        if isinstance(person, Response):
            return person
        duty = DUTIES.get(request.path_params["duty"])
        if duty is None:
            return self._pages.problem(request, person, "unknown", 404)
        if not may_do(person, duty):
            return self._pages.problem(request, person, "no_right", 403)
        given: Given = {}
        for name, value in request.query_params.multi_items():
            given.setdefault(name, []).append(value[:200])
        for field in duty.fields:
            if field.default and field.name not in given:
                given[field.name] = [self._default(field, person)]
        return await self._guarded(request, person, self._show(request, person, duty, given))

    def _default(self, field: Field, person: Person) -> str:
        now = datetime.fromtimestamp(self._desk.clerk.now_ms() / 1000, self._pages.looks.zone)
        number = f"{now:%y%m%d}-{now:%H%M%S}{now.microsecond // 1000:03d}"
        return field.default.format(
            today=now.date().isoformat(),
            person=person.person,
            number=number,
            receipt=f"{number}-{person.shift}",
            ticket=f"{now:%H%M%S}",
        )

    async def _show(
        self,
        request: Request,
        person: Person,
        duty: Duty,
        given: Given,
        *,
        errors: dict[str, str] | None = None,
        summary: Summary | None = None,
        status: int = 200,
    ) -> Response:
        errors = errors or {}
        fields, about, account, title = await self._filled(request, duty, given, person, errors)
        first = next((place for place, f in enumerate(fields, 1) if not f.fixed and not any(f.values)), 0)
        return self._pages.page(
            request,
            person,
            "duty.html",
            status,
            duty=duty,
            title=title,
            fields=fields,
            about=about,
            here=account,
            key=(given.get("key") or [secrets.token_urlsafe(15)])[0],
            summary=summary,
            first=first,
        )

    async def _filled(
        self, request: Request, duty: Duty, given: Given, person: Person, errors: dict[str, str]
    ) -> tuple[list[Shown], Link | None, str, str]:
        """The fields as they are shown, whose the form is, and what it is called; outages are those of the meter."""
        words = self._pages.words(request)
        fields, about, account, title = await self._desk.look(self._fields, duty, given, person, words, errors)
        if any(field.kind == "outages" for field in fields):
            point = next((field.values for field in fields if field.name == duty.begins.name), [])
            known = await self._verified.of_point(request, await self._point(duty, point))
            zone = self._pages.looks.zone
            choices = [forms.Choice(each.incident, outage_said(each, words, zone)) for each in known]
            fields = [x._replace(choices=choices) if x.kind == "outages" else x for x in fields]
        return fields, about, account, title

    async def _point(self, duty: Duty, values: list[str]) -> str:
        """The number of the meter that a form begins with, however it was typed."""
        given = await self._desk.look(self._resolved, duty, {duty.begins.name: values})
        return (given.get(duty.begins.name) or [""])[0]

    def _fields(
        self, duty: Duty, given: Given, person: Person, words: Words, errors: dict[str, str]
    ) -> tuple[list[Shown], Link | None, str, str]:
        with self._desk.clerk.books.reading() as reader:
            given = forms.resolved(duty, given, reader)
            account = forms.account_of(duty, given, reader)
            fields = shown_of(About(duty, account, given, person, words, reader), errors)
            if any(field.kind == "owner" for field in fields):
                owners = [forms.Choice(name, name) for name in self._names()]
                fields = [x._replace(choices=owners, typed=True) if x.kind == "owner" else x for x in fields]
            title = named_now(words, duty, subject_of(duty, given, reader))
            found = reader.get(Account, account) if account else None
            party = None if found is None else reader.get(Party, found.party)
        link = None if party is None else Link(account_href(account), f"{party.name} · {account}")
        return fields, link, account, title

    # --- what is sent --------------------------------------------------------------------------------------

    async def _sent(self, request: Request) -> Response:
        duty = DUTIES.get(request.path_params["duty"])
        given = await self._given(request)
        if isinstance(given, Problem):
            return self._desk.refused(given)
        token = (given.get("csrf") or [""])[0]
        person = await self._desk.writer(request, token)
        if isinstance(person, Problem):
            return await self._desk.turned_away(request, person)
        if duty is None:
            return self._pages.problem(request, person, "unknown", 404)
        if not may_do(person, duty):
            return self._pages.problem(request, person, "no_right", 403)
        return await self._guarded(request, person, self._take(request, person, duty, given))

    async def _take(self, request: Request, person: Person, duty: Duty, given: Given) -> Response:
        words = self._pages.words(request)
        if (given.get("stage") or [""])[0] == "edit":
            return await self._show(request, person, duty, given)
        given = await self._desk.look(self._resolved, duty, given)
        body, errors = forms.body_of(duty, given, self._pages.looks.zone)
        owners = {field.name for field in duty.fields if field.kind == "owner"} & body.keys()
        if owners:
            names = await self._desk.look(self._names)
            errors |= {name: "field_owner" for name in owners if body[name] not in names}
        found = {name: words(f"ui.{key}") for name, key in errors.items()}
        if found:
            return await self._show(
                request, person, duty, given, errors=found, summary=Summary(words("ui.wrong"), []), status=422
            )
        command = decode(duty.command, msgspec.json.encode(body))
        if isinstance(command, Problem):
            sentences = {error.field: error.detail for error in command.errors}
            mine, rest = placed(duty, sentences)
            return await self._show(
                request, person, duty, given, errors=mine, summary=Summary(words("ui.wrong"), rest), status=422
            )
        key = (given.get("key") or [""])[0]
        seen = (given.get("as_of") or [""])[0]
        asking = Asking(
            duty.command,
            command,
            key if good_key(key) else secrets.token_urlsafe(15),
            person,
            as_of=int(seen) if seen.isascii() and seen.isdigit() and len(seen) <= 15 else None,
            seal=(given.get("seal") or [""])[0],
            outages=await self._verified.of_body(request, command),
        )
        if (given.get("stage") or [""])[0] == "do":
            return await self._do(request, person, duty, given, asking)
        return await self._preview(request, person, duty, given, asking)

    def _resolved(self, duty: Duty, given: Given) -> Given:
        with self._desk.clerk.books.reading() as reader:
            return forms.resolved(duty, given, reader)

    async def _preview(self, request: Request, person: Person, duty: Duty, given: Given, asking: Asking) -> Response:
        would = await self._desk.look(self._desk.clerk.preview, asking)
        refusal = would if isinstance(would, Refusal) else would.effects
        if not isinstance(would, Preview) or isinstance(refusal, Refusal):
            assert isinstance(refusal, Refusal)  # noqa: S101 - told apart above, which the type checker cannot see
            return await self._refuse(request, person, duty, given, refusal)
        words, blind = self._pages.words(request), duty.command in BLIND
        answer = answers.preview_answer(would, blind=blind)
        fields, about, account, title = await self._filled(request, duty, given, person, {})
        decisions = [part for kept in answer.decisions for part in answers.why(kept, self._desk.clerk.pack)]
        changes = [] if blind else made_said(refusal.records, words)
        parts = [
            schedule(made, words) for made in refusal.records if isinstance(made, Arrangement) and made.instalments
        ]
        zone = self._pages.looks.zone
        parts += [one for made in refusal.records if isinstance(made, HandOver) for one in left_said(made, words, zone)]
        return self._pages.page(
            request,
            person,
            "preview.html",
            duty=duty,
            title=title,
            here=account,
            key=asking.key,
            would=answer,
            blind=blind,
            changes=[*changes, *parts],
            about=about,
            why=[{"kept": one.kept} for one in decisions],
            back=back_said(words, duty),
            shown=[
                (field.label, value)
                for field in fields
                if (value := said(field, words)) and not (field.fixed and field.of_account)
            ],
            hidden=[
                (name, value)
                for name, values in given.items()
                if name not in {"csrf", "key", "here", "stage", "seal", "as_of"}
                for value in values
            ],
        )

    async def _do(self, request: Request, person: Person, duty: Duty, given: Given, asking: Asking) -> Response:
        outcome = await self._desk.look(self._desk.clerk.do, asking)
        refusal = outcome if isinstance(outcome, Refusal) else outcome.refusal
        said = "done" if refusal is None else "refused"
        self._desk.metrics.count("counter_commands_total", command=duty.command, outcome=said)
        if refusal is not None:
            # What was refused has used its key up: the next try is another command.
            return await self._refuse(request, person, duty, {**given, "key": []}, refusal)
        here = (given.get("here") or [""])[0][:200]
        query = urlencode({"duty": duty.name, "here": here})
        return RedirectResponse(f"/counter/done/{quote(asking.key)}?{query}", 303)

    async def _refuse(self, request: Request, person: Person, duty: Duty, given: Given, refusal: Refusal) -> Response:
        words = self._pages.words(request)
        mine, rest = placed(duty, {refusal.field: sentence(refusal, words)})
        summary = Summary(words("ui.refused"), rest or list(mine.values()))
        return await self._show(request, person, duty, given, errors=mine, summary=summary, status=409)

    async def _given(self, request: Request) -> Given | Problem:
        """What a form sent; its files are kept, and their hashes stand in their place."""
        body = await read_body(request.scope, request.receive, FORM_BYTES_MAX)
        if isinstance(body, Problem):
            return body

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        try:
            form = await Request(request.scope, again).form(
                max_files=FILES_MAX, max_fields=FIELDS_MAX, max_part_size=FORM_BYTES_MAX
            )
        except (MultiPartException, ValueError, AssertionError):
            return Problem(title="The form cannot be read", status=400, code="malformed_request")
        given: Given = {}
        try:
            for name, value in form.multi_items():
                if not isinstance(value, UploadFile):
                    given.setdefault(name, []).append(value.replace("\0", ""))
                elif value.filename:
                    kept = await self._desk.look(self._desk.files.keep, await value.read())
                    given.setdefault(name, []).append(kept)
        except NoEvidence as error:
            return Problem(title=str(error), status=422, code="invalid")
        finally:
            await form.close()
        for field in (field for duty in DUTIES.values() for field in duty.fields if field.kind == "file"):
            if field.name in given:  # a new file takes the place of the one before
                given[field.name] = given[field.name][-1:]
        return given

    # --- afterwards ----------------------------------------------------------------------------------------

    async def _done(self, request: Request) -> Response:
        person = await self._desk.person(request)
        if isinstance(person, Response):
            return person
        return await self._guarded(request, person, self._tell(request, person))

    async def _tell(self, request: Request, person: Person) -> Response:
        key, words = request.path_params["key"], self._pages.words(request)
        duty = DUTIES.get(request.query_params.get("duty", ""))
        outcome = await self._desk.look(self._desk.clerk.books.outcome, key)
        kept = await self._desk.look(listing.command, self._desk.clerk.books.database, key)
        if duty is None or outcome is None or kept is None or outcome.refusal is not None or kept.name != duty.command:
            return self._pages.problem(request, person, "unknown", 404)
        body: dict[str, Any] = msgspec.json.decode(kept.body)
        links, here, back_link = [], request.query_params.get("here", ""), None
        if "receipt" in outcome.answer:
            links.append(Link(f"/counter/receipts/{quote(outcome.answer['receipt'])}", words("ui.receipt")))
        if "letter" in outcome.answer:
            links.append(Link(f"/counter/letters/{quote(outcome.answer['letter'])}", words("ui.print_letter")))
        if (back := undo_of(duty, body, outcome.answer, here)) and may_do(person, DUTIES[back[0]]):
            href = f"/counter/do/{back[0]}?{urlencode(back[1] | {'here': here})}"
            back_link = Link(href, f"{words('ui.undo')}: {words(f'duty.{back[0]}')}")
        if duty.name == "fetch_records":
            links.append(Link(export_href(body["request"], key), words("ui.the_file")))
        if "records_request" in outcome.answer:
            place = quote(outcome.answer["records_request"], safe="")
            links.append(Link(f"/counter/records/{place}", words("kind.records_request")))
        links += next_of(words, person, duty, body | outcome.answer, here)
        account = str(outcome.answer.get("account") or here)
        if account:
            links.append(Link(account_href(account), words("ui.to_account")))
        sentences = await self._desk.look(self._said, duty, outcome.answer, words)
        return self._pages.page(
            request,
            person,
            "done.html",
            title=words(f"duty.{duty.name}"),
            sentences=sentences,
            links=links,
            back=back_link,
        )

    def _said(self, duty: Duty, answer: Mapping[str, str], words: Words) -> list[str]:
        """What came of it; where taking it back is no single step, how that goes."""
        sentences = [words("ui.recount")] if "recount" in answer else self._made(answer, words)
        if answer.get("over", "0") != "0":
            sentences.append(words("ui.over", amount=answers_usd(answer["over"])))
        return [*sentences, back_said(words, duty)] if words.has(f"back.{duty.name}") else sentences

    def _made(self, answer: Mapping[str, str], words: Words) -> list[str]:
        """What a command made, as it is now."""
        with self._desk.clerk.books.reading() as reader:
            found = {kind: reader.get(KINDS[kind], key) for kind, key in answer.items() if kind in KINDS}
        return [
            f"{named(words, 'kind', kind)}: {answer[kind] if each is None else describe(each, words)}"
            for kind, each in found.items()
        ]

    async def _guarded(self, request: Request, person: Person, page: Awaitable[Response]) -> Response:
        try:
            return await page
        except BooksUnavailable:
            return self._pages.problem(request, person, "unavailable", 503)


def answers_usd(cents: str) -> str:
    """An amount of an answer, which is text."""
    return usd(int(cents))


def placed(duty: Duty, sentences: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Sentences at the fields that they are about, and those that are about none."""
    mine: dict[str, str] = {}
    rest = []
    for name, told in sentences.items():
        field = next((f for f in duty.fields if name and name in {f.name, f.label}), None)
        if field is None:
            rest.append(told)
        else:
            mine[field.name] = told
    return mine, rest
