from __future__ import annotations

from stormops.accounts.commands import COMMANDS
from stormops.accounts.controls import Grant
from stormops.accounts.policy_limits import OFFICES
from stormops.accounts.proposals import Proposal
from stormops.staff.roles import COUNTER, DESK, ROLES

MONEY = OFFICES | {"reverse", "refund_issue", "billing"}
"""Permissions by which a person decides on an amount alone."""

MAKING = {kind.making for kind in Proposal.__subclasses__()}


def names(role: str) -> set[str]:
    return {grant.permission for grant in ROLES[role].grants}


def test_every_duty_is_somebodys() -> None:
    asked = {kind.permission for kind in COMMANDS.values()} - {"request"} | MAKING | OFFICES
    given = {grant.permission for role in ROLES.values() for grant in role.grants}
    assert asked == given


def test_an_amount_is_decided_within_a_limit_and_nothing_else_has_one() -> None:
    for role in ROLES.values():
        for grant in role.grants:
            assert (grant.limit is not None) == (grant.permission in MONEY)


def test_who_makes_does_not_approve_and_who_approves_does_not_pay_out() -> None:
    for role in ROLES:
        makes = names(role) & (MAKING - {"disburse", "declare_waiver"})
        if names(role) & OFFICES:
            assert not makes, role
            assert not names(role) & {"refund_issue", "post", "disburse"}, role


def test_every_office_is_held_and_all_but_the_highest_have_a_stand_in() -> None:
    holders = {office: [role for role in ROLES if office in names(role)] for office in OFFICES}
    assert {office for office, roles in holders.items() if len(roles) < 2} == {"director"}
    assert holders["director"] == ["director"]


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
