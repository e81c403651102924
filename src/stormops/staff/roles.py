"""Roles as data: what each may see and do, up to which amount alone, and where its day begins.

Nobody decides on money by a role of the storm desk; who makes a request, who approves it and who pays it out are
different roles, and `accounts.controls` holds that they are different people too. Who approves does it in an office
that the policy's tiers name (`policy_limits.OFFICES`); a higher office stands in for a lower one.
"""

from __future__ import annotations

from typing import NamedTuple

from stormops.accounts.controls import Grant

DESK, COUNTER = "desk", "counter"
"""The screen that a person sees first."""


class Role(NamedTuple):
    """`permissions` are of the platform's own screens, `grants` of accounts; limits are cents."""

    permissions: frozenset[str]
    grants: tuple[Grant, ...] = ()
    home: str = DESK


def _may(*names: str, **limits: int) -> tuple[Grant, ...]:
    """Permissions without money, and permissions up to an amount in dollars."""
    return (*(Grant(name) for name in names), *(Grant(name, dollars * 100) for name, dollars in limits.items()))


_READ = frozenset({"view", "read_accounts"})
_CHECK = _READ | {"read_checks"}

ROLES: dict[str, Role] = {
    "viewer": Role(frozenset({"view"})),
    "dispatcher": Role(_READ | {"act"}, _may("contact", "hold_cuts")),
    "supervisor": Role(
        _CHECK | {"act", "report", "assign"},
        _may("contact", "certify", "extend", "reconnect", "hold_cuts", "lift_cuts"),
    ),
    "representative": Role(
        _READ, _may("contact", "service", "deposit", "extend", "adjust", "refund", "reconnect"), COUNTER
    ),
    "cashier": Role(_READ, _may("contact", "cashier"), COUNTER),
    "billing": Role(
        _READ, _may("contact", "adjust", "refund", "transfer", "post", "post_stand_in", billing=100_000), COUNTER
    ),
    "credit": Role(
        _READ,
        _may("contact", "collect", "extend", "reconnect", "bankruptcy", "deposit", "transfer", "adjust", "hold_cuts"),
        COUNTER,
    ),
    "lending": Role(_READ, _may("contact", "loan", "rebate"), COUNTER),
    "field": Role(_READ, _may("contact", "field", "release", "release_exception"), COUNTER),
    "records": Role(_READ, _may("contact", "records"), COUNTER),
    "addresses": Role(_READ, _may("contact", "addresses"), COUNTER),
    "approver": Role(
        _CHECK,
        _may("contact", "deposit_override", "certify", "review", "quality", supervisor=10_000, reverse=1_000),
        COUNTER,
    ),
    "cashier_supervisor": Role(_CHECK, _may("contact", cashier_supervisor=10_000), COUNTER),
    "manager": Role(
        _CHECK | {"assign"},
        _may(
            *(
                "contact",
                "deposit_override",
                "certify",
                "review",
                "quality",
                "declare_waiver",
                "budget",
                "release_records",
                "hold_cuts",
                "lift_cuts",
            ),
            **dict.fromkeys(("supervisor", "cashier_supervisor", "manager", "reverse"), 100_000),
        ),
        COUNTER,
    ),
    "director": Role(
        _CHECK | {"assign"},
        _may(
            *("contact", "review", "release_records"),
            **dict.fromkeys(("supervisor", "cashier_supervisor", "manager", "director", "reverse"), 1_000_000),
        ),
        COUNTER,
    ),
    "treasurer": Role(_CHECK, _may("contact", "post", "disburse", refund_issue=10_000), COUNTER),
    "auditor": Role(_CHECK, _may("contact", "review", "quality"), COUNTER),
}
"""By name, as `stormops staff add --role` takes it. A city changes this table, and nothing else, to its own offices."""
