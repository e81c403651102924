"""Commands of service: start, progress, stop, transfer."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from stormops.accounts import owed
from stormops.accounts.command import Command
from stormops.accounts.decision import usd
from stormops.accounts.draft import Draft
from stormops.accounts.record import Amount, Count, Day, Decision, Hash, Id
from stormops.accounts.records_money import Deposit, Receivable
from stormops.accounts.records_place import (
    Account,
    MeterRelease,
    Premise,
    Read,
    ServiceAgreement,
    ServicePoint,
)
from stormops.accounts.refusal import Refused
from stormops.accounts.states_service import AGREEMENT

LIVE = frozenset({"pending_deposit", "pending_release", "pending_field", "active", "stop_requested"})
"""States of an agreement in which its service point is taken."""


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
            raise Refused("own_debt", f"The same person owes {usd(debt)} on other accounts.", "account")
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
    """The field set the meter or turned it on, on a day that may be before the one on which it is entered; its read."""

    function = "service_start"
    permission = "field"

    agreement: Id
    register: Count
    on: Day | None = None
    """When service was energised: billed from then on. None = the day of the command."""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        agreement = draft.get(ServiceAgreement, self.agreement)
        draft.account(agreement.account)
        if agreement.point is None:
            raise Refused("not_metered", "This service has no meter.", "agreement")
        if not may_be_energised(draft, draft.get(ServicePoint, agreement.point)):
            raise Refused("no_release", "No meter is energised without a release or a recorded exception.", "agreement")
        day = draft.envelope.day if self.on is None else draft.day(self.on)
        self._could_be(draft, agreement, agreement.point, day)
        draft.step(agreement, "energise", since=day)
        draft.add(
            Read(
                id=draft.new_id(),
                point=agreement.point,
                day=day,
                register=self.register,
                kind="actual",
            )
        )

    def _could_be(self, draft: Draft, agreement: ServiceAgreement, point: str, day: date) -> None:
        """Raise Refused when service cannot have been energised on the day."""
        if day > draft.envelope.day:
            raise Refused("in_future", "Service was energised today or earlier.", "on")
        ended = [each.until for each in draft.where(ServiceAgreement, point=point) if each.id != agreement.id]
        if any(until is not None and until > day for until in ended):
            raise Refused("other_party_active", "Another agreement had service here on that day.", "on")
        later = [each.register for each in draft.where(Read, point=point) if each.day > day]
        if later and min(later) < self.register:
            raise Refused("read_falls", f"The meter was read later, at {min(later)}: look at it again.", "register")


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
