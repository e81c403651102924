from __future__ import annotations

from stormops.accounts.commands import COMMANDS
from stormops.accounts.controls import Grant
from stormops.accounts.rules.approvals import ApprovalTiers
from stormops.counter.rights import APPROVING, NEEDS, grants_of, may_use, refused, summary
from stormops.staff.roles import ROLES
from tests.accounts.policies import PACKS
from tests.counter.conftest import person


def test_every_command_asks_for_something() -> None:
    assert set(NEEDS) == set(COMMANDS)
    assert all(NEEDS.values())
    given = {grant.permission for role in ROLES.values() for grant in role.grants}
    assert all(needs & given for needs in NEEDS.values())


def test_who_approves_does_so_by_the_roles_that_packs_name() -> None:
    tiers = [clause.terms for pack in PACKS for clause in pack.clauses if clause.kind == "approval_tiers"]
    named = {role for terms in tiers if isinstance(terms, ApprovalTiers) for tier in terms.tiers for role in tier.roles}
    assert named == APPROVING


def test_who_has_none_of_them_is_refused() -> None:
    cashier = person("c", "cashier")
    assert may_use(cashier, "take_payment")
    assert refused(cashier, "take_payment", "", 0) is None
    no = refused(cashier, "approve_request", "", 0)
    assert no is not None
    assert no.code == "no_permission"
    assert not may_use(person("v", "viewer"), "add_contact")


def test_what_was_given_for_a_storm_ends_with_it() -> None:
    storm = person("d", "dispatcher")._replace(grants=(Grant("cashier", episode="storm-1"),))
    assert refused(storm, "take_payment", "storm-1", 0) is None
    no = refused(storm, "take_payment", "", 0)
    assert no is not None
    assert no.code == "grant_expired"


def test_authority_is_the_persons_with_whom_they_are_related_to() -> None:
    grants = grants_of(person("sam", "billing", related=frozenset({"s1"})))
    assert (grants.person, grants.related) == ("sam", frozenset({"s1"}))


def test_every_command_says_what_it_does() -> None:
    assert all(len(summary(name)) > 10 for name in COMMANDS)
