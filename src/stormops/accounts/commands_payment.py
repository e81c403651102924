"""Commands of payments: taken, stood in for and posted later, by card, returned, applied from credit."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from stormops.accounts import owed, postings
from stormops.accounts.chart import CREDITS, RECEIVABLE
from stormops.accounts.command import Command
from stormops.accounts.draft import Draft
from stormops.accounts.ledger import POOL, JournalState
from stormops.accounts.postings import Held, Piece
from stormops.accounts.receipts import cheques_refused, receipt, taken_back
from stormops.accounts.record import Amount, Decision, Id, Payment, Text
from stormops.accounts.records_money import Receipt
from stormops.accounts.records_place import Account
from stormops.accounts.refusal import Refused
from stormops.accounts.tills import into


class TakePayment(Command, frozen=True, kw_only=True, tag="take_payment"):
    """A payment, applied in the order of the charges; on a stayed account it is not applied but reviewed."""

    function = "cash_payment"
    permission = "cashier"

    account: Id
    number: Id
    """The printed receipt's."""
    cents: Payment
    tender: str
    drawer: Id | None = None
    memo: Text = ""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow("card_payment" if self.tender == "card" else self.function, self.permission)
        account = draft.account(self.account)
        if self.tender == "cheque":
            cheques_refused(draft, account.id)
        till = into(draft, self.tender, self.drawer)
        fields = {
            "till": till.account,
            "drawer": till.item or None,
            "memo": self.memo,
            "review": bool(account.stayed_by),
        }
        taken = receipt(draft, account.id, self.number, self.tender, self.cents, **fields)
        pieces, rest = _applied(draft, account, self.cents)
        entry = draft.post(postings.paid(draft.head(), till, account.id, pieces, rest))
        draft.step(taken, "post", journal=entry.id)


def _applied(draft: Draft, account: Account, cents: int) -> tuple[list[Piece], int]:
    """How a payment is applied: not at all on a stayed account, whose old debt no payment may answer by itself."""
    return ([], cents) if account.stayed_by else owed.allocated(draft, account.id, cents)


class StandInPayment(Command, frozen=True, kw_only=True, tag="stand_in_payment"):
    """A payment in a storm on a provisional receipt, up to the city's limit; posted to the account afterwards."""

    function = "cash_payment"
    permission = "cashier"

    account: Id
    number: Id
    cents: Payment
    tender: str
    drawer: Id

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account = draft.account(self.account)
        if self.tender not in {"cash", "cheque"}:
            raise Refused("unknown_tender", "Only cash and cheques are taken for later; never a card.", "tender")
        if self.cents > draft.limits.stand_in_payment_max:
            raise Refused("over_stand_in", "The payment is above what may be posted later.", "cents")
        till = into(draft, self.tender, self.drawer)
        fields = {"till": till.account, "drawer": self.drawer, "state": "provisional", "stood_in": True}
        taken = receipt(draft, account.id, self.number, self.tender, self.cents, **fields)
        draft.post(postings.stood_in(draft.head(), till, provisional(taken)))


def provisional(taken: Receipt) -> Held:
    """A provisional receipt, for a posting."""
    return Held(taken.id, taken.account, POOL, taken.cents)


class PostStandIn(Command, frozen=True, kw_only=True, tag="post_stand_in"):
    """A provisional receipt posted to its account, effective on the receipt's day: no late fee comes of the storm."""

    function = "cash_payment"
    permission = "post_stand_in"

    receipt: Id

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        taken = draft.get(Receipt, self.receipt)
        account = draft.account(taken.account)
        draft.step(taken, "post", journal=draft.envelope.key, review=bool(account.stayed_by))
        pieces, _ = _applied(draft, account, taken.cents)
        head = replace(draft.head(), effective=taken.day)
        draft.post(postings.stand_in_posted(head, provisional(taken), pieces))


class AuthoriseCard(Command, frozen=True, kw_only=True, tag="authorise_card"):
    """A card payment that the processor was asked for: pending until it answers. No card number is ever here."""

    function = "card_payment"
    permission = "cashier"

    account: Id
    number: Id
    cents: Payment

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account = draft.account(self.account)
        till = into(draft, "card", None)
        head = draft.head(state=JournalState.PENDING)
        entry = draft.post(postings.paid(head, till, account.id, [], self.cents))
        fields = {"till": till.account, "state": "authorised", "journal": entry.id}
        receipt(draft, account.id, self.number, "card", self.cents, **fields)


class SettleCard(Command, frozen=True, kw_only=True, tag="settle_card"):
    """The processor's answer: the pending payment is posted and applied, or voided."""

    function = "card_payment"
    permission = "cashier"

    receipt: Id
    paid: bool

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        taken = draft.get(Receipt, self.receipt)
        account = draft.account(taken.account)
        draft.step(taken, "settle" if self.paid else "void", review=bool(account.stayed_by))
        draft.end(taken.journal, JournalState.POSTED if self.paid else JournalState.VOIDED)
        pieces, _ = _applied(draft, account, taken.cents if self.paid else 0)
        if pieces:
            entry = draft.post(postings.credit_applied(draft.head(), account.id, pieces))
            draft.put(replace(draft.get(Receipt, taken.id), applied=entry.id))


class ApplyCredit(Command, frozen=True, kw_only=True, tag="apply_credit"):
    """A customer's credit used for what the account owes."""

    function = "cash_payment"
    permission = "cashier"

    account: Id

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account = draft.account(self.account)
        pieces, _ = _applied(draft, account, account.credit)
        if not pieces:
            raise Refused("nothing_to_apply", "There is no credit, or nothing that it may answer.", "account")
        draft.post(postings.credit_applied(draft.head(), account.id, pieces))


class ReviewPayment(Command, frozen=True, kw_only=True, tag="review_payment"):
    """A payment that was taken on a stayed account was looked at; what is done with it has a command of its own."""

    function = "bankruptcy_split"
    permission = "bankruptcy"

    receipt: Id
    note: Text

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        taken = draft.get(Receipt, self.receipt)
        draft.account(taken.account)
        if not taken.review:
            raise Refused("no_review", "This payment waits for no review.", "receipt")
        draft.step(taken, "review", review=False, memo=f"{taken.memo} {self.note}".strip())


class ReturnPayment(Command, frozen=True, kw_only=True, tag="return_payment"):
    """The bank returned a payment: what it paid is owed again, with the fee that the rule gives.

    Money for a deposit or a loan is taken from there; what is there no longer is owed.
    """

    function = "cash_payment"
    permission = "billing"

    receipt: Id
    fee: Amount = 0
    fee_charge: Id = "returned"
    decision: Decision = msgspec.field(default_factory=dict)

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        taken = draft.get(Receipt, self.receipt)
        account = draft.account(taken.account)
        if account.stayed_by:
            raise Refused("stayed", "A stayed account's payment is returned by its case's attorney.", "receipt")
        if taken.tender == "cash":
            raise Refused("not_returned", "Cash does not come back from the bank.", "receipt")
        draft.step(taken, "return")
        again, credit = self._answered(draft, taken)
        back, gone = taken_back(draft, taken)
        kept = min(credit, account.credit)
        used = credit - kept + gone
        if used:
            new = owed.charge(draft, account.id, self.fee_charge, used, due=draft.envelope.day)
            again.append(owed.piece(new, used))
        fee = None
        if self.fee:
            draft.by_policy(self.decision)
            new = owed.charge(draft, account.id, self.fee_charge, self.fee, due=draft.envelope.day)
            fee = owed.piece(new, self.fee)
        draft.post(postings.returned(draft.head(), account.id, again, kept, fee, back))

    @staticmethod
    def _answered(draft: Draft, taken: Receipt) -> tuple[list[Piece], int]:
        """What the payment answered, and the credit that it left (some of it may be used since)."""
        lines = [x for key in (taken.journal, taken.applied) if key for x in draft.journal(key).lines]
        pieces = [Piece(x.item, x.party, x.charge, x.fund, x.cents) for x in lines if x.account == RECEIVABLE]
        return pieces, -sum(line.signed for line in lines if line.account == CREDITS)
