"""Commands of deposits: required, furnished, paid, interest, applied, moved. Refunds of deposits are requests."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from stormops.accounts import owed, postings
from stormops.accounts.command import Command
from stormops.accounts.commands_service import settle_deposit
from stormops.accounts.decision import usd
from stormops.accounts.draft import Draft
from stormops.accounts.postings import Held
from stormops.accounts.receipts import cheques_refused, receipt
from stormops.accounts.record import Day, Decision, Hash, Id, Payment
from stormops.accounts.records_money import GUARANTOR, Deposit, RefundCase
from stormops.accounts.records_place import Account, ServiceAgreement
from stormops.accounts.refusal import Refused
from stormops.accounts.tills import into

ENDED = frozenset({"finalled", "closed", "cancelled"})


def held(deposit: Deposit, cents: int) -> Held:
    """An amount of a deposit, for a posting."""
    return Held(deposit.id, deposit.account, deposit.fund, cents)


class RequireDeposit(Command, frozen=True, kw_only=True, tag="require_deposit"):
    """A deposit by the rule's decision: a new business's, or a top-up after a review (a deposit of its own)."""

    function = "deposit_review"
    permission = "deposit"

    account: Id
    fund: str
    cents: Payment
    decision: Decision
    due: Day | None = None

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        draft.add(
            Deposit(
                id=draft.new_id(),
                account=draft.account(self.account).id,
                fund=self.fund,
                required=self.cents,
                state="required",
                due=None if self.due is None else draft.day(self.due),
                decision=draft.by_policy(self.decision),
            )
        )


class BillDeposit(Command, frozen=True, kw_only=True, tag="bill_deposit"):
    """A deposit on the bill. Who feeds the recovery (`energise_now`) has service meanwhile, up to a cap."""

    function = "deposit_new"
    permission = "deposit"

    deposit: Id
    due: Day
    energise_now: bool = False

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        deposit = draft.get(Deposit, self.deposit)
        draft.account(deposit.account)
        draft.allow("deposit_recovery" if self.energise_now else self.function, self.permission)
        if self.energise_now and deposit.required > draft.limits.stand_in_deposit_max:
            raise Refused("over_stand_in", "The deposit is above what may be billed later.", "deposit")
        after = draft.step(deposit, "bill", due=draft.day(self.due))
        if self.energise_now:
            go_on(draft, after)


class FurnishDeposit(Command, frozen=True, kw_only=True, tag="furnish_deposit"):
    """A bond or an irrevocable letter of credit instead of cash; with an end that is watched."""

    function = "deposit_new"
    permission = "deposit"

    deposit: Id
    instrument: str
    cents: Payment
    document: Hash
    expires: Day | None = None

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        deposit = draft.get(Deposit, self.deposit)
        draft.account(deposit.account)
        draft.attach([self.document])
        if self.instrument == GUARANTOR:
            raise Refused("by_record", "A guarantor is taken by their own account's record of payment.", "instrument")
        if self.cents < deposit.required:
            raise Refused("too_little", "The instrument covers less than is required.", "cents")
        expires = None if self.expires is None else draft.day(self.expires)
        if expires is None:
            raise Refused("no_expiry", "A bond or letter of credit has an end.", "expires")
        fields = {"instrument": self.instrument, "instrument_cents": self.cents, "expires": expires}
        go_on(draft, draft.step(deposit, "renew" if deposit.state == "instrument" else "furnish", **fields))


class StepDeposit(Command, frozen=True, kw_only=True, tag="step_deposit"):
    """A deposit taken on: waive (by a second person), expire or release (an instrument), lift (a stay that ended)."""

    function = "deposit_new"
    permission = "deposit_override"

    deposit: Id
    step: str
    evidence: tuple[Hash, ...] = ()

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        deposit = draft.get(Deposit, self.deposit)
        account = draft.account(deposit.account)
        if self.step not in {"waive", "expire", "release", "lift"}:
            raise Refused("illegal_step", "This step has a command of its own.", "step")
        if self.step in {"expire", "release"} and deposit.instrument == GUARANTOR:
            raise Refused(
                "by_rule", "A guarantor is free when the rule says so: release the guarantor instead.", "step"
            )
        if self.step == "expire" and (deposit.expires is None or draft.envelope.day <= deposit.expires):
            raise Refused("not_expired", "The instrument still holds.", "deposit")
        if self.step == "lift" and account.stayed_by:
            raise Refused("stayed", "The account is still stayed.", "deposit")
        if self.step == "waive":
            draft.attach(self.evidence)
        after = draft.step(deposit, self.step)
        if self.step == "waive":
            go_on(draft, after)


class PayDeposit(Command, frozen=True, kw_only=True, tag="pay_deposit"):
    """Money for a deposit; service that waited for it goes on when it is whole."""

    function = "cash_payment"
    permission = "cashier"

    deposit: Id
    number: Id
    """The printed receipt's."""
    cents: Payment
    tender: str
    drawer: Id | None = None

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow("card_payment" if self.tender == "card" else self.function, self.permission)
        deposit = draft.get(Deposit, self.deposit)
        account = draft.account(deposit.account)
        if self.tender == "cheque":
            cheques_refused(draft, account.id)
        if deposit.held + self.cents > deposit.required:
            raise Refused("too_much", f"{usd(deposit.required - deposit.held)} is still required.", "cents")
        till = into(draft, self.tender, self.drawer)
        fields = {"till": till.account, "drawer": till.item or None, "towards": f"deposit:{deposit.id}"}
        taken = receipt(draft, account.id, self.number, self.tender, self.cents, **fields)
        draft.step(deposit, "pay", by_card=deposit.by_card or self.tender == "card")
        entry = draft.post(postings.deposit_paid(draft.head(), till, held(deposit, self.cents)))
        draft.step(taken, "post", journal=entry.id)
        after = draft.get(Deposit, deposit.id)
        if after.held == after.required:
            go_on(draft, after)


def in_service(agreements: Iterable[ServiceAgreement]) -> bool:
    """Whether some service of an account is not final."""
    return any(each.state not in ENDED for each in agreements)


def go_on(draft: Draft, deposit: Deposit) -> None:
    """Go on with service that waited for the deposit."""
    if deposit.agreement:
        agreement = draft.get(ServiceAgreement, deposit.agreement)
        if agreement.state == "pending_deposit":
            settle_deposit(draft, agreement)


class AccrueDepositInterest(Command, frozen=True, kw_only=True, tag="accrue_deposit_interest"):
    """Interest owed on a deposit, as the rule computed it."""

    function = "deposit_new"
    permission = "billing"

    deposit: Id
    cents: Payment
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        deposit = draft.get(Deposit, self.deposit)
        draft.account(deposit.account)
        draft.by_policy(self.decision)
        draft.step(deposit, "accrue")
        draft.post(postings.deposit_interest_accrued(draft.head(), held(deposit, self.cents)))


class CreditDepositInterest(Command, frozen=True, kw_only=True, tag="credit_deposit_interest"):
    """All accrued interest of a deposit credited to the bill."""

    function = "deposit_new"
    permission = "billing"

    deposit: Id

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        deposit = draft.get(Deposit, self.deposit)
        draft.account(deposit.account)
        draft.step(deposit, "credit_interest")
        if not deposit.interest:
            raise Refused("no_interest", "No interest has accrued.", "deposit")
        pieces, _ = owed.allocated(draft, deposit.account, deposit.interest)
        draft.post(postings.deposit_interest_credited(draft.head(), held(deposit, deposit.interest), pieces))


class ApplyDeposit(Command, frozen=True, kw_only=True, tag="apply_deposit"):
    """A deposit and its interest to the final bill; the rest is payable to the customer as a refund."""

    function = "deposit_new"
    permission = "deposit"

    deposit: Id

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        deposit = draft.get(Deposit, self.deposit)
        account = draft.account(deposit.account)
        if account.stayed_by:
            raise Refused("stayed", "A stayed account's deposit moves by its case only.", "deposit")
        if in_service(draft.where(ServiceAgreement, account=account.id)):
            raise Refused("in_service", "A deposit is applied when all service is final.", "deposit")
        draft.step(deposit, "apply")
        total = deposit.held + deposit.interest
        pieces, rest = owed.allocated(draft, account.id, total)
        refund = (
            refund_to(draft, account, deposit.fund, f"deposit:{deposit.id}", to_card=deposit.by_card) if rest else None
        )
        draft.post(
            postings.deposit_applied(
                draft.head(), held(deposit, deposit.held), deposit.interest, pieces, refund=refund.id if refund else ""
            )
        )


def refund_to(
    draft: Draft,
    account: Account,
    fund: str,
    source: str,
    *,
    to_card: bool = False,
    maker: str = "",
    hardship: str = "",
) -> RefundCase:
    """A refund payable to the account's liable party, empty until its journal is posted."""
    return draft.add(
        RefundCase(
            id=draft.new_id(),
            account=account.id,
            payee=account.party,
            fund=fund,
            source=source,
            state="payable",
            maker=maker or draft.envelope.actor,
            posted_by=draft.envelope.actor,
            hardship=hardship,
            to_card=to_card,
        )
    )


class MoveDeposit(Command, frozen=True, kw_only=True, tag="move_deposit"):
    """A deposit to another account of the same customer, once the old account is final."""

    function = "balance_transfer"
    permission = "deposit"

    deposit: Id
    account: Id
    evidence: tuple[Hash, ...]

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        deposit = draft.get(Deposit, self.deposit)
        old, new = draft.account(deposit.account), draft.account(self.account)
        draft.attach(self.evidence)
        if old.party != new.party:
            raise Refused("other_party", "A deposit moves between accounts of the same customer only.", "account")
        if old.stayed_by or new.stayed_by:
            raise Refused("stayed", "A stayed account's deposit moves by its case only.", "deposit")
        if in_service(draft.where(ServiceAgreement, account=old.id)):
            raise Refused("in_service", "The old account is not final.", "deposit")
        draft.step(deposit, "transfer")
        moved = draft.add(
            replace(
                deposit,
                id=draft.new_id(),
                account=new.id,
                agreement="",
                held=0,
                interest=0,
                required=deposit.held,
                state="held",
            )
        )
        entry = postings.deposit_moved(
            draft.head(), held(deposit, deposit.held), held(moved, deposit.held), deposit.interest
        )
        draft.post(entry)
