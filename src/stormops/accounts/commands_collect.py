"""Commands of credit and collections: arrangements, cuts and reconnects, agencies, doubtful debt."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

import msgspec
from msgspec.structs import replace

from stormops.accounts import owed, postings, postings_credit
from stormops.accounts.command import Command
from stormops.accounts.commands_asked import note_own
from stormops.accounts.commands_recall import must_be_called_back
from stormops.accounts.controls import OWN
from stormops.accounts.decision import usd
from stormops.accounts.draft import Draft
from stormops.accounts.postings import Piece
from stormops.accounts.proposals import free_of_stay
from stormops.accounts.proposals_credit import at_agency
from stormops.accounts.record import Amount, Count, Day, Decision, Hash, Id, Payment
from stormops.accounts.records_money import Arrangement, Instalment, Placement, Receivable
from stormops.accounts.records_place import MedicalCert
from stormops.accounts.refusal import Refused
from stormops.accounts.states_money import ARRANGEMENT, PLACEMENT
from stormops.accounts.states_service import CERTIFICATE

OWN_STEPS = frozenset({"accept", "decline", "cancel"})
"""What a customer may do with an arrangement by themselves."""


class OfferArrangement(Command, frozen=True, kw_only=True, tag="offer_arrangement"):
    """Instalments for what is owed; active when the customer accepts."""

    function = "payment_arrangement"
    permission = "collect"

    account: Id
    instalments: Annotated[tuple[Instalment, ...], msgspec.Meta(min_length=1, max_length=60)]
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow_one(self.function, (self.permission, OWN))
        account = free_of_stay(draft, draft.account(self.account).id)
        _one_at_a_time(draft, account.id)
        if any(each.cents <= 0 for each in self.instalments):
            raise Refused("no_amount", "Every instalment has an amount.", "instalments")
        covered = owed.open_of(draft, account.id)
        if sum(each.cents for each in self.instalments) > sum(each.owed for each in covered):
            raise Refused("too_much", "The instalments are more than is owed.", "instalments")
        draft.add(
            Arrangement(
                id=draft.new_id(),
                account=account.id,
                kind="instalments",
                state=ARRANGEMENT.start,
                instalments=tuple(sorted(self.instalments, key=lambda each: each.due)),
                covers=tuple(each.id for each in covered),
                covered=sum(each.owed for each in covered),
                decision=draft.by_policy(self.decision),
            )
        )


class ExtendDueDate(Command, frozen=True, kw_only=True, tag="extend_due_date"):
    """A later day for what is owed. In a storm (`event`) within the city's limit, and once an account and event."""

    function = "payment_arrangement"
    permission = "extend"

    account: Id
    until: Day
    decision: Decision
    event: str = ""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow_one(self.function, (self.permission, OWN))
        account = draft.account(self.account)
        _one_at_a_time(draft, account.id)
        until = draft.day(self.until)
        if until <= draft.envelope.day:
            raise Refused("not_later", "An extension is to a later day.", "until")
        if self.event:
            if account.events.get("extension") == self.event:
                raise Refused("extended_already", "This account has had its extension for this storm.", "account")
            if until > draft.envelope.day + timedelta(days=draft.limits.stand_in_extension_days):
                raise Refused("over_stand_in", "The day is later than may be granted at once.", "until")
            draft.put(replace(account, events={**account.events, "extension": self.event}))
        covered = owed.open_of(draft, account.id)
        cents = sum(each.owed for each in covered)
        if not cents:
            raise Refused("nothing_owed", "Nothing is owed now.", "account")
        made = draft.add(
            Arrangement(
                id=draft.new_id(),
                account=account.id,
                kind="extension",
                state=ARRANGEMENT.start,
                instalments=(Instalment(until, cents),),
                covers=tuple(each.id for each in covered),
                covered=cents,
                stood_in=bool(self.event),
                decision=draft.by_policy(self.decision),
            )
        )
        draft.step(made, "accept")
        note_own(draft, account.id, f"Has until {self.until} to pay {usd(cents)}.")


class StepArrangement(Command, frozen=True, kw_only=True, tag="step_arrangement"):
    """An arrangement accepted, declined, paid, extended, fulfilled, reinstated, ended; it is broken by the rule."""

    function = "payment_arrangement"
    permission = "collect"

    arrangement: Id
    step: str
    paid: Amount = 0
    """Of `pay`: what of it the customer has now paid in all."""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        own = (OWN,) if self.step in OWN_STEPS else ()
        draft.allow_one(self.function, (self.permission, *own))
        arrangement = draft.get(Arrangement, self.arrangement)
        draft.account(arrangement.account)
        if self.step == "cancel" and draft.grants.only is not None and not fresh(arrangement, draft.envelope.day):
            raise Refused("too_late", "It is taken back on the day it was made; after that, call us.", "arrangement")
        if self.step == "break":
            raise Refused("illegal_step", "This step has a command of its own.", "step")
        if self.step == "fulfil":
            paid = owed.paid_towards(arrangement, draft.where(Receivable, account=arrangement.account))
            if paid < sum(each.cents for each in arrangement.instalments):
                raise Refused("not_kept", "Not all was paid.", "arrangement")
        fields: dict[str, object] = {"paid": self.paid} if self.step == "pay" else {}
        if self.step == "reinstate":
            fields = {"broken": None}
        draft.step(arrangement, self.step, **fields)
        if self.step == "accept":
            parts = ", ".join(f"{usd(each.cents)} by {each.due}" for each in arrangement.instalments)
            must_be_called_back(draft, arrangement.account, "an arrangement is being kept")
            note_own(draft, arrangement.account, f"Accepted an arrangement: {parts}.")
        elif self.step == "cancel":
            note_own(draft, arrangement.account, "Took an arrangement back.")


def fresh(arrangement: Arrangement, today: date) -> bool:
    """Whether an arrangement was made today and nothing was paid towards it: its customer may take it back."""
    return arrangement.decision.get("on") == today.isoformat() and not arrangement.paid


def _one_at_a_time(draft: Draft, account: str) -> None:
    """A customer has one arrangement at a time; staff know why they make a second one. Raises Refused."""
    if draft.grants.only is not None and any(
        each.state in {"offered", "active"} for each in draft.where(Arrangement, account=account)
    ):
        raise Refused("arranged_already", "There is an arrangement already.", "account")


class FileCertificate(Command, frozen=True, kw_only=True, tag="file_certificate"):
    """Medically essential service, by a physician's form; it stops every cut at once, and is renewed each year."""

    function = "contact_update"
    permission = "contact"

    account: Id
    expires: Day
    document: Hash
    battery_hours: Count | None = None

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account = draft.account(self.account)
        draft.attach([self.document])
        draft.add(
            MedicalCert(
                id=draft.new_id(),
                account=account.id,
                state=CERTIFICATE.start,
                expires=draft.day(self.expires),
                battery_hours=self.battery_hours,
                document=self.document,
            )
        )


class StepCertificate(Command, frozen=True, kw_only=True, tag="step_certificate"):
    """A certificate certified, renewed, declined, withdrawn or expired (after its day)."""

    function = "escalation_safety"
    permission = "certify"

    certificate: Id
    step: str
    expires: Day | None = None

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        certificate = draft.get(MedicalCert, self.certificate)
        draft.account(certificate.account)
        if self.step == "expire" and draft.envelope.day <= certificate.expires:
            raise Refused("not_expired", "The certificate still holds.", "certificate")
        if self.step == "renew" and self.expires is None:
            raise Refused("no_expiry", "Say until when.", "expires")
        expires = certificate.expires if self.expires is None else draft.day(self.expires)
        draft.step(certificate, self.step, expires=expires)


# --- agencies and bad debt -------------------------------------------------------------------------------


class ProposePlacement(Command, frozen=True, kw_only=True, tag="propose_placement"):
    """An account whose debt may go to an agency, as the rule says; a second person approves."""

    function = "agency_placement"
    permission = "collect"

    account: Id
    agency: Id
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account = free_of_stay(draft, draft.account(self.account).id)
        draft.by_policy(self.decision)
        if any(each.state not in PLACEMENT.final for each in draft.where(Placement, account=account.id)):
            raise Refused("placed_already", "This account's debt is at an agency, or on its way.", "account")
        draft.add(
            Placement(
                id=draft.new_id(),
                account=account.id,
                agency=self.agency,
                state=PLACEMENT.start,
                maker=draft.envelope.actor,
            )
        )


class StepPlacement(Command, frozen=True, kw_only=True, tag="step_placement"):
    """A placement: approve (a second person), place, drop, return (the agency gives up), settle."""

    function = "agency_placement"
    permission = "collect"

    placement: Id
    step: str

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow("agency_recall" if self.step == "drop" else self.function, self.permission)
        placement = draft.get(Placement, self.placement)
        draft.account(placement.account)
        if self.step not in {"approve", "place", "drop", "return", "settle"}:
            raise Refused("illegal_step", "This step has a command of its own.", "step")
        fields: dict[str, object] = {}
        if self.step == "approve":
            if placement.maker == draft.envelope.actor:
                raise Refused("maker_is_checker", "A placement needs two people.", "actor")
            fields["approved_by"] = draft.envelope.actor
        if self.step == "place":
            fields["placed"] = draft.envelope.day
        after = draft.step(placement, self.step, **fields)
        if self.step == "place":
            self._place(draft, after)
        if self.step == "settle" and at_agency(draft, after.account):
            raise Refused("still_owed", "Not all was recovered.", "placement")

    @staticmethod
    def _place(draft: Draft, placement: Placement) -> None:
        if not draft.now.settled:
            raise Refused("not_settled", "The customer's payments may not be posted yet.", "placement")
        pieces = [owed.piece(each, each.owed) for each in owed.open_of(draft, placement.account)]
        if not pieces:
            raise Refused("nothing_owed", "Nothing is owed.", "placement")
        draft.post(postings_credit.placed(draft.head(), pieces))


class RecordRecovery(Command, frozen=True, kw_only=True, tag="record_recovery"):
    """What an agency collected, and its commission; after a write-off it is income again."""

    function = "agency_recall"
    permission = "collect"

    placement: Id
    cents: Payment
    commission: Amount = 0

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        placement = draft.get(Placement, self.placement)
        account = draft.account(placement.account)
        if self.commission > self.cents:
            raise Refused("too_much", "The commission is above what was collected.", "commission")
        if placement.state == "written_off":
            self._late(draft, draft.step(placement, "recover_late"))
            return
        draft.step(placement, "recover")
        pieces, left = _part_of(at_agency(draft, account.id), self.cents)
        if left:
            raise Refused("too_much", f"Only {usd(postings.total(pieces))} is at the agency.", "cents")
        draft.post(postings_credit.recovered(draft.head(), pieces, self.commission))

    def _late(self, draft: Draft, placement: Placement) -> None:
        lost = [each for each in draft.where(Receivable, account=placement.account) if each.written_off]
        pieces, left = _part_of([owed.piece(each, each.written_off) for each in lost], self.cents)
        if left:
            raise Refused("too_much", f"Only {usd(postings.total(pieces))} was written off.", "cents")
        draft.post(postings_credit.recovered_late(draft.head(), pieces))
        for piece in pieces:
            receivable = draft.get(Receivable, piece.item)
            draft.put(replace(receivable, written_off=receivable.written_off - piece.cents))
        if self.commission:
            draft.post(postings_credit.commission_paid(draft.head(), self.commission))


def _part_of(pieces: list[Piece], cents: int) -> tuple[list[Piece], int]:
    """Pieces of `cents` in all, and what is left of it."""
    taken = []
    for piece in pieces:
        part = min(cents, piece.cents)
        if part:
            taken.append(piece._replace(cents=part))
            cents -= part
    return taken, cents


class AllowForBadDebt(Command, frozen=True, kw_only=True, tag="allow_for_bad_debt"):
    """The allowance of a fund raised, as the rule computed it."""

    function = "adjustment"
    permission = "billing"

    fund: Id
    cents: Payment
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission, self.cents)
        draft.by_policy(self.decision)
        draft.post(postings_credit.allowed(draft.head(), self.fund, self.cents))
