"""Asking for arrangements, extensions, cuts and placements: within what the policy allows, from what is owed."""

from __future__ import annotations

from collections import Counter

from stormops.accounts.asking.asked import Asked, Work, plain
from stormops.accounts.asking.service import day_of
from stormops.accounts.commands_collect import (
    AllowForBadDebt,
    ExtendDueDate,
    OfferArrangement,
    ProposePlacement,
    RecordRecovery,
)
from stormops.accounts.commands_cut import NoticeCut
from stormops.accounts.commands_deposit import ENDED
from stormops.accounts.commands_recall import RecallPlacement
from stormops.accounts.commands_weather import held_by_weather
from stormops.accounts.dates import working_days_after
from stormops.accounts.record import Amount, Count, Day, Id, Payment
from stormops.accounts.records_money import Arrangement, Instalment, Placement, Receipt, Receivable
from stormops.accounts.records_place import MedicalCert, Premise, ServiceAgreement, WeatherHold
from stormops.accounts.records_work import Case
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import approvals, arrangements, collections, disconnection

OPEN_CASES = frozenset({"open", "found"})


def disputed(work: Work, account: str) -> int:
    """Cents in dispute."""
    return sum(case.disputed for case in work.reader.where(Case, account=account) if case.state in OPEN_CASES)


def arranged(work: Work, account: str) -> bool:
    """Whether an arrangement is being kept."""
    return any(each.state == "active" for each in work.reader.where(Arrangement, account=account))


class AskArrangement(Asked, frozen=True, kw_only=True):
    """Instalments for all that is owed: something now (`down`), the rest in equal parts a month apart."""

    makes = OfferArrangement

    account: Id
    instalments: Count
    first_due: Day
    down: Amount = 0

    def command(self, work: Work) -> OfferArrangement:
        """See `Asked.command`."""
        account = work.account(self.account)
        mine = work.reader.where(Arrangement, account=account.id)
        broken = [
            each.broken or each.instalments[-1].due for each in mine if each.state == "broken" and each.instalments
        ]
        promise = arrangements.Promise(
            owed=work.owed(account.id),
            down=self.down,
            instalments=self.instalments,
            first_due=day_of(self.first_due, "first_due"),
            last_breach=min(max(broken), work.day) if broken else None,
        )
        offer = work.decide(arrangements.offer, promise, field="instalments")
        now = (Instalment(work.day, self.down),) if self.down else ()
        dues = tuple(Instalment(due.on, due.amount) for due in offer.value)
        return OfferArrangement(account=account.id, instalments=now + dues, decision=plain(offer))


class AskExtension(Asked, frozen=True, kw_only=True):
    """A later day for what is owed; while a mode stands in, the city's limit for the event counts too."""

    makes = ExtendDueDate

    account: Id
    days: Count

    def command(self, work: Work) -> ExtendDueDate:
        """See `Asked.command`."""
        account = work.account(self.account)
        owing = work.owing(account.id)
        if not owing:
            raise Refused("nothing_owed", "Nothing is owed now.", "account")
        earlier = tuple(
            each.instalments[0].due
            for each in work.reader.where(Arrangement, account=account.id)
            if each.kind == "extension" and each.instalments
        )
        given = arrangements.Extension(
            owed=work.owed(account.id), due=max(owing[0].due, work.day), days=self.days, earlier=earlier
        )
        until = work.decide(arrangements.extend, given, field="days")
        return ExtendDueDate(
            account=account.id, until=until.value.isoformat(), decision=plain(until), event=work.episode
        )


class AskCutNotice(Asked, frozen=True, kw_only=True):
    """The written notice of a disconnection, of today; the first day of a cut is the policy's."""

    makes = NoticeCut

    agreement: Id

    def command(self, work: Work) -> NoticeCut:
        """See `Asked.command`."""
        agreement = work.get(ServiceAgreement, self.agreement)
        if agreement.point is None:
            raise Refused("not_metered", "Only what has a meter is cut: electricity, gas and water.", "agreement")
        account = work.account(agreement.account)
        terms = work.pack.terms(disconnection.Disconnection, work.day)
        past_due: Counter[str] = Counter()
        for each in work.owing(account.id):
            if each.due < work.day:
                past_due[each.charge] += each.owed
        certified = [
            each.expires
            for each in work.reader.where(MedicalCert, account=account.id)
            if each.state in {"pending", "valid"} and work.day <= each.expires
        ]
        cut = disconnection.Cut(
            past_due=dict(past_due),
            notice=work.day,
            disputed=disputed(work, account.id),
            medical_certified=work.day if certified else None,
            stayed=bool(account.stayed_by),
            arrangement_kept=arranged(work, account.id),
            weather=held_by_weather(
                work.reader.where(WeatherHold, state="declared"),
                work.get(Premise, agreement.premise).jurisdiction,
                work.day,
            ),
        )
        # The rule clears a cut from its first day on; that day is what a notice gives.
        notice = 0 if terms is None else terms.notice_working_days
        clearance = work._replace(day=working_days_after(work.day, notice)).decide(disconnection.may_cut, cut)
        return NoticeCut(
            agreement=agreement.id, earliest=clearance.value.earliest.isoformat(), decision=plain(clearance)
        )


class AskPlacement(Asked, frozen=True, kw_only=True):
    """A final account's debt to an agency; the second person that a placement needs approves it afterwards."""

    makes = ProposePlacement

    account: Id
    agency: Id

    def command(self, work: Work) -> ProposePlacement:
        """See `Asked.command`."""
        account = work.account(self.account)
        agreements = work.reader.where(ServiceAgreement, account=account.id)
        final = bool(agreements) and all(each.state in ENDED for each in agreements)
        ends = [each.until for each in agreements if each.until is not None]
        terms = work.pack.terms(collections.Collection, work.day)
        provisional = [each for each in work.reader.where(Receipt, account=account.id) if each.provisional]
        debt = collections.Debt(
            balance=work.owed(account.id),
            finalled=max(ends) if final and ends else None,
            stayed=bool(account.stayed_by),
            disputed=disputed(work, account.id) > 0,
            arrangement_kept=arranged(work, account.id),
            storm_hold=bool(work.episode),
            unposted=len(provisional),
            approvers=tuple(f"step {number}" for number in range(0 if terms is None else terms.approvers)),
        )
        placed = work.decide(collections.place, debt)
        return ProposePlacement(account=account.id, agency=self.agency, decision=plain(placed))


class AskRecall(Asked, frozen=True, kw_only=True):
    """A debt called back from its agency: for what the rule finds in the books, and not otherwise."""

    makes = RecallPlacement

    placement: Id

    def command(self, work: Work) -> RecallPlacement:
        """See `Asked.command`."""
        placement = work.get(Placement, self.placement)
        account = work.account(placement.account)
        debt = collections.Debt(
            balance=sum(each.at_agency for each in work.reader.where(Receivable, account=account.id)),
            finalled=None,
            stayed=bool(account.stayed_by),
            disputed=disputed(work, account.id) > 0,
            arrangement_kept=arranged(work, account.id),
            placed=placement.placed,
            given_back=placement.state == "returned",
        )
        return RecallPlacement(placement=placement.id, decision=plain(work.decide(collections.recall, debt)))


class AskRecovery(Asked, frozen=True, kw_only=True):
    """What an agency collected; its commission is the policy's."""

    makes = RecordRecovery

    placement: Id
    cents: Payment

    def command(self, work: Work) -> RecordRecovery:
        """See `Asked.command`."""
        placement = work.get(Placement, self.placement)
        share = work.decide(collections.commission, collections.Recovery(collected=self.cents))
        return RecordRecovery(placement=placement.id, cents=self.cents, commission=share.value)


class AskAllowance(Asked, frozen=True, kw_only=True):
    """The allowance for bad debt of a fund raised; kept with who must approve such an amount."""

    makes = AllowForBadDebt

    fund: Id
    cents: Payment

    def command(self, work: Work) -> AllowForBadDebt:
        """See `Asked.command`."""
        needed = work.decide(approvals.needed, approvals.Asked(amount=self.cents), "adjustment")
        return AllowForBadDebt(fund=self.fund, cents=self.cents, decision=plain(needed))
