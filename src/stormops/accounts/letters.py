"""The kinds of letters: of which record each is, in which states, who may issue it, and by which row of the modes.

What stands in them is composed elsewhere (`papers`), from the books; here is only what a command is held to.
"""

from __future__ import annotations

from typing import NamedTuple

from stormops.accounts.record import Record
from stormops.accounts.records_money import (
    GUARANTOR,
    Arrangement,
    BankruptcyCase,
    Bill,
    Deposit,
    Loan,
    Placement,
    Receipt,
    RefundCase,
    Request,
)
from stormops.accounts.records_place import CutOrder, ServiceAgreement
from stormops.accounts.refusal import Refused


class LetterKind(NamedTuple):
    """One kind. `states` empty = the record has none; `proposals`: of which kinds a request must be, empty = any.

    `to`: the record's field that names the account to which it goes.
    """

    about: type[Record]
    states: frozenset[str]
    permission: str
    function: str = "customer_contact"
    proposals: frozenset[str] = frozenset()
    to: str = "account"

    def addressee(self, record: Record) -> str:
        """The account to which it goes, "" for none."""
        return str(getattr(record, self.to, ""))

    def fits(self, record: Record) -> bool:
        """Whether the letter can be written about the record as it stands."""
        if type(record) is not self.about or (self.states and getattr(record, "state", "") not in self.states):
            return False
        if not self.addressee(record):
            return False
        return not self.proposals or getattr(record, "kind", "") in self.proposals


def _kind(  # noqa: PLR0917 - the columns of the table
    about: type[Record],
    states: str,
    permission: str,
    function: str = "customer_contact",
    proposals: str = "",
    to: str = "account",
) -> LetterKind:
    return LetterKind(about, frozenset(states.split()), permission, function, frozenset(proposals.split()), to)


GUARANTY_CALL = "guaranty_call"
"""The notice without which no guarantor is charged."""

LETTERS: dict[str, LetterKind] = {
    "statement": _kind(Bill, "", "contact"),
    "receipt": _kind(Receipt, "taken authorised provisional posted returned voided", "contact"),
    "welcome": _kind(ServiceAgreement, "pending_deposit pending_release pending_field active", "contact"),
    "stop": _kind(ServiceAgreement, "stop_requested finalled closed", "contact"),
    "deposit_demand": _kind(Deposit, "required billed", "deposit", "deposit_new"),
    "deposit_refund": _kind(Deposit, "applied refunded transferred", "deposit"),
    GUARANTY_CALL: _kind(Deposit, "instrument", "transfer", "balance_transfer", to=GUARANTOR),
    "guaranty_release": _kind(Deposit, "released", "deposit", to=GUARANTOR),
    "cut_notice": _kind(CutOrder, "noticed ordered", "collect", "disconnect"),
    "arrangement": _kind(Arrangement, "offered active", "extend"),
    "broken_arrangement": _kind(Arrangement, "broken", "collect", "disconnect"),
    "returned_payment": _kind(Receipt, "returned", "billing"),
    "collection": _kind(Placement, "eligible approved placed", "collect", "agency_placement"),
    "write_off": _kind(Placement, "written_off", "collect"),
    "bankruptcy": _kind(
        BankruptcyCase, "stayed split assurance_pending assured defaulted", "bankruptcy", "bankruptcy_notice"
    ),
    "claim": _kind(BankruptcyCase, "split assurance_pending assured defaulted", "bankruptcy", "bankruptcy_notice"),
    "back_bill": _kind(Request, "posted", "adjust", proposals="back_bill"),
    "overcharge": _kind(Request, "posted", "adjust", proposals="overcharge"),
    "adjustment": _kind(Request, "posted declined", "adjust", proposals="adjustment leak"),
    "loan_payoff": _kind(Loan, "active deferred", "contact"),
    "loan_default": _kind(Loan, "active deferred", "collect"),
    "refund": _kind(RefundCase, "payable paid unclaimed", "contact"),
}
"""By name."""

PERMISSIONS = frozenset(kind.permission for kind in LETTERS.values())


def letters_about(record: Record) -> list[str]:
    """The kinds of letters that can be written about a record as it stands."""
    return [name for name, kind in LETTERS.items() if kind.fits(record)]


def must_fit(kind: str, record: Record) -> None:
    """Raise Refused when the letter cannot be written about the record as it stands."""
    if not LETTERS[kind].fits(record):
        raise Refused("no_letter", "This letter is not written about it as it stands now.", "about")
