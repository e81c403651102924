"""Lives of service: agreements, meter releases, cut and reconnect orders, premises, certificates."""

from __future__ import annotations

from stormops.accounts.states import Machine

AGREEMENT = Machine(
    "service agreement",
    "draft",
    {
        "draft": {"submit": "pending_deposit", "cancel": "cancelled"},
        "pending_deposit": {"settle_deposit": "pending_release", "cancel": "cancelled"},
        "pending_release": {"settle_release": "pending_field", "cancel": "cancelled"},
        "pending_field": {"energise": "active", "cancel": "cancelled"},
        "active": {"request_stop": "stop_requested"},
        "stop_requested": {"withdraw_stop": "active", "finalise": "finalled"},
        "finalled": {"close": "closed", "reactivate": "active"},
        "closed": {},
        "cancelled": {},
    },
)
"""Service of one kind to one account at one place; a closed one is never opened again, a new one begins."""

RELEASE = Machine(
    "meter release",
    "none",
    {
        "none": {
            "apply_for_permit": "permit_applied",
            "release_without_permit": "released",
            "record_exception": "emergency_exception",
        },
        "permit_applied": {"inspect": "inspected", "record_exception": "emergency_exception", "withdraw": "withdrawn"},
        "inspected": {"release": "released", "fail": "permit_applied"},
        "emergency_exception": {"bring_permit": "released", "lapse": "lapsed"},
        "released": {},
        "lapsed": {},
        "withdrawn": {},
    },
)
"""Storm damage: a mast alone is reconnected without permit; without a permit system, inspected now and permit owed."""

CUT = Machine(
    "cut order",
    "noticed",
    {
        "noticed": {"order": "ordered", "cancel": "cancelled"},
        "ordered": {"cut": "cut", "cancel": "cancelled"},
        "cut": {"order_reconnect": "reconnect_ordered"},
        "reconnect_ordered": {"reconnect": "reconnected"},
        "reconnected": {},
        "cancelled": {},
    },
)
"""Disconnection for non-payment, from its written notice to the meter on again."""

PREMISE = Machine(
    "premise",
    "provisional",
    {
        "provisional": {"make_official": "official", "merge": "merged"},
        "official": {"retire": "retired"},
        "merged": {},
        "retired": {},
    },
)
"""A place as somebody described it, until the addressing authority says what it is."""

WEATHER_HOLD = Machine(
    "weather hold",
    "declared",
    {"declared": {"lift": "lifted"}, "lifted": {}},
)
"""Nobody is cut in heat or frost; it ends with its last day, or when a person lifts it."""

CERTIFICATE = Machine(
    "medical certificate",
    "pending",
    {
        "pending": {"certify": "valid", "decline": "declined"},
        "valid": {"renew": "valid", "expire": "expired", "withdraw": "withdrawn"},
        "expired": {"renew": "valid"},
        "declined": {},
        "withdrawn": {},
    },
)
"""Of medically essential service; a physician's form, renewed each year."""

SERVICE_ORDER = Machine(
    "service order",
    "requested",
    {
        "requested": {"dispatch": "dispatched", "cancel": "cancelled"},
        "dispatched": {"complete": "done", "cancel": "cancelled"},
        "done": {},
        "cancelled": {},
    },
)
"""Work in the field for an account: a read, a meter set, a check."""
