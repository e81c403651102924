from __future__ import annotations

import pytest

from stormops.accounts.refusal import Refusal
from stormops.accounts.states import Machine
from stormops.accounts.states_money import (
    ARRANGEMENT,
    BANKRUPTCY,
    DEPOSIT,
    DRAWER,
    LOAN,
    PLACEMENT,
    REBATE,
    RECEIPT,
    REFUND,
    REQUEST,
)
from tests.accounts.test_states_service import walk


@pytest.mark.parametrize(
    ("machine", "steps", "end"),
    [
        (REQUEST, "attach submit approve post reverse", "reversed"),
        (REQUEST, "attach submit send_back attach submit endorse approve post", "posted"),
        (REQUEST, "attach submit approve undo_approval decline", "declined"),
        (DEPOSIT, "bill pay accrue credit_interest apply", "applied"),
        (DEPOSIT, "furnish renew expire pay refund", "refunded"),
        (DEPOSIT, "pay transfer", "transferred"),
        (DEPOSIT, "pay stay accrue lift refund", "refunded"),
        (DEPOSIT, "pay stay apply_by_case", "applied"),
        (REFUND, "pay", "paid"),
        (REFUND, "turn_over", "unclaimed"),
        (LOAN, "sign disburse accrue bill defer resume pay_off", "paid_off"),
        (REBATE, "inspect grant", "granted"),
        (RECEIPT, "post return", "returned"),
        (DRAWER, "take bank count recount count close", "closed"),
        (BANKRUPTCY, "stay split require_assurance assure discharge close", "closed"),
        (BANKRUPTCY, "stay split require_assurance default dismiss close", "closed"),
        (PLACEMENT, "approve place recall", "recalled"),
        (PLACEMENT, "approve place recover settle", "paid"),
        (PLACEMENT, "approve place return write_off recover_late", "written_off"),
        (ARRANGEMENT, "accept pay break reinstate fulfil", "kept"),
    ],
)
def test_the_lives_that_the_field_knows(machine: Machine, steps: str, end: str) -> None:
    assert walk(machine, steps) == end


@pytest.mark.parametrize(
    ("machine", "state", "step"),
    [
        (REQUEST, "draft", "submit"),
        (REQUEST, "submitted", "post"),
        (REQUEST, "posted", "undo_approval"),
        (REQUEST, "returned", "submit"),
        (DEPOSIT, "stayed", "apply"),
        (DEPOSIT, "stayed", "refund"),
        (DEPOSIT, "refunded", "apply"),
        (LOAN, "applied", "disburse"),
        (RECEIPT, "returned", "return"),
        (RECEIPT, "voided", "settle"),
        (DRAWER, "open", "close"),
        (DRAWER, "closed", "take"),
        (PLACEMENT, "eligible", "place"),
        (BANKRUPTCY, "noticed", "split"),
    ],
)
def test_what_must_never_happen(machine: Machine, state: str, step: str) -> None:
    assert isinstance(machine.after(state, step), Refusal)
