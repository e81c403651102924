"""Asking for service to be started, stopped or moved, with an account or without; how it stands, and taking it back."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple, get_args

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stormops.accounts.commands_asked import AHEAD_DAYS, Kind, Service, StepServiceRequest, TakeServiceRequest
from stormops.accounts.records_work import ServiceRequest
from stormops.accounts.refusal import Refusal
from stormops.books import customers
from stormops.counter.own.belonging import contact
from stormops.counter.own.customer import NOBODY, Customer
from stormops.counter.own.door import PATH, Door, Given, form, key_of, source
from stormops.limiting import source_of
from stormops.pages.page import new_key
from stormops.web.problem import Problem

PLACE = f"{PATH}/requests"
KINDS: tuple[str, ...] = get_args(Kind)
SERVICES: tuple[str, ...] = get_args(Service)
ASKED_FOR = ("electric", "water", "sewer", "gas", "solid_waste")
"""Services that people ask for; the others come with the place."""

SHOWN_MAX = 20
LINE_CHARACTERS, NOTE_CHARACTERS = 200, 1_000

STRANGERS_PER_QUARTER, ALL_STRANGERS_PER_QUARTER = 6, 120
"""Requests, and look-ups, without an account: of one source, and of all together. Each is work for somebody."""

PHONE_END = 4


class At(NamedTuple):
    """Where an account has service, and which."""

    addresses: list[str]
    services: list[str]


class Wishes:
    """The routes."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """See the class."""
        return [
            Route(PLACE, self._door.shown(self._list)),
            Route(PLACE, self._door.taken(self._take), methods=["POST"]),
            Route(f"{PLACE}/new", self._door.shown(self._new)),
            Route(f"{PLACE}/cancel", self._door.taken(self._cancel), methods=["POST"]),
            Route(f"{PATH}/start", self._stranger),
            Route(f"{PLACE}/start", self._start, methods=["POST"]),
            Route(f"{PATH}/status", self._status),
            Route(f"{PLACE}/status", self._look_up, methods=["POST"]),
        ]

    # --- who is signed in --------------------------------------------------------------------------------

    async def _list(self, request: Request, customer: Customer) -> Response:
        return await self._listed(request, customer)

    async def _listed(
        self, request: Request, customer: Customer, refusal: Refusal | None = None, status: int = 200
    ) -> Response:
        found = await self._door.look(self._of, customer)
        done = request.query_params.get("done", "") == "1"
        return self._door.pages.page(
            request, customer, "requests.html", status, found=found, refusal=refusal, done=done, key=new_key()
        )

    def _of(self, customer: Customer) -> list[ServiceRequest]:
        with self._door.clerk.books.reading() as reader:
            found = reader.where(ServiceRequest, account=customer.account)
        return sorted(found, key=lambda one: -one.at_ms)[:SHOWN_MAX]

    async def _new(self, request: Request, customer: Customer) -> Response:
        kind = request.query_params.get("kind", "")
        if kind not in KINDS:
            return RedirectResponse(PLACE, 303)
        return await self._form(request, customer, {"kind": kind, "key": new_key(), "day": self._soon()}, {})

    async def _form(
        self, request: Request, customer: Customer, given: Given, errors: dict[str, str], status: int = 200
    ) -> Response:
        here = await self._door.look(self._at, customer) if customer is not NOBODY else At([], [])
        return self._door.pages.page(
            request,
            None if customer is NOBODY else customer,
            "request.html",
            status,
            v=given,
            errors=errors,
            here_at=here,
            services=here.services if given.get("kind") != "start" and here.services else ASKED_FOR,
            first=self._door.clerk.today().isoformat(),
            last=(self._door.clerk.today() + timedelta(AHEAD_DAYS)).isoformat(),
        )

    def _at(self, customer: Customer) -> At:
        view = customers.view(self._door.clerk.books.database, customer.account)
        if view is None:
            return At([], [])
        live = [each for each in view.agreements if each.state == "active"]
        premises = {each.premise for each in live}
        addresses = [premise.address for premise in view.premises if premise.id in premises]
        return At(addresses, sorted({each.service for each in live} & set(SERVICES)))

    def _soon(self) -> str:
        return (self._door.clerk.today() + timedelta(1)).isoformat()

    async def _take(self, request: Request, customer: Customer, given: Given) -> Response:
        if given.get("kind") not in KINDS:
            return RedirectResponse(PLACE, 303)
        words = self._door.pages.words(request)
        body, errors = body_of(given, self._door.clerk.today())
        body |= {"name": customer.name[:LINE_CHARACTERS], "account": customer.account, "language": words.language}
        errors.pop("name", None)
        made = await self._made(customer, given, body, errors)
        if isinstance(made, Refusal):
            return await self._form(request, customer, given, errors or {"": made.code}, 422 if errors else 409)
        return RedirectResponse(f"{PLACE}?done=1", 303)

    async def _made(
        self, customer: Customer, given: Given, body: dict[str, Any], errors: dict[str, str]
    ) -> str | Refusal:
        """The number of what is asked for. A Refusal also where fields are wrong (`errors`)."""
        if errors:
            return Refusal("wrong", "Some fields need correction.")
        key = key_of(customer, given)
        try:
            command = msgspec.convert(body | {"number": number_of(key)}, TakeServiceRequest)
        except msgspec.ValidationError:
            return Refusal("wrong", "Some fields need correction.")
        done = await self._door.do(customer, "take_service_request", command, key)
        return done if isinstance(done, Refusal) else command.number

    async def _cancel(self, request: Request, customer: Customer, given: Given) -> Response:
        found = await self._door.look(self._of, customer)
        mine = next((one for one in found if one.number == given.get("number", "")), None)
        if mine is None:
            return self._door.problem(request, "unknown", 404)
        done = await self._cancelled(customer, mine, given)
        return RedirectResponse(PLACE, 303) if done is None else await self._listed(request, customer, done, 409)

    async def _cancelled(self, customer: Customer, wish: ServiceRequest, given: Given) -> Refusal | None:
        command = StepServiceRequest(request=wish.id, step="cancel")
        done = await self._door.do(customer, "step_service_request", command, key_of(customer, given))
        return done if isinstance(done, Refusal) else None

    # --- who has no account ------------------------------------------------------------------------------

    async def _stranger(self, request: Request) -> Response:
        given = {"kind": "start", "key": new_key(), "day": self._soon()}
        return await self._form(request, NOBODY, given, {})

    async def _start(self, request: Request) -> Response:
        return await self._door.kept(request, self._started(request))

    async def _started(self, request: Request) -> Response:
        given = await self._from_outside(request)
        if isinstance(given, Response):
            return given
        given["kind"] = "start"
        words = self._door.pages.words(request)
        body, errors = body_of(given, self._door.clerk.today())
        body |= {"language": words.language}
        reached = {name: contact(given.get(name, "")) for name in ("phone", "email")}
        for name, value in reached.items():
            if given.get(name) and not value:
                errors[name] = name
        if not any(reached.values()):
            errors.setdefault("phone", "phone")
        made = await self._made(NOBODY, given, body | reached, errors)
        if isinstance(made, Refusal):
            return await self._form(request, NOBODY, given, errors or {"": made.code}, 422 if errors else 409)
        return self._door.pages.page(request, None, "request_made.html", number=made)

    async def _status(self, request: Request) -> Response:
        return self._door.pages.page(request, None, "status_of.html", v={}, wish=None, missed=False, key=new_key())

    async def _look_up(self, request: Request) -> Response:
        return await self._door.kept(request, self._looked_up(request))

    async def _looked_up(self, request: Request) -> Response:
        given = await self._from_outside(request)
        if isinstance(given, Response):
            return given
        wish = await self._door.look(self._known, given.get("number", ""), given.get("end", ""))
        if wish is not None and given.get("stage") == "cancel":
            await self._cancelled(NOBODY, wish, given)
            wish = await self._door.look(self._known, given.get("number", ""), given.get("end", ""))
        return self._door.pages.page(
            request,
            None,
            "status_of.html",
            200 if wish is not None else 404,
            v=given,
            wish=wish,
            missed=wish is None,
            key=new_key(),
        )

    def _known(self, number: str, end: str) -> ServiceRequest | None:
        """A request without an account, by its number and the end of the telephone number or the mail given with it."""
        with self._door.clerk.books.reading() as reader:
            found = reader.where(ServiceRequest, number=written(number))
        end = end.strip().casefold()
        return next(
            (
                one
                for one in found
                if one.account is None and end and end in {one.phone[-PHONE_END:], one.email.casefold()} - {""}
            ),
            None,
        )

    async def _from_outside(self, request: Request) -> Given | Response:
        """A form of who is not signed in, from our own page, and not too many of them."""
        given = await form(request)
        if isinstance(given, Problem) or not self._door.ours(request):
            return self._door.problem(request, "too_old", 403)
        for who, most in ((source_of(source(request)), STRANGERS_PER_QUARTER), ("all", ALL_STRANGERS_PER_QUARTER)):
            slow = await self._door.look(self._door.sign_in.slow, "wish", who, most)
            if slow is not None:
                return self._door.slow(request, slow)
        return given


def body_of(given: Given, today: date) -> tuple[dict[str, Any], dict[str, str]]:
    """The body of the command from a form, and by field what is wrong with it (`own.wrong_…`)."""
    kind = given.get("kind", "")
    lines = {name: given.get(name, "")[:LINE_CHARACTERS] for name in ("address", "new_address", "name")}
    services = [one for one in dict.fromkeys(given.get("services", "").split()) if one in SERVICES]
    errors = {name: name for name in ("address", "name") if not lines[name]}
    if kind == "move" and not lines["new_address"]:
        errors["new_address"] = "new_address"
    if not services:
        errors["services"] = "services"
    try:
        day = date.fromisoformat(given.get("day", ""))
    except ValueError:
        day = None
    if day is None or not today <= day <= today + timedelta(AHEAD_DAYS):
        errors["day"] = "day"
    body = {
        "kind": kind,
        "services": services,
        "day": given.get("day", ""),
        "note": given.get("note", "")[:NOTE_CHARACTERS],
    }
    return body | lines, errors


def number_of(key: str) -> str:
    """The number that a customer keeps, made of the request's key: the same however often it is sent."""
    letters = base64.b32encode(blake2b(key.encode(), digest_size=10, person=b"wish").digest()).decode()[:10]
    return f"{letters[:5]}-{letters[5:]}"


def written(typed: str) -> str:
    """A number as we write it, however it was typed."""
    letters = "".join(letter for letter in typed[:40].upper() if letter.isalnum())
    return f"{letters[:5]}-{letters[5:]}"
