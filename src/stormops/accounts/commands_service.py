"""Commands of service: accounts, parties and contacts; start, progress, stop, transfer."""

from __future__ import annotations

from msgspec.structs import replace

from stormops.accounts import owed
from stormops.accounts.command import Command
from stormops.accounts.draft import Draft
from stormops.accounts.record import Amount, Day, Decision, Hash, Id, Text
from stormops.accounts.records_money import Deposit, Receivable
from stormops.accounts.records_place import (
    Account,
    ContactPoint,
    MeterRelease,
    Party,
    PartyRole,
    Premise,
    Read,
    ServiceAgreement,
    ServicePoint,
)
from stormops.accounts.refusal import Refused
from stormops.accounts.states_service import AGREEMENT

LIVE = frozenset({"pending_deposit", "pending_release", "pending_field", "active", "stop_requested"})
"""States of an agreement in which its service point is taken."""


class OpenAccount(Command, frozen=True, kw_only=True, tag="open_account"):
    """An account for a party, known or new. `verified` is the identity check's result, not the document."""

    function = "service_start"
    permission = "service"

    account: Id
    category: str
    party: Id
    name: Text = ""
    organisation: bool = False
    language: str = "en"
    relay: bool = False
    verified: str = ""
    mailing: Text = ""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        draft.must_not_be_own([self.account])
        party = draft.find(Party, self.party)
        if party is None:
            if not self.name:
                raise Refused("no_name", "A new party has a name.", "name")
            party = Party(id=self.party, name=self.name, organisation=self.organisation, language=self.language)
        party = replace(party, relay=party.relay or self.relay, verified=self.verified or party.verified)
        if not party.verified:
            raise Refused("not_verified", "Nobody gets an account before their identity was checked.", "verified")
        draft.put(party)
        draft.add(
            Account(
                id=self.account,
                party=party.id,
                category=self.category,
                opened=draft.envelope.day,
                mailing=self.mailing,
                mailing_changed=draft.envelope.day,
            )
        )


class AddRole(Command, frozen=True, kw_only=True, tag="add_role"):
    """A party liable, authorised, guarantor, landlord or agent for an account, by a document."""

    function = "service_start"
    permission = "service"

    account: Id
    party: Id
    role: str
    basis: Hash
    since: Day

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account, party = draft.account(self.account), draft.get(Party, self.party)
        draft.attach([self.basis])
        draft.add(
            PartyRole(
                id=draft.new_id(),
                party=party.id,
                account=account.id,
                role=self.role,
                basis=self.basis,
                since=draft.day(self.since),
            )
        )


class UpdateContact(Command, frozen=True, kw_only=True, tag="update_contact"):
    """A telephone, mail address or language. Of two changes the later said is current, whichever arrives last."""

    function = "contact_update"
    permission = "contact"

    account: Id
    kind: str
    """phone, mobile, email, relay, mailing, language."""
    value: Text
    messages: bool = False

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account = draft.account(self.account)
        if not self.value.strip():
            raise Refused("no_value", "Say what it is changed to.", "value")
        if self.kind == "mailing":
            draft.put(replace(account, mailing=self.value, mailing_changed=draft.envelope.day))
        elif self.kind == "language":
            draft.put(replace(draft.get(Party, account.party), language=self.value))
        else:
            self._point(draft, account)

    def _point(self, draft: Draft, account: Account) -> None:
        said = draft.envelope.at_ms
        current = [p for p in draft.where(ContactPoint, party=account.party) if p.kind == self.kind and p.current]
        newest = all(point.said_ms <= said for point in current)
        if newest:
            for point in current:
                draft.put(replace(point, current=False))
        draft.add(
            ContactPoint(
                id=draft.new_id(),
                party=account.party,
                kind=self.kind,
                value=self.value,
                said_ms=said,
                current=newest,
                messages=self.messages,
            )
        )


class StartService(Command, frozen=True, kw_only=True, tag="start_service"):
    """Service of one kind at a premise. A former occupant's debt never stands against it; one's own may.

    `deposit_cents` and its decision come from the deposit rule; without a decision there is no service.
    """

    function = "service_start"
    permission = "service"

    account: Id
    premise: Id
    service: str
    rate: str
    since: Day
    occupancy: Hash
    deposit_cents: Amount
    deposit_fund: str
    deposit_decision: Decision
    point: Id | None = None
    demand_own_debt: bool = False

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account, premise = draft.account(self.account), draft.get(Premise, self.premise)
        draft.attach([self.occupancy])
        decision = draft.by_policy(self.deposit_decision)
        if premise.state != "official":
            raise Refused("premise_provisional", "Service is taken at an official address only.", "premise")
        if self.point is not None:
            self._point_is_free(draft, draft.get(ServicePoint, self.point))
        if self.demand_own_debt and (debt := own_debt(draft, account)):
            raise Refused("own_debt", f"The same person owes {debt} cents on closed accounts.", "account")
        agreement = draft.add(
            ServiceAgreement(
                id=draft.new_id(),
                account=account.id,
                premise=premise.id,
                service=self.service,
                rate=self.rate,
                since=draft.day(self.since),
                state=AGREEMENT.start,
                point=self.point,
                occupancy=self.occupancy,
                deposit_decision=decision,
            )
        )
        agreement = draft.step(agreement, "submit")
        if self.deposit_cents:
            draft.add(
                Deposit(
                    id=draft.new_id(),
                    account=account.id,
                    fund=self.deposit_fund,
                    required=self.deposit_cents,
                    state="required",
                    agreement=agreement.id,
                    decision=decision,
                )
            )
        else:
            settle_deposit(draft, agreement)

    def _point_is_free(self, draft: Draft, point: ServicePoint) -> None:
        if point.premise != self.premise:
            raise Refused("other_premise", "The service point is at another premise.", "point")
        taken = [each for each in draft.where(ServiceAgreement, point=point.id) if each.state in LIVE]
        others = [each for each in taken if each.state != "stop_requested" or each.account == self.account]
        if others:
            raise Refused("other_party_active", "Another agreement has service here; a person must look.", "point")


def own_debt(draft: Draft, account: Account) -> int:
    """What the same party owes on its other accounts, cents; a premise's former occupants do not count."""
    mine = [each for each in draft.where(Account, party=account.party) if each.id != account.id and not each.stayed_by]
    return sum(each.owed + each.at_agency for other in mine for each in draft.where(Receivable, account=other.id))


def settle_deposit(draft: Draft, agreement: ServiceAgreement) -> ServiceAgreement:
    """The deposit is paid, furnished, waived or not needed; what needs no release goes on."""
    agreement = draft.step(agreement, "settle_deposit")
    if agreement.point is None or may_be_energised(draft, draft.get(ServicePoint, agreement.point)):
        agreement = draft.step(agreement, "settle_release")
    if agreement.point is None:
        agreement = draft.step(agreement, "energise")
    return agreement


def may_be_energised(draft: Draft, point: ServicePoint) -> bool:
    """Whether the point needs no release, or has one, or an exception that has not ended."""
    if not point.needs_release:
        return True
    release = draft.find(MeterRelease, point.release)
    if release is None:
        return False
    living = release.expires is not None and draft.envelope.day <= release.expires
    return release.state == "released" or (release.state == "emergency_exception" and living)


class Energise(Command, frozen=True, kw_only=True, tag="energise"):
    """The field set the meter or turned it on; its first read."""

    function = "service_start"
    permission = "field"

    agreement: Id
    register: int

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        agreement = draft.get(ServiceAgreement, self.agreement)
        draft.account(agreement.account)
        if agreement.point is None:
            raise Refused("not_metered", "This service has no meter.", "agreement")
        if not may_be_energised(draft, draft.get(ServicePoint, agreement.point)):
            raise Refused("no_release", "No meter is energised without a release or a recorded exception.", "agreement")
        draft.step(agreement, "energise", since=draft.envelope.day)
        draft.add(
            Read(
                id=draft.new_id(),
                point=agreement.point,
                day=draft.envelope.day,
                register=self.register,
                kind="actual",
            )
        )


class StopService(Command, frozen=True, kw_only=True, tag="stop_service"):
    """Stop from a day on: the final bill is of that day, whenever it is written; the earliest request counts."""

    function = "service_stop"
    permission = "service"

    agreement: Id
    until: Day

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        agreement = draft.get(ServiceAgreement, self.agreement)
        draft.account(agreement.account)
        until = draft.day(self.until)
        if until < agreement.since:
            raise Refused("before_start", "Service cannot stop before it began.", "until")
        if agreement.state == "stop_requested" and agreement.until is not None:
            draft.put(replace(agreement, until=min(until, agreement.until)))
        else:
            draft.step(agreement, "request_stop", until=until)


class StepService(Command, frozen=True, kw_only=True, tag="step_service"):
    """An agreement taken one step on: cancel, withdraw_stop, finalise (after the last read), close, reactivate."""

    function = "service_stop"
    permission = "service"

    agreement: Id
    step: str

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        if self.step not in {"cancel", "withdraw_stop", "finalise", "close", "reactivate"}:
            raise Refused("illegal_step", "This step has a command of its own.", "step")
        agreement = draft.get(ServiceAgreement, self.agreement)
        draft.account(agreement.account)
        if self.step == "close" and owed.open_of(draft, agreement.account):
            raise Refused("still_owed", "An agreement is closed when nothing is open on its account.", "agreement")
        ended = {"until": None} if self.step in {"withdraw_stop", "reactivate"} else {}
        draft.step(agreement, self.step, **ended)


class TransferService(Command, frozen=True, kw_only=True, tag="transfer_service"):
    """A customer moves: service stops at the old place on a day and starts at the new one."""

    function = "service_start"
    permission = "service"

    agreement: Id
    until: Day
    start: StartService

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        old = draft.get(ServiceAgreement, self.agreement)
        if old.account != self.start.account:
            raise Refused("other_account", "A transfer is of one customer's account.", "agreement")
        StopService(agreement=self.agreement, until=self.until).decide(draft)
        self.start.decide(draft)
