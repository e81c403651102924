"""The counter's API: commands with their previews, and everything that is looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.accounts.asking.catalogue import BODIES, Body
from stormops.accounts.record import Decision
from stormops.accounts.records import KINDS
from stormops.accounts.records_money import Bill
from stormops.accounts.refusal import Refusal
from stormops.books import checks, customers, finding, listing, rosters, views
from stormops.books.database import BooksUnavailable
from stormops.counter import answers, continuous, queues
from stormops.counter.clerk import CHANNELS, Asking, decisions_in
from stormops.counter.desk import Desk, as_problem, json, unavailable
from stormops.counter.evidence import FILE_BYTES_MAX, NoEvidence
from stormops.counter.rights import CHECK, READ, Person, may_use
from stormops.counter.verified import Verified
from stormops.web.http import is_json, read_body
from stormops.web.problem import FieldError, Problem, problem, read

API = "/api/v1/counter"

BLIND = frozenset({"count_drawer", "close_drawer"})
"""Commands whose preview does not say what would be posted."""

KEY_CHARACTERS_MAX = 64

Answer = Response | Problem
Endpoint = Callable[[Request, Person], Awaitable[Answer]]

_decoders: dict[str, msgspec.json.Decoder[Any]] = {}


def decode(name: str, body: bytes) -> Body | Problem:
    """The body of a command, or what is wrong with each field."""
    if rb"\u0000" in body:  # no database keeps it in a text
        return problem("malformed_json", "The body has a character that no text has.")
    decoder = _decoders.setdefault(name, msgspec.json.Decoder(BODIES[name]))
    found: Body | Problem = read(decoder, body)
    return found


def good_key(key: str) -> bool:
    """Whether this may be a command's idempotency key."""
    return 0 < len(key) <= KEY_CHARACTERS_MAX and all(c.isascii() and (c.isalnum() or c in "._:-") for c in key)


class Api:
    """The routes."""

    def __init__(self, desk: Desk, verified: Verified) -> None:
        self._desk, self._verified = desk, verified

    def routes(self) -> list[Route]:
        """Every address of the API."""
        reads: dict[str, tuple[Endpoint, str]] = {
            "/session": (self._session, READ),
            "/search": (self._search, READ),
            "/accounts/{account}": (self._account, READ),
            "/accounts/{account}/journals": (self._journals, READ),
            "/bills/{bill}": (self._bill, READ),
            "/decisions/{kind}/{id}": (self._decisions, READ),
            "/commands/{key}/decisions": (self._command, READ),
            "/queues/{queue}": (self._queue, READ),
            "/evidence/{hash}": (self._evidence, READ),
            "/checks": (self._checks, CHECK),
            "/audit": (self._audit, CHECK),
            "/looks": (self._looks, CHECK),
            "/continuous": (self._continuous, CHECK),
            "/buildings/{umbrella}": (self._building, READ),
        }
        return [
            Route(f"{API}/commands/{{command}}", self._write(self._do), methods=["POST"]),
            Route(f"{API}/commands/{{command}}/preview", self._write(self._preview), methods=["POST"]),
            Route(f"{API}/evidence", self._write(self._keep), methods=["POST"]),
            *(Route(API + path, self._read(end, permission)) for path, (end, permission) in reads.items()),
        ]

    def _read(self, endpoint: Endpoint, permission: str) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            person = await self._desk.reader(request, permission)
            return await self._answer(endpoint, request, person)

        return guarded

    def _write(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            return await self._answer(endpoint, request, await self._desk.writer(request))

        return guarded

    async def _answer(self, endpoint: Endpoint, request: Request, person: Person | Problem) -> Response:
        try:
            answer = person if isinstance(person, Problem) else await endpoint(request, person)
        except BooksUnavailable:
            answer = unavailable()
        return self._desk.refused(answer) if isinstance(answer, Problem) else answer

    # --- commands ----------------------------------------------------------------------------------------

    async def _do(self, request: Request, person: Person) -> Answer:
        key = request.headers.get("idempotency-key", "")
        if not good_key(key):
            return problem(
                "invalid",
                "",
                FieldError(
                    "Idempotency-Key", f"Give 1 to {KEY_CHARACTERS_MAX} letters, digits or . _ : - in this header."
                ),
            )
        asking = await self._asking(request, person, key)
        if isinstance(asking, Problem):
            return asking
        outcome = await self._desk.look(self._desk.clerk.do, asking)
        refusal = outcome if isinstance(outcome, Refusal) else outcome.refusal
        said = "done" if refusal is None else "refused"
        self._desk.metrics.count("counter_commands_total", command=asking.name, outcome=said)
        if refusal is not None or isinstance(outcome, Refusal):
            return as_problem(refusal or outcome)  # type: ignore[arg-type]
        self._desk.metrics.gauge("counter_position", outcome.position)
        return json(
            answers.DoneAnswer(
                key=outcome.key,
                position=outcome.position,
                answer=outcome.answer,
                overtaken=list(outcome.overtaken),
                replayed=outcome.replayed,
            )
        )

    async def _preview(self, request: Request, person: Person) -> Answer:
        asking = await self._asking(request, person, "preview")
        if isinstance(asking, Problem):
            return asking
        found = await self._desk.look(self._desk.clerk.preview, asking)
        if isinstance(found, Refusal):
            return as_problem(found)
        return json(answers.preview_answer(found, blind=asking.name in BLIND))

    async def _asking(self, request: Request, person: Person, key: str) -> Asking | Problem:
        name = request.path_params["command"]
        if name not in BODIES:
            return problem("not_found", "There is no such command; see /openapi.json.")
        given = await self._body(name, request)
        if isinstance(given, Problem):
            return given
        channel, as_of = request.query_params.get("channel", "desk"), request.query_params.get("as_of")
        if channel not in CHANNELS:
            return problem("invalid", "", FieldError("channel", f"Give one of {', '.join(CHANNELS)}."))
        if as_of is not None and not (as_of.isascii() and as_of.isdigit() and len(as_of) <= 15):
            return problem("invalid", "", FieldError("as_of", "Give the position that a read gave you."))
        seal = request.headers.get("if-match", "").strip('"')
        outages = await self._verified.of_body(request, given)
        return Asking(name, given, key, person, channel, None if as_of is None else int(as_of), seal, outages)

    @staticmethod
    async def _body(name: str, request: Request) -> Body | Problem:
        if not is_json(request.scope):
            return problem("unsupported_media_type", "Send JSON, with Content-Type: application/json.")
        body = await read_body(request.scope, request.receive)
        return body if isinstance(body, Problem) else decode(name, body)

    async def _keep(self, request: Request, person: Person) -> Answer:
        del person
        body = await read_body(request.scope, request.receive, FILE_BYTES_MAX)
        if isinstance(body, Problem):
            return body
        try:
            kept = await self._desk.look(self._desk.files.keep, body)
        except NoEvidence as error:
            return problem("invalid", str(error))
        except OSError:
            return unavailable()
        return json(answers.EvidenceAnswer(kept))

    # --- reads -------------------------------------------------------------------------------------------

    async def _session(self, request: Request, person: Person) -> Answer:
        del request
        return json(
            answers.SessionAnswer(
                person=person.person,
                desk=person.desk,
                shift=person.shift,
                roles=list(person.roles),
                csrf=person.csrf,
                commands=[name for name in BODIES if may_use(person, name)],
                reads=sorted(person.permissions & {READ, CHECK}),
            )
        )

    async def _search(self, request: Request, person: Person) -> Answer:
        del person
        query = request.query_params.get("q", "")
        return json(answers.FoundAnswer(await self._desk.look(finding.find, self._database, query)))

    async def _account(self, request: Request, person: Person) -> Answer:
        found = await self._desk.look(customers.view, self._database, request.path_params["account"])
        if found is None:
            return _unknown()
        await self._desk.look(self._desk.clerk.looked_at, found.account.id, person, "api")
        return json(found)

    async def _journals(self, request: Request, person: Person) -> Answer:
        del person
        found = await self._desk.look(listing.of_account, self._database, request.path_params["account"])
        return json(answers.JournalsAnswer([answers.journal_words(entry) for entry in found]))

    async def _bill(self, request: Request, person: Person) -> Answer:
        del person
        bill = await self._desk.look(self._desk.clerk.books.get, Bill, request.path_params["bill"])
        if bill is None:
            return _unknown()
        reads = await self._desk.look(self._desk.clerk.estimated, bill)
        why = await self._why([bill.decision, *(each.estimate.decision for each in reads)])
        return json(answers.BillAnswer(bill, why))

    async def _decisions(self, request: Request, person: Person) -> Answer:
        del person
        kind = KINDS.get(request.path_params["kind"])
        if kind is None:
            return _unknown()
        record = await self._desk.look(self._desk.clerk.books.get, kind, request.path_params["id"])
        return _unknown() if record is None else json(answers.WhyAnswer(await self._why(decisions_in(record))))

    async def _command(self, request: Request, person: Person) -> Answer:
        del person
        kept = await self._desk.look(listing.command, self._database, request.path_params["key"])
        if kept is None:
            return _unknown()
        return json(answers.WhyAnswer(await self._why(decisions_in(msgspec.json.decode(kept.body)))))

    async def _queue(self, request: Request, person: Person) -> Answer:
        name = request.path_params["queue"]
        if name not in queues.QUEUES:
            return _unknown()
        if queues.QUEUES[name].permission not in person.permissions:
            return problem("may_not_look", "Ask somebody whose work this is.")
        found = await self._desk.look(queues.listed, self._database, name)
        return json(answers.QueueAnswer(name, [queues.shown(record, person) for record in found]))

    async def _evidence(self, request: Request, person: Person) -> Answer:
        del person
        found = await self._desk.look(self._desk.files.get, request.path_params["hash"])
        return _unknown() if found is None else evidence_response(found, request.path_params["hash"])

    async def _looks(self, request: Request, person: Person) -> Answer:
        del person
        account, actor = (request.query_params.get(name, "") for name in ("account", "actor"))
        if bool(account) is bool(actor):
            return problem("invalid", "", FieldError("account", "Give an account, or the actor who looked."))
        return json(answers.LooksAnswer(await self._desk.look(self._looked, account, actor)))

    def _looked(self, account: str, actor: str) -> list[views.Look]:
        return views.looks(self._database, account=account, actor=actor)

    async def _continuous(self, request: Request, person: Person) -> Answer:
        del person
        asked = continuous.asked_of(request.query_params, self._desk.clerk.today())
        if isinstance(asked, str):
            said = f"Give days (at most {continuous.DAYS_MAX}), a seed, and a share of ten thousand."
            return problem("invalid", "", FieldError("since", said))
        return json(await self._desk.look(continuous.run, self._desk.clerk, asked))

    async def _building(self, request: Request, person: Person) -> Answer:
        del person
        today, key = self._desk.clerk.today(), request.path_params["umbrella"]
        found = await self._desk.look(rosters.roster, self._database, key, today)
        return _unknown() if found is None else json(found)

    async def _checks(self, request: Request, person: Person) -> Answer:
        del request, person
        return json(await self._desk.look(checks.soundness, self._database))

    async def _audit(self, request: Request, person: Person) -> Answer:
        del person
        asked = request.query_params.get("before")
        if asked is not None and not (asked.isascii() and asked.isdigit() and len(asked) <= 15):
            return problem("invalid", "", FieldError("before", "Give the position that the page before gave you."))
        found = await self._desk.look(listing.done, self._database, None if asked is None else int(asked))
        more = found[-1].position if len(found) == listing.LISTED_MAX else None
        return json(answers.AuditAnswer(found, more))

    @property
    def _database(self) -> Any:
        return self._desk.clerk.books.database

    async def _why(self, kept: list[Decision]) -> list[answers.Why]:
        whole = await self._desk.look(self._desk.clerk.whole, [each for each in kept if each])
        return [one for each in whole for one in answers.why(each, self._desk.clerk.pack)]


def evidence_response(body: bytes, name: str) -> Response:
    """A file to save, never one to show: whoever sent it, it must not run here."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, headers=headers, media_type="application/octet-stream")


def _unknown() -> Problem:
    return problem("not_found", "It is not in the books.")
