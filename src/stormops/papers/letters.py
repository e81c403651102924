"""Every kind of letter and what composes it (`accounts.letters` has the same names)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stormops.accounts.letters import LETTERS, must_fit
from stormops.accounts.record import kind_name
from stormops.accounts.refusal import Refused
from stormops.papers import (
    letters_case,
    letters_credit,
    letters_deposit,
    letters_guaranty,
    letters_loan,
    letters_service,
)
from stormops.papers.document import Document
from stormops.papers.statement import statement
from stormops.papers.writing import Desk

COMPOSERS: dict[str, Callable[[Desk, Any], Document]] = {
    "statement": statement,
    "receipt": letters_service.receipt,
    "welcome": letters_service.welcome,
    "stop": letters_service.stop,
    "deposit_demand": letters_deposit.deposit_demand,
    "deposit_refund": letters_deposit.deposit_refund,
    "guaranty_call": letters_guaranty.guaranty_call,
    "guaranty_release": letters_guaranty.guaranty_release,
    "cut_notice": letters_credit.cut_notice,
    "arrangement": letters_credit.arrangement,
    "broken_arrangement": letters_credit.broken_arrangement,
    "returned_payment": letters_credit.returned_payment,
    "collection": letters_credit.collection,
    "write_off": letters_credit.write_off,
    "bankruptcy": letters_case.bankruptcy,
    "claim": letters_case.claim,
    "back_bill": letters_case.back_bill,
    "overcharge": letters_case.overcharge,
    "adjustment": letters_case.adjustment,
    "loan_payoff": letters_loan.loan_payoff,
    "loan_default": letters_loan.loan_default,
    "refund": letters_deposit.refund,
}


def compose(desk: Desk, kind: str, about: str) -> Document:
    """The letter of a kind about a record. Raises Refused where there is none, or it is not in a state for it."""
    if kind not in LETTERS:
        raise Refused("unknown_letter", f"There is no letter called {kind}.", "kind")
    record = desk.books.get(LETTERS[kind].about, about)
    if record is None:
        name = kind_name(LETTERS[kind].about)
        raise Refused(f"unknown_{name}", f"There is no {name.replace('_', ' ')} {about}.", "about")
    must_fit(kind, record)
    return COMPOSERS[kind](desk, record)
