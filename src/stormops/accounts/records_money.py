"""Records of money: charges, bills and what is open of them, deposits, loans, requests, refunds, drawers, receipts.

Amounts that a control account of the ledger sums (`subledger`) change by journals only.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec

from stormops.accounts.record import (
    INDEXED,
    LISTED,
    MANY,
    AccountId,
    Amount,
    CaseId,
    ChargeId,
    Count,
    Decision,
    Id,
    PartyId,
    PremiseId,
    Record,
    latest_by,
    lives_by,
)
from stormops.accounts.states_money import (
    ARRANGEMENT,
    BANKRUPTCY,
    DEPOSIT,
    DRAWER,
    LOAN,
    PLACEMENT,
    REBATE,
    REBATE_BUDGET,
    RECEIPT,
    RECEIPT_BLOCK,
    REFUND,
    REQUEST,
)

GUARANTOR = "guarantor"
"""Of a deposit's instruments and of a party's roles: another customer, who stands for it."""


class ChargeType(Record, frozen=True, kw_only=True):
    """A kind of charge: its fund, the account it credits, its place in the order of payments, whether it may cut."""

    name: str
    fund: str
    credits: str
    disconnectable: bool
    rank: int
    """Paid in this order, the lowest first."""
    taxable: bool = False


class BillLine(msgspec.Struct, frozen=True):
    """One charge of a bill: cents, for service from a day up to and without another."""

    charge: Id
    cents: Amount
    since: date
    until: date
    agreement: str = ""
    quantity: Count = 0


class Bill(Record, frozen=True, kw_only=True):
    """A bill as it was sent."""

    account: Annotated[AccountId, latest_by("issued")]
    issued: date
    due: date
    cents: int
    lines: Annotated[tuple[BillLine, ...], LISTED, MANY]
    decision: Annotated[Decision, MANY] = msgspec.field(default_factory=dict)


class BillingRun(Record, frozen=True, kw_only=True):
    """The bills of a cycle up to and without a day, and the clauses of the policy by which they were made."""

    cycle: int
    """Of `cycles`, by the account's number; 0 = all accounts."""
    cycles: int
    until: date
    due: date
    on: date
    """The day whose policy it goes by."""
    city: str
    maker: str
    clauses: dict[str, Any]
    """By name (`abridged`): bills refer to them."""
    bills: int = 0
    cents: int = 0
    exceptions: int = 0
    """Accounts that were not billed, each in the queue with the reason."""
    finished: bool = False


class Receivable(Record, frozen=True, kw_only=True):
    """What is open of one charge: owed now (1100), stayed (1110) and at an agency (1120)."""

    account: AccountId
    charge: ChargeId
    fund: str
    due: date
    cents: int
    """As charged."""
    bill: str = ""
    since: date | None = None
    until: date | None = None
    owed: int = 0
    stayed: int = 0
    at_agency: int = 0
    written_off: int = 0
    """No asset any more, and not forgiven."""


@lives_by(DEPOSIT)
class Deposit(Record, frozen=True, kw_only=True):
    """Required, held as money (`held` and `interest` cents) or as an instrument: bond, letter of credit, guarantor."""

    account: AccountId
    fund: str
    required: int
    state: str
    agreement: str = ""
    due: date | None = None
    held: int = 0
    interest: int = 0
    instrument: str = ""
    instrument_cents: int = 0
    by_card: bool = False
    """Paid by card, so its refund goes back to the card."""
    expires: date | None = None
    case: CaseId | None = None
    """Post-petition assurance in this case."""
    guarantor: Annotated[str, INDEXED] = ""
    """The account of who stands for it."""
    guaranty_premise: str = ""
    """The address of their contract."""
    guaranty: Decision = msgspec.field(default_factory=dict)
    """By which they may stand for it, or are free."""
    decision: Decision = msgspec.field(default_factory=dict)


@lives_by(LOAN)
class Loan(Record, frozen=True, kw_only=True):
    """A loan repaid on the bill; `principal` and `interest` are cents still owed and not yet billed."""

    account: AccountId
    fund: str
    charge: ChargeId
    amount: int
    months: int
    state: str
    made_by: str
    contractor: str = ""
    note: str = ""
    """The hash of the signed note."""
    principal: int = 0
    interest: int = 0
    billed: int = 0
    """Instalments billed so far."""
    terms: Decision = msgspec.field(default_factory=dict)


@lives_by(REBATE)
class Rebate(Record, frozen=True, kw_only=True):
    """One measure at one premise, once."""

    account: AccountId
    premise: PremiseId
    measure: Annotated[str, INDEXED]
    fund: str
    cents: int
    state: str
    completed: date
    budget: str = ""
    """Of which it is encumbered, "" before budgets were kept."""
    evidence: tuple[str, ...] = ()
    decision: Decision = msgspec.field(default_factory=dict)


@lives_by(REBATE_BUDGET)
class RebateBudget(Record, frozen=True, kw_only=True):
    """What may be given as rebates for a measure, cents, from a day through another, by a resolution (a hash)."""

    measure: Annotated[str, INDEXED]
    fund: str
    cents: int
    since: date
    until: date
    state: str
    set_by: str
    document: str
    encumbered: int = 0
    """Kept for applications that are neither paid nor ended."""
    spent: int = 0

    @property
    def left(self) -> int:
        """What may still be promised."""
        return self.cents - self.encumbered - self.spent


class Approval(msgspec.Struct, frozen=True):
    """One person's yes."""

    by: str
    at_ms: int
    desk: str
    role: str
    """By which of the tier's roles."""


@lives_by(REQUEST)
class Request(Record, frozen=True, kw_only=True):
    """Something that one person proposes and others approve before it is posted."""

    kind: Annotated[str, INDEXED]
    state: str
    maker: Annotated[str, INDEXED]
    made: date
    accounts: tuple[str, ...]
    cents: int
    proposal: dict[str, Any]
    decision: Decision
    evidence: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    """That must approve it, in order; set when it is submitted."""
    approvals: tuple[Approval, ...] = ()
    reason: str = ""
    journal: str = ""
    account: AccountId | None = None
    """The first of the accounts, for looking up."""


@lives_by(REFUND)
class RefundCase(Record, frozen=True, kw_only=True):
    """Money payable to a customer. `source` is what the credit came from, `payable` cents not yet paid."""

    account: AccountId
    payee: PartyId
    fund: str
    source: str
    state: str
    maker: str
    posted_by: str = ""
    """Who made it payable, and so does not pay it."""
    hardship: str = ""
    """Why the customer cannot wait for a storm's end: two supervisors approved it, and it is paid in a storm."""
    payable: int = 0
    to_card: bool = False
    """Paid by card, and so refunded to it."""
    method: str = ""
    paid_by: str = ""
    reference: str = ""
    """The cheque's or the processor's."""


@lives_by(PLACEMENT)
class Placement(Record, frozen=True, kw_only=True):
    """Debt of an account at an agency."""

    account: AccountId
    agency: str
    state: str
    maker: str
    approved_by: str = ""
    placed: date | None = None
    resolution: str = ""
    recalled: Decision = msgspec.field(default_factory=dict)
    """Why it was called back."""


@lives_by(BANKRUPTCY)
class BankruptcyCase(Record, frozen=True, kw_only=True):
    """A petition; what is owed for service before it is stayed."""

    account: AccountId
    court: str
    number: Annotated[str, INDEXED]
    chapter: int
    petition: date
    noticed: date
    state: str
    counsel: str = ""
    assurance_due: date | None = None
    claim_bar: date | None = None
    new_account: AccountId | None = None
    worksheet: Decision = msgspec.field(default_factory=dict)
    assurance: Decision = msgspec.field(default_factory=dict)
    """Why assurance was demanded, in which forms, and how much."""
    withdrawn: Decision = msgspec.field(default_factory=dict)
    """Why the last demand was taken back."""


class Instalment(msgspec.Struct, frozen=True):
    """A part of an arrangement."""

    due: date
    cents: Amount


@lives_by(ARRANGEMENT)
class Arrangement(Record, frozen=True, kw_only=True):
    """Instalments, or one later due date (kind `extension`)."""

    account: AccountId
    kind: str
    state: str
    instalments: tuple[Instalment, ...]
    paid: int = 0
    stood_in: bool = False
    covers: tuple[str, ...] = ()
    """The receivables that were open when it was made, `covered` cents."""
    covered: int = 0
    broken: date | None = None
    """Since when, by the rule (`breach`)."""
    breach: Decision = msgspec.field(default_factory=dict)
    decision: Decision = msgspec.field(default_factory=dict)


@lives_by(DRAWER)
class Drawer(Record, frozen=True, kw_only=True):
    """A desk's cash of one shift; `balance` is what the books expect in it."""

    desk: Annotated[str, INDEXED]
    shift: int
    opened_by: str
    state: str
    balance: int = 0
    counted: int | None = None
    counted_by: str = ""
    closed_by: str = ""


@lives_by(RECEIPT_BLOCK)
class ReceiptBlock(Record, frozen=True, kw_only=True):
    """Receipt numbers that only one desk gives: `prefix`-`first` to `prefix`-`last`, of six digits."""

    desk: Annotated[str, INDEXED]
    prefix: Annotated[str, INDEXED]
    first: int
    last: int
    state: str
    issued_by: str
    spoiled: tuple[str, ...] = ()
    given: int = 0
    """How many were, when it was closed."""
    closed_by: str = ""

    @property
    def number(self) -> str:
        """Its first and last number."""
        return f"{self.prefix}-{self.first:06d} … {self.last:06d}"

    def numbers(self) -> list[str]:
        """All of its numbers, in order."""
        return [f"{self.prefix}-{each:06d}" for each in range(self.first, self.last + 1)]


@lives_by(RECEIPT)
class Receipt(Record, frozen=True, kw_only=True):
    """A payment taken. `provisional` is what a stand-in's receipt still has to be posted, cents."""

    account: AccountId
    number: Annotated[str, INDEXED]
    tender: str
    till: str
    cents: int
    day: date
    state: str
    drawer: Annotated[str, msgspec.Meta(extra={"refers": "drawer"})] | None = None
    provisional: int = 0
    stood_in: bool = False
    memo: str = ""
    review: bool = False
    journal: str = ""
    """By which it was posted."""
    applied: str = ""
    """By which a card's was applied, once the processor had answered."""
    towards: str = ""
    """deposit:ID or loan:ID, where the money is for that; "" = for what the account owes."""
