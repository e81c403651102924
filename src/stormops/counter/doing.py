"""The guided steps of every duty: a form, what it would do and why, and then it is done. All made from `duties`."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import msgspec
from markupsafe import Markup
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message

from stormops.accounts.decision import usd
from stormops.accounts.draft import Reader
from stormops.accounts.record import Record
from stormops.accounts.records import KINDS
from stormops.accounts.records_place import Account, Party
from stormops.accounts.refusal import Refusal
from stormops.books import listing
from stormops.books.database import BooksUnavailable
from stormops.counter import answers, forms
from stormops.counter.api import BLIND, decode, good_key
from stormops.counter.clerk import Asking, Preview
from stormops.counter.describing import describe
from stormops.counter.desk import Desk
from stormops.counter.duties import DUTIES, GROUPS, Duty, Field, steps_now
from stormops.counter.evidence import FILE_BYTES_MAX, NoEvidence
from stormops.counter.refusing import sentence
from stormops.counter.rendering import Link, Pages
from stormops.counter.rights import Person, may_use
from stormops.counter.words import named
from stormops.pages.words import Words
from stormops.web.http import read_body
from stormops.web.problem import Problem

FORM_BYTES_MAX = 2 * FILE_BYTES_MAX
"""A form with its files."""
FIELDS_MAX, FILES_MAX = 600, 6

Given = dict[str, list[str]]

INPUTS = {
    "money": 'inputmode="decimal" maxlength="16"',
    "count": 'inputmode="numeric" maxlength="10"',
    "whole": 'inputmode="numeric" maxlength="10"',
    "number": 'inputmode="decimal" maxlength="20"',
    "day": 'type="date"',
    "moment": 'type="datetime-local"',
}
HINTS = {"money": "money", "moneys": "moneys", "file": "file", "files": "file"}


class Shown(NamedTuple):
    """A field as the template has it."""

    name: str
    kind: str
    label: str
    hint: str
    needed: bool
    values: list[str]
    choices: list[forms.Choice]
    part_values: dict[str, str]
    error: str | None
    typed: bool = False
    """Chosen, or typed by another name (an address, a meter)."""

    def input(self) -> Markup:
        """Attributes of a plain input, by its kind."""
        return Markup(INPUTS.get(self.kind, 'type="text" maxlength="4000" autocomplete="off"'))  # noqa: S704 - ours

    def described(self, key: str) -> Markup:
        """What a screen reader is told: the hint, and what is wrong."""
        ids = [f"{key}-hint"] * bool(self.hint) + [f"{key}-error"] * (self.error is not None)
        wrong = ' aria-invalid="true"' if self.error is not None else ""
        needed = " required" if self.needed else ""
        told = f' aria-describedby="{" ".join(ids)}"' if ids else ""
        return Markup(f"{needed}{told}{wrong}".strip())  # noqa: S704 - made of ids of our own


class Summary(NamedTuple):
    """What stands above a form that is shown again."""

    title: str
    sentences: list[str]


class _About(NamedTuple):
    """What a form is about, and who fills it in."""

    duty: Duty
    account: str
    given: Given
    person: Person
    words: Words
    reader: Reader


class Doing:
    """The routes of the duties."""

    def __init__(self, desk: Desk, pages: Pages) -> None:
        self._desk, self._pages = desk, pages

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
            return self._problem(request, person, "unknown", 404)
        if not may_use(person, duty.command):
            return self._problem(request, person, "no_right", 403)
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
        words, errors = self._pages.words(request), errors or {}
        fields, about, account = await self._desk.look(self._fields, duty, given, person, words, errors)
        first = next((place for place, f in enumerate(fields, 1) if f.kind not in {"record", "flag"}), 0)
        return self._pages.page(
            request,
            person,
            "duty.html",
            status,
            duty=duty,
            title=words(f"duty.{duty.name}"),
            fields=fields,
            about=about,
            here=account,
            key=(given.get("key") or [secrets.token_urlsafe(15)])[0],
            summary=summary,
            first=first,
        )

    def _fields(
        self, duty: Duty, given: Given, person: Person, words: Words, errors: dict[str, str]
    ) -> tuple[list[Shown], Link | None, str]:
        with self._desk.clerk.books.reading() as reader:
            given = forms.resolved(duty, given, reader)
            account = forms.account_of(duty, given, reader)
            about = _About(duty, account, given, person, words, reader)
            shown = [self._shown(field, about, errors.get(field.name)) for field in duty.fields]
            found = reader.get(Account, account) if account else None
            party = None if found is None else reader.get(Party, found.party)
        link = None if party is None else Link(account_href(account), f"{party.name} · {account}")
        return shown, link, account

    def _shown(self, field: Field, about: _About, error: str | None) -> Shown:
        given, words, reader = about.given, about.words, about.reader
        values = given.get(field.name, [])
        choices: list[forms.Choice] = []
        if field.kind == "choice":
            choices = [forms.Choice(each, named(words, "choice", each) if each else "") for each in field.of]
        elif field.kind == "step":
            subject = self._subject(about.duty, given, reader)
            choices = [forms.Choice(each, named(words, "step", each)) for each in steps_now(field, subject)]
        elif field.kind in {"record", "parts"}:
            choices = forms.choices(
                field, about.account, about.person.desk, reader, words, forms.premise_of(about.duty, given)
            )
            if field.kind == "record" and values and values[0] not in {each.value for each in choices}:
                known = reader.get(KINDS[field.of[0]], values[0])
                choices.append(forms.Choice(values[0], values[0] if known is None else describe(known, words)))
        parts = {
            name.removeprefix(f"{field.name}:"): value[0]
            for name, value in given.items()
            if name.startswith(f"{field.name}:")
        }
        hint = HINTS.get(field.kind, field.label if words.has(f"help.{field.label}") else "")
        return Shown(
            field.name,
            field.kind,
            words(f"field.{field.label}"),
            words(f"help.{hint}") if hint else "",
            field.needed,
            values,
            choices,
            parts,
            error,
            field.kind == "record" and field.of[0] in {"premise", "service_point"},
        )

    @staticmethod
    def _subject(duty: Duty, given: Given, reader: Reader) -> Record | None:
        first = duty.fields[0]
        key = (given.get(first.name) or [""])[0]
        return reader.get(KINDS[first.of[0]], key) if first.kind == "record" and key else None

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
            return self._problem(request, person, "unknown", 404)
        if not may_use(person, duty.command):
            return self._problem(request, person, "no_right", 403)
        return await self._guarded(request, person, self._take(request, person, duty, given))

    async def _take(self, request: Request, person: Person, duty: Duty, given: Given) -> Response:
        words = self._pages.words(request)
        if (given.get("stage") or [""])[0] == "edit":
            return await self._show(request, person, duty, given)
        given = await self._desk.look(self._resolved, duty, given)
        body, errors = forms.body_of(duty, given, self._pages.looks.zone)
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
        fields, _, account = await self._desk.look(self._fields, duty, given, person, words, {})
        decisions = [part for kept in answer.decisions for part in answers.why(kept, self._desk.clerk.pack)]
        changes = [
            f"{named(words, 'kind', each.kind)}{': ' + named(words, 'state', each.state) if each.state else ''}"
            for each in answer.changes
        ]
        return self._pages.page(
            request,
            person,
            "preview.html",
            duty=duty,
            title=words(f"duty.{duty.name}"),
            here=account,
            key=asking.key,
            would=answer,
            blind=blind,
            changes=changes,
            why=[{"kept": one.kept} for one in decisions],
            shown=[(field.label, said) for field in fields if (said := _said(field))],
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
            return self._problem(request, person, "unknown", 404)
        body: dict[str, Any] = msgspec.json.decode(kept.body)
        links, here = [], request.query_params.get("here", "")
        if "receipt" in outcome.answer:
            links.append(Link(f"/counter/receipts/{quote(outcome.answer['receipt'])}", words("ui.receipt")))
        if "letter" in outcome.answer:
            links.append(Link(f"/counter/letters/{quote(outcome.answer['letter'])}", words("ui.print_letter")))
        if (back := undo_of(duty, body, outcome.answer)) and may_use(person, DUTIES[back[0]].command):
            href = f"/counter/do/{back[0]}?{urlencode(back[1] | {'here': here})}"
            links.append(Link(href, f"{words('ui.undo')}: {words(f'duty.{back[0]}')}"))
        if duty.about in KINDS or duty.about == "account":
            links += next_of(words, person, outcome.answer, here)
        account = str(outcome.answer.get("account") or here)
        if account:
            links.append(Link(account_href(account), words("ui.to_account")))
        sentences = [f"{named(words, 'kind', kind)}: {made}" for kind, made in outcome.answer.items() if kind in KINDS]
        if "recount" in outcome.answer:
            sentences = [words("ui.recount")]
        if outcome.answer.get("over", "0") != "0":
            sentences.append(words("ui.over", amount=answers_usd(outcome.answer["over"])))
        return self._pages.page(
            request, person, "done.html", title=words(f"duty.{duty.name}"), sentences=sentences, links=links
        )

    def _problem(self, request: Request, person: Person, key: str, status: int) -> Response:
        words = self._pages.words(request)
        return self._pages.page(request, person, "problem.html", status, sentence=words(f"ui.{key}"))

    async def _guarded(self, request: Request, person: Person, page: Awaitable[Response]) -> Response:
        try:
            return await page
        except BooksUnavailable:
            return self._problem(request, person, "unavailable", 503)


def account_href(account: str) -> str:
    """Where an account's page is."""
    return f"/counter/accounts/{quote(account, safe='')}"


def answers_usd(cents: str) -> str:
    """An amount of an answer, which is text."""
    return usd(int(cents))


def duty_href(duty: Duty, record: str, here: str = "") -> str:
    """Where a duty is done about a record."""
    query = {duty.fields[0].name: record} | ({"here": here} if here else {})
    return f"/counter/do/{duty.name}?{urlencode(query)}"


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


def undo_of(duty: Duty, body: dict[str, Any], answer: dict[str, str]) -> tuple[str, dict[str, str]] | None:
    """The duty that takes it back, with what it begins with; None when nothing does."""
    if duty.undo is None:
        return None
    back, step = DUTIES[duty.undo[0]], duty.undo[1]
    first = back.fields[0]
    key = answer.get(first.of[0]) or body.get(first.label) if first.kind == "record" else None
    if not isinstance(key, str):
        return None
    return back.name, {first.name: key} | ({"step": step} if step else {})


def next_of(words: Words, person: Person, answer: dict[str, str], here: str) -> list[Link]:
    """What is done next with what was made: evidence for a request, its submission."""
    request = answer.get("request")
    if request is None:
        return []
    after = [DUTIES[name] for name in ("attach_evidence", "submit_request")]
    return [
        Link(duty_href(duty, request, here), words(f"duty.{duty.name}"))
        for duty in after
        if may_use(person, duty.command)
    ]


def grouped(words: Words, person: Person, duties: list[Duty], first: dict[str, str]) -> list[dict[str, Any]]:
    """Duties that the person may do, by group; `first`: what a kind of record's duties begin with."""
    made = []
    for group in GROUPS:
        links = [
            Link(
                duty_href(duty, first[duty.about]) if duty.about in first else f"/counter/do/{duty.name}",
                words(f"duty.{duty.name}"),
            )
            for duty in duties
            if duty.group == group and may_use(person, duty.command)
        ]
        if links:
            made.append({"label": words(f"group.{group}"), "links": links})
    return made


def _said(field: Shown) -> str:
    """What was given in a field, for the preview."""
    if field.kind == "parts":
        labels = {each.value: each.label for each in field.choices}
        return "; ".join(f"{labels.get(key, key)}: {value}" for key, value in field.part_values.items() if value)
    labels = {each.value: each.label for each in field.choices}
    if field.kind == "flag":
        return "✓" if field.values else ""
    if field.kind == "money":
        return usd(forms.cents_of(field.values[0])) if any(field.values) else ""
    return ", ".join(labels.get(value, value[:200]) for value in field.values if value)
