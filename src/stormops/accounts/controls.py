"""Who may do what: authority with limits, maker and checker, no work for oneself, storm roles that end with the storm.

All numbers arrive as data (`Limits`); the causes of each rule stand in `docs/adr/`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date

import msgspec

from stormops.accounts.money import Cents
from stormops.accounts.refusal import Refusal

OWN = "own"
"""The permission of a customer, who acts on their own accounts and on no others (`Grants.only`)."""


class Tier(msgspec.Struct, frozen=True):
    """Up to an amount (None: any), the roles that must approve, one after the other, each another than the maker."""

    up_to: Cents | None
    roles: tuple[str, ...]


class Grant(msgspec.Struct, frozen=True):
    """One permission of one person."""

    permission: str
    limit: Cents | None = None
    """The largest amount that the person may decide on; None when the permission moves no money."""
    episode: str = ""
    """The declared mode's episode by which it was given, "" for a standing one; with the episode it ends."""
    until_ms: int | None = None


class Grants(msgspec.Struct, frozen=True):
    """What one person may do now, and for whom not."""

    person: str
    given: tuple[Grant, ...]
    related: frozenset[str] = frozenset()
    """Accounts of the person's own, of relatives and of the household."""
    only: frozenset[str] | None = None
    """A customer's own accounts, on which alone they act; None for staff."""


class Limits(msgspec.Struct, frozen=True):
    """Numbers that a city sets beforehand."""

    tiers: dict[str, tuple[Tier, ...]]
    """For each kind of request, the smallest first."""
    split_days: dict[str, int]
    """Requests of one kind by one maker on one account within so many days count together, so that none is split."""
    payee_days: int
    """A payee or address younger than that gets no refund."""
    uncleared_days: int
    """A cheque younger than that is not refunded."""
    hardship_in_storm: bool
    """Whether a refund that two supervisors approved for hardship is paid while a storm lasts."""
    exception_days: int
    """How long an emergency release of a meter lasts without its permit."""
    exceptions_per_inspector_day: int
    stand_in_payment_max: Cents
    stand_in_extension_days: int
    stand_in_deposit_max: Cents
    """The largest deposit that is billed after energising who feeds the recovery."""
    cheques_returned: int
    cheques_returned_days: int
    cheques_refused_days: int
    """After so many returned cheques within so many days, no cheque for so many days."""


def held(grants: Grants, permission: str, episode: str, at_ms: int) -> Grant | Refusal:
    """The grant by which the person may use `permission` now; `episode` is the mode's that holds, "" on a quiet day."""
    having = [grant for grant in grants.given if grant.permission == permission]
    living = [grant for grant in having if _lives(grant, episode, at_ms)]
    if living:
        return max(living, key=lambda grant: -1 if grant.limit is None else grant.limit)
    if having:
        return Refusal("grant_expired", "This permission was given for the storm and ended with it.", "actor")
    return Refusal("no_permission", f"{grants.person} may not do this ({permission}).", "actor")


def _lives(grant: Grant, episode: str, at_ms: int) -> bool:
    return (not grant.episode or grant.episode == episode) and (grant.until_ms is None or at_ms < grant.until_ms)


def may(grants: Grants, permission: str, episode: str, at_ms: int, cents: Cents | None = None) -> Refusal | None:
    """Why the person may not use `permission`, for an amount if one is given; None when it may."""
    grant = held(grants, permission, episode, at_ms)
    if isinstance(grant, Refusal):
        return grant
    if cents is not None and (grant.limit is None or cents > grant.limit):
        return Refusal("over_limit", "The amount is above what this person may decide on.", "cents")
    return None


def rerole(grants: Grants, role: Sequence[Grant], episode: str, until_ms: int | None = None) -> Grants | Refusal:
    """The person with a storm role added: its permissions end with the episode, and money never widens."""
    if not episode:
        return Refusal("no_episode", "A storm role is given only while a mode is declared.", "episode")
    added = (
        msgspec.structs.replace(grant, episode=episode, until_ms=until_ms) for grant in role if grant.limit is None
    )
    return msgspec.structs.replace(grants, given=(*grants.given, *added))


def own(grants: Grants, accounts: Collection[str]) -> Refusal | None:
    """A refusal when one of the accounts is the person's own or a relative's; of a customer, when one is not."""
    if grants.only is not None and not grants.only.issuperset(accounts):
        return Refusal("not_yours", "This is not an account of yours.", "account")
    if grants.related.isdisjoint(accounts):
        return None
    return Refusal("own_account", "Nobody works on an account of their own or of a relative.", "account")


def approvals_needed(tiers: Sequence[Tier], cents: Cents) -> tuple[str, ...] | Refusal:
    """The roles that must approve the amount, in order; each is a permission with a limit."""
    for tier in tiers:
        if tier.up_to is None or cents <= tier.up_to:
            return tier.roles
    return Refusal("over_all_tiers", "No tier allows an amount so high.", "cents")


def checker(maker: str, approved: Collection[str], person: str) -> Refusal | None:
    """Why the person may not check what `maker` made and others approved; None when it may."""
    if person == maker:
        return Refusal("maker_is_checker", "Who made it does not approve it.", "actor")
    if person in approved:
        return Refusal("approved_already", "This person has approved it already; another must.", "actor")
    return None


def evidence(hashes: Collection[str], field: str = "evidence") -> Refusal | None:
    """Why the hashes are no evidence: none at all, or not a SHA-256 in lower-case hexadecimal. `field` has them."""
    if not hashes:
        return Refusal("no_evidence", "Attach it now: evidence is entered with what it proves, not later.", field)
    if all(re.fullmatch(r"[0-9a-f]{64}", each) for each in hashes):
        return None
    return Refusal("no_hash", "Evidence is named by its SHA-256 hash.", field)


def settled(changed: date | None, today: date, days: int) -> Refusal | None:
    """A refusal while a payee or address is on the stop-list: changed less than `days` ago."""
    if changed is None or (today - changed).days >= days:
        return None
    return Refusal("new_payee", f"The payee or address is not yet {days} days old.", "payee")
