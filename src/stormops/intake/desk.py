"""Desk actions: what a person at a desk decides, kept in the door like a report.

Whether an action can be applied is decided later, by `operations`, in the one order of all things;
here it is only seen that the person may act and that the request is whole.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stormops.core.entry import (
    Action,
    Actor,
    AnyFact,
    DeviceSeenClosed,
    IncidentCancelled,
    IncidentConfirmed,
    IncidentRestored,
    IncidentsMerged,
    IncidentSplit,
    ModeDeclared,
    ReportPlaced,
    ReportWithdrawn,
    SafetyAcknowledged,
    ServiceAlone,
    SightingRetracted,
    SituationReportRequested,
    SwitchOperated,
)
from stormops.core.levels import Mode
from stormops.intake.authors import Author, Authors, keyed_body
from stormops.intake.taking import not_kept, reused
from stormops.journal.port import Door, DoorBusy, JournalUnavailable, KeyReused
from stormops.journal.receipt import normalise
from stormops.web.http import problem_response
from stormops.web.problem import FieldError, Problem, problem, read

ID_CHARACTERS_MAX = 100

INCIDENT_PATTERN = "^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$"
"""What an incident's id may be in an address."""

# Something beyond blanks; spelled out, because \S means other characters in other languages' patterns.
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"[^\x00-\x20]")]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=ID_CHARACTERS_MAX)]


class Confirm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The incident is real; `device` when the open device was seen to be another."""

    reason: Reason
    device: Id | None = None


class Restore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Service is back, for all of the incident or, with `device`, below that device."""

    reason: Reason
    device: Id | None = None


class Cancel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """There is no outage here."""

    reason: Reason
    device: None = None


class Merge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """These incidents are one with the one in the path."""

    incidents: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=100)]
    reason: Reason


class Split(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """These reports of the incident have a cause of their own."""

    receipts: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=1000)]
    reason: Reason


class SeenClosed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The field saw this device of a predicted incident closed: what is open is another."""

    device: Id
    reason: Reason


class ServiceOnly(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The trouble is at the one service of this report of a predicted incident, not at a device above it."""

    receipt: Id
    reason: Reason


class Retract(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the action `sighting` said (a device seen closed, or one service alone) was wrong: it counts no more."""

    sighting: Id
    reason: Reason


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The report means this premise."""

    premise: Id
    reason: Reason


class Withdraw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The report is a mistake, a test, or answered."""

    reason: Reason


class Acknowledge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody has taken the report of danger or medical need on; the reason says how."""

    reason: Reason


class Declare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The platform is to be in this mode; only a supervisor may declare a milder one than is in force."""

    mode: Mode
    reason: Reason
    scope: Id = "city"


class Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The device (breaker, recloser, fuse, switch, tie) is open, or closed, from now on: the network is traced anew."""

    device: Id
    open: bool
    reason: Reason


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Write a situation report now, outside the schedule."""

    reason: Reason


Make = Callable[[str, Actor, str, Any], Action | Problem]


class ActionKind(msgspec.Struct, frozen=True):
    """One kind of action: what its body is, and its fact from (action id, actor, id in the path, body)."""

    noun: str
    body: type[msgspec.Struct]
    make: Make


def _receipts(texts: list[str]) -> list[str] | Problem:
    known = [normalise(text) for text in texts]
    wrong = [text for text, receipt in zip(texts, known, strict=True) if receipt is None]
    if wrong:
        return problem(
            "invalid", "", FieldError("receipts", "Give receipts as NN-DDDD-DDDD-DDD-C; one has a wrong digit.")
        )
    return [receipt for receipt in known if receipt is not None]


def _merge(action: str, by: Actor, into: str, body: Merge) -> Action | Problem:
    if into in body.incidents:
        return problem("invalid", "", FieldError("incidents", "Leave out the incident that the others go into."))
    return IncidentsMerged(action=action, by=by, reason=body.reason, into=into, incidents=body.incidents)


def _split(action: str, by: Actor, incident: str, body: Split) -> Action | Problem:
    receipts = _receipts(body.receipts)
    if isinstance(receipts, Problem):
        return receipts
    return IncidentSplit(action=action, by=by, reason=body.reason, incident=incident, receipts=receipts)


def _alone(action: str, by: Actor, incident: str, body: ServiceOnly) -> Action | Problem:
    receipts = _receipts([body.receipt])
    if isinstance(receipts, Problem):
        return receipts
    return ServiceAlone(action=action, by=by, reason=body.reason, incident=incident, receipt=receipts[0])


ACTIONS: dict[str, ActionKind] = {
    "confirm": ActionKind(
        "incidents",
        Confirm,
        lambda a, by, i, b: IncidentConfirmed(action=a, by=by, reason=b.reason, incident=i, device=b.device),
    ),
    "restore": ActionKind(
        "incidents",
        Restore,
        lambda a, by, i, b: IncidentRestored(action=a, by=by, reason=b.reason, incident=i, device=b.device),
    ),
    "cancel": ActionKind(
        "incidents", Cancel, lambda a, by, i, b: IncidentCancelled(action=a, by=by, reason=b.reason, incident=i)
    ),
    "merge": ActionKind("incidents", Merge, _merge),
    "split": ActionKind("incidents", Split, _split),
    "seen-closed": ActionKind(
        "incidents",
        SeenClosed,
        lambda a, by, i, b: DeviceSeenClosed(action=a, by=by, reason=b.reason, incident=i, device=b.device),
    ),
    "service-only": ActionKind("incidents", ServiceOnly, _alone),
    "retractions": ActionKind(
        "retractions",
        Retract,
        lambda a, by, _, b: SightingRetracted(action=a, by=by, reason=b.reason, sighting=b.sighting),
    ),
    "place": ActionKind(
        "reports",
        Place,
        lambda a, by, r, b: ReportPlaced(action=a, by=by, reason=b.reason, receipt=r, premise=b.premise),
    ),
    "withdraw": ActionKind(
        "reports", Withdraw, lambda a, by, r, b: ReportWithdrawn(action=a, by=by, reason=b.reason, receipt=r)
    ),
    "acknowledge": ActionKind(
        "reports", Acknowledge, lambda a, by, r, b: SafetyAcknowledged(action=a, by=by, reason=b.reason, receipt=r)
    ),
    "mode": ActionKind(
        "mode",
        Declare,
        lambda a, by, _, b: ModeDeclared(action=a, by=by, reason=b.reason, mode=b.mode, scope=b.scope),
    ),
    "switches": ActionKind(
        "switches",
        Switch,
        lambda a, by, _, b: SwitchOperated(action=a, by=by, reason=b.reason, device=b.device, open=b.open),
    ),
    "situation-reports": ActionKind(
        "situation-reports", Ask, lambda a, by, _, b: SituationReportRequested(action=a, by=by, reason=b.reason)
    ),
}
"""Every action by the last part of its address."""


TARGETS = {"incidents": "id", "reports": "receipt"}
"""What an action's path names, by its noun; a noun that is not here has no target."""


def path_of(name: str) -> str:
    """The address of an action, as a route."""
    noun = ACTIONS[name].noun
    return f"/api/v1/desk/{noun}/{{{TARGETS[noun]}}}/{name}" if noun in TARGETS else f"/api/v1/desk/{noun}"


class DeskActions:
    """The routes of desk actions. `acted(kind)` and `refused(code)` are for the metrics."""

    def __init__(
        self,
        door: Door,
        authors: Authors,
        acted: Callable[[str], object],
        refused: Callable[[str], object],
    ) -> None:
        self._door = door
        self._authors = authors
        self._acted = acted
        self._refused = refused
        self._decoders = {name: msgspec.json.Decoder(kind.body) for name, kind in ACTIONS.items()}

    def routes(self) -> list[Route]:
        """One route an action."""
        return [Route(path_of(name), self._endpoint(name), methods=["POST"], name=name) for name in ACTIONS]

    def _endpoint(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            result = await self._act(name, request)
            if isinstance(result, Problem):
                self._refused(result.code)
                return problem_response(result)
            return JSONResponse({"action": result}, 202)

        return endpoint

    async def _act(self, name: str, request: Request) -> str | Problem:
        author = await self._authors.author(request)
        if isinstance(author, Problem):
            return author
        fact = await self._fact(name, request, author)
        if isinstance(fact, Problem):
            return fact
        return await self._keep(name, fact)

    async def _fact(self, name: str, request: Request, author: Author) -> Action | Problem:
        sent = await keyed_body(request)
        if isinstance(sent, Problem):
            return sent
        key, body = sent
        given = read(self._decoders[name], body)
        if isinstance(given, Problem):
            return given
        target = _target(request)
        if isinstance(target, Problem):
            return target
        fact = ACTIONS[name].make(key, author.actor, target, given)
        # Whether it relaxes is only known where the mode is: the fact carries what the person's role allows.
        return msgspec.structs.replace(fact, relax=author.may_relax) if isinstance(fact, ModeDeclared) else fact

    async def _keep(self, name: str, fact: Action) -> str | Problem:
        # The shift is left out: the same person, signed in again, may still repeat the same action.
        content = msgspec.msgpack.encode(msgspec.structs.replace(fact, by=msgspec.structs.replace(fact.by, shift=0)))
        kept_fact: AnyFact = fact  # type: ignore[assignment]  # every kind of action is a kind of fact
        try:
            kept = await self._door.keep(lambda _: kept_fact, sender="desk", key=fact.action, content=content)
        except (DoorBusy, JournalUnavailable) as error:
            return not_kept(error)
        if isinstance(kept, KeyReused):
            return reused()
        if not kept.repeated:
            self._acted(name)
        return fact.action


def _target(request: Request) -> str | Problem:
    """The incident's id or the report's receipt in the path, "" where there is none."""
    if not request.path_params:
        return ""
    if "receipt" in request.path_params:
        receipt = normalise(request.path_params["receipt"])
        return receipt or problem(
            "invalid", "", FieldError("receipt", "Give the receipt as NN-DDDD-DDDD-DDD-C; a digit is wrong.")
        )
    incident: str = request.path_params["id"]
    if re.fullmatch(INCIDENT_PATTERN, incident) is None:
        return problem("invalid", "", FieldError("id", "Give an incident's id, as it stands in the desk's view."))
    return incident
