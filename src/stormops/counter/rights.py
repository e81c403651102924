"""Who may do what at the counter: a person's grants, and what each command asks for before it looks at anything."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from stormops.accounts.asking.catalogue import BODIES
from stormops.accounts.command import Command
from stormops.accounts.commands import COMMANDS
from stormops.accounts.controls import OWN, Grant, Grants, may
from stormops.accounts.letters import PERMISSIONS as LETTERS_BY
from stormops.accounts.policy_limits import OFFICES
from stormops.accounts.proposals import Proposal
from stormops.accounts.refusal import Refusal
from stormops.web import session

READ, CHECK, ASSIGN = "read_accounts", "read_checks", "assign"
"""Permissions of the counter's own: to look at customers, at the books as a whole, and to re-role for a storm."""


class Person(session.Person, Protocol):
    """Who is signed in (`staff.person`), with what they may."""

    @property
    def permissions(self) -> frozenset[str]: ...
    @property
    def grants(self) -> tuple[Grant, ...]: ...
    @property
    def related(self) -> frozenset[str]: ...
    @property
    def only(self) -> frozenset[str] | None: ...


def _proposals(of: type[Proposal] = Proposal) -> dict[str, type[Proposal]]:
    return {str(kind.__struct_config__.tag): kind for kind in of.__subclasses__()}


MAKING: dict[str, str] = {kind: proposal.making for kind, proposal in _proposals().items()}
"""The permission of who makes a kind of request."""

NEEDS: dict[str, frozenset[str]] = {
    **{name: frozenset({kind.permission}) for name, kind in COMMANDS.items()},
    "draft_request": frozenset(MAKING.values()),
    "attach_evidence": frozenset(MAKING.values()),
    "submit_request": frozenset(MAKING.values()),
    "approve_request": OFFICES,
    "judge_request": frozenset({*MAKING.values(), *OFFICES}),
    "issue_letter": LETTERS_BY,
    "void_letter": LETTERS_BY,
    "settle_review": frozenset({"contact", "quality"}),
    "fetch_records": frozenset({"records", "release_records"}),
    "step_records_request": frozenset({"records", "release_records"}),
    **{
        name: frozenset({COMMANDS[name].permission, OWN})
        for name in (
            "offer_arrangement",
            "extend_due_date",
            "step_arrangement",
            "take_service_request",
            "step_service_request",
        )
    },
}
"""Of these permissions a person must have one; the command itself looks closer (amount, tier, own account, maker)."""


def grants_of(person: Person) -> Grants:
    """A person's authority, as commands are held to it."""
    return Grants(person.person, person.grants, person.related, person.only)


def refused(person: Person, command: str, episode: str, at_ms: int) -> Refusal | None:
    """Why the person may not use a command at all; None when it may be asked."""
    mine = grants_of(person)
    refusals = [may(mine, permission, episode, at_ms) for permission in sorted(NEEDS[command])]
    return None if None in refusals else next(each for each in refusals if each is not None)


def may_use(person: Person, command: str) -> bool:
    """Whether the person has a permission that the command asks for."""
    return _has(person, NEEDS[command])


def may_make(person: Person, proposal: str) -> bool:
    """Whether the person has the permission of who makes this kind of request."""
    return _has(person, {MAKING[proposal]})


def _has(person: Person, any_of: Collection[str]) -> bool:
    return any(grant.permission in any_of for grant in person.grants)


def summary(name: str) -> str:
    """What a command does, in one sentence of its own."""
    body: type[object] = BODIES[name]
    return " ".join((body.__doc__ or Command.__doc__ or "").split())
