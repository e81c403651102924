from __future__ import annotations

from stormops.accounts.commands import COMMANDS
from stormops.accounts.controls import Grant
from stormops.accounts.proposals import Proposal
from stormops.staff.roles import COUNTER, DESK, ROLES

APPROVING = frozenset({"supervisor", "cashier_supervisor", "manager", "director"})
MONEY = APPROVING | {"reverse", "refund_issue", "billing"}
"""Permissions by which a person decides on an amount alone."""

MAKING = {kind.making for kind in Proposal.__subclasses__()}


def names(role: str) -> set[str]:
    return {grant.permission for grant in ROLES[role].grants}


def test_every_duty_is_somebodys() -> None:
    asked = {kind.permission for kind in COMMANDS.values()} - {"request"} | MAKING | APPROVING
    given = {grant.permission for role in ROLES.values() for grant in role.grants}
    assert asked == given


def test_an_amount_is_decided_within_a_limit_and_nothing_else_has_one() -> None:
    for role in ROLES.values():
        for grant in role.grants:
            assert (grant.limit is not None) == (grant.permission in MONEY)


def test_who_makes_does_not_approve_and_who_approves_does_not_pay_out() -> None:
    for role in ROLES:
        makes = names(role) & (MAKING - {"disburse", "declare_waiver"})
        assert not (makes and names(role) & APPROVING), role
        assert not ("refund_issue" in names(role) and names(role) & APPROVING), role
        assert not ("post" in names(role) and names(role) & APPROVING), role


def test_the_storm_desk_keeps_what_it_had_and_decides_on_no_money() -> None:
    assert ROLES["viewer"].permissions == {"view"}
    assert ROLES["viewer"].grants == ()
    assert {"view", "act"} <= ROLES["dispatcher"].permissions
    assert {"view", "act", "report"} <= ROLES["supervisor"].permissions
    for role in ("viewer", "dispatcher", "supervisor"):
        assert ROLES[role].home == DESK
        assert all(grant.limit is None for grant in ROLES[role].grants)


def test_whose_work_is_at_the_counter_begins_there() -> None:
    assert all(
        role.home == COUNTER for name, role in ROLES.items() if "act" not in role.permissions and name != "viewer"
    )
    assert Grant("cashier") in ROLES["cashier"].grants
