"""Lives of money: requests for another's approval, deposits, refunds, loans, receipts, drawers, cases, placements."""

from __future__ import annotations

from stormops.accounts.states import Machine

REQUEST = Machine(
    "request",
    "draft",
    {
        "draft": {"attach": "evidenced", "withdraw": "withdrawn"},
        "evidenced": {"attach": "evidenced", "submit": "submitted", "withdraw": "withdrawn"},
        "submitted": {
            "endorse": "part_approved",
            "approve": "approved",
            "send_back": "returned",
            "decline": "declined",
            "withdraw": "withdrawn",
        },
        "part_approved": {
            "endorse": "part_approved",
            "approve": "approved",
            "undo_approval": "submitted",
            "send_back": "returned",
            "decline": "declined",
            "withdraw": "withdrawn",
        },
        "returned": {"attach": "evidenced", "withdraw": "withdrawn"},
        "approved": {"undo_approval": "submitted", "post": "posted"},
        "posted": {"reverse": "reversed"},
        "reversed": {},
        "declined": {},
        "withdrawn": {},
    },
)
"""Adjustment, refund, transfer, rebate, disbursal, placement, write-off: nothing is posted that one person decided."""

DEPOSIT = Machine(
    "deposit",
    "required",
    {
        "required": {"bill": "billed", "furnish": "instrument", "pay": "held", "waive": "waived"},
        "billed": {"pay": "held", "furnish": "instrument", "waive": "waived"},
        "instrument": {"renew": "instrument", "expire": "required", "release": "released"},
        "held": {
            "pay": "held",
            "accrue": "held",
            "credit_interest": "held",
            "apply": "applied",
            "refund": "refunded",
            "transfer": "transferred",
            "stay": "stayed",
            "lessen": "held",
            "return": "required",
        },
        "stayed": {"accrue": "stayed", "lift": "held", "apply_by_case": "applied"},
        "applied": {},
        "refunded": {},
        "transferred": {},
        "released": {},
        "waived": {},
    },
)
"""Cash or an instrument (bond, letter of credit, guarantor). What a stay holds moves by its case only.

A payment that the bank returned lessens it; when nothing is left, it is required again.
"""

REFUND = Machine(
    "refund",
    "payable",
    {
        "payable": {"pay": "paid", "turn_over": "unclaimed"},
        "paid": {},
        "unclaimed": {},
    },
)
"""Approved and owed; paid once, or turned over as unclaimed property."""

LOAN = Machine(
    "loan",
    "applied",
    {
        "applied": {"sign": "signed", "decline": "declined", "withdraw": "withdrawn"},
        "signed": {"disburse": "active", "withdraw": "withdrawn"},
        "active": {
            "accrue": "active",
            "bill": "active",
            "prepay": "active",
            "defer": "deferred",
            "pay_off": "paid_off",
            "write_off": "written_off",
            "return": "active",
        },
        "deferred": {
            "accrue": "deferred",
            "prepay": "deferred",
            "resume": "active",
            "pay_off": "paid_off",
            "write_off": "written_off",
            "return": "deferred",
        },
        "paid_off": {"return": "active"},
        "written_off": {},
        "declined": {},
        "withdrawn": {},
    },
)
"""The note is signed before work starts; instalments are lines of the bill; a storm may defer them."""

REBATE = Machine(
    "rebate",
    "applied",
    {
        "applied": {"inspect": "inspected", "decline": "declined", "withdraw": "withdrawn"},
        "inspected": {"grant": "granted", "decline": "declined"},
        "granted": {},
        "declined": {},
        "withdrawn": {},
    },
)
"""Granted when the money is on the account, on a cheque or on the loan."""

REBATE_BUDGET = Machine(
    "rebate budget",
    "open",
    {"open": {"amend": "open", "close": "closed"}, "closed": {}},
)
"""Of a measure and a period. What it keeps for applications and has paid are its own figures, not states."""

RECEIPT = Machine(
    "payment",
    "taken",
    {
        "taken": {"post": "posted"},
        "authorised": {"settle": "posted", "void": "voided"},
        "provisional": {"post": "posted"},
        "posted": {"return": "returned", "review": "posted"},
        "returned": {},
        "voided": {},
    },
)
"""Taken and posted at once; a card's waits for the processor, a stand-in's for the books."""

DRAWER = Machine(
    "drawer",
    "open",
    {
        "open": {"take": "open", "bank": "open", "count": "counted"},
        "counted": {"recount": "open", "close": "closed"},
        "closed": {},
    },
)
"""Of one desk and shift; counted by one person, closed by another."""

RECEIPT_BLOCK = Machine(
    "block of receipt numbers",
    "issued",
    {
        "issued": {"close": "closed"},
        "closed": {},
    },
)
"""A desk's own numbers; closed when each that was given is accounted for."""

BANKRUPTCY = Machine(
    "bankruptcy case",
    "noticed",
    {
        "noticed": {"stay": "stayed"},
        "stayed": {"split": "split", "dismiss": "dismissed"},
        "split": {"require_assurance": "assurance_pending", "discharge": "discharged", "dismiss": "dismissed"},
        "assurance_pending": {
            "assure": "assured",
            "withdraw_demand": "split",
            "default": "defaulted",
            "dismiss": "dismissed",
        },
        "assured": {"default": "defaulted", "discharge": "discharged", "dismiss": "dismissed"},
        "defaulted": {
            "assure": "assured",
            "withdraw_demand": "split",
            "discharge": "discharged",
            "dismiss": "dismissed",
        },
        "discharged": {"close": "closed"},
        "dismissed": {"close": "closed"},
        "closed": {},
    },
)
"""A notice stays the account at once; a default is the attorney's matter, never a cut by itself.

A demand for assurance that should not stand is withdrawn; then it can be made again.
"""

PLACEMENT = Machine(
    "placement",
    "eligible",
    {
        "eligible": {"approve": "approved", "drop": "dropped"},
        "approved": {"place": "placed", "drop": "dropped"},
        "placed": {"recover": "placed", "settle": "paid", "recall": "recalled", "return": "returned"},
        "returned": {"write_off": "written_off", "recall": "recalled"},
        "written_off": {"recover_late": "written_off"},
        "paid": {},
        "recalled": {},
        "dropped": {},
    },
)
"""Debt at an agency. Written off is not forgiven: what comes later is still taken."""

ARRANGEMENT = Machine(
    "arrangement",
    "offered",
    {
        "offered": {"accept": "active", "decline": "declined"},
        "active": {"pay": "active", "extend": "active", "fulfil": "kept", "break": "broken", "cancel": "cancelled"},
        "broken": {"reinstate": "active", "cancel": "cancelled"},
        "kept": {},
        "declined": {},
        "cancelled": {},
    },
)
"""Instalments promised, or one later due date (an extension)."""
